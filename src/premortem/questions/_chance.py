"""Whether there is any box to find: the same search with the verdicts dealt out at random, compared at equal mass.

The search is greedy and finds dense boxes in noise, denser the more limits it may use. So the densest boxes of one limit, of
two and of a few at each of several masses are compared with those of permuted verdicts; how far they lie above their mean, in
their standard deviations and at the mass where that is most, is ranked among the same of every permutation. Data and permutations are treated alike, which makes the test exact. Its power
is measured, not assumed: in boxes planted among the same futures.
"""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from premortem.questions._search import MOST_LIMITS
from premortem.questions.limits import Flags
from premortem.questions.peeling import LEAST_MASS, Sample, peel
from premortem.text.result import Shown

Array = NDArray[Any]
# There is structure where the p-value of the test is below this.
LEVEL = 0.05
# Permutations of the verdicts (of many futures, whose structure is plainer, fewer) and boxes planted to measure the power.
PERMUTED, FEWER, PLANTED = 99, 39, 20
# What is planted: a box of this share of futures by two limits, in which the odds of breaking are so many times those outside.
PLANTED_MASS, PLANTED_ODDS = 0.1, 10.0
# Most futures of either verdict that are looked at (so many misses little, however large the run), and how many are many.
MOST_TESTED, MANY = 1000, 1000
# Bins of a dimension in the test: where exactly a limit lies does not matter to it.
COARSE = 100
# Pace of the search, and shares of futures at which boxes are compared.
PACE, MASSES = (0.1, 0.05), np.geomspace(0.8, 1.2 * LEAST_MASS, 14)
# Dimensions, those that tell most alone, of which every pair is searched by itself.
PAIRED = 4


@dataclass(frozen=True, repr=False)
class Chance(Shown):
    """How likely chance alone finds boxes as dense as those of a sample (`p`); `lifts` are the densities over the base rate that permuted
    verdicts reach: at each of `MASSES` by one limit, by two and by a few, (permutation, 3 x mass).
    """

    p: float
    lifts: Array
    sample: Sample
    seed: int

    @cached_property
    def power(self) -> float:
        """How often the test finds a box planted among the same futures."""
        rng = np.random.default_rng([self.seed, 3])
        found = _all_lifts(self.sample, [_planted(self.sample, rng) for _ in range(PLANTED)])
        return float(np.mean([_p(one, self.lifts) < LEVEL for one in found]))

    def least_lift(self, mass: float) -> float:
        """Lift over the base rate that 95% of permutations stay under at a mass, by a few limits."""
        usual = np.quantile(self.lifts[:, -len(MASSES) :], 1 - LEVEL, axis=0)
        return float(np.interp(np.log(mass), np.log(MASSES[::-1]), usual[::-1]))


def chance(sample: Sample, seed: int) -> Chance:
    """The test of a sample's verdicts."""
    rng = np.random.default_rng([seed, 2])
    few = _thinned(sample, rng)
    many = PERMUTED if len(few.breaks) <= MANY else FEWER
    own, *others = _all_lifts(few, [few.breaks, *(rng.permutation(few.breaks) for _ in range(many))])
    return Chance(_p(own, np.array(others)), np.array(others), few, seed)


def _all_lifts(sample: Sample, several: Sequence[Flags]) -> list[Array]:
    with ThreadPoolExecutor(2) as pool:  # peeling leaves the interpreter free
        return list(pool.map(lambda hits: _lifts(sample, hits), several))


def _thinned(sample: Sample, rng: np.random.Generator) -> Sample:
    """The futures with weight, at most so many of either verdict, in fewer bins: the odds of breaking change, what they depend on does not."""
    known = np.flatnonzero(sample.weight > 0)
    of_kind = (known[sample.breaks[known]], known[~sample.breaks[known]])
    rows = np.sort(np.concatenate([rng.permutation(kind)[:MOST_TESTED] for kind in of_kind]))
    bins = np.stack(
        [b[rows] if unordered else _coarse(b[rows]) for b, unordered in zip(sample.bins, sample.nominal, strict=True)]
    )
    edges = np.where(np.arange(int(bins.max()) + 1) <= bins.max(1)[:, None], 0.0, np.inf)
    return Sample(sample.values[:, rows], bins, edges, sample.breaks[rows], sample.weight[rows], sample.nominal)


def _coarse(bins: Array) -> Array:
    """Bins of about equal numbers of futures, `COARSE` at most; futures of one bin stay together."""
    counts = np.bincount(bins)
    place = ((np.cumsum(counts) - counts / 2) / len(bins) * COARSE).astype(np.uint16)
    return np.unique(place[bins], return_inverse=True)[1].astype(np.uint16)


