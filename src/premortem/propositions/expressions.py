"""The small language of margins: arithmetic on outcomes at dates, parsed once into a pure function for JAX.

    logit(limit) - logit(cn_model_share@2028Q4)
    log(year(us_supply, 2028) / year(cn_total, 2028))
    mean(gap_months_cn, 2025Q1, 2029Q4) / limit - 1

Numbers, names of outcomes and limits, `+ - * /`, the functions below, and `outcome@date`, where a date is a step of the
world's clock: 2028Q4, or 2028 where a step is a year. In an expression over time the date is `quarter` or `year`: the whole
series. Nothing else parses, and nothing is ever run as Python.
"""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from premortem.case import Clock, year_of
from premortem.errors import BadInput, nearest

Value = Any  # a float, or an array of shape (future,) or (step, future)
Compiled = Callable[[Mapping[str, jax.Array], Mapping[str, Value]], Value]

# Smallest distance from 0 and 1 that a logit or logarithm sees.
EDGE = 1e-6
# What stands for every step of a series.
EVERY = ("quarter", "year")


def log(x: Value) -> Value:
    """Natural logarithm, of at least a millionth."""
    return jnp.log(jnp.maximum(x, EDGE))


def logit(x: Value) -> Value:
    """Log odds of a share, kept a millionth away from 0 and 1."""
    inside = jnp.clip(x, EDGE, 1 - EDGE)
    return jnp.log(inside / (1 - inside))


POINTWISE: dict[str, Callable[..., Value]] = {
    "log": log,
    "logit": logit,
    "exp": jnp.exp,
    "min": lambda a, b: jnp.minimum(a, b),
    "max": lambda a, b: jnp.maximum(a, b),
}
# Over steps from a first to a last one, both within: the mean, the largest, the smallest, the sum.
SPANS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "mean": lambda x: x.mean(0),
    "highest": lambda x: x.max(0),
    "lowest": lambda x: x.min(0),
    "total": lambda x: x.sum(0),
}
# Numbers beyond this are none of the model's, and overflow its single precision.
LARGEST = 1e30
_STEP = re.compile(r"\b(\d{4}[A-Z]\d{1,2})\b")
_AT = re.compile(r"\b([A-Za-z_]\w*)@(\w+)\b")


