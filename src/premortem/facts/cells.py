"""What the cells of a table may be, by what `columns.toml` says of its columns: a unit in brackets tells of a number, `day` of a day, `whether` of
yes or no, `one of A, B:` of these words.
"""

import re
from collections.abc import Collection, Mapping, Sequence

import polars as pl

from premortem.errors import BadInput, raise_all

UNIT = re.compile(r"\[[^]]+\]")
DAY = re.compile(r"(first |last )?day\b")
ONE_OF = re.compile(r"one of ([^:]+):")
# Of many wrong cells of one column, those that are told; the rest are counted.
MOST_TOLD = 20
# What every case's column of this name holds, whatever is said of it.
KNOWN = {"known_on": "day"}


def checked(frame: pl.DataFrame, file: str, meanings: Mapping[str, str], text: Sequence[str] = ()) -> pl.DataFrame:
    """The frame, days as days, if every cell that is not empty is of its column's kind; columns named as `text` may hold anything.

    Raises `BadInput`, every wrong cell at once with its row (the heading's is 1).
    """
    errors: list[BadInput] = []
    for column in (c for c in frame.columns if c not in text):
        meaning = KNOWN.get(column) or meanings.get(column, "")
        if DAY.match(meaning):
            frame, wrong = _days(frame, column)
            errors += _told(file, column, wrong, "is not a day", "a day such as 2026-01-31")
        elif UNIT.search(meaning):
            frame, wrong = _numbers(frame, column)
            errors += _told(file, column, wrong, "is not a number", "a number")
        elif words := _words(meaning):
            errors += among(frame, file, column, words)
    raise_all(errors)
    return frame


def among(frame: pl.DataFrame, file: str, column: str, known: Collection[str], parted: str = "") -> list[BadInput]:
    """Faults of cells that are none of the known words, or of which a part is none where they are `parted` by a sign."""
    if frame.schema[column] != pl.String:
        return []
    wrong = [
        (row, cell)
        for row, cell in enumerate(frame[column], start=2)
        if cell is not None and any(part not in known for part in (cell.split(parted) if parted else [cell]))
    ]
    few = sorted(known, key=str)[:MOST_TOLD]
    return _told(
        file, column, wrong, "is none of its values", ", ".join(few) + (", ..." if len(known) > len(few) else "")
    )


def _words(meaning: str) -> tuple[str, ...]:
    if meaning.startswith("whether "):
        return ("yes", "no")
    found = ONE_OF.match(meaning)
    return tuple(word.strip() for word in found[1].split(",")) if found else ()


def _days(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, list[tuple[int, object]]]:
    if frame.schema[column] == pl.Date:
        return frame, []
    days = frame[column].cast(pl.String).str.to_date("%Y-%m-%d", strict=False)
    return frame.with_columns(days.alias(column)), _lost(frame[column], days)


def _numbers(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, list[tuple[int, object]]]:
    held = frame[column]
    if held.dtype.is_numeric() and (held.dtype.is_integer() or held.drop_nulls().is_finite().all()):
        return frame, []
    numbers = held.cast(pl.String).cast(pl.Float64, strict=False)
    return frame, _lost(held, pl.select(pl.when(numbers.is_finite()).then(numbers)).to_series())


def _lost(held: pl.Series, read: pl.Series) -> list[tuple[int, object]]:
    """Cells that are there and could not be read, by row."""
    lost = held.is_not_null() & read.is_null()
    return [(row + 2, held[row]) for row in lost.arg_true()]


def _told(file: str, column: str, wrong: Sequence[tuple[int, object]], what: str, allowed: str) -> list[BadInput]:
    told = [
        BadInput(file, f"row {row}: {column}", f"{got!r} {what}", got=got, allowed=allowed)
        for row, got in wrong[:MOST_TOLD]
    ]
    more = len(wrong) - len(told)
    return [*told, *([BadInput(file, column, f"{more:,} cells more: {what}", allowed=allowed)] if more else [])]
