"""On which unsaid fields a ledger's permissions rest: another value is decided only in rows where a clause may hear it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.assumed_facts import untold
from premortem.law.candidate_clauses import addressees, naming, seats
from premortem.law.clause import Rulebook
from premortem.law.engine import decide
from premortem.law.ledger.heard import may_turn
from premortem.law.met import Met
from premortem.law.permission import as_good
from premortem.law.transfers import transfers
from premortem.law.vocabulary import TYPES, Vocabulary

Told = tuple[str, Any]  # a field and another value of it
Rows = NDArray[np.int64]  # places of rows


def resting(
    rows: pl.DataFrame, given: Sequence[Mapping[str, Any]], answers: pl.DataFrame, found: Met, book: Rulebook
) -> list[tuple[str, ...]]:
    """Of each row, the unsaid fields without which its permission would not stand."""
    words, rests_on = book.vocabulary, transfers(book.case).unsaid.rests_on
    licensed = answers["required_by"].is_not_null().to_numpy()
    rests = np.zeros((rows.height, len(rests_on)), bool)
    parts: list[tuple[Told, Rows]] = []
    for told, at in _tried(given, answers["outcome"], book).items():
        heard = at[may_turn(found, licensed, *told, words)[at]]
        if len(heard):
            parts.append((told, heard))
    if parts:
        decided = decide(pl.concat([_changed(rows, *part, words) for part in parts], how="diagonal"), book)["outcome"]
        before = answers["outcome"].gather(np.concatenate([at for _, at in parts]))
        both = pl.DataFrame({"other": decided, "outcome": before})
        good = {(other, outcome): as_good(other, outcome, words) for other, outcome in both.unique().rows()}
        barred = np.array([not good[pair] for pair in both.rows()], bool)
        ends = np.cumsum([len(at) for _, at in parts])
        for ((field, _), at), other in zip(parts, np.split(barred, ends[:-1]), strict=True):
            rests[at, rests_on.index(field)] |= other
    return [tuple(field for field, holds in zip(rests_on, row, strict=True) if holds) for row in rests.tolist()]


def _tried(given: Sequence[Mapping[str, Any]], outcomes: Iterable[str], book: Rulebook) -> dict[Told, Rows]:
    """Rows by what is tried in them: where a permission may rest on it, and nobody gave it."""
    words, rests_on = book.vocabulary, transfers(book.case).unsaid.rests_on
    names, days = naming(book), {row["date"] for row in given}
    standing = {day: [c for c in names if c.in_force(day)] for day in days}
    named = {day: addressees(clauses, words) for day, clauses in standing.items()}
    alike: defaultdict[tuple[Told, ...], list[int]] = defaultdict(list)
    for i, (row, outcome) in enumerate(zip(given, outcomes, strict=True)):
        if outcome in words.free:
            day = row["date"]
            alike[untold(row, book.case, named[day], seats(standing[day], row, words))].append(i)
    tried: defaultdict[Told, list[int]] = defaultdict(list)
    for said, at in alike.items():
        for field, value in said:
            if field in rests_on:
                tried[field, value] += at
    return {told: np.array(at) for told, at in tried.items()}


def _changed(rows: pl.DataFrame, told: Told, at: Rows, words: Vocabulary) -> pl.DataFrame:
    field, value = told
    return rows[at].with_columns(pl.lit(value, TYPES[words.fields[field].type]).alias(field))
