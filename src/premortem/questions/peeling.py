"""The patient rule induction method itself: a box is peeled a little at a time, by what each peel would take away.

Every dimension is cut once into bins of equal mass; one without order has a bin a category. Peeling counts breaks by bin
and takes away what each peel removes, so that all peels together pass over the futures about twice. Bins only say where
a limit may lie: what a box holds is counted exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from premortem.questions._binning import SAMPLED, binned
from premortem.questions.limits import Flags
from premortem.text.result import Shown

Array = NDArray[Any]
# Share of a box's futures by which a peel is judged; and the share that a peel then takes: half of it, so that the curve
# has a point at nearly every coverage.
ALPHA, TAKEN = 0.05, 0.025
# Least share of all futures that a box may hold.
LEAST_MASS = 0.02
PEELS = int(np.ceil(np.log(LEAST_MASS) / np.log(1 - TAKEN))) + 1
# Most categories of a dimension without order: a box remembers those it keeps as bits of one number.
MOST_CATEGORIES = 60


@dataclass(frozen=True, repr=False)
class Sample(Shown):
    """Futures ready for peeling: values (parameter, future) as float32, the bin of each and where bins begin
    (parameter, bin), breaks, weights, and which dimensions have no order (parameter,).
    """

    values: Array
    bins: Array
    edges: Array
    breaks: Flags
    weight: Array
    nominal: Flags

    @property
    def mass(self) -> float:
        """Sum of all weights."""
        return float(self.weight.sum())

    @cached_property
    def last_bin(self) -> Array:
        """The last bin of each dimension, (parameter,)."""
        return np.isfinite(self.edges).sum(1) - 1

    @cached_property
    def top(self) -> Array:
        """The largest value in each bin, (parameter, bin)."""
        if len(self.weight) <= SAMPLED:
            return self.edges  # every value is a bin of its own
        found = np.full(self.edges.shape, -np.inf, np.float32)
        for d in range(len(found)):
            np.maximum.at(found[d], self.bins[d], self.values[d])
        return found

    def live(self, left: Flags) -> Array:
        """Numbers of the futures that are `left` and have weight."""
        return np.flatnonzero(left & (self.weight > 0)).astype(np.int32)

    def pairs(self, breaks: Flags) -> Array:
        """Weight and weighted break of every future, (future, 2)."""
        return np.stack([self.weight, self.weight * breaks], axis=1)


@dataclass(frozen=True)
class Trajectory:
    """Boxes one after another: the first and last bin of each dimension and the categories kept of one without order, as bits, each
    (step, parameter); the mass and the breaks in each box.
    """

    first: Array
    last: Array
    kept: Array
    mass: Array
    caught: Array

    def __len__(self) -> int:
        return len(self.mass)

    def at(self, places: Sequence[int]) -> "Trajectory":
        """Some of the boxes."""
        return Trajectory(*(part[list(places)] for part in (self.first, self.last, self.kept, self.mass, self.caught)))

    def every(self, step: int) -> "Trajectory":
        """Every so-manieth box, the last one included."""
        return self.at(range(len(self) - 1, -1, -step)[::-1])

    def distinct(self) -> "Trajectory":
        """Each box once, in the order in which they first stand."""
        _, first = np.unique(np.concatenate([self.first, self.last, self.kept], axis=1), axis=0, return_index=True)
        return self.at(np.sort(first).tolist())

    def within(self, box: "Trajectory") -> "Trajectory":
        """The boxes of a peeling that began in another box, with the limits of that one."""
        held = np.maximum(self.first, box.first), np.minimum(self.last, box.last), self.kept & box.kept
        return Trajectory(*held, self.mass, self.caught)

    def holds(self, sample: Sample, i: int) -> Flags:
        """Which futures lie in a box."""
        inside = np.ones(len(sample.weight), np.bool_)
        for d in np.flatnonzero(self.limited(sample)[i]):
            at = sample.bins[d]
            inside &= (
                (self.kept[i, d] >> at.astype(np.int64) & 1).astype(bool)
                if sample.nominal[d]
                else (at >= self.first[i, d]) & (at <= self.last[i, d])
            )
        return inside

    def limited(self, sample: Sample) -> Flags:
        """Which dimensions each box limits, (step, parameter)."""
        return (self.first > 0) | (self.last < sample.last_bin) | (self.kept != every_category(sample))


def every_category(sample: Sample) -> Array:
    """All categories of each dimension without order, as bits, (parameter,); 0 of a dimension with one."""
    return np.where(sample.nominal, (1 << (np.where(sample.nominal, sample.last_bin, 0) + 1)) - 1, 0)


def joined(parts: Sequence[Trajectory]) -> Trajectory:
    """Trajectories one after another."""
    return Trajectory(
        *(np.concatenate([getattr(t, f) for t in parts]) for f in ("first", "last", "kept", "mass", "caught"))
    )


def prepared(values: Array, breaks: Flags, weight: Array | None = None, nominal: Sequence[int] = ()) -> Sample:
    """A sample with its dimensions binned, `nominal` ones by category; `weight` is 1 of every future where none is given."""
    every = np.ones(values.shape[1]) if weight is None else weight
    narrow, bins, edges = binned(values, weight, tuple(nominal))
    return Sample(narrow, bins, edges, breaks, every, np.isin(np.arange(len(narrow)), nominal))


def peel(
    sample: Sample,
    left: Flags,
    breaks: Flags | None = None,
    *,
    pace: tuple[float, float] = (ALPHA, TAKEN),
    dims: Sequence[int] | None = None,
) -> Trajectory:
    """The trajectory of boxes over the futures that are `left`: of other outcomes than the sample's, at another pace (shares by which a peel
    is judged, and that it takes), or in some dimensions alone, when given.
    """
    pairs, live = sample.pairs(sample.breaks if breaks is None else breaks), sample.live(left)
    every, stop = every_category(sample), (LEAST_MASS * sample.mass, PEELS)
    if dims is None:
        first, last, kept, curve = _peel(sample.bins, live, pairs, sample.last_bin, every, *pace, *stop)
        return Trajectory(first, last, kept, curve[:, 0], curve[:, 1])
    at = list(dims)
    *few, curve = _peel(sample.bins[at], live, pairs, sample.last_bin[at], every[at], *pace, *stop)
    first, last, kept = (np.tile(free, (len(curve), 1)) for free in (np.zeros_like(every), sample.last_bin, every))
    first[:, at], last[:, at], kept[:, at] = few
    return Trajectory(first, last, kept, curve[:, 0], curve[:, 1])


@numba.njit(cache=True, nogil=True)
def _peel(
    bins: Any, live: Any, pairs: Any, last_bin: Any, every: Any, alpha: float, taken: float, least: float, most: int
) -> Any:  # fmt: skip
    """First and last bin and kept categories of each dimension, (step, parameter), and rows of (mass, breaks), after each peel.

    `live` are the futures in the box; `pairs` holds the weight and the weighted break of every future; `every` the categories of
    a dimension without order, as bits. Of two peels that one is the better which raises the density more by each future that it takes.
    """
    dims = len(bins)
    counts = np.zeros((dims, last_bin.max() + 1, 2))
    within = pairs[live]
    _count(counts, bins, live, within, 1.0)
    mass, caught = within[:, 0].sum(), within[:, 1].sum()
    first, last, kept = (
        np.zeros((most, dims), np.int64),
        np.zeros((most, dims), np.int64),
        np.zeros((most, dims), np.int64),
    )
    curve = np.zeros((most, 2))
    box = np.zeros((2, dims), np.int64)
    box[1] = last_bin
    held = every.copy()
    for step in range(most):
        best, best_dim, best_side, best_bin = 0.0, -1, 0, 0
        for d in range(dims):
            if every[d]:
                for c in range(last_bin[d] + 1):
                    got, hits = counts[d, c, 0], counts[d, c, 1]
                    if held[d] >> c & 1 and got > 0 and mass - got >= least:
                        gain = ((caught - hits) / (mass - got) - caught / mass) / got
                        if gain > best:
                            best, best_dim, best_side, best_bin = gain, d, 2, c
                continue
            for side in range(2):
                got, hits, at, to = 0.0, 0.0, box[side, d], -1
                while got < alpha * mass and box[0, d] <= at <= box[1, d]:
                    got += counts[d, at, 0]
                    hits += counts[d, at, 1]
                    at += 1 - 2 * side
                    if to < 0 and got >= taken * mass:
                        to = at
                if mass - got >= least and to >= 0:
                    gain = ((caught - hits) / (mass - got) - caught / mass) / got
                    if gain > best:
                        best, best_dim, best_side, best_bin = gain, d, side, to
        if best_dim < 0:
            return first[:step], last[:step], kept[:step], curve[:step]
        if best_side == 2:
            held[best_dim] ^= 1 << best_bin
            inside, gone = _parted(live, bins[best_dim], best_bin, best_bin, 1)
        else:
            box[best_side, best_dim] = best_bin
            inside, gone = _parted(live, bins[best_dim], box[0, best_dim], box[1, best_dim], 0)
        lost = pairs[gone]
        _count(counts, bins, gone, lost, -1.0)
        live, mass, caught = inside, mass - lost[:, 0].sum(), caught - lost[:, 1].sum()
        first[step], last[step], kept[step] = box[0], box[1], held
        curve[step, 0], curve[step, 1] = mass, caught
    return first, last, kept, curve


@numba.njit(cache=True, nogil=True)
def _parted(live: Any, bin_of: Any, first: int, last: int, beyond: int) -> Any:
    """Futures whose bin lies within limits (beyond them where `beyond` is 1), and the others."""
    inside, gone = np.empty_like(live), np.empty_like(live)
    kept = 0
    for k in range(len(live)):
        i = live[k]
        inside[kept], gone[k - kept] = i, i  # both written, one advanced: no branch to mispredict
        kept += (first <= bin_of[i] <= last) ^ beyond
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
