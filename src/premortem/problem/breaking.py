"""Breaking points of a problem: the smallest moves of its uncertainties that turn a proposition, without gradients.

Slopes are differences of runs; where none leads to a turn, as on the steps of a count, or where the model is slow, sampled futures that
turn are followed back to the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.problem.answers import Answers
from premortem.problem.calls import future_seeds
from premortem.problem.draws import scores_at, values_of_scores
from premortem.problem.evaluate import Evaluator, Work
from premortem.problem.margins import Proposition
from premortem.problem.stored import Plan
from premortem.questions import _nearest_break
from premortem.text.numbers import listing, number
from premortem.text.result import Result

Array = NDArray[Any]
# Step of a difference in standard scores: in double precision, and for models compiled in single.
STEP, SINGLE = 1e-4, 1e-2
# Searches by slope, moves that a point has at most unless more are needed, and seconds that searching may take.
STARTS, MOVES, SECONDS = 8, 6, 30.0
# How much farther than with all moves a point of few may be and still be told alone.
FAR = 1.25
# Part of the largest move under which another counts for nothing.
LEAST = 0.02
# Futures that are followed back where sampled breaks are all there is.
FOLLOWED, FOLLOWED_SLOWLY = 16, 3
# Chances at which a category is looked at for its levels.
FINE = 4096
# Moves that a sentence tells.
TOLD = 3


@dataclass(frozen=True, repr=False)
class BreakingPoint(Result):
    """A near future in which the verdict turns: `moves` by uncertainty from where to where in its own unit, the largest first; the distance in
    standard normal scores, and that of the nearest turn when every uncertainty may move; margins before and after by running the model;
    `jumps` where the margin steps over zero; `at_bound` what stands three scores out.
    """

    moves: Mapping[str, tuple[Any, Any]]
    distance: float
    distance_all_free: float
    margin_before: float
    margin_after: float
    jumps: bool
    at_bound: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, repr=False)
class BreakingPoints(Result):
    """The nearest turns of a proposition from one future, in `points` the nearest first; `holds_at_start` whether it holds there; `alone` by
    uncertainty the value that turns it with all else as it is; `levels` by category the levels that do; in words in `verdict`, and how they
    were sought in `method`.
    """

    assumption: str
    policy: str
    holds_at_start: bool | None
    margin_at_start: float
    points: tuple[BreakingPoint, ...]
    alone: Mapping[str, Any]
    levels: Mapping[str, tuple[Any, ...]]
    verdict: str
    method: str

    def __iter__(self) -> Any:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, place: Any) -> Any:
        return super().__getitem__(place) if isinstance(place, str) else self.points[place]


class _Search:
    """A search from one future: margins at scores, with categories as they are at the start."""

    def __init__(
        self, plan: Plan, evaluator: Evaluator, proposition: Proposition, policy: str, start: int | None
    ) -> None:
        self.plan, self.evaluator, self.proposition, self.policy = plan, evaluator, proposition, policy
        d = plan.definition
        n = len(d.uncertainties)
        if start is None:
            self.origin = np.zeros(n)
            self.seeds = future_seeds(plan.seed, 0, 1)
        else:
            self.origin = scores_at(d, plan.chances[:, start : start + 1])[:, 0]
            self.seeds = future_seeds(plan.seed, start, 1)
        self.held = {k: v[0] for k, v in values_of_scores(d, self.origin[:, None]).items()}
        self.runs = 0

    def value(self, z: Array) -> Array:
        """Margins at scores (uncertainty, future)."""
        d = self.plan.definition
        values = values_of_scores(d, z)
        for u in d.uncertainties:
            if not u.ordered:
                values[u.name] = np.repeat(np.asarray([self.held[u.name]], values[u.name].dtype), z.shape[1])
        return self.margins(values, z.shape[1])

    def margins(self, values: dict[str, Array], count: int) -> Array:
        """Margins at values, (future,); NaN where the model fails."""
        self.runs += count
        work = Work(values, self.plan.policies[self.policy], np.repeat(self.seeds, count))
        answers = next(self.evaluator.run_all([work], count))
        known = {
            **self.plan.definition.constants,
            **self.plan.policies[self.policy],
            **values,
            **answers.outcomes,
            **answers.series,
        }
        return np.where(answers.failed == "", self.proposition.of(known, count), np.nan)

    def slope(self, z: Array) -> tuple[Array, Array]:
        """Margins and their slopes by differences, (start,) and (uncertainty, start)."""
        free = np.flatnonzero(self.plan.definition.free)
        step = SINGLE if self.evaluator.compiled else STEP
        n, many = z.shape[1], len(free)
        tried = np.repeat(z[:, None, :], 2 * many + 1, axis=1)
        for k, i in enumerate(free):
            tried[i, 1 + k] += step
            tried[i, 1 + many + k] -= step
        found = self.value(tried.reshape(len(z), -1)).reshape(2 * many + 1, n)
        slopes = np.zeros_like(z)
        slopes[free] = (found[1 : 1 + many] - found[1 + many :]) / (2 * step)
        return found[0], slopes


def breaking_points(
    plan: Plan,
    evaluator: Evaluator,
    proposition: Proposition,
    policy: str,
    answers: Mapping[str, Answers],
    top: int,
    start: int | None,
    seed: int,
) -> BreakingPoints:
    """See `Run.breaking_points`."""
    if start is not None and not 0 <= start < plan.futures:
        raise BadInput("breaking_points", "start", "no such future", got=start, allowed=f"0 to {plan.futures - 1:,}")
    evaluator.check()
    search = _Search(plan, evaluator, proposition, policy, start)
    centre = float(search.value(search.origin[:, None])[0])
    where = "in the central future" if start is None else f"in future {start:,}"
    if not np.isfinite(centre):
        said = f"The model fails {where}, so no way from there can be told; give start=, a future that did not fail."
        return BreakingPoints(proposition.name, policy, None, centre, (), {}, {}, said, "none")
    free = plan.definition.free.astype(float)
    scores = _alone(search, free)
    found, method = (
        _found(search, free, answers[policy], scores, seed)
        if free.any()
        else ([], "no uncertainty has an order and varies")
    )
    points = tuple(_point(search, one) for one in found[:top])
    alone, levels = _values(search, scores), _levels(search, centre)
    verdict = _verdict(proposition, centre, where, points, alone, levels)
    return BreakingPoints(
        proposition.name,
        policy,
        centre > 0,
        centre,
        points,
        alone,
        levels,
        verdict,
        f"{method}; {search.runs:,} runs of the model",
    )


def _found(
    search: _Search, free: Array, answers: Answers, alone: Mapping[int, float], seed: int
) -> tuple[list[_nearest_break.BreakingPoint], str]:
    """Breaks, nearest first: by slopes; from sampled futures, where some uncertainty goes by steps or there is no slope to one; and what one
    uncertainty does alone.
    """
    d = search.plan.definition
    correlation = d.copula.matrix(len(free)) if d.copula else None
    few, seconds = int(free.sum()), search.evaluator.seconds
    found, said = list[_nearest_break.BreakingPoint](), []
    if 2 * _nearest_break.STEPS * STARTS * (2 * few + 1) * seconds <= SECONDS:
        found = _by_slopes(search, free, correlation, seed)
        said = ["by slopes, which are differences of runs"] if found and not found[0].jumps else []
    stepped = any(u.steps and u.ordered for u in d.uncertainties)
    if _nearest_break.SAMPLED * seconds <= SECONDS / 2:
        if stepped or not found:
            found = [*found, *_nearest_break.sample(search.value, free, search.origin, correlation, seed)]
            said.append("by sampled futures that turn")
    else:
        found = [*found, *_from_run(search, free, answers, correlation)]
        said.append("from the run's own futures, since the model is slow")
    found = [*(_trimmed(search, one) for one in found), *_single(search, alone, correlation)]
    ordered = sorted(found, key=lambda one: one.distance)
    sets = {frozenset(one.scores): one for one in reversed(ordered)}
    return [one for one in ordered if sets[frozenset(one.scores)] is one], " and ".join(
        dict.fromkeys(said)
    ) or "one by one"


def _trimmed(search: _Search, one: _nearest_break.BreakingPoint) -> _nearest_break.BreakingPoint:
    """A point without the moves that count for nothing, where it turns the verdict without them too."""
    size = {i: abs(score - search.origin[i]) for i, score in one.scores.items()}
    kept = {i: one.scores[i] for i in size if size[i] > LEAST * max(size.values())}
    if len(kept) == len(size):
        return one
    z = search.origin.copy()
    z[[*kept]] = [*kept.values()]
    after = float(search.value(z[:, None])[0])
    same = abs(after) <= _nearest_break.TOLERANCE or bool(_nearest_break.turned(np.array(after), one.margin_before))
    return replace(one, scores=kept, margin_after=after) if same else one


def _by_slopes(
    search: _Search, free: Array, correlation: Array | None, seed: int
) -> list[_nearest_break.BreakingPoint]:
    """Breaks by slopes, of few moves where these come about as near as any; else of twice as many, and so on."""
    moves = MOVES
    while True:
        found = _nearest_break.search(search.slope, search.value, free, search.origin, STARTS, moves, seed, correlation)
        if not found or found[0].distance <= FAR * found[0].least or moves >= free.sum():
            return found
        moves *= 2


def _from_run(
    search: _Search, free: Array, answers: Answers, correlation: Array | None
) -> list[_nearest_break.BreakingPoint]:
    """Breaks from the run's futures, with categories as they are at the start: those that turn are run again where there are such."""
    d = search.plan.definition
    z = np.where(free[:, None] > 0, scores_at(d, search.plan.chances), search.origin[:, None])
    known = {
        **d.constants,
        **search.plan.policies[search.policy],
        **search.plan.values,
        **answers.outcomes,
        **answers.series,
    }
    margins = np.where(answers.failed == "", search.proposition.of(known, z.shape[1]), np.nan)
    if any(u.varies and not u.ordered for u in d.uncertainties):
        near = np.argsort(np.abs(z - search.origin[:, None]).max(0))[: int(SECONDS / 4 / search.evaluator.seconds)]
        z = z[:, near]
        margins = search.value(z)
    follow = FOLLOWED if free.sum() * FOLLOWED * 60 * search.evaluator.seconds < SECONDS else FOLLOWED_SLOWLY
    return _nearest_break.follow(search.value, z, margins, free, search.origin, correlation, follow)


