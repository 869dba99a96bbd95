"""Outcomes, nowcasts and projections: what tests a forecast is counted apart from what does not."""

from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import facts
from premortem.case import default
from premortem.errors import BadInput
from premortem.watch import hindcast, hindcast_words, quantities, reading_files, reading_kinds
from premortem.watch.hindcast_words import verdict
from premortem.watch.readings import Reading, Readings

TODAY, NOTE = date(2026, 11, 24), date(2025, 2, 26)
KNOWN = quantities.shipped_quantities(default())
HEADER = "quantity,date,value,low,high,unit,known_on,source,confidence,kind,group"


def read(tmp_path, *rows, header=HEADER):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return reading_files.read(path, default(), TODAY)


def scored(*readings):
    columns = {f"capex_big4_year@{year}": np.linspace(300, 500, 2000) for year in range(2023, 2030)}
    return hindcast.hindcast(Readings(readings, (), ()), columns, NOTE, KNOWN)


def reading(on, known_on, kind="outcome", value=400.0, group=""):
    return Reading("capex_big4_year", on, value, None, None, known_on, "x", "high", kind, group)


def test_f032_an_outcome_known_before_its_period_ended_is_refused_when_read(tmp_path):
    row = "openai_revenue_year,2025-12-31,13,12,13.5,bn USD,2025-11-07,press,medium,outcome,"
    with pytest.raises(
        BadInput, match=r"mine\.csv: row 2: known_on: an outcome of 2025-12-31 cannot have been known on 2025-11-07"
    ):
        read(tmp_path, row)
    assert read(tmp_path, row.replace("outcome", "projection")).mapped[0].kind == "projection"


def test_f032_an_unknown_kind_is_refused_with_the_near_one(tmp_path):
    row = "openai_revenue_year,2025-12-31,13,12,13.5,bn USD,2026-01-07,press,medium,outcom,"
    with pytest.raises(
        BadInput, match="row 2: kind: no such kind; allowed: outcome, nowcast, projection; did you mean outcome"
    ):
        read(tmp_path, row)


def test_f032_a_table_without_kinds_is_typed_by_its_days(tmp_path):
    header = "quantity,date,value,known_on"
    found = read(
        tmp_path,
        "capex_big4_year,2025-12-31,413,2026-02-06",
        "openai_revenue_year,2025-12-31,13,2025-11-07",
        header=header,
    )
    assert [r.kind for r in found.mapped] == ["outcome", "projection"]


def test_a_table_without_kinds_has_no_day_to_come(tmp_path):
    """A day to come is a wrong day more often than a plan, so that a plan is called a projection."""
    header, row = "quantity,date,value,known_on,kind", "capex_big4_year,2062-12-31,413,2026-02-06,"
    with pytest.raises(BadInput, match=r"row 2: date: lies in the future; allowed: up to 20.*, or kind projection"):
        read(tmp_path, row, header=header)
    assert read(tmp_path, row + "projection", header=header).mapped[0].kind == "projection"


def test_f032_no_packaged_outcome_was_known_before_its_period_ended():
    rows = [*facts.read("observations").to_dicts(), *facts.read("readings").to_dicts()]
    assert {row["kind"] for row in rows} == set(reading_kinds.KINDS)
    ends = [(row, row.get("period_end") or row.get("date")) for row in rows]
    assert all(row["known_on"] >= end for row, end in ends if row["kind"] == "outcome")


def test_f032_the_headline_counts_outcomes_apart_from_what_tests_no_forecast():
    """One outcome inside; a projection, and a period that was over by the day, do not swell the count."""
    found = scored(
        reading(date(2025, 12, 31), date(2026, 2, 1)),
        reading(date(2026, 12, 31), date(2026, 2, 1), "projection"),
        reading(date(2024, 12, 31), date(2025, 9, 8)),
        reading(date(2025, 10, 31), date(2026, 1, 10), "nowcast"),
    )
    assert found.kinds["outcome"] == {"inside": 1, "of": 1, "groups": 1, "groups_inside": 1}
    assert (found.kinds["nowcast"]["of"], found.kinds["projection"]["of"]) == (2, 1)
    said = verdict(found)
    assert said.startswith("Standing on 2025-02-26: 1 of 1 outcome inside the 90% range")
    assert "2 of 2 nowcasts and 1 of 1 projection, which do not test the model" in said
    assert "4 of 4" not in said


def test_f032_the_packaged_headline_is_not_nine_of_nine():
    later = [r for r in reading_files.shipped_readings(default(), TODAY).mapped if r.known_on > NOTE]
    told = [reading_kinds.kind_on_day(r.kind, r.on, NOTE) for r in later]
    assert (told.count("projection"), told.count("nowcast")) == (6, 7)
    outcomes = [r for r in later if reading_kinds.kind_on_day(r.kind, r.on, NOTE) == "outcome"]
    assert len({r.fact for r in outcomes}) < len(outcomes) / 2


def test_f032_readings_of_one_fact_are_one_group():
    found = scored(
        reading(date(2025, 12, 31), date(2026, 2, 1), group="capex of 2025"),
        reading(date(2026, 12, 31), date(2027, 2, 1), group="capex of 2025", value=9000.0),
        reading(date(2027, 12, 31), date(2028, 2, 1)),
    )
    assert found.kinds["outcome"] == {"inside": 2, "of": 3, "groups": 2, "groups_inside": 1}
    assert {g["group"]: (g["readings"], g["inside"]) for g in found.groups} == {
        "capex of 2025": (2, 1),
        "capex_big4_year": (1, 1),
    }
    assert "1 of 2 groups (2 of 3 outcomes) inside the 90% range, where 90% would be 2" in verdict(found)
    assert {"kind", "group"} <= set(found.as_dict()["observables"][0])


@given(
    st.dates(date(2023, 1, 1), date(2026, 1, 1)), st.integers(-400, 400), st.sampled_from(["", *reading_kinds.KINDS])
)
def test_f032_what_passes_as_an_outcome_was_over_when_it_became_known(on, days, given_kind):
    known_on = on + timedelta(days=days)
    try:
        kind = reading_kinds.given_kind(given_kind, on, known_on, "x.csv", "row 2")
    except BadInput:
        assert given_kind == "outcome"
        assert known_on < on
    else:
        assert kind != "outcome" or known_on >= on
        assert reading_kinds.kind_on_day(kind, on, NOTE) != "outcome" or on > NOTE


def test_a_headline_says_what_ranges_that_are_right_would_hold_and_which_simple_rules_do_better():
    wins = {"last value": SimpleNamespace(crps_ratio=0.7), "trend": SimpleNamespace(crps_ratio=1.4)}
    found = SimpleNamespace(
        groups_inside=(15, 21), joint=SimpleNamespace(place=0.999), wins=wins, events=[SimpleNamespace(missed=True)] * 3,
        unchanged=(2, 0.3), kinds=reading_kinds.count_inside(("outcome", i < 15, str(i)) for i in range(21)),
    )  # fmt: skip
    told = hindcast_words.title(found)
    assert "where 90% would be 19" in told
    assert "0 of 3 events called right, and 2 by the view that nothing changes" in told
    beside = hindcast_words.beside(found)
    assert "lie further out than over 99% of futures" in beside
    assert "On the whole nearer than the model is: trend, of 2 kinds of forecasts held beside it." in beside
    assert hindcast_words.beside(SimpleNamespace(joint=None, wins={})) == ""
