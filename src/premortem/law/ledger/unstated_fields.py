"""Which missing fields each answer of a ledger depends on: other values are tried only where some clause reads them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.assumed_facts import telling, untold
from premortem.law.clauses.candidate_clauses import DAY, addressees, naming, seats
from premortem.law.clauses.clause import Clause, Rulebook
from premortem.law.clauses.clause_tests import Flags, Met
from premortem.law.engine import decide
from premortem.law.fields.groups import distinct
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import TYPES, Vocabulary
from premortem.law.ledger.possible_changes import may_turn
from premortem.law.parties.lookup import ROLES
from premortem.law.parties.seats import BESIDE, seats_of
from premortem.law.permission import as_good, may_rest_on

Told = tuple[str, Any]  # a field and another value of it
Rows = NDArray[np.int64]  # places of rows


def resting(
    given: pl.DataFrame, rows: pl.DataFrame, answers: pl.DataFrame, found: Met, book: Rulebook
) -> list[tuple[str, ...]]:
    """Of each row, the unsaid fields without which its answer would not stand: a permission, or a licence that may well be granted.

    `given` holds the rows as somebody said them, `rows` also what the ledger shipped before each.
    """
    words, rests_on = book.vocabulary, transfers(book.case).unsaid.rests_on
    licensed = answers["required_by"].is_not_null().to_numpy()
    rests = np.zeros((rows.height, len(rests_on)), bool)
    parts: list[tuple[Told, Rows]] = []
    free = answers["outcome"].is_in([*words.free]).to_numpy()
    for told, at in _tried(given, answers, book).items():
        heard = at[(may_turn(found, licensed, *told, words) | ~free)[at]]
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


def _tried(rows: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> dict[Told, Rows]:
    """Rows by what is tried in them: where an answer may rest on it, and nobody gave it."""
    names, may = naming(book), _may_rest_on(answers, book)
    of = np.logical_or.reduce([np.zeros(rows.height, bool), *may.values()]).nonzero()[0]
    if not len(of):
        return {}
    kinds, first = distinct(_telling(rows[of], names, book))
    members = np.split(np.argsort(kinds, kind="stable"), np.cumsum(np.bincount(kinds))[:-1])
    same: defaultdict[tuple[Told, ...], list[Rows]] = defaultdict(list)
    for row, of_kind in zip(rows[of[first]].to_dicts(), members, strict=True):
        given = {name: value for name, value in row.items() if value is not None}
        standing = [c for c in names if c.in_force(given["date"])]
        words = book.vocabulary
        same[untold(given, book.case, addressees(standing, words), seats(standing, given, words))].append(of_kind)
    tried: defaultdict[Told, list[Rows]] = defaultdict(list)
    for all_told, at in same.items():
        for told in all_told:
            if told[0] in may:
                tried[told] += at
    places = ((told, of[np.concatenate(at)]) for told, at in tried.items())
    return {told: at[may[told[0]][at]] for told, at in places}


def _may_rest_on(answers: pl.DataFrame, book: Rulebook) -> dict[str, Flags]:
    """By field, the rows whose answers may rest on it."""
    by_id, words = {c.id: c for c in book.clauses}, book.vocabulary
    told = answers.select("outcome", "clause")
    kinds, first = distinct(told)
    found: dict[str, Flags] = {}
    for kind, (outcome, clause) in enumerate(told[first].rows()):
        for field in may_rest_on(outcome, by_id.get(clause), words):
            found.setdefault(field, np.zeros(answers.height, bool))
            found[field] |= kinds == kind
    return found


def _telling(rows: pl.DataFrame, names: Sequence[Clause], book: Rulebook) -> pl.DataFrame:
    """What tells of the rows what is tried in them: `names` are the clauses that name an exporter or a seat."""
    case, itself = book.case, telling(book.case).union(book.vocabulary.telling)
    roles = [role for role in ROLES if role in rows.columns]
    known = {name for role in roles for name in rows[role].unique() if name and seats_of(name, case)}
    turns = {day for c in names for day in (c.begins, c.ends and c.ends + DAY) if day}
    period = np.searchsorted(np.array(sorted(turns), "datetime64[D]"), rows["date"].to_numpy(), "right")
    return rows.select(
        # a firm whose seat is known may have had another one on another day
        pl.col("date") if known else pl.Series("date", period),
        *(pl.when(pl.col(c).is_in(known)).then(c).otherwise(pl.col(c).is_not_null().cast(pl.String)) for c in roles),
        *((pl.col(c) == pl.col("consignee")).alias(f"_{c}") for c in BESIDE if {c, "consignee"}.issubset(roles)),
        *(pl.col(c) if c in itself else pl.col(c).is_not_null() for c in rows.columns if c not in ("date", *roles)),
    )


def _changed(rows: pl.DataFrame, told: Told, at: Rows, words: Vocabulary) -> pl.DataFrame:
    field, value = told
    return rows[at].with_columns(pl.lit(value, TYPES[words.fields[field].type]).alias(field))
