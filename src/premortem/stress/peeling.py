"""The patient rule induction method itself: peel a box a little at a time, then paste back what was taken too eagerly.

Every dimension is sorted once and peeling walks the sorted orders, so a million futures take seconds.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Share of a box's futures that a peel takes, and a paste tries to give back.
ALPHA = 0.05
# Least share of all futures that a box may hold.
LEAST_MASS = 0.02
PEELS = int(np.ceil(np.log(LEAST_MASS) / np.log(1 - ALPHA))) + 1


@dataclass(frozen=True)
class Sample:
    """Futures ready for peeling: values (parameter, future) as float32, the order along each, breaks and weights."""

    values: Array
    order: Array
    breaks: NDArray[np.bool_]
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


def prepared(values: Array, breaks: NDArray[np.bool_], weight: Array) -> Sample:
    """A sample with its dimensions sorted; two at a time, since sorting leaves the interpreter free."""
    narrow = np.ascontiguousarray(values, dtype=np.float32)
    order = np.empty(narrow.shape, np.int32)

    def sort(i: int) -> None:
        order[i] = np.argsort(narrow[i])  # ties are taken whole, so their order does not matter

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(sort, range(len(narrow))))
    return Sample(narrow, order, breaks, weight)


def peel(sample: Sample, left: NDArray[np.bool_], breaks: NDArray[np.bool_] | None = None) -> Trajectory:
    """The trajectory of boxes over the futures that are `left`; of other outcomes than the sample's when given."""
    hits = sample.breaks if breaks is None else breaks
    pairs = np.empty((len(hits), 2), np.float32)
    pairs[:, 0] = np.where(left, sample.weight, 0.0)
    pairs[:, 1] = pairs[:, 0] * hits
    low, high, curve = _peel(sample.values, sample.order, pairs, ALPHA, LEAST_MASS * sample.mass, PEELS)
    return Trajectory(low, high, curve[:, 0], curve[:, 1], curve[:, 2].astype(int))


@numba.njit(cache=True, nogil=True)
def _peel(values: Any, order: Any, pairs: Any, alpha: float, least: float, most: int) -> Any:
    """Limits after each peel, and rows of (mass, breaks, restricted). A future outside the box has weight 0."""
    dims, n = values.shape
    first, last = np.zeros(dims, np.int64), np.full(dims, n - 1)
    low, high = np.full((most, dims), -np.inf), np.full((most, dims), np.inf)
    curve = np.zeros((most, 3))
    lo, hi = np.full(dims, -np.inf), np.full(dims, np.inf)
    mass, caught = 0.0, 0.0
    for i in range(n):
        mass += pairs[i, 0]
        caught += pairs[i, 1]
    count = 0
    for step in range(most):
        best, best_dim, best_side, best_value = -1.0, -1, 0, np.float32(0.0)
        for d in range(dims):
            for side in range(2):
                got, hits, at = 0.0, 0.0, first[d] if side == 0 else last[d]
                move = 1 if side == 0 else -1
                edge = np.float32(0.0)
                while 0 <= at < n:
                    i = order[d, at]
                    w = pairs[i, 0]
                    if w > 0:
                        if got >= alpha * mass and values[d, i] != edge:
                            break
                        got += w
                        hits += pairs[i, 1]
                        edge = values[d, i]
                    at += move
                if 0 < got < mass and mass - got >= least and 0 <= at < n:
                    density = (caught - hits) / (mass - got)
                    if density > best:
                        best, best_dim, best_side, best_value = density, d, side, values[d, order[d, at]]
        if best_dim < 0 or best <= caught / mass:
            break
        d = best_dim
        at = first[d] if best_side == 0 else last[d]
        while (best_side == 0 and values[d, order[d, at]] < best_value) or (
            best_side == 1 and values[d, order[d, at]] > best_value
        ):
            i = order[d, at]
            mass -= pairs[i, 0]
            caught -= pairs[i, 1]
            pairs[i, 0], pairs[i, 1] = 0.0, 0.0
            at += 1 if best_side == 0 else -1
        if best_side == 0:
            first[d], lo[d] = at, best_value
        else:
            last[d], hi[d] = at, best_value
        low[step], high[step] = lo, hi
        curve[step, 0], curve[step, 1] = mass, caught
        for k in range(dims):
            curve[step, 2] += int(lo[k] > -np.inf or hi[k] < np.inf)
        count += 1
    return low[:count], high[:count], curve[:count]


def paste(sample: Sample, left: NDArray[np.bool_], low: Array, high: Array) -> None:
    """Widen each limit while the box stays as dense, a share `ALPHA` of it at a time; changes `low` and `high`."""
    restricted = [d for d in range(len(low)) if np.isfinite(low[d]) or np.isfinite(high[d])]
    for d in restricted:
        others = left.copy()
        for k in restricted:
            if k != d:
                others &= (sample.values[k] >= low[k]) & (sample.values[k] <= high[k])
        x, w = sample.values[d][others], sample.weight[others]
        hit = w * sample.breaks[others]
        for side in (0, 1):
            if np.isfinite(low[d] if side == 0 else high[d]):
                _widen(x, w, hit, d, side, low, high)


def _widen(x: Array, w: Array, hit: Array, d: int, side: int, low: Array, high: Array) -> None:
    while True:
        inside = (x >= low[d]) & (x <= high[d])
        beyond = x < low[d] if side == 0 else x > high[d]
        if not beyond.any():
            (low if side == 0 else high)[d] = -np.inf if side == 0 else np.inf
            return
        near = np.argsort(-x[beyond] if side == 0 else x[beyond])
        mass = np.cumsum(w[beyond][near])
        step = min(int(np.searchsorted(mass, ALPHA * w[inside].sum())), len(mass) - 1)
        gained = hit[beyond][near][: step + 1].sum() / max(mass[step], 1e-300)
        if gained < hit[inside].sum() / max(w[inside].sum(), 1e-300):
            return
        (low if side == 0 else high)[d] = float(x[beyond][near][step])
