"""Quantities, units and readings: what is read, in which unit, known when."""

import dataclasses
from datetime import date
from fnmatch import fnmatchcase
from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import facts
from premortem.case import Clock, default
from premortem.cases.us_ai_2025 import world
from premortem.errors import BadInput, BadInputs
from premortem.study import outcome_names
from premortem.watch import quantities, reading_files
from premortem.watch.quantities import Observer
from premortem.watch.reading_files import parse_option
from premortem.watch.readings import Reading, contradictions, simulate_reading

TODAY, NOTE = date(2026, 11, 24), date(2025, 2, 26)
KNOWN = quantities.shipped_quantities(default())


def table(tmp_path, *rows, header="quantity,date,value,low,high,unit,known_on,source,confidence"):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_every_shipped_quantity_is_an_expression_on_outcomes_of_the_world():
    asked = [(q, day) for q in KNOWN.values() for day in (date(2024, 6, 30), date(2028, 12, 31))]
    observer = Observer(asked, outcome_names(default()), world.steps())
    assert len(observer.expressions) == 2 * len(KNOWN)
    assert not observer.outside


def test_a_quantity_is_read_off_the_outcome_at_its_day():
    outcomes = {"capex": jnp.arange(40.0)[:, None] * jnp.ones((1, 3)), "cn_yield": jnp.full((40, 3), 0.4)}
    asked = [(KNOWN["capex_big4_year"], date(2024, 3, 1)), (KNOWN["smic_yield_ascend"], date(2025, 2, 1))]
    found = Observer(asked, frozenset(outcomes), world.steps())(outcomes)
    assert found["capex_big4_year@2024"][0] == 5.5  # (4 + 5 + 6 + 7) / 4
    assert found["smic_yield_ascend@2025Q1"][0] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("labels", "step"),
    [
        (("2025", "2026"), "2026"),
        (("2025H1", "2025H2"), "2026H2"),
        (("2025Q1", "2025Q2"), "2026Q4"),
        (("2025M01", "2025M02"), "2026M11"),
    ],
)
def test_a_quantity_is_read_at_a_step_of_its_cases_own_clock(labels, step):
    timed = SimpleNamespace(clock=Clock(labels))
    read = KNOWN["smic_yield_ascend"].of(timed)
    day = date(2026, 11, 24)
    assert read.period(day) == step
    assert read.column(day) == f"smic_yield_ascend@{step}"
    assert read.expression(day) == f"cn_yield@{step}"
    own = read.model_copy(update={"value": "cn_yield@{step} / {before}"}).of(timed)
    assert own.expression(day) == f"cn_yield@{step} / 2025"


def test_days_outside_the_horizon_are_listed_and_no_error():
    observer = Observer([(KNOWN["capex_big4_year"], date(2022, 12, 31))], outcome_names(default()), world.steps())
    assert observer.outside == {"capex_big4_year@2022"}


def test_judgements_were_known_on_the_day_of_the_note_but_for_those_made_when_readings_had_been_seen():
    for q in KNOWN.values():
        late = [j for j in (q.discrepancy, q.map) if j is not None and j.known_on > NOTE]
        assert bool(late) == (q.mapped_on is not None), q.id
        assert all(j.known_on >= q.mapped_on for j in late)
    assert facts.read("baselines")["known_on"].max() <= NOTE


def test_every_shipped_observation_is_mapped_an_event_or_said_to_be_unknown():
    found = reading_files.shipped_readings(default(), TODAY)
    tables = ("observations", "readings", "dated_events")
    assert len(found.mapped) + len(found.events) + len(found.unknown) == sum(facts.read(t).height for t in tables)
    assert {r.quantity for r in found.unknown} <= {*quantities.unmapped(default())}


def test_readings_are_known_by_the_day_on_which_they_came_out():
    found = reading_files.shipped_readings(default(), TODAY)
    assert all(r.known_on <= NOTE for r in found.known(NOTE))
    assert {*found.known(NOTE)} | {*found.later(NOTE)} == {*found.mapped}
    assert not found.known(NOTE, after=NOTE)


def test_units_of_one_measure_are_converted(tmp_path):
    read = reading_files.read(
        table(tmp_path, "cn_ascend_units_year,2025-12-31,805,200,900,thousand,2025-09-08,x,low",
              "smic_yield_ascend,2025-02-01,40,30,45,%,2025-02-25,x,medium",
              "us_cn_gap_months,2025-10-31,0.5,0.4,1,years,2026-01-10,x,medium"), default(), TODAY)  # fmt: skip
    units, share, gap = read.mapped
    assert (units.value, units.low, units.high) == pytest.approx((0.805, 0.2, 0.9))
    assert (share.value, gap.value) == pytest.approx((0.4, 6.0))


