"""Boxes as rows, each tried on new futures, and a classification tree as a check on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.design import check_seed
from premortem.questions import _bounded_memory, _trees
from premortem.questions import scenario_discovery as discovery
from premortem.questions._search import Step
from premortem.questions.describe import sentence
from premortem.questions.limits import Limits, ends, within
from premortem.questions.margins import assumption_number, check_inputs, policy_of
from premortem.study import Run, Study
from premortem.text.result import Result

Array = NDArray[Any]
Z95 = 1.96
# Futures among which points of a scatter are sought, and most that are drawn.
SCATTERED, POINTS = 20_000, 500


@dataclass(frozen=True, repr=False)
class OutOfSample(Result):
    """A box on new futures: how many there were and lay `inside`, the sampling error of its density [share, half of a 95% interval], and
    whether the density there is that close to the one it was found with.
    """

    futures: int
    inside: int
    error: float
    within_error: bool


@dataclass(frozen=True, repr=False)
class TriedBox(Result):
    """A box in which an assumption breaks. `limits` by uncertainty, in its own unit, a range or a set of categories; `coverage` the share of all breaks that lie inside,
    `density` the share inside that breaks, `mass` the share of futures inside; `found_again` by uncertainty the share of random halves of
    the futures that limit it too; `curve` the steps that it was `chosen` from.
    """

    coverage: float
    density: float
    mass: float
    limits: Limits
    p_values: Mapping[str, float]
    found_again: Mapping[str, float]
    sentence: str
    reason: str
    coverage_out_of_sample: float
    density_out_of_sample: float
    out_of_sample: OutOfSample
    chosen: int
    curve: tuple[Step, ...]


@dataclass(frozen=True, repr=False)
class Leaf(Result):
    """The leaf of a classification tree densest in breaks, measured as a box is; `shared` are the uncertainties that the boxes limit too,
    and it `agrees` where there are some, or where neither finds any.
    """

    limits: Limits
    coverage: float
    density: float
    mass: float
    shared: tuple[str, ...]
    agrees: bool


def discover(
    run: Run, assumption: str, policy: str | None = None, top: int = 3, weights: Array | None = None, seed: int = 0
) -> discovery.Discovery:
    """Boxes in which an assumption breaks under a policy of the run, or in words why there are none.

    `weights` holds one weight a future, as made from readings; without them every future counts once. In a run of more
    than a million futures boxes are sought in the first and measured on all.
    """
    check_seed(seed)
    check_inputs(run)
    whole, run = run, _bounded_memory.in_memory(run)
    study, policy = run.study, policy_of(run, policy)
    column = f"margin.{study.assumptions[assumption_number(study, assumption)].id}"
    margins = run.columns(policy, [column])[column]
    found = sought(study, run.values(), margins, top, weights, seed)
    if weights is None and whole.futures != run.futures:
        found = _bounded_memory.on_all(found, whole, policy, column)
    subject = study.assumptions[assumption_number(study, assumption)].id
    told = (replace(b, sentence=sentence(b, subject, study, found.boxes[:i])) for i, b in enumerate(found.boxes))
    return replace(found, boxes=tuple(told))


def sought(
    study: Study, values: Array, margins: Array, top: int, weights: Array | None, seed: int
) -> discovery.Discovery:
    """Boxes in which a margin breaks, sought among the futures that did not fail; categories are told as such."""
    failed = int((~np.isfinite(margins)).sum())
    values, margins, weights = not_failed(values, margins, weights)
    nominal = [row.name for row in study.priors.rows if row.distribution == "categorical" and row.varies]
    found = discovery.discover(values, study.priors.names, margins <= 0, top, weights, seed, nominal=nominal)
    return replace(found, failed=failed)


def not_failed(values: Array, margins: Array, weights: Array | None = None) -> tuple[Array, Array, Array | None]:
    """The futures that did not fail: their values, margins and weights."""
    fine = np.isfinite(margins)
    if fine.all():
        return values, margins, weights
    return values[:, fine], margins[fine], None if weights is None else weights[fine]


def boxes(
    found: discovery.Discovery, subject: str, study: Study, futures: int, fresh: Array, fresh_breaks: Array
) -> tuple[TriedBox, ...]:
    """Boxes found in so many `futures` as rows, each tried on new ones that no earlier box holds, as it was found on
    such.
    """
    rows, left = [], np.ones(fresh.shape[1], bool)
    for i, box in enumerate(found.boxes):
        said = sentence(box, subject, study, found.boxes[:i])
        rows.append(_box(box, said, fresh[:, left], fresh_breaks[left], study, int(fresh_breaks.sum()), futures))
        left &= ~box.holds(fresh, study.priors.names)
    return tuple(rows)


def _box(
    box: discovery.Box, said: str, fresh: Array, breaks: Array, study: Study, all_breaks: int, futures: int
) -> TriedBox:
    inside = box.holds(fresh, study.priors.names)
    caught, held = int(breaks[inside].sum()), int(inside.sum())
    density = caught / max(held, 1)
    # what sampling alone may put between two densities that are truly the same: of the box and of the new futures
    counts = 1 / max(held, 1) + 1 / max(box.mass * futures, 1)
    error = Z95 * float(np.sqrt(box.density * (1 - box.density) * counts))
    return TriedBox(
        coverage=box.coverage,
        density=box.density,
        mass=box.mass,
        limits=box.limits,
        p_values=box.p_values,
        found_again=box.found_again,
        sentence=said,
        reason=box.reason,
        coverage_out_of_sample=caught / max(all_breaks, 1),
        density_out_of_sample=density,
        out_of_sample=OutOfSample(fresh.shape[1], held, error, abs(density - box.density) <= error),
        chosen=box.chosen,
        curve=box.curve,
    )


def tree_check(
    found: discovery.Discovery, values: Array, study: Study, margins: Array, weights: Array | None = None
) -> Leaf | None:
    """The leaf of a classification tree densest in breaks, and which limited uncertainties it shares with the boxes."""
    values, margins, weights = not_failed(values, margins, weights)
    breaks = margins <= 0
    if discovery.too_little(breaks, np.ones(len(breaks)) if weights is None else weights):
        return None
    names = study.priors.names
    leaf = _trees.densest_leaf(values, names, breaks, weights)
    ours = {name for box in found.boxes for name in box.limits}
    reach = {
        name: (float(values[names.index(name)].min()), float(values[names.index(name)].max())) for name in leaf.limits
    }
    limits = {n: (max(lo, reach[n][0]), min(hi, reach[n][1])) for n, (lo, hi) in leaf.limits.items()}
    shared = tuple(name for name in leaf.limits if name in ours)
    return Leaf(limits, leaf.coverage, leaf.density, leaf.mass, shared, bool(shared) == bool(ours))


@dataclass(frozen=True)
class Range:
    """A limit of a box: its ends as values, and as chances under the prior."""

    name: str
    start: float
    to: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """Share of the prior that it leaves."""
        return self.high - self.low


def ranges(limits: Limits, study: Study) -> list[Range]:
    """The limits of a box beside what is believed."""
    priors, found = study.priors, []
    for name, limit in limits.items():
        i, (start, to) = priors.names.index(name), ends(limit)
        both = np.repeat(priors.central, 2, axis=1)
        both[i] = start, to
        low, high = priors.cdf(both)[i]
        found.append(Range(name, start, to, float(low), float(high)))
    return found


@dataclass(frozen=True)
class Points:
    """Futures across two uncertainties of a box, those within its other limits, and whether each breaks."""

    names: tuple[str, str]
    held_fixed: tuple[str, ...]
    x: Array
    y: Array
    breaks: Array


def points(run: Run, limits: Limits, order: Sequence[str], column: str, policy: str) -> Points:
    """Futures across the first two uncertainties of an `order` of a box's limits, by a margin's column; at most 500."""
    values = dict(zip(run.study.priors.names, run.values(SCATTERED), strict=True))
    breaks = run.columns(policy, [column], SCATTERED)[column] <= 0
    others = {name: limits[name] for name in order[2:]}
    at = np.flatnonzero(within(others, values) if others else np.ones(breaks.shape, bool))[:POINTS]
    first, second = order[:2]
    return Points((first, second), tuple(order[2:]), values[first][at], values[second][at], breaks[at])
