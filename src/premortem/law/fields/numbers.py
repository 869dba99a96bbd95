"""Numbers as people write them; one that could be read two ways is refused, never guessed."""

import re
from typing import Literal

PLAIN = re.compile(r"[+-]?\d[\d_]*([eE][+-]?\d+)?")
DECIMAL = re.compile(r"[+-]?\d*\.\d*([eE][+-]?\d+)?")
GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3}){2,}|[+-]?[1-9]\d{0,2}(\.\d{3}){2,}")
BOTH = re.compile(r"[+-]?[1-9]\d{0,2}((,\d{3})+\.\d+|(\.\d{3})+,\d+)")
# Thousands parted by what is never a decimal mark: spaces and apostrophes.
SPACED = re.compile(r"([+-]?[1-9]\d{0,2})((?:[ '’\u00a0\u202f]\d{3})+)([.,]\d+)?")
Decimal = Literal["point", "comma"]


def number(text: str, large: bool, decimal: Decimal | None = None) -> float | None:
    """A number from a text; None for none, and for one that could be read two ways (`readings`).

    `large` says that thousands are common, so that a point before three digits may part them. Digits decide where they can:
    `1,234.5`, `1.234,5`, `1,000,000`, `1 000`, `0.125`; else the `decimal` mark, where it is told.

    >>> number("1,234.5", True), number("1.000", True), number("3.196", False)
    (1234.5, None, 3.196)
    """
    told = text.strip()
    if two := readings(told, large):
        return _told(told, two, decimal) if decimal else None
    if parts := SPACED.fullmatch(told):
        told = parts[1] + re.sub(r"\D", "", parts[2]) + (parts[3] or "").replace(",", ".")
    if BOTH.fullmatch(told) or GROUPED.fullmatch(told):
        point = max(".,", key=told.rfind) if BOTH.fullmatch(told) else ""
        return float("".join("." if c == point else c for c in told if c == point or c not in ".,"))
    try:
        return float(told.replace("_", "")) if PLAIN.fullmatch(told) or DECIMAL.fullmatch(told) else None
    except ValueError:
        return None


def _told(text: str, two: tuple[str, ...], decimal: Decimal) -> float | None:
    """Of a number's two readings the one by its decimal mark; None where the other mark parts no thousands."""
    mark = "." if decimal == "point" else ","
    grouped = re.fullmatch(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", text) is not None
    return float(two[0]) if mark in text else float(two[1]) if grouped else None


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
        marks: tuple[Decimal, Decimal] = ("point", "comma") if "." in text else ("comma", "point")
        read = [
            f"--decimal {m} reads {v}" for v, m in zip(two, marks, strict=True) if number(text, large, m) is not None
        ]
        told = f"{text.strip()} is {two[0]} or {two[1]}; {', '.join(read)}; or write it without a separator"
        return f"{name} can be read two ways: {told}"
    return f"{name} cannot be read: {text.strip()}"
