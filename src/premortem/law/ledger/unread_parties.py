"""Columns that are not read and that name a party, by their heading or by a listed name: no row that fills one is a plain yes."""

import re
from collections.abc import Mapping

import polars as pl

from premortem.law.clearing import clearings
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.field_guesses import fold_heading, meanings
from premortem.law.parties import ROLES, is_listed
from premortem.law.spelling import key
from premortem.law.transfers import transfers
from premortem.law.vocabulary import Vocabulary

# A cell that may hold a name: two letters side by side, which a number of an order or a customer seldom has.
NAME = r"\p{L}{2}"
# What an answer rests on where such a column is filled, and what is said of it once.
RESTS_ON = "column {heading}"
SAYS = 'Column {heading} is not read and names a party, so that no row which fills it is a plain yes: --map "{heading}=ROLE" says who that is, --map "{heading}=note" that it is no party.'


def names_party(heading: str, words: Vocabulary) -> bool:
    """Whether a heading says that its column names a party."""
    word, told = fold_heading(heading), transfers(words.case).unread
    if {meanings(words).get(word, ""), *transfers(words.case).asked.get(word, ())} & {*ROLES}:
        return True
    return bool(told.party and re.search(told.party, word)) and not re.search(told.apart, word)


def unread_parties(named: pl.DataFrame, words: Vocabulary) -> dict[str, pl.Series]:
    """Of each column that is not read, by its heading, the rows in which it names a party that no column which is read names too.

    `named` is a ledger under the names of fields; what is not read begins with `_`. A listed name is one under any heading; one
    that the row clears with a reason is none, unless it is listed.
    """
    if not transfers(words.case).parties.lists:
        return {}
    columns = [c for c in named.columns if c.startswith("_") and c != MISSHAPEN and named[c].dtype == pl.String]
    found = {c.removeprefix("_"): _naming(c, named, words) for c in columns}
    return {heading: rows for heading, rows in found.items() if rows.any()}


def withhold(answers: pl.DataFrame, found: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Answers whose permissions hang on who stands in such columns as well; `found` tells of each answer's row."""
    for heading, rows in found.items():
        hangs = pl.lit(rows) & pl.col("outcome").is_not_null() & pl.col("may_go").fill_null(True)
        rests = pl.concat_str("rests_on", pl.lit(RESTS_ON.format(heading=heading)), separator="; ", ignore_nulls=True)
        answers = answers.with_columns(
            pl.when(hangs).then(pl.lit(None, pl.Boolean)).otherwise("may_go").alias("may_go"),
            pl.when(hangs).then(rests).otherwise("rests_on").alias("rests_on"),
        )
    return answers


def _naming(column: str, named: pl.DataFrame, words: Vocabulary) -> pl.Series:
    cells = named[column].str.strip_chars()
    distinct = cells.filter(cells.str.contains(NAME)).unique().drop_nulls()
    listed = [name for name in distinct if is_listed(name, words.case)]
    suspects = distinct if names_party(column.removeprefix("_"), words) else pl.Series(listed, dtype=pl.String)
    rows = cells.is_in(suspects.implode()).fill_null(False)
    if not rows.any():
        return rows
    at = rows.arg_true()
    asked = named[at].select(c for c in (*ROLES, "cleared") if c in named.columns)
    keys = {key(name) for name in listed}
    looked_up = [
        _is_read(name, row, key(name) in keys)
        for name, row in zip(cells[at], asked.to_dicts() or [{}] * len(at), strict=True)
    ]
    return rows.scatter(at, [not read for read in looked_up])


def _is_read(name: str, row: Mapping[str, str | None], listed: bool) -> bool:
    """Whether a party of the row bears a name, or the row clears it."""
    if key(name) in {key(row[role] or "") for role in ROLES if role in row}:
        return True
    return not listed and key(name) in {key(n) for n in clearings(row.get("cleared") or "")}
