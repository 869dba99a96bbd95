"""What is in force, and what changed between two days or two policies: clauses, numbers, and who gains or loses."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import polars as pl

from premortem import facts
from premortem.law.book import STRENGTHS, Book
from premortem.law.clause import Clause
from premortem.law.engine import decide
from premortem.law.items import named
from premortem.law.places import atlas
from premortem.law.transactions import frame_of
from premortem.law.vocabulary import DENIED, RANK, READS
from premortem.text.numbers import limit

# Shipments by which two rulebooks are compared: units of each chip to each place.
UNITS = 2000.0
CHIPS = ("H100 SXM", "H20", "H200 SXM", "B200", "RTX 4090")
# Places that a sentence names before others.
KNOWN = ("CHN", "ARE", "SAU", "IND", "SGP", "MYS", "ISR", "BRA", "VNM", "POL", "CHE", "TUR", "MEX", "KHM")


def show(book: Book, on: date) -> list[dict[str, Any]]:
    """Clauses in force on a day, with their numbers of that day."""
    return [_row(c, on) for c in book.as_of(on)]


def _row(c: Clause, on: date) -> dict[str, Any]:
    numbers = {
        k: {"value": c.number(k, on), "unit": dated[0].unit}
        for k, dated in c.numbers.items()
        if c.number(k, on) == c.number(k, on)
    }
    return {
        "clause": c.id,
        "instrument": c.instrument,
        "says": c.says,
        "citation": c.citation,
        "stage": c.stage,
        "published": str(c.published),
        "complies": str(c.complies),
        "ends": str(c.ends or ""),
        "numbers": numbers,
        "confidence": c.confidence,
        "source": c.source,
        "hypothetical": c.hypothetical,
    }


def diff(before: tuple[Book, date], after: tuple[Book, date]) -> dict[str, Any]:
    """Changes from one rulebook and day to another, as data and in words.

    `changes`: clauses that came, went, were reworded or changed a number, places that moved, strengths that differ;
    `gain` and `lose`: chips and places whose outcome differs; `words`: who gains and who loses, a sentence each.
    """
    return {
        "changes": [*_clauses(before, after), *_moved(before, after), *_strengths(before, after)],
        **_who(before, after),
    }


def _clauses(before: tuple[Book, date], after: tuple[Book, date]) -> Iterator[dict[str, Any]]:
    (book_a, day_a), (book_b, day_b) = before, after
    held_a, held_b = {c.id: c for c in book_a.as_of(day_a)}, {c.id: c for c in book_b.as_of(day_b)}
    for word, kind, here, there in (
        ("No longer in force", "gone", held_a, held_b),
        ("Now in force", "new", held_b, held_a),
    ):
        for k, c in here.items():
            if k in there:
                continue
            yield {"kind": kind, "clause": k, "says": c.says, "text": f"{word}: {c.says} ({c.citation})"}
    for k in sorted(held_a.keys() & held_b.keys()):
        a, b = held_a[k], held_b[k]
        if (a.applies, a.within, a.then, a.otherwise) != (b.applies, b.within, b.then, b.otherwise):
            yield {"kind": "reworded", "clause": k, "says": b.says, "text": f"{k} tests something else: {b.says}"}
        for name in a.numbers:
            old, new = a.number(name, day_a), b.number(name, day_b)
            if old != new and not (old != old and new != new):
                text = f"{k}: {name} goes from {limit(old, a.units[name])} to {limit(new, b.units[name])}"
                yield {"kind": "number", "clause": k, "parameter": name, "from": old, "to": new, "text": text}


def _moved(before: tuple[Book, date], after: tuple[Book, date]) -> Iterator[dict[str, Any]]:
    """Places that changed their group or tier."""
    (a, day_a), (b, day_b) = ((atlas(book.moves), day) for book, day in (before, after))
    held = (places.table.filter(pl.col("period") == places.period(day)) for places, day in ((a, day_a), (b, day_b)))
    both = next(held).join(next(held), on="iso3", suffix="_after")
    names = _names()
    for field, said in (("tier", "the tier"), ("d5", "D:5"), ("d1_d4", "D:1 or D:4"), ("a5_a6", "A:5 or A:6")):
        for row in both.filter(pl.col(field) != pl.col(f"{field}_after")).sort("iso3").to_dicts():
            old, new = row[field], row[f"{field}_after"]
            how = f"goes from {said} {old} to {new}" if field == "tier" else f"{'joins' if new else 'leaves'} {said}"
            text = f"{names[row['iso3']]} {how.replace('the tier', 'tier')}"
            yield {"kind": "place", "place": row["iso3"], "field": field, "from": old, "to": new, "text": text}


def _strengths(before: tuple[Book, date], after: tuple[Book, date]) -> Iterator[dict[str, Any]]:
    (a, day_a), (b, day_b) = before, after
    for name in STRENGTHS:
        old, new = a.strength(name, day_a), b.strength(name, day_b)
        if old != new:
            text = f"{name.replace('_', ' ')} goes from strength {old:g} to {new:g}"
            yield {"kind": "strength", "parameter": name, "from": old, "to": new, "text": text}


def _who(before: tuple[Book, date], after: tuple[Book, date]) -> dict[str, Any]:
    """Places and chips whose outcome differs, by direction."""
    places = facts.read("countries")["iso3"].to_list()
    asked = [(place, chip) for chip in CHIPS for place in places]

    def answers(book: Book, day: date) -> list[str]:
        rows = [{"date": day, "item": chip, "quantity": UNITS, "destination": place} for place, chip in asked]
        return decide(frame_of(rows), book)["outcome"].to_list()

    found: dict[tuple[str, str, str], list[str]] = {}
    for (place, chip), a, b in zip(asked, answers(*before), answers(*after), strict=True):
        if a != b:
            found.setdefault((chip, a, b), []).append(place)
    sides: dict[str, list[dict[str, Any]]] = {"gain": [], "lose": []}
    for (chip, a, b), those in found.items():
        side = "gain" if RANK.get(b, len(RANK)) < RANK.get(a, len(RANK)) else "lose"
        row = {"chip": chip, "from": a, "to": b, "places": those, "count": len(those)}
        sides[side].append(row | {"text": _sentence(side, row)})
    return sides | {"words": [row["text"] for rows in sides.values() for row in rows]}


def _sentence(side: str, row: dict[str, Any]) -> str:
    """`India and 120 others lose: 2,000 H100 SXM went freely and now need a licence.`"""
    names = _names()
    known = sorted(row["places"], key=lambda place: (KNOWN.index(place) if place in KNOWN else len(KNOWN), place))
    first = [names[place] for place in known[:3]]
    others = row["count"] - len(first)
    those = ", ".join(first) + (f" and {others} other{'s' if others > 1 else ''}" if others else "")
    old, new = (READS.get(row[k], row[k]) for k in ("from", "to"))
    verb = side if row["count"] > 1 else f"{side}s"
    return f'{those} {verb}, for {UNITS:,.0f} {row["chip"]}: from "{old}" to "{new}"'


def _names() -> dict[str, str]:
    return {row["iso3"]: row["name"] for row in facts.read("countries").to_dicts()}


def h100e(item: str, quantity: float) -> float:
    """H100 equivalents of a shipment by TPP; 0 for what is not a chip."""
    table = {r["item"]: r["chips_held"] * (r["c_tpp"] or 0.0) for r in named().to_dicts()}
    return quantity * (table.get(item) or 0.0) / table["H100 SXM"]


def barred(outcome: str) -> bool:
    """Whether an outcome bars a shipment."""
    return outcome in DENIED
