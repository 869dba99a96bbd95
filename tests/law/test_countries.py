"""Countries: any common spelling is read, an ambiguous one asks, and a hint is no guess by letters."""

from datetime import date

import polars as pl
import pytest

from premortem import facts
from premortem.case import default
from premortem.errors import BadInput
from premortem.law import book as rules
from premortem.law import row_defaults
from premortem.law.decide import Transaction, explain
from premortem.law.fields import items, places
from tests.law.looked_up import looked_up

CASE = default()

SENT = {"item": "H100 SXM", "date": "2024-06-01"}


COMMON = {
    "Republic of Korea": "KOR", "U.A.E": "ARE", "PRC": "CHN", "Hong Kong SAR": "HKG", "Saudi": "SAU", "Burma": "MMR",
    "Holland": "NLD", "Iran (Islamic Republic of)": "IRN", "CÔTE D'IVOIRE": "CIV",
}  # fmt: skip


@pytest.mark.parametrize(("said", "code"), COMMON.items())
def test_f016_common_spellings_are_resolved(said, code):
    assert Transaction(SENT | {"destination": said}).fields["destination"] == code


def test_f016_every_spelling_of_the_table_means_its_country():
    told = {r["alias"]: r["target"] for r in items.aliases("country", CASE) if not r["target"].startswith("ask")}
    assert len(told) > 300
    assert {alias: places.iso3(alias, "destination", CASE) for alias in told} == told


@pytest.mark.parametrize("row", [r for r in items.aliases("country", CASE) if r["target"].startswith("ask")], ids=lambda r: r["alias"])  # fmt: skip
def test_an_ambiguous_country_asks_and_is_never_guessed(row):
    answer = explain(Transaction(SENT | {"destination": row["alias"]}), rules.load("history"))
    assert answer.outcome == "needs:destination"
    for choice in items.choices(row["target"]):
        assert choice in answer.sentence


@pytest.mark.parametrize(
    ("said", "hinted"),
    [
        ("Sudai", None),  # Sudan is a letter away, and Saudi two
        ("Saudia", "SAU"),
        ("Vietnm", "VNM"),
        ("Koreia", None),
        ("Chian", None),
        ("Atlantis", None),
        ("Islamic Republic of Iran Shipping", "IRN"),
    ],
)
def test_f016_a_hint_is_never_another_country_by_letters_alone(said, hinted):
    with pytest.raises(BadInput) as caught:
        places.iso3(said, "destination", CASE)
    codes = [code for code in facts.read("countries")["iso3"] if f"({code})" in caught.value.hint]
    assert codes == ([hinted] if hinted else [])


def test_an_alias_that_points_at_no_country_is_one_clear_line():
    with pytest.raises(BadInput, match=r"^aliases\.csv: Freedonia: points at nothing: FRD; allowed: a code"):
        places.read_spellings(
            [{"iso3": "FRA", "iso2": "FR", "name": "France"}], [{"alias": "Freedonia", "target": "FRD"}]
        )


def test_an_answer_that_hangs_on_an_unconfirmed_move_of_a_place_is_of_low_confidence_and_says_so():
    moved = {"item": "T4", "destination": "YEM", "end_use": "military", "date": "2025-06-01"}  # into D:1 by memory
    answer = explain(Transaction(moved), rules.load("history"))
    assert answer.outcome == "licence:case_by_case"
    assert (answer.doubted, answer.confidence) == (("YEM",), "low")
    assert "Unverified: it rests on the country group of YEM" in answer.sentence
    other = explain(Transaction(looked_up(moved | {"end_use": "data_centre"})), rules.load("history"))
    assert (other.outcome, other.doubted, other.may_go) == ("no_licence_required", (), True)


def test_a_permission_that_hangs_on_an_unconfirmed_move_is_none(monkeypatch):
    sent = {"item": "MI210", "destination": "KHM", "date": "2026-02-03", "end_use": "data_centre", "certified": True}
    sent |= {"notice_given": False, "headquarters": "KHM", "parent_headquarters": "KHM", "ownership": 0.0}
    sure = explain(Transaction(looked_up(sent)), rules.load("history"))
    assert (sure.outcome, sure.may_go) == ("exception:ACA", True)
    rows = [{**c, "verified": "no"} if c["iso3"] == "KHM" else c for c in places._changes(CASE)]
    kept = (places.atlas, places._hanging, row_defaults._looked_up, row_defaults._worked_out)
    with monkeypatch.context() as changed:
        changed.setattr(places, "_changes", lambda case: rows)
        [cached.cache_clear() for cached in kept]
        answer = explain(Transaction(looked_up(sent)), rules.load("history"))
    [cached.cache_clear() for cached in kept]
    assert (answer.outcome, answer.may_go, answer.doubted) == ("exception:ACA", None, ("KHM",))


@pytest.mark.parametrize(
    ("day", "d5"), [("2021-12-08", False), ("2021-12-09", True), ("2025-11-06", True), ("2025-11-07", False)]
)
def test_cambodia_leaves_d5_on_the_day_on_which_state_struck_it(day, d5):
    atlas = places.atlas(CASE)
    period = atlas.period(date.fromisoformat(day))
    row = atlas.table.filter((pl.col("iso3") == "KHM") & (pl.col("period") == period))
    assert row["d5"][0] is d5
    assert "KHM" not in places.unconfirmed_places(date.fromisoformat(day), CASE)
