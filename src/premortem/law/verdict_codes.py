"""Verdicts as numbers while rows are decided, so that the strictest of several is the largest; and what each number is called."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers
from premortem.law.fields.vocabulary import Vocabulary

# The answer to a row of a ledger that only gives back what an earlier one drew.
RETURNED = "returned"
# A verdict is a number: the stricter its outcome the larger, and among equals the one that is cited first (`places_of`);
# -(i + 1) when a field that clause i tests is missing; and these three.
FREE, BACK, NONE = 30_000, 30_001, -32_768
STEP = 1024  # more than the clauses that a book may hold
Codes = NDArray[np.int16]
# Books of which what is the same for every frame is kept.
KEPT = 256
# By a number, where its name lies; and the names, of which the last is none.
Names = tuple[NDArray[np.uint32], pl.Series]


def code_of(place: int, outcome: str, words: Vocabulary) -> int:
    """Number of an outcome by the clause in a place: larger when stricter, and among equals when its place is earlier."""
    return words.strictness[outcome] * STEP + STEP - 1 - place


@lru_cache(KEPT)
def places_of(clauses: tuple[Clause, ...]) -> tuple[int, ...]:
    """Place of each clause among equally strict ones: a letter to one exporter goes last, what requires a licence before a
    policy of review, and of two requirements the later instrument first.
    """

    def rank(i: int) -> tuple[bool, bool, int, int]:
        c = clauses[i]
        if c.stage != "requires" or not c.begins:
            return (False, True, 0, i)
        return ("exporter" in identifiers(c.applies), False, -c.begins.toordinal(), i)

    places = {i: place for place, i in enumerate(sorted(range(len(clauses)), key=rank))}
    return tuple(places[i] for i in range(len(clauses)))


@lru_cache(KEPT)
def names_of(clauses: tuple[Clause, ...], words: Vocabulary) -> tuple[Names, Names, Names, Names]:
    """Names of verdicts: outcomes and deciding clauses; of the clauses by number, and of the classes that they give."""
    said = [
        (code_of(place, o, words), o, c)
        for place, c in zip(places_of(clauses), clauses, strict=True)
        for o in (c.then, c.otherwise)
        if o in words.strictness
    ]
    classes = {i: c.then for i, c in enumerate(clauses) if c.stage == "classify"}
    return (
        _numbered({FREE: words.unrequired, BACK: RETURNED} | {code: outcome for code, outcome, _ in said}),
        _numbered({code: c.id for code, _, c in said}),
        _numbered({i: c.id for i, c in enumerate(clauses)}),
        _numbered(classes | {FREE: words.classes.none}),
    )


def _numbered(names: Mapping[int, str]) -> Names:
    texts = [*dict.fromkeys(names.values())]
    places = np.full(1 << 16, len(texts), np.uint32)
    for number, name in names.items():
        places[number - NONE] = texts.index(name)
    return places, pl.Series([*texts, None], dtype=pl.String)


def named(numbers: Codes, names: Names) -> pl.Series:
    """The name of each number; none where it has none."""
    places, texts = names
    return texts[places[numbers.astype(np.int32) - NONE]]
