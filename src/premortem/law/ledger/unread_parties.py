"""Columns that are not read and that name a party, by their heading or by a listed name: no row that fills one is a plain yes."""

import re
from collections.abc import Mapping

import polars as pl

from premortem.law.fields.groups import distinct
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.field_guesses import fold_heading, meanings
from premortem.law.ledger.withheld import Doubt, doubt_of
from premortem.law.parties.clearing import clearings
from premortem.law.parties.listed_in_texts import listed_names
from premortem.law.parties.lookup import ROLES
from premortem.law.parties.spelling import key

# A cell that may hold a name: two letters side by side, or three apart, which a number of an order or a customer seldom has.
NAME = r"\p{L}{2}|(?:\p{L}[ ._\-]){2}\p{L}"
# Columns that a ledger carries for its own use and in which a name may stand.
CARRIED = ("note", "reference")
# What an answer rests on where such a column is filled, and what is said of it once.
RESTS_ON = "column {heading}"
SAYS = (
    "Column {heading} is not read and names a party, so no row that fills it is a plain yes: say who that is by "
    "--map COLUMN=ROLE; --map COLUMN=reference says that it is no party, which frees no listed name."
)


def names_party(heading: str, words: Vocabulary) -> bool:
    """Whether a heading says that its column names a party."""
    word, told = fold_heading(heading), transfers(words.case).unread
    if {meanings(words).get(word, ""), *transfers(words.case).asked.get(word, ())} & {*ROLES}:
        return True
    return bool(told.party and re.search(told.party, word)) and not re.search(told.apart, word)


def unread_parties(named: pl.DataFrame, good: pl.DataFrame, words: Vocabulary) -> list[Doubt]:
    """Of each column that is not read the rows in which it names a party that no column which is read names too.

    `named` is a ledger under the names of fields; what is not read begins with `_`, or is a ledger's own text (`CARRIED`).
    `good` are its rows that can be decided, typed, and what is found is told of these. A listed name is a party under any
    heading; another one is none that the row clears with a reason.
    """
    if not transfers(words.case).parties.lists:
        return []
    unread = [c for c in named.columns if c in CARRIED or (c.startswith("_") and c != MISSHAPEN)]
    cells = named[good["_row"]].select(pl.col(c).str.strip_chars() for c in unread if named[c].dtype == pl.String)
    # asked of all at once: a wide table has thousands, most of them empty
    held = cells.select(pl.all().str.contains(NAME).any())
    named_in = [column for column, holds in zip(cells, held, strict=True) if holds.any()]
    found = {column.name.removeprefix("_"): _naming(column, good, words) for column in named_in}
    hanging = {heading: rows for heading, rows in found.items() if rows.any()}
    return [doubt_of(rows, RESTS_ON.format(heading=h), SAYS.format(heading=h)) for h, rows in hanging.items()]


def _naming(cells: pl.Series, good: pl.DataFrame, words: Vocabulary) -> pl.Series:
    """The rows in which a column that is not read names a party."""
    names = cells.filter(cells.str.contains(NAME)).unique().drop_nulls()
    listed = listed_names(names, words.case)
    by_heading = names_party(cells.name.removeprefix("_"), words)
    suspects = names if by_heading else pl.Series([*listed], dtype=pl.String)
    rows = cells.is_in(suspects.implode()).fill_null(False)
    at = rows.arg_true()
    beside = good[at].select(c for c in (*ROLES, "cleared") if c in good.columns)
    # without a role that is read, of names alone
    kinds, first = distinct(pl.DataFrame([cells[at].alias("_name"), *beside]))
    told = beside[first].to_dicts() if beside.width else [{}] * len(first)
    asked = [not _is_settled(name, row, name in listed) for name, row in zip(cells[at][first], told, strict=True)]
    return rows.scatter(at, pl.Series(asked, dtype=pl.Boolean).gather(kinds)) if len(at) else rows


def _is_settled(name: str, row: Mapping[str, str | None], listed: bool) -> bool:
    """Whether a party of the row bears a name, so that it is looked up, or the row clears it."""
    if key(name) in {key(row[role] or "") for role in ROLES if role in row}:
        return True
    return not listed and key(name) in {key(n) for n in clearings(row.get("cleared") or "")}
