"""Days and amounts that a note says and its row does not: another day's law, and more than the ledger ships."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from premortem.law.candidate_clauses import turning_days
from premortem.law.clause import Rulebook
from premortem.law.days import MONTHS, mark_of, readings
from premortem.law.engine import decide
from premortem.law.equivalent_rows import kinds
from premortem.law.ledger.unread_notes import is_cleared
from premortem.law.ledger.withheld import Doubt
from premortem.law.permission import as_good
from premortem.text.numbers import count_noun, strip_accents

_MONTH = "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS) + "|sept"
_END = r"(?!\w)"
# Days as a note writes them, with a year or without one; and months, quarters and weeks, of which the first day and the last count.
WHOLE = re.compile(
    rf"\b(?:20\d{{2}}[01]\d[0-3]\d|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})|\d{{1,2}}(?:st|nd|rd|th)?[ .-]*(?:{_MONTH})[ .,-]*\d{{4}}|(?:{_MONTH})[ .]*\d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}){_END}"
)
IN_A_YEAR = re.compile(rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th)?[ .-]*({_MONTH})|({_MONTH})[ .]*(\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})\.(\d{{1,2}})\.){_END}(?!,? ?\d)")  # fmt: skip
MONTH = re.compile(rf"\b({_MONTH})[ .,]*(\d{{4}}){_END}")
IN_MONTH = re.compile(rf"\b(?:in|by|early|mid|late|until|till|during|end of|start of|from) ({_MONTH})\b(?![ .,]*\d)")
# Days told from the row's own: how long after it, in days.
NEXT = re.compile(r"\b(?:(tomorrow)|next (week|month|quarter|year)|(?:in|within|after|lead time(?: of)?) (?:about |approx )?(\d{1,3})(?:-(\d{1,3}))? ?(days?|d|weeks?|wks?|w|months?|mo)\b)")  # fmt: skip
LONG = {"tomorrow": 1, "week": 13, "month": 61, "quarter": 183, "year": 730}
OF_EACH = {"d": 1, "w": 7, "m": 31}
HALF = re.compile(r"\bh([12])[ /-]*(?:(\d{4})|')?")
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
SEASON = re.compile(rf"\b({'|'.join(SEASONS)})\b[ ,]*(\d{{4}})?")
YEAR = re.compile(r"\b(?:in|by|until|during|early|mid|late|deliver\w*|ship\w*|etd|eta) (20\d\d)\b(?![./-]?\d)")
QUARTER = re.compile(r"\bq([1-4])[ /-]*(?:(\d{4})|')?")
WEEK = re.compile(r"\b(?:kw|cw|wk|week|woche|semaine|semana)[ .]*(\d{1,2})(?!\d)(?:[ /-]*(\d{4}))?")
# A note that may hold one of these; and what goes before a day on which goods went, so that a day before the row's counts as well.
MAY_SAY = rf"(?i)\d[./-]\d|\b20\d\d|\bh[12]\b|spring|summer|autumn|winter|{_MONTH}|\bq[1-4]\b|\b(?:kw|cw|wk|week|woche|semaine|semana)[ .]*\d|tomorrow|next (?:week|month|quarter|year)|(?:in|within|after|lead time(?: of)?) (?:about |approx )?\d"
WENT = re.compile(
    r"(?:ship\w*|deliver\w*|sent|left|depart\w*|dispatch\w*|export\w*|sail\w*|flew|etd|versand\w*|geliefert|livr\w*|enviad\w*)\W+(?:\w+\W+){0,2}$"
)
# A day without a year lies so many days before its row's at most, or else in the next year.
BEFORE = 183
SAYS_DAY = "column note says {day}, and on that day it would be {outcome}"
# Amounts of goods: with what counts them behind, or a word for a total before; neither a price nor a weight.
AMOUNT = r"(\d{1,3}(?:[,.'’ ]\d{3})+|\d+ ?k|\d+)"
NO_PRICE = r"(?![\d.,]*\s*(?:per\b|price|cost|eur|usd|gbp|jpy|chf|sgd|€|\$|£|¥|kg|lbs?\b|g\b|mm\b|cm\b|days?|hours?|weeks?|pallets?|cartons?|box|crates?|ctns?|cbm|%|/))"
COUNTED = re.compile(
    rf"\b{AMOUNT}\s*(?:x\b|pcs?\b|pieces?\b|units?\b|ea\b|each\b|sets?\b|stk\b|stuck\b|gpus?\b|cards?\b|chips?\b|accelerators?\b|modules?\b|boards?\b|servers?\b|systems?\b|nodes?\b){NO_PRICE}"
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
    days, amounts = (free & notes.str.contains(may).fill_null(False) for may in (MAY_SAY, MAY_COUNT))
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


def days_of(note: str, beside: date) -> list[date]:
    """Days that a note tells, of a row of another day: later ones, and earlier ones on which it says that goods went.

    >>> days_of("invoice 1 May, ships 3 Sept", date(2025, 5, 2)), days_of("shipped 2025-01-30", date(2025, 5, 2))
    ([datetime.date(2025, 9, 3)], [datetime.date(2025, 1, 30)])
    """
    text = strip_accents(note)
    found = [(day, start) for start, days in _told(text, beside) for day in days]
    return [*dict.fromkeys(day for day, start in found if day > beside or (day < beside and WENT.search(text[:start])))]


def _told(text: str, beside: date) -> Iterator[tuple[int, tuple[date, ...]]]:
    for found in WHOLE.finditer(text):
        read = readings(found[0].replace(",", ""))
        # a full stop stands behind a day, as nobody writes it who puts the month first
        both = (read.day_first,) if mark_of(found[0]) == "." else (read.day_first, read.month_first)
        yield found.start(), tuple(day for day in dict.fromkeys(both) if day)
    text = WHOLE.sub(lambda found: " " * len(found[0]), text)
    for found in IN_A_YEAR.finditer(text):
        number, month = found[1] or found[4] or found[5], found[2] or found[3]
        yield found.start(), _in_year(int(found[6]) if found[6] else _month(month), int(number), beside)
    for found in MONTH.finditer(text):
        yield found.start(), _span(int(found[2]), _month(found[1]), 1)
    for found in IN_MONTH.finditer(text):
        month = _month(found[1])
        yield found.start(), _span(beside.year + (month < beside.month), month, 1)
    for found in NEXT.finditer(text):
        after = LONG[found[1] or found[2]] if not found[3] else int(found[4] or found[3]) * OF_EACH[found[5][0]]
        yield found.start(), (beside + timedelta(after),)
    for found in QUARTER.finditer(text):
        yield found.start(), _span(int(found[2] or beside.year), 3 * int(found[1]) - 2, 3)
    for found in HALF.finditer(text):
        yield found.start(), _span(int(found[2] or beside.year), 6 * int(found[1]) - 5, 6)
    for found in SEASON.finditer(text):
        yield found.start(), _span(int(found[2] or beside.year), SEASONS[found[1]], 3)
    for found in YEAR.finditer(text):
        yield found.start(), _span(int(found[1]), 1, 12)
    for found in WEEK.finditer(text):
        if 1 <= int(found[1]) <= 52:
            monday = date.fromisocalendar(int(found[2] or beside.year), int(found[1]), 1)
            yield found.start(), (monday, monday + timedelta(6))


def _month(name: str) -> int:
    return next(i for i, full in enumerate(MONTHS, 1) if full.startswith(name[:3]))


def _in_year(month: int, day: int, beside: date) -> tuple[date, ...]:
    """A day without a year: of the row's year, or of the next where that lies long before."""
    try:
        found = date(beside.year, month, day)
        return (found if (beside - found).days <= BEFORE else date(beside.year + 1, month, day),)
    except ValueError:
        return ()


