"""The search behind breaking points: margins and slopes at standard scores by running the model, and turns found by slopes, samples and one by one."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.problem import _gradients, _nearer
from premortem.problem._windows import Window, windows
from premortem.problem.answers import Answers
from premortem.problem.calls import future_seeds
from premortem.problem.draws import scores_at, values_of_scores
from premortem.problem.evaluate import Evaluator, Work
from premortem.problem.jax_calls import SMALL
from premortem.problem.margins import Proposition
from premortem.problem.stored import Plan
from premortem.questions import nearest_break
from premortem.text.numbers import listing

Array = NDArray[Any]
# Step of a difference in standard scores: in double precision, and for models compiled in single.
STEP, SINGLE = 1e-4, 1e-2
# Runs that a run with a pass backwards is worth, and most outcomes and times of series that are weighed for one.
BACKWARDS, MOST_WEIGHTS = 4, 500
# Seconds of runs that a pass backwards must save to be worth compiling.
COMPILING = 5.0
# Searches by slope, moves that a point has at most unless more are needed, and seconds that searching may take.
STARTS, MOVES, SECONDS = 8, 6, 30.0
# How much farther than with all moves a point of few may be and still be told alone.
FAR = 1.25
# Part of the largest move under which another counts for nothing.
LEAST = 0.02
# Futures that are followed back where sampled breaks are all there is.
FOLLOWED, FOLLOWED_SLOWLY = 16, 3
# The run's futures that are run again to see whether one turns nearer than what was found.
STORED = 32
# Part of the distance found within which another turn counts as nearer.
CLEARLY = 0.99


class Search:
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
        return self.margins(self._values(z), z.shape[1])

    def _values(self, z: Array) -> dict[str, Array]:
        values = values_of_scores(self.plan.definition, z)
        for u in self.plan.definition.uncertainties:
            if not u.ordered:
                values[u.name] = np.repeat(np.asarray([self.held[u.name]], values[u.name].dtype), z.shape[1])
        return values

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

    @cached_property
    def backwards(self) -> bool:
        """Whether slopes come by JAX's way backwards: where it has one, and the runs on either side of each uncertainty that this saves take
        longer than compiling it does.
        """
        compiled, saved = self.evaluator.compiled, 2 * int(self.plan.definition.free.sum()) - BACKWARDS
        longer = 2 * nearest_break.STEPS * STARTS * saved * self.evaluator.seconds > COMPILING
        if compiled is None or saved <= 0 or not longer or _gradients.many(self.plan.definition) > MOST_WEIGHTS:
            return False
        try:
            with np.errstate(all="ignore"):
                self._pulled(self.origin[:, None])
        except Exception:  # a loop without a way back, or a step of NumPy's own
            return False
        return True

    def slope(self, z: Array) -> tuple[Array, Array]:
        """Margins and their slopes, (start,) and (uncertainty, start): by JAX, or by differences of runs."""
        if self.backwards:
            parts = [self._pulled(z[:, i : i + SMALL]) for i in range(0, z.shape[1], SMALL)]
            return np.concatenate([m for m, _ in parts]), np.concatenate([g for _, g in parts], axis=1)
        return self._differences(z)

    def _pulled(self, z: Array) -> tuple[Array, Array]:
        """The same by one run and one pass backwards."""
        compiled, d, many = self.evaluator.compiled, self.plan.definition, z.shape[1]
        assert compiled is not None
        values, levers = self._values(z), self.plan.policies[self.policy]
        self.runs += BACKWARDS * many
        answers = self.evaluator.run(values, levers)
        margins, weights, direct = _gradients.of_margin(d, self.proposition, levers, values, answers)
        slopes = compiled.pulled_back(values, self.evaluator.handed(levers), weights)
        found, rates = np.zeros_like(z), _gradients.rates(d, z)
        for i in np.flatnonzero(d.free):
            found[i] = (slopes.get(d.names[i], 0.0) + direct[d.names[i]]) * rates[i]
        return np.where(answers.failed == "", margins, np.nan), found

    def _differences(self, z: Array) -> tuple[Array, Array]:
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


def found_breaks(
    search: Search, free: Array, answers: Answers, alone: Mapping[int, float], seed: int
) -> tuple[list[nearest_break.BreakingPoint], str]:
    """Breaks, nearest first: by slopes; from sampled futures and by moves from these, where some uncertainty goes by steps, the margin is flat at
    the start, there is no slope to a turn or one turned up nearer; and what one uncertainty does alone.
    """
    d = search.plan.definition
    correlation = d.copula.matrix(len(free)) if d.copula else None
    few, seconds = int(free.sum()), search.evaluator.seconds
    each = BACKWARDS if search.backwards else 2 * few + 1
    found, said, sampled = list[nearest_break.BreakingPoint](), [], False
    if 2 * nearest_break.STEPS * STARTS * each * seconds <= SECONDS:
        found = _by_slopes(search, free, correlation, seed)
        sampled = not found or found[0].jumps  # no slope led to a turn, so samples have been looked at
        slopes = "JAX's gradients" if search.backwards else "differences of runs"
        said = [] if sampled else [f"by slopes, which are {slopes}"]
    single = _single(search, alone, correlation)
    if nearest_break.SAMPLED * seconds <= SECONDS / 2:
        least = found[0].least * CLEARLY if found and not sampled else np.inf
        near = _nearer_turns(search, free, answers, correlation, least, seed)
        stepped = any(u.steps and u.ordered for u in d.uncertainties)
        if sampled or stepped or not found or near.shape[1] or _flat(search):
            if not sampled:
                found = [*found, *nearest_break.sample(search.value, free, search.origin, correlation, seed)]
            said.append("by sampled futures that turn")
            places = np.column_stack([near, *(_places(search, one.scores) for one in (*found, *single))])
            if places.size and _nearer.most_runs(few) * seconds <= SECONDS / 2:
                found = [*found, *_nearer.nearer(search.value, free, search.origin, places, correlation, seed)]
                said.append("by random moves from these that come nearer")
    else:
        found = [*found, *_from_run(search, free, answers, correlation)]
        said.append("from the run's own futures, since the model is slow")
    found = [*(_trimmed(search, one) for one in found), *single]
    least = min((min(one.least, one.distance) for one in found), default=np.inf)
    ordered = sorted((replace(one, least=least) for one in found), key=lambda one: one.distance)
    sets = {frozenset(one.scores): one for one in reversed(ordered)}
    told = listing([*dict.fromkeys(said)]) if said else "one by one"
    return [one for one in ordered if sets[frozenset(one.scores)] is one], told


def _flat(search: Search) -> bool:
    """Whether no uncertainty moves the margin at the start, so that no slope leads from there."""
    _, slopes = search.slope(search.origin[:, None])
    return not (np.isfinite(slopes) & (slopes != 0)).any()


def _places(search: Search, scores: Mapping[int, float]) -> Array:
    """Scores of all uncertainties, (uncertainty,), where these have moved."""
    z = search.origin.copy()
    z[[*scores]] = [*scores.values()]
    return z


def _nearer_turns(
    search: Search, free: Array, answers: Answers, correlation: Array | None, within: float, seed: int
) -> Array:
    """Scores (uncertainty, place) of turns that lie nearer than `within`: of the run's nearest futures with another verdict, run again since
    each has categories and a seed of its own, and of samples around the start.
    """
    z = _run_scores(search, free)
    precision = None if correlation is None else np.linalg.inv(correlation)
    away = nearest_break.distances(z - search.origin[:, None], precision)
    centre = float(search.value(search.origin[:, None])[0])
    inside = (np.abs(z) <= np.maximum(nearest_break.BOUND, np.abs(search.origin))[:, None]).all(0)
    near = np.flatnonzero(nearest_break.turned(_run_margins(search, answers), centre) & inside & (away < within))
    z = z[:, near[np.argsort(away[near], kind="stable")][:STORED]]
    if z.shape[1]:
        z = z[:, nearest_break.turned(search.value(z), centre)]
    if not np.isfinite(within):
        return z
    return np.append(z, _nearer.turns_within(search.value, free, search.origin, within, correlation, seed), axis=1)


def _run_scores(search: Search, free: Array) -> Array:
    """Scores (uncertainty, future) of the run's own futures; what may not move stays at the start."""
    return np.where(free[:, None] > 0, scores_at(search.plan.definition, search.plan.chances), search.origin[:, None])


