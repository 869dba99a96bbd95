"""Priors against scipy.stats; designs whose futures follow from (seed, index) alone."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from premortem.cases.us_ai_2025 import world
from premortem.ensemble import design, distributions, priors
from premortem.ensemble.design import KEPT_BITS, REPLICATES
from premortem.errors import BadInput, BadInputs
from tests.examples import examples

COLUMNS = "name,module,unit,low,central,high,distribution,meaning,binds,basis,known_on,confidence"


def table(tmp_path, *rows):
    path = tmp_path / "params.csv"
    path.write_text("\n".join([COLUMNS, *rows]) + "\n")
    return path


def one(tmp_path, low, central, high, distribution):
    row = f"x,m,1,{low},{central},{high},{distribution},says,binds,basis,2025-01-01,low"
    return priors.read(table(tmp_path, row))


U = np.linspace(0.001, 0.999, 997)[None]


@pytest.mark.parametrize(
    ("low", "central", "high", "distribution", "judge"),
    [
        (2.0, "", 5.0, "uniform", stats.uniform(2, 3)),
        (1.0, "", 8.0, "loguniform", stats.loguniform(1, 8)),
        (1.0, 2.0, 5.0, "triangular", stats.triang(0.25, 1, 4)),
        (-1.0, "", 3.0, "normal", stats.norm(1, 2 / 1.6448536)),
        (0.5, "", 8.0, "lognormal", stats.lognorm(np.log(4) / 1.6448536, scale=2.0)),
    ],
)
def test_quantiles_equal_those_of_scipy(tmp_path, low, central, high, distribution, judge):
    got = one(tmp_path, low, central, high, distribution).ppf(U)
    np.testing.assert_allclose(got[0], judge.ppf(U[0]), rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize(("low", "high"), [(0.02, 0.25), (0.3, 0.7), (0.15, 0.25), (0.45, 0.8)])
def test_beta_priors_have_low_and_high_as_their_5_and_95_percent(low, high):
    a, b = distributions.beta_shape(low, high)
    assert stats.beta(a, b).cdf([low, high]) == pytest.approx([0.05, 0.95], abs=1e-9)


def test_every_shipped_prior_round_trips_through_its_normal_score():
    shipped = priors.read(world.PARAMS)
    u = np.tile(np.linspace(0.01, 0.99, 41), (len(shipped.rows), 1))
    back = shipped.cdf(shipped.ppf(u))
    for i, row in enumerate(shipped.rows):
        if row.varies and row.distribution != "categorical":
            np.testing.assert_allclose(back[i], u[i], atol=2e-3, err_msg=row.name)


def test_the_differentiable_quantiles_equal_the_plain_ones():
    shipped = priors.read(world.PARAMS)
    z = np.random.default_rng(0).normal(size=(len(shipped.rows), 50))
    smooth = np.asarray(shipped.from_normal_jax(z))
    plain = shipped.from_normal(z)
    steps = [i for i, row in enumerate(shipped.rows) if row.distribution != "categorical"]
    np.testing.assert_allclose(smooth[steps], plain[steps], rtol=1e-4, atol=1e-5)


def test_all_faults_of_a_table_are_reported_at_once(tmp_path):
    path = table(
        tmp_path,
        "a,m,1,5,,1,uniform,s,b,basis,2025-01-01,low",
        "b,m,1,nan,,1,uniform,s,b,basis,2025-01-01,low",
        "c,m,1,0,,1,gaussian,s,b,basis,2025-01-01,low",
        "c,m,1,0,,1,uniform,s,b,basis,2025-01-01,low",
        "c,m,1,0,,1,uniform,s,b,basis,2025-01-01,low",
    )
    with pytest.raises(BadInputs) as caught:
        priors.read(path)
    text = str(caught.value)
    assert len(caught.value.errors) == 4
    assert "row 2 (a)" in text
    assert "row 3 (b)" in text
    assert "row 4 (c).distribution" in text
    assert "stands twice" in text


@pytest.mark.parametrize(
    ("name", "values", "at", "allowed"),
    [
        ("patch_lag", "-0.5,-0.3,-0.1,triangular", "patch_lag.low", "above 0 yr"),
        ("parts_years", "0,0.5,1,triangular", "parts_years.low", "above 0 yr"),
        ("hbm_stockpile", "-1,2,3,triangular", "hbm_stockpile.low", "0 or more, in million stacks"),
        ("enforcement", "0.5,0.8,1.2,triangular", "enforcement.high", "at most 1"),
    ],
)
def test_an_override_that_reaches_what_cannot_be_is_one_clear_error(tmp_path, name, values, at, allowed):
    shipped = priors.read(world.PARAMS)
    with pytest.raises(BadInput) as wrong:
        shipped.override(own_prior(tmp_path, shipped[name], values))
    assert wrong.value.key == at
    assert allowed in str(wrong.value)


@pytest.mark.parametrize(
    ("name", "values"), [("capex_long_run", "-0.1,0.0,0.1,triangular"), ("cost_fall", "0.1,0.2,0.3,normal")]
)
def test_a_growth_may_be_a_fall(tmp_path, name, values):
    shipped = priors.read(world.PARAMS)
    assert shipped.override(own_prior(tmp_path, shipped[name], values))[name].low == float(values.partition(",")[0])


def own_prior(tmp_path, row, values):
    """A table with one row of one's own: low, central, high and distribution as said."""
    low, central, high, distribution = values.split(",")
    told = row.as_dict() | {"low": low, "central": central, "high": high, "distribution": distribution}
    path = tmp_path / "params.csv"
    pl.DataFrame([{name: str(told[name]) for name in priors.COLUMNS}]).write_csv(path)
    return path