def test_other_names_of_a_quantity_are_known(tmp_path):
    read = reading_files.read(
        table(tmp_path, "price_output_gpt5,2025-08-07,10,,,USD per M tokens,2025-08-07,x,high",
              "price_output_kimi_k2,2025-07-11,2.5,,,USD per M tokens,2025-07-11,x,high"), default(), TODAY)  # fmt: skip
    assert [r.quantity for r in read.mapped] == ["price_closed", "price_open"]


def test_unknown_quantities_are_listed_and_not_fatal(tmp_path):
    read = reading_files.read(
        table(tmp_path, "moon_landings_year,2025-12-31,2,,,units,2026-01-01,x,high"), default(), TODAY
    )
    assert [r.quantity for r in read.unknown] == ["moon_landings_year"]


def test_every_fault_of_a_file_is_reported_at_once(tmp_path):
    rows = [
        "capex_big4_year,2025-12-31,413,400,425,TWh,2026-02-06,x,medium",  # not a unit of money
        "capex_big4_year,2027-12-31,413,400,425,bn USD,2027-02-06,x,medium",  # in the future
        "capex_big4_year,2025-12-31,nan,400,425,bn USD,2026-02-06,x,medium",
        "capex_big4_year,2025-12-31,413,420,425,bn USD,2026-02-06,x,medium",  # outside its own range
        "capex_big4_year,last year,413,400,425,bn USD,2026-02-06,x,medium",
        "smic_yield_ascend,2025-02-01,40,,,share,2025-02-25,x,medium",  # 40 is no share
        "h20_units_year,2024-12-31,-1,,,million,2025-02-15,x,medium",
    ]
    with pytest.raises(BadInputs) as caught:
        reading_files.read(table(tmp_path, *rows), default(), TODAY)
    assert [e.key.split(":")[0] for e in caught.value.errors] == [f"row {n}" for n in range(2, 9)]
    assert "TWh" in str(caught.value.errors[0])
    assert "bn USD" in caught.value.errors[0].allowed


def test_columns_are_checked_with_the_near_name(tmp_path):
    with pytest.raises(BadInputs, match="did you mean quantity"):
        reading_files.read(table(tmp_path, "a,2025-01-01,1", header="quantty,date,value"), default(), TODAY)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_clear_error(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("fuzz") / "x.csv"
    path.write_bytes(raw)
    try:
        reading_files.read(path, default(), TODAY)
    except (BadInput, BadInputs) as error:
        assert "x.csv" in str(error)


def test_a_reading_can_be_typed_with_unit_and_day():
    reading = parse_option("smic_yield_ascend=55%@2025-09-30", NOTE, default(), TODAY)
    assert (reading.quantity, reading.value, reading.on) == ("smic_yield_ascend", 0.55, date(2025, 9, 30))
    assert parse_option("smic_yield_ascend=0.6", NOTE, default(), TODAY).on == NOTE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("smic_yeild_ascend=0.5", "did you mean smic_yield_ascend"),
        ("smic_yield_ascend", "QUANTITY=VALUE"),
        ("smic_yield_ascend=1.7", "cannot be 1.7"),
        ("smic_yield_ascend=0.5 GW", "not read in GW"),
        ("smic_yield_ascend=0.5@2031-01-01", "future"),
        ("smic_yield_ascend=0.5@soon", "not a date"),
        ("smic_yield_ascend=1e999", "not a number"),
    ],
)
def test_a_wrong_reading_says_what_to_do(text, said):
    with pytest.raises(BadInput, match=said):
        parse_option(text, NOTE, default(), TODAY)


def test_two_outcomes_of_one_day_and_group_that_exclude_each_other_are_named_unless_they_measure_two_things():
    one = Reading("smic_yield_ascend", date(2025, 6, 30), 0.2, 0.19, 0.21, NOTE, "", "", group="line")
    other = dataclasses.replace(one, value=0.8, low=0.79, high=0.81)
    assert "contradict" in str(contradictions([one, other], KNOWN)[0])
    assert not contradictions([one, dataclasses.replace(other, says="of another line")], KNOWN)
    assert not contradictions(reading_files.shipped_readings(default()).mapped, KNOWN)


def test_a_share_that_cannot_be_is_told_by_the_name_of_the_option():
    with pytest.raises(
        BadInput, match=r"reading: Share of good dies on the Ascend line at SMIC cannot be 7; allowed: 0% to 100%"
    ):
        parse_option("smic_yield_ascend=7", NOTE, default(), TODAY)
    with pytest.raises(BadInput, match=r"at SMIC cannot be 160%; allowed"):
        parse_option("smic_yield_ascend=160%", NOTE, default(), TODAY)


