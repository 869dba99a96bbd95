"""Alternative futures: families of trajectories with names, real members and signposts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.case import Case, Clock
from premortem.errors import BadInput, MissingData
from premortem.files.typed import Strict, read_entries
from premortem.questions import archetypes, scenario_discovery
from premortem.questions.describe import conditions
from premortem.questions.limits import Limits
from premortem.questions.margins import check_gives
from premortem.study import Run
from premortem.text.numbers import number, share
from premortem.text.phrases import capital
from premortem.text.result import Result

Array = NDArray[Any]
SIGNS = "signs.toml"
# Most futures that are looked at.
MOST = 20_000
# Series that a name speaks of.
IN_NAME = 2
# Axes that are told, the strongest first.
AXES = 4


@dataclass(frozen=True, repr=False)
class Sign(Result):
    """What tells a family apart early: a series `by` a step of the clock, on which `side` of a threshold in its own unit, and how many of
    the futures that sorts rightly [mean share of the family and of the others; 0.5 is chance].
    """

    observable: str
    series: str
    by: str
    side: str  # above or below
    threshold: float
    unit: str
    accuracy: float

    @property
    def way(self) -> str:
        """On which side, as a word before the threshold."""
        return "over" if self.side == "above" else "under"

    @property
    def reading(self) -> str:
        """The threshold with its unit, as people read it."""
        if self.unit == "share":
            return share(self.threshold)
        return f"{number(self.threshold)} {'' if self.unit == '0 to 1' else self.unit}".strip()


@dataclass(frozen=True, repr=False)
class SeriesBand(Result):
    """Median and middle half of a series in a family at the end of a year, in the unit of the series."""

    series: str
    quarter: str
    p25: float
    p50: float
    p75: float


@dataclass(frozen=True, repr=False)
class Archetype(Result):
    """A family of futures: its share by policy, the uncertainties that lead to it (`box`) and the outcomes that show it (`seen_as`) as
    limits by name, a real member by its number (`medoid`), and what tells it early.
    """

    name: str
    share: Mapping[str, float]
    box: Limits
    box_sentence: str
    seen_as: Limits
    medoid: int
    signposts: tuple[Sign, ...]
    bands: tuple[SeriesBand, ...]


@dataclass(frozen=True, repr=False)
class Axis(Result):
    """A direction along which futures differ, named by the series that tells most of it: what its `low` and its `high` end look like, the
    `share` of all variance that lies along it, and how much each series moves with it (mean loading over days; their squares sum to
    one at most).
    """

    name: str
    low: str
    high: str
    share: float
    series: Mapping[str, float]


@dataclass(frozen=True, repr=False)
class AlternativeFutures(Result):
    """Families of futures, the largest first; of a `continuum` the quadrants of its two strongest `axes`: the keys of `premortem futures
    --json`. `silhouette` (1 is apart, 0 is touching) and `stability` (1: found alike in every half of the futures) by the number of
    families tried.
    """

    archetypes: tuple[Archetype, ...]
    k: int
    continuum: bool
    axes: tuple[Axis, ...]  # the strongest first
    silhouette: Mapping[int, float]
    stability: Mapping[int, float]
    policy: str
    futures_seen: int

    @property
    def nearest(self) -> int:
        """The number of families tried that is shown, or of a continuum the one that came nearest to standing apart."""
        return max(self.silhouette, key=lambda k: self.silhouette[k]) if self.continuum else self.k


class Words(Strict):
    """What a high and a low reading of a series is called in the name of a family, its unit, and its title in the picture."""

    id: str
    high: str
    low: str
    unit: str
    title: str


def signs(case: Case) -> dict[str, dict[str, str]]:
    """Series by which futures of a case are grouped and named, in order. Raises `MissingData` where it names none, `BadInput` for
    every fault at once.
    """
    if not (case / SIGNS).is_file():
        raise MissingData(f"{case.name} holds no {SIGNS}, so its futures are not grouped into families")
    return {name: words.model_dump(exclude={"id"}) for name, words in read_entries(case / SIGNS, Words).items()}


def futures(run: Run, k: int | None = None, *, boxes: bool = True) -> AlternativeFutures:
    """Alternative futures of a run.

    Families are found under the run's first policy, among futures whose series are finite; each future then joins the nearest one under every policy. Where
    `continuum`, no family is claimed, whatever `k`: the rows are the quadrants of the two strongest axes, cut at the medians under that policy. `box`
    holds the uncertainties that lead to a family, `seen_as` the outcomes at a step of the case that show it, from which
    its name is drawn; without `boxes` no more of both is sought than names need.
    """
    if k is not None and not 2 <= k <= 12:
        raise BadInput("command line", "--k", f"{k} is out of range", got=k, allowed="2 to 12")
    words, first, steps = signs(run.study.case), run.policies[0], run.study.case.steps
    check_gives(run.study, words, "the search for families")
    levels = {p: _levels(run, p, list(words), min(run.futures, MOST)) for p in run.policies}
    finite = np.flatnonzero(np.all([np.isfinite(x).all((0, 1)) for x in levels.values()], axis=0))
    seen = len(finite)
    if seen < scenario_discovery.LEAST_FUTURES:
        raise BadInput(
            str(run.folder),
            "futures",
            f"too few futures to group: {seen}",
            got=seen,
            allowed=f"{scenario_discovery.LEAST_FUTURES} or more",
            hint="run again: premortem run",
        )
    levels = {p: x[:, :, finite] for p, x in levels.items()}
    found = archetypes.families(archetypes.features_of(levels[first]), k)
    labels = {p: found.assign(archetypes.features_of(x)) for p, x in levels.items()}
    values, early = run.values(first=min(run.futures, MOST))[:, finite], steps.compared.index(steps.early)
    paths = _paths(run, first, list(words), finite)
    own = [labels[first] == family for family in range(len(found.medoids))]
    named = levels[first][:, steps.compared.index(steps.named)]
    shown = [_seen_as(named, words, member) if boxes or not found.continuum else {} for member in own]
    axes = _axes(found, words)
    names = _quadrants(axes) if found.continuum else _names(found, shown, words)
    rows = [
        Archetype(
            names[family],
            {p: float((x == family).mean()) for p, x in labels.items()},
            *(_box(run, values, own[family]) if boxes else ({}, "")),
            seen_as=shown[family],
            medoid=int(finite[found.medoids[family]]),
            signposts=_signposts(levels[first][:, early], words, labels[first], family, steps.early),
            bands=_bands(paths[:, :, own[family][: paths.shape[2]]], list(words), run.study.case.clock),
        )
        for family in range(len(found.medoids))
    ]
    rows.sort(key=lambda r: -r.share[first])
    return AlternativeFutures(
        archetypes=tuple(rows),
        k=len(rows),
        continuum=found.continuum,
        axes=axes[:AXES],
        silhouette=found.silhouette,
        stability=found.stability,
        policy=first,
        futures_seen=seen,
    )


def _levels(run: Run, policy: str, names: Sequence[str], first: int) -> Array:
    """Series on the days at which futures are compared, (series, day, future)."""
    compared = run.study.case.steps.compared
    columns = [f"{name}@{step}" for name in names for step in compared]
    held = run.columns(policy, columns, first)
    return np.stack([held[column] for column in columns]).reshape(len(names), len(compared), -1)


def _paths(run: Run, policy: str, names: Sequence[str], wanted: Array) -> Array:
    """Whole series of those wanted among the first futures, for pictures, (series, step, future)."""
    frame = run.paths(policy).sort("quarter", "future")
    kept = frame["future"].n_unique()
    return np.stack([frame[name].to_numpy().reshape(-1, kept) for name in names])[:, :, wanted[wanted < kept]]


def _seen_as(at: Array, words: dict[str, dict[str, str]], member: Array) -> Limits:
    """The box of outcomes, (series, future), in which a family lies; empty when there is none."""
    found = scenario_discovery.discover(at, list(words), member, most=1, resample=False)
    return found.boxes[0].limits if found.boxes else {}


def _names(found: archetypes.Families, shown: Sequence[Limits], words: dict[str, dict[str, str]]) -> list[str]:
    """A name for each family from what shows it at a step of the case; no two alike, the plainest families first."""
    series = list(words)
    levels = found.centres.reshape(len(shown), len(series), -1).mean(2)  # standardised, (family, series)
    taken: dict[int, str] = {}
    for family in np.argsort(-np.abs(levels).max(1)):
        limited = shown[family]
        order = sorted(range(len(series)), key=lambda i: (series[i] not in limited, -abs(levels[family, i])))
        names = (_said(words, series, levels[family], two) for two in _pairs(order))
        taken[int(family)] = next(name for name in names if name not in taken.values())
    return [taken[family] for family in range(len(shown))]


def _axes(found: archetypes.Families, words: dict[str, dict[str, str]]) -> tuple[Axis, ...]:
    """Axes, as many as there are series, each named by the series that tells most of it and of no stronger one; `quadrant` of the
    families counts them from their low ends, so an axis whose series falls along it has its words turned.
    """
    series, named, told = list(words), set[str](), []
    loadings = found.axes.loadings.reshape(len(found.axes.loadings), len(series), -1)
    for of, share_along in zip(loadings[: max(len(series), archetypes.CUT)], found.axes.shares, strict=False):
        moves = dict(zip(series, of.mean(1).tolist(), strict=True))
        lead = max([name for name in series if name not in named] or series, key=lambda name: abs(moves[name]))
        named.add(lead)
        ends = (words[lead]["low"], words[lead]["high"])
        low, high = ends if moves[lead] > 0 else ends[::-1]
        told.append(Axis(words[lead]["title"], low, high, float(share_along), moves))
    return tuple(told)


def _quadrants(axes: Sequence[Axis]) -> list[str]:
    """Names of the quadrants of the two strongest axes, in their order."""
    ends = [(axis.low, axis.high) for axis in axes[: archetypes.CUT]]
    return [capital(", ".join(reversed(last_first))) for last_first in product(*reversed(ends))]


def _pairs(order: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Series to name a family by, the most telling first; more of them where two would not tell it from another."""
    for size in range(IN_NAME, len(order) + 1):
        yield from combinations(order, size)


