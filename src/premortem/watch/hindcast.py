"""The hindcast: what the model said, standing on a day, against what was read later; with the misses first.

Scores are proper: CRPS (Hersbach 2000; Gneiting and Raftery 2007) against persistence and a straight line through what
was known, and Brier 1950 for events.

Over 300 lines: the scores, what they are made of and how they are told as tables and JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput
from premortem.files.toml import read_toml
from premortem.text.tables import Table, table
from premortem.watch import kinds
from premortem.watch import quantities as known_quantities
from premortem.watch.observations import Reading, Readings, as_read
from premortem.watch.quantities import Array, Quantity
from premortem.watch.scores import baselines, brier, crps, quantiles

# The central range whose coverage is scored.
RANGE = (0.05, 0.5, 0.95)
# An event is missed where its share did worse than one half for all would have.
EVENT_MISSED = 0.25


@dataclass(frozen=True)
class Scored:
    """One reading against what the model said of it; crps in the quantity's unit, baselines None where none exists."""

    quantity: str
    date: date
    unit: str
    observed: float
    p5: float
    p50: float
    p95: float
    inside: bool
    rank: float  # share of the prediction below what was observed
    crps: float
    crps_persistence: float | None
    crps_trend: float | None
    source: str
    confidence: str
    kind: str  # outcome, nowcast or projection, as it stood on the day of the hindcast
    group: str  # readings of one group tell of one fact
    named: str = ""  # as the table of readings calls it, where that is another name
    explanation: str = ""  # why the model missed, or came near to it: written after the fact


@dataclass(frozen=True)
class EventScored:
    """An event against the share of futures in which it had come by that day."""

    event: str
    date: date
    share: float
    happened: bool
    brier: float
    stood: bool = False  # whether it had come, or stood, in most futures on the day of the hindcast
    explanation: str = ""  # why the model missed: written after the fact

    @property
    def missed(self) -> bool:
        """Whether one half would have scored better."""
        return self.brier > EVENT_MISSED


@dataclass(frozen=True)
class Hindcast:
    """All scores. `beats_persistence` and `beats_trend` are shares of the observables that have such a baseline."""

    as_of: date
    observables: tuple[Scored, ...]
    events: tuple[EventScored, ...]
    not_scored: tuple[dict[str, str], ...]

    def of_kind(self, kind: str) -> tuple[Scored, ...]:
        """Observables of a kind: only outcomes test a forecast."""
        return tuple(s for s in self.observables if s.kind == kind)

    @property
    def kinds(self) -> dict[str, dict[str, int]]:
        """By kind of reading: how many lie inside, of how many, in how many independent groups."""
        return kinds.counted((s.kind, s.inside, s.group) for s in self.observables)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Groups of readings that tell of one fact: name, readings and how many of them lie inside."""
        found: dict[str, list[Scored]] = {}
        for s in self.observables:
            found.setdefault(s.group, []).append(s)
        return [{"group": g, "readings": len(all_), "inside": sum(s.inside for s in all_)} for g, all_ in found.items()]

    @property
    def coverage90(self) -> float:
        """Share of observables inside their 5 to 95%; NaN when there is none."""
        return float(np.mean([s.inside for s in self.observables])) if self.observables else float("nan")

    @property
    def events_brier(self) -> float:
        """Mean Brier score of the events: 0 is perfect, 0.25 is what one half for all would get."""
        return float(np.mean([e.brier for e in self.events])) if self.events else float("nan")

    @property
    def unchanged(self) -> tuple[int, float]:
        """Events that *nothing changes after the day* has right, and its mean Brier score; NaN without events."""
        right = [e.stood == e.happened for e in self.events]
        return sum(right), float(1 - np.mean(right)) if right else float("nan")

    def beats(self, baseline: str) -> float:
        """Share of observables with a smaller CRPS than `persistence` or `trend`, among those that have one."""
        pairs = [(s.crps, getattr(s, f"crps_{baseline}")) for s in self.observables]
        won = [ours < theirs for ours, theirs in pairs if theirs is not None]
        return float(np.mean(won)) if won else float("nan")

    def skill(self, baseline: str) -> float:
        """1 - geometric mean of our CRPS over the baseline's: above 0 is better; units cancel."""
        pairs = [(s.crps, getattr(s, f"crps_{baseline}")) for s in self.observables]
        ratios = [np.log(ours / theirs) for ours, theirs in pairs if theirs]
        return float(1 - np.exp(np.mean(ratios))) if ratios else float("nan")

    @property
    def misses(self) -> tuple[Scored, ...]:
        """Observables outside their range, the furthest first."""
        out = [s for s in self.observables if not s.inside]
        return tuple(sorted(out, key=lambda s: -abs(s.rank - 0.5)))

    @property
    def readings(self) -> Table:
        """Every reading against its prediction, misses first."""
        ordered = [*self.misses, *(s for s in self.observables if s.inside)]
        rows = [{**asdict(s), "date": str(s.date), "inside": "yes" if s.inside else "MISS"} for s in ordered]
        columns = (
            "quantity",
            "date",
            "kind",
            "unit",
            "observed",
            "p5",
            "p50",
            "p95",
            "inside",
            "crps",
            "crps_persistence",
        )
        said = f"What futures said on {self.as_of} against what was read later; CRPS in the quantity's unit, smaller is better"
        return table(rows, *columns, caption=said)

    @property
    def happened(self) -> Table:
        """Every event against the share of futures in which it had come, the worst Brier score first."""
        ordered = sorted(self.events, key=lambda e: -e.brier)
        rows = [
            {
                "event": e.event,
                "by": str(e.date),
                "share": e.share,
                "came": e.happened,
                "brier": e.brier,
                "missed": e.missed,
            }
            for e in ordered
        ]
        return table(
            rows, caption=f"Events after {self.as_of}", share="share of futures", brier="0 best, 0.25 for one half"
        )

    def as_dict(self) -> dict[str, Any]:
        """The keys of `premortem hindcast --json`."""
        rows = [asdict(s) | {"date": s.date.isoformat()} for s in self.observables]
        happened = [
            asdict(e) | {"date": e.date.isoformat(), "missed": e.missed}
            for e in sorted(self.events, key=lambda e: -e.brier)
        ]
        return {
            "as_of": self.as_of.isoformat(),
            "observables": [r for r in rows if not r["inside"]] + [r for r in rows if r["inside"]],
            "coverage90": _plain(self.coverage90),
            "kinds": self.kinds,
            "groups": self.groups,
            "beats_persistence": _plain(self.beats("persistence")),
            "beats_trend": _plain(self.beats("trend")),
            "skill_persistence": _plain(self.skill("persistence")),
            "skill_trend": _plain(self.skill("trend")),
            "events": happened,
            "events_brier": _plain(self.events_brier),
            "events_right_unchanged": self.unchanged[0],
            "events_brier_unchanged": _plain(self.unchanged[1]),
            "not_scored": list(self.not_scored),
        }


