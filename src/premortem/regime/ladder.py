"""The ladder of a decision: the clauses in force that day, in order, with their tests and what each test looked at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from premortem.regime.assumed import sources
from premortem.regime.binding import binds, laid_down, names
from premortem.regime.clause import DECIDING, Clause, Rulebook
from premortem.regime.engine import operative
from premortem.regime.expressions import condition, identifiers, parts

TOTALS = ("country_tpp_after", "consignee_tpp_after", "installed_tpp_after")
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

    def marked(self, unsaid: Collection[str]) -> "Step":
        """The same with the tests marked that look at fields which nobody gave."""
        tests = tuple(replace(t, assumed=not {*sources(t.test)}.isdisjoint(unsaid)) for t in self.tests)
        return replace(self, tests=tests)


def ladder(fields: pl.DataFrame, answer: Mapping[str, Any], book: Rulebook) -> tuple[Step, ...]:
    """Clauses in force that day that apply or miss by one of several tests, in order, with the values looked at."""
    day = fields["date"][0]
    known = in_force(book, day)
    totals = {name: pl.lit(answer.get(name), pl.Float64) for name in TOTALS}
    eccn = pl.lit(answer["eccn"], pl.String)
    frame = fields.lazy().with_columns(*laid_down(known), eccn=eccn, **totals)
    texts, asked = _asked(known)
    met = frame.with_columns(asked).collect().row(0, named=True)
    tests: dict[str, list[Test]] = {c.id: [] for c in known}
    for i, (c, text) in enumerate(texts):
        tests[c.id].append(Test(text, _looked_at(text, c, met, day), bool(met[str(i)]), met[str(i)] is not None))
    shown = [c for c in known if met[c.id] or sum(not t.met for t in tests[c.id]) <= min(1, len(tests[c.id]) - 1)]
    reached = _reached(known, answer, met)
    return tuple(Step(c.id, c.says, bool(met[c.id]), c.id in reached, tuple(tests[c.id])) for c in shown)


def in_force(book: Rulebook, day: date) -> tuple[Clause, ...]:
    """Clauses in force on a day that can decide something, in order."""
    return tuple(c for c in operative(book) if c.in_force(day))


def _reached(known: Sequence[Clause], answer: Mapping[str, Any], met: Mapping[str, Any]) -> set[str]:
    """Ids of the clauses that a decision came to: what is asked of every shipment, and, where a licence is required, all
    up to the authorisation that frees it, or else up to the first policy of review that speaks.
    """
    always = {c.id for c in known if c.stage in ASKING}
    if answer["required_by"] is None:
        return always
    ids = [c.id for c in known]
    if answer["clause"] in (c.id for c in known if c.stage in DECIDING):
        return always | set(ids[: ids.index(answer["clause"]) + 1])
    if not any(met[c.id] for c in known if c.stage == "requires" and not c.then):  # each states its own policy
        return always | {c.id for c in known if c.stage != "review"}
    last = next((c.id for c in known if c.stage == "review" and met[c.id]), ids[-1])
    return always | set(ids[: ids.index(last) + 1])


@lru_cache(64)
def _asked(clauses: tuple[Clause, ...]) -> tuple[list[tuple[Clause, str]], list[pl.Expr]]:
    """Every test of the clauses, and the columns that tell which are met (by number) and which clauses apply (by id)."""
    texts = [(c, text) for c in clauses for text in [*parts(c.applies), *parts(c.within)]]
    tests = [condition(text, names(c)).alias(f"{i}") for i, (c, text) in enumerate(texts)]
    return texts, [*tests, *(binds(c).alias(c.id) for c in clauses)]


def _looked_at(text: str, clause: Clause, values: Mapping[str, Any], day: date) -> str:
    """The fields and numbers of a test with their values: `tpp = 15,824, tpp_least = 4,800`."""
    found = {
        word: clause.number(word, day) if word in clause.numbers else values.get(word) for word in identifiers(text)
    }
    return ", ".join(f"{word} = {_plain(value)}" for word, value in found.items())


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    return "not given" if value is None else str(value)
