"""A record that nobody has seen, in either form of columns: scored where it can be, each fault in one line, nothing handled by name."""

import csv
from datetime import date
from pathlib import Path

import pytest

import premortem as pm
from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.watch import reading_files

NOTE, TODAY = date(2025, 2, 26), date(2026, 11, 26)
SHORT = "quantity,date,value,low,high,unit,known_on,source,confidence"
FULL = "id,quantity,definition,mapped,unit,period_start,period_end,value,low,high,kind,known_on,source,url,confidence,like_for_like,correlated_with,basis"


def table(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def row(**given: str) -> str:
    usual = {"quantity": "capex_big4_year", "unit": "bn USD", "period_start": "2025-01-01", "period_end": "2025-12-31", "value": "400", "kind": "outcome",
             "known_on": "2026-02-06", "mapped": "yes", "confidence": "high"} | given  # fmt: skip
    return ",".join(usual.get(column, "") for column in FULL.split(","))


def test_a_record_of_other_quantities_and_events_is_scored_as_far_as_it_can_be(tmp_path, study):
    readings = table(
        tmp_path / "readings.csv",
        FULL,
        row(id="K1", value="420", correlated_with="spending"),
        row(id="K2", quantity="bought_by_martians", unit="fleets", value="3"),
        row(id="K3", quantity="us_twh_of_ai_year", unit="TWh", value="90", kind="projection", known_on="2025-06-01"),
    )
    events = table(
        tmp_path / "events.csv",
        "id,date,by_date,title,happened,type,process_event,source,confidence,basis,group",
        "E1,2025-05-13,2025-05-15,Withdrawn,yes,US rule,diffusion_rule_rescinded,s,high,packaged,f",
        "E2,2025-09-29,2025-12-31,Affiliates,yes,US rule,fifty_per_cent_of_owners,s,high,packaged,a",
    )
    found = pm.hindcast(NOTE, readings, events=events, study=study, futures=512).as_dict()
    assert [(o["quantity"], o["kind"], o["group"]) for o in found["observables"]] == [
        ("capex_big4_year", "outcome", "spending")
    ]
    assert {"baselines", "pit", "crps", "p5", "p95"} <= found["observables"][0].keys()
    assert [e["title"] for e in found["events"]] == ["Withdrawn"]
    assert {"bought_by_martians", "us_twh_of_ai_year", "Affiliates"} == {x["quantity"] for x in found["not_scored"]}


def test_the_short_form_makes_its_kind_of_its_days_and_its_group_of_its_quantity(tmp_path):
    path = table(
        tmp_path / "short.csv",
        SHORT,
        "capex_big4_year,2025-12-31,420,410,430,bn USD,2026-02-06,s,high",
        "openai_revenue_year,2025-12-31,13,,,bn USD,2025-11-07,s,low",
        "cn_model_share,2026-06-30,31,25,40,%,2026-07-15,s,low",
    )
    found = reading_files.read(path, default(), TODAY).mapped
    assert [r.kind for r in found] == ["outcome", "projection", "outcome"]
    assert [r.fact for r in found] == ["capex_big4_year", "openai_revenue_year", "cn_model_share"]
    assert found[2].value == pytest.approx(0.31)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row(known_on="2025-11-06")], "row 2: known_on: an outcome of 2025-12-31 cannot have been known on 2025-11-06"),
        ([row(unit="months")], "row 2: unit: capex_big4_year is not read in months"),
        ([row(low="410", high="430")], "row 2: value: lies outside its own low and high"),
        ([row(known_on="2027-02-06")], "row 2: known_on: lies in the future"),
        ([row(id="A", correlated_with="a"), row(id="B", period_start="2025-07-01", period_end="2026-06-30", known_on="2026-08-01", correlated_with="b")],
         r"A \(2025-01-01 to 2025-12-31\) and B \(2025-07-01 to 2026-06-30\) overlap; allowed: periods apart, or one group for both"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_one_line_that_says_what_to_do(tmp_path, rows, said):
    with pytest.raises((BadInput, BadInputs), match=said):
        reading_files.read(table(tmp_path / "bad.csv", FULL, *rows), default(), TODAY)


def test_the_columns_of_the_shipped_record_are_those_that_are_read():
    with (default() / "facts" / "readings.csv").open(encoding="utf-8") as held:
        assert next(csv.reader(held)) == FULL.split(",")