def hindcast(
    readings: Readings,
    predictions: Mapping[str, Array],
    as_of: date,
    quantities: Mapping[str, Quantity],
    events: Mapping[str, Any] | None = None,
    weights: Array | None = None,
    record: Sequence[Reading] = (),
    why: Mapping[str, str] | None = None,
) -> Hindcast:
    """Scores of every reading that became known after a day.

    `predictions` holds columns by `Quantity.column`, each (future,); `events` maps an event to a function from a day to the
    share of futures in which it had come; `weights` are of the readings known on the day, if wanted; `record` are further
    earlier readings, for the baselines only; `why` explains misses by quantity or event.
    """
    known = [*(r for r in record if r.known_on <= as_of), *readings.known(as_of)]
    why = why or {}
    scored: list[Scored] = []
    left: list[dict[str, str]] = []
    for i, reading in enumerate(readings.later(as_of)):
        quantity = quantities[reading.quantity]
        values = predictions.get(quantity.column(reading.on))
        if values is None:
            left.append(_left(reading, "lies outside the simulated steps"))
            continue
        earlier = [r for r in known if r.quantity == reading.quantity and r.on < reading.on]
        found = _score(reading, quantity, as_read(values, reading, quantity, seed=i), weights, earlier, as_of)
        scored.append(replace(found, explanation=why.get(reading.quantity, "")))
    happened, no_event = _events(readings, as_of, events or {}, why)
    unknown = [_left(r, "no such quantity in the model") for r in readings.unknown if r.known_on > as_of]
    return Hindcast(as_of, tuple(scored), happened, tuple(left + unknown + no_event))


def _score(
    reading: Reading,
    quantity: Quantity,
    values: Array,
    weights: Array | None,
    earlier: Sequence[Reading],
    as_of: date,
) -> Scored:
    finite = np.isfinite(values)
    x, w = values[finite], None if weights is None else weights[finite]
    low, middle, high = quantiles(x, RANGE, w)
    below = np.average(x < reading.value, weights=w)
    last, line = baselines(earlier, reading.on)
    return Scored(
        reading.quantity,
        reading.on,
        quantity.unit,
        reading.value,
        low,
        middle,
        high,
        inside=bool(low <= reading.value <= high),
        rank=float(below),
        crps=crps(x, reading.value, w),
        crps_persistence=None if last is None else abs(last - reading.value),
        crps_trend=None if line is None else abs(line - reading.value),
        source=reading.source,
        confidence=reading.confidence,
        kind=kinds.on_day(reading.kind, reading.on, as_of),
        group=reading.group or reading.quantity,
        named=reading.named,
    )


def _events(
    readings: Readings, as_of: date, events: Mapping[str, Any], why: Mapping[str, str]
) -> tuple[tuple[EventScored, ...], list[dict[str, str]]]:
    scored, left = [], []
    for reading in readings.events:
        if reading.known_on <= as_of:
            continue
        if reading.quantity in events:
            share = float(events[reading.quantity](reading.on))
            came = reading.value > 0.5
            stood = bool(events[reading.quantity](as_of) > 0.5)
            told = why.get(reading.quantity, "")
            scored.append(EventScored(reading.quantity, reading.on, share, came, brier(share, came), stood, told))
        else:
            left.append(_left(reading, "no such event in the policy process"))
    return tuple(scored), left


def _left(reading: Reading, why: str) -> dict[str, str]:
    return {"quantity": reading.quantity, "date": reading.on.isoformat(), "why": why}


@cache
def explanations(case: Case) -> dict[str, str]:
    """Why the model missed, or came near to it, by quantity or event: written after the fact."""
    told = case / "watch" / "explanations.toml"
    return {name: str(says) for name, says in read_toml(told).items()} if told.is_file() else {}


def record(case: Case) -> list[Reading]:
    """Earlier values that only baselines use: what a person would have carried forward on the day of knowledge."""
    known = known_quantities.shipped(case)
    rows = facts.rows("baselines", case)
    strange = [r["quantity"] for r in rows if r["quantity"] not in known]
    if strange:
        raise BadInput("baselines.csv", strange[0], "no such quantity", allowed=", ".join(known))
    return [
        Reading(r["quantity"], r["date"], r["value"], None, None, r["known_on"], r["source"], r["confidence"])
        for r in rows
    ]


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value
