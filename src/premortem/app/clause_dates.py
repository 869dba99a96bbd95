"""The days that a user may change for a clause or a whole instrument: the first on which it is in force, and the last.

A name is `CLAUSE.complies`, `CLAUSE.ends`, or the same of an instrument: `INSTRUMENT.ends` moves every clause of it that is
not moved by itself.
"""

from collections.abc import Iterable
from datetime import date

from premortem.errors import nearest
from premortem.law.book import Book
from premortem.law.clauses.clause import Clause
from premortem.law.transactions import parse_date

Days = tuple[tuple[str, date], ...]
KINDS = ("complies", "ends")


def parse(text: str, name: str, book: Book) -> date:
    """The day of a name. Raises `ValueError` or `BadInput` for a name that is not there and a day that cannot be."""
    subject, _, kind = name.rpartition(".")
    if kind not in KINDS:
        raise ValueError(f"no such day; allowed: {', '.join(KINDS)}")
    if not (held := clauses_named(book, subject)):
        known = [*book.by_id, *{c.instrument for c in book.clauses}]
        raise ValueError(" ".join(["no such clause or instrument", nearest(subject, known)]).strip())
    day, (first, last) = parse_date(text, book.case), ends(book, held)
    if not first <= day <= last:
        raise ValueError(f"allowed: {first} to {last}")
    return day


def clauses_named(book: Book, subject: str) -> tuple[Clause, ...]:
    """The clauses that a subject names: one, or all of an instrument; none for an unknown name."""
    if subject in book.by_id:
        return (book.by_id[subject],)
    return tuple(c for c in book.clauses if c.instrument == subject)


def ends(book: Book, clauses: Iterable[Clause]) -> tuple[date, date]:
    """Between what days they may be moved: not before all were published, not beyond what the rulebook is asked about."""
    return max(min(c.published, c.begins or c.published) for c in clauses), book.vocabulary.last


def stands(book: Book, name: str) -> date | None:
    """The day as the book has it; None where there is none, or where the clauses of an instrument differ."""
    return None if differ(book, name) else next(iter(_held(book, name)))


def differ(book: Book, name: str) -> bool:
    """Whether the clauses that a name speaks of have several days."""
    return len(_held(book, name)) != 1


def _held(book: Book, name: str) -> set[date | None]:
    subject, _, kind = name.rpartition(".")
    return {getattr(c, written(c, kind)) for c in clauses_named(book, subject)}


def written(clause: Clause, kind: str) -> str:
    """The key under which a policy file moves a day of a clause: the first in force is the one from which its law has it so."""
    return clause.since if kind == "complies" else kind


def book_with_dates(book: Book, days: Days) -> Book:
    """The book with these days: those of instruments first, so that a clause's own stand over them."""
    for name, day in sorted(days, key=lambda pair: pair[0].rpartition(".")[0] in book.by_id):
        subject, _, kind = name.rpartition(".")
        book = book.with_days(
            {c.id for c in clauses_named(book, subject)}, **{"begins" if kind == "complies" else kind: day}
        )
    return book


def differing(book: Book, days: dict[str, date]) -> Days:
    """The days that are not what the book, with its moved instruments, says anyway."""
    whole = {k: d for k, d in days.items() if k.rpartition(".")[0] not in book.by_id and d != stands(book, k)}
    under = book_with_dates(book, tuple(whole.items()))
    own = {k: d for k, d in days.items() if k.rpartition(".")[0] in book.by_id and d != stands(under, k)}
    return tuple(sorted((whole | own).items()))
