"""The whole search for boxes: peel, drop what may be chance, peel again in what is left, and move each limit to where it is best.

A single peeling depends on how much each peel takes. So a small sample is peeled at several paces, and in the few
dimensions that turn out to count once more (Kwakkel 2019 constrains the search likewise); then limits move freely at several
prices of a future in breaks, each a place on the trade-off of coverage against density. Of it all the boxes are kept that no
other beats, with those of the first peeling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.questions._peeling import ALPHA, TAKEN, Sample, Trajectory, joined, peel
from premortem.questions._refining import LEVEL, Refined, measured, pruned, settled
from premortem.questions.limits import Flags, Limit

Array = NDArray[Any]
# Paces of peeling, and prices of a future as parts of a box's density: of more than so many futures the first alone.
SMALL = 2000
PACES = ((ALPHA, TAKEN), (ALPHA, ALPHA), (0.1, 0.1), (0.2, 0.2))
PRICES = (0.5, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0)
# Of the peels of many futures, each so-manieth is a start: what lies between is reached again as limits move.
THINNED = 4
# Sets of dimensions in which it is peeled again, and most limits of a box that is chosen: beyond them nobody reads it.
MOST_SETS, MOST_LIMITS = 8, 5
# Dimensions of which every combination is tried where that is asked for.
MOST_COMBINED = 10


@dataclass(frozen=True)
class Step:
    """A point of the trade-off curve: a box with its limits, the quasi-p-value of each, and whether all are significant."""

    coverage: float
    density: float
    mass: float
    restricted: int
    limits: dict[str, Limit]
    p_values: dict[str, float]

    @property
    def significant(self) -> bool:
        """Whether no limit may be chance."""
        return all(p <= LEVEL for p in self.p_values.values())


def worth(coverage: float, density: float, base: float) -> float:
    """Harmonic mean of coverage and of the density gained over the base rate, as a share of what could be gained."""
    gained = max(density - base, 0.0) / max(1 - base, 1e-12)
    return 2 * coverage * gained / max(coverage + gained, 1e-12)


def searched(sample: Sample, names: Sequence[str], left: Flags, combined: int | None = None) -> list[Step]:
    """Every box worth a look among the futures that are `left`, the largest first; shares are of all futures and breaks.

    `combined` tries every combination of so many dimensions, of those that any peeling limits.
    """
    small = int(left.sum()) <= SMALL
    paces, prices = (PACES, PRICES) if small else (PACES[:1], PRICES[:1])
    path = peel(sample, left, pace=paces[0])
    if not len(path):
        return []
    peeled = joined([path, *(peel(sample, left, pace=pace) for pace in paces[1:])])
    cleaned = pruned(sample, left, peeled if small else peeled.every(THINNED))
    sets = _combinations(sample, peeled, combined) if combined else _sets(sample, cleaned)
    again = [peel(sample, left, pace=pace, dims=dims) for dims in sets for pace in PACES[-2:]]
    starts = joined([t for t in again if len(t)] or [path])
    every = [measured(sample, left, peeled), cleaned, *(settled(sample, left, starts, price) for price in prices)]
    return _steps(sample, names, every, len(path))


def _sets(sample: Sample, cleaned: Refined) -> list[tuple[int, ...]]:
    """Dimensions that boxes limit together once what may be chance is gone, those of the best boxes first."""
    boxes = cleaned.boxes
    total, base = float(sample.weight[sample.breaks].sum()), float(sample.weight[sample.breaks].sum()) / sample.mass
    best: dict[tuple[int, ...], float] = {}
    for limited, mass, caught in zip(boxes.limited(sample), boxes.mass, boxes.caught, strict=True):
        dims = tuple(map(int, np.flatnonzero(limited)))
        if 0 < len(dims) <= MOST_LIMITS:
            best[dims] = max(best.get(dims, 0.0), worth(caught / total, caught / mass, base))
    return sorted(best, key=lambda dims: -best[dims])[:MOST_SETS]


def _combinations(sample: Sample, peeled: Trajectory, most: int) -> list[tuple[int, ...]]:
    """Every combination of up to `most` dimensions, of those that the peelings limit most often."""
    often = peeled.limited(sample).sum(0)
    dims = [int(d) for d in np.argsort(-often, kind="stable")[:MOST_COMBINED] if often[d]]
    return [tuple(sorted(some)) for k in range(1, most + 1) for some in combinations(dims, k)]


def _steps(sample: Sample, names: Sequence[str], every: Sequence[Refined], path: int) -> list[Step]:
    """The first `path` boxes and those that no other beats in coverage, density or fewness of limits, the largest first."""
    boxes, p_values = joined([part.boxes for part in every]), np.concatenate([part.p_values for part in every])
    limited = boxes.limited(sample)
    measures = np.stack([boxes.caught, boxes.caught / np.maximum(boxes.mass, 1e-300), -limited.sum(1)], axis=1)
    kept = {*range(path), *_unbeaten(measures, np.asarray(limited.any(1)))}
    distinct = {(*boxes.first[i], *boxes.last[i], *boxes.kept[i]): i for i in sorted(kept, reverse=True)}
    ordered = sorted(distinct.values(), key=lambda i: (-boxes.mass[i], boxes.caught[i]))
    total = float(sample.weight[sample.breaks].sum())
    return [
        Step(
            coverage=float(boxes.caught[i] / total),
            density=float(measures[i, 1]),
            mass=float(boxes.mass[i] / sample.mass),
            restricted=int(limited[i].sum()),
            limits={names[d]: _limit(sample, boxes, i, d) for d in np.flatnonzero(limited[i]).tolist()},
            p_values={names[d]: float(p_values[i, d]) for d in np.flatnonzero(limited[i]).tolist()},
        )
        for i in ordered
    ]


def _unbeaten(measures: Array, candidate: Flags) -> list[int]:
    """Rows that no other equals or exceeds in every measure; of equal rows the first."""
    rows, first = np.unique(np.where(candidate[:, None], np.round(measures, 12), -np.inf), axis=0, return_index=True)
    at_least = (rows[None] >= rows[:, None]).all(2).sum(1) == 1  # itself alone
    return [int(i) for i, best in zip(first, at_least, strict=True) if best and candidate[i]]


def _limit(sample: Sample, boxes: Trajectory, i: int, d: int) -> Limit:
    """A limit in values of futures: the categories kept, or the ends, those of all futures where a side is free."""
    if sample.nominal[d]:
        bits = int(boxes.kept[i, d])
        return frozenset(float(sample.edges[d, c]) for c in range(sample.last_bin[d] + 1) if bits >> c & 1)
    return float(sample.edges[d, boxes.first[i, d]]), float(sample.top[d, boxes.last[i, d]])