def _lifts(sample: Sample, hits: Flags) -> Array:
    """Lift over the base rate of the densest box that holds each of `MASSES` at least: by one limit, by two, and by a few."""
    base, least = float(np.average(hits, weights=sample.weight)), MASSES * sample.mass
    alone, score = _one_limit(sample.bins, sample.pairs(hits), sample.last_bin, sample.nominal, least, base)
    pairs = combinations(map(int, np.argsort(-score, kind="stable")[:PAIRED]), 2)
    by_two = [_densest(sample, hits, least, base, dims) for dims in pairs]
    return np.concatenate([alone, np.max(by_two or [alone], axis=0), _densest(sample, hits, least, base)]) - base


def _densest(sample: Sample, hits: Flags, least: Array, base: float, dims: Sequence[int] | None = None) -> Array:
    """Density of the densest box of a peeling that holds each mass at least; the base rate where there is none."""
    t = peel(sample, np.ones(len(hits), np.bool_), hits, pace=PACE, dims=dims)
    few, density = t.limited(sample).sum(1) <= MOST_LIMITS, t.caught / np.maximum(t.mass, 1e-300)
    return np.asarray(np.where(few & (t.mass >= least[:, None]), density, base).max(1, initial=base))


@numba.njit(cache=True, nogil=True)
def _one_limit(bins: Any, pairs: Any, last_bin: Any, nominal: Any, least: Any, base: float) -> Any:
    """Density of the densest box of one limit that holds each mass at least; and how much each dimension alone tells."""
    densest, score = np.full(len(least), base), np.zeros(len(bins))
    whole = pairs[:, 0].sum()
    for d in range(len(bins)):
        counts = np.zeros((last_bin[d] + 1, 2))
        for i in range(len(pairs)):  # number by number: rows added as arrays take ten times as long
            at_bin = bins[d, i]
            counts[at_bin, 0] += pairs[i, 0]
            counts[at_bin, 1] += pairs[i, 1]
        if nominal[d]:
            counts = counts[np.argsort(-counts[:, 1] / np.maximum(counts[:, 0], 1e-300))]
        for side in range(1 if nominal[d] else 2):
            mass, caught, at = 0.0, 0.0, len(least) - 1
            for k in range(last_bin[d]):
                of_bin = k if side == 0 else last_bin[d] - k
                mass += counts[of_bin, 0]
                caught += counts[of_bin, 1]
                while at >= 0 and least[at] <= mass:
                    at -= 1
                if at < len(least) - 1:
                    lift = caught / mass - base
                    score[d] = max(score[d], lift * math.sqrt(mass / (whole - mass)) if mass < whole else 0.0)
                    densest[at + 1] = max(densest[at + 1], caught / mass)
    for j in range(1, len(least)):  # what holds more holds less too
        densest[j] = max(densest[j], densest[j - 1])
    return densest, score


def _p(own: Array, lifts: Array) -> float:
    """Rank of the furthest standardised lift among those of permutations."""
    every = np.vstack([own, lifts])
    scores = ((every - every.mean(0)) / np.maximum(every.std(0), 1e-12)).max(1)
    return float(np.mean(scores >= scores[0] - 1e-9))


def _planted(sample: Sample, rng: np.random.Generator) -> Flags:
    """Verdicts with a box at a random corner of two dimensions, as many breaking as in the sample on average."""
    free = np.flatnonzero(sample.last_bin > 0)
    dims = rng.permutation(free)[:2]
    inside, n = np.ones(len(sample.breaks), np.bool_), len(sample.breaks)
    for d in dims:
        place = sample.bins[d].astype(float) * rng.choice([-1, 1]) + rng.random(n) / 2  # ties fall either way
        inside &= place >= np.quantile(place, 1 - PLANTED_MASS ** (1 / len(dims)))
    share, base = float(inside.mean()), float(sample.breaks.mean())

    def rate(outside: float) -> float:
        odds = PLANTED_ODDS * outside / (1 - outside)
        return share * odds / (1 + odds) + (1 - share) * outside - base

    from scipy.optimize import brentq  # late: it takes a fifth of a second to load

    outside = brentq(rate, 1e-9, 1 - 1e-9)
    odds = PLANTED_ODDS * outside / (1 - outside)
    return np.asarray(rng.random(n) < np.where(inside, odds / (1 + odds), outside))