def test_readings_that_exclude_each_other_are_named_together():
    one = Reading("smic_yield_ascend", date(2025, 2, 1), 0.4, 0.38, 0.42, NOTE, "", "")
    other = Reading("smic_yield_ascend", date(2025, 3, 1), 0.8, 0.78, 0.82, NOTE, "", "")
    assert "contradict" in str(contradictions([one, other], KNOWN)[0])
    assert not contradictions([one, one], KNOWN)
    assert not contradictions(
        [one, Reading("smic_yield_ascend", date(2026, 3, 1), 0.8, 0.78, 0.82, NOTE, "", "")], KNOWN
    )


@pytest.mark.parametrize("name", ["capex_big4_year", "smic_yield_ascend", "openai_loss_year"])
def test_what_is_read_spreads_around_the_truth_as_said(name):
    q = KNOWN[name]
    truth = {"log": 300.0, "logit": 0.4, "linear": 5.0}[q.scale]
    read = simulate_reading(np.full(20_000, truth), Reading(name, NOTE, truth, None, None, NOTE, "", ""), q, seed=0)
    z = (q.on_scale(read) - q.on_scale(truth)) / np.hypot(q.error, q.spread)
    assert abs(z.mean()) < 0.03
    assert z.std() == pytest.approx(1.0, abs=0.03)
    assert np.isclose(q.off_scale(q.on_scale(np.array([truth]))), truth).all()


@pytest.mark.parametrize(
    ("name", "close"),
    [
        ("smic_yield", ["smic_yield_ascend"]),  # a report's name by the pattern `smic_yield*`
        ("smic_yield_910b", ["smic_yield_ascend"]),
        ("capex", ["capex_big4_year", "capex_big4_quarter"]),  # several begin so
        ("h20_unit", ["h20_units_year"]),
        ("smic_yeild_ascend", ["smic_yield_ascend"]),
    ],
)
def test_f107_a_name_that_is_only_like_a_quantitys_is_asked_about_and_never_taken(name, close):
    with pytest.raises(BadInput) as refused:
        parse_option(f"{name}=0.6", NOTE, default(), TODAY)
    assert refused.value.got == name
    assert refused.value.hint.startswith("did you mean ")
    assert all(known in refused.value.hint for known in close)
    assert set(close) <= set(quantities.near(name, KNOWN))


def test_f107_no_quantity_is_taken_by_the_beginning_of_its_name():
    taught = {other for q in KNOWN.values() for other in (q.id, *q.also)}
    for known in KNOWN:
        for end in range(1, len(known)):
            if known[:end] not in taught:
                with pytest.raises(BadInput, match="no such quantity"):
                    parse_option(f"{known[:end]}=0.6", NOTE, default(), TODAY)


def test_f107_another_name_in_full_is_taken_and_told():
    reading = parse_option("cn_yield=60%", NOTE, default(), TODAY)
    assert (reading.quantity, reading.named) == ("smic_yield_ascend", "cn_yield")
    assert parse_option("smic_yield_ascend=60%", NOTE, default(), TODAY).named == ""


def test_f107_a_studys_own_table_is_asked_too_and_a_table_of_reports_says_how_it_was_read(tmp_path):
    path = table(tmp_path, "smic_yield_910b,2025-02-01,40,30,45,%,2025-02-25,x,medium")
    with pytest.raises(BadInput, match=r"mine.csv: smic_yield_910b: .*did you mean smic_yield_ascend"):
        reading_files.check_own(path, default())
    (read,) = reading_files.read(path, default(), TODAY).mapped
    assert (read.quantity, read.named) == ("smic_yield_ascend", "smic_yield_910b")


def test_f107_no_name_in_a_report_fits_two_quantities_alike():
    names = {other.replace("*", end) for q in KNOWN.values() for other in q.also for end in ("", "_2025", "_total")}
    for name in names:
        fits = sorted((-len(o), q.id) for q in KNOWN.values() for o in q.also if fnmatchcase(name, o))
        assert len({known for length, known in fits if length == fits[0][0]}) == 1, (name, fits)
        assert quantities.find_reported(name, KNOWN).id == fits[0][1] or quantities.find(name, KNOWN)


def test_an_id_that_stands_twice_is_told_with_both_rows(tmp_path):
    head = "id,quantity,period_start,period_end,value,kind,known_on,unit"
    row = "K1,capex_big4_year,2025-01-01,2025-12-31,413,outcome,2026-02-06,bn USD"
    (tmp_path / "mine.csv").write_text("\n".join([head, row, row.replace("K1", "K2"), row]), "utf-8")
    with pytest.raises(BadInput, match=r"mine\.csv: row 4: id: is that of row 2 too"):
        reading_files.read(tmp_path / "mine.csv", default())
