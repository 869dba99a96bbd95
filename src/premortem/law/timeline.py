"""How one transaction would have been decided over time: a strip of outcomes, cut on the days on which the law moves."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from premortem.law import parties, party_lists
from premortem.law.candidate_clauses import turning_days
from premortem.law.clause import Rulebook
from premortem.law.decide import Transaction
from premortem.law.engine import decide
from premortem.law.transactions import frame_of

DAY = timedelta(days=1)


class Span(NamedTuple):
    """Days, both included, on which an outcome stands, and the clause that decides it (empty where none does)."""

    first: date
    last: date
    outcome: str
    clause: str


def timeline(
    transaction: Transaction, book: Rulebook, first: date | None = None, last: date | None = None
) -> tuple[Span, ...]:
    """Outcomes of a transaction on every day from `first` (before the first rule) to `last` (today), spans in order without gaps.

    Pure: the same book gives the same strip. Days between two turning days of the book are decided alike, so only those
    are asked about; totals that the transaction tells of are taken to stand on each of them. Empty when `last` is
    before `first`.
    """
    first, last = first or book.vocabulary.strip_from, last or date.today()
    turns = {
        *turning_days(book),
        *(party_lists.turning_days(book.case) if set(parties.ROLES) & set(transaction.fields) else ()),
    }
    days = [first, *sorted(day for day in turns if first < day <= last)] if first <= last else []
    if not days:
        return ()
    asked = frame_of([{**transaction.fields, "date": day} for day in days], book.case)
    answers = decide(asked, book).select("outcome", "clause").rows()
    return tuple(_joined(zip(days, [*(d - DAY for d in days[1:]), last], answers, strict=True)))


def _joined(parts: Iterable[tuple[date, date, tuple[str, str | None]]]) -> list[Span]:
    """Neighbouring spans with one outcome by one clause as one."""
    spans: list[Span] = []
    for first, last, (outcome, clause) in parts:
        if spans and (spans[-1].outcome, spans[-1].clause) == (outcome, clause or ""):
            spans[-1] = spans[-1]._replace(last=last)
        else:
            spans.append(Span(first, last, outcome, clause or ""))
    return spans
