"""What the rulebook says in a terminal: cases that disagree, ledgers, screenings, clauses; each counted in words."""

from datetime import date

import pytest

from premortem.case import default, load
from premortem.law import compare_books
from premortem.law.book import load as book
from premortem.law.screening import screen
from premortem.terminal import rules

CASES = [
    {"case": "one", "outcome": "free", "clause": "", "expected": "free", "agrees": True},
    {"case": "two", "outcome": "held", "clause": "a.b", "expected": "free", "agrees": False},
    {"case": "three", "outcome": "held", "clause": "a.b"},
    {"case": "four", "error": "no such place"},
]


@pytest.fixture
def said(capsys, monkeypatch):
    """What a printer prints on a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")

    def printed(show, *given):
        show(*given)
        return capsys.readouterr().out

    return printed


def test_cases_that_disagree_and_those_that_expect_nothing_are_shown_and_the_others_counted(said):
    assert said(rules.print_cases, CASES).splitlines() == [
        "two: held by a.b; expected free",
        "three: held by a.b",
        "four: cannot be decided",
        "4 cases, 1 of 2 as expected",
    ]


def test_where_no_case_can_be_decided_that_is_all_that_is_said(said):
    assert said(rules.print_cases, [CASES[-1]]) == "None can be decided: 1 case\n"


def test_a_screening_fits_a_terminal_and_ends_with_what_it_is_not(said):
    lines = said(rules.print_screening, screen(["Huawei", "A name of nobody at all"], date(2026, 1, 1))).splitlines()
    assert lines[0].startswith("  Huawei is listed as ")
    assert max(map(len, lines)) <= 80
    assert any("1 of 2 names without a hit on 2026-01-01." in line for line in lines)
    assert lines[-1] == "Not legal advice, and not official text."


def test_clauses_in_force_are_shown_with_their_numbers_and_counted(said):
    law = book("as-adopted", load("eu_gpai"))
    held = compare_books.show(law, date(2026, 9, 1))
    out = said(rules.print_clauses, held)
    assert out.rstrip().endswith(f"{len(held)} clauses in force")
    assert all(row["clause"] in out for row in held)


def ledger(**more) -> dict:
    hits = [{"party": "consignee", "given": f"Firm {i}", "name": "Listed", "list": "L", "rows": 1} for i in range(25)]
    return {
        "rows": 1200, "seconds": 0.5, "outcomes": {"free": 900, "held": 300}, "rejected_count": 30,
        "rejected": [{"row": i, "why": "quantity: is empty"} for i in range(1, 31)], "headroom": {}, "headroom_unit": "units",
        "may_go": {"true": 900, "false": 200, "null": 100}, "hits": hits, "not_checked": ["Whole lists."], "stale": 0,
        "rulebook": {"verified_to": "2026-01-01"}, "rejected_file": "out.rejected.csv", "joined": "", "not_law": "", "mapping": {"Qty": "quantity"},
        "unread": [], "left_out": [], "profile": None, "consignees_merged": [], "consignees_near": [],
    } | more  # fmt: skip


def test_a_ledger_counts_what_it_does_not_show(said):
    out = " ".join(said(rules.print_ledger, ledger(), None, default()).split())
    assert "Qty is read as quantity" in out
    assert "row 20: quantity: is empty ... and 10 more rejected rows; see them with --json" in out
    assert "900 rows may go, 200 may not, 100 depend on missing facts or names to review" in out
    assert "... and 5 more hits; see them with --json" in out
    assert "1,200 rows, 30 of them rejected and written to out.rejected.csv, in 0.50 s" in out
    assert "STALE" not in out


def test_a_ledger_of_days_after_the_rulebook_says_how_many_rows(said):
    assert "STALE: 7 rows after 2026-01-01" in said(rules.print_ledger, ledger(stale=7), None, default())
