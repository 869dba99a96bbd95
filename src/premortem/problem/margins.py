"""Propositions of a problem: texts over its outcomes, as margins that are above 0 where the proposition holds.

    reliability - 0.9
    reliability > 0.9 and utility >= 0.5
    lake@50 < 1.2 * pcrit            one time of a series, by its label
    highest(lake) - 2, mean(lake)    over all times: mean, highest, lowest, total, first, last

Names are of outcomes, uncertainties, levers and constants. A comparison is the difference of its sides, `and` the smaller margin,
`or` the larger one. Nothing else is read, and nothing is ever run as Python.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput, nearest
from premortem.files.toml import Toml, read_toml
from premortem.problem.model_values import GivenPropositions, Known, ModelValue
from premortem.problem.outcomes import Series

Array = NDArray[Any]
Compiled = Callable[[Known], Any]

POINTWISE: dict[str, Callable[..., Any]] = {
    "log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs, "min": np.minimum, "max": np.maximum,
}  # fmt: skip
OVER_TIME: dict[str, Callable[[Array], Array]] = {
    "mean": lambda x: x.mean(-1), "highest": lambda x: x.max(-1), "lowest": lambda x: x.min(-1),
    "total": lambda x: x.sum(-1), "first": lambda x: x[..., 0], "last": lambda x: x[..., -1],
}  # fmt: skip
BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: np.divide, ast.Pow: np.power,
}  # fmt: skip
TWO = ("min", "max")
# A label of a time after @, as a name, a number or a text in quotes.
_AT = re.compile(r"""\b([A-Za-z_]\w*)\s*@\s*("[^"]*"|'[^']*'|[\w.]+)""")
LONGEST = 2000


@dataclass(frozen=True)
class Proposition:
    """An assumption that a policy rests on: its name, what it says, and its margin as a text or as a function of everything known."""

    name: str
    says: str
    text: str
    margin: Compiled

    def of(self, known: Known, futures: int) -> Array:
        """The margin in each future, (future,); NaN where it cannot be told."""
        with np.errstate(all="ignore"):
            found = np.broadcast_to(np.asarray(self.margin(known), float), (futures,))
        return np.where(np.isfinite(found) | np.isinf(found), found, np.nan)


