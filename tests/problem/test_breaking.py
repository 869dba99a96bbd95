"""Breaking points without gradients: slopes by differences, steps, categories, many small moves, and answers where there is none."""

import math

import numpy as np
import pytest
from scipy.stats import norm

import premortem as pm
from premortem.errors import BadInput
from premortem.problem import _break_search


def problem(model, uncertainties, text):
    return pm.Problem("p", model, uncertainties, outcomes=[pm.Outcome("y")], propositions={"a": text})


def test_f040_a_numpy_model_has_the_distance_that_arithmetic_gives():
    """y = x + 2 z in standard scores: the edge at 1.5 is 1.5 / sqrt(5) away, most of it along z."""
    made = problem(lambda x, z: {"y": x + 2 * z}, [pm.Normal("x", 0, 1), pm.Normal("z", 0, 1)], "y < 1.5")
    found = made.run(futures=64).breaking_points("a")
    assert found[0].distance == pytest.approx(1.5 / math.sqrt(5), abs=1e-3)
    assert found[0].moves["z"][1] == pytest.approx(0.6, abs=0.01)
    assert found.alone == pytest.approx({"x": 1.5, "z": 0.75}, abs=1e-3)
    assert found.holds_at_start
    assert "differences" in found.method
    assert len(found) == len([*found]) <= 3


def test_a_correlation_shortens_the_way_along_it():
    apart, together = (
        pm.Problem(
            "p", lambda x, z: {"y": x + z}, [pm.Normal("x", 0, 1), pm.Normal("z", 0, 1)], outcomes=[pm.Outcome("y")],
            correlations={("x", "z"): rho}, propositions={"a": "y < 2"},
        ).run(futures=64).breaking_points("a")[0].distance
        for rho in (0.01, 0.8)
    )  # fmt: skip
    r = 2 * math.sin(math.pi * 0.8 / 6)
    assert together == pytest.approx(2 / math.sqrt(2 * (1 + r)), abs=1e-2)
    assert together < apart


def test_f051_steps_of_a_count_and_of_integers_are_no_wall():
    def count(x, n):
        return {"y": np.floor(4 * x) + n}

    found = (
        problem(count, [pm.Uniform("x", 0, 1), pm.Integer("n", 0, 4)], "y < 5").run(futures=256).breaking_points("a")
    )
    moved = found[0].moves
    x, n = moved.get("x", (0.5, 0.5))[1], moved.get("n", (2, 2))[1]
    assert np.floor(4 * x) + n >= 5
    assert found[0].distance <= norm.ppf(0.75) + 1e-3  # x alone to its next step
    assert "sampled" in found.method


def normals(*names):
    return [pm.Normal(n, 0, 1) for n in names]


def in_a_corner(a, b, c):
    """0 around the centre; 5 beyond a plane 0.6 away, and in a corner 0.5 away."""
    return {"y": 5.0 * (((a > 0.3) & (b < -0.4)) | (c > 0.6))}


def beyond_a_tilt(a, b, c, d):
    """0 around the centre; 5 beyond a plane across all four that is 0.8 away, and beyond 0.95 of one."""
    return {"y": 5.0 * ((a - b + c + d > 1.6) | (a > 0.95))}


def beside_a_slope(a, b, c, d):
    """About -5 at the centre, almost flat; a slope comes to 0 beyond a + b = 0.85, and a pocket of 1 has its nearest corner at (.3, -.3, .2) of the
    last three.
    """
    pocket = np.where((b > 0.3) & (c < -0.3) & (d > 0.2) & (d < 0.6), 1.0, -9.0)
    return {"y": np.maximum(0.05 * a - 5, pocket) + 54 * np.maximum(a + b + 0.1 * c - 0.85, 0)}


