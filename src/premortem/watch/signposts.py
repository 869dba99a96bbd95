"""Signposts: what the case says to watch, as data: how each is read, what it says now, and what it would tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from premortem.case import Case
from premortem.ensemble import priors
from premortem.errors import BadInput, nearest, raise_all
from premortem.facts.day import Day
from premortem.files import faults
from premortem.files.typed import Strict, read_entries
from premortem.law import book as rules
from premortem.law.fields.vocabulary import vocabulary
from premortem.propositions.assumption import Assumption
from premortem.text.numbers import day_in_words
from premortem.text.units import quantity
from premortem.watch import process
from premortem.watch import quantities as known_quantities
from premortem.watch.dated_events import narrower
from premortem.watch.readings import Reading, Readings

Status = Literal["passed", "not passed", "in words", "no reading"]


FILE = "watch/signposts.toml"
# The kind of reading that was made before its period was over.
PLAN = "projection"
# How sure a reading is, the least first.
SURENESS = ("low", "medium", "high")


class Threshold(Strict):
    """The value at which to look again, and the side on which it is passed."""

    value: float
    passes: Literal["above", "below"]
    basis: str

    def is_passed(self, value: float) -> bool:
        """Whether a value lies beyond it."""
        return value > self.value if self.passes == "above" else value < self.value


class Seen(Strict):
    """What was seen on a day, in words and as a value where there is one (1 or 0 for events)."""

    on: date
    known_on: Day
    says: str
    source: str
    confidence: Literal["high", "medium", "low"]
    value: float | None = None


class Signpost(Strict):
    """One thing to watch."""

    id: str
    assumption: str = Field(pattern=faults.ASSUMPTION)
    title: str
    observable: str
    unit: str
    read: str = Field(description="how it is read, and what spoils a reading")
    source: str
    by: date = Field(description="the day by which the threshold counts")
    quantity: str = Field(default="", description="quantity that it is read as")
    reads: str = Field(default="", description="parameter that it is read as, where no outcome shows it")
    error: float = Field(default=0.0, ge=0, description="error of such a reading [s.d. of the prior]")
    event: str = Field(default="", description="event of the policy process")
    strength: str = Field(default="", description="lever of policy through which it moves the board")
    policy: str = Field(default="", description="shipped policy that stands once the event has come")
    threshold: Threshold | None = None
    when: str = Field(
        default="",
        description="passing the threshold, or the event's coming, as half a sentence; {limit} stands for its value",
    )
    latest: tuple[Seen, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Signpost":
        if (self.quantity or self.reads) and self.threshold is None:
            raise ValueError("is read as a number and has no threshold")
        if self.threshold is not None and "{limit}" not in self.when:
            raise ValueError("has a threshold: say in `when` what passing it means, with {limit}")
        if self.is_event and not self.when:
            raise ValueError("is an event: say in `when` what its coming means")
        if self.quantity and self.reads:
            raise ValueError("is read as a quantity or as a parameter, not both")
        if self.reads and not self.error:
            raise ValueError("reads a parameter: give the error of a reading")
        return self

    @property
    def modelled(self) -> bool:
        """Whether anything in the model answers to it."""
        return bool(self.quantity or self.reads or self.event or self.strength)

    @property
    def is_event(self) -> bool:
        """Whether it is read as yes or no."""
        return bool(self.event) and not (self.quantity or self.reads)


@dataclass(frozen=True)
class Standing:
    """What a signpost says on a day: the last value known, its date and its words, the last words and theirs, and the status."""

    status: Status
    value: float | None
    value_on: date | None
    says: str
    source: str
    said_on: date | None
    value_says: str = ""


@cache
def shipped_signposts(case: Case) -> Mapping[str, Signpost]:
    """The signposts of a case by id."""
    return read(case / FILE, case) if (case / FILE).is_file() else {}


def read(path: Path, case: Case) -> dict[str, Signpost]:
    """Signposts of a file. Raises `BadInput`, or all of them at once."""
    found, uncertainties = read_entries(path, Signpost), priors.read(case / "params.csv").names
    raise_all([fault for signpost in found.values() for fault in _faults(signpost, path.name, case, uncertainties)])
    return found


def _faults(signpost: Signpost, file: str, case: Case, uncertainties: Sequence[str]) -> list[BadInput]:
    wrong, quantities = [], known_quantities.shipped_quantities(case)
    if signpost.quantity and signpost.quantity not in quantities:
        near = nearest(signpost.quantity, [*quantities])
        wrong.append(BadInput(file, f"{signpost.id}.quantity", "no such quantity", got=signpost.quantity, hint=near))
    elif signpost.quantity and signpost.unit != quantities[signpost.quantity].unit:
        unit = quantities[signpost.quantity].unit
        wrong.append(BadInput(file, f"{signpost.id}.unit", "is not the quantity's", got=signpost.unit, allowed=unit))
    if signpost.event and process.resolve(signpost.event, case) is None:
        near = nearest(signpost.event, [*process.events(case)])
        wrong.append(BadInput(file, f"{signpost.id}.event", "no such event", got=signpost.event, hint=near))
    named = (
        ("reads", signpost.reads, uncertainties, "uncertainty"),
        ("strength", signpost.strength, [*vocabulary(case).instruments], "strength of policy"),
        ("policy", signpost.policy, rules.policies(case), "shipped policy"),
    )
    return wrong + [
        BadInput(file, f"{signpost.id}.{key}", f"no such {what}", got=got, hint=nearest(got, allowed))
        for key, got, allowed, what in named
        if got and got not in allowed
    ]


def check(signposts: Mapping[str, Signpost], assumptions: Sequence[Assumption]) -> list[BadInput]:
    """Watch items without a signpost, and signposts of no item."""
    items = {item.id for a in assumptions for _, item in a.items}
    watched = {item.id for a in assumptions for item in a.watch}
    missing = [
        BadInput("signposts.toml", name, "watch item has no signpost") for name in sorted(watched - {*signposts})
    ]
    homeless = [
        BadInput("signposts.toml", name, "no such item in any assumption", got=name, hint=nearest(name, sorted(items)))
        for name in signposts
        if name not in items
    ]
    return missing + homeless


def informs(signpost: Signpost, assumptions: Sequence[Assumption]) -> tuple[str, ...]:
    """Parameters that it informs: those that its item binds, and the one that it is read as."""
    bound = [p for a in assumptions for _, item in a.items if item.id == signpost.id for p in item.parameters]
    return tuple(dict.fromkeys([*([signpost.reads] if signpost.reads else []), *bound]))


def standing(signpost: Signpost, readings: Readings, as_of: date) -> Standing:
    """What it says on a day: of all that was known then, the last value, and the last that was said of it."""
    known = sorted((s for s in _all_seen(signpost, readings) if s.known_on <= as_of), key=lambda s: s.on)
    if not known:
        return Standing("no reading", None, None, "", "", None)
    last = known[-1]
    numbers = [(s.value, s) for s in known if s.value is not None]
    if not numbers:
        return Standing("in words", None, None, last.says, last.source, last.on)
    value, read = numbers[-1]
    passed = value > 0.5 if signpost.is_event or not signpost.threshold else signpost.threshold.is_passed(value)
    status: Status = "passed" if passed else "not passed"
    return Standing(status, value, read.on, last.says, last.source, last.on, read.says)


def _said(value: float, unit: str) -> str:
    """A reading beside its unit; a share in percent, since a bare one says not of what."""
    return quantity(value, unit) if unit == "share" else f"{value:g} {unit}"


def _all_seen(signpost: Signpost, readings: Readings) -> list[Seen]:
    """Its own list, after the readings of its quantity or event, so that words of the same day come last."""
    named: list[Seen] = []
    if signpost.quantity:
        # of two of one day the surer stands last; a plan is no reading, but told in words where nothing newer was read
        read = sorted(
            (r for r in readings.mapped if r.quantity == signpost.quantity),
            key=lambda r: (r.kind != PLAN, r.known_on, SURENESS.index(_sureness(r))),
        )
        named += [
            _planned(r, signpost.unit) if r.kind == PLAN else _seen(r, _said(r.value, signpost.unit)) for r in read
        ]
    elif signpost.event:
        denied = narrower(readings.events)
        happened = [r for i, r in enumerate(readings.events) if r.quantity == signpost.event and i not in denied]
        named += [_seen(replace(r, on=r.start or r.on), "yes" if r.value > 0.5 else "no") for r in happened]
    return named + list(signpost.latest)


def _planned(reading: Reading, unit: str) -> Seen:
    """A projection, in words: no value that a threshold is held against."""
    said = f"{_said(reading.value, unit)} as projected on {day_in_words(reading.known_on)}"
    return _seen(reading, said).model_copy(update={"value": None})


def _sureness(reading: Reading) -> str:
    return reading.confidence if reading.confidence in SURENESS else SURENESS[0]


def _seen(reading: Reading, says: str) -> Seen:
    return Seen.model_validate(
        {
            "on": reading.on,
            "known_on": reading.known_on,
            "says": says,
            "source": reading.source,
            "confidence": _sureness(reading),
            "value": reading.value,
        }
    )
