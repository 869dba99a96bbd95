"""Scores of readings: each beside what the model said of it and what others said, and the model against others by group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from premortem.text.result import Shown

# A field is called `date`, and within its class that name is taken.
_Day = date
# A score below this is none: what both have exactly right is a tie.
SMALL = 1e-12


@dataclass(frozen=True, repr=False)
class Baseline(Shown):
    """A forecast of another of one reading: its scores, whether the model's CRPS is smaller, and what it said."""

    crps: float
    log_score: float
    beaten: bool
    p5: float
    p50: float
    p95: float
    method: str
    source: str


@dataclass(frozen=True, repr=False)
class Scored(Shown):
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
    log_score: float = float("nan")  # log density in the unit, larger is better
    start: _Day | None = None  # first day of the period
    says: str = ""
    like_for_like: str = ""  # what the reading may be compared with
    id: str = ""
    measures: str = ""  # what the quantity is, in words
    mapped_after: bool = False  # whether the quantity was mapped when its reading had been seen
    baselines: Mapping[str, Baseline] = field(default_factory=dict)

    @property
    def pit(self) -> float:
        """Probability integral transform: the share of the prediction below what was read."""
        return self.rank


def by_group(scored: Iterable[Scored]) -> dict[str, list[Scored]]:
    """Readings by the fact that they tell of."""
    found: dict[str, list[Scored]] = {}
    for s in scored:
        found.setdefault(s.group, []).append(s)
    return found


def ratios_and_gains(held: Iterable[Scored]) -> dict[str, tuple[float, float]]:
    """By kind of baseline, over readings of a group that have one: mean log of the ratio of CRPS, and mean gain in log score."""
    found: dict[str, list[tuple[float, float]]] = {}
    for s in held:
        for kind, b in s.baselines.items():
            ratio = np.log(max(s.crps, SMALL) / max(b.crps, SMALL))
            found.setdefault(kind, []).append((float(ratio), s.log_score - b.log_score))
    return {kind: (float(np.mean([r for r, _ in x])), float(np.mean([g for _, g in x]))) for kind, x in found.items()}
