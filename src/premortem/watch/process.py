"""Uncertain policy events: yearly rates from the record, which change with pressure and with the simulated world.

A gamma prior for each rate comes from the record alone (events counted over years, with Jeffreys' half event). In a future
the rate moves with the net position of stakeholders, with partners' goodwill and with a rival's progress. Apart from the
fixed policies; a path of events leads to the shipped policy that it comes closest to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache

import numpy as np
from pydantic import Field

from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.facts.day import Day
from premortem.files.typed import Strict, read_entries
from premortem.propositions.positions import net_positions
from premortem.watch.quantities import Array

# The step of the process [yr].
DT = 0.25
DAYS_A_YEAR = 365.25
# Jeffreys' half event.
HALF = 0.5
# A rate moves by at most this many e-folds.
MOST = 1.5


class Push(Strict):
    """The family of clauses whose net position moves a rate, and by how much at unanimity [e-folds]."""

    family: str
    weight: float


class Event(Strict):
    """A change of policy that comes at a yearly rate."""

    id: str
    says: str
    count: int = Field(ge=0, description="how often it came in the record")
    years: float = Field(gt=0, description="how long it could have come in the record")
    record: str
    known_on: Day
    confidence: str
    after: str = Field(default="", description="the event that must have come before")
    ends: tuple[str, ...] = Field(default=(), description="events that it makes impossible")
    sets: tuple[str, ...] = Field(
        default=(), description="levers that stand as under the strictest policy once it came"
    )
    undone_by: str = Field(default="", description="event that takes them back")
    push: Push | None = None
    goodwill: float = Field(default=0.0, description="e-folds of the rate when goodwill falls from one half to none")
    progress: float = Field(default=0.0, description="e-folds of the rate for one s.d. of a rival's progress")
    also: tuple[str, ...] = ()


class State(Strict):
    """What stands until an event takes it away."""

    id: str
    says: str
    lost_by: str
    regained_by: str = ""
    also: tuple[str, ...] = ()


class Lead(Strict):
    """The shipped policy that a path comes to."""

    id: str
    needs: tuple[str, ...]
    without: tuple[str, ...] = ()


@cache
def events(case: Case) -> Mapping[str, Event]:
    """The events of the process of a case. Raises `BadInput`s where one names another that is not there."""
    found = read_entries(case / "watch" / "process.toml", Event, missing_ok=True)
    named = [(e.id, other) for e in found.values() for other in (*e.ends, e.after, e.undone_by) if other]
    raise_all(
        [
            BadInput("process.toml", key, f"no such event: {other}", got=other, hint=nearest(other, [*found]))
            for key, other in named
            if other not in found
        ]
    )
    return found


@cache
def states(case: Case) -> Mapping[str, State]:
    """What stands until an event."""
    return read_entries(case / "watch" / "states.toml", State, missing_ok=True)


@cache
def leads(case: Case) -> Mapping[str, Lead]:
    """The policies that paths lead to, the first that fits first; the baseline where a case names none."""
    told = read_entries(case / "watch" / "leads.toml", Lead, missing_ok=True)
    return told or {case.settings.baseline: Lead(id=case.settings.baseline, needs=())}


@dataclass(frozen=True)
class Paths:
    """When each event came in each future [year], infinite where it never did; by event, shape (future,)."""

    case: Case
    times: Mapping[str, Array]
    count: int = 0  # futures, where a case has no event to tell them by

    def of(self, at: Array) -> "Paths":
        """The paths of some futures, by their indices."""
        return Paths(self.case, {event: times[at] for event, times in self.times.items()}, len(at))

    def by(self, event: str, day: date) -> Array:
        """Whether an event had come by the end of a day, or a state stands on it; boolean, shape (future,).

        Raises `KeyError` for a name that `resolve` does not know.
        """
        known = resolve(event, self.case)
        if known is None:
            raise KeyError(event)
        when = end_of(day)
        if known in self.times:
            return self.times[known] <= when
        state = states(self.case)[known]
        back = self.times[state.regained_by] <= when if state.regained_by else False
        return np.asarray((self.times[state.lost_by] > when) | back)

    def policy(self, day: date) -> Array:
        """Name of the shipped policy that each future has come to by a day, shape (future,)."""
        count = len(next(iter(self.times.values()))) if self.times else self.count
        found = np.full(count, "", dtype=object)
        for lead in leads(self.case).values():
            fits = found == ""
            for event in lead.needs:
                fits &= self.by(event, day)
            for event in lead.without:
                fits &= ~self.by(event, day)
            found[fits] = lead.id
        return found

    def shares(self, weights: Array | None = None) -> dict[str, "ShareBy"]:
        """For every event and state, a function from a day to the (weighted) share of futures: what `hindcast` scores."""
        return {name: ShareBy(self, name, weights) for name in [*events(self.case), *states(self.case)]}


@dataclass(frozen=True)
class ShareBy:
    """The share of futures in which an event has come, or a state stands, by a day."""

    paths: Paths
    event: str
    weights: Array | None = None

    def __call__(self, day: date) -> float:
        """The share on a day."""
        return float(np.average(self.paths.by(self.event, day), weights=self.weights))


def resolve(name: str, case: Case) -> str | None:
    """The event or state of a name, by its own or another; None when there is none."""
    every = {e.id: e.also for e in events(case).values()} | {s.id: s.also for s in states(case).values()}
    if name in every:
        return name
    return next((k for k, also in every.items() if any(fnmatchcase(name, other) for other in also)), None)


def draw(
    case: Case,
    count: int,
    seed: int,
    as_of: date,
    goodwill: Array | float = 0.5,
    progress: Array | float = 0.0,
    happened: Mapping[str, date] | None = None,
    pushed: bool = True,
) -> Paths:
    """Paths of policy after a day in `count` futures; the same seed gives the same paths.

    `goodwill` (0 to 1) and `progress` (of a rival against the median future, in standard deviations) are of each
    future, shape (future,). `happened` are events that had come by the day, with their own. Where not `pushed`, rates are those of
    the record alone: base rates.
    """
    rng, start = np.random.default_rng(seed), end_of(as_of)
    every = events(case)
    net = net_positions(as_of, case) if pushed else {}
    goodwill, progress = (goodwill, progress) if pushed else (0.5, 0.0)
    rates = {e.id: _rate(e, count, rng, net, goodwill, progress) for e in every.values()}
    times = {name: np.full(count, np.inf) for name in every}
    ended = {name: np.zeros(count, bool) for name in every}
    for name, day in (happened or {}).items():
        times[name] = np.full(count, end_of(day))
        ended |= {other: np.ones(count, bool) for other in every[name].ends}
    for begin in np.arange(start, _end_of_clock(case), DT):
        came: dict[str, Array] = {}
        for name, event in every.items():
            waits = rng.exponential(size=count) / rates[name]
            ready = times[event.after] < begin if event.after else True
            due = (waits < DT) & ready & ~ended[name] & np.isinf(times[name])
            came[name] = np.where(due, begin + waits, np.inf)
        for name, event in every.items():
            first = np.min([came[name], *(came[other] for other in event.ends)], axis=0)
            now = np.isfinite(came[name]) & (came[name] <= first)
            times[name] = np.where(now, came[name], times[name])
            for other in event.ends:
                ended[other] |= now
    return Paths(case, times, count)


def _end_of_clock(case: Case) -> float:
    """When the last step of the world ends [yr]."""
    middles = np.asarray(case.world.times(), float)
    return float(middles[-1] + (middles[-1] - middles[-2]) / 2)


def _rate(
    event: Event,
    count: int,
    rng: np.random.Generator,
    net: Mapping[str, float],
    goodwill: Array | float,
    progress: Array | float,
) -> Array:
    """Yearly rate of an event in each future, shape (future,)."""
    base = rng.gamma(event.count + HALF, 1 / event.years, count)
    moved = event.goodwill * (0.5 - np.asarray(goodwill)) / 0.5 + event.progress * np.asarray(progress)
    if event.push is not None:
        moved = moved + event.push.weight * net.get(event.push.family, 0.0)
    return np.maximum(base * np.exp(np.clip(moved, -MOST, MOST)), 1e-12)


def mix(by_policy: Mapping[str, Mapping[str, Array]], drawn: Array) -> dict[str, Array]:
    """Columns in which each future follows the policy that it drew."""
    names = next(iter(by_policy.values())).keys()
    return {
        name: np.select([drawn == p for p in by_policy], [columns[name] for columns in by_policy.values()])
        for name in names
    }


def end_of(day: date) -> float:
    """The end of a day as a year and its fraction."""
    return day.year + ((day - date(day.year, 1, 1)).days + 1) / DAYS_A_YEAR
