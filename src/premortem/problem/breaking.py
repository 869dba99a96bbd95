"""Breaking points of a problem: the smallest moves of its uncertainties that turn a proposition, without gradients.

Slopes are differences of runs; where none leads to a turn, as on the steps of a count, or where the model is slow, sampled futures that
turn are followed back to the start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.problem._attempts import plain
from premortem.problem._break_search import Search, found_breaks, windows_of
from premortem.problem._windows import Window
from premortem.problem.answers import Answers
from premortem.problem.draws import values_of_scores
from premortem.problem.evaluate import Evaluator
from premortem.problem.margins import Proposition
from premortem.problem.model_values import ModelValue
from premortem.problem.stored import Plan
from premortem.problem.words import called, units
from premortem.questions import nearest_break
from premortem.text.numbers import listing, number
from premortem.text.result import Result

Array = NDArray[Any]
# Chances at which a category is looked at for its levels.
FINE = 4096
# Moves that a sentence tells.
TOLD = 3
# Uncertainties that vary, at most: 500 take half a minute and 1 GB, 2,000 took 9 GB and only samples, which miss turns by many small moves.
MOST = 500


@dataclass(frozen=True, repr=False)
class BreakingPoint(Result):
    """A near future in which the verdict turns: `moves` by uncertainty from where to where in its own unit, the largest first; the distance in
    standard normal scores, and that of the nearest turn found when every uncertainty may move; margins before and after by running the model;
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
    """The nearest turns found of a proposition from one future, in `points` the nearest first; `holds_at_start` whether it holds there; `alone` by
    uncertainty the nearest value that turns it with all else as it is, and in `windows` all ranges of values that do, as far out as three
    standard scores; `levels` by category the levels that do; in words in `verdict`, and how they were sought in `method`.
    """

    assumption: str
    policy: str
    holds_at_start: bool | None
    margin_at_start: float
    points: tuple[BreakingPoint, ...]
    alone: Mapping[str, ModelValue]
    windows: Mapping[str, tuple[tuple[Any, Any], ...]]
    levels: Mapping[str, tuple[Any, ...]]
    verdict: str
    method: str

    def __iter__(self) -> Any:
        return iter(self.points)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, place: Any) -> Any:
        return super().__getitem__(place) if isinstance(place, str) else self.points[place]


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
    if (many := int(plan.definition.free.sum())) > MOST:
        what = f"are {many:,} that vary, too many to move one by one"
        raise BadInput("breaking_points", "uncertainties", what, got=many, allowed=f"up to {MOST:,}")
    evaluator.check()
    search = Search(plan, evaluator, proposition, policy, start)
    centre = float(search.value(search.origin[:, None])[0])
    where = "in the central future" if start is None else f"in future {start:,}"
    if not np.isfinite(centre):
        said = f"The model fails {where}, so no way from there can be told; give start=, a future that did not fail."
        return BreakingPoints(proposition.name, policy, None, centre, (), {}, {}, {}, said, "none")
    free = plan.definition.free.astype(float)
    ranges = windows_of(search, free)
    scores = {
        i: min((w.nearest(search.origin[i]) for w in found), key=lambda z: abs(z - search.origin[i]))
        for i, found in ranges.items()
    }
    found, method = (
        found_breaks(search, free, answers[policy], scores, seed)
        if free.any()
        else ([], "no uncertainty has an order and varies")
    )
    points = tuple(_point(search, one) for one in found[:top])
    alone, levels = _values(search, scores), _levels(search, centre)
    told = {search.plan.definition.names[i]: tuple(_ends(search, i, w) for w in found) for i, found in ranges.items()}
    verdict = _verdict(proposition, centre, where, points, levels) + _inside(told, ranges, centre)
    return BreakingPoints(
        proposition.name,
        policy,
        centre > 0,
        centre,
        points,
        alone,
        told,
        levels,
        verdict,
        f"{method}; {search.runs:,} runs of the model",
    )


def _point(search: Search, one: nearest_break.BreakingPoint) -> BreakingPoint:
    d = search.plan.definition
    z = search.origin.copy()
    for i, score in one.scores.items():
        z[i] = score
    there = {k: v[0] for k, v in values_of_scores(d, z[:, None]).items()}
    order = sorted(one.scores, key=lambda i: -abs(one.scores[i] - search.origin[i]))
    moves = {d.names[i]: (plain(search.held[d.names[i]]), plain(there[d.names[i]])) for i in order}
    moves = {n: pair for n, pair in moves.items() if pair[0] != pair[1]}
    told = listing(
        [f"{called(n)} from {_said(a)} to {_said(b)}{_unit(search, n)}" for n, (a, b) in [*moves.items()][:TOLD]]
    )
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


def _values(search: Search, alone: Mapping[int, float]) -> dict[str, ModelValue]:
    """The same as values, by name."""
    found: dict[str, Any] = {}
    for i, score in alone.items():
        z = search.origin.copy()
        z[i] = score
        name = search.plan.definition.names[i]
        found[name] = plain(values_of_scores(search.plan.definition, z[:, None])[name][0])
    return found


def _ends(search: Search, place: int, window: Window) -> tuple[Any, Any]:
    """A window's ends as values."""
    z = np.repeat(search.origin[:, None], 2, axis=1)
    z[place] = window.low, window.high
    name = search.plan.definition.names[place]
    low, high = values_of_scores(search.plan.definition, z)[name]
    return plain(low), plain(high)


def _inside(
    told: Mapping[str, tuple[tuple[Any, Any], ...]], ranges: Mapping[int, tuple[Window, ...]], centre: float
) -> str:
    """What is said of windows that leave both sides as they are: values in the middle of a range that no look at its ends shows."""
    inner = [
        f"{called(name)} = {_said(low)}" if low == high else f"{called(name)} from {_said(low)} to {_said(high)}"
        for (name, ends), found in zip(told.items(), ranges.values(), strict=True)
        for (low, high), window in zip(ends, found, strict=True)
        if not (window.open_below or window.open_above)
    ]
    if not inner:
        return ""
    verb, again = ("breaks", "holds") if centre > 0 else ("holds", "breaks")
    return f" It {verb} only in between at {listing(inner[:TOLD])}, and {again} again on either side."


def _levels(search: Search, centre: float) -> dict[str, tuple[Any, ...]]:
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
        turned = nearest_break.turned(search.margins(base, len(levels)), centre)
        if turned.any():
            found[u.name] = tuple(level for level, other in zip(levels, turned, strict=True) if other)
    return found


def _verdict(
    proposition: Proposition,
    centre: float,
    where: str,
    points: tuple[BreakingPoint, ...],
    levels: Mapping[str, tuple[Any, ...]],
) -> str:
    holds = centre > 0
    begins = f"{called(proposition.name)} {'holds' if holds else 'breaks'} {where}"
    if centre == 0:
        return (
            f"{called(proposition.name)} stands on its edge {where}: the margin is 0 there, and any move may turn it."
        )
    if points:
        return f"{begins}; the nearest turn found: {points[0].sentence}"
    if levels:
        told = listing([f"{called(n)} = {listing([str(v) for v in by], 'or')}" for n, by in levels.items()])
        return f"{begins}; {told} turns it."
    return (
        f"{begins}, and no move within {nearest_break.BOUND:g} standard scores of any uncertainty was found to turn it."
    )


def _unit(search: Search, name: str) -> str:
    unit = units(search.plan.definition).get(name, "")
    return f" {unit}" if unit else ""


def _said(value: Any) -> str:
    return number(value, 4) if isinstance(value, float) else str(value)
