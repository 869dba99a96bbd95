"""Columns of days in a user's table: in which order day and month stand is told, shown by another day, or asked."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from premortem.errors import BadInput, raise_all
from premortem.law.fields.days import Order, Readings, mark_of, order_of, readings
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.headers import Raw
from premortem.law.ledger.matching import Match


def day_columns(held: pl.DataFrame, matched: Match, words: Vocabulary) -> pl.DataFrame:
    """The columns that hold days, under their fields' names."""
    dated = {f: h for h, f in matched.mapping.items() if f in words.fields and words.fields[f].type == "date"}
    return held.select(pl.col(h).alias(f) for f, h in dated.items())


def with_days(
    frame: pl.DataFrame, told_order: Order | None, raw: Raw, matched: Match, file: str, words: Vocabulary
) -> tuple[pl.DataFrame, Order | None]:
    """The table with its days as YYYY-MM-DD where they can be read, and the order in which they are. Raises `BadInput`, all at once,
    for days that could be read in two orders where none was told (`told_order`).
    """
    written: dict[str, pl.Series] = {}
    for name in (c for c in frame.columns if c in words.fields and words.fields[c].type == "date"):
        if frame[name].dtype == pl.String:
            column = frame[name].str.strip_chars()
            other = column.filter(column.str.to_date("%Y-%m-%d", strict=False).is_null()).drop_nulls().unique()
            if other.len():
                written[name] = other
    found = {name: {text: readings(text, raw.from_1904) for text in texts} for name, texts in written.items()}
    order = told_order or order_of(told for texts in found.values() for told in texts.values())
    by_mark = _orders(found.values())
    elsewhere = told_order if by_mark else order  # other marks say nothing of a mark that shows no order itself
    errors: list[BadInput] = []
    for name, texts in found.items():
        open_ones = [
            text for text, told in texts.items() if not (by_mark.get(mark_of(text)) or elsewhere) and _open(told)
        ]
        if open_ones:
            told = texts[open_ones[0]]
            what = f"{open_ones[0]} may be {told.day_first} or {told.month_first}"
            heading = next((h for h, f in matched.mapping.items() if f == name), name)
            allowed = "--dates DMY, or --dates MDY, to say which"
            errors.append(BadInput(file, heading, what, got=open_ones[0], allowed=allowed))
        means = {
            text: str(day)
            for text, told in texts.items()
            if (day := _by(told, by_mark.get(mark_of(text)) or elsewhere))
        }
        new = pl.col(name).str.strip_chars().replace(means) if means else pl.col(name)
        frame = frame.with_columns(new.alias(name))
    raise_all(errors)
    return frame, told_order or (order if found else None)


def _orders(columns: Iterable[Mapping[str, Readings]]) -> dict[str, Order | None]:
    """The order that days with one mark between day and month show, where others have another mark: two desks wrote them, and
    neither's order says anything of the other's. None of marks where all have the same.
    """
    of_mark: dict[str, list[Readings]] = {}
    for texts in columns:
        for text, told in texts.items():
            if told.day_first != told.month_first:
                of_mark.setdefault(mark_of(text), []).append(told)
    return {mark: order_of(told) for mark, told in of_mark.items()} if len(of_mark) > 1 else {}


def _open(told: Readings) -> bool:
    return told.day_first != told.month_first and not told.only


def _by(told: Readings, order: Order | None) -> Any:
    """The day in the order of its column; one that is a day in the other order alone is read so where none was told."""
    return told.by(order) or (None if order else told.day_first or told.month_first)
