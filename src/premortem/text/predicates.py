"""A condition of `syntax` as a Polars expression; what its names and literals stand for is told by who asks."""

from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

import polars as pl

from premortem.text.syntax import Among, Between, Compare, Joined, Missing, Name, Node, Not, Value

Literal = float | str | bool | date


class Meanings(NamedTuple):
    """What a name stands for; what a literal does, beside what it is compared with; and whether a value is one of some literals."""

    of_name: Callable[[str], pl.Expr]
    of_literal: Callable[[Value, Node], Literal]
    among: Callable[[Node, pl.Expr, list[Literal]], pl.Expr]


def is_one_of(_: Node, value: pl.Expr, literals: list[Literal]) -> pl.Expr:
    """Whether a column's value is one of some literals: what `among` means where no column holds sets."""
    return value.is_in(literals)


def predicate(node: Node, means: Meanings) -> pl.Expr:
    """A tree as an expression; null where it hangs on a value that is missing.

    >>> from premortem.text.syntax import parse
    >>> means = Meanings(pl.col, lambda value, beside: value.value, is_one_of)
    >>> pl.DataFrame({"a": [1, 2, None]}).select(predicate(parse("a > 1 or a = 7"), means)).to_series().to_list()
    [False, True, None]
    """
    match node:
        case Name(name):
            return means.of_name(name)
        case Value(value):
            return pl.lit(value)
        case Compare(sign, left, right):
            return _compared(sign, *(_side(side, other, means) for side, other in ((left, right), (right, left))))
        case Among(of, values):
            return means.among(of, predicate(of, means), [means.of_literal(value, of) for value in values])
        case Between(of, low, high):
            return predicate(of, means).is_between(_side(low, of, means), _side(high, of, means))
        case Missing(of):
            return predicate(of, means).is_null()
        case Not(of):
            return ~predicate(of, means)
        case Joined(word, tests):
            return reduce(and_ if word == "and" else or_, (predicate(test, means) for test in tests))


def _side(node: Node, beside: Node, means: Meanings) -> pl.Expr:
    """A side of a comparison: a literal is what it is beside the other side."""
    return pl.lit(means.of_literal(node, beside)) if isinstance(node, Value) else predicate(node, means)


def _compared(sign: str, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    made = {
        "=": left.__eq__, "<>": left.__ne__, "<": left.__lt__, "<=": left.__le__, ">": left.__gt__, ">=": left.__ge__,
        "+": left.__add__, "-": left.__sub__, "*": left.__mul__,
    }  # fmt: skip
    return made[sign](right)
