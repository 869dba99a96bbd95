"""What a hindcast finds: each quantity and event beside what came, and how often the model was right."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from premortem.text.tables import Table, table
from premortem.watch import kinds

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
        return kinds.count_inside((s.kind, s.inside, s.group) for s in self.observables)

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


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value
