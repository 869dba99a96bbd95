"""Conditions of clauses: SQL comparisons over documented fields and the clause's own numbers. No functions, no
queries.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import polars as pl

from premortem.regime.vocabulary import FIELDS, TYPES

WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false", "between"})
_QUOTED = re.compile(r"'[^']*'")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_COMPARED = re.compile(r"(\w+)\s*(?:<=|>=|<|>)\s*(\w+)")
_ALLOWED = re.compile(r"[A-Za-z0-9_\s'().,<>=*+\-/:&]*")
MAX_LENGTH = 2000


def check(
    applies: str, within: str, numbers: Sequence[str], units: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Faults of a clause's two conditions as (part, what is wrong); empty when both are in the language.

    `units` are those of the clause's numbers: a field is compared with a number of its own unit.
    """
    faults = []
    for part, text in (("applies", applies), ("within", within)):
        if text and (why := _fault(text, tuple(numbers)) or _wrong_unit(text, units or {})):
            faults.append((part, why))
    return faults


def _wrong_unit(text: str, units: Mapping[str, str]) -> str:
    """A number's unit may say more than its field's (`TPP a year`), and must begin with it."""
    for name, number in _COMPARED.findall(_QUOTED.sub("''", text)):
        unit = FIELDS[name].unit if name in FIELDS else ""
        given = units.get(number, unit)
        if unit and given != unit and not given.startswith((f"{unit} ", f"{unit},")):
            return f"compares {name} [{unit}] with {number} [{given}]: wrong unit"
    return ""


@lru_cache(maxsize=4096)
def _fault(text: str, numbers: tuple[str, ...]) -> str:
    bare = _QUOTED.sub("''", text)
    if len(text) > MAX_LENGTH or not _ALLOWED.fullmatch(bare):
        return (
            f"{text[:80]!r} has characters that are not allowed; allowed: names, numbers, comparisons, and, or, not, in"
        )
    if called := [name for name in _CALL.findall(bare) if name.lower() not in WORDS]:
        return f"calls {called[0]}; functions are not allowed"
    names = [name for name in _NAME.findall(bare) if name.lower() not in WORDS and not re.fullmatch(r"e\d*", name)]
    if unknown := [name for name in names if name not in FIELDS and name not in numbers]:
        from premortem.errors import nearest

        return f"no such field: {unknown[0]}; {nearest(unknown[0], [*FIELDS, *numbers])}"
    try:
        pl.sql_expr(_renamed(text, {}))
    except Exception as error:  # polars raises several kinds for text that does not parse
        return f"cannot be read: {str(error).splitlines()[0][:100]}"
    try:
        kind = _no_rows().select(pl.sql_expr(_renamed(text, dict.fromkeys(numbers, "1.0")))).dtypes[0]
    except Exception as error:  # polars raises several kinds for types that do not go together
        return f"holds what cannot be compared: {str(error).splitlines()[0][:100]}"
    return "" if kind == pl.Boolean else f"is no test: {text[:60]!r} is {kind}, not true or false"


@cache
def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema={name: TYPES[field.type] for name, field in FIELDS.items()})


@lru_cache(maxsize=4096)
def _parsed(sql: str) -> pl.Expr:
    return pl.sql_expr(sql)


def condition(text: str, names: Mapping[str, str]) -> pl.Expr:
    """A condition, or a number worked out, as a Polars expression; null when it hangs on a field that is missing.

    `names` says how the clause's own numbers are spelt: a figure, or a quoted column.
    """
    return _parsed(_renamed(text, names))


@lru_cache(maxsize=4096)
def identifiers(text: str) -> tuple[str, ...]:
    """Names in a condition, outside quotes and without the language's own words."""
    return tuple(name for name in _NAME.findall(_QUOTED.sub("''", text)) if name.lower() not in WORDS)


@lru_cache(maxsize=4096)
def quoted(text: str) -> frozenset[str]:
    """Texts that a condition compares with."""
    return frozenset(word.strip("'") for word in _QUOTED.findall(text))


@lru_cache(maxsize=4096)
def parts(text: str) -> tuple[str, ...]:
    """The tests that a condition joins by `and` at its outermost level."""
    found: list[str] = []
    depth, start, pending = 0, 0, 0
    for match in re.finditer(r"'[^']*'|\(|\)|\bbetween\b|\band\b", text, re.IGNORECASE):
        word = match[0].lower()
        depth += {"(": 1, ")": -1}.get(word, 0)
        pending += word == "between"
        if word == "and" and pending:
            pending -= 1  # the `and` of `between x and y`
        elif word == "and" and depth == 0:
            found.append(text[start : match.start()].strip())
            start = match.end()
    return (*found, text[start:].strip()) if text.strip() else ()


def _renamed(text: str, names: Mapping[str, str]) -> str:
    spelt = {"from": '"from"', **names}  # `from` is a word of SQL
    pieces = re.split(r"('[^']*')", text)
    for i in range(0, len(pieces), 2):
        pieces[i] = _NAME.sub(lambda m: spelt.get(m[0], m[0]), pieces[i])
    return "".join(pieces)
