"""The patient rule induction method itself: peel a box a little at a time, then paste back what was taken too eagerly.

Every dimension is cut once into bins of equal mass. Peeling counts breaks by bin and takes away what each peel removes,
so that all peels together pass over the futures about twice. Bins only say where a limit may lie: what a box holds is
counted exactly, and pasting moves its limits among the values themselves.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Flags = NDArray[np.bool_]
# Share of a box's futures by which a peel is judged and that a paste tries to give back; and the share that a peel then
# takes: half of it, so that the curve has a point at nearly every coverage.
ALPHA, TAKEN = 0.05, 0.025
# Least share of all futures that a box may hold.
LEAST_MASS = 0.02
PEELS = int(np.ceil(np.log(LEAST_MASS) / np.log(1 - TAKEN))) + 1
# Up to so many futures every value is a bin of its own; of more, so many tell where the bins begin.
SAMPLED, BINS = 8192, 1024
# Even cells of a dimension in which the bin of a value is looked up.
CELLS = 16_384


@dataclass(frozen=True)
class Sample:
    """Futures ready for peeling: values (parameter, future) as float32, the bin of each and where bins begin
    (parameter, bin), breaks and weights.
    """

    values: Array
    bins: Array
    edges: Array
    breaks: Flags
    weight: Array

    @property
    def mass(self) -> float:
        """Sum of all weights."""
        return float(self.weight.sum())


@dataclass(frozen=True)
class Trajectory:
    """Boxes after each peel: limits (step, parameter), and the mass, the breaks and the limited dimensions of each."""

    low: Array
    high: Array
    mass: Array
    caught: Array
    restricted: Array


def prepared(values: Array, breaks: Flags, weight: Array) -> Sample:
    """A sample with its dimensions binned; two at a time, since binning leaves the interpreter free."""
    narrow, n = np.ascontiguousarray(values, dtype=np.float32), len(weight)
    bins = np.empty(narrow.shape, np.uint16)
    # at random, not every so many: points of a design that are so far apart in order lie close together
    some = np.arange(n) if n <= SAMPLED else np.random.default_rng(0).integers(n, size=SAMPLED)

    def cut(d: int) -> Array:
        begins = _begins(narrow[d, some], weight[some], BINS if n > SAMPLED else n)
        _place(narrow[d], begins, bins[d])
        return begins

    with ThreadPoolExecutor(2) as pool:
        begins = list(pool.map(cut, range(len(narrow))))
    edges = np.full((len(begins), max(map(len, begins))), np.inf, np.float32)
    for d, at in enumerate(begins):
        edges[d, : len(at)] = at
    return Sample(narrow, bins, edges, breaks, weight)


def _begins(x: Array, weight: Array, most: int) -> Array:
    """Values at which bins begin: every value if there are no more, or bins of about equal mass.

    A value that many futures share has a bin of its own.
    """
    if most >= len(x):
        return np.unique(x)
    order = np.argsort(x)
    mass = np.cumsum(weight[order])
    places = np.searchsorted(mass, np.arange(most) / most * mass[-1], side="right")
    return np.unique(x[order][places])


@numba.njit(cache=True, nogil=True)
def _place(x: Any, edges: Any, bins: Any) -> None:
    """Writes the last bin that begins at or below each value: looked up by even cells, then by bisection within one."""
    start = np.float64(edges[0])
    scale = CELLS / max(np.float64(edges[-1]) - start, 1e-300)
    first_of = np.zeros(CELLS + 2, np.int64)
    for k in range(1, len(edges)):
        first_of[int(min(max((edges[k] - start) * scale, 0.0), CELLS)) + 1] += 1
    first_of = np.cumsum(first_of)  # rounding keeps order, so no edge of a later cell lies at or below a value
    for i in range(len(x)):
        cell = int(min(max((x[i] - start) * scale, 0.0), CELLS))
        at, end = first_of[cell], first_of[cell + 1]
        while at < end:
            middle = (at + end + 1) // 2
            at, end = (middle, end) if edges[middle] <= x[i] else (at, middle - 1)
        bins[i] = at


def peel(sample: Sample, left: Flags, breaks: Flags | None = None) -> Trajectory:
    """The trajectory of boxes over the futures that are `left`; of other outcomes than the sample's when given."""
    hits = sample.breaks if breaks is None else breaks
    live = np.flatnonzero(left & (sample.weight > 0)).astype(np.int32)
    pairs = np.stack([sample.weight, sample.weight * hits], axis=1)
    last_bin = np.isfinite(sample.edges).sum(1) - 1
    first, last, curve = _peel(sample.bins, live, pairs, last_bin, ALPHA, TAKEN, LEAST_MASS * sample.mass, PEELS)
    dims = np.arange(len(last_bin))
    # a bin ends just below where the next begins; beyond the outermost bins there is no limit
    low = np.where(first > 0, sample.edges[dims, first], -np.inf)
    above = np.append(sample.edges, np.full((len(dims), 1), np.inf, np.float32), axis=1)[dims, last + 1]
    high = np.where(np.isfinite(above), np.nextafter(above, np.float32(-np.inf)), np.inf)
    restricted = (np.isfinite(low) | np.isfinite(high)).sum(1)
    return Trajectory(low, high, curve[:, 0], curve[:, 1], restricted)


