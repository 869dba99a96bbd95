"""Conditions of clauses, typed: comparisons over documented fields and the clause's own numbers, as Polars expressions.

A condition looks at its own row alone: nothing in the language adds up, counts or ranks rows.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import polars as pl

from premortem.errors import nearest
from premortem.law.fields import items
from premortem.law.fields.places import country_codes
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.predicates import Literal, Meanings, predicate
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

ARITHMETIC, EQUAL = ("+", "-", "*"), ("=", "<>")
# How a kind of value is called in an error.
CALLED = {"number": "a number", "text": "a text", "country": "a country", "flag": "a yes or no", "date": "a date", "test": "a test", "set": "a set"}  # fmt: skip


def check(applies: str, within: str, units: Mapping[str, str], words: Vocabulary) -> list[tuple[str, str]]:
    """Faults of a clause's two conditions as (part, what is wrong); empty when both are in the language.

    `units` are the clause's numbers with their units: a field is compared with a number of its own unit. `words` are those
    of the case: a condition speaks of its fields.
    """
    scope = _Scope(units, words)
    return [
        (part, why)
        for part, text in (("applies", applies), ("within", within))
        if text and (why := _fault(text, scope))
    ]


class _Scope(NamedTuple):
    """What a condition may name: its clause's numbers, each with its unit, and the fields of the case."""

    own: Mapping[str, str]
    words: Vocabulary


def _fault(text: str, scope: _Scope) -> str:
    try:
        kind = _kind(tree := parse(text), scope)
        if kind not in ("flag", "test"):
            return f"is no test: {text[:60]!r} is {CALLED[kind]}, not true or false"
        _check_units(tree, scope)
    except Unread as wrong:
        return str(wrong)
    return ""


def _kind(node: Node, scope: _Scope) -> str:
    """What a tree gives: number, text, country, flag, date or test. Raises `Unread` where things do not go together."""
    match node:
        case Name(name):
            return _kind_of_name(name, scope)
        case Value(value):
            return "flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
        case Compare(sign, left, right) if sign in ARITHMETIC:
            for side in (left, right):
                if (kind := _kind(side, scope)) != "number":
                    raise Unread(
                        f"works out {sign} with {CALLED[kind]}; only numbers are added, taken away or multiplied"
                    )
            return "number"
        case Compare(sign, left, right):
            _comparable(left, right, scope, in_order=sign not in EQUAL)
        case Among(of, values):
            for one in values:
                _comparable(of, one, scope, among=True)
        case Between(of, low, high):
            for end in (low, high):
                _comparable(of, end, scope, in_order=True)
        case Missing(of):
            _kind(of, scope)
        case Not(of):
            _must_be_test(of, scope)
        case Joined(_, tests):
            for test in tests:
                _must_be_test(test, scope)
    return "test"


def _kind_of_name(name: str, scope: _Scope) -> str:
    fields = scope.words.fields
    if name in scope.own:
        return "number"
    if name not in fields:
        raise Unread("; ".join(filter(None, (f"no such field: {name}", nearest(name, [*fields, *scope.own])))))
    return fields[name].type


def _must_be_test(node: Node, scope: _Scope) -> None:
    if (kind := _kind(node, scope)) not in ("flag", "test"):
        raise Unread(f"joins {CALLED[kind]} where a test must stand: and, or and not join tests")


def _comparable(left: Node, right: Node, scope: _Scope, *, in_order: bool = False, among: bool = False) -> None:
    kinds = _kind(left, scope), _kind(right, scope)
    for (side, kind), other in zip(
        ((left, kinds[0]), (right, kinds[1])), ((right, kinds[1]), (left, kinds[0])), strict=True
    ):
        if isinstance(side, Name) and side.name not in scope.own and isinstance(other[0], Value) and other[1] == "text":
            _check_literal(side.name, kind, str(other[0].value), scope.words)
            kinds = (kind, kind) if kind in ("country", "date") or (among and kind == "set") else kinds
    if "date" in kinds and "number" in kinds:
        raise Unread("compares a date with a number; quote the date: '2026-01-01'")
    if kinds[0] != kinds[1]:
        raise Unread(f"cannot be compared: {_said(left, kinds[0])} with {_said(right, kinds[1])}")
    if in_order and kinds[0] not in ("number", "date"):
        raise Unread(f"orders {CALLED[kinds[0]]}; only numbers and dates come before or after, others are = or <>")


def _said(node: Node, kind: str) -> str:
    """A side of a comparison as an error tells of it."""
    told = node.name if isinstance(node, Name) else repr(node.value) if isinstance(node, Value) else ""
    return f"{told} ({CALLED[kind]})" if told else CALLED[kind]


