"""The ladder of a decision: the clauses in force that day, in order, with their tests and what each test looked at."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from premortem.law.assumed_facts import sources
from premortem.law.clauses.candidate_clauses import operative
from premortem.law.clauses.clause import DECIDING, Clause, Rulebook
from premortem.law.clauses.clause_tests import Asked, Met, met_by_first
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.truth import MET, NOT_MET, UNKNOWN
from premortem.law.engine import Judged
from premortem.law.fields.named_fields import Fields, text_of
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.numbers import limit

# Stages that are asked of every shipment, whatever another clause says.
ASKING = ("classify", "requires")
# What is told of a test, as a person reads it.
MEANS = {NOT_MET: False, UNKNOWN: None, MET: True}


@dataclass(frozen=True)
class Test:
    """One test of a clause: its text, the values that it looked at, whether it was met, and whether that can be told."""

    test: str
    value: str
    met: bool
    known: bool = True  # false where a field that it hangs on is missing
    assumed: bool = False  # whether it looked at something that nobody gave


@dataclass(frozen=True)
class Step:
    """A clause on the ladder: whether it applies, whether the decision came to it, and its tests."""

    clause: str
    says: str
    applies: bool
    reached: bool  # false for one behind the clause that decided
    tests: tuple[Test, ...]

    def marked(self, unsaid: Set[str], words: Vocabulary) -> "Step":
        """The same with the tests marked that look at fields which nobody gave."""
        tests = tuple(t if unsaid.isdisjoint(sources(t.test, words)) else replace(t, assumed=True) for t in self.tests)
        return replace(self, tests=tests)


def ladder(fields: pl.DataFrame, judged: Judged, book: Rulebook) -> tuple[Step, ...]:
    """Clauses in force that day that apply or miss by one of several tests, in order, with the values looked at; of the first
    of some rows that were completed and `judged`.
    """
    row, answers, words = fields[:1], judged.answers[:1], book.vocabulary
    day, answer = row["date"][0], answers.row(0, named=True)
    known = tuple(operative(book, day, day))
    found = met_by_first(judged.rows, row, answers, known)
    settled = {name: answer.get(name) for name in (words.classes.field, *words.totals)}
    defined = {flag: MEANS[truth[0]] for flag, truth in found.defined.items()}
    values, by_id = row.row(0, named=True) | settled | defined, {c.id: c for c in known}
    told = {column: MEANS[truth[0]] for column, truth in found.tests.items()}
    return tuple(
        replace(step, tests=_tests(by_id[step.clause], found.asked[step.clause], told, values, day))
        for step in steps(found, 0, answer)
    )


def steps(found: Met, row: int, answer: Fields) -> tuple[Step, ...]:
    """The ladder of one row without its tests: of the clauses in force on its day, those that apply or miss by one of
    several tests. `answer` holds the deciding clause and what asked for a licence.
    """
    applies = dict(zip((c.id for c in found.clauses), found.applies[:, row].tolist(), strict=True))
    reached = _reached(found.clauses, answer, applies)
    shown = (found.clauses[i] for i in found.near[:, row].nonzero()[0])
    return tuple(Step(c.id, c.says, applies[c.id], c.id in reached, ()) for c in shown)


def _tests(
    clause: Clause, asked: Sequence[Asked], told: Mapping[str, bool | None], values: Fields, day: date
) -> tuple[Test, ...]:
    met = ((test.text, told[test.column]) for test in asked)
    return tuple(Test(text, _looked_at(text, clause, values, day), bool(m), m is not None) for text, m in met)


def _reached(known: Sequence[Clause], answer: Fields, applies: Mapping[str, bool]) -> set[str]:
    """Ids of the clauses that a decision came to: what is asked of every shipment, and, where a licence is required, all
    up to the authorisation that frees it, or else up to the first policy of review that speaks.
    """
    always = {c.id for c in known if c.stage in ASKING}
    if answer["required_by"] is None:
        return always
    ids, decided_by = [c.id for c in known], text_of(answer, "clause")
    if decided_by in (c.id for c in known if c.stage in DECIDING):
        return always | set(ids[: ids.index(decided_by) + 1])
    if not any(applies[c.id] for c in known if c.stage == "requires" and not c.then):  # each states its own policy
        return always | {c.id for c in known if c.stage != "review"}
    last = next((c.id for c in known if c.stage == "review" and applies[c.id]), ids[-1])
    return always | set(ids[: ids.index(last) + 1])


def _looked_at(text: str, clause: Clause, values: Fields, day: date) -> str:
    """The fields and numbers of a test with their values: `FIELD = 15,824, NUMBER = 4,800`."""
    found = {
        word: clause.number(word, day) if word in clause.numbers else values.get(word) for word in identifiers(text)
    }
    return ", ".join(f"{word} = {_plain(value)}" for word, value in found.items())


def _plain(value: Any) -> str:
    if value is None or value != value:  # a number that its clause does not say on the day is NaN
        return "not given"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else limit(value if value == math.inf else round(value))
    return str(value)