@pytest.mark.parametrize(
    ("model", "names", "text", "nearest"),
    [
        (in_a_corner, "abc", "y < 2", 0.5),
        (beyond_a_tilt, "abcd", "y < 2", 0.8),
        (beside_a_slope, "abcd", "y > 0", math.sqrt(0.22)),
    ],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_where_the_margin_is_flat_at_the_start_the_nearest_turn_is_found(model, names, text, nearest, seed):
    found = problem(model, normals(*names), text).run(futures=128).breaking_points("a", seed=seed)
    assert nearest - 1e-6 <= found[0].distance <= 1.02 * nearest
    moved = {n: np.full(1, found[0].moves.get(n, (0.0, 0.0))[1]) for n in names}
    assert (model(**moved)["y"][0] < 2 if text == "y < 2" else model(**moved)["y"][0] > 0) != found.holds_at_start
    assert {p.distance_all_free for p in found} == {found[0].distance}
    assert "random moves" in found.method
    assert "the nearest turn found: " in found.verdict


def test_a_flat_margin_gives_the_same_turns_for_a_seed_and_asks_a_bounded_number_of_runs():
    run = problem(beyond_a_tilt, normals(*"abcd"), "y < 2").run(futures=128)
    first, again = run.breaking_points("a", seed=3), run.breaking_points("a", seed=3)
    assert [p.distance for p in first] == [p.distance for p in again]
    assert int(first.method.split("; ")[1].split()[0].replace(",", "")) < 30_000


def test_a_steady_slope_is_left_to_the_slopes():
    found = problem(lambda x, z: {"y": x + 2 * z}, normals("x", "z"), "y < 1.5").run(futures=512).breaking_points("a")
    assert found.method.startswith("by slopes, which are differences of runs; ")
    assert found[0].distance == pytest.approx(1.5 / math.sqrt(5), abs=1e-3)


def test_f051_many_equal_moves_are_found_though_they_are_more_than_six():
    names = [f"x{i}" for i in range(40)]
    made = problem(lambda **x: {"y": sum(x.values()) / math.sqrt(40)}, [pm.Normal(n, 0, 1) for n in names], "y < 2")
    found = made.run(futures=64).breaking_points("a", top=1)
    assert found[0].distance == pytest.approx(2.0, abs=0.02)
    assert len(found[0].moves) > 6


def test_a_level_that_turns_it_alone_is_named_and_categories_do_not_move():
    made = problem(
        lambda x, owner: {"y": x + (owner == "bad")},
        [pm.Uniform("x", 0, 1), pm.Category("owner", ["good", "bad", "fair"])],
        "y < 0.9",
    )
    found = made.run(futures=64).breaking_points("a")
    start = np.array(["good", "bad", "fair"])[1]
    assert (
        found.levels == {"owner": ("good", "fair")}
        if start == "bad" and not found.holds_at_start
        else found.levels == {"owner": ("bad",)}
    )
    assert all("owner" not in point.moves for point in found)


def test_where_nothing_turns_it_or_the_model_fails_there_it_says_so():
    run = problem(lambda x: {"y": 0 * x}, [pm.Uniform("x", 0, 1)], "y > 1").run(futures=32)
    assert "no move within 3 standard scores" in run.breaking_points("a").verdict
    edge = problem(lambda x: {"y": x}, [pm.Uniform("x", 0, 1)], "y < 0.5").run(futures=32)
    assert "stands on its edge" in edge.breaking_points("a").verdict
    failing = problem(lambda x: {"y": math.sqrt(x - 0.6)}, [pm.Uniform("x", 0, 1)], "y < 0.3").run(futures=64)
    assert failing.breaking_points("a").holds_at_start is None
    fine = int(np.flatnonzero(failing.table().failed == "")[0])
    assert failing.breaking_points("a", start=fine).points
    with pytest.raises(BadInput, match="no such future"):
        failing.breaking_points("a", start=64)


def test_a_slow_model_is_followed_from_the_runs_own_futures(monkeypatch):
    run = problem(lambda x, z: {"y": math.sin(x) + z}, [pm.Normal("x", 0, 1), pm.Normal("z", 0, 1)], "y < 1").run(
        futures=512
    )
    monkeypatch.setitem(vars(run.evaluator), "seconds", 0.05)
    monkeypatch.setattr(type(run.evaluator), "_processes", lambda self, futures: 1)
    found = run.breaking_points("a")
    assert "own futures" in found.method
    assert 0.6 < found[0].distance < 1.1


class Jax:
    """A model of JAX with many uncertainties, at which JAX's own slopes save runs; it is compiled from the first call on."""

    names = tuple(f"x{i}" for i in range(12))
    weights = np.linspace(0.2, 1.0, 12)

    @staticmethod
    def model(k, **x):
        import jax.numpy as jnp

        level = sum(w * v for w, v in zip(Jax.weights, (x[n] for n in Jax.names), strict=True))
        return {"y": k * level, "path": jnp.stack([level, 2 * level, 3 * level], axis=-1)}


@pytest.mark.parametrize(
    ("text", "edge"), [("y < 3", 1.5), ("path@2 - y < 1.5", 1.5), ("highest(path) + x11 < 3", None)]
)
def test_slopes_of_a_slow_jax_model_are_its_own_gradients_and_save_runs(text, edge, monkeypatch):
    import jax

    monkeypatch.setattr(_break_search, "COMPILING", 0.0)  # as if each run took long
    made = pm.Problem(
        "p", jax.jit(Jax.model), [pm.Normal(n, 0, 1) for n in Jax.names], [pm.Lever("k", 0, 3)], [pm.Outcome("y"), pm.Series("path", 3)],
        propositions={"a": text},
    )  # fmt: skip
    run = made.run({"two": {"k": 2.0}}, 64)
    found = run.breaking_points("a", top=1)
    weights = np.asarray(Jax.weights) * (3 if edge is None else 1)
    weights[-1] += edge is None
    assert found[0].distance_all_free == pytest.approx((edge or 3) / np.linalg.norm(weights), rel=2e-3)
    assert "JAX's gradients" in found.method


def test_a_jax_model_of_few_uncertainties_or_without_a_way_back_goes_by_differences(monkeypatch):
    import jax

    monkeypatch.setattr(_break_search, "COMPILING", 0.0)

    def loop(**x):
        return {"y": jax.lax.while_loop(lambda y: y < 0, lambda y: y + 1, sum(x.values()))}

    for names in ("ab", "abcdefgh"):
        made = pm.Problem(
            "p",
            jax.jit(loop),
            [pm.Normal(n, 1, 1) for n in names],
            outcomes=[pm.Outcome("y")],
            propositions={"a": "y < 12"},
        )
        assert "JAX" not in made.run(futures=64).breaking_points("a").method


def test_more_uncertainties_than_can_be_moved_one_by_one_are_refused():
    many = [pm.Uniform(f"x{i}", 0, 1) for i in range(501)]
    problem = pm.Problem(
        "many", lambda **x: {"y": sum(x.values())}, many, outcomes=[pm.Outcome("y")], propositions={"p": "y > 250"}
    )
    with pytest.raises(BadInput, match=r"are 501 that vary, too many to move one by one; allowed: up to 500"):
        problem.run(futures=8).breaking_points("p")
