"""What a problem declares: priors against SciPy's, designs against their definitions, policies, names; faults all at once."""

import numpy as np
import pytest
from scipy import stats

import premortem as pm
from premortem.errors import BadInput, BadInputs
from premortem.problem import samplers

U = np.linspace(0.001, 0.999, 101)


@pytest.mark.parametrize(
    ("declared", "judge"),
    [
        (pm.Uniform("x", 2, 5), stats.uniform(2, 3)),
        (pm.Triangular("x", 2, 3, 6), stats.triang(0.25, 2, 4)),
        (pm.Normal("x", 0.02, 0.01), stats.norm(0.02, 0.01)),
        (pm.Lognormal("x", 3, 0.4), stats.lognorm(0.4, scale=3)),
        (pm.Beta("x", 2, 3, 6), stats.beta(2, 4, 2, 4)),
        (pm.Integer("x", -1, 3), stats.randint(-1, 4)),
        (pm.Drawn("x", stats.gamma(2).ppf), stats.gamma(2)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_quantiles_are_scipys(declared, judge):
    np.testing.assert_allclose(declared.quantile(U), judge.ppf(U), rtol=1e-9)


def test_a_category_has_its_levels_as_they_are_by_weight():
    owner = pm.Category("owner", ["US", "China", 3], weights=[1, 2, 1])
    drawn = owner.quantile((np.arange(400) + 0.5) / 400).tolist()
    assert [drawn.count(level) for level in ("US", "China", 3)] == [100, 200, 100]


def two(x, y):
    return {"z": x + y}


@pytest.mark.parametrize("design", samplers.SAMPLERS)
def test_every_design_keeps_to_the_priors(design):
    made = pm.Problem("two", two, [pm.Uniform("x", 1, 2), pm.Integer("y", 1, 3)], outcomes=[pm.Outcome("z")])
    table = made.run(futures=96, seed=2, design=design).table()
    assert table.x.between(1, 2).all()
    assert set(table.y) == {1, 2, 3}
    if design == "factorial":
        assert table.groupby("y").x.nunique().tolist() == [32] * 3
    if design == "morris":
        moves = (np.diff(table[["x"]].to_numpy().reshape(-1, 3), axis=1) != 0).sum(1)
        assert (moves == 1).all()
    if design == "lhs":
        assert (np.histogram(table.x, 96, (1, 2))[0] == 1).all()


@pytest.mark.parametrize("design", ["factorial", "morris"])
def test_a_grid_ends_where_a_prior_has_no_end_at_its_tails(design):
    """At the last chance that a float has, a lognormal's one value would count as much as all others."""
    given = [pm.Lognormal("x", 1, 1), pm.Uniform("y", 0, 1), pm.Drawn("z", stats.poisson(4).ppf)]
    table = (
        pm.Problem("three", lambda x, y, z: {"s": x + y + z}, given, outcomes=[pm.Outcome("s")])
        .run(futures=64, design=design)
        .table()
    )
    assert (table.x.min(), table.x.max()) == pytest.approx((np.exp(-2.3263), np.exp(2.3263)), rel=1e-4)
    assert (table.y.min(), table.y.max()) == pytest.approx((0, 1), abs=1e-6)
    assert (table.z.min(), table.z.max()) == (stats.poisson(4).ppf(0.01), stats.poisson(4).ppf(0.99))


def test_policies_are_drawn_within_the_levers_and_each_meets_the_same_futures():
    def model(x, k, n, mode):
        return {"y": x * k + n}

    levers = [pm.Lever("k", 1, 2), pm.Lever("n", 0, 4, integer=True), pm.Lever("mode", levels=["a", "b"])]
    run = pm.Problem("p", model, [pm.Uniform("x", 0, 1)], levers, [pm.Outcome("y")]).run(8, futures=16)
    assert len(run.policies) == 8
    for values in run.plan.policies.values():
        assert 1 <= values["k"] <= 2
        assert values["n"] in range(5)
        assert values["mode"] in ("a", "b")
    assert all(run.table(p).x.equals(run.table().x) for p in run.policies)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": {"k": 1}}, "mode: is not set"),
        ({"a": {"k": 1, "mode": "c"}}, "is 'c'; allowed: a, b"),
        ({"a": {"k": "x", "mode": "a"}}, "allowed: a number from 0 to 2"),
        ({"a": {"k": [1, 2], "mode": "a"}}, "has shape"),
        ({"a": {"kk": 1, "k": 1, "mode": "a"}}, "no such lever; allowed: k, mode; did you mean k"),
        ({"a": 3}, "is no set of levers"),
        ({}, "are none"),
        (None, "k, mode must be set"),
    ],
)  # fmt: skip
def test_a_policy_that_cannot_be_run_says_the_one_thing_to_do(given, said):
    made = pm.Problem(
        "p",
        lambda x, k, mode: {"y": x * k},
        [pm.Uniform("x", 0, 1)],
        [pm.Lever("k", 0, 2), pm.Lever("mode", levels=["a", "b"])],
        [pm.Outcome("y")],
    )
    with pytest.raises((BadInput, BadInputs)) as caught:
        made.run(given, futures=8)
    assert said in str(caught.value)


def test_a_policy_beyond_a_range_is_run_and_told_and_a_default_fills_in():
    made = pm.Problem(
        "p",
        lambda x, k, j: {"y": x * k},
        [pm.Uniform("x", 0, 1)],
        [pm.Lever("k", 0, 2), pm.Lever("j", 0, 1, default=0.5)],
        [pm.Outcome("y")],
    )
    run = made.run({"far": {"k": 3}}, futures=8)
    assert run.notes == ("far: k lies beyond 0 to 2",)
    assert run.plan.policies["far"] == {"k": 3.0, "j": 0.5}


def test_faults_of_names_and_numbers_are_told_all_at_once():
    with pytest.raises(BadInputs) as caught:
        pm.Problem(
            "p", lambda **given: {"y": 0},
            [pm.Uniform("a b", 0, 1), pm.Uniform("x", 3, 2), pm.Normal("m", 0, -1), pm.Triangular("t", 0, 3, 1), pm.Category("c", []), pm.Uniform("x", 0, 1)],
            outcomes=[pm.Outcome("y", "up"), pm.Outcome("class")], constants={"m": 1}, timeout=0,
        )  # fmt: skip
    said = str(caught.value)
    for part in (
        "'a b'",
        "low 3 is above high 2",
        "sd -1 is below 0",
        "not in order",
        "one or more",
        "x: stands twice",
        "direction",
        "'class'",
        "m: stands twice",
        "timeout",
    ):
        assert part in said


def test_correlations_are_kept_and_faults_of_them_told():
    made = pm.Problem(
        "p",
        two,
        [pm.Uniform("x", 0, 1), pm.Lognormal("y", 1, 0.5)],
        outcomes=[pm.Outcome("z")],
        correlations={("x", "y"): 0.7},
        propositions={"a": "z < 2"},
    )
    run = made.run(futures=2000)
    assert run.table()[["x", "y"]].corr("spearman").iloc[0, 1] == pytest.approx(0.7, abs=0.03)
    assert run.breaking_points("a").points[0].distance > 0
    assert "correlated" in run.sensitivity("z").notes[0]
    with pytest.raises(BadInput, match="no such uncertainty: w"):
        pm.Problem(
            "p",
            two,
            [pm.Uniform("x", 0, 1), pm.Uniform("y", 0, 1)],
            outcomes=[pm.Outcome("z")],
            correlations={("x", "w"): 0.7},
        )


def test_a_million_uncertainties_are_too_many_for_a_sobol_sequence_and_that_is_told():
    made = pm.Problem(
        "wide",
        lambda **x: {"y": x["x0"]},
        [pm.Uniform(f"x{i}", 0, 1) for i in range(30_000)],
        outcomes=[pm.Outcome("y")],
    )
    with pytest.raises(BadInput, match="more than a Sobol sequence has"):
        made.run(futures=4)


@pytest.mark.parametrize("futures", [0, -3, 1.5, "many"])
def test_a_number_of_futures_that_is_none_is_told(futures):
    with pytest.raises(BadInput, match="a whole number"):
        pm.Problem("p", two, [pm.Uniform("x", 0, 1), pm.Uniform("y", 0, 1)], outcomes=[pm.Outcome("z")]).run(
            futures=futures
        )


def test_priors_of_a_table_are_read(tmp_path):
    path = tmp_path / "params.csv"
    path.write_text(
        "name,module,unit,low,central,high,distribution,meaning,binds,basis,known_on,confidence\n"
        "x,m,1,0,,1,uniform,x,A1,judgement,2025-01-01,low\n"
        'y,m,1,0,,1,"categorical: near 0.3, far 0.7",y,A1,judgement,2025-01-01,low\n'
    )
    made = pm.Problem("p", lambda x, y: {"z": x * (y == "far")}, path, outcomes=[pm.Outcome("z")])
    assert (made.run(futures=400).table().y == "far").mean() == pytest.approx(0.7, abs=0.02)


def test_a_proposition_cannot_take_the_name_of_a_row_of_the_board():
    with pytest.raises(BadInput, match="propositions: all: is a name of our own"):
        pm.Problem(
            "p", lambda x: {"y": x}, [pm.Uniform("x", 0, 1)], outcomes=[pm.Outcome("y")], propositions={"all": "y > 0"}
        )


def test_names_by_the_million_are_refused_at_once():
    many = [pm.Uniform("x", 0, 1)] * 1_000_000
    with pytest.raises(BadInput, match=r"^wide: uncertainties: are 1,000,000, too many .*; allowed: up to 50,000$"):
        pm.Problem("wide", lambda x: {"y": x}, many, outcomes=[pm.Outcome("y")])
