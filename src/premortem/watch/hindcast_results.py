"""What a hindcast finds: how often the model was right over all readings and events, and whom it beat."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from premortem.text.result import Document, Shown
from premortem.text.tables import Table, table
from premortem.watch import calibration, reading_kinds
from premortem.watch.calibration import Joint
from premortem.watch.event_scores import ByChains, Decomposed, EventScored, decompose_by_group, score_by_chains
from premortem.watch.reading_scores import Scored, by_group, ratios_and_gains


@dataclass(frozen=True)
class Wins:
    """The model against one kind of forecast, by groups of outcomes: of how many groups it has the smaller CRPS (by the mean
    ratio in each), the geometric mean and the median of the ratios (under 1 is better), and the mean and the median gain in log score
    [nats]: a mean of logarithms is moved by one forecast that was sure and wrong.
    """

    groups: int
    won: int
    crps_ratio: float
    log_score_gain: float
    crps_ratio_median: float
    log_score_gain_median: float


@dataclass(frozen=True, repr=False)
class Hindcast(Shown):
    """All scores. `beats_persistence` and `beats_trend` are shares of the observables that have such a baseline."""

    as_of: date
    observables: tuple[Scored, ...]
    events: tuple[EventScored, ...]
    not_scored: tuple[dict[str, str], ...]
    joint: Joint | None = None

    def of_kind(self, kind: str) -> tuple[Scored, ...]:
        """Observables of a kind: only outcomes test a forecast."""
        return tuple(s for s in self.observables if s.kind == kind)

    @property
    def kinds(self) -> dict[str, dict[str, int]]:
        """By kind of reading: how many lie inside, of how many, in how many groups."""
        return reading_kinds.count_inside((s.kind, s.inside, s.group) for s in self.observables)

    @property
    def groups(self) -> list[Document]:
        """Groups of readings that tell of one fact, those with misses first: name, what it `says` was read, readings, how many of them lie inside, of what kinds,
        and by kind of baseline whether the model has the smaller CRPS.
        """
        rows = [
            {
                "group": name,
                "says": "; ".join(dict.fromkeys(s.measures or s.quantity for s in held)),
                "readings": len(held),
                "inside": sum(s.inside for s in held),
                "outcomes": sum(s.kind == "outcome" for s in held),
                "mapped_after": all(s.mapped_after for s in held),
                "won": {kind: ratio < 0 for kind, (ratio, _) in ratios_and_gains(held).items()},
            }
            for name, held in by_group(self.observables).items()
        ]
        return sorted(rows, key=lambda r: r["inside"] / r["readings"])

    @property
    def groups_inside(self) -> tuple[int, int]:
        """How many groups of outcomes lie wholly inside their ranges, and of how many."""
        held = by_group(self.of_kind("outcome")).values()
        return sum(all(s.inside for s in group) for group in held), len(held)

    @property
    def coverage90_groups(self) -> float:
        """Share of outcomes inside their 5 to 95%, each group counted once; NaN when there is none."""
        held = by_group(self.of_kind("outcome")).values()
        return float(np.mean([np.mean([s.inside for s in group]) for group in held])) if held else float("nan")

    @property
    def wins(self) -> dict[str, Wins]:
        """The model against every kind of forecast, by groups of outcomes."""
        each = [ratios_and_gains(held) for held in by_group(self.of_kind("outcome")).values()]
        found = {}
        for kind in dict.fromkeys(kind for group in each for kind in group):
            ratios, gains = (np.array(x) for x in zip(*(g[kind] for g in each if kind in g), strict=True))
            middle, gain = float(np.exp(np.median(ratios))), float(np.median(gains))
            won = int((ratios < 0).sum())
            found[kind] = Wins(len(ratios), won, float(np.exp(ratios.mean())), float(gains.mean()), middle, gain)
        return found

    @property
    def calibration(self) -> tuple[calibration.Bin, ...]:
        """Histogram of the places of outcomes in their predictions, each group counted once."""
        outcomes = self.of_kind("outcome")
        return calibration.histogram([s.pit for s in outcomes], [s.group for s in outcomes])

    @property
    def brier_parts(self) -> Decomposed | None:
        """Brier's score of the events in parts, each chain of events counted once."""
        return decompose_by_group(self.events)

    @property
    def by_chains(self) -> ByChains | None:
        """Brier's score of the events beside that of its rivals, each chain of events counted once."""
        return score_by_chains(self.events)

    @property
    def events_brier_base_rate(self) -> float:
        """Mean Brier score of the base rates, by the record of each event alone."""
        each = [e.brier_base_rate for e in self.events if e.brier_base_rate is not None]
        return float(np.mean(each)) if each else float("nan")

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
    def misses_by_group(self) -> tuple[tuple[Scored, int], ...]:
        """Of every group with misses the furthest one, and how many of its readings missed."""
        return tuple(
            (s, sum(m.group == s.group and m.kind == s.kind for m in self.misses))
            for s in self.furthest
            if not s.inside
        )

    @property
    def furthest(self) -> tuple[Scored, ...]:
        """Of every group and kind the reading that lies furthest out in its prediction; misses first, the furthest first."""
        found: dict[tuple[str, str], Scored] = {}
        for s in self.observables:
            held = found.get((s.group, s.kind))
            if held is None or (held.inside, -abs(held.rank - 0.5)) > (s.inside, -abs(s.rank - 0.5)):
                found[(s.group, s.kind)] = s
        return tuple(sorted(found.values(), key=lambda s: (s.inside, -abs(s.rank - 0.5))))

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

    def as_dict(self) -> Document:
        """The keys of `premortem hindcast --json`."""
        rows = [_observable(s) for s in (*self.misses, *(s for s in self.observables if s.inside))]
        inside, of = self.groups_inside
        parts, chains = self.brier_parts, self.by_chains
        return {
            "as_of": self.as_of.isoformat(),
            "observables": rows,
            "coverage90": _plain(self.coverage90),
            "coverage90_groups": _plain(self.coverage90_groups),
            "kinds": self.kinds,
            "groups": self.groups,
            "groups_inside": {"inside": inside, "of": of},
            "wins": {kind: asdict(w) for kind, w in self.wins.items()},
            "calibration": [asdict(b) for b in self.calibration],
            "joint": None if self.joint is None else asdict(self.joint),
            "beats_persistence": _plain(self.beats("persistence")),
            "beats_trend": _plain(self.beats("trend")),
            "skill_persistence": _plain(self.skill("persistence")),
            "skill_trend": _plain(self.skill("trend")),
            "events": [_event(e) for e in sorted(self.events, key=lambda e: -e.brier)],
            "events_brier": _plain(self.events_brier),
            "events_brier_parts": None if parts is None else asdict(parts),
            "events_by_chains": None if chains is None else {k: _plain(v) for k, v in asdict(chains).items()},
            "events_brier_base_rate": _plain(self.events_brier_base_rate),
            "events_right_unchanged": self.unchanged[0],
            "events_brier_unchanged": _plain(self.unchanged[1]),
            "not_scored": list(self.not_scored),
        }


def _observable(s: Scored) -> dict[str, Any]:
    days = {"date": s.date.isoformat(), "start": s.start.isoformat() if s.start else None}
    return asdict(s) | days | {"pit": s.pit, "log_score": _plain(s.log_score)}


def _event(e: EventScored) -> dict[str, Any]:
    return asdict(e) | {
        "date": e.date.isoformat(),
        "came": e.happened,
        "missed": e.missed,
        "brier_base_rate": e.brier_base_rate,
    }


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else value
