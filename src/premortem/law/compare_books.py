"""What is in force, and what changed between two days or two policies: clauses, numbers, and who gains or loses."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal, TypedDict

import polars as pl

from premortem.case import Case
from premortem.law.book import Book
from premortem.law.book_differences import Comparison, Difference, Differences, OfLaw, OfStrengths, Side, Who
from premortem.law.clauses.clause import QUESTION, Clause
from premortem.law.decide import Transaction, explain
from premortem.law.difference_weights import came_and_went, compared_on, turned
from premortem.law.engine import decide
from premortem.law.fields.items import measures
from premortem.law.fields.named_fields import Fields
from premortem.law.fields.places import atlas
from premortem.law.fields.places import names as places_of
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.timeline import starts
from premortem.law.transactions import frame_of
from premortem.law.verdict import supposed
from premortem.text.numbers import capital, limit


class NumberInForce(TypedDict):
    """A number of a clause on a day."""

    value: float
    unit: str


class ClauseInForce(TypedDict):
    """A clause in force on a day, with its numbers of that day."""

    clause: str
    instrument: str
    says: str
    citation: str
    stage: str
    published: str
    effective: str
    complies: str
    ends: str
    numbers: dict[str, NumberInForce]
    confidence: str
    source: str
    hypothetical: bool


def show(book: Book, on: date) -> list[ClauseInForce]:
    """Clauses in force on a day, with their numbers of that day."""
    return [_row(c, on) for c in book.as_of(on)]


def _row(c: Clause, on: date) -> ClauseInForce:
    numbers: dict[str, NumberInForce] = {
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
        "effective": str(c.effective),
        "complies": str(c.complies),
        "ends": str(c.ends or ""),
        "numbers": numbers,
        "confidence": c.confidence,
        "source": c.source,
        "hypothetical": c.hypothetical,
    }


def diff(before: tuple[Book, date], after: tuple[Book, date]) -> Differences:
    """Changes from one rulebook and day to another, as data and in words.

    `changes`: first the law (`of`), by `weight`, which is how many of the compared shipments have another answer by it, then by
    how many it `touches`: clauses that came, went,
    were reworded or changed a number, places that moved; then what no clause says, the strengths that differ. `between`: instruments
    that came and went in between, by weight. `gain` and `lose`: chips and places whose outcome differs; `words`: who gains and who
    loses, a sentence each.
    """
    who, days = _who(before, after), sorted((before[1], after[1]))
    law = [*_weighed([*_clauses(before, after)], before, after), *_touching([*_moved(before, after)], who)]
    strengths: list[OfStrengths] = [
        {**row, "of": "strengths", "weight": abs(row["to"] - row["from"])} for row in _strengths(before, after)
    ]
    return {
        "changes": [
            *sorted(law, key=lambda row: (-row["weight"], -row["touches"])),
            *sorted(strengths, key=lambda row: -row["weight"]),
        ],
        "between": came_and_went(after[0], days[0], days[1]) if days[0] < days[1] else [],
        **who,
    }


def _weighed(rows: list[Difference], before: tuple[Book, date], after: tuple[Book, date]) -> Iterator[OfLaw]:
    """Changed clauses with their weight: on the earlier side of those that are gone, on the later one of the others."""
    gone = {row["clause"] for row in rows if row["kind"] == "gone"}
    turns: Counter[str] = Counter()
    held: dict[str, int] = {}
    if rows and (was := compared_on(*before)) and (now := compared_on(*after)):
        turns = turned(was, now)
        for side, ids in ((was, gone), (now, {row["clause"] for row in rows} - gone)):
            held |= side.weights([side.book.by_id[c] for c in sorted(ids)])
    for row in rows:
        clause = row["clause"]
        yield {**row, "of": "law", "weight": turns[clause], "touches": held.get(clause, 0)}


def _touching(rows: list[Difference], who: Who) -> Iterator[OfLaw]:
    """Places that moved, weighed by the compared shipments to them whose answer differs."""
    differs = Counter(place for row in (*who["gain"], *who["lose"]) for place in row["places"])
    for row in rows:
        yield {**row, "of": "law", "weight": differs[row["place"]], "touches": differs[row["place"]]}


def between(before: tuple[Book, date | None], after: tuple[Book, date | None]) -> Comparison:
    """`diff` of two sides of which a day may not be named, with the policy and day of each as `sides`: the case's own day, else
    that of the other side; where neither is named, a day on which the two differ, if there is one.
    """
    (a, day_a), (b, day_b) = before, after
    own = a.case.settings.compared_on if day_a or day_b else compared(a, b)
    sides = [(a, day_a or own or day_b), (b, day_b or own or day_a)]
    known = [(book, day) for book, day in sides if day]  # both: where one is not named, the other or `own` is
    told: list[Side] = [{"policy": book.name, "day": str(day)} for book, day in known]
    return {"sides": told, **diff(known[0], known[1])}


def compared(before: Book, after: Book) -> date:
    """The day on which two policies are compared where nobody names one: the case's own where it says one and they differ on
    it, else the first of those on which most differs.
    """
    settings = before.case.settings

    def changes(day: date) -> int:
        a, b = (before, day), (after, day)
        return sum(1 for found in (_clauses(a, b), _moved(a, b), _strengths(a, b)) for _ in found)

    if settings.compared_on and changes(settings.compared_on):
        return settings.compared_on
    turns = {day for book in (before, after) for day in _turns(book) if day <= book.vocabulary.last}
    return max([settings.compared, *sorted(turns)], key=changes)


def _turns(book: Book) -> Iterator[date]:
    """Days on which a clause, a number or a strength begins or has ended, or a place moves."""
    yield from starts(book)
    yield from (step.start for steps in book.policy.steps.values() for step in steps)
    yield from (move.start for move in book.policy.tier)


def _clauses(before: tuple[Book, date], after: tuple[Book, date]) -> Iterator[Difference]:
    (book_a, day_a), (book_b, day_b) = before, after
    held_a, held_b = {c.id: c for c in book_a.as_of(day_a)}, {c.id: c for c in book_b.as_of(day_b)}
    for word, left_open, kind, here, there in (
        ("No longer in force", "No longer left open", "gone", held_a, held_b),
        ("Now in force", "Now left open", "new", held_b, held_a),
    ):
        for k, c in here.items():
            if k in there:
                continue
            # a question that the text leaves open commands nothing
            how = left_open if c.stage == QUESTION else word
            yield {"kind": kind, "clause": k, "says": c.says, "text": f"{how}: {c.says} ({c.citation})"}
    for k in sorted(held_a.keys() & held_b.keys()):
        a, b = held_a[k], held_b[k]
        if _tests(a) != _tests(b):
            yield {"kind": "reworded", "clause": k, "says": b.says, "text": f"{k} tests something else: {b.says}"}
        for name in a.numbers:
            old, new = a.number(name, day_a), b.number(name, day_b)
            if old != new and not (old != old and new != new):
                text = f"{k}: {name} goes from {limit(old, a.units[name])} to {limit(new, b.units[name])}"
                yield {
                    "kind": "number",
                    "clause": k,
                    "says": b.says,
                    "parameter": name,
                    "from": old,
                    "to": new,
                    "text": text,
                }


def _tests(c: Clause) -> tuple[str | tuple[str, ...], ...]:
    return c.applies, c.within, c.then, c.otherwise, c.gives, c.amount


def _moved(before: tuple[Book, date], after: tuple[Book, date]) -> Iterator[Difference]:
    """Places that changed their group or tier."""
    (a, day_a), (b, day_b) = ((atlas(book.case, book.moves), day) for book, day in (before, after))
    held = (places.table.filter(pl.col("period") == places.period(day)) for places, day in ((a, day_a), (b, day_b)))
    both = next(held).join(next(held), on="iso3", suffix="_after")
    case = before[0].case
    names, groups = places_of(case), transfers(case).places.groups
    for field, said in (("tier", "the tier"), *((name, group.says) for name, group in groups.items() if group.says)):
        for row in both.filter(pl.col(field) != pl.col(f"{field}_after")).sort("iso3").to_dicts():
            old, new = row[field], row[f"{field}_after"]
            how = f"goes from {said} {old} to {new}" if field == "tier" else f"{'joins' if new else 'leaves'} {said}"
            text = f"{names[row['iso3']]} {how.replace('the tier', 'tier')}"
            yield {"kind": "place", "place": row["iso3"], "field": field, "from": old, "to": new, "text": text}


def _strengths(before: tuple[Book, date], after: tuple[Book, date]) -> Iterator[Difference]:
    (a, day_a), (b, day_b) = before, after
    for name in a.vocabulary.instruments:
        old, new = a.strength(name, day_a), b.strength(name, day_b)
        if old != new:
            text = f"{capital(a.vocabulary.called(name))} goes from effort {old:g} to {new:g}"
            yield {"kind": "strength", "parameter": name, "from": old, "to": new, "text": text}


def _who(before: tuple[Book, date], after: tuple[Book, date]) -> Who:
    """Places and chips whose outcome differs, by direction."""
    case, rank = before[0].case, before[0].vocabulary.rank
    told = transfers(case).comparison
    asked = [(place, chip) for chip in told.items for place in places_of(case)]

    def answers(book: Book, day: date) -> list[str]:
        rows: list[Fields] = [
            {"date": day, "item": chip, "quantity": told.units, "destination": place} for place, chip in asked
        ]
        return decide(frame_of(rows, case), book)["outcome"].to_list() if rows else []

    found: dict[tuple[str, str, str], list[str]] = {}
    for (place, chip), a, b in zip(asked, answers(*before), answers(*after), strict=True):
        if a != b:
            found.setdefault((chip, a, b), []).append(place)
    sides: Who = {"gain": [], "lose": [], "words": []}
    for (chip, a, b), those in found.items():
        side: Literal["gain", "lose"] = "gain" if rank.get(b, len(rank)) < rank.get(a, len(rank)) else "lose"
        rests_on = _grounds(those[0], chip, *after)
        text = _sentence(side, (chip, a, b), those, rests_on, before[0].vocabulary)
        sides[side].append(
            {"chip": chip, "from": a, "to": b, "places": those, "count": len(those), "rests_on": rests_on, "text": text}
        )
    sides["words"] = [row["text"] for row in (*sides["gain"], *sides["lose"])]
    return sides


def _sentence(side: str, turn: tuple[str, str, str], those: Sequence[str], rests_on: str, words: Vocabulary) -> str:
    """`PLACE and 120 others lose, for 2,000 ITEM: from "No licence needed" to ...`"""
    names, told = places_of(words.case), transfers(words.case).comparison
    order = {place: i for i, place in enumerate(told.first)}
    known = sorted(those, key=lambda place: (order.get(place, len(order)), place))
    first = [names[place] for place in known[:3]]
    others = len(those) - len(first)
    who = ", ".join(first) + (f" and {others} other{'s' if others > 1 else ''}" if others else "")
    chip, *outcomes = turn
    old, new = (words.reads.get(outcome, outcome) for outcome in outcomes)
    verb = side if len(those) > 1 else f"{side}s"
    rests = f" ({rests_on})" if rests_on else ""
    return f'{who} {verb}, for {told.units:,.0f} {chip}: from "{old}" to "{new}"{rests}'


def _grounds(place: str, chip: str, book: Book, day: date) -> str:
    """What the answer of a day rests on: the clause, how sure its reading is, and what is assumed of the shipment."""
    units = transfers(book.case).comparison.units
    asked = Transaction({"date": day, "item": chip, "quantity": units, "destination": place}, case=book.case)
    found = explain(asked, book)
    sure = f", {found.confidence} confidence" if found.confidence else ""
    by = [f"by {found.clause}{sure}"] if found.clause else []
    rests = transfers(book.case).unsaid.rests_on  # facts of the shipment, and not who and where it is
    facts = [
        a for a in found.assumed if a.field in rests and book.vocabulary.fields[a.field].type in ("flag", "number")
    ]
    taken = [supposed(a, book.vocabulary) for a in facts]
    return "; ".join([*by, *([f"if {' and '.join(taken)}"] if taken else [])])


def h100e(item: str, quantity: float, case: Case) -> float:
    """Equivalents of a shipment in units of the case's yardstick, by measure; 0 for what has none."""
    held, yardstick = measures(case), transfers(case).items.yardstick
    return quantity * (held.get(item) or 0.0) / (held.get(yardstick) or math.inf)
