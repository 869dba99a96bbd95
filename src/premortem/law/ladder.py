"""The ladder of a decision: the clauses in force that day, in order, with their tests and what each test looked at."""

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from premortem.law.assumed_facts import sources
from premortem.law.binding import laid_down, names, speaks
from premortem.law.candidate_clauses import operative
from premortem.law.clause import DECIDING, Clause, Rulebook
from premortem.law.conditions import condition, identifiers, parts
from premortem.law.vocabulary import Vocabulary
from premortem.text.numbers import limit

# Stages that are asked of every shipment, whatever another clause says.
ASKING = ("classify", "requires")


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


def ladder(fields: pl.DataFrame, answer: Mapping[str, Any], book: Rulebook) -> tuple[Step, ...]:
    """Clauses in force that day that apply or miss by one of several tests, in order, with the values looked at."""
    day = fields["date"][0]
    known = tuple(operative(book, day, day))
    values = tried(fields, answer, known, book.vocabulary).row(0, named=True)
    asked = tests_of(known, book.vocabulary)[0]
    by_id = {c.id: c for c in known}
    return tuple(
        replace(step, tests=_tests(by_id[step.clause], asked[step.clause], values, day))
        for step in steps(known, asked, values, answer, day)
    )


def tried(
    fields: pl.DataFrame, answers: Mapping[str, Any], clauses: tuple[Clause, ...], words: Vocabulary
) -> pl.DataFrame:
    """Completed rows with every test of these clauses worked out; `answers` are what was decided of one row, or columns of
    several.
    """
    totals = {name: pl.lit(answers.get(name)).cast(pl.Float64) for name in words.totals}
    if words.classes.field:
        totals[words.classes.field] = pl.lit(answers["eccn"]).cast(pl.String)
    frame = fields.lazy().with_columns(*laid_down(clauses, words), **totals)
    return frame.with_columns(tests_of(clauses, words)[1]).collect()


def steps(
    known: Sequence[Clause],
    asked: Mapping[str, Sequence["Asked"]],
    met: Mapping[str, bool | None],
    answer: Mapping[str, Any],
    day: date,
) -> tuple[Step, ...]:
    """The ladder without its tests: of the clauses in force on a day, those that apply or miss by one of several tests.

    `met` tells of each test's column whether it is met; `answer` holds the deciding clause and what asked for a licence.
    """
    of = {c.id: [met[test.column] for test in asked[c.id]] for c in known}
    applies = {
        c.id: speaks(c, day) and all(m for m, test in zip(of[c.id], asked[c.id], strict=True) if test.applies)
        for c in known
    }
    shown = [c for c in known if applies[c.id] or sum(not m for m in of[c.id]) <= min(1, len(of[c.id]) - 1)]
    reached = _reached(known, answer, applies)
    return tuple(Step(c.id, c.says, applies[c.id], c.id in reached, ()) for c in shown)


def _tests(clause: Clause, asked: Sequence["Asked"], values: Mapping[str, Any], day: date) -> tuple[Test, ...]:
    met = ((test.text, values[test.column]) for test in asked)
    return tuple(Test(text, _looked_at(text, clause, values, day), bool(m), m is not None) for text, m in met)


def _reached(known: Sequence[Clause], answer: Mapping[str, Any], applies: Mapping[str, bool]) -> set[str]:
    """Ids of the clauses that a decision came to: what is asked of every shipment, and, where a licence is required, all
    up to the authorisation that frees it, or else up to the first policy of review that speaks.
    """
    always = {c.id for c in known if c.stage in ASKING}
    if answer["required_by"] is None:
        return always
    ids = [c.id for c in known]
    if answer["clause"] in (c.id for c in known if c.stage in DECIDING):
        return always | set(ids[: ids.index(answer["clause"]) + 1])
    if not any(applies[c.id] for c in known if c.stage == "requires" and not c.then):  # each states its own policy
        return always | {c.id for c in known if c.stage != "review"}
    last = next((c.id for c in known if c.stage == "review" and applies[c.id]), ids[-1])
    return always | set(ids[: ids.index(last) + 1])


class Asked(NamedTuple):
    """A test of a clause: its text, the column that tells whether it is met, and whether the clause hangs on it to apply."""

    text: str
    column: str
    applies: bool


@lru_cache(64)
def tests_of(clauses: tuple[Clause, ...], words: Vocabulary) -> tuple[dict[str, list[Asked]], list[pl.Expr]]:
    """Every clause's tests by its id, and the columns that tell which are met; a test that several make is worked out once."""
    asked: dict[str, list[Asked]] = {c.id: [] for c in clauses}
    columns: dict[str, pl.Expr] = {}
    for c in clauses:
        for applies, texts in ((True, parts(c.applies)), (False, parts(c.within))):
            for text in texts:
                own = not c.numbers.keys().isdisjoint(identifiers(text))
                column = f"{c.id}: {text}" if own else f": {text}"
                asked[c.id].append(Asked(text, column, applies))
                if column not in columns:
                    columns[column] = condition(text, names(c), words).alias(column)
    return asked, list(columns.values())


def _looked_at(text: str, clause: Clause, values: Mapping[str, Any], day: date) -> str:
    """The fields and numbers of a test with their values: `tpp = 15,824, tpp_least = 4,800`."""
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
