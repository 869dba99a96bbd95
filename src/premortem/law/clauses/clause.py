"""One clause of a rule as data: when it applies, what it demands, its numbers, its days, its citation.

It is validated against the words of its case: `Clause.model_validate(body, context=vocabulary(case))`; without them only its form is.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, Protocol

from pydantic import Field, ValidationInfo, field_validator, model_validator

from premortem.case import Case
from premortem.errors import nearest
from premortem.files.toml import Toml
from premortem.files.typed import Strict
from premortem.law.clauses.conditions import is_limit
from premortem.law.fields.places import TierChange
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.fields.word_types import Since

Stage = Literal[
    "define",
    "answer",
    "classify",
    "requires",
    "scope",
    "condition",
    "standing",
    "exception",
    "review",
    "question",
    "context",
]
STAGES: tuple[Stage, ...] = (
    "define", "answer", "classify", "requires", "scope", "condition", "standing", "exception", "review", "question", "context",
)  # fmt: skip
# Stages in which the first clause that speaks decides; those before the last free a shipment.
DECIDING: tuple[Stage, ...] = ("scope", "standing", "exception", "review")
AUTHORISING: tuple[Stage, ...] = DECIDING[:-1]
# What the book leaves open: where such a clause applies, no permission stands until a person has answered it.
QUESTION: Stage = "question"


class Dated(Strict):
    """A number of a rule, in force between two days, both included."""

    value: float = Field(ge=0, le=1e30)
    unit: str
    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")
    published: date | None = None  # when it became public, where that was later than its clause

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)


class Total(Strict):
    """A running total in a ledger: what adds up, for whom, from what start."""

    per: tuple[str, ...]
    into: str
    start: str
    less: str = ""
    window: Literal["", "year", "number"] = ""


class Clause(Strict):
    """One clause of a rule. Its id is the file and its key: `INSTRUMENT.KEY`."""

    id: str
    instrument: str
    says: str
    citation: str
    published: date
    effective: date
    complies: date | None = None  # none: not in force until a policy sets the day
    ends: date | None = None
    ends_published: date | None = None  # when that end became public, where that was later than the clause
    since: Since  # which of these days it is in force from; left out: as its kinds of answer have it, or its law
    announced: date | None = None  # first public word of it, when earlier than publication
    stage: Stage
    order: int = 50
    applies: str = ""
    within: str = ""
    then: str = ""
    otherwise: str = ""
    gives: tuple[str, ...] = ()  # where answers are of several kinds: the outcomes that it says
    amount: tuple[str, ...] = ()  # what such an outcome works out to: the largest of these expressions
    prohibition: str = ""  # of a requirement: the prohibition that it belongs to, as the case names them
    admits: tuple[str, ...] = ()  # of a requirement: the authorisations that may lift it; none: nothing does
    closes: tuple[str, ...] = ()  # of a condition: the authorisations that it shuts; none: that of the stage `standing`
    total: Total | None = None
    hypothetical: bool = False
    numbers: dict[str, tuple[Dated, ...]] = Field(default_factory=dict)
    confidence: Literal["high", "medium", "low"]
    source: str
    read: bool = False  # whether the text itself was read, not only what others say of it

    @model_validator(mode="before")
    @classmethod
    def _by_its_kinds(cls, body: Toml, told: ValidationInfo) -> Toml:
        words, gives = _words(told), body.get("gives")
        if words is None:
            return {"since": "complies", **body}
        since = words.speaks_since([o for o in gives if isinstance(o, str)] if isinstance(gives, list) else ())
        if len(since) > 1 and "since" not in body:
            raise ValueError(
                f"gives answers of kinds that begin on different days; say since = {' or '.join(map(repr, since))}"
            )
        return {"since": since[0], **body}

    @field_validator("admits", "closes")
    @classmethod
    def _known_authorisations(cls, names: tuple[str, ...], told: ValidationInfo) -> tuple[str, ...]:
        words = _words(told)
        known = words.requirements.authorisations if words else names
        for name in names:
            if name not in known:
                raise ValueError(_refused(f"no such exception: {name}", known, nearest(name, known)))
        return names

    @model_validator(mode="after")
    def _complete(self, told: ValidationInfo) -> "Clause":
        words = _words(told)
        if words is None:
            return self
        if self.stage != "context" and not self.applies:
            raise ValueError("needs `applies`, or stage = 'context'")
        decides = self.stage in DECIDING or (self.stage == "requires" and (self.then or self.otherwise or self.within))
        if decides and self.then not in words.outcomes:
            raise ValueError(f"then = {self.then!r} is not an outcome; allowed: {', '.join(words.outcomes)}")
        if decides and self.stage == "requires":
            frees = [o for o in (self.then, self.otherwise) if o in words.free]
            if frees:
                allowed = ", ".join(o for o in words.outcomes if o not in words.free)
                raise ValueError(f"{frees[0]!r} frees a shipment, which no requirement does; allowed: {allowed}")
        if self.otherwise and self.otherwise not in words.outcomes:
            raise ValueError(f"otherwise = {self.otherwise!r} is not an outcome; allowed: {', '.join(words.outcomes)}")
        for outcome in self.gives:
            if outcome not in words.outcomes:
                near = nearest(outcome, [*words.outcomes])
                raise ValueError(_refused(f"gives {outcome!r}, which is no outcome", words.outcomes, near))
        if self.stage == "answer" and not self.gives:
            raise ValueError(f"an answer needs `gives`; allowed: {', '.join(words.outcomes)}")
        if self.stage == "requires" and self.then and bool(self.within) != bool(self.otherwise):
            raise ValueError("states a policy of review by `within`: needs `then` and `otherwise`")
        if self.stage == "define" and self.then not in words.defined:
            flags = ", ".join(words.defined)
            raise ValueError(f"then = {self.then!r} is no flag that a clause defines; allowed: {flags}")
        if self.stage == "requires" and not words.requirements.holds(self.prohibition):
            named = f"prohibition = {self.prohibition!r}: a requirement names the prohibition that it belongs to"
            raise ValueError(f"{named}; allowed: {', '.join(words.requirements.prohibitions) or 'none'}")
        if self.total and not is_limit(self.within, self.total.into):
            raise ValueError(f"`within` must read `{self.total.into} <= LIMIT`, since the clause keeps that total")
        return self

    def __hash__(self) -> int:  # its numbers are a dict, which has none; two clauses are told apart by all their fields
        # values count, or a lever's clauses would all have one hash, and each look-up would compare it with all before
        values = (d.value for dated in self.numbers.values() for d in dated) if self.numbers else ()
        return hash((self.id, self.begins, self.ends, *values))

    def stops(self, other: "Clause", words: Vocabulary) -> bool:
        """Whether another clause's authorisation cannot be used where this one binds."""
        rules = words.requirements
        held = {rules.standing} if other.stage == "standing" else {*words.outcomes[other.then].under}
        if self.stage == "condition":
            return bool(held & {*(self.closes or (rules.standing,))})
        if self.stage != "requires" or other.stage not in AUTHORISING:
            return False
        return self.prohibition in rules.at_home if other.stage == "scope" else not held & {*self.admits}

    @property
    def units(self) -> dict[str, str]:
        """Unit of each of its numbers."""
        return {key: dated[0].unit for key, dated in self.numbers.items()}

    @property
    def begins(self) -> date | None:
        """The first day on which it is in force; None where no day is set."""
        return self.complies if self.since == "complies" else self.effective

    def in_force(self, day: date) -> bool:
        """Whether it is in force on a day: every answer, comparison and simulated year reads it here."""
        return self.begins is not None and self.begins <= day and (self.ends is None or day <= self.ends)

    def number(self, key: str, day: date | None = None) -> float:
        """A number of the clause on a day (or its first); NaN on a day for which it says none."""
        dated = self.numbers[key]
        return dated[0].value if day is None else next((d.value for d in dated if d.holds(day)), float("nan"))


def _words(told: ValidationInfo) -> Vocabulary | None:
    """The words of the case against which a clause is validated; None where only its form is looked at."""
    assert isinstance(told.context, Vocabulary | None)
    return told.context


class Rulebook(Protocol):
    """What decides: clauses of a case in their order, and moves of places between tiers. A `Book` is one."""

    @property
    def case(self) -> Case:
        """The case whose clauses they are."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of that case."""

    @property
    def clauses(self) -> Sequence[Clause]:
        """Clauses by stage, then by their stated order."""

    @property
    def moves(self) -> tuple[TierChange, ...]:
        """A policy's moves of places between tiers."""


def _refused(what: str, allowed: Iterable[str], near: str) -> str:
    """What is wrong, what is allowed, and what may be meant where anything is near."""
    return "; ".join(filter(None, (what, f"allowed: {', '.join(allowed)}", near)))
