"""Rows of a desk's table that are no shipments: blank ones, headings again, totals and notes."""

import re
from collections.abc import Mapping

import polars as pl

from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.columns import needed
from premortem.law.ledger.summary import LeftOut

TOTAL = r"(?i)^\s*(?:(?:grand|sub|sheet|page)[\s-]*)?(?:totals?|sum|summe|gesamt)\b"
NOTHING = r"^[-=_:*.\s]*$"  # an empty cell, or a line that is drawn
# Most letters of a row that are told.
SHOWN = 80


def set_apart(
    frame: pl.DataFrame, headings: Mapping[str, str], words: Vocabulary
) -> tuple[pl.DataFrame, list[LeftOut]]:
    """The rows that are shipments, and those that are none: their row in the file (`_line`), why, and what they hold.

    Only rows that lack both day and place are looked at: what has one is a shipment, and is rejected where it lacks more.
    `headings` are the table's own, by field.
    """
    where = [c for c in needed(words) if c in frame.columns and c != "quantity"]
    if not where or any(frame[c].dtype != pl.String for c in where):
        return frame, []
    lacking = (pl.all_horizontal(_lacks(c, headings.get(c, "")) for c in where)).alias("_lacking")
    suspects = frame.with_row_index("_at").filter(lacking)
    if not suspects.height:
        return frame, []
    texts = [c for c in frame.columns if c != "_line"]
    blank = suspects.select(pl.all_horizontal(_nothing(pl.col(c).cast(pl.String)) for c in texts)).to_series()
    gone = [*suspects["_at"].filter(blank)]
    told: list[LeftOut] = [{"row": row, "why": "blank", "text": ""} for row in suspects["_line"].filter(blank)]
    for row in suspects.filter(~blank).to_dicts():
        cells = {c: str(row[c]).strip() for c in texts if row[c] is not None and str(row[c]).strip()}
        if why := _why(cells, headings, words):
            gone.append(row["_at"])
            told.append({"row": row["_line"], "why": why, "text": " | ".join(cells.values())[:SHOWN]})
    kept = frame.with_row_index("_at").filter(~pl.col("_at").is_in(gone)).drop("_at") if gone else frame
    return kept, sorted(told, key=lambda one: one["row"])


def _nothing(text: pl.Expr) -> pl.Expr:
    return text.is_null() | text.str.contains(NOTHING)


def _lacks(column: str, heading: str) -> pl.Expr:
    """Rows without a value here: nothing, the word for a total, or the heading again."""
    text = pl.col(column)
    return _nothing(text) | text.str.contains(TOTAL) | (text == heading if heading else False)


def _why(cells: Mapping[str, str], headings: Mapping[str, str], words: Vocabulary) -> str:
    """Why a row without day and place is no shipment; "" where it may be one."""
    item = next((cells[c] for c in ("item", words.measure.one) if c in cells), "")
    if sum(cells.get(field) == heading for field, heading in headings.items()) > 1:
        return "the headings again"
    if any(re.match(TOTAL, cell) for cell in cells.values()) and (not item or re.match(TOTAL, item)):
        return "a total"
    return "a note" if len(cells) == 1 and not item else ""
