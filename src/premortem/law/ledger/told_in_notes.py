"""Days and amounts that a note, or a column that no field takes, says and its row does not: another day's law, and more than the ledger
ships.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from premortem.law.clauses.candidate_clauses import turning_days
from premortem.law.clauses.clause import Rulebook
from premortem.law.fields.groups import Kinds
from premortem.law.fields.transfers import transfers
from premortem.law.ledger.days_in_notes import MAY_PUT_OFF, MAY_TELL, days_of, put_off
from premortem.law.ledger.decided_otherwise import decided_otherwise
from premortem.law.ledger.field_guesses import fold_heading
from premortem.law.ledger.one_party import one_party
from premortem.law.ledger.unread_notes import is_cleared, is_note
from premortem.law.ledger.withheld import Doubt, doubt_of_each
from premortem.law.permission import as_good
from premortem.text.numbers import strip_accents

SAYS_DAY = "column {heading} says {day}, and on that day it would be {outcome}"
SAYS_LATER = "column {heading} says {words}, which is no day, and on {day} it would be {outcome}"
# How long after its row's day goods may leave of which a note says that they leave later.
LATER = timedelta(365)
# Amounts of goods: with what counts them behind, or a word for a total before; neither a price nor a weight.
AMOUNT = r"(\d{1,3}(?:[,.'’ ]\d{3})+|\d+ ?k|\d+)"
NO_PRICE = r"(?![\d.,]*\s*(?:per\b|price|cost|eur|usd|gbp|jpy|chf|sgd|€|\$|£|¥|kg|lbs?\b|g\b|mm\b|cm\b|days?|hours?|weeks?|pallets?|cartons?|box|crates?|ctns?|cbm|%|/))"
COUNTS = "x pcs? pieces? units? ea each sets? stk stuck gpus? cards? chips? accelerators? modules? boards? servers? systems? nodes?"
COUNTED = re.compile(
    rf"\b{AMOUNT}\s*(?:{'|'.join(COUNTS.split())})\b{NO_PRICE}"
    rf"|\b(?:total(?: of| qty| quantity| order)?|qty|quantity|menge)[ :=]*{AMOUNT}\b{NO_PRICE}"
)
MAY_COUNT = r"(?i)\d ?k?\s*(?:x\b|pc|piece|unit|ea|set|stk|st|gpu|card|chip|accel|mod|boa|serv|sys|nod)|(?:total|qty|quantity|menge)"
SAYS_AMOUNT = "column {heading} says {amount:,.0f} units, and the ledger ships {held:,.0f} to this consignee"
SAYS = (
    "Column {heading} says, in {rows}, a day or a delay with which the law is another one, or more units than the ledger ships to the consignee "
    "(rests_on says what), so that none of these is a plain yes: give the day on which goods leave in the date, and all that is ordered in "
    "quantity or rows, or say in the row's cleared why it changes nothing: {heading}=reason."
)
# What is read before a cell whose heading says that it is the day on which goods leave, or all that is ordered.
LEFT, IN_ALL = "shipped ", "total "


def told_in_notes(
    named: pl.DataFrame, good: pl.DataFrame, answers: pl.DataFrame, kinds: Kinds, book: Rulebook
) -> Iterator[Doubt]:
    """Of the rows that may go those of which a column says a day on which they might not, or an amount that no row ships.

    `named` is a ledger under the names of fields, `good` are its rows that can be decided, typed, and of `kinds`; `answers` what was
    decided of them. Notes are read, and columns that no field takes and whose headings say when goods leave, or how many in all.
    """
    free = answers["outcome"].is_in([*book.vocabulary.free])
    for texts in _texts(named, good, book) if free.any() else ():
        says = _told(texts, free, good, answers, kinds, book)
        if says:
            yield doubt_of_each(says, good.height, SAYS, texts.name)


def notes_of(named: pl.DataFrame, good: pl.DataFrame, book: Rulebook) -> pl.Series | None:
    """The notes of the rows that can be decided, all of one row as one text; None where the ledger has none."""
    columns = [c for c in named.columns if named[c].dtype == pl.String and is_note(c, book.case)]
    if not columns or not good.height:
        return None
    cells = named[good["_row"]].select(columns)
    return cells.select(pl.concat_str(columns, separator=" | ", ignore_nulls=True)).to_series()


def _texts(named: pl.DataFrame, good: pl.DataFrame, book: Rulebook) -> Iterator[pl.Series]:
    """Columns that may say a day or an amount, under their headings, as a note would say it."""
    told = transfers(book.case).unread
    for column in (c for c in named.columns if named[c].dtype == pl.String):
        if is_note(column, book.case):
            yield named[column][good["_row"]].alias(column.removeprefix("_"))
        elif column.startswith("_"):
            word = fold_heading(column)
            says = LEFT if _says(told.leaves, word) else IN_ALL if _says(told.in_all, word) else ""
            if says:
                yield (says + named[column][good["_row"]]).alias(column.removeprefix("_"))


def _says(pattern: str, heading: str) -> bool:
    return bool(pattern and re.search(pattern, heading))


def _told(
    texts: pl.Series, free: pl.Series, good: pl.DataFrame, answers: pl.DataFrame, kinds: Kinds, book: Rulebook
) -> dict[int, str]:
    """What is said of each row of which something is."""
    days, later, amounts = (
        (free & texts.str.contains(may).fill_null(False)).arg_true() for may in (MAY_TELL, MAY_PUT_OFF, MAY_COUNT)
    )
    says: dict[int, str] = {}
    if len(amounts) and "quantity" in good.columns:
        says |= dict(_amounts(texts, amounts.to_list(), good))
    if len(later):
        says |= dict(_later(texts, later.to_list(), good, answers, kinds, book))
    if len(days):
        says |= _days(texts, days.to_list(), good, answers, book)
    if "cleared" in good.columns:
        says = {i: text for i, text in says.items() if not is_cleared(texts.name, good["cleared"][i] or "")}
    return says


def _later(
    texts: pl.Series, at: list[int], good: pl.DataFrame, answers: pl.DataFrame, kinds: Kinds, book: Rulebook
) -> Iterator[tuple[int, str]]:
    """Of some rows whose texts put goods off, to no day, the first day within a year on which the law would make worse of them."""
    put = {i: words for i in at if (words := put_off(texts[i]))}
    first = {kinds.of[i]: i for i in reversed(put)}
    turns = turning_days(book)
    tried = [(i, day) for i in first.values() for day in turns if good["date"][i] < day <= good["date"][i] + LATER]
    if not tried:
        return
    found = decided_otherwise(good[[i for i, _ in tried]], "date", (day for _, day in tried), book)
    then: dict[int, list[tuple[Any, str]]] = {}
    for (i, day), outcome in zip(tried, found, strict=True):
        then.setdefault(kinds.of[i], []).append((day, outcome))
    for i, words in put.items():
        for day, outcome in then.get(kinds.of[i], ()):
            if not as_good(outcome, answers["outcome"][i], book.vocabulary):
                yield i, SAYS_LATER.format(heading=texts.name, words=words, day=day, outcome=outcome)
                break


def _days(notes: pl.Series, at: list[int], good: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> dict[int, str]:
    """Of some rows what the first day that their note tells would make of them, where that is worse."""
    turns, beside = turning_days(book), good["date"].to_list()
    told = [
        (i, day)
        for i in at
        for day in days_of(notes[i], beside[i])
        # law that does not change between two days is not asked twice
        if bisect_right(turns, day) != bisect_right(turns, beside[i])
    ]
    if not told:
        return {}
    found = decided_otherwise(good[[i for i, _ in told]], "date", (day for _, day in told), book)
    says: dict[int, str] = {}
    for (i, day), outcome in zip(told, found, strict=True):
        if not as_good(outcome, answers["outcome"][i], book.vocabulary):
            says.setdefault(i, SAYS_DAY.format(heading=notes.name, day=day, outcome=outcome))
    return says


def _amounts(notes: pl.Series, at: list[int], good: pl.DataFrame) -> Iterator[tuple[int, str]]:
    """Of some rows the largest amount that their note tells, where it is more than the ledger ships to the consignee."""
    party = _consignee(good)
    summed = pl.col("quantity").sum().over(party)
    held = good.select(pl.when(party.is_null()).then("quantity").otherwise(summed)).to_series()
    for i in at:
        told = max(amounts_of(notes[i]), default=0.0)
        if told > (held[i] or 1.0):
            yield i, SAYS_AMOUNT.format(heading=notes.name, amount=told, held=held[i] or 1.0)


def _consignee(good: pl.DataFrame) -> pl.Expr:
    """The consignee of each row, under one name where several count as one."""
    if "consignee" not in good.columns:
        return pl.lit(None, pl.String)
    same = {name: one_party(name) for name in good["consignee"].unique().drop_nulls()}
    return pl.col("consignee").replace_strict(same, default=None, return_dtype=pl.String)


def amounts_of(note: str) -> list[float]:
    """Amounts of goods that a note tells.

    >>> amounts_of("first of 40 lots, total 8,000 pcs"), amounts_of("USD 1,200 per unit, 3 pallets")
    ([8000.0], [])
    """
    told = (parts[1] or parts[2] for parts in COUNTED.finditer(strip_accents(note)))
    return [float("".join(filter(str.isdecimal, amount))) * (1000 if amount.endswith("k") else 1) for amount in told]
