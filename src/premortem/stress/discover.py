"""Scenario discovery: boxes of uncertainties in which an assumption breaks, by the patient rule induction method.

PRIM of Friedman and Fisher 1999 as used by Bryant and Lempert 2010: peel the box by a share of its futures at a time
where
that leaves the densest box, paste back, measure each restriction by a quasi-p-value, cover what is left with further
boxes.
Dimensions are sorted once; peeling walks the sorted orders, so a run of a million futures takes seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

Array = NDArray[Any]

# Share of a box's futures that a peel takes, and a paste tries to give back.
ALPHA = 0.05
# Least share of all futures that a box may hold.
LEAST_MASS = 0.02
# A restriction whose quasi-p-value is above this is dropped.
LEVEL = 0.05
# Fewest futures, and fewest breaks, from which a box means anything.
LEAST_FUTURES, LEAST_BREAKS = 400, 30
# Most restricted dimensions of a chosen box: beyond them nobody reads it.
MOST_LIMITS = 5
# Times that a box found must beat what shuffled outcomes give, in lift over the base rate.
BEAT_CHANCE = 1.5


@dataclass(frozen=True)
class Step:
    """A point of the trade-off curve: the box after one peel."""

    coverage: float
    density: float
    mass: float
    restricted: int


@dataclass(frozen=True)
class Box:
    """A box: its limits by dimension, how dense in breaks it is, what share of them it holds, and the curve it was
    chosen from.
    """

    limits: dict[str, tuple[float, float]]
    coverage: float
    density: float
    mass: float
    p_values: dict[str, float]
    curve: tuple[Step, ...]
    reason: str

    def holds(self, values: Array, names: Sequence[str]) -> NDArray[np.bool_]:
        """Which futures lie in the box; `values` has shape (parameter, future)."""
        inside = np.ones(values.shape[1], bool)
        for name, (low, high) in self.limits.items():
            x = values[names.index(name)]
            inside &= (x >= low) & (x <= high)
        return inside


@dataclass(frozen=True)
class Discovery:
    """What scenario discovery found: boxes, or in words why there are none."""

    boxes: tuple[Box, ...]
    base_rate: float
    verdict: str


def discover(
    values: Array,
    names: Sequence[str],
    breaks: NDArray[np.bool_],
    most: int = 3,
    weights: Array | None = None,
    seed: int = 0,
) -> Discovery:
    """Boxes in which `breaks` is common, best first; `values` has shape (parameter, future).

    Says in words when there are too few futures, no or only breaks, or nothing beyond what shuffled outcomes show.
    Constant
    dimensions are never restricted; ties are taken whole.
    """
    n = values.shape[1]
    weight = np.ones(n) if weights is None else np.asarray(weights, float)
    effective = weight.sum() ** 2 / (weight**2).sum()
    base = float(np.average(breaks, weights=weight))
    if effective < LEAST_FUTURES or min(breaks.sum(), (~breaks).sum()) < LEAST_BREAKS:
        need = f"{LEAST_FUTURES} futures with {LEAST_BREAKS} that break and {LEAST_BREAKS} that hold"
        return Discovery(
            (),
            base,
            f"too little to go on: {effective:,.0f} effective futures, {base:.1%} of them break; needed are {need}",
        )
    order = sort_orders(values)
    chance = _chance_lift(values, order, breaks, weight, base, seed)
    boxes: list[Box] = []
    left = np.ones(n, np.bool_)
    for _ in range(most):
        if breaks[left].sum() < LEAST_BREAKS:
            break
        box = _one_box(values, names, order, breaks, weight, left)
        if box is None or box.density - base < BEAT_CHANCE * chance:
            break
        boxes.append(box)
        left &= ~box.holds(values, list(names))
    verdict = (
        f"{len(boxes)} boxes"
        if boxes
        else "no structure: no box is denser in breaks than shuffled outcomes would make one"
    )
    return Discovery(tuple(boxes), base, verdict)


def sort_orders(values: Array) -> NDArray[np.int32]:
    """Order of the futures along every dimension, shape (parameter, future)."""
    order = np.empty(values.shape, np.int32)
    for i, row in enumerate(values):
        order[i] = np.argsort(row, kind="stable")
    return order


def out_of_sample(box: Box, values: Array, names: Sequence[str], breaks: NDArray[np.bool_]) -> tuple[float, float]:
    """Coverage and density of a box on futures that it was not found on."""
    inside = box.holds(values, list(names))
    caught = breaks[inside].sum()
    return float(caught / max(breaks.sum(), 1)), float(caught / max(inside.sum(), 1))


def worth(coverage: float, density: float, base: float) -> float:
    """Harmonic mean of coverage and of the density gained over the base rate, as a share of what could be gained."""
    gained = max(density - base, 0.0) / max(1 - base, 1e-12)
    return 2 * coverage * gained / max(coverage + gained, 1e-12)


def _one_box(
    values: Array, names: Sequence[str], order: Array, breaks: NDArray[np.bool_], weight: Array, left: NDArray[np.bool_]
) -> Box | None:
    low, high, curve = _peel(values, order, breaks, weight, left)
    total = weight[breaks].sum()
    steps = [Step(c[2] / total, c[2] / c[1], c[1] / weight.sum(), int(c[3])) for c in curve]
    fine = [i for i, s in enumerate(steps) if 0 < s.restricted <= MOST_LIMITS]
    if not fine:
        return None
    base = total / weight.sum()
    best = max(fine, key=lambda i: worth(steps[i].coverage, steps[i].density, base))
    lows, highs = low[best].copy(), high[best].copy()
    _paste(values, breaks, weight, left, lows, highs)
    limits, p_values = _tested(values, names, breaks, weight, left, lows, highs)
    if not limits:
        return None
    inside = _inside(values, names, limits) & left
    caught, mass = weight[inside & breaks].sum(), weight[inside].sum()
    reason = "the point of the curve with the largest harmonic mean of coverage and density gained over the base rate, at most five limits, each tested"
    return Box(
        limits, float(caught / total), float(caught / mass), float(mass / weight.sum()), p_values, tuple(steps), reason
    )


def _inside(values: Array, names: Sequence[str], limits: dict[str, tuple[float, float]]) -> NDArray[np.bool_]:
    inside = np.ones(values.shape[1], bool)
    for name, (low, high) in limits.items():
        x = values[list(names).index(name)]
        inside &= (x >= low) & (x <= high)
    return inside


def _tested(
    values: Array,
    names: Sequence[str],
    breaks: NDArray[np.bool_],
    weight: Array,
    left: NDArray[np.bool_],
    low: Array,
    high: Array,
) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """Limits that pass their test, the weakest dropped one at a time, with their quasi-p-values.

    Quasi-p: the chance that so many of the box's futures would break if the box without this limit told the rate.
    """
    ends = values.min(1), values.max(1)
    limits = {
        names[d]: (float(low[d]), float(high[d]))
        for d in range(len(names))
        if low[d] > ends[0][d] or high[d] < ends[1][d]
    }
    while limits:
        p_values = {name: _quasi_p(values, names, breaks, weight, left, limits, name) for name in limits}
        worst = max(p_values, key=lambda name: p_values[name])
        if p_values[worst] <= LEVEL:
            return limits, p_values
        limits.pop(worst)
    return {}, {}


def _quasi_p(
    values: Array,
    names: Sequence[str],
    breaks: NDArray[np.bool_],
    weight: Array,
    left: NDArray[np.bool_],
    limits: dict[str, tuple[float, float]],
    name: str,
) -> float:
    scale = weight.sum() / (weight**2).sum()  # turns weights into effective counts
    inside = _inside(values, names, limits) & left
    wider = _inside(values, names, {k: v for k, v in limits.items() if k != name}) & left
    rate = weight[wider & breaks].sum() / max(weight[wider].sum(), 1e-12)
    n, k = round(weight[inside].sum() * scale), round(weight[inside & breaks].sum() * scale)
    return float(bdtrc(k - 1, n, rate)) if 0 < k <= n and 0 < rate < 1 else 1.0


def _chance_lift(
    values: Array, order: Array, breaks: NDArray[np.bool_], weight: Array, base: float, seed: int
) -> float:
    """Lift over the base rate that the best box reaches when outcomes are shuffled: what peeling finds in noise."""
    rng = np.random.default_rng(seed)
    everything = np.ones(len(breaks), np.bool_)
    lifts = []
    for _ in range(1 if len(breaks) > 200_000 else 3):
        shuffled = rng.permutation(breaks)
        _, _, curve = _peel(values, order, shuffled, weight, everything)
        total = weight[shuffled].sum()
        fine = [c for c in curve if 0 < c[3] <= MOST_LIMITS]
        best = max(fine, key=lambda c: worth(c[2] / total, c[2] / c[1], base), default=None)
        if best is not None:
            lifts.append(best[2] / best[1] - base)
    return max(lifts, default=0.0)


def _peel(values: Array, order: Array, breaks: Array, weight: Array, left: Array) -> tuple[Array, Array, Array]:
    most = int(np.ceil(np.log(LEAST_MASS) / np.log(1 - ALPHA))) + 1
    return _peel_compiled(
        np.ascontiguousarray(values, dtype=np.float32),
        order,
        breaks,
        weight,
        left.copy(),
        ALPHA,
        LEAST_MASS * weight.sum(),
        most,
    )


@numba.njit(cache=True, nogil=True)
def _peel_compiled(
    values: Any, order: Any, breaks: Any, weight: Any, inside: Any, alpha: float, least: float, most: int
) -> Any:
    """Boxes after each peel: low and high (step, dimension), and rows of (0, mass, breaks, restricted)."""
    dims, n = values.shape
    first, last = np.zeros(dims, np.int64), np.full(dims, n - 1)
    low, high = np.full((most, dims), -np.inf, np.float64), np.full((most, dims), np.inf, np.float64)
    curve = np.zeros((most, 4))
    lo, hi = np.full(dims, -np.inf), np.full(dims, np.inf)
    mass, caught = 0.0, 0.0
    for i in range(n):
        if inside[i]:
            mass += weight[i]
            caught += weight[i] * breaks[i]
    count = 0
    for step in range(most):
        best_density, best_dim, best_side, best_value = -1.0, -1, 0, 0.0
        for d in range(dims):
            for side in range(2):
                got, hits, at = 0.0, 0.0, first[d] if side == 0 else last[d]
                move = 1 if side == 0 else -1
                edge = np.float32(0.0)
                while 0 <= at < n:
                    i = order[d, at]
                    if inside[i]:
                        if got >= alpha * mass and values[d, i] != edge:
                            break
                        got += weight[i]
                        hits += weight[i] * breaks[i]
                        edge = values[d, i]
                    at += move
                if 0 < got < mass and mass - got >= least and 0 <= at < n:
                    density = (caught - hits) / (mass - got)
                    if density > best_density:
                        best_density, best_dim, best_side, best_value = density, d, side, values[d, order[d, at]]
        if best_dim < 0 or best_density <= caught / mass:
            break
        d = best_dim
        at = first[d] if best_side == 0 else last[d]
        while (best_side == 0 and values[d, order[d, at]] < best_value) or (
            best_side == 1 and values[d, order[d, at]] > best_value
        ):
            i = order[d, at]
            if inside[i]:
                inside[i] = False
                mass -= weight[i]
                caught -= weight[i] * breaks[i]
            at += 1 if best_side == 0 else -1
        if best_side == 0:
            first[d], lo[d] = at, best_value
        else:
            last[d], hi[d] = at, best_value
        low[step], high[step] = lo, hi
        restricted = 0
        for k in range(dims):
            restricted += int(lo[k] > -np.inf or hi[k] < np.inf)
        curve[step, 1], curve[step, 2], curve[step, 3] = mass, caught, restricted
        count += 1
    return low[:count], high[:count], curve[:count]


def _paste(
    values: Array, breaks: NDArray[np.bool_], weight: Array, left: NDArray[np.bool_], low: Array, high: Array
) -> None:
    """Give back what peeling took too eagerly: widen each limit while the box stays as dense; changes `low` and
    `high`.
    """
    restricted = [d for d in range(len(low)) if np.isfinite(low[d]) or np.isfinite(high[d])]
    for d in restricted:
        others = left.copy()
        for k in restricted:
            if k != d:
                others &= (values[k] >= low[k]) & (values[k] <= high[k])
        x = values[d][others]
        w, hit = weight[others], weight[others] * breaks[others]
        inside = (x >= low[d]) & (x <= high[d])
        density = hit[inside].sum() / w[inside].sum()
        for side in (0, 1):
            beyond = x < low[d] if side == 0 else x > high[d]
            if not np.isfinite(low[d] if side == 0 else high[d]) or not beyond.any():
                continue
            near = np.argsort(-x[beyond] if side == 0 else x[beyond], kind="stable")
            mass = np.cumsum(w[beyond][near])
            step = min(int(np.searchsorted(mass, ALPHA * w[inside].sum())), len(mass) - 1)
            if hit[beyond][near][: step + 1].sum() / mass[step] >= density:
                edge = float(x[beyond][near][step])
                low[d], high[d] = (edge, high[d]) if side == 0 else (low[d], edge)
