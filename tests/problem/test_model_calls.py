"""How a model is called, found by trying it; and every way in which one can misbehave, each told in one line or counted."""

import functools
import math
import os

import numpy as np
import pytest

import premortem as pm
from premortem.errors import BadInput, BadInputs, NotReproducible
from premortem.problem import in_process, workers
from tests.problem.small import example, line


def told(model, **more):
    with pytest.raises((BadInput, BadInputs)) as caught:
        line(model, **more).run(futures=16)
    said = str(caught.value)
    assert "\n" not in said
    return said


class Doubler:
    def __init__(self):
        self.by = 2.0

    def __call__(self, x):
        return {"y": self.by * x}

    def method(self, x):
        return {"y": self.by * x}


@pytest.mark.parametrize(
    "model",
    [
        lambda x: {"y": 2 * x},
        lambda x: 2 * x,
        lambda x: (2 * x,),
        lambda x: {"y": np.reshape(2 * np.asarray(x), (-1, 1))},
        lambda **given: {"y": 2 * given["x"], "more": 1},
        functools.partial(lambda x, by: {"y": by * x}, by=2.0),
        Doubler(),
        Doubler().method,
    ],
    ids=["dict", "number", "tuple", "column", "keywords", "partial", "object", "method"],
)
def test_batched_models_of_every_form_run(model):
    made = line(model).run(futures=40)
    assert made.evaluator.kind == "in batches"
    np.testing.assert_allclose(made.table().y, 2 * made.table().x)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (lambda x: {"y": math.exp(x)}, "one future a call"),
        (lambda x: {"y": math.exp(x) if x > 0.5 else np.exp(x)}, "one future a call"),
        (lambda x: {"y": np.exp(x[0]) if len(x) == 1 else 1 / 0}, "one future a call, as arrays"),
        (lambda x: {"y": np.exp(np.max(x))}, "one future a call"),
        (lambda x: {"y": np.exp(x) + 0 * np.sum(x)}, "in batches"),
        (lambda x: {"y": np.exp(x - np.mean(x)) if np.ndim(x) else np.exp(x)}, "one future a call"),
    ],
    ids=["math", "if", "arrays of one", "largest of all", "sum", "across futures"],
)
def test_what_a_batch_gets_wrong_is_called_future_by_future(model, kind):
    made = line(model).run(futures=40)
    assert made.evaluator.kind == kind
    np.testing.assert_allclose(made.table().y, np.exp(made.table().x))


@pytest.mark.parametrize("first", [True, False], ids=["time first", "future first"])
def test_series_of_a_batch_may_have_time_first_or_last(first):
    def model(x, times):
        rows = np.outer(times, x) if first else np.outer(x, times)
        return {"s": rows}

    times = np.array([1.0, 2.0, 4.0])
    made = pm.Problem(
        "s",
        model,
        [pm.Uniform("x", 0, 1)],
        outcomes=[pm.Series("s", times)],
        constants={"times": times},
        propositions={"a": "s@4 < 2 and highest(s) < 3"},
    )
    run = made.run(futures=40)
    np.testing.assert_allclose(run.series("s")[2.0], 2 * run.table().x)
    assert run.board()["holds"][0] == pytest.approx(0.5, abs=0.05)


def test_levers_and_constants_come_as_the_policy_gives_them_and_categories_as_their_levels():
    seen = []

    def model(x, owner, lag, many, choice, years):
        seen.append((many, choice, years))
        return {"y": np.asarray(x) + np.asarray(lag) * (np.asarray(owner) == "China") + np.sum(many) * years}

    made = pm.Problem(
        "m", model, [pm.Uniform("x", 0, 1), pm.Category("owner", ["US", "China"]), pm.Integer("lag", 1, 3)],
        [pm.Lever("many", 0, 1, size=4), pm.Lever("choice", levels=["a", "b"])], [pm.Outcome("y")], {"years": 2}, {"one": "y > 3"},
    )  # fmt: skip
    run = made.run(
        {"flat": {"many": 0.25, "choice": "a"}, "each": {"many": [0.1, 0.2, 0.3, 0.4], "choice": "b"}}, futures=64
    )
    assert {(np.shape(many), choice, years) for many, choice, years in seen} == {((), "a", 2), ((4,), "b", 2)}
    table = run.table("each")
    np.testing.assert_allclose(table.y, table.x + table.lag * (table.owner == "China") + 2.0)
    assert table.lag.dtype.kind == "i"


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (lambda x: {"z": x}, "returns no y; it returns z"),
        (lambda x: None, "returns nothing"),
        (lambda x: {"y": [1, 2]}, "shape (2,), not one number"),
        (lambda x: {"y": "much"}, "not a number"),
        (lambda x: {"y": 1 / 0}, "ZeroDivisionError"),
        (lambda x: {"y": np.random.default_rng().random()}, "two answers for the same input"),
        (lambda x: {"y": np.random.default_rng().random() if x > 0.95 else 0.0}, "two answers for the same input"),
        (lambda x, _held=[]: _held.append(1) or {"y": len(_held)}, "two answers for the same input"),
    ],
    ids=["name", "nothing", "shape", "text", "raises", "random", "random at one end", "remembers"],
)  # fmt: skip
def test_a_model_that_cannot_be_run_is_told_in_one_line(model, said):
    assert said in told(model)