class Reader:
    """Reads texts over the names of a problem."""

    def __init__(self, names: Sequence[str], series: Sequence[Series]) -> None:
        self.names, self.series = tuple(names), {s.name: s for s in series}

    def proposition(self, name: str, given: Any) -> Proposition:
        """A proposition of a text, or of a function of everything known by name. Raises `BadInput`."""
        where = f"propositions: {name}"
        if callable(given):
            told = (given.__doc__ or "").strip().partition("\n")[0] if hasattr(given, "__name__") else ""
            return Proposition(name, told or name, getattr(given, "__name__", name), given)
        if isinstance(given, Mapping):
            return self._of_table(name, given)
        if not isinstance(given, str):
            raise BadInput(where, "", "is no text", got=given, allowed='such as "reliability - 0.9"')
        return Proposition(name, name, given, self.expression(given, where))

    def _of_table(self, name: str, given: Mapping[str, ModelValue]) -> Proposition:
        """A section of a file: `margin`, what it `says`, and a `limit` that the margin may name."""
        where, limit = f"propositions: {name}", given.get("limit")
        text = given.get("margin")
        if not isinstance(text, str):
            raise BadInput(where, "margin", "is not there", allowed='margin = "OUTCOME - NUMBER"')
        value = limit.get("value") if isinstance(limit, Mapping) else limit
        if value is not None:
            text = re.sub(r"\blimit\b", f"({float(value)!r})", text)
        return Proposition(name, str(given.get("says") or name), text, self.expression(text, where))

    def expression(self, text: str, where: str) -> Compiled:
        """A text as a function of everything known. Raises `BadInput`, saying what the language holds."""
        if len(text) > LONGEST:
            raise self._wrong(where, text, "is too long")
        try:
            node = ast.parse(readable(text), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise self._wrong(where, text, "cannot be read") from None
        return self._built(node, where, text)

    def _built(self, node: ast.expr, where: str, text: str) -> Compiled:
        def built(inner: ast.expr) -> Compiled:
            return self._built(inner, where, text)

        match node:
            case ast.Constant(value=value) if isinstance(value, int | float | str) and not isinstance(value, bool):
                return lambda known: value
            case ast.Name(id=name) if name in self.series:
                last = self.series[name].labels[-1]
                raise self._wrong(
                    where, text, f"names the series {name} without a time", f"{name}@{last}, mean({name})"
                )
            case ast.Name(id=name) if name in self.names:
                return lambda known: known[name]
            case ast.Name(id=name):
                near = nearest(name, [*self.names, *self.series])
                raise BadInput(
                    where,
                    "",
                    f"no such name: {name}",
                    got=name,
                    allowed=", ".join([*self.names, *self.series][:20]),
                    hint=near,
                )
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                value_of = built(inner)
                return lambda known: -value_of(known)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return _opposite(built(inner))
            case ast.BinOp(op=op, left=left, right=right) if type(op) in BINARY:
                return _joined(BINARY[type(op)], built(left), built(right))
            case ast.BoolOp(op=op, values=parts):
                least = np.minimum if isinstance(op, ast.And) else np.maximum
                every = [built(part) for part in parts]
                return lambda known: least.reduce(np.broadcast_arrays(*(np.asarray(f(known), float) for f in every)))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self._compared(left, ops, rights, built, where, text)
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=when)) if name in self.series:
                return self._at(name, str(when), where, text)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._called(name, args, built, where, text)
        raise self._wrong(where, text, f"has a part that is not allowed: {ast.unparse(node)}")

    def _compared(
        self,
        left: ast.expr,
        ops: list[ast.cmpop],
        rights: list[ast.expr],
        built: Callable[[ast.expr], Compiled],
        where: str,
        text: str,
    ) -> Compiled:
        sides, found = [built(side) for side in (left, *rights)], []
        for op, low, high in zip(ops, sides[:-1], sides[1:], strict=True):
            match op:
                case ast.Gt() | ast.GtE():
                    found.append(_difference(low, high, isinstance(op, ast.GtE)))
                case ast.Lt() | ast.LtE():
                    found.append(_difference(high, low, isinstance(op, ast.LtE)))
                case ast.Eq():
                    found.append(_equal(low, high, 1.0))
                case ast.NotEq():
                    found.append(_equal(low, high, -1.0))
                case _:
                    raise self._wrong(where, text, "compares in a way that is not read")
        return lambda known: np.minimum.reduce(np.broadcast_arrays(*(np.asarray(f(known), float) for f in found)))

    def _called(
        self, name: str, args: list[ast.expr], built: Callable[[ast.expr], Compiled], where: str, text: str
    ) -> Compiled:
        match args:
            case [ast.Name(id=series), ast.Constant(value=when)] if name == "_at" and series in self.series:
                return self._at(series, str(when), where, text)
            case [ast.Name(id=series)] if name in OVER_TIME and series in self.series:
                return lambda known: OVER_TIME[name](np.asarray(known[series]))
            case [ast.Name(id=series)] if name in TWO and series in self.series:
                return lambda known: OVER_TIME["lowest" if name == "min" else "highest"](np.asarray(known[series]))
        if name in POINTWISE and len(args) == (2 if name in TWO else 1):
            inner = [built(arg) for arg in args]
            return lambda known: POINTWISE[name](*(f(known) for f in inner))
        raise self._wrong(
            where,
            text,
            f"has no function {name} of {len(args)} arguments"
            if name != "_at"
            else "asks for a time of what is no series",
        )

    def _at(self, name: str, when: str, where: str, text: str) -> Compiled:
        labels = [str(label) for label in self.series[name].labels]
        same = [label for label in labels if label == when or label == f"{when}.0" or f"{label}.0" == when]
        if not same:
            raise self._wrong(where, text, f"has a time that {name} has not: {when}", f"{labels[0]} to {labels[-1]}")
        place = labels.index(same[0])
        return lambda known: np.asarray(known[name])[..., place]

    def _wrong(self, where: str, text: str, what: str, allowed: str = "") -> BadInput:
        language = (
            f"names, numbers, + - * / **, comparisons, and, or, SERIES@TIME, {', '.join([*POINTWISE, *OVER_TIME])}"
        )
        return BadInput(where, "", what, got=text, allowed=allowed or language)


