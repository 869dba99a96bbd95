"""Finds the permissions that a missing field could change: those where some clause might apply once it is given."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from premortem.law.clauses.clause import QUESTION
from premortem.law.clauses.clause_tests import Asked, Flags, Met
from premortem.law.clauses.conditions import condition, identifiers
from premortem.law.clauses.truth import MET, NOT_MET
from premortem.law.fields.vocabulary import TYPES, Vocabulary
from premortem.law.parties.lookup import ROLES
from premortem.law.row_defaults import reached


def may_turn(found: Met, licensed: Flags, field: str, value: Any, words: Vocabulary) -> Flags:
    """Rows that may go, but perhaps not once a field is told: some clause in force looks at what the field reaches, and no
    test that does not look at it rules the clause out; shape (row,).

    `licensed` are the rows for which a licence is required, and an authorisation frees them.
    """
    turned = np.zeros(len(licensed), bool)
    moving: dict[str, Flags | bool] = dict.fromkeys(reached(field, words), True)
    # a running total moves with what is shipped and with what lies before it
    moving |= {
        c.total.into: True
        for c in found.clauses
        if c.total and not moving.keys().isdisjoint({words.measure.all, c.total.start, c.total.less})
    }
    for i, clause in enumerate(found.clauses):  # those that define and classify come first
        looking = [test for test in found.asked[clause.id] if not moving.keys().isdisjoint(test.looks_at)]
        # most clauses are ruled out in every row, by more tests than may turn; a policy of review frees and bars nothing
        if (
            not looking
            or clause.stage in ("review", QUESTION)
            or found.least[i] > sum(test.applies for test in looking)
        ):
            continue
        turns = _turns(found, i, looking, moving, (field, value), words)
        if clause.stage in ("define", "classify"):
            settled = words.classes.field if clause.stage == "classify" else clause.then
            moving[settled] = moving.get(settled, False) | turns
        else:  # where no licence is required, nothing but a requirement can bar
            turned |= turns if clause.stage == "requires" else turns & licensed
    return turned


def _turns(
    found: Met,
    i: int,
    looking: Sequence[Asked],
    moving: Mapping[str, Flags | bool],
    told: tuple[str, Any],
    words: Vocabulary,
) -> Flags:
    """Rows in which one of a clause's tests that look at something moving may turn, and no other one rules it out."""
    against = found.against[i]
    turns = np.zeros(len(against), bool)
    for test in looking:
        now = found.tests[test.column]
        then = _then(test.text, *told, words) if test.looks_at == {*identifiers(test.text)} == {told[0]} else None
        moves = _any_moves(test, moving, len(now)) if then is None else now != (MET if then else NOT_MET)
        turns |= moves
        if test.applies:
            against = against - (moves & (now == NOT_MET))
    return found.force[i] & turns & (against == 0)


def _any_moves(test: Asked, moving: Mapping[str, Flags | bool], rows: int) -> Flags:
    return np.logical_or.reduce([np.broadcast_to(moving[name], rows) for name in test.looks_at if name in moving])


@lru_cache(4096)
def _then(test: str, field: str, value: Any, words: Vocabulary) -> bool | None:
    """Whether a test of nothing but a field is met by a value; None where that is not told by the value alone."""
    if field in ROLES:  # a name counts as the clauses spell it
        return None
    frame = pl.DataFrame({field: [value]}, schema={field: TYPES[words.fields[field].type]})
    return frame.select(condition(test, {}, words)).item()