def test_a_model_that_hangs_is_told_and_a_future_that_hangs_has_failed():
    def hangs(x):
        while True:
            pass

    def may_hang(x):
        while x > 0.9:
            pass
        return {"y": x}

    assert "did not return within 0.2 s" in told(hangs, timeout=0.2)
    made = line(may_hang, timeout=0.05, propositions={"low": "y < 0.5"}).run(futures=20)
    assert set(made.failed("as-is")) == {"took longer than 0.05 s"}
    assert 0 < made.board()["failed"][0] < 6


def test_what_a_function_takes_is_held_against_what_is_declared():
    with pytest.raises(BadInputs, match=r"does not take x(.|\n)*needs z, which nothing declares"):
        line(lambda z: {"y": z})


def test_failures_are_counted_apart_and_are_no_verdict():
    made = line(lambda x: {"y": math.log(x - 0.25)}, propositions={"a": "y < 0"}).run(futures=400)
    assert made.board()["failed"][0] == pytest.approx(100, abs=4)
    assert made.board()["holds"][0] == 1.0
    assert "failed under as-is" in made.notes[0]
    assert made.boxes("a").failed == made.board()["failed"][0]


def test_a_model_that_asks_python_to_end_fails_its_future_alone_and_ctrl_c_still_stops_the_run():
    def leaves(x, how):
        if x > 0.75:
            raise how
        return {"y": x}

    def made(how):
        return pm.Problem(
            "p", functools.partial(leaves, how=how), [pm.Uniform("x", 0, 1)], outcomes=[pm.Outcome("y")]
        ).run(futures=64)

    assert made(SystemExit("too far")).failed("as-is") == {"SystemExit: too far": 16}
    assert made(SystemExit).failed("as-is") == {"SystemExit": 16}
    with pytest.raises(KeyboardInterrupt):
        made(KeyboardInterrupt)
    assert "raises SystemExit: 3" in told(lambda x: exec("raise SystemExit(3)"))


def test_a_batch_in_which_one_future_fails_keeps_the_others():
    def model(x):
        if np.any(np.asarray(x) > 0.9):
            raise ValueError("too far")
        return {"y": np.asarray(x) * 1.0}

    made = line(model).run(futures=100)
    assert made.evaluator.kind == "one future a call" or made.failed("as-is")
    assert (made.table().failed != "").equals(made.table().x > 0.9)


def test_infinities_and_nan_of_a_batch_are_failures():
    made = line(lambda x: {"y": np.where(np.asarray(x) > 0.75, np.inf, np.where(np.asarray(x) < 0.25, np.nan, x))}).run(
        futures=160
    )
    assert sum(made.failed("as-is").values()) == pytest.approx(80, abs=2)


def test_a_model_that_prints_is_quiet_and_one_that_changes_its_arguments_gets_copies(capfd):
    def model(x, held, path):
        print("noise")
        held.append(x)
        path[0] += 1
        return {"y": x * len(held) + path[0]}

    made = pm.Problem(
        "p", model, [pm.Uniform("x", 0, 1)], [pm.Lever("path", 0, 1, size=2)], [pm.Outcome("y")], {"held": [0]}
    )
    run = made.run({"a": {"path": [0.5, 0.5]}}, futures=20)
    np.testing.assert_allclose(run.table().y, 2 * run.table().x + 1.5)
    assert {"prints", "changes"} <= {word for note in run.notes for word in note.split()}
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("form", ["rng", "seed", "global"])
def test_replications_seed_a_model_by_future_whichever_way_it_draws(form):
    models = {
        "rng": lambda x, rng: {"y": x + rng.normal()},
        "seed": lambda x, seed: {"y": x + np.random.default_rng(seed).normal()},
        "global": lambda x: {"y": x + np.random.normal()},  # noqa: NPY002
    }
    runs = [line(models[form], replications=200).run(futures=24, seed=5).table() for _ in range(2)]
    assert runs[0].equals(runs[1])
    errors = runs[0].y - runs[0].x
    assert errors.nunique() == 24
    assert errors.std() == pytest.approx(1 / math.sqrt(200), rel=0.5)


