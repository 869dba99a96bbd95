"""Uncertainties that move together: the rank correlation asked for, each prior as it was, each future by its index."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from premortem.cases.us_ai_2025 import world
from premortem.ensemble import priors
from premortem.ensemble.part import draw
from premortem.errors import BadInput, BadInputs
from premortem.study import Study, make_study, problems
from tests.examples import examples

SHIPPED = priors.read(world.PARAMS)
PAIRS = (("yield_rate", "wafer_growth", 0.7), ("wafer_growth", "state_steering", -0.4))


def table(folder, *rows):
    path = folder / "correlations.csv"
    path.write_text("\n".join(["a,b,rho", *(",".join(map(str, row)) for row in rows)]) + "\n")
    return path


def place(name):
    return SHIPPED.names.index(name)


@pytest.mark.parametrize("kind", ["sobol", "lhs", "montecarlo"])
def test_ranks_correlate_as_asked_and_the_rest_stays_apart(tmp_path, kind):
    values = draw(SHIPPED.correlated(table(tmp_path, *PAIRS)), kind, 5, 0, 8192)
    for a, b, rho in PAIRS:
        assert stats.spearmanr(values[place(a)], values[place(b)])[0] == pytest.approx(rho, abs=0.03)
    # what was not said follows: yield_rate and state_steering meet only by way of wafer_growth
    free = stats.spearmanr(values[place("yield_rate")], values[place("capex_growth")])[0]
    assert abs(free) < 0.03


def test_the_matrix_is_the_correlation_of_the_scores(tmp_path):
    ours = SHIPPED.correlated(table(tmp_path, *PAIRS))
    scores = SHIPPED.to_normal(draw(ours, "sobol", 5, 0, 8192))[ours.copula.places, :]
    whole = ours.copula.matrix(len(SHIPPED.names))
    np.testing.assert_allclose(np.corrcoef(scores), whole[np.ix_(ours.copula.places, ours.copula.places)], atol=0.01)
    untouched = np.delete(np.delete(whole, ours.copula.places, 0), ours.copula.places, 1)
    np.testing.assert_array_equal(untouched, np.eye(len(untouched)))


def test_each_prior_is_as_it_was(tmp_path):
    together = draw(SHIPPED.correlated(table(tmp_path, *PAIRS)), "sobol", 5, 0, 8192)
    apart = draw(SHIPPED, "sobol", 5, 0, 8192)
    for name in ("yield_rate", "wafer_growth", "state_steering"):
        assert stats.ks_2samp(together[place(name)], apart[place(name)]).statistic < 0.015
    untouched = [i for i, name in enumerate(SHIPPED.names) if name not in {n for a, b, _ in PAIRS for n in (a, b)}]
    np.testing.assert_array_equal(together[untouched], apart[untouched])


@examples(0.6)
@given(start=st.integers(0, 5000), count=st.integers(1, 200))
def test_a_future_still_follows_from_seed_and_index_alone(tmp_path_factory, start, count):
    ours = SHIPPED.correlated(table(tmp_path_factory.mktemp("t"), *PAIRS))
    np.testing.assert_array_equal(
        draw(ours, "sobol", 3, start, count), draw(ours, "sobol", 3, 0, start + count)[:, start:]
    )


@given(rho=st.floats(-0.95, 0.95))
def test_any_rank_correlation_is_met(tmp_path_factory, rho):
    ours = SHIPPED.correlated(table(tmp_path_factory.mktemp("t"), ("kw_2024", "cost_2024", rho)))
    values = draw(ours, "sobol", 1, 0, 4096)
    assert stats.spearmanr(values[place("kw_2024")], values[place("cost_2024")])[0] == pytest.approx(rho, abs=0.03)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("yield_raet", "wafer_growth", 0.5)], "did you mean yield_rate"),
        ([("yield_rate", "yield_rate", 0.5)], "with itself"),
        ([("yield_rate", "wafer_growth", 1.5)], "out of range"),
        ([("yield_rate", "wafer_growth", "nan")], "out of range"),
        ([("yield_rate", "wafer_growth", "much")], "not a number"),
        ([("yield_rate", "wafer_growth", 0.5), ("wafer_growth", "yield_rate", 0.2)], "stands twice"),
        ([("stacks_per_die", "wafer_growth", 0.5)], "no order to correlate"),
        ([("breakthrough_1_owner", "wafer_growth", 0.5)], "no order to correlate"),
        (
            [("yield_rate", "wafer_growth", 0.9), ("wafer_growth", "kw_2024", 0.9), ("yield_rate", "kw_2024", -0.9)],
            "cannot hold together",
        ),
    ],
)
def test_bad_tables_are_refused_by_name(tmp_path, rows, said):
    with pytest.raises(BadInput, match=said):
        SHIPPED.correlated(table(tmp_path, *rows))


def test_all_faults_are_told_at_once(tmp_path):
    with pytest.raises(BadInputs) as caught:
        SHIPPED.correlated(table(tmp_path, ("x", "wafer_growth", 0.5), ("yield_rate", "wafer_growth", 2)))
    assert len(caught.value.errors) == 2


def test_other_columns_are_refused(tmp_path):
    (tmp_path / "correlations.csv").write_text("a,b\nyield_rate,wafer_growth\n")
    with pytest.raises(BadInput, match="rho: is missing; allowed: columns a, b, rho"):
        SHIPPED.correlated(tmp_path / "correlations.csv")


def test_a_study_with_correlations_is_another_study(tmp_path):
    folder = make_study(tmp_path / "mine")
    before = Study(folder).hashes(["as-written"])
    table(folder, *PAIRS)
    study = Study(folder)
    assert study.priors.copula.pairs == PAIRS
    assert study.hashes(["as-written"])["parameters"] != before["parameters"]
    table(folder, ("yield_raet", "wafer_growth", 0.5))
    assert any("yield_raet" in str(fault) for fault in problems(folder))
