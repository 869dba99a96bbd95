"""The whole search for boxes: peel, drop what may be chance, peel again in what is left, and move each limit to where it is best.

A single peeling depends on how much each peel takes. So few futures are peeled at several paces, and in the few dimensions that
turn out to count once more (Kwakkel 2019 constrains the search likewise). Then limits move freely, each future at a price in
breaks: first one price for all; then, for each box of the curve, what the curve itself pays for a future there, which pastes and
peels the box towards the best of its size. Between such boxes it is peeled on. The curve is of all boxes that no other beats
in coverage, density or fewness of limits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.questions._refining import LEVEL, Refined, measured, pruned, settled
from premortem.questions.limits import Flags, Limit
from premortem.questions.peeling import ALPHA, TAKEN, Sample, Trajectory, joined, peel
from premortem.text.result import Shown

Array = NDArray[Any]
# Paces of peeling: of more futures than so many the first alone, and one price for all.
SMALL = 10_000
PACES = ((ALPHA, TAKEN), (ALPHA, ALPHA), (0.1, 0.1), (0.2, 0.2))
# The price of a future as a part of a box's density; how often boxes of the curve are settled at its own prices, and of how many.
PRICE, ROUNDS, SETTLED = 0.5, 2, 48
# Boxes of the curve from which it is peeled on.
ONWARD = 8
# Of the peels of many futures, each so-manieth is a start: what lies between is reached again as limits move.
THINNED = 4
# Sets of dimensions in which it is peeled again, and most limits of a box that is chosen: beyond them nobody reads it.
MOST_SETS, MOST_LIMITS = 8, 5
# Dimensions of which every combination is tried where that is asked for.
MOST_COMBINED = 10


@dataclass(frozen=True, repr=False)
class Step(Shown):
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
    peeled = _joined(peel(sample, left, pace=pace) for pace in (PACES if small else PACES[:1]))
    if peeled is None:
        return []
    cleaned = pruned(sample, left, peeled if small else peeled.every(THINNED))
    sets = _combinations(sample, peeled, combined) if combined else _sets(sample, cleaned)
    starts = _joined(peel(sample, left, pace=pace, dims=dims) for dims in sets for pace in PACES[-2:])
    if starts is None:  # what was peeled, from where it is cleaned already
        starts = peeled if small else peeled.every(THINNED)
        found = [cleaned, settled(sample, left, cleaned.boxes, PRICE * starts.caught / starts.mass)]
    else:
        found = [cleaned, settled(sample, left, starts, PRICE * starts.caught / starts.mass)]
    if small:
        found += _on_the_curve(sample, left, [peeled, starts, *(part.boxes for part in found)])
        found += _onward(sample, left, [part.boxes for part in found])
        peeled = _front(sample, [peeled])
    return _steps(sample, names, [measured(sample, left, peeled), *found])


def _joined(parts: Iterable[Trajectory]) -> Trajectory | None:
    held = [part for part in parts if len(part)]
    return joined(held) if held else None


def _front(sample: Sample, parts: Sequence[Trajectory]) -> Trajectory:
    """The boxes that no other beats in coverage, density or fewness of limits, the largest first."""
    boxes = joined(parts).distinct()
    best = boxes.at(_unbeaten(_measures(sample, boxes), np.asarray(boxes.limited(sample).any(1))))
    return best.at(np.argsort(-best.mass, kind="stable").tolist())


def _measures(sample: Sample, boxes: Trajectory) -> Array:
    """Breaks, density and fewness of limits of each box, (step, 3)."""
    return np.stack(
        [boxes.caught, boxes.caught / np.maximum(boxes.mass, 1e-300), -boxes.limited(sample).sum(1)], axis=1
    )


def _on_the_curve(sample: Sample, left: Flags, parts: list[Trajectory]) -> list[Refined]:
    """Boxes of the curve settled at its own prices: with limits that are no chance alone, and with all that they have."""
    found: list[Refined] = []
    for _ in range(ROUNDS):
        front = _front(sample, parts)
        some = front.at(_spread(len(front), SETTLED))
        prices = _prices(front, some)
        made = [settled(sample, left, some, prices, level) for level in (LEVEL, np.inf)]
        parts, found = [*parts, *(part.boxes for part in made)], [*found, *made]
    return found


def _spread(many: int, most: int) -> list[int]:
    """Up to `most` places of so many, evenly, both ends among them."""
    return [int(i) for i in np.unique(np.linspace(0, many - 1, min(many, most)).astype(int))]


def _prices(front: Trajectory, boxes: Trajectory) -> Array:
    """What the curve of breaks over mass pays for a future where each box lies, (step,): the slope of its upper hull, of two that meet
    there their mean.
    """
    hull = [(0.0, 0.0)]
    for mass, caught in sorted(zip(front.mass.tolist(), front.caught.tolist(), strict=True)):
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) <= _slope(hull[-2], (mass, caught)):
            hull.pop()
        hull.append((mass, caught))
    masses = np.array([mass for mass, _ in hull])
    slopes = np.array([_slope(a, b) for a, b in pairwise(hull)])
    at = np.clip(np.searchsorted(masses, boxes.mass) - 1, 0, len(slopes) - 1)
    return np.asarray(np.maximum((slopes[at] + slopes[np.minimum(at + 1, len(slopes) - 1)]) / 2, 1e-6))


def _slope(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (b[1] - a[1]) / max(b[0] - a[0], 1e-12)


def _onward(sample: Sample, left: Flags, parts: list[Trajectory]) -> list[Refined]:
    """Boxes peeled on from some of the curve."""
    front = _front(sample, parts)
    begins = [front.at([i]) for i in _spread(len(front), ONWARD)]
    on = _joined(peel(sample, left & box.holds(sample, 0), pace=PACES[0]).within(box) for box in begins)
    return [] if on is None else [measured(sample, left, _front(sample, [on]))]


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


def _steps(sample: Sample, names: Sequence[str], every: Sequence[Refined]) -> list[Step]:
    """The boxes that no other beats in coverage, density or fewness of limits, the largest first."""
    boxes, p_values = joined([part.boxes for part in every]), np.concatenate([part.p_values for part in every])
    limited, measures = boxes.limited(sample), _measures(sample, boxes)
    best = _unbeaten(measures, np.asarray(limited.any(1)))
    ordered = sorted(best, key=lambda i: (-boxes.mass[i], boxes.caught[i]))
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