def test_a_generator_that_no_seed_reaches_is_told():
    assert "a generator of its own" in told(lambda x: {"y": np.random.default_rng().random()}, replications=3)


def test_a_changed_model_is_refused_by_what_simulates():
    held = [1.0]
    run = line(lambda x: {"y": x * held[0]}, propositions={"a": "y < 0.4"}).run(futures=64)
    held[0] = 2.0
    for ask in (run.breaking_points, run.sensitivity):
        with pytest.raises(NotReproducible, match="has changed"):
            ask("a")
    assert len(run.table()) == 64


def test_a_compiled_model_runs_in_batches_and_one_future_of_jax_is_mapped():
    jax = pytest.importorskip("jax")
    globals()["jnp"] = jax.numpy  # at hand, as in a module that imports it

    def one(x, by):
        def step(state, _):
            return state * (1 + 0.01 * x), state

        last, path = jax.lax.scan(step, by, None, length=4)
        return {"y": last, "path": path}

    made = pm.Problem(
        "j", jax.jit(one), [pm.Uniform("x", 0, 1)], [pm.Lever("by", 0, 5)], [pm.Outcome("y"), pm.Series("path", 4)]
    )
    run = made.run({"a": {"by": 2.0}}, futures=40)
    assert run.evaluator.kind == "compiled by JAX"
    np.testing.assert_allclose(run.table().y, 2 * (1 + 0.01 * run.table().x) ** 4, rtol=1e-5)
    np.testing.assert_allclose(run.series("path")[1], 2 * (1 + 0.01 * run.table().x), rtol=1e-5)


@pytest.mark.parametrize("of_many", [False, True])
def test_a_compiled_model_takes_categories_of_texts(of_many):
    """A text cannot be traced: the model is compiled once for each combination that occurs."""
    jax = pytest.importorskip("jax")
    jnp = globals()["jnp"] = jax.numpy

    def one(x, owner, place):
        return {"y": jnp.sin(x) * (2 if owner == "slow" else 3) + (0 if place == "here" else 10)}

    def many(x, owner, place):
        return {"y": jnp.sin(x) * jnp.where(owner == "slow", 2, 3) + jnp.where(place == "here", 0, 10)}

    given = [pm.Uniform("x", 0, 1), pm.Category("owner", ["fast", "slow"]), pm.Category("place", ["here", "there"])]
    run = pm.Problem(
        "j", many if of_many else one, given, [], [pm.Outcome("y", "max")], propositions={"p": "y > 2"}
    ).run(futures=200)
    assert run.evaluator.kind == "compiled by JAX"
    t = run.table()
    truth = np.sin(t.x) * np.where(t.owner == "slow", 2, 3) + np.where(t.place == "here", 0, 10)
    np.testing.assert_allclose(t.y, truth, rtol=1e-5)
    assert run.breaking_points("p").levels == {"place": ("here",)}


def test_a_model_of_a_file_that_no_process_can_import_runs_in_processes():
    module = example("newsvendor")
    task = module.problem.evaluator({"order": 80.0, "kiosks": 1}).task
    pieces = [module.problem.run({"p": {"order": 80}}, futures=4, seed=1).plan.work("p", 0, 4)]
    (found,) = workers.answers(task, pieces, 2)
    assert np.isfinite(found.outcomes["profit"]).all()


def test_processes_give_the_bits_of_one_process():
    def model(x):
        return {"y": math.sin(x)}

    one, two = (line(model, processes=n).run(futures=30) for n in (1, 2))
    assert one.table().equals(two.table())


def test_a_model_that_ends_its_process_fails_its_own_futures_alone_and_what_c_prints_goes_nowhere(capfd):
    def model(x):
        os.write(1, b"from below Python")
        if 0.5 < x < 0.55:
            os._exit(3)  # as a crash does
        return {"y": math.sin(x)}

    made = line(model, processes=2).run(futures=200)
    table = made.table()
    lost = table.failed != ""
    assert lost.equals((table.x > 0.5) & (table.x < 0.55))
    assert set(made.failed("as-is")) == {in_process.ENDED}
    np.testing.assert_array_equal(table.y[~lost], [math.sin(x) for x in table.x[~lost]])
    assert capfd.readouterr().out == ""
