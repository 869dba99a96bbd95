"""Scenario discovery: boxes of uncertainties in which an assumption breaks, by the patient rule induction method.

PRIM of Friedman and Fisher 1999 as used by Bryant and Lempert 2010: peel and paste (`peeling`), choose a point of the
trade-off between coverage and density, measure each limit by a quasi-p-value and by how often resamples find it again,
cover what is left with further boxes.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtrc

from premortem.questions._categories import CategorySet, set_of
from premortem.questions._peeling import Sample, Trajectory, paste, peel, prepared
from premortem.text.numbers import counted

Array = NDArray[Any]
Flags = NDArray[np.bool_]

# A restriction whose quasi-p-value is above this is dropped.
LEVEL = 0.05
# Fewest futures, and fewest breaks, from which a box means anything.
LEAST_FUTURES, LEAST_BREAKS = 400, 30
# Most restricted dimensions of a chosen box: beyond them nobody reads it.
MOST_LIMITS = 5
# Times that a box found must beat what shuffled outcomes give, in lift over the base rate.
BEAT_CHANCE = 1.5
# Random halves of the futures in which a box is sought again, of at most so many futures.
RESAMPLES, MOST_RESAMPLED = 10, 50_000
REASON = (
    "the point of the curve with the largest harmonic mean of coverage and of the density gained over the base rate, "
    f"with at most {MOST_LIMITS} limits; limits with a quasi-p-value over {LEVEL:g} are dropped"
)


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

    `p_values` and `found_again` measure each limit: the quasi-p-value, and the share of resamples in which a box with
    as many limits restricts the dimension too. `chosen` is the place on the curve, before pasting.
    """

    limits: dict[str, tuple[float, float]]
    coverage: float
    density: float
    mass: float
    p_values: dict[str, float]
    found_again: dict[str, float]
    curve: tuple[Step, ...]
    chosen: int
    reason: str = REASON

    def holds(self, values: Array, names: Sequence[str]) -> Flags:
        """Which futures lie in the box; `values` has shape (parameter, future)."""
        return _inside(values, names, self.limits)


@dataclass(frozen=True)
class Discovery:
    """What scenario discovery found: boxes, or in words why there are none; `base_rate` is None where no future can tell it.

    `failed` futures, whose margin is no number, were left out; `sets` are categories on which breaks depend in a way that no range tells.
    """

    boxes: tuple[Box, ...]
    base_rate: float | None
    verdict: str
    failed: int = 0
    sets: tuple[CategorySet, ...] = ()


def discover(
    values: Array,
    names: Sequence[str],
    breaks: Flags,
    most: int = 3,
    weights: Array | None = None,
    seed: int = 0,
    *,
    resample: bool = True,
    nominal: Sequence[str] = (),
) -> Discovery:
    """Boxes in which `breaks` is common, best first; `values` has shape (parameter, future).

    A box takes a range of each dimension. Where breaks go with a set of categories of a `nominal` one that is no range, that set is told
    apart (`sets`). Says in words when there are too few futures, no or only breaks, or nothing beyond what shuffled outcomes show.
    Constant dimensions are never restricted; ties are taken whole.
    """
    weight = np.ones(values.shape[1]) if weights is None else np.asarray(weights, float)
    base = float(np.average(breaks, weights=weight)) if weight.sum() > 0 else None
    said = too_little(breaks, weight)
    if said or base is None:
        return Discovery((), base, said)
    sample = prepared(values, breaks, weight)
    left = np.ones(values.shape[1], np.bool_)
    with ThreadPoolExecutor(2) as pool:  # peeling leaves the interpreter free
        chance = pool.submit(_chance_lift, sample, base, seed)
        box = _one_box(sample, names, left)
        least = base + BEAT_CHANCE * chance.result()
        boxes: list[Box] = []
        while box is not None and box.density >= least:
            boxes.append(_resampled(box, sample, names, left, seed, pool) if resample else box)
            left = left & ~box.holds(sample.values, names)
            if len(boxes) == most or breaks[left].sum() < LEAST_BREAKS:
                break
            box = _one_box(sample, names, left)
    sets = [found for name in nominal if (found := set_of(name, values[list(names).index(name)], breaks, weight))]
    return Discovery(tuple(boxes), base, _verdict(len(boxes), breaks, weight, sets), sets=tuple(sets))