def _single(
    search: _Search, alone: Mapping[int, float], correlation: Array | None
) -> list[_nearest_break.BreakingPoint]:
    """Breaks by one uncertainty each."""
    if not alone:
        return []
    places = [*alone]
    z = np.repeat(search.origin[:, None], len(places), axis=1)
    z[places, np.arange(len(places))] = [alone[i] for i in places]
    after, centre = search.value(z), float(search.value(search.origin[:, None])[0])
    precision = np.eye(len(z)) if correlation is None else np.linalg.inv(correlation)
    found = []
    for k, i in enumerate(places):
        distance = abs(alone[i] - search.origin[i]) * float(np.sqrt(precision[i, i]))
        jumps = abs(float(after[k])) > _nearest_break.TOLERANCE
        found.append(
            _nearest_break.BreakingPoint({i: alone[i]}, distance, distance, centre, float(after[k]), (), jumps)
        )
    return found


def _point(search: _Search, one: _nearest_break.BreakingPoint) -> BreakingPoint:
    d = search.plan.definition
    z = search.origin.copy()
    for i, score in one.scores.items():
        z[i] = score
    there = {k: v[0] for k, v in values_of_scores(d, z[:, None]).items()}
    order = sorted(one.scores, key=lambda i: -abs(one.scores[i] - search.origin[i]))
    moves = {d.names[i]: (_plain(search.held[d.names[i]]), _plain(there[d.names[i]])) for i in order}
    moves = {n: pair for n, pair in moves.items() if pair[0] != pair[1]}
    told = listing([f"{n} from {_said(a)} to {_said(b)}" for n, (a, b) in [*moves.items()][:TOLD]])
    more = f" and {len(moves) - TOLD} more" if len(moves) > TOLD else ""
    sentence = f"{told}{more}: {one.distance:.2f} standard scores away."
    return BreakingPoint(
        moves,
        one.distance,
        min(one.least, one.distance),
        one.margin_before,
        one.margin_after,
        one.jumps,
        tuple(d.names[i] for i in one.at_bound),
        sentence,
    )


