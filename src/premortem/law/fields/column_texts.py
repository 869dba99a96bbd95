"""Texts of a column: once each, and each row's by its place among them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

# Rows up to which a column is read one by one: for so few, to ask for it takes longer than to do it.
FEW = 2_000


def numbered(column: pl.Series) -> tuple[NDArray[np.int32], list[str | None]]:
    """Each row's text by its place among the texts that there are, of which the last is none."""
    if len(column) <= FEW:
        texts = [*texts_of(column), None]
        places = dict(zip(texts, range(len(texts)), strict=True))
        return np.array([places[text] for text in column.to_list()], np.int32), texts
    if column.eq_missing(column[0]).all():  # as where nobody told it
        one = [] if column[0] is None else [column[0]]
        return np.zeros(len(column), np.int32), [*one, None]
    distinct = texts_of(column)
    codes = column.cast(pl.Enum(distinct)).to_physical().fill_null(len(distinct))
    return codes.to_numpy().astype(np.int32), [*distinct, None]


def texts_of(column: pl.Series) -> list[Any]:
    """The texts, or days, of a column, once each, without those that are missing."""
    if len(column) <= FEW:
        return [*dict.fromkeys([text for text in column.to_list() if text is not None])]
    return column.unique().drop_nulls().to_list()


def in_small(texts: pl.Series, odd: str, read: Callable[[str], str]) -> pl.Series:
    """Texts in small letters; those that then hold a pattern that is `odd` as they are `read`, one by one."""
    plain = texts.str.to_lowercase()
    at = plain.str.contains(odd).arg_true()
    return plain.scatter(at, [read(texts[i]) for i in at]) if len(at) else plain