def _check_literal(name: str, kind: str, text: str, words: Vocabulary) -> None:
    """Refuse a quoted text that a field can never hold."""
    choices, places = words.fields[name].choices, country_codes(words.case)
    if name == "item" and not items.may_be(text, words.case):
        what = "give a name of the catalogue, or a kind of item"
        raise Unread(f"no such item: {text}; {items.near(text, words.case, what)}")
    if kind == "country" and places and text not in places.values():
        close = places.get(text.lower(), "")
        codes = sorted(set(places.values()))
        hint = f"did you mean {close}?" if close else nearest(text, codes) or "give its ISO 3166 alpha-3 code"
        raise Unread(f"no such country: {text}; {hint}")
    if kind == "date" and _day(text) is None:
        raise Unread(f"{text!r} is not a date; write a day as '2026-01-01'")
    if choices and text not in choices:
        raise Unread(
            "; ".join(
                filter(None, (f"{name} is never {text!r}", f"allowed: {', '.join(choices)}", nearest(text, choices)))
            )
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-01-01") else None
    except ValueError:
        return None


def _check_units(node: Node, scope: _Scope) -> None:
    """A number's unit may say more than its field's (`UNIT a year`), and must begin with it."""
    match node:
        case Compare(_, Name(left), Name(right)):
            for name, number in ((left, right), (right, left)):
                if number in scope.own and name not in scope.own:
                    _check_unit(scope.words.fields[name].unit, name, number, scope.own[number])
        case Between(Name(name), low, high):
            for end in (low, high):
                _check_units(Compare("<=", Name(name), end), scope)
        case Joined(_, tests):
            for test in tests:
                _check_units(test, scope)
        case Not(of):
            _check_units(of, scope)


def _check_unit(unit: str, name: str, number: str, given: str) -> None:
    if unit and given and given != unit and not given.startswith((f"{unit} ", f"{unit},")):
        raise Unread(f"compares {name} [{unit}] with {number} [{given}]: wrong unit")


def condition(text: str, names: Mapping[str, pl.Expr], words: Vocabulary) -> pl.Expr:
    """A condition, or a number worked out, as a Polars expression; null when it hangs on a field that is missing.

    `names` are the clause's own numbers: a figure, or a column. Expects a text that `check` found nothing wrong with.
    """
    return _expression(parse(text), _Names(names, words))


def is_among(of: Node, values: tuple[Value, ...], words: Vocabulary) -> pl.Expr:
    """Whether a field is one of some literals, or a set holds one, as `condition` has it."""
    return _expression(Among(of, values), _Names({}, words))


class _Names(NamedTuple):
    """What the names of a condition stand for: the clause's numbers as expressions, and the fields of the case."""

    own: Mapping[str, pl.Expr]
    words: Vocabulary


def _expression(node: Node, names: _Names) -> pl.Expr:
    def of_name(name: str) -> pl.Expr:
        return names.own[name] if name in names.own else pl.col(name)

    def of_literal(value: Value, beside: Node) -> Literal:
        """A quoted day beside a date field is a date."""
        return date.fromisoformat(str(value.value)) if _type(beside, names) == "date" else value.value

    def among(of: Node, held: pl.Expr, literals: list[Literal]) -> pl.Expr:
        """Of a set, whether any of its members is among them."""
        return (
            held.list.eval(pl.element().is_in(literals)).list.any()
            if _type(of, names) == "set"
            else held.is_in(literals)
        )

    return predicate(node, Meanings(of_name, of_literal, among))


def _type(node: Node, names: _Names) -> str:
    """The type of the field that a node names; empty for anything else."""
    return names.words.fields[node.name].type if isinstance(node, Name) and node.name not in names.own else ""


def limit(text: str, names: Mapping[str, pl.Expr], words: Vocabulary) -> pl.Expr:
    """LIMIT of a text that says `TOTAL <= LIMIT`."""
    tree = parse(text)
    assert isinstance(tree, Compare)
    return _expression(tree.right, _Names(names, words))


def is_limit(text: str, total: str) -> bool:
    """Whether a text says `TOTAL <= LIMIT` and nothing else."""
    try:
        tree = parse(text)
    except Unread:
        return True  # refused by `check`, in its own words
    return isinstance(tree, Compare) and (tree.sign, tree.left) == ("<=", Name(total))


@lru_cache(maxsize=4096)
def identifiers(text: str) -> tuple[str, ...]:
    """Names in conditions, in their order."""
    return tuple(token.text for token in tokens(text) if token.kind == "name")


@lru_cache(maxsize=4096)
def quoted_texts(text: str) -> frozenset[str]:
    """Texts that conditions compare with."""
    return frozenset(token.text[1:-1].replace("''", "'") for token in tokens(text) if token.kind == "text")


@lru_cache(maxsize=4096)
def parts(text: str) -> tuple[str, ...]:
    """The tests that a condition joins by `and` at its outermost level."""
    if not text.strip():
        return ()
    tree = parse(text)
    return tree.texts if isinstance(tree, Joined) and tree.word == "and" else (text.strip(),)
