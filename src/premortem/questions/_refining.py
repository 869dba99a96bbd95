"""Boxes of a trajectory made better: limits that may be chance are dropped, and those left move to where they are best.

For each limit it must be known what lies beyond it and within all others: one pass over the futures tells it for all
limits at once, since most futures lie beyond two limits and are passed over early.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from premortem.questions.limits import Flags
from premortem.questions.peeling import LEAST_MASS, Sample, Trajectory, every_category

Array = NDArray[Any]
# A limit whose quasi-p-value is above this is dropped.
LEVEL = 0.05
# Up to so many limits that may be chance are dropped one by one.
AT_ONCE = 3
# Bits of a number in which it is counted how many limits a future lies beyond, and what reads them; the others say which.
HALF, LOWER = 16, 0xFFFF


@dataclass(frozen=True)
class Refined:
    """Boxes with their limits tested: the trajectory, and the quasi-p-value of each limit, (step, parameter), NaN where there is none."""

    boxes: Trajectory
    p_values: Array


def measured(sample: Sample, left: Flags, boxes: Trajectory) -> Refined:
    """The boxes as they are, with the quasi-p-values of their limits."""
    return _refined(sample, left, boxes, np.inf, np.zeros(len(boxes)))


def pruned(sample: Sample, left: Flags, boxes: Trajectory) -> Refined:
    """The boxes without the limits that may be chance, the weakest dropped first."""
    return _refined(sample, left, boxes, LEVEL, np.zeros(len(boxes)))


def settled(sample: Sample, left: Flags, boxes: Trajectory, prices: Array, level: float = LEVEL) -> Refined:
    """The boxes pruned to a level, and their limits moved in and out as long as that gains breaks: of each box a future costs a price in
    breaks, (step,).
    """
    return _refined(sample, left, boxes, level, prices)


def _refined(sample: Sample, left: Flags, boxes: Trajectory, level: float, prices: Array) -> Refined:
    weight = sample.weight[sample.weight > 0]
    scale = float(weight.sum() / (weight**2).sum())  # turns weights into effective counts
    # most dimensions are free in every box, and of what is left outside nothing is wanted: neither is passed over thousands of times
    at, live = np.flatnonzero(boxes.limited(sample).any(0)), sample.live(left)
    at = at if len(at) else np.zeros(1, np.int64)
    first, last, kept = (np.ascontiguousarray(part[:, at]) for part in (boxes.first, boxes.last, boxes.kept))
    of_futures = sample.bins[np.ix_(at, live)], sample.pairs(sample.breaks)[live]

    def some(part: slice) -> Any:
        return _refine(
            *of_futures, sample.last_bin[at], every_category(sample)[at], first[part], last[part], kept[part], scale, level, prices[part],
            LEAST_MASS * sample.mass,
        )  # fmt: skip

    half = len(boxes) // 2  # no box depends on another
    with ThreadPoolExecutor(2) as pool:
        curves, found = zip(*pool.map(some, (slice(half), slice(half, None))), strict=True)
    curve, p_values = np.concatenate(curves), np.full(boxes.first.shape, np.nan)
    limits = boxes.first.copy(), boxes.last.copy(), boxes.kept.copy()
    for whole, some_of in zip((*limits, p_values), (first, last, kept, np.concatenate(found)), strict=True):
        whole[:, at] = some_of
    return Refined(Trajectory(*limits, curve[:, 0], curve[:, 1]), p_values)


@numba.njit(cache=True, nogil=True)
def _refine(
    bins: Any, pairs: Any, last_bin: Any, every: Any, first: Any, last: Any, kept: Any, scale: float, level: float, prices: Any, least: float
) -> Any:  # fmt: skip
    """Mass and breaks of each box, (step, 2), and the quasi-p-value of each limit, the larger of a range's two sides; writes the limits into `first`, `last` and `kept`."""
    steps, dims = first.shape
    curve, p_values = np.zeros((steps, 2)), np.full((steps, dims), np.nan)
    beyond, places = np.zeros((dims, last_bin.max() + 1, 2)), np.zeros((2, bins.shape[1] + 1), np.int32)
    for step in range(steps):
        low, high, held = first[step], last[step], kept[step]
        price = prices[step]
        while True:
            limited = np.flatnonzero((low > 0) | (high < last_bin) | (held != every))
            mass, caught = _look(bins, pairs, limited, low, high, held, every, beyond, places)
            curve[step, 0], curve[step, 1] = mass, caught
            weak, count = np.zeros((2 * len(limited), 3)), 0
            # where no limit is dropped for its chance, that of the last box alone is wanted
            if level == np.inf and price and _move(beyond, limited, last_bin, every, low, high, held, price, least):
                continue
            p_values[step] = np.nan
            for d in limited:
                for side in range(2):
                    p = _side_p(beyond[d], low[d], high[d], held[d] != every[d], last_bin[d], side, mass, caught, scale)
                    if p >= 0 and not p_values[step, d] > p:
                        p_values[step, d] = p
                    if p > level:
                        weak[count, 0], weak[count, 1], weak[count, 2] = p, d, side
                        count += 1
            if level == np.inf:
                break
            if count:
                # of many weak limits the weaker half goes at once: each drop is a pass over the futures
                order = np.argsort(-weak[:count, 0])[: count // 2 if count > AT_ONCE else 1]
                for k in order:
                    gone = int(weak[k, 1])
                    held[gone] = every[gone]
                    if weak[k, 2] == 0:
                        low[gone] = 0
                    else:
                        high[gone] = last_bin[gone]
            elif not price or not _move(beyond, limited, last_bin, every, low, high, held, price, least):
                break
    return curve, p_values


@numba.njit(cache=True, nogil=True)
def _side_p(
    of_bin: Any, low: int, high: int, is_set: bool, last: int, side: int, mass: float, caught: float, scale: float
) -> float:  # fmt: skip
    """The quasi-p-value of one side of a limit, or of a set (as side 0): against the box without it; -1 where there is no such side."""
    start, end = 0, last + 1  # bins within the box without that side
    if is_set:
        if side == 1:
            return -1.0
    elif side == 0 and low > 0:
        end = high + 1
    elif side == 1 and high < last:
        start = low
    else:
        return -1.0
    within, hits = 0.0, 0.0
    for at in range(start, end):
        within += of_bin[at, 0]
        hits += of_bin[at, 1]
    return quasi_p(round(mass * scale), round(caught * scale), hits / max(within, 1e-300))


@numba.njit(cache=True, nogil=True)
def _look(
    bins: Any, pairs: Any, limited: Any, low: Any, high: Any, held: Any, every: Any, beyond: Any, places: Any
) -> Any:
    """Mass and breaks inside; writes mass and breaks by bin of a limited dimension, of the futures within all other limits. `places` is
    room for the places of those inside, and of those beyond one limit.
    """
    mass, caught = 0.0, 0.0
    # how many limits each future lies beyond; in the upper half, of one that lies beyond one, which
    many = np.zeros(bins.shape[1], np.uint32)
    for place in range(len(limited)):
        d = limited[place]
        beyond[d] = 0.0
        mark = np.uint32(1 + (place << HALF))
        if every[d]:
            for i in range(len(many)):
                many[i] += mark * np.uint32(1 - (held[d] >> bins[d, i] & 1))
        else:
            _add_beyond(many, bins[d], np.uint16(low[d]), np.uint16(high[d]), mark)
    inside, nearly = 0, 0
    for i in range(len(many)):
        count = many[i] & LOWER
        places[0, inside], places[1, nearly] = i, i  # both written, one advanced at most: no branch to mispredict
        inside += count == 0
        nearly += count == 1
    for k in range(nearly):
        i = places[1, k]
        d = limited[many[i] >> HALF]
        beyond[d, bins[d, i], 0] += pairs[i, 0]
        beyond[d, bins[d, i], 1] += pairs[i, 1]
    for k in range(inside):
        mass += pairs[places[0, k], 0]
        caught += pairs[places[0, k], 1]
    for d in limited:  # one dimension after the other: its bins stay at hand
        of_bin, bin_of = beyond[d], bins[d]
        for k in range(inside):
            i = places[0, k]
            at = bin_of[i]
            of_bin[at, 0] += pairs[i, 0]
            of_bin[at, 1] += pairs[i, 1]
    return mass, caught


@numba.njit(cache=True, nogil=True)
def _add_beyond(many: Any, bin_of: Any, low: Any, high: Any, mark: Any) -> None:
    """Adds a mark where a bin lies outside of a range; a loop by itself and without a branch, of which the compiler makes vectors."""
    for i in range(len(many)):
        many[i] += mark * (np.uint32(bin_of[i] < low) | np.uint32(bin_of[i] > high))


@numba.njit(cache=True, nogil=True)
def _move(
    beyond: Any, limited: Any, last_bin: Any, every: Any, low: Any, high: Any, held: Any, price: float, least: float
) -> bool:
    """Moves the ends of the one dimension by which most is gained, in breaks less `price` for each future; says whether there is one."""
    best, best_dim, best_low, best_high, best_held = 0.0, -1, 0, 0, 0
    for d in limited:
        now, mass, worth = 0.0, 0.0, 0.0
        if every[d]:
            bits = 0
            for c in range(last_bin[d] + 1):
                gain = beyond[d, c, 1] - price * beyond[d, c, 0]
                now += gain * (held[d] >> c & 1)
                if gain > 0 or (gain == 0 and held[d] >> c & 1):
                    bits |= 1 << c
                    worth += gain
                    mass += beyond[d, c, 0]
            start, end = low[d], high[d]
        else:
            bits = held[d]
            start, end, worth, mass, now = _span(beyond[d], last_bin[d], low[d], high[d], price)
        if mass >= least and worth - now > best:
            best, best_dim, best_low, best_high, best_held = worth - now, d, start, end, bits
    if best_dim < 0 or best <= 1e-9 * beyond[best_dim, :, 0].sum():
        return False
    low[best_dim], high[best_dim], held[best_dim] = best_low, best_high, best_held
    return True


@numba.njit(cache=True, nogil=True)
def _span(of_bin: Any, last: int, low: int, high: int, price: float) -> Any:
    """The bins from one to another that are worth most, with that and their mass, and what those from `low` to `high` are worth; a side
    without a limit gets none.
    """
    sums, masses = 0.0, 0.0
    floor, floor_mass, floor_at = 0.0, 0.0, 0
    before, best, best_mass, start, end = 0.0, -np.inf, 0.0, low, high
    now = 0.0
    for at in range(last + 1):
        if low > 0 and sums < floor:
            floor, floor_mass, floor_at = sums, masses, at
        if at == low:
            before = sums
        sums += of_bin[at, 1] - price * of_bin[at, 0]
        masses += of_bin[at, 0]
        if at == high:
            now = sums - before
        if (high < last or at == last) and sums - floor > best:
            best, best_mass, start, end = sums - floor, masses - floor_mass, floor_at, at
    return start, end, best, best_mass, now


@numba.njit(cache=True, nogil=True)
def quasi_p(n: int, k: int, rate: float) -> float:
    """How often `k` or more of `n` would break at this rate; 1 where that is no test."""
    if k <= 0 or rate <= 0 or rate >= 1 or k <= n * rate:
        return 1.0
    log_term = (
        math.lgamma(n + 1)
        - math.lgamma(k + 1)
        - math.lgamma(n - k + 1)
        + k * math.log(rate)
        + (n - k) * math.log1p(-rate)
    )
    term, total = math.exp(log_term), 0.0
    while k <= n and term > total * 1e-12:
        total += term
        term *= (n - k) / (k + 1) * rate / (1 - rate)
        k += 1
    return min(total, 1.0)
