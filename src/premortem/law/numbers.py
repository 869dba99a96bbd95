"""Numbers and days as people write them; one that could be read two ways is refused, never guessed."""

import re
from datetime import date, datetime
from typing import Any

PLAIN = re.compile(r"[+-]?\d[\d_]*([eE][+-]?\d+)?")
DECIMAL = re.compile(r"[+-]?\d*\.\d*([eE][+-]?\d+)?")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3}){2,}|[+-]?[1-9]\d{0,2}(\.\d{3}){2,}")
BOTH = re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3})+\.\d+|(\.\d{3})+,\d+)")


def number(text: str, large: bool) -> float | None:
    """A number from a text; None for none, and for one that could be read two ways (`readings`).

    `large` says that thousands are common, so that a point before three digits may part them. Digits decide where they can: `1,234.5`, `1.234,5`, `1,000,000`, `0.125`.

    >>> number("1,234.5", True), number("1.000", True), number("3.196", False)
    (1234.5, None, 3.196)
    """
    told = text.strip()
    if readings(told, large):
        return None
    if BOTH.fullmatch(told) or GROUPED.fullmatch(told):
        point = max(".,", key=told.rfind) if BOTH.fullmatch(told) else ""
        return float("".join("." if c == point else c for c in told if c == point or c not in ".,"))
    try:
        return float(told.replace("_", "")) if PLAIN.fullmatch(told) or DECIMAL.fullmatch(told) else None
    except ValueError:
        return None


def readings(text: str, large: bool) -> tuple[str, ...]:
    """The two ways in which a number's one separator can be read; nothing where there is one way.

    >>> readings("1.000", True), readings("10,5", True), readings("0.125", True)
    (('1', '1000'), ('10.5', '105'), ())
    """
    parts = re.fullmatch(r"([+-]?)(\d*)([.,])(\d+)", text.strip())
    if not parts:
        return ()
    sign, before, mark, behind = parts.groups()
    grouped = len(behind) == 3 and re.fullmatch(r"[1-9]\d{0,2}", before) is not None
    if mark == "." and not (grouped and large):
        return ()
    return f"{float(f'{sign}{before or 0}.{behind}'):.15g}", f"{float(sign + before + behind):.15g}"


def why_not(name: str, text: str, large: bool) -> str:
    """Why a number cannot be read, for the row or line that holds it."""
    two = readings(text, large)
    if two:
        return f"{name} can be read two ways: {text.strip()} is {two[0]} or {two[1]}; write it without a separator"
    return f"{name} cannot be read: {text.strip()}"


def day(value: Any) -> date | None:
    """A day from a date, a time on a day or a text that begins with one (2025-06-01T10:00:00); None for none."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    parts = re.fullmatch(r"(\d{4}-\d{2}-\d{2})([T ]\d.*)?", str(value).strip())
    try:
        return date.fromisoformat(parts[1]) if parts else None
    except ValueError:
        return None