def test_an_override_of_an_unknown_parameter_offers_the_near_name(tmp_path):
    shipped = priors.read(world.PARAMS)
    path = table(tmp_path, "yield_maks,m,1,0,,1,uniform,s,b,basis,2025-01-01,low")
    with pytest.raises(BadInput, match="did you mean yield_max"):
        shipped.override(path)


@examples(1.2)
@given(
    kind=st.sampled_from(design.DESIGNS),
    seed=st.integers(0, 2**31),
    start=st.integers(0, 9000),
    count=st.integers(1, 300),
)
def test_a_future_depends_on_seed_and_index_only(kind, seed, start, count):
    alone = design.uniforms(kind, 5, seed, start, count)
    among = design.uniforms(kind, 5, seed, 0, start + count)[:, start:]
    np.testing.assert_array_equal(alone, among)


@examples(0.5)
@given(seed=st.integers(0, 3), skip=st.integers(0, 2**KEPT_BITS - 1), wanted=st.integers(1, 200))
def test_points_of_what_is_kept_are_those_of_scipy_to_the_bit(seed, skip, wanted):
    for r in (0, REPLICATES - 1):
        np.testing.assert_array_equal(
            design._points(7, seed, r, skip, wanted), design._scramble(7, seed, r, skip, wanted)
        )


def test_futures_are_drawn_without_scipy_where_what_they_are_made_of_was_kept(monkeypatch):
    before = design.uniforms("sobol", 6, 11, 0, 400)
    design._kept_directions.cache_clear()  # as in another process
    monkeypatch.setattr(design, "_engine", None)
    np.testing.assert_array_equal(design.uniforms("sobol", 6, 11, 0, 400), before)


def test_seed_0_is_a_seed_like_any_other():
    assert not np.array_equal(design.uniforms("sobol", 3, 0, 0, 16), design.uniforms("sobol", 3, 1, 0, 16))


@pytest.mark.parametrize("kind", design.DESIGNS)
def test_designs_fill_the_unit_cube_evenly(kind):
    u = design.uniforms(kind, 4, 3, 0, 4096)
    assert u.mean(1) == pytest.approx(np.full(4, 0.5), abs=0.03)
    assert stats.kstest(u[2], "uniform").pvalue > 1e-3