def too_little(breaks: Flags, weight: Array) -> str:
    """In words why these futures cannot tell anything: too few, too few that break or that hold; else nothing."""
    if not weight.sum():
        return "cannot answer: no future has a margin that is a number"
    effective = weight.sum() ** 2 / max((weight**2).sum(), 1e-300)
    broken = int((breaks & (weight > 0)).sum())
    held = int((~breaks & (weight > 0)).sum())
    need = f"needed are {LEAST_FUTURES} futures with {LEAST_BREAKS} that break and {LEAST_BREAKS} that hold"
    if effective < LEAST_FUTURES:
        return f"too little to go on: {effective:,.0f} effective futures of {len(breaks):,}; {need}"
    if broken == 0 or held == 0:
        return f"nothing to tell apart: it {'holds' if broken == 0 else 'breaks'} in every future of the run; {need}"
    if min(broken, held) < LEAST_BREAKS:
        few = f"only {broken} break" if broken < LEAST_BREAKS else f"only {held} hold"
        return f"too little to go on: of {counted(len(breaks), 'future')} {few}; {need}"
    return ""


def _verdict(boxes: int, breaks: Flags, weight: Array, sets: Sequence[CategorySet]) -> str:
    """What was found; where no box was, what was tested, on how many futures, and what the test may miss."""
    told = "".join(
        f"; breaks go with {s.name}: {s.density:.0%} of the futures in which it is {_either(s.categories)} break, which is {s.coverage:.0%} of the "
        "breaks. Its categories have no order, and no range of them says this"
        for s in sets
    )
    if boxes:
        return f"{boxes} {'box' if boxes == 1 else 'boxes'}{told}"
    counted = breaks & (weight > 0)
    return (
        f"no structure {'by ranges ' if sets else ''}found: where breaks are commonest they are not much commoner than chance makes them. With the "
        f"verdicts dealt out at random the best box rises some way above the share of all futures that break; a box must rise {BEAT_CHANCE:g} times as far. "
        f"Tested on {int((weight > 0).sum()):,} futures of which {int(counted.sum()):,} break; weaker structure may be missed{told}"
    )


def _either(categories: Sequence[float]) -> str:
    said = [f"{c:g}" for c in categories]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def out_of_sample(box: Box, values: Array, names: Sequence[str], breaks: Flags) -> tuple[float, float]:
    """Coverage and density of a box on futures that it was not found on."""
    inside = box.holds(values, names)
    caught = breaks[inside].sum()
    return float(caught / max(breaks.sum(), 1)), float(caught / max(inside.sum(), 1))


def worth(coverage: float, density: float, base: float) -> float:
    """Harmonic mean of coverage and of the density gained over the base rate, as a share of what could be gained."""
    gained = max(density - base, 0.0) / max(1 - base, 1e-12)
    return 2 * coverage * gained / max(coverage + gained, 1e-12)


def _steps(t: Trajectory, total: float, whole: float) -> list[Step]:
    rows = zip(t.mass, t.caught, t.restricted, strict=True)
    return [Step(float(c / total), float(c / m), float(m / whole), int(r)) for m, c, r in rows]


def _choose(steps: Sequence[Step], base: float, most_limits: int) -> int | None:
    fine = [i for i, s in enumerate(steps) if 0 < s.restricted <= most_limits]
    return max(fine, key=lambda i: worth(steps[i].coverage, steps[i].density, base), default=None)


def _one_box(sample: Sample, names: Sequence[str], left: Flags) -> Box | None:
    trajectory = peel(sample, left)
    total, whole = sample.weight[sample.breaks].sum(), sample.mass
    steps = _steps(trajectory, total, whole)
    chosen = _choose(steps, total / whole, MOST_LIMITS)
    if chosen is None:
        return None
    low, high = trajectory.low[chosen].copy(), trajectory.high[chosen].copy()
    paste(sample, left, low, high)
    limits, p_values = _tested(sample, names, left, low, high)
    if not limits:
        return None
    inside = _inside(sample.values, names, limits) & left
    caught, mass = sample.weight[inside & sample.breaks].sum(), sample.weight[inside].sum()
    shares = float(caught / total), float(caught / mass), float(mass / whole)
    return Box(limits, *shares, p_values, {}, tuple(steps), chosen)


