"""One decision, explained: the outcome, the clause, the ladder of clauses with their tests, and what would change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from premortem.regime import memo
from premortem.regime.binding import binds, laid_down, limit_number, names
from premortem.regime.changes import sentences, tries
from premortem.regime.clause import Clause, Rulebook
from premortem.regime.engine import judge, operative
from premortem.regime.expressions import condition, identifiers, parts
from premortem.regime.transactions import complete, frame_of, parse, question
from premortem.regime.vocabulary import DENIED, FIELDS, READS

TOTALS = ("country_tpp_after", "consignee_tpp_after", "installed_tpp_after")


@dataclass(frozen=True)
class Transaction:
    """A shipment, or another transfer, by the fields of the vocabulary; one without a date goes today.

    `Transaction(item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01")`. Raises `BadInput`, every fault
    at once.
    """

    fields: Mapping[str, Any]

    def __init__(self, given: Mapping[str, Any] | None = None, /, **fields: Any) -> None:
        object.__setattr__(self, "fields", parse({**(given or {}), **fields}))

    def on(self, day: date) -> "Transaction":
        """The same on another day."""
        moved = object.__new__(Transaction)
        object.__setattr__(moved, "fields", {**self.fields, "date": day})
        return moved


@dataclass(frozen=True)
class Test:
    """One test of a clause: its text, the values that it looked at, whether it was met, and whether that can be told."""

    test: str
    value: str
    met: bool
    known: bool = True  # false where a field that it hangs on is missing


@dataclass(frozen=True)
class Step:
    """A clause on the ladder: whether it applies, whether the decision came to it, and its tests."""

    clause: str
    says: str
    applies: bool
    reached: bool  # false for one behind the clause that decided
    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Decision:
    """What the rulebook says of one transaction."""

    transaction: Mapping[str, Any]
    policy: str
    outcome: str
    clause: str
    citation: str
    says: str
    eccn: str
    headroom_tpp: float | None
    trace: tuple[Step, ...]
    would_change: tuple[str, ...]

    @property
    def may_go(self) -> bool:
        """Whether it may go now or is likely to be let go."""
        return self.outcome not in DENIED and not self.outcome.startswith("needs:")

    @property
    def sentence(self) -> str:
        """The answer as a sentence."""
        if asked := question(self.transaction):
            return f"Cannot be decided: {asked}."
        if self.outcome.startswith("needs:"):
            field = self.outcome.removeprefix("needs:")
            return f"Cannot be decided without {field}: {FIELDS[field].says} (give it with --set {field}=VALUE)"
        return f"{READS[self.outcome]}."

    def as_dict(self) -> dict[str, Any]:
        """The keys that the command line and the app print."""
        steps = [
            {
                "clause": s.clause,
                "says": s.says,
                "applies": s.applies,
                "reached": s.reached,
                "tests": [t.__dict__ for t in s.tests],
            }
            for s in self.trace
        ]
        met = [t.test for s in self.trace if s.clause == self.clause for t in s.tests if t.met]
        return {
            "outcome": self.outcome,
            "clause": self.clause,
            "citation": self.citation,
            "sentence": self.sentence,
            "policy": self.policy,
            "eccn": self.eccn,
            "conditions_met": met,
            "headroom_tpp": self.headroom_tpp,
            "trace": steps,
            "would_change": list(self.would_change),
            "transaction": {k: str(v) if isinstance(v, date) else v for k, v in self.transaction.items()},
        }

    def __repr__(self) -> str:
        return memo.text(self)

    def _repr_html_(self) -> str:
        return memo.html(self)


def explain(transaction: Transaction, book: Rulebook, policy: str = "") -> Decision:
    """The decision on one transaction under a book, with its ladder and the nearest changes that would flip it."""
    given = {"date": date.today(), **transaction.fields}
    others = tries(given, book)
    fields = complete(frame_of([given, *(t.row for t in others)]), book).collect()
    answers = judge(fields.lazy(), book)
    answer = answers.row(0, named=True)
    steps = ladder(fields[:1], answer, book)
    clause = _deciding(answer, steps, book)
    return Decision(
        transaction=given,
        policy=policy or str(getattr(book, "name", "")),
        outcome=answer["outcome"],
        clause=clause.id if clause else "",
        citation=clause.citation if clause else "",
        says=clause.says if clause else "",
        eccn=answer["eccn"] or "not known",
        headroom_tpp=_headroom(answer, clause, given),
        trace=steps,
        would_change=sentences(others, answers["outcome"].to_list()[1:], answer["outcome"]),
    )


def _deciding(answer: Mapping[str, Any], steps: Sequence[Step], book: Rulebook) -> Clause | None:
    """The clause that decided; where no licence is needed, the one that came nearest to asking for one."""
    by_id = {c.id: c for c in book.clauses}
    if answer["clause"]:
        return by_id[answer["clause"]]
    asking = [s for s in steps if by_id[s.clause].stage in ("classify", "requires")]
    return by_id[min(asking, key=lambda s: sum(not t.met for t in s.tests)).clause] if asking else None


def ladder(fields: pl.DataFrame, answer: Mapping[str, Any], book: Rulebook) -> tuple[Step, ...]:
    """Clauses in force that day that apply or miss by one of several tests, in order, with the values looked at."""
    day = fields["date"][0]
    known = tuple(c for c in operative(book) if c.in_force(day))
    totals = {name: pl.lit(answer.get(name), pl.Float64) for name in TOTALS}
    eccn = pl.lit(answer["eccn"], pl.String)
    frame = fields.lazy().with_columns(*laid_down(known), eccn=eccn, **totals)
    texts, asked = _asked(known)
    met = frame.with_columns(asked).collect().row(0, named=True)
    tests: dict[str, list[Test]] = {c.id: [] for c in known}
    for i, (c, text) in enumerate(texts):
        tests[c.id].append(Test(text, _looked_at(text, c, met, day), bool(met[str(i)]), met[str(i)] is not None))
    shown = [c for c in known if met[c.id] or sum(not t.met for t in tests[c.id]) <= min(1, len(tests[c.id]) - 1)]
    reached = _reached(known, answer)
    return tuple(Step(c.id, c.says, bool(met[c.id]), c.id in reached, tuple(tests[c.id])) for c in shown)


def _reached(known: Sequence[Clause], answer: Mapping[str, Any]) -> set[str]:
    """Ids of the clauses that a decision came to: all before the one that decided, and none for want of a requirement."""
    asked = [c.id for c in known if c.stage in ("classify", "requires")]
    ids = [c.id for c in known]
    if answer["required_by"] is None:
        return set(asked)
    return set(ids[: ids.index(answer["clause"]) + 1]) if answer["clause"] in ids else set(ids)


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


def _headroom(answer: Mapping[str, Any], clause: Clause | None, given: Mapping[str, Any]) -> float | None:
    """What the limit of the deciding clause leaves after the shipment [TPP]; None where no total decides."""
    if clause is None or clause.total is None or answer.get(clause.total.into) is None:
        return None
    limit = clause.number(limit_number(clause), given["date"])
    if "country_raise" in clause.within:
        limit *= 1 + given.get("country_raise", 0.0)
    return float(limit - answer[clause.total.into])