def test_an_unknown_design_is_refused():
    with pytest.raises(BadInput, match="no such design"):
        design.uniforms("latin", 2, 0, 0, 4)  # type: ignore[arg-type]


def study_row(tmp_path, name, distribution, high=2, low=0):
    shipped = priors.read(world.PARAMS)[name]
    path = tmp_path / "params.csv"
    told = f'{name},{shipped.module},category,{low},,{high},"{distribution}",as shipped,X1,judgement,2025-01-01,low\n'
    path.write_text(world.PARAMS.read_text().splitlines()[0] + "\n" + told)
    return path


def test_a_study_gives_chances_of_categories_by_name_and_a_name_that_is_left_out_has_none(tmp_path):
    shipped, u = priors.read(world.PARAMS), np.linspace(0.01, 0.99, 99)
    names = [category.name for category in shipped["beijing_form"].categories]
    for high in (1, 2):  # as many numbers as names, or those of the shipped row
        own = shipped.override(study_row(tmp_path, "beijing_form", "categorical: welcomes 0.5, refuses 0.5", high))
        drawn = {own["beijing_form"].category(value) for value in own["beijing_form"].quantile(u)}
        assert drawn == {"welcomes", "refuses"}
        assert set(own["beijing_form"].quantile(u)) == {names.index("welcomes"), names.index("refuses")}


def test_a_study_that_orders_categories_anew_keeps_what_each_means(tmp_path):
    shipped, u = priors.read(world.PARAMS), np.linspace(0.001, 0.999, 999)
    turned = ", ".join(f"{c.name} {c.chance:g}" for c in reversed(shipped["beijing_form"].categories))
    own = shipped.override(study_row(tmp_path, "beijing_form", f"categorical: {turned}"))
    assert np.array_equal(own["beijing_form"].quantile(u), shipped["beijing_form"].quantile(u))


@pytest.mark.parametrize(
    ("name", "distribution", "says"),
    [
        ("beijing_form", "categorical: welcomes 0.5, quotas 0.4, dumps 0.1", "no value is called dumps; allowed: welcomes, quotas, refuses"),
        ("beijing_form", "categorical: welcomes 0.5, quota 0.2, refuses 0.3", "did you mean quotas?"),
        ("beijing_form", "categorical: quotas 0.5, refuses 0.2, quotas 0.3", "quotas stands twice; allowed: each name once"),
        ("beijing_form", "uniform", "with chances of welcomes, quotas, refuses"),
        ("breakthrough_1_owner", "categorical: us 0.5, china 0.3, other 0.2", "values have no names here"),
    ],
)  # fmt: skip
def test_a_category_that_the_shipped_row_has_not_is_refused_with_file_and_row(tmp_path, name, distribution, says):
    with pytest.raises(BadInput, match=rf"params.csv: row 2 \({name}\).*{re.escape(says)}"):
        priors.read(world.PARAMS).override(study_row(tmp_path, name, distribution))


def test_a_form_that_a_study_fixes_stays_at_a_number_that_has_a_name(tmp_path):
    shipped = priors.read(world.PARAMS)
    own = shipped.override(study_row(tmp_path, "beijing_form", "fixed", high=2, low=2))
    assert set(own["beijing_form"].quantile(np.array([0.1, 0.9]))) == {2.0}
    with pytest.raises(BadInput, match="7 is none of its values; allowed: 0 welcomes, 1 quotas, 2 refuses"):
        shipped.override(study_row(tmp_path, "beijing_form", "fixed", high=7, low=7))


def test_threads_that_draw_at_once_get_what_each_would_alone():
    """They share an engine for each scramble, which has a place in its sequence."""
    starts = [REPLICATES * 2**KEPT_BITS + 4096 * k for k in range(8)]
    alone = [design.uniforms("sobol", 40, 5, start, 2048) for start in starts]
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # as on a machine with more to do than time
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda start: design.uniforms("sobol", 40, 5, start, 2048), starts))
    finally:
        sys.setswitchinterval(usual)
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)
