"""What is in force, and what changed between two days or two policies: clauses, numbers, and who gains or loses."""

from datetime import date
from typing import Any

import polars as pl

from premortem import facts
from premortem.regime.book import Book
from premortem.regime.clause import Clause
from premortem.regime.engine import decide
from premortem.regime.transactions import catalogue, frame_of
from premortem.regime.vocabulary import DENIED, READS

# Shipments by which two rulebooks are compared: units of each chip to each place.
UNITS = 2000.0
CHIPS = ("H100 SXM", "H20", "H200 SXM", "B200", "RTX 4090")


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
    """Changes from one rulebook and day to another: clauses that came, went or changed a number; places and chips
    that gain or lose.
    """
    (book_a, day_a), (book_b, day_b) = before, after
    held_a, held_b = {c.id: c for c in book_a.as_of(day_a)}, {c.id: c for c in book_b.as_of(day_b)}
    changes: list[dict[str, Any]] = [
        {
            "kind": "gone",
            "clause": k,
            "says": held_a[k].says,
            "text": f"No longer in force: {held_a[k].says} ({held_a[k].citation})",
        }
        for k in held_a
        if k not in held_b
    ]
    changes += [
        {
            "kind": "new",
            "clause": k,
            "says": held_b[k].says,
            "text": f"Now in force: {held_b[k].says} ({held_b[k].citation})",
        }
        for k in held_b
        if k not in held_a
    ]
    for k in held_a.keys() & held_b.keys():
        for name in held_a[k].numbers:
            old, new = held_a[k].number(name, day_a), held_b[k].number(name, day_b)
            if old != new and not (old != old and new != new):
                unit = held_a[k].numbers[name][0].unit
                changes.append(
                    {
                        "kind": "number",
                        "clause": k,
                        "parameter": name,
                        "from": old,
                        "to": new,
                        "text": f"{k}: {name} goes from {old:,g} to {new:,g} {unit}",
                    }
                )
    return {"changes": changes, **_who(before, after)}


def _who(before: tuple[Book, date], after: tuple[Book, date]) -> dict[str, Any]:
    """Places and chips whose outcome differs, by direction."""
    places = facts.read("countries")["iso3"].to_list()
    asked = [(place, chip) for place in places for chip in CHIPS]

    def answers(book: Book, day: date) -> list[str]:
        rows = [{"date": day, "item": chip, "quantity": UNITS, "destination": place} for place, chip in asked]
        return decide(frame_of(rows), book)["outcome"].to_list()

    rank = {name: i for i, name in enumerate(READS)}
    moved = []
    for (place, chip), a, b in zip(asked, answers(*before), answers(*after), strict=True):
        if a != b:
            moved.append({"place": place, "chip": chip, "from": a, "to": b, "gains": rank[b] < rank[a]})
    frame = pl.DataFrame(
        moved, schema={"place": pl.String, "chip": pl.String, "from": pl.String, "to": pl.String, "gains": pl.Boolean}
    )
    grouped = frame.group_by("chip", "from", "to", "gains", maintain_order=True).agg(
        places=pl.col("place"), count=pl.len()
    )
    return {
        "gain": grouped.filter(pl.col("gains")).drop("gains").to_dicts(),
        "lose": grouped.filter(~pl.col("gains")).drop("gains").to_dicts(),
    }


def h100e(item: str, quantity: float) -> float:
    """H100 equivalents of a shipment by TPP; 0 for what is not a chip."""
    table = {r["item"]: r["c_tpp"] for r in catalogue().to_dicts()}
    return quantity * (table.get(item) or 0.0) / table["H100 SXM"]


def barred(outcome: str) -> bool:
    """Whether an outcome bars a shipment."""
    return outcome in DENIED
