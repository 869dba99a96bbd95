"""Rows grouped by what they share, so that a thing is worked out once a group, whatever the number of rows."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.fields.column_texts import FEW, numbered

# Most codes of a few columns together, beside those of the rows, before they are counted anew.
MOST_CODES = 2**22
# Codes of rows, and how many there may be, from 0.
Coded = tuple[NDArray[Any], int]


class Kinds(NamedTuple):
    """Groups of rows: the number of each row's, from 0, and the first row of each."""

    of: NDArray[np.intp]
    first: NDArray[np.intp]


def distinct(rows: pl.DataFrame) -> Kinds:
    """Groups of equal rows."""
    keys, numbered = rows.columns, rows.with_row_index("_first")
    firsts = numbered.group_by(keys).agg(pl.col("_first").min()).sort("_first").with_row_index("_group")
    found = numbered.join(firsts.drop("_first"), on=keys, how="left", maintain_order="left", nulls_equal=True)
    return Kinds(found["_group"].to_numpy().astype(np.intp), firsts["_first"].to_numpy().astype(np.intp))


def grouped(codes: NDArray[Any], count: int) -> Kinds:
    """Groups of rows of the same code, of those from 0 to `count`; numbered as they first occur."""
    if count > MOST_CODES + len(codes):
        return distinct(pl.DataFrame({"code": codes}))
    first = np.full(count, len(codes), np.intp)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    held = np.flatnonzero(first < len(codes))
    held = held[np.argsort(first[held])]
    number = np.zeros(count, np.intp)
    number[held] = np.arange(len(held))
    return Kinds(number[codes], first[held])


def combined(coded: Iterable[Coded], height: int) -> Kinds:
    """Rows of which all codes are the same; each with how many codes there may be."""
    combined, size = np.zeros(height, np.intp), 1
    for codes, count in coded:
        if size * count > MOST_CODES:
            combined, first = grouped(combined, size)
            size = max(len(first), 1)
        combined = combined * count + codes
        size *= count
    return grouped(combined, size)


def numbers(column: pl.Series) -> Coded:
    """Each value of a column by a number of its own."""
    if column.dtype == pl.String or len(column) <= FEW:
        places, texts = numbered(column)
        return places, len(texts)
    values = column.unique()
    return column.replace_strict(values, pl.Series(range(len(values)), dtype=pl.UInt32)).to_numpy(), len(values)