@numba.njit(cache=True, nogil=True)
def _peel(bins: Any, live: Any, pairs: Any, last_bin: Any, alpha: float, taken: float, least: float, most: int) -> Any:
    """First and last bin of each dimension, (step, parameter), and rows of (mass, breaks), after each peel.

    `live` are the futures in the box; `pairs` holds the weight and the weighted break of every future.
    """
    dims = len(bins)
    counts = np.zeros((dims, last_bin.max() + 1, 2))
    within = pairs[live]
    _count(counts, bins, live, within, 1.0)
    mass, caught = within[:, 0].sum(), within[:, 1].sum()
    first, last = np.zeros((most, dims), np.int64), np.zeros((most, dims), np.int64)
    curve = np.zeros((most, 2))
    box = np.zeros((2, dims), np.int64)
    box[1] = last_bin
    for step in range(most):
        best, best_dim, best_side, best_bin = caught / mass, -1, 0, 0
        for d in range(dims):
            for side in range(2):
                got, hits, at, to = 0.0, 0.0, box[side, d], -1
                while got < alpha * mass and box[0, d] <= at <= box[1, d]:
                    got += counts[d, at, 0]
                    hits += counts[d, at, 1]
                    at += 1 - 2 * side
                    if to < 0 and got >= taken * mass:
                        to = at
                if mass - got >= least and (caught - hits) / (mass - got) > best:
                    best, best_dim, best_side, best_bin = (caught - hits) / (mass - got), d, side, to
        if best_dim < 0:
            return first[:step], last[:step], curve[:step]
        box[best_side, best_dim] = best_bin
        inside, gone = _parted(live, bins[best_dim], box[0, best_dim], box[1, best_dim])
        lost = pairs[gone]
        _count(counts, bins, gone, lost, -1.0)
        live, mass, caught = inside, mass - lost[:, 0].sum(), caught - lost[:, 1].sum()
        first[step], last[step] = box[0], box[1]
        curve[step, 0], curve[step, 1] = mass, caught
    return first, last, curve


@numba.njit(cache=True, nogil=True)
def _parted(live: Any, bin_of: Any, first: int, last: int) -> Any:
    """Futures whose bin lies within limits, and those beyond."""
    inside, gone = np.empty_like(live), np.empty_like(live)
    kept = 0
    for k in range(len(live)):
        i = live[k]
        inside[kept], gone[k - kept] = i, i  # both written, one advanced: no branch to mispredict
        kept += first <= bin_of[i] <= last
    return inside[:kept], gone[: len(live) - kept]


@numba.njit(cache=True, nogil=True)
def _count(counts: Any, bins: Any, futures: Any, pairs: Any, sign: float) -> None:
    """Adds weights and weighted breaks of futures to the counts of their bins, or takes them away."""
    for d in range(len(bins)):
        of_bin, bin_of = counts[d], bins[d]
        for k in range(len(futures)):
            at = bin_of[futures[k]]
            of_bin[at, 0] += sign * pairs[k, 0]
            of_bin[at, 1] += sign * pairs[k, 1]


def paste(sample: Sample, left: Flags, low: Array, high: Array) -> None:
    """Widen each limit while the box stays as dense, a share `ALPHA` of it at a time; changes `low` and `high`, which
    then are values of futures in the box.
    """
    restricted = [d for d in range(len(low)) if np.isfinite(low[d]) or np.isfinite(high[d])]
    for d in restricted:
        others = left & (sample.weight > 0)
        for k in restricted:
            if k != d:
                others &= (sample.values[k] >= low[k]) & (sample.values[k] <= high[k])
        low[d], high[d] = _widened(
            sample.values[d][others], sample.weight[others], sample.breaks[others], low[d], high[d]
        )


def _widened(x: Array, weight: Array, breaks: Flags, low: float, high: float) -> tuple[float, float]:
    """Limits of one dimension, given the futures within all other limits; infinite where none is left beyond."""
    order = np.argsort(x)
    x, n = x[order], len(x)
    mass = np.append(0.0, np.cumsum(weight[order]))
    caught = np.append(0.0, np.cumsum((weight * breaks)[order]))
    a, b = int(np.searchsorted(x, low)), int(np.searchsorted(x, high, "right"))
    while a > 0:
        to = max(int(np.searchsorted(mass, mass[a] - ALPHA * (mass[b] - mass[a]), "right")) - 1, 0)
        to = int(np.searchsorted(x, x[to]))  # what is tied comes whole
        if (caught[a] - caught[to]) * (mass[b] - mass[a]) < (caught[b] - caught[a]) * (mass[a] - mass[to]):
            break
        a = to
    while b < n:
        to = min(int(np.searchsorted(mass, mass[b] + ALPHA * (mass[b] - mass[a]))), n)
        to = int(np.searchsorted(x, x[to - 1], "right"))
        if (caught[to] - caught[b]) * (mass[b] - mass[a]) < (caught[b] - caught[a]) * (mass[to] - mass[b]):
            break
        b = to
    return float(x[a]) if a > 0 else -np.inf, float(x[b - 1]) if b < n else np.inf