def _run_margins(search: Search, answers: Answers) -> Array:
    """Margins of the run's own futures, NaN where one failed."""
    plan = search.plan
    known = {
        **plan.definition.constants,
        **plan.policies[search.policy],
        **plan.values,
        **answers.outcomes,
        **answers.series,
    }
    return np.where(answers.failed == "", search.proposition.of(known, plan.futures), np.nan)


def _trimmed(search: Search, one: nearest_break.BreakingPoint) -> nearest_break.BreakingPoint:
    """A point without the moves that count for nothing, where it turns the verdict without them too."""
    size = {i: abs(score - search.origin[i]) for i, score in one.scores.items()}
    kept = {i: one.scores[i] for i in size if size[i] > LEAST * max(size.values())}
    if len(kept) == len(size):
        return one
    after = float(search.value(_places(search, kept)[:, None])[0])
    same = abs(after) <= nearest_break.TOLERANCE or bool(nearest_break.turned(np.array(after), one.margin_before))
    return replace(one, scores=kept, margin_after=after) if same else one


def _by_slopes(search: Search, free: Array, correlation: Array | None, seed: int) -> list[nearest_break.BreakingPoint]:
    """Breaks by slopes, of few moves where these come about as near as any; else of twice as many, and so on."""
    moves = MOVES
    while True:
        found = nearest_break.search(search.slope, search.value, free, search.origin, STARTS, moves, seed, correlation)
        if not found or found[0].distance <= FAR * found[0].least or moves >= free.sum():
            return found
        moves *= 2


def _from_run(
    search: Search, free: Array, answers: Answers, correlation: Array | None
) -> list[nearest_break.BreakingPoint]:
    """Breaks from the run's futures, with categories as they are at the start: those that turn are run again where there are such."""
    d = search.plan.definition
    z = _run_scores(search, free)
    margins = _run_margins(search, answers)
    if any(u.varies and not u.ordered for u in d.uncertainties):
        near = np.argsort(np.abs(z - search.origin[:, None]).max(0))[: int(SECONDS / 4 / search.evaluator.seconds)]
        z = z[:, near]
        margins = search.value(z)
    follow = FOLLOWED if free.sum() * FOLLOWED * 60 * search.evaluator.seconds < SECONDS else FOLLOWED_SLOWLY
    return nearest_break.follow(search.value, z, margins, free, search.origin, correlation, follow)


def _single(search: Search, alone: Mapping[int, float], correlation: Array | None) -> list[nearest_break.BreakingPoint]:
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
        distance = float(abs(alone[i] - search.origin[i]) * np.sqrt(precision[i, i]))
        jumps = abs(float(after[k])) > nearest_break.TOLERANCE
        found.append(nearest_break.BreakingPoint({i: alone[i]}, distance, distance, centre, float(after[k]), (), jumps))
    return found


def windows_of(search: Search, free: Array) -> dict[int, tuple[Window, ...]]:
    """Ranges of each uncertainty in which it turns the verdict by itself, by place."""
    return windows(search.value, free, search.origin, int(SECONDS / 4 / search.evaluator.seconds))
