"""One clause of a rule as data: when it applies, what it demands, its numbers, its days, its citation."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from premortem.regime.countries import TierChange
from premortem.regime.expressions import is_limit
from premortem.regime.vocabulary import OUTCOMES

Stage = Literal["classify", "requires", "scope", "condition", "veu", "exception", "review", "context"]
STAGES: tuple[Stage, ...] = ("classify", "requires", "scope", "condition", "veu", "exception", "review", "context")
# Stages in which the first clause that speaks decides.
DECIDING: tuple[Stage, ...] = ("scope", "veu", "exception", "review")


class Strict(BaseModel):
    """Data of a file that a person edits: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Dated(Strict):
    """A number of a rule, in force between two days, both included."""

    value: float = Field(ge=0, le=1e30)
    unit: str
    start: date | None = Field(default=None, alias="from")
    end: date | None = Field(default=None, alias="to")

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
    """One clause of a rule. Its id is the file and its key: `diffusion.country_allocation`."""

    id: str
    instrument: str
    says: str
    citation: str
    published: date
    effective: date
    complies: date | None = None  # none: not in force until a policy sets the day
    ends: date | None = None
    announced: date | None = None  # first public word of it, when earlier than publication
    stage: Stage
    order: int = 50
    applies: str = ""
    within: str = ""
    then: str = ""
    otherwise: str = ""
    total: Total | None = None
    hypothetical: bool = False
    numbers: dict[str, tuple[Dated, ...]] = Field(default_factory=dict)
    confidence: Literal["high", "medium", "low"]
    source: str

    @model_validator(mode="after")
    def _complete(self) -> "Clause":
        if self.stage != "context" and not self.applies:
            raise ValueError("needs `applies`, or stage = 'context'")
        if self.stage in DECIDING and self.then not in OUTCOMES:
            raise ValueError(f"then = {self.then!r} is not an outcome; allowed: {', '.join(OUTCOMES)}")
        if self.otherwise and self.otherwise not in OUTCOMES:
            raise ValueError(f"otherwise = {self.otherwise!r} is not an outcome")
        if self.total and not is_limit(self.within, self.total.into):
            raise ValueError(f"`within` must read `{self.total.into} <= LIMIT`, since the clause keeps that total")
        return self

    def __hash__(self) -> int:  # its numbers are a dict, which has none; two clauses are told apart by all their fields
        return hash((self.id, self.complies, self.ends))

    @property
    def units(self) -> dict[str, str]:
        """Unit of each of its numbers."""
        return {key: dated[0].unit for key, dated in self.numbers.items()}

    def in_force(self, day: date) -> bool:
        """Whether exporters had to comply with it on a day."""
        return self.complies is not None and self.complies <= day and (self.ends is None or day <= self.ends)

    def number(self, key: str, day: date | None = None) -> float:
        """A number of the clause on a day (or its first); NaN on a day for which it says none."""
        dated = self.numbers[key]
        return dated[0].value if day is None else next((d.value for d in dated if d.holds(day)), float("nan"))


class Rulebook(Protocol):
    """What decides: clauses in their order, and moves of places between tiers. A `Book` is one."""

    @property
    def clauses(self) -> Sequence[Clause]:
        """Clauses by stage, then by their stated order."""

    @property
    def moves(self) -> tuple[TierChange, ...]:
        """A policy's moves of places between tiers."""
