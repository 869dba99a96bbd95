"""Days and amounts that a note says and its row does not: another day's law, and more than the ledger ships."""

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from premortem.law.candidate_clauses import turning_days
from premortem.law.clause import Rulebook
from premortem.law.engine import decide
from premortem.law.equivalent_rows import kinds
from premortem.law.ledger.days_in_notes import MAY_TELL, days_of
from premortem.law.ledger.unread_notes import is_cleared
from premortem.law.ledger.withheld import Doubt
from premortem.law.permission import as_good
from premortem.text.numbers import count_noun, strip_accents

SAYS_DAY = "column note says {day}, and on that day it would be {outcome}"
# Amounts of goods: with what counts them behind, or a word for a total before; neither a price nor a weight.
AMOUNT = r"(\d{1,3}(?:[,.'’ ]\d{3})+|\d+ ?k|\d+)"
NO_PRICE = r"(?![\d.,]*\s*(?:per\b|price|cost|eur|usd|gbp|jpy|chf|sgd|€|\$|£|¥|kg|lbs?\b|g\b|mm\b|cm\b|days?|hours?|weeks?|pallets?|cartons?|box|crates?|ctns?|cbm|%|/))"
COUNTS = "x pcs? pieces? units? ea each sets? stk stuck gpus? cards? chips? accelerators? modules? boards? servers? systems? nodes?"
COUNTED = re.compile(
    rf"\b{AMOUNT}\s*(?:{'|'.join(COUNTS.split())})\b{NO_PRICE}"
    rf"|\b(?:total(?: of| qty| quantity| order)?|qty|quantity|menge)[ :=]*{AMOUNT}\b{NO_PRICE}"
)
MAY_COUNT = r"(?i)\d ?k?\s*(?:x\b|pc|piece|unit|ea|set|stk|st|gpu|card|chip|accel|mod|boa|serv|sys|nod)|(?:total|qty|quantity|menge)"
SAYS_AMOUNT = "column note says {amount:,.0f} units, and the ledger ships {held:,.0f} to this consignee"
SAYS = (
    "A note says, in {rows}, a day on which the law is another one, or more units than the ledger ships to the consignee (rests_on says what), so "
    "that none of these is a plain yes: give the day on which goods leave in the date, and all that is ordered in quantity or rows, or say in the "
    "row's cleared why it changes nothing: note=reason."
)


def told_in_notes(notes: pl.Series, good: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> Doubt | None:
    """Of the rows that may go those whose notes say a day on which they might not, or an amount that no row ships.

    `notes` are those of `good`, rows that can be decided, typed; `answers` what was decided of them.
    """
    free = answers["outcome"].is_in([*book.vocabulary.free])
    says: dict[int, str] = {}
    days, amounts = (free & notes.str.contains(may).fill_null(False) for may in (MAY_TELL, MAY_COUNT))
    if days.any():
        says |= _days(notes, days.arg_true().to_list(), good, answers, book)
    if amounts.any() and "quantity" in good.columns:
        says |= dict(_amounts(notes, amounts.arg_true().to_list(), good)) | says
    if "cleared" in good.columns:
        says = {i: text for i, text in says.items() if not is_cleared(notes.name, good["cleared"][i] or "")}
    if not says:
        return None
    cells = pl.Series([says.get(i) for i in range(good.height)], dtype=pl.String)
    return Doubt(cells, SAYS.format(rows=count_noun(len(says), "row")))


def _days(notes: pl.Series, at: list[int], good: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> dict[int, str]:
    """Of some rows what the first day that their note tells would make of them, where that is worse."""
    turns = np.array(sorted(turning_days(book)), "datetime64[D]")
    told = [
        (i, day)
        for i in at
        for day in days_of(notes[i], good["date"][i])
        # law that does not change between two days is not asked twice
        if (turns <= np.datetime64(day)).sum() != (turns <= np.datetime64(good["date"][i])).sum()
    ]
    if not told:
        return {}
    rows = good[[i for i, _ in told]].with_columns(pl.Series("date", [day for _, day in told]))
    rows = rows.drop([c for c in ("_undoes", "_back") if c in rows.columns])
    found = decide(rows, book, kinds=kinds(rows, book))["outcome"]
    says: dict[int, str] = {}
    for (i, day), outcome in zip(told, found, strict=True):
        if not as_good(outcome, answers["outcome"][i], book.vocabulary):
            says.setdefault(i, SAYS_DAY.format(day=day, outcome=outcome))
    return says


def _amounts(notes: pl.Series, at: list[int], good: pl.DataFrame) -> Iterator[tuple[int, str]]:
    """Of some rows the largest amount that their note tells, where it is more than the ledger ships to the consignee."""
    party = pl.col("consignee") if "consignee" in good.columns else pl.lit(None, pl.String)
    held = good.select(pl.when(party.is_null()).then("quantity").otherwise(pl.col("quantity").sum().over(party)))[
        "quantity"
    ]
    for i in at:
        told = max(amounts_of(notes[i]), default=0.0)
        if told > (held[i] or 1.0):
            yield i, SAYS_AMOUNT.format(amount=told, held=held[i] or 1.0)


def amounts_of(note: str) -> list[float]:
    """Amounts of goods that a note tells.

    >>> amounts_of("first of 40 lots, total 8,000 pcs"), amounts_of("USD 1,200 per unit, 3 pallets")
    ([8000.0], [])
    """
    told = (parts[1] or parts[2] for parts in COUNTED.finditer(strip_accents(note)))
    return [float("".join(filter(str.isdecimal, amount))) * (1000 if amount.endswith("k") else 1) for amount in told]
