"""Any day: what stands and what fell by what was known on it, what moved the futures, and what to watch next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from premortem.propositions.board_cells import BoardCell
from premortem.propositions.verdicts import DEPENDS
from premortem.questions import day_limits, day_sources, weighted_board
from premortem.questions.futures_under_policies import Array, Futures
from premortem.questions.later_limits import Rolled, at_the_end
from premortem.questions.watch import Settled, SignpostRow, what_to_watch
from premortem.study import Run, Study
from premortem.text import phrases
from premortem.text.result import Result
from premortem.watch import process
from premortem.watch.readings import Reading
from premortem.watch.timeline import timeline
from premortem.watch.weights import Weights

# Signposts that are named as next, uncertainties as moved, and dated events as the latest.
NEXT, MOVED, LATEST = 6, 6, 6
# An uncertainty is named behind a change of a share where it made so much of it [share of futures]; at most so many are.
POINT, BEHIND = 0.01, 3
# A threshold that is passed in a smaller share of futures, or in all but so many, is settled but for its day [share of futures].
SURE = 0.05
# An uncertainty has moved by at least so many of its prior's standard deviations.
CLEAR = 0.3
# Years ahead of the day that a horizon should reach.
AHEAD = 6.0
Verdict = Literal["stands", "fell", "rose", "was broken", "open"]


@dataclass(frozen=True, repr=False)
class Behind(Result):
    """An uncertainty behind a change of a share: how far what was read moved it [standard deviations of its prior], and what that makes of
    the share by the slope over the futures of the day of the case [share of futures].
    """

    name: str
    meaning: str
    shift: float
    effect: float


@dataclass(frozen=True, repr=False)
class Stand(Result):
    """An assumption on a day: the share that holds under the policy in force, with its interval, beside that of the board of the case (by the
    priors alone, under the policy in force then); the verdict by the shipped limits; what fails first in the futures where it breaks; and on what the verdict
    depends, where other readers or forms of the world see it otherwise. Of the change, `by_law` is what the policy in force makes by the
    priors alone [share of futures], the rest is what was read; `behind` are the uncertainties that made most of that.
    """

    assumption: str
    says: str
    holds: float | None
    low: float | None
    high: float | None
    before: float | None
    verdict: Verdict
    fails_first: str
    depends: str = ""
    by_law: float | None = None
    behind: tuple[Behind, ...] = ()

    @property
    def by_readings(self) -> float | None:
        """What was read made of the share [share of futures]."""
        if self.holds is None or self.before is None or self.by_law is None:
            return None
        return self.holds - self.before - self.by_law


@dataclass(frozen=True, repr=False)
class MovedPrior(Result):
    """An uncertainty that what was read has moved: median before and now, and by how many standard deviations of its prior."""

    name: str
    meaning: str
    unit: str
    before: float
    now: float
    shift: float


@dataclass(frozen=True, repr=False)
class Came(Result):
    """An event that came between the two days: `event` is that of the policy process, or the assumptions on which it bears."""

    date: date
    title: str
    event: str


@dataclass(frozen=True, repr=False)
class AsOfDay(Result):
    """What a brief of a day says: the key `as_of` of `premortem run --as-of DAY --json`."""

    day: date
    since: date
    policy: str
    policy_then: str
    policy_title: str
    policy_says: str
    policy_then_title: str
    horizon: date
    years_ahead: float
    standing: tuple[Stand, ...]
    came: tuple[Came, ...]
    latest: tuple[Came, ...]  # of the table of dated events, whether or not the policy process has them
    moved: tuple[MovedPrior, ...]
    next: tuple[SignpostRow, ...]
    settled: tuple[Settled, ...]
    effective_futures: float
    newest: date | None  # when the newest reading became known
    readings: int
    facts: int  # independent ones: readings of one group tell of one
    warnings: tuple[str, ...]
    looks_to: str = ""  # by when each assumption is judged, in words
    rolled: tuple[Rolled, ...] = ()  # those that are judged earlier, by the same limits at the end of the horizon
    rests_on: str = ""  # which shares rest on readings of low confidence, in words
    alone: str = ""  # that no single reading decides much, where it is so


def as_of_day(run: Run, day: date, effective: int | None = None) -> AsOfDay:
    """What stands and what fell on a day by what was known then, and what to watch next; the shares by at least so many `effective`
    futures, where given.

    The policy is the one in force: what became of the law after the day of the case, where the run holds it. Raises `BadInput` for a day in
    the future.
    """
    settings = run.study.case.settings
    day = weighted_board.past(run.study.case, day)
    study = run.study.on(day)
    policy, then = (weighted_board.reading_policy(study.case, run.policies, d) for d in (day, settings.day))
    found, weights = weighted_board.settle_run(run, day, effective)
    now = _of_policy(weighted_board.weighted_cells(run, found, weights), policy)
    at_first = weighted_board.all_alike(run, day)
    # that of the day of the case: a share has one value then, wherever it is told
    before, by_law = _of_policy(run.board_rows(), then), _of_policy(weighted_board.cells_of_law(run, day), policy)
    made = {name: _change(by_law[name], now[name]) or 0.0 for name in now}
    behind = _behind(policy, at_first, (found, weights), made)
    watched = what_to_watch(study, run, day, policy=policy)
    horizon = study.case.clock.last_day
    ahead = (horizon - day).days / 365.25
    short = f"The horizon ends on {horizon}, {ahead:.1f} years after the day; {AHEAD:g} are wanted."
    return AsOfDay(
        day=day,
        since=settings.day,
        policy=policy,
        policy_then=then,
        policy_title=study.law(policy).policy.title,
        policy_says=study.law(policy).policy.says,
        policy_then_title=study.law(then).policy.title,
        horizon=horizon,
        years_ahead=ahead,
        standing=tuple(
            _stand(study, name, now[name], before[name], by_law[name], behind.get(name, ())) for name in now
        ),
        came=_came(study, day),
        latest=_latest(study, day),
        moved=_moved(study, found, weights),
        next=tuple(s for s in watched.ahead if s.modelled and _is_open(s))[:NEXT],
        settled=watched.settled,
        alone=watched.alone,
        effective_futures=weights.at_full_strength,
        newest=max((r.known_on for r in weights.used), default=None),
        readings=len(weights.used),
        facts=len({r.group or (r.quantity, r.on) for r in weights.used}),  # as they weigh
        warnings=(*weights.warnings, *day_limits.law_known(study, day), *([short] if ahead < AHEAD else [])),
        looks_to=day_limits.looks_to(study.assumptions),
        rolled=at_the_end(found, weights, policy),
        rests_on=day_sources.without_doubtful(study, day, policy, {k: c.holds for k, c in now.items()}, run.seed)
        if weights.redrawn
        else "",
    )


def _is_open(signpost: SignpostRow) -> bool:
    """Whether its threshold is passed in some futures and not in others: what is so in nearly all, or hardly any, tells little."""
    passed = signpost.shifts[0].passed if signpost.shifts else None
    return passed is not None and SURE < passed < 1 - SURE


def _of_policy(rows: Sequence[BoardCell], policy: str) -> dict[str, BoardCell]:
    return {row.assumption: row for row in rows if row.policy == policy}


def _stand(
    study: Study, name: str, now: BoardCell, before: BoardCell, by_law: BoardCell, behind: tuple[Behind, ...]
) -> Stand:
    says = next((a.name for a in study.assumptions if a.id == name), phrases.at_once(len(study.assumptions)))
    depends = now.verdict.removeprefix(DEPENDS) if now.verdict.startswith(DEPENDS) else ""
    return Stand(
        name,
        says,
        now.holds,
        now.low,
        now.high,
        before.holds,
        verdict(before.holds, now.low, now.high),
        now.fails_words or "",
        depends,
        _change(before, by_law),
        behind,
    )


def verdict(before: float | None, low: float | None, high: float | None) -> Verdict:
    """What became of an assumption: it holds in most futures or breaks in most, before and now; open where the interval holds one half."""
    if before is None or low is None or high is None or low <= 0.5 <= high:
        return "open"
    if low > 0.5:
        return "stands" if before >= 0.5 else "rose"
    return "fell" if before >= 0.5 else "was broken"


def _behind(
    policy: str, first: tuple[Futures, Weights], last: tuple[Futures, Weights], made: Mapping[str, float]
) -> dict[str, tuple[Behind, ...]]:
    """By assumption, the uncertainties that made most of its change under a policy between two days, the most first: how far the mean of
    each moved, by the slope of the verdict over the futures of the first day. Those alone that pull as the whole change, `made`, went.
    """
    if any(weights.collapsed for _, weights in (first, last)):
        return {}
    (found, weights), priors = first, first[0].study.priors
    scores = priors.to_normal(found.values)
    at_first = scores @ weights.values
    shifts = priors.to_normal(last[0].values) @ last[1].values - at_first
    ordered = np.array([row.distribution != "categorical" for row in priors.rows])  # a category is in no direction
    told = {}
    for name, holds in found.holds(policy).items():
        slopes = ((scores - at_first[:, None]) * weights.values) @ (holds - holds @ weights.values)
        effects = np.where(ordered, slopes * shifts, 0.0)
        whole = np.sign(made.get(name, 0.0))
        most = [i for i in np.argsort(-effects * whole)[:BEHIND] if effects[i] * whole >= POINT]
        told[name] = tuple(
            Behind(priors.rows[i].name, priors.rows[i].meaning, float(shifts[i]), float(effects[i])) for i in most
        )
    return told


def _change(before: BoardCell, after: BoardCell) -> float | None:
    """By how much the share rose [share of futures]; None where one of both is not told."""
    return None if before.holds is None or after.holds is None else after.holds - before.holds


def _latest(study: Study, day: date) -> tuple[Came, ...]:
    """The latest of the table of dated events, the newest first."""
    since = [e for e in timeline(study.case, study.assumptions, until=day) if e.on > study.case.settings.day]
    return tuple(Came(e.on, e.told, ", ".join(e.assumptions)) for e in since[: -LATEST - 1 : -1])


def _came(study: Study, day: date) -> tuple[Came, ...]:
    """Events of the process that came after the day of the case, each once, by their days."""
    first: dict[str, Reading] = {}
    process_events = process.events(study.case)
    for event in study.readings.events:
        on = event.start or event.on
        if (
            event.value > 0.5
            and study.case.settings.day < on <= day
            and event.known_on <= day
            and event.quantity in process_events
        ):
            held = first.get(event.quantity)
            first[event.quantity] = event if held is None or on < (held.start or held.on) else held
    each = [Came(e.start or e.on, e.says or name.replace("_", " "), name) for name, e in first.items()]
    return tuple(sorted(each, key=lambda c: c.date))


def _moved(study: Study, found: Futures, weights: Weights) -> tuple[MovedPrior, ...]:
    """Uncertainties whose mean has moved most, in standard deviations of their priors."""
    if weights.collapsed:
        return ()
    scores = study.priors.to_normal(found.values) @ weights.values
    middles, rows = study.priors.central[:, 0], study.priors.rows
    # categories have no order, so that no score says how far they moved
    ordered = [i for i, row in enumerate(rows) if row.distribution != "categorical" and abs(scores[i]) >= CLEAR]
    return tuple(
        MovedPrior(
            rows[i].name,
            rows[i].meaning,
            rows[i].unit,
            float(middles[i]),
            _median(found.values[i], weights.values),
            float(scores[i]),
        )
        for i in sorted(ordered, key=lambda i: -abs(scores[i]))[:MOVED]
    )


def _median(values: Array, weights: Array) -> float:
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(sums, sums[-1] / 2)])