def _span(year: int, month: int, months: int) -> tuple[date, ...]:
    """First and last day of some months."""
    if not 1 <= year <= 9998:
        return ()
    after = month - 1 + months
    return date(year, month, 1), date(year + after // 12, after % 12 + 1, 1) - timedelta(1)


def _amounts(notes: pl.Series, at: list[int], good: pl.DataFrame) -> Iterator[tuple[int, str]]:
    """Of some rows the largest amount that their note tells, where it is more than the ledger ships to the consignee."""
    party = pl.col("consignee") if "consignee" in good.columns else pl.lit(None, pl.String)
    held = good.select(pl.when(party.is_null()).then("quantity").otherwise(pl.col("quantity").sum().over(party)))[
        "quantity"
    ]
    for i in at:
        told = max((amount for amount in amounts_of(notes[i])), default=0.0)
        if told > (held[i] or 1.0):
            yield i, SAYS_AMOUNT.format(amount=told, held=held[i] or 1.0)


def amounts_of(note: str) -> list[float]:
    """Amounts of goods that a note tells.

    >>> amounts_of("first of 40 lots, total 8,000 pcs"), amounts_of("USD 1,200 per unit, 3 pallets")
    ([8000.0], [])
    """
    told = (parts[1] or parts[2] for parts in COUNTED.finditer(strip_accents(note)))
    return [float("".join(filter(str.isdecimal, amount))) * (1000 if amount.endswith("k") else 1) for amount in told]
