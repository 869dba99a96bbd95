"""A policy file: an overlay on the rulebook, of dates, numbers, tiers and strengths.

It is validated against the words of its case: `policy_of(document, file, vocabulary(case))`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import partial
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, model_validator

from premortem.errors import BadInput, call_all, nearest, raise_all
from premortem.files import faults
from premortem.files.toml import Toml
from premortem.files.typed import Strict, to_typed
from premortem.law.clauses.clause import Clause
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.numbers import listing


class Strength(Strict):
    """Strength of what no clause says, from a day on."""

    value: float
    start: date = Field(alias="from")
    why: str = ""


class Effort(Strict):
    """Effort put into an instrument, from a day on: what comes of it, when and at which cost is the world's."""

    value: float = Field(alias="effort")
    start: date = Field(alias="from")
    why: str = ""
    budget: str = Field(default="", description="who pays, in words")


Step = Strength | Effort
# Tables of a policy's file that tell of instruments, and how each calls what it puts into one.
EFFORTS = {"instrument": "effort", "strength": "value"}


def _known(name: str, told: ValidationInfo) -> str:
    known = [*told.context.instruments] if isinstance(told.context, Vocabulary) else [name]
    if name not in known:
        near = nearest(name, known)
        raise ValueError(f"no such instrument: {name}; allowed: {', '.join(known)}{near and f'; {near}'}")
    return name


class Move(Strict):
    """Places that a policy puts into another tier."""

    countries: tuple[str, ...]
    tier: int
    start: date = Field(alias="from")


class Policy(Strict):
    """A policy file: an overlay on the rulebook."""

    name: str = Field(pattern=faults.NAME)
    title: str
    says: str
    base: str = Field(default="", description="a policy of the case that this one is laid over")
    include: tuple[str, ...] = ()
    clause: dict[str, Toml] = Field(default_factory=dict)
    tier: tuple[Move, ...] = ()
    instrument: dict[Annotated[str, AfterValidator(_known)], tuple[Effort, ...]] = Field(default_factory=dict)
    strength: dict[Annotated[str, AfterValidator(_known)], tuple[Strength, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _said_once(self) -> "Policy":
        twice = sorted({*self.instrument} & {*self.strength})
        if twice:
            raise ValueError(f"{listing(twice, 'and')} stands under instrument and under strength: write efforts alone")
        return self

    @property
    def steps(self) -> dict[str, tuple[Step, ...]]:
        """Efforts and strengths of instruments by name, in the order of the file."""
        return {**self.instrument, **self.strength}

    def with_steps(self, name: str, steps: tuple[Step, ...]) -> "Policy":
        """The same with other efforts of one instrument."""
        told = [Effort.model_validate({"effort": s.value, "from": s.start, "why": s.why}) for s in steps]
        others = {key: held for key, held in self.strength.items() if key != name}
        return self.model_copy(update={"instrument": self.instrument | {name: tuple(told)}, "strength": others})


def policy_of(document: Toml, file: str, words: Vocabulary) -> Policy:
    """A policy from what its file says. Raises `BadInput`, every fault at once, with its key."""
    call_all(
        partial(to_typed, document, Policy, file, context=words),
        lambda: raise_all([*_out_of_range(document, file, words), *_untiered(document, file, words)]),
    )
    return to_typed(document, Policy, file, context=words)


def _table(document: Toml, key: str) -> Toml:
    found = document.get(key, {})
    return found if isinstance(found, dict) else {}


def _out_of_range(document: Toml, file: str, words: Vocabulary) -> Iterator[BadInput]:
    """Efforts and strengths beyond what their instrument may have; one that is not known may have what any has."""
    lows = [i.low for i in words.instruments.values()]
    highs = [i.high for i in words.instruments.values()]
    for table, word in EFFORTS.items():
        for name, steps in _table(document, table).items():
            known = words.instruments.get(name)
            low = known.low if known else min(lows, default=0.0)
            high = known.high if known else max(highs, default=1.0)
            for i, step in enumerate(steps if isinstance(steps, list) else ()):
                value = step.get(word) if isinstance(step, Mapping) else None
                if isinstance(value, int | float) and not low <= value <= high:
                    allowed = f"{high:,.15g} or less" if value > high else f"{low:,.15g} or more"
                    key = f"{table}.{name}.{i}.{word}"
                    yield BadInput(file, key, f"{str(value)!r} is out of range", got=value, allowed=allowed)


def _untiered(document: Toml, file: str, words: Vocabulary) -> Iterator[BadInput]:
    """Moves of places to a tier that the case has not."""
    known, moves = transfers(words.case).places.tiers.values, document.get("tier")
    for i, move in enumerate(moves if isinstance(moves, list) else ()):
        tier = move.get("tier") if isinstance(move, Mapping) else None
        if isinstance(tier, int) and tier not in known:
            allowed = listing([str(value) for value in known], "or")
            yield BadInput(file, f"tier.{i}.tier", f"{str(tier)!r} is none of its values", got=tier, allowed=allowed)


def overlay_of(document: Toml, words: Vocabulary) -> Policy:
    """What of a faulty document can be laid over the rulebook, so that its faults there can be told with the others."""
    held: Toml = {"name": "faulty", "title": "", "says": ""}
    for key in {"include", "clause"} & {*document}:
        with suppress(ValidationError):
            Policy.model_validate(held | {key: document[key]}, context=words)
            held[key] = document[key]
    return Policy.model_validate(held, context=words)


def covers(pattern: str, clause: str) -> bool:
    """Whether a policy's key is of a clause: its id, or `INSTRUMENT.*`."""
    return clause == pattern or (pattern.endswith(".*") and clause.startswith(pattern[:-1]))


def idle_days(policy: Policy, clauses: Sequence[Clause], file: str) -> Iterator[BadInput]:
    """Days that a policy moves and no clause reads: it would change nothing, and say nothing of it."""
    for pattern, change in policy.clause.items():
        read = {c.since for c in clauses if covers(pattern, c.id)}
        for key in {"effective", "complies"} - read if read else ():
            if key in change and not read & {*change}:
                allowed = ", ".join(read)
                yield BadInput(
                    file, f"clause.{pattern}.{key}", f"moves nothing: the clause is in force from `{allowed}`",
                    got=change[key], allowed=allowed,
                )  # fmt: skip
