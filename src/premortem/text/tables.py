"""Rows as a notebook shows them: a caption, units under the headings, shares in words, numbers to a few digits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol, runtime_checkable

import polars as pl

from premortem.text.layout import SCREEN, fit
from premortem.text.numbers import share
from premortem.text.result import Document

# A column whose unit begins so is a share and is shown as one.
SHARE = "share"
# From here on a number is told to the unit, and from there on by its power of ten.
ROUND, HUGE = 1e4, 1e15
# Below this a number is told as about 0, and below that in full where four digits would bring a power of ten.
NOTHING, SMALL = 1e-6, 1e-4
# A column of years.
YEAR = "year"
# Rows that are shown before the rest is counted.
SHOWN = 60


@runtime_checkable
class Told(Protocol):
    """A result that can say itself as plain data."""

    def as_dict(self) -> Document:
        """By the names of its columns."""


@dataclass(frozen=True)
class Table:
    """A frame with the units of its columns and what it shows; `frame` is the plain polars frame."""

    frame: pl.DataFrame
    units: Mapping[str, str]
    caption: str = ""
    shown: int = SHOWN

    def __repr__(self) -> str:
        heads = [f"{name} [{self.units[name]}]" if name in self.units else name for name in self.frame.columns]
        with pl.Config(
            tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=80, tbl_width_chars=SCREEN
        ):
            return (
                f"{fit(self.caption)}\n{self.frame.rename(dict(zip(self.frame.columns, heads, strict=True)))}".strip()
            )

    def _repr_html_(self) -> str:
        heads = "".join(f'<th scope="col">{_head(name, self.units.get(name, ""))}</th>' for name in self.frame.columns)
        body = "".join(self._row(row) for row in self.frame.head(self.shown).rows())
        hidden = self.frame.height - self.shown
        more = f"<p><small>{hidden:,} more rows in <code>.frame</code></small></p>" if hidden > 0 else ""
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"

    def _row(self, row: tuple[Any, ...]) -> str:
        named = zip(self.frame.columns, row, strict=True)
        return (
            "<tr>"
            + "".join(cell(_said(value, self.units.get(name, ""), name), value) for name, value in named)
            + "</tr>"
        )


def table(
    rows: pl.DataFrame | Iterable[Mapping[str, Any] | Told], *columns: str, caption: str = "", **units: str
) -> Table:
    """Rows as a table for people: the named columns or all, with their units.

    >>> table([{"policy": "mine", "holds": 0.4}], holds="share of futures").units
    {'holds': 'share of futures'}
    """
    frame = rows if isinstance(rows, pl.DataFrame) else _frame(rows)
    return Table(frame.select(columns) if columns else frame, units, caption)


def _frame(rows: Iterable[Mapping[str, Any] | Told]) -> pl.DataFrame:
    plain_rows = [row if isinstance(row, Mapping) else row.as_dict() for row in rows]
    return pl.DataFrame(plain_rows, infer_schema_length=None)


def cell(text: str, value: Any) -> str:
    """A table cell of HTML; numbers are of class `n`, so that a page can set them to the right."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f'<td class="n">{escape(text)}</td>' if number else f"<td>{escape(text)}</td>"


def plain(value: Any, name: str = "") -> str:
    """A value in a table: numbers to four significant digits and in full, a year by its name, a missing one as a dash."""
    if value is None:
        return "\u2013"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == YEAR and isinstance(value, int | float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    if isinstance(value, float) and 0 < abs(value) < NOTHING:
        return "about 0"
    if isinstance(value, float) and 0 < abs(value) < SMALL:
        return f"{value:.10f}".rstrip("0")
    if isinstance(value, float):
        return f"{value:,.0f}" if ROUND <= abs(value) < HUGE else f"{value:,.4g}"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= ROUND else str(value)
    return str(value)


def _said(value: Any, unit: str, name: str) -> str:
    if isinstance(value, float) and unit.startswith(SHARE) and 0 <= value <= 1:
        return share(value)
    return plain(value, name)


def _head(name: str, unit: str) -> str:
    title = escape(name.replace("_", " "))
    return f"{title}<br><small>{escape(unit)}</small>" if unit else title
