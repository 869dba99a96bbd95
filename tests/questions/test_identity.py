"""What a model of the user's own is known by: a changed body, closure or state is found out; so is a model that draws at random."""

import functools
import types

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from premortem import questions
from premortem.errors import BadInput, NotReproducible
from premortem.study import Study, model_identity
from tests.questions.own import PLACES, flat, folder_of, uniform


def model_of(text, **names):
    """A function from source, as a user's module would hold it: nothing but its body tells it from another."""
    names = {"np": np, "flat": flat, "PLACES": PLACES, **names}
    exec(compile(f"def model(values, levers):\n    return {{'y': flat({text})}}", "mine.py", "exec"), names)
    return names["model"]


def told(function):
    return tuple(sorted(model_identity.parts_of(function).items()))


FIRST, OTHER = "values[PLACES[0]] - 0.5", "values[PLACES[0]] - 0.7"


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path / "mine", uniform(2))


def test_f042_a_run_of_another_body_is_refused_by_every_analysis_and_by_resume(folder):
    run = Study(folder, simulator=model_of(FIRST)).run(["as-written", "maximal"], futures=600, out=folder / "out")
    same = Study(folder, simulator=model_of(FIRST)).stored(folder / "out")
    assert questions.compare(same, time=False).shares == questions.compare(run, time=False).shares
    other = Study(folder, simulator=model_of(OTHER))
    stale = other.stored(folder / "out")
    for look in (
        lambda: questions.compare(stale),
        lambda: questions.compare(stale, ["as-written", "rescinded"], time=False),
        lambda: questions.stress(stale, "A1", samples=64),
        lambda: questions.discover(stale, "A1"),
        lambda: questions.breaking_points(stale, "A1"),
    ):
        with pytest.raises(BadInput, match=r"other model.*version="):
            look()
    with pytest.raises((BadInput, NotReproducible)):
        other.run(["as-written", "maximal"], futures=900, out=folder / "out", resume=True)


@pytest.mark.parametrize(
    "pair",
    [
        (model_of(FIRST), model_of(OTHER)),
        (model_of("k * values[0]", k=2.0), model_of("k * values[0]", k=3.0)),
        (model_of("k * values[0]", k=np.arange(3)), model_of("k * values[0]", k=np.arange(3) + 1)),
        (model_of("f(values[0])", f=model_of(FIRST)), model_of("f(values[0])", f=model_of(OTHER))),
        (functools.partial(model_of(FIRST), levers=1), functools.partial(model_of(FIRST), levers=2)),
        (jax.jit(lambda v, p: {"y": jnp.sin(v)}), jax.jit(lambda v, p: {"y": jnp.cos(v)})),
        ((lambda k: lambda v, p: v + k)(1), (lambda k: lambda v, p: v + k)(2)),
        (lambda v, p, k=1: v, lambda v, p, k=2: v),
    ],
    ids=["body", "global", "array", "function it calls", "partial", "compiled", "closure", "default"],
)
def test_f042_whatever_a_model_rests_on_tells_it_from_another(pair):
    first, other = map(told, pair)
    assert first != other
    assert first == told(pair[0])


def test_f042_a_helper_in_a_module_of_the_users_own_counts(monkeypatch):
    helper = types.ModuleType("helper")
    helper.rate = 2.0
    model = model_of("helper.rate * values[0]", helper=helper)
    before = told(model)
    helper.rate = 3.0
    assert told(model) != before


def test_f042_a_version_of_the_users_own_stands_for_the_body(folder):
    first, same, other = (
        Study(folder, simulator=model_of(text), version=version)
        for text, version in ((FIRST, "1"), (OTHER, "1"), (FIRST, "2"))
    )
    assert first.hashes(["as-written"]) == same.hashes(["as-written"])
    assert first.hashes(["as-written"]) != other.hashes(["as-written"])


class Plant:
    """A model with a state: a rate that counts, and a number of calls that does not."""

    def __init__(self, rate):
        self.rate, self.calls = rate, 0

    def __call__(self, values, levers):
        self.calls += 1
        return {"y": flat(self.rate * values[PLACES[0]] - 0.5)}

    def method(self, values, levers):
        return self(values, levers)


def scaled(values, levers, rate):
    return {"y": flat(rate * values[PLACES[0]] - 0.5)}


@pytest.mark.parametrize(
    "make",
    [Plant, lambda rate: Plant(rate).method, lambda rate: functools.partial(scaled, rate=rate)],
    ids=["object", "method", "partial"],
)
def test_f053_objects_methods_and_partials_run_and_their_state_counts(folder, make):
    study = Study(folder, simulator=make(1.0))
    run = study.run(["as-written"], futures=600, out=folder / "out")
    held = {row.assumption: row.holds for row in run.board_rows()}
    assert held["A1"] == pytest.approx(0.5, abs=0.01)
    questions.discover(run, "A1")  # what changed by being called is not what the model is known by
    assert Study(folder, simulator=make(1.0)).hashes(["as-written"]) == study.hashes(["as-written"])
    with pytest.raises(BadInput, match="other model"):
        questions.discover(Study(folder, simulator=make(2.0)).stored(folder / "out"), "A1")


def test_f053_what_cannot_be_called_is_refused(folder):
    with pytest.raises(BadInput, match="simulator: is a text; allowed: a function"):
        _ = Study(folder, simulator="a model").simulate


def noisy(values, levers):
    return {"y": flat(values[PLACES[0]] + np.random.default_rng().normal(size=values.shape[1]))}


def seeded(values, levers):
    return {"y": flat(values[PLACES[0]] + np.random.default_rng(0).normal(size=values.shape[1]))}


def test_f054_a_model_that_draws_at_random_is_found_out_and_told_what_to_do(folder):
    with pytest.raises(BadInput, match=r"noisy: y: differs when .* twice.*seed"):
        _ = Study(folder, simulator=noisy).simulate
    assert Study(folder, simulator=seeded).simulate.names == {"y"}


def test_f055_with_every_uncertainty_fixed_there_is_one_clear_line(tmp_path):
    folder = folder_of(tmp_path / "fixed", {})
    run = Study(folder, simulator=model_of(FIRST)).run(["as-written", "maximal"], futures=500, out=folder / "out")
    for look in (
        lambda: questions.stress(run, "A1", samples=64),
        lambda: questions.sensitivities(run.study, "as-written", samples=64),
    ):
        with pytest.raises(BadInput, match=r"^params.csv: every uncertainty is fixed"):
            look()
    assert "in every future" in questions.discover(run, "A1").verdict
