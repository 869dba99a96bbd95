"""A model is known by what Python runs and what it reads: numbers count, layout does not."""

from functools import partial

import numpy as np

from premortem.study.model_identity import name_of, parts_of

TWICE = 2.0


def made(source, **known):
    """A function of a source as its own module would hold it."""
    held = dict(known)
    exec(compile(source, "model.py", "exec"), held)
    return held["model"]


def changed(one, other):
    before, after = parts_of(one), parts_of(other)
    return sorted(k for k in before.keys() | after.keys() if before.get(k) != after.get(k))


def test_a_comment_or_another_layout_is_the_same_model_and_another_number_is_not():
    plain = made("def model(x):\n    return 2.0 * x\n")
    assert not changed(plain, made("def model(x):\n\n    # twice as much\n    return (2.0 *\n            x)\n"))
    assert changed(plain, made("def model(x):\n    return 2.5 * x\n"))


def test_a_global_number_that_it_reads_counts_and_one_that_it_does_not_read_does_not():
    source = "def model(x):\n    return RATE * x\n"
    one = made(source, RATE=1.0, OTHER=1.0)
    assert not changed(one, made(source, RATE=1.0, OTHER=9.0))
    assert changed(one, made(source, RATE=1.5, OTHER=1.0)) == ["model.global.RATE"]


def test_defaults_and_closures_count():
    def of(scale, start=0.0):
        def model(x, begin=start):
            return begin + scale * x

        return model

    assert not changed(of(1.0), of(1.0))
    assert all("closure.scale" in place for place in changed(of(1.0), of(2.0)))
    assert changed(of(1.0), of(1.0, 5.0))


def test_arrays_count_by_their_numbers():
    table = np.arange(6.0)
    assert not changed(partial(np.dot, table), partial(np.dot, table.copy()))
    assert changed(partial(np.dot, table), partial(np.dot, table + 1e-12))


def test_a_value_that_holds_itself_ends():
    loop = []
    loop.append(loop)
    assert parts_of(loop) == {"model": "list of 1"}


def test_models_are_called_as_people_call_them():
    class Model:
        def run(self):
            return TWICE

    assert name_of(np.dot) == "dot"
    assert name_of(partial(np.dot, 1)) == "partial of dot"
    assert name_of(Model().run).endswith("Model.run")
    assert name_of(Model()).endswith("Model")
