"""The lake problem against published and computed results: EMA Workbench 2.5.3 for the points, SALib 1.6 for the indices, fixed seeds."""

import numpy as np
import pytest
from scipy.optimize import brentq

from tests.problem.small import example

# b 0.42, q 2, mean 0.02, stdev 0.0017, delta 0.98: release, largest phosphorus, utility, reliability
POINTS = [
    (0.0, 0.055249421805056605, 0.0, 1.0),
    (0.02, 0.143553188671031, 0.3469521776420985, 1.0),
    (0.05, 2.111861082320184, 0.8673804441052465, 0.1591),
    (0.1, 2.2840496582073677, 1.734760888210493, 0.0698),
]
# Shares of 8,192 futures: reliability above 0.9, utility above 0.5, both.
SHARES = {0.02: (0.5830, 0.0057, 0.0035), 0.05: (0.3408, 0.4878, 0.1660)}
# Sobol indices at a release of 0.05: outcome, first order, total.
INDICES = {
    "max_p": ({"b": 0.866, "q": 0.033, "mean": 0.015, "stdev": 0, "delta": 0}, {"b": 0.956, "q": 0.106, "mean": 0.054, "stdev": 0, "delta": 0}),
    "reliability": ({"b": 0.502, "q": 0.238, "mean": 0.042, "stdev": 0, "delta": 0}, {"b": 0.739, "q": 0.452, "mean": 0.152, "stdev": 0, "delta": 0}),
    "utility": ({"b": 0, "q": 0, "mean": 0, "stdev": 0, "delta": 1.0}, {"b": 0, "q": 0, "mean": 0, "stdev": 0, "delta": 1.0}),
}  # fmt: skip
# Boxes of reliability below 0.9 at 0.05: coverage and the density at it.
CURVE = {0.9: 0.8127, 0.8: 0.8844, 0.7: 0.9316, 0.6: 0.9771, 0.5: 0.9956}


@pytest.fixture(scope="module")
def run():
    return example("lake").problem.run({"low": {"release": 0.02}, "high": {"release": 0.05}}, futures=2000, seed=7)


@pytest.fixture(scope="module")
def breaking(run):
    return run.breaking_points("clean", "low")


@pytest.mark.parametrize(("release", "peak", "utility", "reliability"), POINTS)
def test_the_model_gives_the_published_points_for_a_number_and_for_a_release_a_year(
    release, peak, utility, reliability
):
    values = (np.array([v]) for v in (0.42, 2.0, 0.02, 0.0017, 0.98))
    b, q, mean, stdev, delta = values
    for given in (release, np.full(100, release)):
        found = example("lake").lake(b, q, mean, stdev, delta, given, 0.4)
        np.testing.assert_allclose(
            [found["max_p"][0], found["utility"][0], found["reliability"][0]], [peak, utility, reliability], rtol=1e-9
        )


@pytest.mark.parametrize(("policy", "release"), [("low", 0.02), ("high", 0.05)])
def test_f039_shares_are_those_of_the_reference(run, policy, release):
    board = {row["assumption"]: row for row in run.board().to_dicts() if row["policy"] == policy}
    for name, share in zip(("clean", "worth_it", "all"), SHARES[release], strict=True):
        assert abs(board[name]["holds"] - share) <= 3 * np.sqrt(share * (1 - share) / 2000)
        assert board[name]["low"] <= board[name]["holds"] <= board[name]["high"]


@pytest.mark.parametrize("outcome", INDICES)
def test_sobol_indices_are_those_of_salib(run, outcome):
    first, total = INDICES[outcome]
    for row in run.sensitivity(outcome, "high").of("sobol"):
        assert abs(row.first - first[row.param]) <= max(0.03, row.first_high - row.first)
        assert abs(row.total - total[row.param]) <= max(0.03, row.high - row.total)


def test_boxes_are_as_dense_as_the_workbenchs_at_each_coverage(run):
    found = run.boxes("clean", "high")
    assert next(iter(found.boxes[0].limits)) == "b"
    for coverage, density in CURVE.items():
        assert max(p.density for p in found.trajectory if p.coverage >= coverage) >= density - 0.02


def test_a_breaking_point_lies_on_the_edge_and_no_sampled_future_is_nearer(run, breaking):
    found = breaking
    assert found.holds_at_start
    at = {
        name: np.full(1, v) for name, v in {"b": 0.275, "q": 3.25, "mean": 0.03, "stdev": 0.003, "delta": 0.96}.items()
    }
    moved = at | {name: np.full(1, to) for name, (_, to) in found.points[0].moves.items()}
    model = example("lake").lake
    assert abs(model(**moved, release=0.02, alpha=0.4)["reliability"][0] - 0.9) < 1e-3
    broken = run.margins("clean", "low") <= 0
    from scipy.special import ndtri

    z = ndtri(run.plan.chances)
    assert found.points[0].distance <= np.sqrt((z[:, broken] ** 2).sum(0)).min()


def test_one_uncertainty_alone_turns_it_where_bisection_says(breaking):
    def margin(b):
        return (
            example("lake").lake(*(np.full(1, v) for v in (b, 3.25, 0.03, 0.003, 0.96)), release=0.02, alpha=0.4)[
                "reliability"
            ][0]
            - 0.9
        )

    assert breaking.alone["b"] == pytest.approx(brentq(margin, 0.15, 0.275, xtol=1e-6), abs=1e-4)


def test_regret_is_in_the_outcomes_unit_and_the_table_adds_up(run):
    low, high = run.table("low"), run.table("high")
    compared = run.compare()
    assert compared.regret["utility"].regret["low"].mean == pytest.approx(float((high.utility - low.utility).mean()))
    assert compared.regret["max_p"].regret["high"].mean == pytest.approx(
        float((high.max_p - low.max_p).clip(lower=0).mean())
    )
    assert compared.pareto == ("low", "high")
    assert list(low.columns[:8]) == ["b", "q", "mean", "stdev", "delta", "max_p", "utility", "reliability"]
    assert len(low) == 2000
