"""A ledger whose row tells otherwise in a column that nobody reads is no plain yes; nor is a shipment to a party that is armed by its name."""

import polars as pl
import pytest

from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.ledger import files
from premortem.law.ledger.decisions import decide_ledger

BOOK = rules.load("history")
SEEN = "looked up in the whole lists"
SENT = {
    "item": "T4", "destination": "DEU", "date": "2025-06-01", "quantity": 4, "consignee": "Orbital Widgets", "end_use": "data_centre",
    "ownership": 0.0, "headquarters": "DEU", "parent_headquarters": "DEU", "end_user_headquarters": "DEU", "cleared": f"Orbital Widgets={SEEN}",
}  # fmt: skip

BARS = (
    ("Military? (Y/N)", "Y"), ("RPS result", "HIT"), ("Screening status", "2 hits, unresolved"), ("Hold", "X"), ("Blocked", "1"), ("Risk", "high"),
    ("License determination", "License required"), ("Beneficial owner", "Li Wei"), ("Ownership by listed (%)", "60"), ("Owner share", "55%"),
    ("Transshipment", "Y"), ("Deemed export", "yes"), ("Peak FP64 (PF)", "150"), ("OK to ship", "no"), ("Approved by", "not approved"), ("Line status", "On hold"),
    ("City", "Severodvinsk"),
)  # fmt: skip
FREES = (
    ("Military? (Y/N)", "N"), ("RPS result", "clear"), ("Screening status", "No hits"), ("Hold", "-"), ("Blocked", "0"), ("Risk", "low"),
    ("License determination", "NLR"), ("Beneficial owner", "none"), ("Owner share", "0 %"), ("Transshipment", "n/a"), ("OK to ship", "Yes"), ("Approved by", "J. Doe"),
    ("Hold date", "2025-05-01"), ("Credit hold", "Y"), ("Line status", "shipped"), ("City", "Munich"),
)  # fmt: skip


def unread(heading, cell, **more):
    return decide_ledger(pl.DataFrame({**SENT, **more, f"_{heading}": cell}), BOOK).row(0, named=True)


def each_unread(cells):
    """Each of some cells under its heading, in a row of its own of one ledger where the other cells are empty."""
    empty = SENT | {f"_{heading}": "" for heading, _ in cells}
    found = decide_ledger(pl.from_dicts([empty | {f"_{heading}": cell} for heading, cell in cells]), BOOK)
    return zip(cells, found.iter_rows(named=True), strict=True)


def test_a_cell_that_nobody_reads_and_that_says_what_may_bar_leaves_no_plain_yes():
    for (heading, cell), found in each_unread(BARS):
        assert (found["outcome"], found["may_go"]) == ("no_licence_required", None), (heading, cell)
        assert f"column {heading} " in found["rests_on"]


def test_a_cell_that_says_that_nothing_bars_takes_nothing_away():
    assert [cell for cell, found in each_unread(FREES) if found["may_go"] is not True] == []


@pytest.mark.parametrize(("cell", "may_go"), [(BARS[0], None), (FREES[0], True)])
def test_a_cell_is_read_alike_in_a_ledger_of_one_row(cell, may_go):
    assert unread(*cell)["may_go"] is may_go


def test_a_reason_under_its_heading_clears_such_a_cell():
    told = f"{SENT['cleared']}; Hold=credit limit, raised since by finance"
    assert unread("Hold", "X", cleared=told)["may_go"] is True
    assert unread("Screening", "X", cleared=told)["may_go"] is None


def party(name, place, day="2026-09-01", **more):
    seats = dict.fromkeys(("headquarters", "parent_headquarters", "end_user_headquarters"), place)
    given = {"item": "T4", "destination": place, "date": day, "consignee": name, "cleared": f"{name}={SEEN}", "ownership": 0.0, "end_use": "data_centre"}  # fmt: skip
    return explain(Transaction({**given, **seats, **more}), BOOK)


@pytest.mark.parametrize(
    ("name", "place", "may_go"),
    [
        ("Myanmar Army", "MMR", None), ("Ministry of National Defence of Vietnam", "VNM", None), ("Guardia Nacional Bolivariana", "VEN", None),
        ("State Grid Nuclear Power", "CHN", None), ("Bharat Dynamics Missile Works", "IND", None), ("Orbital Widgets", "MMR", True),
        ("Salvation Army", "DEU", True), ("Old Navy", "GBR", True),
    ],
)  # fmt: skip
def test_a_party_that_is_armed_by_its_name_is_asked_whatever_the_goods_are_for(name, place, may_go):
    assert party(name, place).may_go is may_go
    assert party(name, place, red_flags_resolved=True).may_go is True
    assert party("Myanmar Army", "MMR", end_use="military").may_go is False


def test_a_ledger_asks_of_such_a_party_as_a_check_does():
    row = {
        **SENT,
        **dict.fromkeys(("destination", "headquarters", "parent_headquarters", "end_user_headquarters"), "MMR"),
    }
    rows = [{**row, "consignee": name, "cleared": f"{name}={SEEN}"} for name in ("Orbital Widgets", "Myanmar Army")]
    assert decide_ledger(pl.from_dicts(rows), BOOK)["may_go"].to_list() == [True, None]


def test_a_firm_found_on_no_list_is_not_known_to_stand_on_none_after_the_news_end():
    days = ("2026-10-08", "2026-10-09")
    assert [bool(party("Alibaba", "CHN", day, cleared="").unscreened) for day in days] == [False, True]
    seats = dict.fromkeys(("destination", "headquarters", "parent_headquarters", "end_user_headquarters"), "CHN")
    rows = [{**SENT, **seats, "consignee": "Alibaba", "cleared": "", "date": day} for day in days]
    assert decide_ledger(pl.from_dicts(rows), BOOK)["may_go"].to_list() == [True, None]


def test_a_csv_whose_first_row_is_short_is_read(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text("date,item,quantity,destination,consignee\n2026-09-01,T4,5,DEU\n2026-09-01,T4,5,DEU,Acme,extra\n")
    found = decide_ledger(files.read(path), BOOK)
    assert found["consignee"].to_list() == [None, "Acme"]
    assert found["rejected"].to_list() == [None, "has 6 values for 5 columns"]
