"""Which clauses can decide something: between two days, or of the rows of a frame; and the days on which that changes."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

import polars as pl

from premortem.law.clauses.clause import QUESTION, Clause, Rulebook
from premortem.law.clauses.conditions import identifiers, parts
from premortem.law.fields.named_fields import Fields, FieldValue
from premortem.law.fields.places import atlas
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.parties.seats import SEATED

DAY = timedelta(days=1)
# A test of a field against one word or several.
ONE_OF = re.compile(r"(\w+) (?:= |in \()('[^']*'(?:, '[^']*')*)\)?")
WORD = re.compile(r"'([^']*)'")


def operative(book: Rulebook, first: date = date.min, last: date = date.max) -> list[Clause]:
    """Clauses that can decide something between two days, in order."""
    return [
        c
        for c in book.clauses
        if c.stage != "context" and c.begins and c.begins <= last and (c.ends is None or c.ends >= max(first, c.begins))
    ]


def standing(fields: pl.LazyFrame | pl.DataFrame, book: Rulebook, held: "Held | None" = None) -> tuple[Clause, ...]:
    """Clauses in force on the days of a frame that may reach one of its rows: the others need not be tried. `held` is what the frame
    holds, where that is known.
    """
    words = book.vocabulary
    if held is None:
        held = few_held(fields, words) if isinstance(fields, pl.DataFrame) else _held(fields, words)
    first, last, values = held
    return tuple(
        c
        for c in operative(book, first, last)
        if c.stage != QUESTION and (c.total or all(values[name] & wanted for name, wanted in _wanted(c.applies, words)))
    )


class Held(NamedTuple):
    """The days of a frame, and what its telling fields hold; a flag that may be raised in some row holds True."""

    first: date
    last: date
    values: Mapping[str, frozenset[str | bool | None]]


def _held(fields: pl.LazyFrame, words: Vocabulary) -> Held:
    flags = {name for name in words.telling if words.fields[name].type == "flag"}
    told = fields.select(
        pl.col("date").min().alias("first"),
        pl.col("date").max().alias("last"),
        *(
            pl.concat_list(pl.col(name).fill_null(True).any()).alias(name)
            if name in flags
            else pl.col(name).unique().implode()
            for name in words.telling
        ),
    ).collect()
    first, last, *values = told.row(0)
    return Held(first, last, {name: frozenset(found) for name, found in zip(words.telling, values, strict=True)})


def few_held(fields: pl.DataFrame, words: Vocabulary) -> Held:
    """The same of a few rows, for which a query takes longer than it saves."""
    days, values = fields["date"].to_list(), {name: frozenset(fields[name].to_list()) for name in words.telling}
    return Held(min(days), max(days), values)


@lru_cache(4096)
def _wanted(applies: str, words: Vocabulary) -> tuple[tuple[str, frozenset[str | bool | None]], ...]:
    """Telling fields with the values that a condition allows them, as far as its tests joined by `and` say; null may be any."""
    found: list[tuple[str, frozenset[str | bool | None]]] = []
    for test in parts(applies):
        if test in words.listed:
            found.append((test, frozenset({True, None})))
        elif (match := ONE_OF.fullmatch(test)) and match[1] in words.telling:
            found.append((match[1], frozenset({*WORD.findall(match[2]), None})))
    return tuple(found)


def turning_days(book: Rulebook) -> list[date]:
    """Days on which the answer to some transaction may change: a clause or a number begins or has ended, or a place
    changes its group or tier.
    """
    ended = {d.end + DAY for c in operative(book) for numbers in c.numbers.values() for d in numbers if d.end}
    return sorted(ended.union(_begun(book)))


def announced_days(book: Rulebook, day: date) -> list[date]:
    """Days after a day on which something that the tables announce begins or ends, up to where the first table of a clause
    in force ends: what comes after a table's last row, no table says.
    """
    ends = [end for c in operative(book, day) for end in _tables(c) if end >= day and (c.ends is None or c.ends > end)]
    return sorted(turn for turn in _begun(book) if day < turn <= min(ends, default=date.max))


def _begun(book: Rulebook) -> set[date]:
    """Days on which a clause begins or has ended, a number begins, or a place changes its group or tier."""
    turns = set(atlas(book.case, book.moves).breaks)
    for clause in operative(book):
        turns |= {day for day in (clause.begins, clause.ends and clause.ends + DAY) if day}
        turns |= {d.start for numbers in clause.numbers.values() for d in numbers if d.start}
    return turns


@lru_cache(4096)
def _tables(clause: Clause) -> tuple[date, ...]:
    """Last day of each number of a clause that it tests and that runs out."""
    tested = identifiers(f"{clause.applies} {clause.within}")
    runs_out = (dated for key, dated in clause.numbers.items() if key in tested and all(d.end for d in dated))
    return tuple(max(d.end for d in dated if d.end) for dated in runs_out)


def naming(book: Rulebook) -> tuple[Clause, ...]:
    """Clauses that name an exporter whom they bind, or a place as a party's seat."""
    return tuple(c for c in operative(book) if _exporters(c.applies, book.vocabulary) or _seats(c.applies))


def addressees(standing: Iterable[Clause], words: Vocabulary) -> tuple[str, ...]:
    """Exporters that one of the clauses in force on a day names as those whom it binds, in order."""
    return tuple(sorted({name for c in standing for name in _exporters(c.applies, words)}))


def seats(standing: Iterable[Clause], given: Fields, words: Vocabulary) -> tuple[str, ...]:
    """Places that one of the clauses in force on a transaction's day names as a party's seat, in order, but for clauses that
    what was told, or a usual end use, rules out.
    """
    told, seating = {**_usual(words), **given}, (c for c in standing if _seats(c.applies))
    reaching = (
        c for c in seating if all(told[name] in held for name, held in _wanted(c.applies, words) if name in told)
    )
    return tuple(sorted({place for c in reaching for place in _seats(c.applies)}))


@cache
def _usual(words: Vocabulary) -> dict[str, FieldValue]:
    """Values that are taken for granted where places are sought."""
    return {name: field.default for name, field in words.fields.items() if field.usual}


@lru_cache(4096)
def _exporters(applies: str, words: Vocabulary) -> frozenset[str]:
    """Exporters that a condition asks for by name."""
    return frozenset(str(v) for name, held in _wanted(applies, words) if name == "exporter" for v in held if v)


@lru_cache(4096)
def _seats(applies: str) -> frozenset[str]:
    """Places that a condition names as headquarters of a party or of its parent."""
    named = (m for m in ONE_OF.finditer(applies) if m[1] in SEATED)
    return frozenset(place for m in named for place in WORD.findall(m[2]))


def embargoed_places(book: Rulebook, day: date, last: date | None = None) -> frozenset[str | bool | None]:
    """Places that an embargo in force on a day, or on some day up to the `last`, bars as destinations."""
    words = book.vocabulary
    embargoes = (
        c for c in operative(book, day, last or day) if c.prohibition and c.prohibition == words.requirements.embargo
    )
    return frozenset(
        v for c in embargoes for name, held in _wanted(c.applies, words) if name == "destination" for v in held if v
    )
