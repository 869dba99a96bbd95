"""What changed in the law between two sides as a page tells it: in words, dated, the changes that turn most answers first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from premortem.case import Case
from premortem.law.book import Book
from premortem.law.book_differences import CameAndWent, Comparison, OfLaw, OfStrengths
from premortem.law.clauses.clause import QUESTION
from premortem.law.rulebook_version import shipped_version
from premortem.text.numbers import capital, count_noun, day_in_words, days_in_words, listing
from premortem.text.units import quantity

# Kinds of changes and how a reader is told of each; a place that moved says it by itself.
HOW = {
    "new": "Now in force",
    "gone": "No longer in force",
    "reworded": "Tests something else",
    "number": "Another number",
}
OPENED = ("Now left open", "No longer left open")


@dataclass(frozen=True)
class Told:
    """A change: its day where it has one, what happened to what, how much turns on it, and where that stands."""

    day: str
    how: str
    says: str
    matters: str
    citation: str = ""


@dataclass(frozen=True)
class Changes:
    """Changes that turn the answer of a compared shipment, questions on which answers hang, those that only apply, those that touch none, and
    what no clause says; each the most important first.
    """

    first: Sequence[Told]
    hang: Sequence[Told]
    apply: Sequence[Told]
    others: Sequence[Told]
    efforts: Sequence[str]

    @property
    def many(self) -> int:
        """How many there are of all kinds."""
        return sum(map(len, (self.first, self.hang, self.apply, self.others, self.efforts)))


def told(found: Comparison, before: Book, after: Book) -> Changes:
    """The differences of two rulebooks as `law.diff.between` finds them. What came and went in between stands among the rest by the
    shipments that it would have touched.
    """
    law = _by_place([row for row in found["changes"] if row["of"] == "law"])
    moved = {row["place"]: row for row in law if row["kind"] == "place"}
    between = []
    for row in found["between"]:
        # a question of a place that has moved since is told with the place
        if place := next((p for p in moved if _asks_of(row, p, after)), None):
            moved[place]["text"] += f" (left open from {_span(row)})"
        else:
            between.append(row)
    rows = [(row["weight"], row["touches"], _is_open(row, before, after), _of_law(row, before, after)) for row in law]
    rows += [(row["weight"], row["weight"], _all_open(row, after), _between(row, after)) for row in between]
    rows.sort(key=lambda row: (-row[0], -row[1]))
    return Changes(
        [one for turns, _, is_open, one in rows if turns and not is_open],
        [one for _, touches, is_open, one in rows if touches and is_open],
        [one for turns, touches, is_open, one in rows if touches and not turns and not is_open],
        [one for _, touches, _, one in rows if not touches],
        [_effort(row, after) for row in found["changes"] if row["of"] != "law"],
    )


def stale_said(found: Comparison, case: Case) -> str:
    """That a side is of a day after the last to which the rulebook was verified; empty where none is."""
    current = shipped_version(case)
    old = any(current.stale(date.fromisoformat(side["day"])) for side in found["sides"])
    return f"Stale: nothing after {day_in_words(current.news)} is in this comparison." if old else ""


def _by_place(rows: Sequence[OfLaw]) -> list[OfLaw]:
    """Changes with all that moved of one place as one of them, in the place of the weightiest."""
    texts: dict[str, list[str]] = {}
    kept: list[OfLaw] = []
    for row in rows:
        if row["kind"] != "place" or row["place"] not in texts:
            kept.append(row)
        if row["kind"] == "place":
            texts.setdefault(row["place"], []).append(row["text"])
    return [{**row, "text": listing(_once(texts[row["place"]]))} if row["kind"] == "place" else row for row in kept]


def _once(texts: Sequence[str]) -> list[str]:
    """Sentences of one subject, which is named in the first."""
    first = texts[0]
    same = next(
        (i for i in range(len(first), 0, -1) if first[i - 1] == " " and all(t.startswith(first[:i]) for t in texts)), 0
    )
    return [first, *(text[same:] for text in texts[1:])]


def _of_law(row: OfLaw, before: Book, after: Book) -> Told:
    if row["kind"] == "place":
        return Told("", "", row["text"], _matters(row["weight"], row["touches"]))
    clause = (before if row["kind"] == "gone" else after).by_id[row["clause"]]
    day = clause.ends if row["kind"] == "gone" else clause.begins
    how = next((said for said in OPENED if row["text"].startswith(said)), HOW[row["kind"]])
    says = row["says"]
    if row["kind"] == "number":
        unit = clause.units[row["parameter"]]
        name = row["parameter"].replace("_", " ")
        says = f"{says}: {name} goes from {quantity(row['from'], unit)} to {quantity(row['to'], unit)}"
    return Told(day_in_words(day) if day else "", how, says, _matters(row["weight"], row["touches"]), clause.citation)


def _is_open(row: OfLaw, before: Book, after: Book) -> bool:
    """Whether a change is of a question that the text leaves open: answers hang on it, and it turns none by itself."""
    side = before if row["kind"] == "gone" else after
    return row["kind"] != "place" and side.by_id[row["clause"]].stage == QUESTION


def _all_open(row: CameAndWent, book: Book) -> bool:
    return all(book.by_id[c].stage == QUESTION for c in row["clauses"])


def _asks_of(row: CameAndWent, place: str, book: Book) -> bool:
    """Whether an instrument that came and went only asked of a place."""
    return _all_open(row, book) and all(f"'{place}'" in book.by_id[c].applies for c in row["clauses"])


def _span(row: CameAndWent) -> str:
    return " to ".join(day_in_words(date.fromisoformat(row[end])) for end in ("from", "to"))


def _between(row: CameAndWent, book: Book) -> Told:
    came = "Left open for a time" if _all_open(row, book) else "Came and went"
    how = came if row["in_force"] else "Never came into force"
    return Told(
        day_in_words(date.fromisoformat(row["to"])), how, days_in_words(row["text"]), _matters(0, row["weight"], "would have applied")
    )  # fmt: skip


def _matters(turns: int, weight: int, applies: str = "applies") -> str:
    """How much turns on it, of the shipments that are asked about on both sides."""
    if turns:
        return f"turns {count_noun(turns, 'answer')}"
    return f"{applies} to {count_noun(weight, 'shipment')}" if weight else ""


def _effort(row: OfStrengths, book: Book) -> str:
    start, end = (quantity(row[side], "0-1") for side in ("from", "to"))
    return f"{capital(book.vocabulary.called(row['parameter']))}: from {start} to {end} of full effort"
