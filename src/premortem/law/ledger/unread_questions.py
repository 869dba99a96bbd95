"""Columns that no field takes and that answer a question a permission hangs on: a hold, a screening, a licence, an owner, a military user."""

import re
from collections.abc import Iterator

import polars as pl

from premortem.law.fields.transfers import transfers
from premortem.law.fields.unread import Unread
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.field_guesses import fold_heading
from premortem.law.ledger.withheld import Doubt, doubt_of_each
from premortem.law.parties.clearing import CLEARED, reason_of
from premortem.text.numbers import strip_accents

RESTS_ON = "column {heading} says {said}"
SAYS = (
    "Column {heading} is not read and says, in {rows}, what may bar a shipment (a hold, a hit, a licence, an owner, a use or user: rests_on "
    "says which), so none of these is a plain yes: give it by --map COLUMN=FIELD, or say in the row's cleared why it changes nothing: "
    "COLUMN=reason; --map COLUMN=reference says that the column is none of it."
)
# Letters of a cell that are shown.
SHOWN = 40


def unread_questions(named: pl.DataFrame, good: pl.DataFrame, words: Vocabulary) -> Iterator[Doubt]:
    """Of each column that is not read the rows whose cell says that something may bar them.

    `named` is a ledger under the names of fields, in which what is not read begins with `_`; `good` are its rows that can be
    decided, typed.
    """
    told = transfers(words.case).unread
    if not told.barred:
        return
    for column in (c for c in named.columns if c.startswith("_") and c != MISSHAPEN):
        heading, cells = column.removeprefix("_"), named[column][good["_row"]].cast(pl.String).str.strip_chars()
        barring = {text for text in cells.unique().drop_nulls() if text and _bars(heading, text, told)}
        at = cells.is_in([*barring]).fill_null(False).arg_true().to_list() if barring else []
        reasons = good[CLEARED].to_list() if CLEARED in good.columns else [None] * good.height
        says = {i: cells[i] for i in at if not reason_of(heading, reasons[i] or "")}
        if says:
            cell = {i: RESTS_ON.format(heading=heading, said=said[:SHOWN]) for i, said in says.items()}
            yield doubt_of_each(cell, good.height, SAYS, heading)


def _bars(heading: str, text: str, told: Unread) -> bool:
    """Whether a cell says that something may bar its row: by its own words, or as an answer to what its heading asks."""
    said, asks = " ".join(strip_accents(text).lower().split()), fold_heading(heading)
    if re.fullmatch(told.barred, said):
        return True
    if told.asks_apart and re.search(told.asks_apart, asks):
        return False
    if told.asks_leave and re.search(told.asks_leave, asks):
        return not re.fullmatch(told.is_left, said)
    return bool(told.asks_bar and re.search(told.asks_bar, asks)) and not re.fullmatch(told.is_none, said)
