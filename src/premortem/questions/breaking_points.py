"""How little it takes: nearest breaks of a future, and thresholds of single uncertainties."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.ensemble.run import draw
from premortem.errors import BadInput, MissingData
from premortem.questions import nearest_break
from premortem.questions.describe import move
from premortem.questions.margins import (
    assumption_number,
    check_inputs,
    futures_in_a_call,
    margins_of,
    policy_of,
)
from premortem.study import Run, Study
from premortem.text.result import FROM, Result, Rows

Array = NDArray[Any]
# Moves that a story tells; the rest are in the table.
TOLD = 4
# Searches, each from another start; fewer where each slope takes two runs an uncertainty.
STARTS, FEW_STARTS = 32, 8
# Moves that a breaking point has at most, unless so few do not turn anything.
MOVES = 6
# How far an uncertainty is moved to turn a verdict, in standard normal scores of its prior: to about 1 in 40 on either side.
REACH = 1.96


@dataclass(frozen=True, repr=False)
class BreakingPoint(Result):
    """A near future in which the verdict turns. `moves` by uncertainty, from where to where in its own unit, the largest first; distances in
    standard normal scores of the priors, `distance_all_free` that of the nearest turn when every uncertainty may move; margins of the
    assumption as the model gives them; `jumps` where the margin jumps over zero; `at_bound` what stands at the end of its prior.
    """

    moves: Mapping[str, tuple[float, float]]
    distance: float
    distance_all_free: float
    margin_before: float
    margin_after: float
    jumps: bool
    at_bound: tuple[str, ...]
    start: str = field(metadata=FROM)  # which future it starts from, in words
    story: str


@dataclass(frozen=True, repr=False)
class Threshold(Result):
    """The value of an uncertainty at which it alone turns the future looked at, and the value there now, in its own unit; `score` how far
    apart they are [standard normal scores].
    """

    param: str
    value: float
    start: float = field(metadata=FROM)
    score: float
    kind: str = field(default="uncertainty", kw_only=True)
    sentence: str


class Place:
    """Where a search begins: the central future, or a given one of a run, as values and as scores."""

    def __init__(self, study: Study, values: Array | None = None, name: str = "the central case") -> None:
        priors = study.priors
        self.study, self.name = study, name
        self.values = priors.central[:, 0] if values is None else np.asarray(values, float)
        self.free = np.array([row.varies and row.distribution != "categorical" for row in priors.rows], float)
        self.scores = np.zeros(len(self.free)) if values is None else priors.to_normal(self.values[:, None])[:, 0]

    def at(self, z: Array) -> Array:
        """Values at scores, shape (parameter, start); what may not move stays as it is here."""
        moved = self.study.priors.from_normal(z)
        return np.where(self.free[:, None] > 0, moved, self.values[:, None])


def breaking_points(
    run: Run, assumption: str, policy: str | None = None, top: int = 3, start: int | None = None
) -> tuple[BreakingPoint, ...]:
    """Nearest breaks of an assumption from the central future, or from future `start` of the run: which uncertainties
    move, from where to where, how far in standard scores, and the margin there when the model is run. Raises `MissingData`, saying
    what was tried, where none is found.
    """
    check_inputs(run)
    pulled = run.study.levers(policy_of(run, policy))
    found = sought_breaks(place_of(run, start), assumption_number(run.study, assumption), pulled, top)
    if not found.rows:
        raise MissingData(found.said)
    return Rows(found.rows)


def place_of(run: Run, start: int | None) -> Place:
    """The central future, or a future of the run by its index. Raises `BadInput` for one that the run has not."""
    if start is None:
        return Place(run.study)
    if not 0 <= start < run.futures:
        raise BadInput(
            "command line", "--from", "no such future in this run", got=start, allowed=f"0 to {run.futures - 1:,}"
        )
    if run.given:
        return Place(run.study, run.parameters(first=start + 1)[:, start], f"future {start:,}")
    design = run.manifest["inputs"]["design"]
    return Place(run.study, draw(run.study.priors, design, run.seed, start, 1)[:, 0], f"future {start:,}")


def prepare(study: Study, pulled: Levers) -> None:
    """Compile what a search needs, once for all assumptions and policies, so that the first search does not wait for it."""
    place = Place(study)
    z = np.repeat(place.scores[:, None], STARTS, axis=1)
    study.compiled.slopes(0, z, place.values, place.free, pulled)
    margins_of(study, place.at(z), pulled)


@dataclass(frozen=True)
class Breaks:
    """Breaking points as rows, nearest first, and in words what must be said of them: above all why there are none."""

    rows: tuple[BreakingPoint, ...]
    said: str = ""


def sought_breaks(place: Place, number: int, pulled: Levers, top: int = 3) -> Breaks:
    """Breaking points of one assumption, and what must be said of them."""
    study, subject = place.study, place.study.assumptions[number].id

    def slope(z: Array) -> tuple[Array, Array]:
        return study.compiled.slopes(number, z, place.values, place.free, pulled)

    def value(z: Array) -> Array:
        return margins_of(study, place.at(z), pulled)[number].astype(float)

    if not place.free.any():
        return Breaks(
            (), f"{subject}: no breaking point, since every uncertainty is fixed or a category, which no search moves"
        )
    if not np.isfinite(centre := float(value(place.scores[:, None])[0])):
        return Breaks((), f"{subject}: no breaking point, since {place.name} fails: its margin is {centre:g}")
    copula = study.priors.copula
    matrix = copula.matrix(len(place.free)) if copula else None
    starts = STARTS if study.compiled.has_gradient else FEW_STARTS
    found = nearest_break.search(
        slope, value, place.free, place.scores, starts, MOVES, correlation=matrix, together=futures_in_a_call(study)
    )
    rows = _kinds([_row(place, subject, point) for point in found])[:top]
    if not rows and (edge := _on_edge(place, value, centre)):
        return Breaks(
            (),
            f"{subject}: {place.name} stands on the edge: a move of {edge} by {nearest_break.LEAST_MOVE:g} standard scores turns it",
        )
    return Breaks(rows, _said(place, subject, rows, centre))


def _kinds(rows: Iterable[BreakingPoint]) -> tuple[BreakingPoint, ...]:
    """The nearest row of each kind: those that tell the same uncertainties, moved the same ways, differ by too little to tell."""
    kinds: dict[frozenset[tuple[str, bool]], BreakingPoint] = {}
    for row in rows:
        told = list(row.moves.items())[:TOLD]
        kinds.setdefault(frozenset((name, to > start) for name, (start, to) in told), row)
    return tuple(kinds.values())


def _on_edge(place: Place, value: Callable[[Array], Array], centre: float) -> str:
    """The first uncertainty of which a move too small to tell turns the future looked at, or nothing."""
    moving = np.flatnonzero(place.free)
    z = np.repeat(place.scores[:, None], 2 * len(moving), axis=1)
    z[np.repeat(moving, 2), np.arange(2 * len(moving))] += np.tile(
        [-nearest_break.LEAST_MOVE, nearest_break.LEAST_MOVE], len(moving)
    )
    turned = np.flatnonzero(nearest_break.turned(value(z), centre))
    return place.study.priors.names[int(np.repeat(moving, 2)[turned[0]])] if len(turned) else ""


def _said(place: Place, subject: str, rows: Sequence[BreakingPoint], centre: float) -> str:
    study = place.study
    fixed = [row.name for row in study.priors.rows if row.varies and row.distribution == "categorical"]
    still = f"; categories do not move in the search: {', '.join(fixed)}" if fixed else ""
    if not rows:
        verb = "breaks" if centre > 0 else "mends"
        return (
            f"no breaking point found: from {place.name} nothing that was tried within {nearest_break.BOUND:g} standard scores {verb} {subject} "
            f"(descents from {STARTS if study.compiled.has_gradient else FEW_STARTS} starts, {nearest_break.SAMPLED:,} futures around it){still}"
        )
    said = []
    if (most := min(len(row.moves) for row in rows)) > MOVES:
        said.append(f"{subject} turns by no {MOVES} moves that were found: it takes {most}")
    if any(row.jumps for row in rows):
        said.append(
            f"the margin of {subject} goes by steps: at its breaking points it jumps over zero, and nearer ones may be missed"
        )
    if not study.compiled.has_gradient:
        said.append(f"the model gives no gradient: breaking points of {subject} rest on finite differences")
    return "; ".join(said)


def _row(place: Place, subject: str, point: nearest_break.BreakingPoint) -> BreakingPoint:
    priors = place.study.priors
    z = place.scores.copy()
    for i, score in point.scores.items():
        z[i] = score
    to = place.at(z[:, None])[:, 0]
    moved = [i for i in point.scores if abs(z[i] - place.scores[i]) > nearest_break.LEAST_MOVE]
    moved.sort(key=lambda i: -abs(z[i] - place.scores[i]))
    told = [move(priors.rows[i], float(place.values[i]), float(to[i])) for i in moved[:TOLD]]
    verb = "breaks" if point.margin_before > 0 else "holds"
    return BreakingPoint(
        moves={priors.names[i]: (float(place.values[i]), float(to[i])) for i in moved},
        distance=point.distance,
        distance_all_free=point.least,
        margin_before=point.margin_before,
        margin_after=point.margin_after,
        jumps=point.jumps,
        at_bound=tuple(priors.names[i] for i in point.at_bound),
        start=place.name,
        story=f"From {place.name}, {subject} {verb} when {_joined(told)}{_more(len(moved) - len(told))}",
    )


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"


def _more(number: int) -> str:
    return f" (and {number} smaller changes)" if number > 1 else " (and one smaller change)" if number else ""


def single_thresholds(place: Place, number: int, pulled: Levers) -> tuple[Threshold, ...]:
    """For each uncertainty that alone breaks (or mends) the future within bounds: its value there, nearest first."""
    study, priors = place.study, place.study.priors
    subject = study.assumptions[number].id

    def value(z: Array) -> Array:
        return margins_of(study, place.at(z), pulled)[number].astype(float)

    scores = nearest_break.thresholds(value, place.free, place.scores, together=futures_in_a_call(study))
    verb = "breaks" if value(place.scores[:, None])[0] > 0 else "holds"
    values = place.at(np.where(np.isnan(scores), place.scores, scores)[:, None])[:, 0]
    alone = [int(i) for i in np.flatnonzero(~np.isnan(scores))]
    alone.sort(key=lambda i: abs(scores[i] - place.scores[i]))
    return tuple(
        Threshold(
            param=priors.names[i],
            value=float(values[i]),
            start=float(place.values[i]),
            score=float(scores[i] - place.scores[i]),
            sentence=f"{subject} {verb} when {move(priors.rows[i], float(place.values[i]), float(values[i]))}, all else equal",
        )
        for i in alone
    )


@dataclass(frozen=True)
class Turn:
    """An uncertainty that by itself turns a verdict of the central future: from where to where, in words, and how far in standard scores;
    whether it breaks the assumption there, or mends it.
    """

    param: str
    start: float
    to: float
    says: str
    score: float
    breaks: bool


def turns(study: Study, policy: str | None = None) -> dict[str, tuple[Turn, ...]]:
    """By assumption: uncertainties that alone turn its verdict in the central future, the smallest move first."""
    priors, levers = study.priors, study.levers(policy or study.case.settings.baseline)
    free = np.array([row.varies and row.distribution != "categorical" for row in priors.rows], float)

    def value(z: Array) -> Array:
        return study.compiled.margins(priors.from_normal(z), levers)

    found, centre = (
        nearest_break.thresholds(value, free, bound=REACH, together=futures_in_a_call(study)),
        value(np.zeros((len(free), 1)))[:, 0],
    )
    return {a.id: _turns(study, found[k], bool(centre[k] > 0)) for k, a in enumerate(study.assumptions)}


def _turns(study: Study, scores: Array, breaks: bool) -> tuple[Turn, ...]:
    priors = study.priors
    to, centre = priors.from_normal(np.diag(np.nan_to_num(scores))), priors.central[:, 0]
    found = [
        Turn(
            priors.names[i],
            float(centre[i]),
            float(to[i, i]),
            move(priors.rows[i], float(centre[i]), float(to[i, i])),
            float(scores[i]),
            breaks,
        )
        for i in np.flatnonzero(~np.isnan(scores))
    ]
    return tuple(sorted(found, key=lambda turn: abs(turn.score)))
