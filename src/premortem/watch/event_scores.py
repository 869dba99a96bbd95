"""Scores of events: Brier's, taken apart, beside the base rate of the record and the view that nothing changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from premortem.text.numbers import capital
from premortem.text.result import Shown
from premortem.watch.calibration import shares_of_groups
from premortem.watch.dated_events import narrower
from premortem.watch.quantities import Array
from premortem.watch.readings import Reading
from premortem.watch.scores import brier
from premortem.watch.weights import summing_to_one

# An event is missed where its share did worse than one half for all would have.
MISSED = 0.25
# Bins of shares in which forecasts are called alike.
BINS = 5
NOBODY, NO_EVENT = "nobody has found out whether it came", "the policy process has no such event"


@dataclass(frozen=True, repr=False)
class EventScored(Shown):
    """An event against the share of futures in which it had come by that day."""

    event: str
    date: date
    share: float
    happened: bool
    brier: float
    stood: bool = False  # whether it had come, or stood, in most futures on the day of the hindcast
    explanation: str = ""  # why the model missed: written after the fact
    title: str = ""
    id: str = ""
    group: str = ""  # events of one group are one chain
    base_rate: float | None = None  # the share by the record of the event alone
    narrower: str = ""  # why its title says less than the event that it is held against; empty where it does not

    @property
    def missed(self) -> bool:
        """Whether one half would have scored better."""
        return self.brier > MISSED

    @property
    def brier_base_rate(self) -> float | None:
        """Brier's score of the base rate."""
        return None if self.base_rate is None else brier(self.base_rate, self.happened)


@dataclass(frozen=True)
class Decomposed:
    """Brier's score in parts (Murphy 1973): `reliability` what shares are off by (0 is best), `resolution` how far they tell events apart
    (more is better), `uncertainty` of the events themselves; `within` what shares of one bin differ by (Stephenson and others 2008).
    Score = reliability - resolution + uncertainty + within.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def decompose(
    shares: Sequence[float], came: Sequence[bool], weights: Array | None = None, bins: int = BINS
) -> Decomposed:
    """Brier's score of forecasts in parts, in even bins of shares."""
    p, y = np.asarray(shares, float), np.asarray(came, float)
    w = summing_to_one(weights, len(p))
    base = float(w @ y)
    which = np.minimum((p * bins).astype(int), bins - 1)
    reliability = resolution = 0.0
    for k in set(which.tolist()):
        inside = which == k
        held = float(w[inside].sum())
        said, seen = float(w[inside] @ p[inside]) / held, float(w[inside] @ y[inside]) / held
        reliability += held * (said - seen) ** 2
        resolution += held * (seen - base) ** 2
    score, uncertainty = float(w @ (p - y) ** 2), base * (1 - base)
    return Decomposed(score, reliability, resolution, uncertainty, score - (reliability - resolution + uncertainty))


def decompose_by_group(events: Sequence[EventScored]) -> Decomposed | None:
    """The same of events, each chain counted once; None without events."""
    if not events:
        return None
    groups = [e.group or e.event for e in events]
    return decompose([e.share for e in events], [e.happened for e in events], shares_of_groups(groups))


@dataclass(frozen=True)
class ByChains:
    """Mean Brier scores of the events, each chain counted once: of the model, with its standard error over chains (NaN of a single one), of
    base rates (NaN where an event has none), of the view that nothing changes, and of one half for all; and how many events the model, base
    rates and that view call right.
    """

    model: float
    model_error: float
    base_rates: float
    unchanged: float
    one_half: float
    right: int
    right_base_rates: int
    right_unchanged: int


def score_by_chains(events: Sequence[EventScored]) -> ByChains | None:
    """The model beside its rivals by one rule: each chain of events counts once. None without events."""
    if not events:
        return None
    chains = [e.group or e.event for e in events]
    w = shares_of_groups(chains)
    w = w / w.sum()
    ours = np.array([e.brier for e in events])
    each = np.array([ours[[c == chain for c in chains]].mean() for chain in dict.fromkeys(chains)])
    base = np.array([np.nan if e.brier_base_rate is None else e.brier_base_rate for e in events])
    same = np.array([e.stood == e.happened for e in events])
    return ByChains(
        float(w @ ours),
        float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else float("nan"),
        float(w @ base),
        float(w @ ~same),
        MISSED,
        sum(not e.missed for e in events),
        int((base <= MISSED).sum()),
        int(same.sum()),
    )


def score_events(
    events: Sequence[Reading],
    as_of: date,
    shares: Mapping[str, Callable[[date], float]],
    base_rates: Mapping[str, Callable[[date], float]],
    why: Mapping[str, str],
) -> tuple[tuple[EventScored, ...], list[dict[str, str]]]:
    """Events that became known after a day, and those that cannot be scored with why. `shares` and `base_rates` hold, by event of the
    process, a function from a day to the share of futures in which it has come.
    """
    scored, left, denied = [], [], narrower(events)
    for i, e in enumerate(events):
        if e.known_on <= as_of:
            continue
        if np.isnan(e.value) or e.quantity not in shares:
            reason = NOBODY if np.isnan(e.value) else f"{NO_EVENT}: {e.quantity}" if e.quantity else NO_EVENT
            left.append({"quantity": e.says or e.quantity, "date": e.on.isoformat(), "why": reason})
            continue
        share, came = float(shares[e.quantity](e.on)), e.value > 0.5
        base = base_rates.get(e.quantity)
        scored.append(
            EventScored(
                e.quantity,
                e.on,
                share,
                came,
                brier(share, came),
                stood=bool(shares[e.quantity](as_of) > 0.5),
                explanation="" if i in denied else why.get(e.quantity, ""),
                title=e.says or capital(e.quantity.replace("_", " ")),
                id=e.id,
                group=e.group or e.quantity,
                base_rate=None if base is None else float(base(e.on)),
                narrower=denied.get(i, ""),
            )
        )
    return tuple(scored), left