def _inside(values: Array, names: Sequence[str], limits: dict[str, tuple[float, float]]) -> Flags:
    inside = np.ones(values.shape[1], bool)
    places = list(names)
    for name, (low, high) in limits.items():
        # limits are values of single precision: compare as such, or an edge falls outside of its own box
        x = np.asarray(values[places.index(name)], np.float32)
        inside &= (x >= np.float32(low)) & (x <= np.float32(high))
    return inside


def _tested(
    sample: Sample, names: Sequence[str], left: Flags, low: Array, high: Array
) -> tuple[dict[str, tuple[float, float]], dict[str, float]]:
    """Limits that pass their test, the weakest dropped one at a time, with their quasi-p-values."""
    ends = sample.values.min(1), sample.values.max(1)
    limits = {
        names[d]: (float(max(low[d], ends[0][d])), float(min(high[d], ends[1][d])))
        for d in range(len(names))
        if low[d] > ends[0][d] or high[d] < ends[1][d]
    }
    while limits:
        p_values = {name: _quasi_p(sample, names, left, limits, name) for name in limits}
        worst = max(p_values, key=lambda name: p_values[name])
        if p_values[worst] <= LEVEL:
            return limits, p_values
        limits.pop(worst)
    return {}, {}


def _quasi_p(
    sample: Sample, names: Sequence[str], left: Flags, limits: dict[str, tuple[float, float]], name: str
) -> float:
    """How often so many of the box's futures would break if the box without this limit told the rate (one-sided)."""
    weight = sample.weight
    scale = weight.sum() / (weight**2).sum()  # turns weights into effective counts
    inside = _inside(sample.values, names, limits) & left
    wider = _inside(sample.values, names, {k: v for k, v in limits.items() if k != name}) & left
    rate = weight[wider & sample.breaks].sum() / max(weight[wider].sum(), 1e-12)
    n, k = round(weight[inside].sum() * scale), round(weight[inside & sample.breaks].sum() * scale)
    return float(bdtrc(k - 1, n, rate)) if 0 < k <= n and 0 < rate < 1 else 1.0


def _chance_lift(sample: Sample, base: float, seed: int) -> float:
    """Lift over the base rate that the best box reaches when outcomes are shuffled: what peeling finds in noise."""
    rng = np.random.default_rng(seed)
    everything = np.ones(len(sample.breaks), np.bool_)
    lifts = [0.0]
    for _ in range(1 if len(sample.breaks) > MOST_RESAMPLED else 3):
        shuffled = rng.permutation(sample.breaks)
        steps = _steps(peel(sample, everything, shuffled), sample.weight[shuffled].sum(), sample.mass)
        best = _choose(steps, base, MOST_LIMITS)
        lifts.append(steps[best].density - base if best is not None else 0.0)
    return max(lifts)


def _resampled(box: Box, sample: Sample, names: Sequence[str], left: Flags, seed: int, pool: ThreadPoolExecutor) -> Box:
    """The box with the share of random halves in which peeling to as many limits restricts each of its dimensions.

    The reproducibility statistic of Bryant and Lempert 2010: a limit that half the data does not ask for is an accident.
    """
    rng = np.random.default_rng([seed, 1])
    n = min(len(left), MOST_RESAMPLED)
    small = Sample(sample.values[:, :n], sample.bins[:, :n], sample.edges, sample.breaks[:n], sample.weight[:n])
    halves = [left[:n] & (rng.random(n) < 0.5) for _ in range(RESAMPLES)]
    base = float(np.average(small.breaks, weights=small.weight))

    def again(half: Flags) -> set[str]:
        halved = replace(small, weight=np.where(half, small.weight, 0.0))
        t = peel(halved, half)
        steps = _steps(t, max(halved.weight[small.breaks].sum(), 1e-300), halved.mass)
        best = _choose(steps, base, MOST_LIMITS)
        if best is None:
            return set()
        return {names[d] for d in range(len(names)) if np.isfinite(t.low[best, d]) or np.isfinite(t.high[best, d])}

    found = list(pool.map(again, halves))
    share = {name: float(np.mean([name in one for one in found])) for name in box.limits}
    return Box(**{**vars(box), "found_again": share})
