"""What would change an answer: the nearest changes of one field that give another outcome."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import polars as pl

from premortem import facts
from premortem.regime.binding import limit_number
from premortem.regime.clause import Clause, Rulebook
from premortem.regime.engine import operative, turning_days
from premortem.regime.expressions import parts
from premortem.regime.items import FROM_CATALOGUE, named
from premortem.regime.transactions import EARLIEST, LATEST
from premortem.regime.vocabulary import FIELDS, RANK, READS

MOST_CHANGES = 8
# Fields by how near a change of them lies: an order's size first, another country last.
NEAREST = ("quantity", "status", "fact", "end_use", "date", "parent", "headquarters", "item", "destination")
# Places that stand for the tiers and groups, to try as seats and destinations.
PLACES = ("USA", "GBR", "MYS", "ARE", "CHN")
# Fields that other tries change, that are sums of the past, or that a test of another kind of item asks for.
LEFT_ALONE = frozenset({"item", "quantity", "date", "status", "end_use", "destination", *FROM_CATALOGUE})
_COMPARED = re.compile(r"(\w+) (=|<>|<=|>=|<|>) (\w+|'[^']*')")


class Try(NamedTuple):
    """One changed field: what kind of change, in words, and the transaction with it."""

    field: str
    words: str
    row: dict[str, Any]


def tries(given: Mapping[str, Any], book: Rulebook) -> list[Try]:
    """Changes of one field worth asking about."""
    clauses = [c for c in operative(book) if c.in_force(given["date"])]
    return [
        *_quantities(given, clauses),
        *_statuses(given),
        *_facts(given, clauses),
        *_places(given),
        *_days(given, book),
        *_items(given),
    ]


def sentences(asked: Sequence[Try], outcomes: Sequence[str], now: str) -> tuple[str, ...]:
    """The changes that give another outcome, each outcome once a field; improvements first, then the nearest."""
    found: dict[tuple[str, str], tuple[bool, int, str]] = {}
    for t, outcome in zip(asked, outcomes, strict=True):
        if outcome != now and outcome in READS:
            told = f"{t.words}: {READS[outcome][0].lower()}{READS[outcome][1:]}"
            worse = RANK[outcome] > RANK.get(now, 0)
            found.setdefault((t.field, outcome), (worse, NEAREST.index(t.field.split()[0]), told))
    return tuple(told for _, _, told in sorted(found.values())[:MOST_CHANGES])


def _quantities(given: Mapping[str, Any], clauses: Sequence[Clause]) -> Iterator[Try]:
    """The largest quantities that limits in force would still take, and one unit more than each."""
    tpp = given.get("tpp") or _catalogue_tpp(given.get("item", ""))
    for c in clauses:
        if c.total and tpp:
            limit = c.number(limit_number(c), given["date"])
            raised = 1 + given.get("country_raise", 0.0) if "country_raise" in c.within else 1.0
            less = given.get(c.total.less, 0.0) if c.total.less else 0.0
            room = limit * raised - given.get(c.total.start, 0.0) + less
            if room == room:  # NaN: the clause says no number that day
                for units in (int(room // tpp), int(room // tpp) + 1):
                    if 1 <= units <= 1_000_000_000:
                        yield Try("quantity", f"with a quantity of {units:,}", {**given, "quantity": float(units)})


def _catalogue_tpp(item: str) -> float | None:
    found = named().filter(pl.col("item") == item).select(pl.col("c_tpp") * pl.col("chips_held")).to_series()
    return found[0] if len(found) else None


def _facts(given: Mapping[str, Any], clauses: Sequence[Clause]) -> Iterator[Try]:
    """Facts that some clause in force asks for, set so that its test is met."""
    seen = set()
    for c in clauses:
        for text in [*parts(c.applies), *parts(c.within)]:
            for name, value in _meets(text, c, given["date"]):
                if (
                    name not in LEFT_ALONE
                    and FIELDS[name].given
                    and given.get(name) != value
                    and (name, value) not in seen
                ):
                    seen.add((name, value))
                    shown = (
                        ("yes" if value else "no")
                        if isinstance(value, bool)
                        else f"{value:,g}"
                        if isinstance(value, float)
                        else value
                    )
                    yield Try(f"fact {name}", f"with {name.replace('_', ' ')} {shown}", {**given, name: value})


def _meets(text: str, clause: Clause, day: date) -> Iterator[tuple[str, Any]]:
    """Values of a field that meet a simple test: a flag, or one comparison with a figure, a word or a clause's number."""
    bare = text.removeprefix("not ")
    if bare in FIELDS and FIELDS[bare].type == "flag":
        yield bare, bare == text
    elif (match := _COMPARED.fullmatch(text)) and match[1] in FIELDS:
        name, sign, right = match[1], match[2], match[3]
        if FIELDS[name].type in ("text", "country") and sign == "=" and right.startswith("'"):
            yield name, right.strip("'")
        elif FIELDS[name].type == "number" and right in clause.numbers and sign in ("<=", ">="):
            yield name, clause.number(right, day)


def _places(given: Mapping[str, Any]) -> Iterator[Try]:
    here = given["destination"]
    seat = given.get("headquarters", here)
    for code in dict.fromkeys((here, *PLACES)):
        if code != seat:
            moved = {**given, "headquarters": code, "parent_headquarters": code}
            yield Try("headquarters", f"with the consignee and its parent headquartered in {code}", moved)
        if code != given.get("parent_headquarters", seat):
            owned = {**given, "parent_headquarters": code}
            yield Try("parent", f"with the ultimate parent headquartered in {code}", owned)
        if code != here and code != "USA":
            sent = {**given, "destination": code, "headquarters": seat}
            yield Try("destination", f"shipped to {code}", sent)


def _statuses(given: Mapping[str, Any]) -> Iterator[Try]:
    for status, word in (("uveu", "universal"), ("nveu", "national")):
        if status != given.get("status", "none"):
            yield Try("status", f"with {word} validated end user status", {**given, "status": status})
    if given.get("end_use") != "production":
        yield Try("end_use", "for production rather than a data centre", {**given, "end_use": "production"})


def _days(given: Mapping[str, Any], book: Rulebook) -> Iterator[Try]:
    """Days on which anything in the rulebook changes, the nearest first on either side."""
    turns = [d for d in turning_days(book) if EARLIEST < d <= LATEST]
    for day in sorted(d for d in turns if d > given["date"]):
        yield Try("date later", f"on {day}", {**given, "date": day})
    for day in sorted((d - timedelta(1) for d in turns if d <= given["date"]), reverse=True):
        yield Try("date earlier", f"on {day}", {**given, "date": day})


def _items(given: Mapping[str, Any]) -> Iterator[Try]:
    """Other chips of the same vendor, the strongest first."""
    chips = facts.read("chips").filter(pl.col("tpp").is_not_null())
    vendor = chips.filter(pl.col("name") == given.get("item", ""))["vendor"]
    if len(vendor):
        for name in chips.filter(pl.col("vendor") == vendor[0]).sort("tpp", descending=True)["name"]:
            if name != given["item"]:
                yield Try("item", f"for {name} instead", {**given, "item": name})
