"""Conditions of clauses: SQL comparisons over documented fields and the clause's own numbers. No functions, no
queries.
"""

import re
from collections.abc import Sequence

import polars as pl

from premortem.regime.vocabulary import FIELDS

WORDS = frozenset({"and", "or", "not", "in", "is", "null", "true", "false", "between"})
_QUOTED = re.compile(r"'[^']*'")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_ALLOWED = re.compile(r"[A-Za-z0-9_\s'().,<>=*+\-/:&]*")
MAX_LENGTH = 2000


def check(applies: str, within: str, numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Faults of a clause's two conditions as (part, what is wrong); empty when both are in the language."""
    faults = []
    for part, text in (("applies", applies), ("within", within)):
        if text and (why := _fault(text, numbers)):
            faults.append((part, why))
    return faults


def _fault(text: str, numbers: Sequence[str]) -> str:
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
    return ""


def compiled(text: str, names: dict[str, str]) -> pl.Expr:
    """A condition as a Polars expression; `names` maps the clause's numbers to columns that hold them. Null counts as
    no.
    """
    return pl.sql_expr(_renamed(text, names)).fill_null(False)


def arithmetic(text: str, names: dict[str, str]) -> pl.Expr:
    """A number worked out from fields and the clause's numbers."""
    return pl.sql_expr(_renamed(text, names))


def identifiers(text: str) -> list[str]:
    """Names in a condition, outside quotes and without the language's own words."""
    return [name for name in _NAME.findall(_QUOTED.sub("''", text)) if name.lower() not in WORDS]


def parts(text: str) -> list[str]:
    """The tests that a condition joins by `and` at its outermost level."""
    found, depth, start = [], 0, 0
    for match in re.finditer(r"'[^']*'|\(|\)|\bbetween\b|\band\b", text):
        word = match[0]
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "and" and depth == 0:
            found.append(text[start : match.start()].strip())
            start = match.end()
    return [*found, text[start:].strip()] if text.strip() else []


def _renamed(text: str, names: dict[str, str]) -> str:
    pieces = re.split(r"('[^']*')", text)
    for i in range(0, len(pieces), 2):
        pieces[i] = _NAME.sub(
            lambda m: f'"{names[m[0]]}"' if m[0] in names else (f'"{m[0]}"' if m[0] == "from" else m[0]), pieces[i]
        )
    return "".join(pieces)
