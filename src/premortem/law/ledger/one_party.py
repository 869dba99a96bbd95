"""Which names of a ledger count as one party where amounts are added up, and what goes to each: one way for every limit.

Names that differ in a number or a legal form alone count as one: to add up too much only asks, to add up too little would free.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.parties.spelling import key, parts, telling


@lru_cache(maxsize=400_000)
def one_party(name: str) -> str:
    """What names that count as one party share.

    >>> one_party("Alpha Site 1 Ltd") == one_party("ALPHA Site 2 c/o Beta"), one_party("Alpha") == one_party("Alpha Beta")
    (True, False)
    """
    name = next(iter(parts(name)), name)  # who stands before `c/o`
    return "".join(word for word in telling(name) if not word.isdecimal()) or key(name) or name


def parties_of(given: pl.DataFrame, roles: Sequence[str]) -> NDArray[np.int64]:
    """The number of the party in each role of each row, a column a role, under which all its names count; -1 where none is named."""
    named = [given[role] if role in given.columns else None for role in roles]
    names = pl.concat([column.unique() for column in named if column is not None] or [pl.Series(dtype=pl.String)])
    texts = names.unique().drop_nulls()
    same = [one_party(name) for name in texts]
    places = {party: i for i, party in enumerate(dict.fromkeys(same))}
    numbers = pl.Series([places[party] for party in same], dtype=pl.Int64)
    none = np.full(given.height, -1, np.int64)
    return np.column_stack(
        [
            none
            if column is None or column.null_count() == len(column)
            else column.replace_strict(texts, numbers, default=-1, return_dtype=pl.Int64).to_numpy()
            for column in named
        ]
    )


def added_up(amounts: NDArray[np.float64], parties: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each row the most that goes to one of its parties in all rows, in whatever role; NaN where it names none.

    `parties` are as `parties_of` tells them. A row counts once for a party that it names twice.
    """
    sums = np.zeros(int(parties.max(initial=-1)) + 1)
    for role in range(parties.shape[1]):
        own = parties[:, role]
        counts = (own >= 0) & ~(parties[:, :role] == own[:, None]).any(axis=1)
        sums += np.bincount(own[counts], amounts[counts], len(sums))
    most = np.full(len(amounts), np.nan)
    for role in range(parties.shape[1]):
        own = parties[:, role]
        named = own >= 0
        most[named] = np.fmax(most[named], sums[own[named]])
    return most
