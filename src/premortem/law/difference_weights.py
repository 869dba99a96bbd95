"""How much hangs on what changed between two rulebooks: to how many of the compared shipments a clause applies; and what came and
went in between, which neither side holds.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from premortem.law.book import Book
from premortem.law.book_differences import CameAndWent
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.clause_tests import met
from premortem.law.engine import decide
from premortem.law.fields.named_fields import Fields
from premortem.law.fields.places import names as places_of
from premortem.law.fields.transfers import transfers
from premortem.law.row_defaults import completed
from premortem.law.transactions import frame_of
from premortem.text.phrases import count_noun


@dataclass(frozen=True)
class Compared:
    """The compared shipments on a day, units of every compared item and one of every other kind, to every place, and their answers."""

    book: Book
    shipments: pl.DataFrame
    answers: pl.DataFrame

    def weights(self, clauses: Sequence[Clause]) -> Mapping[str, int]:
        """To how many of them each clause applies, by id."""
        held = tuple(c for c in clauses if c.stage != "context" and c.begins)
        if not held:
            return {}
        found = met(completed(self.shipments, self.book), self.answers, held, self.book.vocabulary)
        return {c.id: int(applies.sum()) for c, applies in zip(held, found.applies, strict=True)}


def compared_on(book: Book, day: date) -> Compared | None:
    """None in a law that compares no shipments."""
    if not (asked := _asked(book, day)):
        return None
    frame = frame_of(asked, book.case)
    return Compared(book, frame, decide(frame, book))


def turned(before: Compared, after: Compared) -> Counter[str]:
    """How many of the compared shipments have another answer on the later side, by the clause that decides it there, and by the one
    that decided it before.
    """
    sides = before.answers, after.answers
    differ = sides[0]["outcome"].ne_missing(sides[1]["outcome"])
    return Counter(clause for side in sides for clause in side["clause"].filter(differ) if clause)


def _asked(book: Book, day: date) -> list[Fields]:
    """The compared shipments on a day."""
    told, probes, words = transfers(book.case).comparison, transfers(book.case).probes, book.vocabulary
    others = [kind for kind in words.kinds if kind not in transfers(book.case).items.computing]
    each: list[Fields] = [{"item": item, "quantity": told.units} for item in told.items]
    each += [{"item": kind, "quantity": 1.0, **probes.facts} for kind in others] if told.items else []
    return [{**row, "date": day, "destination": place} for row in each for place in places_of(book.case)]


def came_and_went(book: Book, after: date, before: date) -> list[CameAndWent]:
    """Instruments of which clauses began after a day and had ended by another, by weight: those that were never in force, since
    they ended before they began, by the weight that they would have had.
    """
    by_file: dict[str, list[Clause]] = {}
    for c in book.clauses:
        if c.begins and c.ends and after < c.begins <= before and c.ends < before and c.stage != "context":
            by_file.setdefault(c.instrument, []).append(c)
    return sorted(_told(by_file, book), key=lambda row: (-row["weight"], row["from"]))


def _told(by_file: Mapping[str, Sequence[Clause]], book: Book) -> Iterator[CameAndWent]:
    for file, clauses in by_file.items():
        first = min(c.begins for c in clauses if c.begins)
        last = max(c.ends for c in clauses if c.ends)
        was = any(c.begins and c.ends and c.begins <= c.ends for c in clauses)
        days = (
            f"in force from {first} to {last}"
            if was
            else f"ended on {last}, before its day of {first}: it was never in force"
        )
        held, shipments = [c.model_copy(update={"ends": None}) for c in clauses], compared_on(book, first)
        yield {
            "kind": "between",
            "instrument": file,
            "clauses": [c.id for c in clauses],
            "from": str(first),
            "to": str(last),
            "in_force": was,
            "weight": max(shipments.weights(held).values(), default=0) if shipments else 0,
            "text": f"{book.title_of(file)}: {days} ({count_noun(len(clauses), 'clause')})",
        }
