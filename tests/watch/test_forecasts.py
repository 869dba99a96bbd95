"""Forecasts of others and by rule: against closed forms, by the day on which they were public, and with every fault told."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm, norm

from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.watch import forecasts, hindcast, quantities
from premortem.watch.forecasts import LAST, TREND, WALK, Forecast
from premortem.watch.quantities import Z95, Span
from premortem.watch.readings import Reading
from premortem.watch.scores import crps, log_score

NOTE = date(2025, 2, 26)
KNOWN = quantities.shipped_quantities(default())
CAPEX, MARGIN, LOSS = KNOWN["capex_big4_year"], KNOWN["gross_margin"], KNOWN["openai_loss_year"]
YEAR = Span(date(2025, 1, 1), date(2025, 12, 31))


def forecast(quantity=CAPEX, centre=5.703782474656201, below=0.2, above=0.2):
    return Forecast("consensus", quantity, YEAR, float(centre), below, above, NOTE, "x")


def reading(value, on=date(2025, 12, 31), quantity="capex_big4_year", low=None, high=None):
    return Reading(quantity, on, value, low, high, date(2026, 2, 1), "x", "high")


def crps_of_a_lognormal(mu, sd, y):
    """Baran and Lerch 2015, equation for the log-normal law."""
    w = (np.log(y) - mu) / sd
    a = y * (2 * norm.cdf(w) - 1)
    return a - 2 * np.exp(mu + sd**2 / 2) * (norm.cdf(w - sd) + norm.cdf(sd / np.sqrt(2)) - 1)


@pytest.mark.parametrize("y", [150.0, 300.0, 413.5, 700.0])
def test_scores_of_a_lognormal_forecast_are_the_closed_forms(y):
    f = forecast()
    assert crps(f.sample, y) == pytest.approx(crps_of_a_lognormal(np.log(300), 0.2, y), rel=2e-3)
    assert f.log_density(y) == pytest.approx(lognorm(0.2, scale=300).logpdf(y), abs=1e-9)


@pytest.mark.parametrize("y", [3.0, 5.0, 9.0])
def test_scores_of_a_normal_forecast_are_the_closed_forms(y):
    f = forecast(LOSS, 5.0, 2.0, 2.0)
    z = (y - 5) / 2
    exact = 2 * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps(f.sample, y) == pytest.approx(exact, abs=2e-3)
    assert f.log_density(y) == pytest.approx(norm(5, 2).logpdf(y))


def test_a_lopsided_forecast_has_the_quantiles_that_it_was_given_and_holds_all_its_mass():
    f = forecast(MARGIN, 0.0, 0.2, 0.9)
    assert f.at(0.5) == 0.5
    assert float(MARGIN.on_scale(f.at(0.05))) == pytest.approx(-0.2 * Z95)
    assert float(MARGIN.on_scale(f.at(0.95))) == pytest.approx(0.9 * Z95)
    x = np.linspace(1e-4, 1 - 1e-4, 20_001)
    assert np.trapezoid(np.exp([f.log_density(v) for v in x]), x) == pytest.approx(1, abs=1e-3)


def test_the_log_score_of_futures_alike_is_that_of_the_reading_around_them():
    """Futures that all say 400, read with an error: the density is one log-normal."""
    seen = reading(413.0, low=413 * np.exp(-0.1 * Z95), high=413 * np.exp(0.1 * Z95))
    sd = float(np.hypot(0.1, CAPEX.spread))
    assert log_score(np.full(50, 400.0), seen, CAPEX) == pytest.approx(lognorm(sd, scale=400).logpdf(413), rel=1e-6)


def test_the_log_score_of_a_normal_sample_is_that_of_the_wider_normal():
    rng = np.random.default_rng(0)
    seen = reading(6.0, quantity="openai_loss_year", low=6 - Z95, high=6 + Z95)
    wide = float(np.hypot(2.0, np.hypot(1.0, LOSS.spread)))
    assert log_score(rng.normal(5, 2, 200_000), seen, LOSS) == pytest.approx(norm(5, wide).logpdf(6), abs=5e-3)


def test_the_log_score_rewards_the_honest_spread():
    rng = np.random.default_rng(1)
    seen = rng.normal(5, np.hypot(2, np.hypot(LOSS.spread, LOSS.error)), 300)
    mean = {
        s: np.mean([log_score(rng.normal(5, s, 400), reading(t, quantity="openai_loss_year"), LOSS) for t in seen])
        for s in (0.2, 2.0, 8.0)
    }
    assert max(mean, key=mean.get) == 2.0


def values(*pairs, name="capex_big4_year"):
    return [Reading(name, date(y, 12, 31), v, None, None, date(y + 1, 2, 1), "x", "high") for y, v in pairs]


def by_rule(earlier, quantity=CAPEX, usual=0.3):
    return {f.kind: f for f in forecasts.by_rule(reading(1.0), quantity, earlier, usual, NOTE)}


def test_trend_walk_and_last_value_carry_a_steady_growth_on():
    found = by_rule(values((2021, 100.0), (2022, 120.0), (2023, 144.0), (2024, 172.8)))
    assert found[TREND].at(0.5) == pytest.approx(207.36, rel=1e-3)
    assert found[WALK].at(0.5) == pytest.approx(207.36, rel=1e-3)
    assert found[LAST].at(0.5) == pytest.approx(172.8)


def test_the_error_of_a_trend_is_that_of_a_fitted_line_with_few_values_held_to_the_usual():
    t, y = np.array([-4.0, -3.0, -2.0, -1.0]), np.array([0.0, 1.0, 1.0, 2.0])
    fit = np.polyfit(t, y, 1)
    left = y - np.polyval(fit, t)
    variance = (2 * 0.3**2 + left @ left) / (2 + 4 - 2)
    error = np.sqrt(variance * (1 + 1 / 4 + 2.5**2 / 5))
    assert forecasts.line(t, y, 0.3) == pytest.approx((fit[1], error))


def test_the_error_of_a_walk_grows_with_the_time_ahead_and_with_what_its_drift_is_not_known_by():
    y = np.array([0.0, 0.4, 0.2])
    near, far = (forecasts.walk(np.array([-2.0, -1.0, 0.0]) - ahead, y, 0.3) for ahead in (1.0, 4.0))
    variance = (2 * 0.09 + 0.3**2 + 0.3**2) / 3
    assert near == pytest.approx((0.3, np.sqrt(variance * 1.5)))
    assert far == pytest.approx((0.6, np.sqrt(variance * 4 * 3)))


def test_one_value_gives_a_last_value_alone_and_none_gives_nothing():
    assert [*by_rule(values((2024, 172.8)))] == [LAST]
    assert by_rule([]) == {}


@given(st.lists(st.floats(0.5, 500), min_size=2, max_size=8), st.floats(0.05, 2))
def test_forecasts_by_rule_are_wide_and_in_order(seen, usual):
    earlier = values(*((2017 + i, v) for i, v in enumerate(seen)))
    for f in by_rule(earlier, usual=usual).values():
        assert f.at(0.05) < f.at(0.5) < f.at(0.95)


def test_no_shipped_forecast_was_made_after_the_note_and_each_is_of_a_known_quantity():
    found = forecasts.shipped_forecasts(default())
    assert all(f.known_on <= NOTE for f in found)
    assert {f.kind for f in found} == {*forecasts.KINDS}


def test_a_forecast_known_later_is_no_baseline():
    late = forecast()
    said = forecasts.forecasts_of(reading(413.0), CAPEX, [late], [], 0.3, date(2025, 1, 1))
    assert said == {}
    assert [*forecasts.forecasts_of(reading(413.0), CAPEX, [late], [], 0.3, NOTE)] == ["consensus"]


def test_of_several_of_one_kind_the_first_stands_and_a_rule_gives_way():
    first, second = forecast(centre=5.0), forecast(centre=6.0)
    trend = Forecast(TREND, CAPEX, YEAR, 7.0, 0.1, 0.1, NOTE, "theirs")
    earlier = values((2023, 100.0), (2024, 120.0))
    said = forecasts.forecasts_of(reading(413.0), CAPEX, [first, second, trend], earlier, 0.3, NOTE)
    assert said["consensus"] is first
    assert said[TREND] is trend


HEADER = "quantity,period_start,period_end,unit,kind,median,p5,p95,known_on\n"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("capex_big4_year,2025-01-01,2025-12-31,bn USD,consensus,320,280,365,2025-03-20",
         "row 2: known_on: a forecast of 2025-03-20 is no baseline on 2025-02-26"),
        ("capex_big4_year,2025-01-01,2025-12-31,bn USD,consensus,320,380,365,2025-02-20", "the quantiles cross"),
        ("capex_big4_yeer,2025-01-01,2025-12-31,bn USD,consensus,320,280,365,2025-02-20", "did you mean capex_big4_year"),
        ("capex_big4_year,2025-01-01,2025-12-31,TWh,consensus,320,280,365,2025-02-20", "is not read in TWh"),
        ("capex_big4_year,2025-01-01,2025-12-31,bn USD,concensus,320,280,365,2025-02-20", "did you mean consensus"),
    ],
)  # fmt: skip
def test_a_forecast_that_cannot_be_used_is_one_clear_line(tmp_path, row, said):
    path = tmp_path / "theirs.csv"
    path.write_text(HEADER + row + "\n", "utf-8")
    with pytest.raises(BadInput, match=said):
        forecasts.read(path, default(), NOTE)


def test_the_usual_spread_is_that_of_the_record_and_never_none():
    record = [*hindcast.record(default())]
    assert 0.05 < forecasts.usual_spread(record, KNOWN) < 1
    assert forecasts.usual_spread([], KNOWN) == pytest.approx(forecasts.USUAL)


def test_faults_of_a_table_are_told_together_each_by_its_own_row(tmp_path):
    """Also where a row before them is of a quantity that the model does not have."""
    head = "quantity,period_start,period_end,unit,kind,median,p5,p95,known_on"
    rows = (
        "price_fall_at_fixed_quality,2025-01-01,2026-12-31,x per year,published view,10,3,37,2024-11-12",
        "capex_big4_year,2025-01-01,2025-12-31,bn USD,consensus,400,380,420,2025-11-01",
        "capex_amazon_year,2025-01-01,2025-12-31,bn USD,consensus,100,120,90,2025-01-01",
    )
    (tmp_path / "theirs.csv").write_text("\n".join([head, *rows]), "utf-8")
    with pytest.raises(BadInputs) as wrong:
        forecasts.read(tmp_path / "theirs.csv", default(), date(2025, 2, 26))
    assert [e.key for e in wrong.value.errors] == ["row 3: known_on", "row 4: median"]


def nothing(high=None):
    known = dataclasses.replace(reading(0.0), quantity="cn_bought_h100e_quarter", high=high)
    return known, quantities.shipped_quantities(default())["cn_bought_h100e_quarter"]


def test_the_log_score_of_a_reading_of_nothing_is_the_chance_of_nothing():
    """Of 1,000 futures 300 have none and the others far more than what reads as none: log 0.3, by hand; at a floor it was +8.5."""
    zero, quantity = nothing(high=0.002)
    futures = np.where(np.arange(1000) < 300, 0.0, 5.0)
    assert log_score(futures, zero, quantity) == pytest.approx(np.log(0.3), abs=1e-6)


def test_the_log_score_of_a_forecast_of_nothing_is_the_logarithm_of_its_normal_chance():
    zero, quantity = nothing(high=0.002)
    theirs = Forecast("consensus", quantity, zero.over, float(np.log(0.004)), 0.5, 0.5, NOTE, "theirs")
    assert theirs.log_score(zero) == pytest.approx(norm.logcdf(np.log(0.002), np.log(0.004), 0.5))
    assert theirs.log_score(dataclasses.replace(zero, value=0.01)) == pytest.approx(theirs.log_density(0.01))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_share_of_nothing_or_of_all_is_scored_by_its_chance_on_either_side(value):
    """A sure and right forecast of an end scores near 0, a sure and wrong one far below; neither is above 0."""
    quantity = quantities.shipped_quantities(default())["smic_yield_ascend"]
    ends = dataclasses.replace(reading(value), quantity="smic_yield_ascend")
    right, wrong = (log_score(np.full(10, x), ends, quantity) for x in (value, 1 - value))
    assert wrong < -10 < right <= 0


def test_a_forecast_that_names_its_readings_is_of_no_other_and_stands_first():
    every, cash = forecast(centre=6.0), dataclasses.replace(forecast(centre=5.8), readings=("R002",))
    r002 = dataclasses.replace(reading(376.0), id="R002")
    said = forecasts.forecasts_of(r002, CAPEX, [every, cash], [], 0.3, NOTE)
    assert said["consensus"] is cash
    assert forecasts.forecasts_of(reading(413.0), CAPEX, [every, cash], [], 0.3, NOTE)["consensus"] is every


def test_no_trend_rests_on_a_later_base_and_no_judgement_passes_as_a_published_view():
    found = forecasts.shipped_forecasts(default())
    assert not [f for f in found if f.quantity.id == "world_stock_h100e" and f.kind == TREND]
    published = {f.method for f in found if f.kind == "published view"}
    assert not [m for m in published if "no public" in m or "persistence" in m]
