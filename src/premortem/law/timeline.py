"""How one transaction would have been decided over time: a strip of outcomes, cut on the days on which the law moves."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from premortem.law.answers import complete, merged_answers, parse
from premortem.law.book import Book
from premortem.law.clauses.candidate_clauses import turning_days
from premortem.law.clauses.clause import Rulebook
from premortem.law.decide import Transaction
from premortem.law.engine import decide
from premortem.law.equivalent_rows import kinds
from premortem.law.fields.named_fields import Fields
from premortem.law.fields.transfers import transfers
from premortem.law.ledger.grounds import grounds
from premortem.law.parties import lists as party_lists
from premortem.law.parties import lookup
from premortem.law.transactions import frame_of

DAY = timedelta(days=1)


class Span(NamedTuple):
    """Days, both included, on which an outcome stands, the clause that decides it (empty where none does), and whether it may go
    and on what that hangs, as a ledger's row tells it; an answer of several kinds tells neither.
    """

    first: date
    last: date
    outcome: str
    clause: str
    may_go: bool | None = None
    rests_on: str = ""


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
        *_cautioned(book),
        *(party_lists.turning_days(book.case) if set(lookup.ROLES) & set(transaction.fields) else ()),
    }
    days = [first, *sorted(day for day in turns if first < day <= last)] if first <= last else []
    if not days:
        return ()
    asked = frame_of([{**transaction.fields, "date": day} for day in days], book.case)
    answers = decide(asked, book)
    on = grounds(asked, answers, answers[book.vocabulary.measure.all], book, kinds(asked, book))
    told = answers.select("outcome", "clause").hstack(on.select("may_go", "rests_on")).rows()
    return tuple(_joined(zip(days, [*(d - DAY for d in days[1:]), last], told, strict=True)))


def _cautioned(book: Rulebook) -> Iterator[date]:
    """Days on which something that is to be looked at beside an answer is first said, or no longer."""
    for caution in transfers(book.case).cautions.known:
        yield from filter(None, (caution.first, caution.last and caution.last + DAY))


def opinions(given: Fields, book: Book, last: date | None = None) -> tuple[Span, ...]:
    """The answer in short to a question of a law of several kinds of answers, asked on every day up to `last` (today) for which
    rules are held, as `timeline` has it. Raises `BadInput`, every fault of its fields at once.
    """
    words = book.vocabulary
    first = max(words.first, min((c.published for c in book.clauses), default=words.first))
    last = min(last or date.today(), words.last)
    days = [first, *sorted(day for day in set(starts(book)) if first < day <= last)]
    row = complete(parse(given, words), words)
    found = merged_answers([{**row, words.asked: day} for day in days], book)
    kind = next(iter(words.answers))
    told = [(short, answer.by.get(short), None, None) for answer in found for short in [str(answer.outcomes[kind])]]
    return tuple(_joined(zip(days, [*(d - DAY for d in days[1:]), last], told, strict=True)))


def starts(book: Book) -> Iterator[date]:
    """Days on which a clause enters into force or has ended, or one of its numbers changes."""
    for c in book.clauses:
        dated = [d for numbers in c.numbers.values() for d in numbers]
        yield from filter(None, (c.begins, *(d.start for d in dated)))
        yield from (end + DAY for end in filter(None, (c.ends, *(d.end for d in dated))))


def _joined(parts: Iterable[tuple[date, date, tuple[str, str | None, bool | None, str | None]]]) -> list[Span]:
    """Neighbouring spans with one answer by one clause, which hangs on the same, as one."""
    spans: list[Span] = []
    for first, last, (outcome, clause, may_go, rests_on) in parts:
        span = Span(first, last, outcome, clause or "", may_go, rests_on or "")
        if spans and spans[-1][2:] == span[2:]:
            spans[-1] = spans[-1]._replace(last=last)
        else:
            spans.append(span)
    return spans
