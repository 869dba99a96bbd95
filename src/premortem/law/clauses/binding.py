"""How a clause binds to rows: its conditions with its numbers of the day, as Polars expressions, compiled once."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from operator import add, mul, sub

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.clause import Clause, Dated
from premortem.law.clauses.conditions import condition, identifiers
from premortem.law.clauses.conditions import limit as limit_in
from premortem.law.fields.named_fields import Fields, day_of, number_of
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.syntax import Compare, Name, Node, Value, parse

Days = NDArray[np.datetime64]
KEPT = 4096  # compiled conditions that are kept: many times what one rulebook holds


@lru_cache(KEPT)
def binds(clause: Clause, words: Vocabulary) -> pl.Expr:
    """Whether a clause applies to a row on its date; null when a field that it tests is missing."""
    assert clause.begins is not None
    force = pl.col("date") >= clause.begins
    force = force & (pl.col("date") <= clause.ends) if clause.ends else force
    # on a day for which one of its numbers says nothing, the clause is silent
    said = [_figure(clause, k).is_not_null() for k in tested(clause) if changes(clause.numbers[k])]
    force = pl.all_horizontal(force, *said) if said else force
    return force & condition(clause.applies, names(clause), words)


def in_force(clauses: Sequence[Clause], days: Days) -> NDArray[np.bool_]:
    """On which days exporters have to comply with each clause; shape (clause, day)."""
    first = np.array([c.begins or date.max for c in clauses], "datetime64[D]")[:, None]
    last = np.array([c.ends or date.max for c in clauses], "datetime64[D]")[:, None]
    return np.asarray((days >= first) & (days <= last))


def silences(clause: Clause, days: Days) -> Iterator[NDArray[np.bool_]]:
    """For each number that a clause tests and that changes, the days for which it says none; on those the clause is silent."""
    for key in tested(clause):
        if changes(clause.numbers[key]):
            said = [(d.start or date.min, d.end or date.max) for d in clause.numbers[key]]
            yield ~np.logical_or.reduce([(days >= np.datetime64(a)) & (days <= np.datetime64(z)) for a, z in said])


@lru_cache(KEPT)
def tested(clause: Clause) -> tuple[str, ...]:
    """The clause's numbers that its conditions test."""
    tested = identifiers(f"{clause.applies} {clause.within}")
    return tuple(k for k in clause.numbers if k in tested)


@lru_cache(KEPT)
def names(clause: Clause) -> dict[str, pl.Expr]:
    """The clause's numbers in its conditions: a figure, or a column where the figure changes with the date."""
    return {
        key: _figure(clause, key) if changes(dated) else pl.lit(dated[0].value) for key, dated in clause.numbers.items()
    }


def laid_down(clauses: Sequence[Clause], words: Vocabulary) -> list[pl.Expr]:
    """Columns that clauses add before any of them is tried: numbers of the day, and the flags that definitions settle."""
    return [
        *(_number(c, key) for c in clauses for key in c.numbers if changes(c.numbers[key])),
        *(pl.any_horizontal(*[binds(c, words) for c in clauses if c.then == f], False).alias(f) for f in words.defined),
    ]


def changes(dated: Sequence[Dated]) -> bool:
    """Whether a number is not the same on every day."""
    return len(dated) > 1 or dated[0].start is not None or dated[0].end is not None


@lru_cache(KEPT)
def _figure(clause: Clause, key: str) -> pl.Expr:
    """A number that changes with the date: a column, or for a definition, which is tried as the columns are made, the number."""
    return on_the_day(clause.numbers[key]) if clause.stage == "define" else pl.col(f"{clause.id}.{key}")


@lru_cache(KEPT)
def _number(clause: Clause, key: str) -> pl.Expr:
    return on_the_day(clause.numbers[key]).alias(f"{clause.id}.{key}")


def on_the_day(dated: Sequence[Dated]) -> pl.Expr:
    """A dated number on each row's date; null where it says none."""
    value = pl.lit(None, pl.Float64)
    for d in dated:
        inside = (pl.col("date") >= (d.start or date.min)) & (pl.col("date") <= (d.end or date.max))
        value = pl.when(inside).then(pl.lit(d.value)).otherwise(value)
    return value


def figures(clause: Clause) -> dict[str, pl.Expr]:
    """A clause's numbers on each row's date; null where it says none."""
    return {key: on_the_day(dated) for key, dated in clause.numbers.items()}


def limit(clause: Clause, words: Vocabulary) -> pl.Expr:
    """The limit of a clause's running total on each row's date [unit of the total]."""
    return limit_in(clause.within, figures(clause), words)


def limit_of(clause: Clause, given: Fields, words: Vocabulary) -> float:
    """The same for one transaction; NaN on a day for which the clause says no number."""
    tree = parse(clause.within)
    assert isinstance(tree, Compare)
    return _worth(tree.right, clause, given, words)


def _worth(node: Node, clause: Clause, given: Fields, words: Vocabulary) -> float:
    """What an expression comes to in one transaction."""
    match node:
        case Name(name) if name in clause.numbers:
            return clause.number(name, day_of(given))
        case Name(name):
            return float(number_of(given, name, float(words.fields[name].default or 0.0)))
        case Value(value):
            return float(value)
        case Compare(sign, left, right):
            sides = (_worth(side, clause, given, words) for side in (left, right))
            return float({"+": add, "-": sub, "*": mul}[sign](*sides))
    raise AssertionError(f"no number: {node}")  # `check` lets nothing else through


def limit_number(clause: Clause) -> str:
    """Name of the number that limits a clause's running total."""
    asked = identifiers(clause.within)
    return next(key for key in clause.numbers if key in asked)
