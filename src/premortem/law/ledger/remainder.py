"""Mended rows of a ledger put back among the rows that were decided, so that running totals and links still hold.

By themselves they would be decided as if nothing had gone before, and a limit that is used up would look free.
"""

from pathlib import Path

import polars as pl

from premortem.errors import BadInput, raise_all
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.files import WRITTEN, read
from premortem.text.numbers import listing

# Columns of the file of rejected rows, first and last: a row's number in the ledger, and why it was rejected.
ROW, WHY = "_row", "rejected"
# Between the name of a decided ledger and the ending of the file of its rejected rows.
REJECTED = ".rejected"
# Most lines of which each is told that its number is wrong.
MOST_TOLD = 8
WAY_OUT = "as a ledger of its own: without the column _row, with what went before in {before}"


def whole(given: pl.DataFrame, path: Path, words: Vocabulary) -> tuple[pl.DataFrame, Path | None]:
    """The ledger that a file's rows belong to, and the decided table that the others are from, None where it needs none.

    Rows with `_row` are mended ones: they take the places of the rejected rows of OUT beside OUT.rejected.csv. Raises
    `BadInput`, all at once, where that table is not there or holds no rejected rows under these numbers.
    """
    if ROW not in given.columns:
        return given, None
    beside = _decided_beside(path, words)
    decided = read(beside).select(pl.all().cast(pl.String))
    if WHY not in decided.columns:
        raise BadInput(beside.name, WHY, "is missing: its rejected rows cannot be told", allowed=_way_out(words))
    raise_all(_misplaced(given, decided, path.name, beside.name))
    places = given[ROW].cast(pl.Int64) - 1
    mended = given.drop(ROW).select(pl.all().cast(pl.String)).with_columns(_place=places)
    kept = decided.with_columns(_place=pl.int_range(pl.len())).filter(~pl.col("_place").is_in(places.implode()))
    return pl.concat([kept, mended], how="diagonal").sort("_place").drop("_place"), beside


def refuse(given: pl.DataFrame, file: str, words: Vocabulary) -> None:
    """Raises `BadInput` for rows that are a remainder, where no file says what was decided before them."""
    if ROW in given.columns:
        raise _alone(file, words)


def _way_out(words: Vocabulary) -> str:
    return WAY_OUT.format(before=listing([*transfers(words.case).before]))


def _alone(file: str, words: Vocabulary, got: str = "", found: str = "not there") -> BadInput:
    what = f"numbers rows of another ledger, and the decided table that their running totals go on from is {found}"
    return BadInput(file, ROW, what, got=got, allowed=f"OUT{REJECTED}.csv beside its OUT.csv; or {_way_out(words)}")


def _decided_beside(path: Path, words: Vocabulary) -> Path:
    stem = path.stem.removesuffix(REJECTED)
    held = [p for ending in WRITTEN if (p := path.with_name(stem + ending)) != path and p.is_file()]
    if not path.stem.endswith(REJECTED) or len(held) != 1:
        told = ", ".join(p.name for p in held)
        raise _alone(
            path.name, words, told, f"one of several: {told}" if path.stem.endswith(REJECTED) and held else "not there"
        )
    return held[0]


def _misplaced(given: pl.DataFrame, decided: pl.DataFrame, file: str, beside: str) -> list[BadInput]:
    """Faults of row numbers: each must be of a row that the decided table rejected, and stand once."""
    rejected = set(decided.with_row_index(ROW, offset=1).filter(pl.col(WHY).is_not_null())[ROW])
    seen: set[int] = set()
    errors = []
    for line, row in enumerate(given[ROW].cast(pl.String), 2):
        number = int(row) if row and row.isdecimal() else 0
        if number not in rejected or number in seen:
            what = (
                f"{row} stands twice" if number in seen else f"{row} is not the number of a row that {beside} rejected"
            )
            errors.append(
                BadInput(file, f"line {line}.{ROW}", what, got=row, allowed="each number once, as it was written")
            )
        seen.add(number)
    return errors[:MOST_TOLD]