def _alone(search: _Search, free: Array) -> dict[int, float]:
    """The score of each uncertainty at which it turns the verdict by itself, where one does, by place."""
    if not free.any():
        return {}
    scores = _nearest_break.thresholds(search.value, free, search.origin)
    return {int(i): float(scores[i]) for i in np.flatnonzero(np.isfinite(scores))}


def _values(search: _Search, alone: Mapping[int, float]) -> dict[str, Any]:
    """The same as values, by name."""
    found: dict[str, Any] = {}
    for i, score in alone.items():
        z = search.origin.copy()
        z[i] = score
        name = search.plan.definition.names[i]
        found[name] = _plain(values_of_scores(search.plan.definition, z[:, None])[name][0])
    return found


def _levels(search: _Search, centre: float) -> dict[str, tuple[Any, ...]]:
    """Levels of each category that turn the verdict by themselves."""
    found: dict[str, tuple[Any, ...]] = {}
    for u in search.plan.definition.uncertainties:
        if u.ordered or not u.varies:
            continue
        drawn = u.quantile((np.arange(FINE) + 0.5) / FINE)
        places = {repr(level): i for i, level in reversed([*enumerate(drawn.tolist())])}
        picked = drawn[sorted(places.values())]
        levels = picked.tolist()
        base = {
            k: np.repeat(v, len(levels))
            for k, v in values_of_scores(search.plan.definition, search.origin[:, None]).items()
        }
        base[u.name] = picked
        turned = _nearest_break.turned(search.margins(base, len(levels)), centre)
        if turned.any():
            found[u.name] = tuple(level for level, other in zip(levels, turned, strict=True) if other)
    return found


def _verdict(
    proposition: Proposition,
    centre: float,
    where: str,
    points: tuple[BreakingPoint, ...],
    alone: Mapping[str, Any],
    levels: Mapping[str, tuple[Any, ...]],
) -> str:
    holds = centre > 0
    begins = f"{proposition.name} {'holds' if holds else 'breaks'} {where}"
    if centre == 0:
        return f"{proposition.name} stands on its edge {where}: the margin is 0 there, and any move may turn it."
    if points:
        return f"{begins}; the nearest turn: {points[0].sentence}"
    if levels:
        told = listing([f"{n} = {listing([str(v) for v in by], 'or')}" for n, by in levels.items()])
        return f"{begins}; {told} turns it."
    return f"{begins}, and no move within {_nearest_break.BOUND:g} standard scores of any uncertainty turns it."


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _said(value: Any) -> str:
    return number(value, 4) if isinstance(value, float) else str(value)
