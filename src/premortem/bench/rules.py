"""The rulebook: rows a second with running totals, single decisions, and the same law in pandas and by variables."""

from premortem.bench.timing import Row, median, row, time_pair
from premortem.case import load
from premortem.cases.us_ai_2025 import law_by_hand
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.ledger import decisions
from premortem.law.transactions import frame_of

# The case whose law is written by hand as well, and rows: of a ledger, and of the law written three times.
CASE = load("us_ai_2025")
QUICK, FULL = 100_000, 10_000_000
QUICK_ALONE, FULL_ALONE = 50_000, 2_000_000


def rows(quick: bool) -> list[Row]:
    """Rows a second against the whole rulebook with running totals, one explained decision, and the law written twice more."""
    book = rules.load(CASE.settings.baseline, CASE)
    count = QUICK if quick else FULL
    table = law_by_hand.ledger(count)
    seconds = median(lambda: decisions.decide_ledger(table, book), 3 if quick else 1)
    one = Transaction(law_by_hand.ONE, case=CASE)
    bare = frame_of([one.fields], one.case)
    explained, decided = time_pair(lambda: explain(one, book), lambda: decide(bare, book), 9)
    return [
        row(
            "ledger against the whole rulebook",
            count / seconds,
            1 / explained,
            "rows/s",
            "the same engine, one explained decision a call",
        ),
        row("one explained decision", explained, decided, "s", "the same without ladder and nearby changes", False),
        *three_ways(quick),
    ]


def three_ways(quick: bool) -> list[Row]:
    """Rows a second of the rulebook, beside the same law by hand in pandas and variable by variable."""
    table = law_by_hand.shipments(QUICK_ALONE if quick else FULL_ALONE)
    frame, book = table.to_pandas(), rules.load(CASE.settings.baseline, CASE)
    found = []
    for name, peer, what in (
        (
            "rulebook against pandas by hand",
            law_by_hand.by_hand,
            "the same law in vectorised pandas, no trace, no totals",
        ),
        (
            "rulebook against a formula a variable",
            law_by_hand.by_variable,
            "the same law as OpenFisca evaluates it, day by day",
        ),
    ):
        ours, theirs = time_pair(lambda: decide(table, book), lambda peer=peer: peer(frame))  # type: ignore[misc]
        found.append(row(name, len(frame) / ours, len(frame) / theirs, "rows/s", what))
    return found