def readable(text: str) -> str:
    """A text as Python parses it: `level@19` as `_at(level, '19')`."""
    return _AT.sub(lambda m: f"_at({m[1]}, {m[2] if m[2][0] in chr(39) + chr(34) else repr(m[2])})", text).strip()


def _opposite(of: Compiled) -> Compiled:
    """The margin turned; where it is 0, which does not hold, its opposite does by the least margin."""

    def margin(known: Known) -> Any:
        value = np.asarray(of(known), float)
        return np.where(value == 0, np.finfo(float).tiny, -value)

    return margin


def _joined(op: Callable[[Any, Any], Any], left: Compiled, right: Compiled) -> Compiled:
    return lambda known: op(left(known), right(known))


def _difference(high: Compiled, low: Compiled, at_zero: bool) -> Compiled:
    """How far one side lies above the other; where they may be equal, equal ones hold by the least margin."""

    def margin(known: Known) -> Any:
        apart = np.asarray(high(known), float) - np.asarray(low(known), float)
        return np.where(apart == 0, np.finfo(float).tiny, apart) if at_zero else apart

    return margin


def _equal(left: Compiled, right: Compiled, sign: float) -> Compiled:
    """1 where two sides are equal, -1 where not, such as a category and a level; turned with a `sign` of -1."""
    return lambda known: np.where(np.asarray(left(known)) == np.asarray(right(known)), sign, -sign)


def propositions(given: Any, reader: Reader) -> tuple[tuple[Proposition, ...], list[BadInput]]:
    """Propositions by name, of a TOML file or of those in a folder, with every fault."""
    errors: list[BadInput] = []
    found: list[Proposition] = []
    for name, text in _by_name(given).items():
        try:
            found.append(reader.proposition(name, text))
        except BadInput as wrong:
            errors.append(wrong)
    return tuple(found), errors


def _by_name(given: Any) -> GivenPropositions:
    if given is None:
        return {}
    if isinstance(given, str | Path):
        path = Path(given)
        paths = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if not path.exists() or not paths:
            raise BadInput(
                "propositions", "", "no such file", got=given, allowed='{"NAME": "OUTCOME - NUMBER"}, or TOML files'
            )
        return {name: text for one in paths for name, text in _of_file(one).items()}
    if not isinstance(given, Mapping):
        raise BadInput("propositions", "", "are no propositions", got=given, allowed='{"NAME": "OUTCOME - NUMBER"}')
    return {str(name): text for name, text in given.items()}


def _of_file(path: Path) -> Toml:
    """A file of sections; one of an assumption is its conditions, all of which must hold."""
    document = read_toml(path)
    conditions = document.get("condition")
    if not isinstance(conditions, list):
        return document
    texts = []
    for condition in conditions:
        limit, text = condition.get("limit"), str(condition.get("margin", ""))
        value = limit.get("value") if isinstance(limit, Mapping) else limit
        texts.append(text if value is None else re.sub(r"\blimit\b", f"({float(value)!r})", text))
    joined = texts[0] if len(texts) == 1 else " and ".join(f"({text} > 0)" for text in texts)
    name = str(document.get("id") or path.stem)
    return {name: {"margin": joined, "says": document.get("claim") or document.get("name") or name}}