def _said(words: dict[str, dict[str, str]], series: Sequence[str], levels: Array, chosen: Sequence[int]) -> str:
    return capital(", ".join(words[series[i]]["high" if levels[i] > 0 else "low"] for i in chosen))


def _box(run: Run, values: Array, member: Array) -> tuple[Limits, str]:
    """The uncertainties that lead to a family, as limits and as a sentence."""
    found = scenario_discovery.discover(values, run.study.priors.names, member, most=1, resample=False)
    if not found.boxes:
        return {}, "No few uncertainties lead to it"
    box = found.boxes[0]
    told = (
        f"{box.density:.0%} of futures in which {conditions(box, run.study)} are of this kind; "
        f"that is {box.coverage:.0%} of them"
    )
    return box.limits, told


def _signposts(early: Array, words: dict[str, dict[str, str]], labels: Array, family: int, by: str) -> tuple[Sign, ...]:
    return tuple(
        Sign(words[name]["title"], name, by, side, cut, words[name]["unit"], accuracy)
        for name, cut, side, accuracy in archetypes.separating(early, list(words), labels, family)
    )


def _bands(paths: Array, names: Sequence[str], clock: Clock) -> tuple[SeriesBand, ...]:
    """Median and middle half of a family's series at the end of every year."""
    low, middle, high = np.quantile(paths, [0.25, 0.5, 0.75], axis=2)
    return tuple(
        SeriesBand(name, clock.labels[q], float(low[s, q]), float(middle[s, q]), float(high[s, q]))
        for s, name in enumerate(names)
        for q in (clock.labels.index(steps[-1]) for steps in clock.by_year.values())
    )
