"""Scenario discovery: boxes of uncertainties in which an assumption breaks, by the patient rule induction method.

PRIM of Friedman and Fisher 1999 as used by Bryant and Lempert 2010: search (`_search`), choose a point of the trade-off
between coverage and density among the boxes whose limits are all significant, measure by resamples how often each limit is
found again, cover what is left with further boxes. Whether there is anything to find is tested first (`_chance`).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from premortem.questions._chance import LEVEL, PLANTED_MASS, PLANTED_ODDS, Chance, chance
from premortem.questions._refining import pruned
from premortem.questions._search import MOST_LIMITS, PACES, Step, searched, worth
from premortem.questions.limits import Flags, Limit, within
from premortem.questions.peeling import Sample, peel, prepared
from premortem.text.numbers import count_noun, spell_count
from premortem.text.result import Shown

Array = NDArray[Any]


class Least(NamedTuple):
    """Fewest effective futures, and fewest that break and that hold, from which a box means anything."""

    futures: int
    breaks: int


LEAST_FUTURES, LEAST_BREAKS = 400, 30
OF_A_RUN = Least(LEAST_FUTURES, LEAST_BREAKS)
# Random halves of the futures in which a box is sought again, of at most so many futures.
RESAMPLES, MOST_RESAMPLED = 10, 10_000
REASON = (
    "the point of the curve with the largest harmonic mean of coverage and of the density gained over the base rate, "
    f"with at most {MOST_LIMITS} limits, each with a quasi-p-value of {LEVEL:g} at most"
)


@dataclass(frozen=True, repr=False)
class Box(Shown):
    """A box: its limits by dimension, how dense in breaks it is, what share of them it holds, and the curve it was
    chosen from.

    `p_values` and `found_again` measure each limit: the quasi-p-value, and the share of resamples in which a box with
    as many limits restricts the dimension too. `chosen` is the place on the curve.
    """

    limits: dict[str, Limit]
    coverage: float
    density: float
    mass: float
    p_values: dict[str, float]
    found_again: dict[str, float]
    curve: tuple[Step, ...]
    chosen: int
    reason: str = REASON
    sentence: str = ""  # what it says in words, where who sought it knows the words

    def holds(self, values: Array, names: Sequence[str]) -> Flags:
        """Which futures lie in the box; `values` has shape (parameter, future)."""
        places = list(names)
        return within(self.limits, {name: values[places.index(name)] for name in self.limits})


@dataclass(frozen=True, repr=False)
class Discovery(Shown):
    """What scenario discovery found: boxes, or in words why there are none; `base_rate` is None where no future can tell it.

    `failed` futures, whose margin is no number, were left out; `test` tells chance from structure, None where there was too little to
    test; `curve` is that of the first box, or of the search that found none.
    """

    boxes: tuple[Box, ...]
    base_rate: float | None
    verdict: str
    failed: int = 0
    test: Chance | None = None
    curve: tuple[Step, ...] = ()


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
    combined: int | None = None,
    least: Least = OF_A_RUN,
) -> Discovery:
    """Boxes in which `breaks` is common, best first; `values` has shape (parameter, future).

    A box takes a range of each dimension, and a set of categories of a `nominal` one. `combined` tries every combination of so many
    dimensions (constrained PRIM). Says in words when there are too few futures, no or only breaks, or nothing beyond what shuffled
    outcomes show. Constant dimensions are never restricted; ties are taken whole.
    """
    weight = np.ones(values.shape[1]) if weights is None else np.asarray(weights, float)
    base = float(np.average(breaks, weights=weight)) if weight.sum() > 0 else None
    said = too_little(breaks, weight, least)
    if said or base is None:
        return Discovery((), base, said)
    sample = prepared(values, breaks, weights, [list(names).index(name) for name in nominal])
    weight = sample.weight
    left = np.ones(values.shape[1], np.bool_)
    with ThreadPoolExecutor(2) as pool:  # peeling leaves the interpreter free
        tested = pool.submit(chance, sample, seed)
        curve = searched(sample, names, left, combined)
        test, box = tested.result(), _box(curve, base)
        boxes: list[Box] = []
        while box is not None and _beats_chance(box, base, test, first=not boxes):
            boxes.append(_resampled(box, sample, names, left, seed, pool) if resample else box)
            left = left & ~box.holds(sample.values, names)
            if len(boxes) == most or breaks[left].sum() < least.breaks:
                break
            box = _box(searched(sample, names, left, combined), base)
    return Discovery(tuple(boxes), base, _verdict(len(boxes), breaks, weight, test), test=test, curve=tuple(curve))


def too_little(breaks: Flags, weight: Array, least: Least = OF_A_RUN) -> str:
    """In words why these futures cannot tell anything: too few, too few that break or that hold; else nothing."""
    if not weight.sum():
        return "cannot answer: no future has a margin that is a number"
    effective = weight.sum() ** 2 / max((weight**2).sum(), 1e-300)
    broken = int((breaks & (weight > 0)).sum())
    held = int((~breaks & (weight > 0)).sum())
    need = (
        f"needed are {count_noun(least.futures, 'future')} with {least.breaks} that break and {least.breaks} that hold"
    )
    if effective < least.futures:
        return f"too little to go on: {effective:,.0f} effective futures of {len(breaks):,}; {need}"
    if broken == 0 or held == 0:
        return f"nothing to tell apart: it {'holds' if broken == 0 else 'breaks'} in every future; {need}"
    if min(broken, held) < least.breaks:
        few = f"only {broken} break" if broken < least.breaks else f"only {held} hold"
        return f"too little to go on: of {count_noun(len(breaks), 'future')} {few}; {need}"
    return ""


def _beats_chance(box: Box, base: float, test: Chance, *, first: bool) -> bool:
    """The first box stands or falls with the test; a later one must be denser than chance at its mass."""
    return test.p < LEVEL if first else box.density - base > test.least_lift(box.mass)


def _verdict(boxes: int, breaks: Flags, weight: Array, test: Chance) -> str:
    """What was found; where no box was, what was tested, on how many futures, and what the test may miss."""
    if boxes:
        return f"{boxes} {'box' if boxes == 1 else 'boxes'}"
    tested = f"Tested on {int((weight > 0).sum()):,} futures of which {int((breaks & (weight > 0)).sum()):,} break"
    return (
        f"no structure found: with the verdicts dealt out at random, the same search finds boxes as dense in {test.p:.0%} of trials; "
        f"boxes are shown where that is under {LEVEL:.0%}. {tested}; the test finds a box of {PLANTED_MASS:.0%} of them with "
        f"{PLANTED_ODDS:g} times the odds of breaking in {test.power:.0%} of trials, weaker structure may be missed"
    )


def out_of_sample(box: Box, values: Array, names: Sequence[str], breaks: Flags) -> tuple[float, float]:
    """Coverage and density of a box on futures that it was not found on."""
    inside = box.holds(values, names)
    caught = breaks[inside].sum()
    return float(caught / max(breaks.sum(), 1)), float(caught / max(inside.sum(), 1))


def left_outside(earlier: Sequence[Box], base: float) -> tuple[str, float]:
    """Where a box after `earlier` ones is sought and measured, in words (`the first box` is what it lies outside), and the share that breaks
    there, of which `base` is that of all.
    """
    words = "the first box" if len(earlier) == 1 else f"the first {spell_count(len(earlier))} boxes"
    return words, base * (1 - sum(b.coverage for b in earlier)) / max(1 - sum(b.mass for b in earlier), 1e-12)


def _box(curve: Sequence[Step], base: float) -> Box | None:
    """The box at the best point of a curve; none where no point has significant limits alone."""
    fine = [i for i, s in enumerate(curve) if 0 < s.restricted <= MOST_LIMITS and s.significant]
    if not fine:
        return None
    chosen = max(fine, key=lambda i: worth(curve[i].coverage, curve[i].density, base))
    step = curve[chosen]
    return Box(step.limits, step.coverage, step.density, step.mass, step.p_values, {}, tuple(curve), chosen)


def _resampled(box: Box, sample: Sample, names: Sequence[str], left: Flags, seed: int, pool: ThreadPoolExecutor) -> Box:
    """The box with the share of random halves in which a peeling restricts each of its dimensions too.

    The reproducibility statistic of Bryant and Lempert 2010: a limit that half the data does not ask for is an accident.
    """
    rng = np.random.default_rng([seed, 1])
    n = min(len(left), MOST_RESAMPLED)
    few = Sample(
        sample.values[:, :n], sample.bins[:, :n], sample.edges, sample.breaks[:n], sample.weight[:n], sample.nominal
    )
    halves = [left[:n] & (rng.random(n) < 0.5) for _ in range(RESAMPLES)]

    def again(half: Flags) -> Flags:
        halved = replace(few, weight=np.where(half, few.weight, 0.0))
        total = halved.weight[few.breaks].sum()
        peeled = peel(halved, half, pace=PACES[-2])
        if not total or not len(peeled):
            return np.zeros(len(names), np.bool_)
        boxes = pruned(halved, half, peeled).boxes
        limited, base = boxes.limited(halved), float(total / halved.mass)
        worths = [worth(c / total, c / m, base) for c, m in zip(boxes.caught, boxes.mass, strict=True)]
        return np.asarray(limited[int(np.argmax(worths * (limited.sum(1) <= MOST_LIMITS)))])

    found = np.mean(list(pool.map(again, halves)), axis=0)
    return replace(box, found_again={name: float(found[list(names).index(name)]) for name in box.limits})
