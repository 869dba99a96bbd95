"""Which rows fail: an outcome of yes and no, or an expression over columns such as `y > 12`."""

import re
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.errors import BadInput, nearest
from premortem.text.predicates import Literal, Meanings, is_one_of, predicate
from premortem.text.syntax import (
    Among,
    Between,
    Compare,
    Joined,
    Missing,
    Name,
    Node,
    Not,
    Unread,
    Value,
    parse,
    tokens,
)

Array = NDArray[Any]
OPTION = "fails"
_PYTHON, _SIGNS = re.compile(r"'[^']*'|\"[^\"]*\"|==|!="), {"==": "=", "!=": "<>"}
ALLOWED = "a test such as \"y > 12\" or \"cost > 3 and owner in ('A', 'B')\"; a name with spaces in double quotes"


def by_expression(text: str, table: pl.DataFrame) -> Array:
    """1.0 where a row fails, 0.0 where it does not, NaN where it hangs on a value that is missing. Raises `BadInput`."""
    try:
        tree = parse(_without_python(text))
        kind = _kind(tree, table)
    except Unread as why:
        said = str(why).partition("; allowed: ")[0]  # what the language holds is told once, for a table
        raise BadInput(OPTION, text, said, got=text, allowed=ALLOWED) from None
    if kind != "test":
        raise BadInput(OPTION, text, "is no test: it is not true or false", got=text, allowed=ALLOWED)
    means = Meanings(pl.col, _literal, is_one_of)
    found = table.select(predicate(tree, means).alias("fails"))["fails"]
    if len(found) != table.height:  # a test of literals alone
        raise BadInput(OPTION, text, "names no column", got=text, allowed=", ".join(table.columns))
    return found.cast(pl.Float64).fill_null(np.nan).to_numpy()


def named(text: str) -> set[str]:
    """Columns that an expression names, one that `by_expression` has read."""
    return {token.text for token in tokens(_without_python(text)) if token.kind == "name"}


def _without_python(text: str) -> str:
    """`==` and `!=`, as Python has them, as the language of conditions has them; in quotes they stay."""
    return re.sub(_PYTHON, lambda found: _SIGNS.get(found[0], found[0]), text)


def by_flags(outcome: Array, name: str) -> Array:
    """The same of an outcome that is 0, 1 or missing. Raises `BadInput` for one of other numbers."""
    known = np.unique(outcome[np.isfinite(outcome)])
    if np.isin(known, (0, 1)).all():
        return outcome
    some = ", ".join(f"{v:g}" for v in known[:3])
    what = f"is neither true nor false but {some}{', ...' if len(known) > 3 else ''}"
    raise BadInput(
        OPTION,
        name,
        what,
        got=some,
        allowed=f'0 and 1, or say when a row fails: fails="{name} > {np.median(outcome[np.isfinite(outcome)]):.3g}"',
    )


def _literal(value: Value, _: Node) -> Literal:
    return value.value


def _kind(node: Node, table: pl.DataFrame) -> str:
    """What a tree gives: number, text or test. Raises `Unread` where things do not go together."""
    match node:
        case Name(name):
            return _kind_of_column(name, table)
        case Value(value):
            return "test" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
        case Compare(sign, left, right):
            kinds = {_kind(left, table), _kind(right, table)}
            if sign in "+-*":
                if kinds != {"number"}:
                    raise Unread(f"works out {sign} with what is no number")
                return "number"
            if len(kinds) > 1:
                raise Unread(f"compares {' with '.join(f'a {kind}' for kind in sorted(kinds))}")
        case Among(of, values):
            if {_kind(of, table)} != {_kind(value, table) for value in values}:
                raise Unread("looks for a value among others of another kind")
        case Between(of, low, high):
            if {_kind(part, table) for part in (of, low, high)} != {"number"}:
                raise Unread("only a number lies between two")
        case Missing(of):
            _kind(of, table)
        case Not(of):
            _must_be_test(of, table)
        case Joined(_, tests):
            for test in tests:
                _must_be_test(test, table)
    return "test"


def _must_be_test(node: Node, table: pl.DataFrame) -> None:
    if _kind(node, table) != "test":
        raise Unread("joins what is no test: and, or and not join tests")


def _kind_of_column(name: str, table: pl.DataFrame) -> str:
    if name not in table.columns:
        near = nearest(name, table.columns)
        raise Unread(
            "; ".join(filter(None, (f"no such column: {name}", near or f"columns: {', '.join(table.columns[:12])}")))
        )
    kind = table.schema[name]
    if kind == pl.Boolean:
        return "test"
    if kind.is_numeric():
        return "number"
    if kind in (pl.String, pl.Categorical, pl.Enum):
        return "text"
    raise Unread(f"{name} holds {kind}, which is not compared; give numbers or texts")