class Expression:
    """A parsed expression: call it with outcomes (step, future) and limits; `names` are the outcomes it reads, `last` the place of the last step
    that it reads them at.
    """

    def __init__(
        self, text: str, file: str, key: str, outcomes: frozenset[str], limits: frozenset[str], labels: tuple[str, ...]
    ):
        self.text, self._file, self._key = text, file, key
        self._outcomes, self._limits = outcomes, limits
        self._place = {label: i for i, label in enumerate(labels)}
        self._clock = Clock(labels)
        self.names: set[str] = set()
        self.last = 0
        self.evaluate = self._build(self._parse())

    def __call__(self, outcomes: Mapping[str, jax.Array], limits: Mapping[str, Value]) -> Value:
        """The value for outcomes and limits."""
        return self.evaluate(outcomes, limits)

    def _parse(self) -> ast.expr:
        if len(self.text) > 2000:
            raise self._wrong("is too long", "2,000 characters")
        python = _AT.sub(lambda m: f"at({m[1]}, '{m[2]}')", self.text)
        python = _STEP.sub(lambda m: m[0] if python[m.start() - 1] == "'" else f"'{m[0]}'", python)
        try:
            return ast.parse(python, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            raise self._wrong("cannot be read") from None

    def _build(self, node: ast.expr) -> Compiled:
        match node:
            case ast.Constant(value=float() | int() as number) if not isinstance(number, bool):
                if abs(number) > LARGEST:
                    raise self._wrong("has a number out of range", f"up to {LARGEST:g}")
                return lambda o, l: float(number)
            case ast.Name(id=name) if name in self._limits:
                return lambda o, l: l[name]
            case ast.Name(id=name):
                raise self._unknown(name)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                value = self._build(inner)
                return lambda o, l: -value(o, l)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() as op, left=left, right=right):
                return _binary(op, self._build(left), self._build(right))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(name, args)
        raise self._wrong(f"has a part that is not allowed: {ast.unparse(node)}")

    def _call(self, name: str, args: list[ast.expr]) -> Compiled:
        if name in POINTWISE:
            inner = [self._build(arg) for arg in args]
            if len(inner) != (2 if name in ("min", "max") else 1):
                raise self._wrong(f"{name} has {len(inner)} arguments")
            return lambda o, l: POINTWISE[name](*(f(o, l) for f in inner))
        if name == "at" and len(args) == 2:
            series, when = self._series(args[0]), args[1]
            if isinstance(when, ast.Constant) and when.value in EVERY:
                self.last = len(self._place) - 1
                return lambda o, l: o[series]
            place = self._step(when)
            return lambda o, l: o[series][place]
        if name == "year" and len(args) == 2:
            return self._year(self._series(args[0]), args[1])
        if name in SPANS and len(args) == 3:
            series, first, last = self._series(args[0]), self._step(args[1]), self._step(args[2])
            if first > last:
                raise self._wrong(f"{name} runs from a later {self._clock.word} to an earlier one")
            return lambda o, l: SPANS[name](o[series][first : last + 1])
        raise self._wrong(
            f"has no function {name} of {len(args)} arguments; {nearest(name, [*POINTWISE, *SPANS, 'year'])}"
        )

    def _year(self, series: str, year: ast.expr) -> Compiled:
        """Mean over a year's steps; for `quarter` or `year`, over the steps of a year up to each, shape (step, future)."""
        if isinstance(year, ast.Name) and year.id in EVERY:
            self.last = len(self._place) - 1
            return lambda o, l: _trailing(o[series], self._clock.a_year)
        held = self._clock.by_year
        if not (isinstance(year, ast.Constant) and isinstance(year.value, int) and year.value in held):
            raise self._wrong(f"has a year outside the horizon: {ast.unparse(year)}", f"{min(held)} to {max(held)}")
        first, many = self._place[held[year.value][0]], len(held[year.value])
        self.last = max(self.last, first + many - 1)
        return lambda o, l: o[series][first : first + many].mean(0)

    def _series(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name) or node.id not in self._outcomes:
            raise self._unknown(ast.unparse(node))
        self.names.add(node.id)
        return node.id

    def _step(self, node: ast.expr) -> int:
        value = str(node.value) if isinstance(node, ast.Constant) else None
        if value not in self._place:
            first, last = next(iter(self._place)), list(self._place)[-1]
            raise self._wrong(f"has a date outside the horizon: {ast.unparse(node)}", f"{first} to {last}")
        self.last = max(self.last, self._place[value])
        return self._place[value]

    def _unknown(self, name: str) -> BadInput:
        if name in self._outcomes:
            last = list(self._place)[-1]
            return self._wrong(f"names {name} without a date", f"{name}@{last} or year({name}, {year_of(last)})")
        near = nearest(name, sorted(self._outcomes | self._limits))
        return BadInput(
            self._file, self._key, f"no such outcome: {name}", got=name, allowed="an outcome of the world", hint=near
        )

    def _wrong(self, what: str, allowed: str = "") -> BadInput:
        return BadInput(self._file, self._key, what, got=self.text, allowed=allowed or self._language)

    @property
    def _language(self) -> str:
        last, functions = list(self._place)[-1], ", ".join([*POINTWISE, *SPANS])
        return f"outcomes, limits, numbers, + - * /, outcome@{last}, year(outcome, {year_of(last)}), {functions}"


def _binary(op: ast.operator, left: Compiled, right: Compiled) -> Compiled:
    match op:
        case ast.Add():
            return lambda o, l: left(o, l) + right(o, l)
        case ast.Sub():
            return lambda o, l: left(o, l) - right(o, l)
        case ast.Mult():
            return lambda o, l: left(o, l) * right(o, l)
        case _:
            return lambda o, l: _divide(left(o, l), right(o, l))


def _divide(x: Value, y: Value) -> Value:
    """Infinite or undefined where the divisor is 0, as for arrays: such a future is counted, and ends no run."""
    return jnp.divide(x, y) if isinstance(y, float) and y == 0 else x / y


def _trailing(x: jax.Array, many: int) -> jax.Array:
    """Mean of so many steps, a year's, up to each; in the first year of as many as there are."""
    sums = jnp.cumsum(x, 0)
    before = jnp.concatenate([jnp.zeros_like(x[:many]), sums[:-many]])
    return (sums - before) / jnp.minimum(jnp.arange(1, x.shape[0] + 1), many)[:, None]
