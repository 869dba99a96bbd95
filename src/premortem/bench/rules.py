"""The rulebook: rows a second with running totals, single decisions, and the same law by other means."""

from functools import partial

from premortem.bench.timing import Row, median, row, time_pair
from premortem.case import Case, Timed
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.ledger import decisions
from premortem.law.transactions import frame_of

# Rows: of a ledger, and of the law written by other means.
QUICK, FULL = 100_000, 10_000_000
QUICK_ALONE, FULL_ALONE = 50_000, 2_000_000


def rows(case: Case, timed: Timed, quick: bool) -> list[Row]:
    """Rows a second against the whole rulebook with running totals, one explained decision, and the law by other means."""
    book = rules.load(case.settings.baseline, case)
    count = QUICK if quick else FULL
    table = timed.ledger(count)
    seconds = median(lambda: decisions.decide_ledger(table, book), 3 if quick else 1)
    one = Transaction(timed.ONE, case=case)
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
        *by_other_means(case, timed, quick),
    ]


def by_other_means(case: Case, timed: Timed, quick: bool) -> list[Row]:
    """Rows a second of the rulebook, beside the same law as each peer has it."""
    table = timed.shipments(QUICK_ALONE if quick else FULL_ALONE)
    frame, book = table.to_pandas(), rules.load(case.settings.baseline, case)
    found = []
    for peer in timed.LAW:
        ours, theirs = time_pair(partial(decide, table, book), partial(peer.answer, frame))
        found.append(row(f"rulebook against {peer.name}", len(frame) / ours, len(frame) / theirs, "rows/s", peer.says))
    return found
