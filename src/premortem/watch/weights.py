"""Weights: how well each future agrees with what was observed, and whether enough futures keep weight for a result.

Importance weights with the prior as proposal: weight = likelihood of the readings known on a day. When so few futures carry
all the weight that no share can be told, the weights have collapsed: shares by them are None, `cannot answer`. What still needs
weights then has the likelihood tempered (Neal 2001): raised to the largest power that keeps enough futures.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from premortem.errors import BadInput
from premortem.text.result import Shown
from premortem.watch.quantities import Array, Quantity
from premortem.watch.readings import Reading, contradictions, errors, strengths

# Fewest effective futures that may speak for all: below it no share is told.
FLOOR = 50.0
# A reading that no future comes within this many standard deviations of is impossible under the model.
IMPOSSIBLE = 4.0
# Above this Pareto shape the mean of the weights cannot be trusted (Vehtari and others 2024).
PARETO_LIMIT = 0.7
# Futures a time, so that a block stays in cache.
BLOCK = 65_536
# The power of the likelihood is sought between this and 1, in so many halvings of its logarithm.
WEAKEST, BISECTIONS = 1e-12, 20
LEVEL = 0.95


@dataclass(frozen=True, repr=False)
class Weights(Shown):
    """Weights of futures, shape (future,), summing to 1, and how far they can be trusted."""

    values: Array
    effective: float  # effective number of futures
    untempered: float  # the same at the full likelihood
    tempering: float  # power to which the likelihood was raised; 1 when it was not
    pareto_k: float  # shape of the largest weights' tail; NaN for too few futures
    used: tuple[Reading, ...]
    left_out: tuple[str, ...]  # readings that the run keeps no column for
    warnings: tuple[str, ...]
    redrawn: bool = False  # whether the futures were drawn anew by the readings, and all count alike

    @property
    def collapsed(self) -> bool:
        """Whether too few futures agree with the readings for shares and intervals to mean anything."""
        return self.tempering < 1

    @property
    def at_full_strength(self) -> float:
        """Effective futures by the readings at their full strength."""
        return self.untempered if self.collapsed else self.effective


def misfit(predicted: Array, reading: Reading, quantity: Quantity) -> Array:
    """How many standard deviations each future lies above a reading, on the quantity's scale, shape (future,); NaN where it has no finite
    value. Each side has the reading's own error and the spread of reports.
    """
    below, above = (np.hypot(side, quantity.spread) for side in errors(reading, quantity))
    z = quantity.on_scale(predicted) - float(quantity.on_scale(reading.value))
    # a scale of the array's own type: float32 stays float32
    z *= np.where(z < 0, z.dtype.type(1 / below), z.dtype.type(1 / above))
    return np.where(np.isfinite(z), z, z.dtype.type(np.nan))


def log_likelihood(predicted: Array, reading: Reading, quantity: Quantity) -> Array:
    """Log likelihood of a reading in each future, up to a constant, shape (future,): normal, and -inf where a future has no finite value."""
    z = misfit(predicted, reading, quantity)
    return np.where(np.isfinite(z), -0.5 * z * z, -np.inf)


def misfits(predictions: Mapping[str, Array], readings: Sequence[Reading], quantities: Mapping[str, Quantity]) -> Array:
    """How far each future lies off each reading, (reading, future), so that the log likelihood of all is minus half the sum of squares:
    readings of one group count as one.
    """
    each = [
        math.sqrt(strength) * misfit(predictions[quantities[r.quantity].column(r.over)], r, quantities[r.quantity])
        for r, strength in zip(readings, strengths(readings), strict=True)
    ]
    return np.stack(each) if each else np.zeros((0, len(next(iter(predictions.values()), ()))))


def level(off: Array) -> Array:
    """Log likelihood up to a constant, shape (future,), of misfits (reading, future): minus half the sum of their squares, and -inf where one
    is not finite.
    """
    total = -0.5 * np.einsum("rf,rf->f", off, off)
    return np.where(np.isfinite(total), total, -np.inf)


def weigh(
    predictions: Mapping[str, Array],
    readings: Sequence[Reading],
    quantities: Mapping[str, Quantity],
    floor: float = FLOOR,
) -> Weights:
    """Weights of the futures by readings. `predictions` holds columns by `Quantity.column`, each of shape (future,).

    Readings without a column are left out and named. Raises nothing: use `impossible` and `contradictions` for what no
    weighting can mend.
    """
    used = [r for r in readings if quantities[r.quantity].column(r.over) in predictions]
    left_out = tuple(r.label for r in readings if r not in used)
    count = len(next(iter(predictions.values()))) if predictions else 0
    total = np.zeros(count, np.float32)
    for start in range(0, count, BLOCK):
        part = slice(start, start + BLOCK)
        total[part] = level(misfits({name: x[part] for name, x in predictions.items()}, used, quantities))
    floor = min(floor, count / 2)
    power, full = temper(total, floor)
    values = _normalised(total, power)
    left, k = effective(values), pareto_k(values)
    return Weights(
        values, left, full, power, k, tuple(used), left_out, _warnings(full, left, power, k, floor, len(used))
    )


def summing_to_one(weights: Array | None, count: int) -> Array:
    """Weights of `count` futures or values as parts of one, shape (count,); even where none are given."""
    return np.full(count, 1 / count) if weights is None else weights / weights.sum()


def effective(weights: Array) -> float:
    """Effective number of futures: (sum of weights)^2 / sum of squares (Kish 1965)."""
    squares = float(np.dot(weights, weights))
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def temper(log_likelihoods: Array, floor: float) -> tuple[float, float]:
    """Largest power (up to 1) of the likelihood that keeps `floor` effective futures, and how many it keeps at 1."""
    full = effective(_normalised(log_likelihoods, 1.0))
    if full >= floor or not len(log_likelihoods):
        return 1.0, full
    low, high = WEAKEST, 1.0
    for _ in range(BISECTIONS):
        middle = float(np.sqrt(low * high))
        if effective(_normalised(log_likelihoods, middle)) >= floor:
            low = middle
        else:
            high = middle
    return low, full


def _normalised(log_likelihoods: Array, power: float) -> Array:
    if not len(log_likelihoods):
        return np.zeros(0)
    best = log_likelihoods.max()
    if not np.isfinite(best):
        return np.zeros(len(log_likelihoods))
    raw = np.exp(np.float32(power) * (log_likelihoods - best))
    raw[~np.isfinite(log_likelihoods)] = 0.0  # a power of 0 must not bring a broken future back
    return raw / raw.sum(dtype=np.float64)


def pareto_k(weights: Array) -> float:
    """Shape of a generalised Pareto tail fitted to the largest weights; NaN for fewer than 25 of them.

    Zhang and Stephens 2009, with the weak prior of Vehtari, Simpson, Gelman, Yao and Gabry 2024 (appendix G).
    """
    tail = int(min(0.2 * len(weights), 3 * np.sqrt(len(weights))))
    if tail < 25:
        return float("nan")
    largest = np.sort(np.partition(weights, len(weights) - tail - 1)[-tail - 1 :]).astype(float)
    x = largest[1:] - largest[0]
    if x[-1] <= 0 or x[int(tail / 4 + 0.5) - 1] <= 0:
        return float("nan")
    grid = 30 + int(np.sqrt(tail))
    b = 1 / x[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3 * x[int(tail / 4 + 0.5) - 1])
    k = np.log1p(-b[:, None] * x[None]).mean(1)
    fit = tail * (np.log(-b / k) - k - 1)
    share = np.exp(fit - fit.max())
    shape = np.log1p(-(share * b).sum() / share.sum() * x).mean()
    return float((shape * tail + 5.0) / (tail + 10))


def _warnings(full: float, left: float, power: float, k: float, floor: float, readings: int) -> tuple[str, ...]:
    said = []
    if readings and power < 1:
        said.append(
            f"Weights collapse: {full:.0f} effective futures, where {floor:.0f} are needed. Cannot answer by these readings: their shares"
            f" have no value and no interval. Run more futures, or leave readings out. (At {power:.2g} of their strength they leave {left:.0f}.)"
        )
    if readings and power == 1 and k > PARETO_LIMIT:
        said.append(f"A few futures carry the weights (Pareto shape {k:.2f}): take weighted shares as rough.")
    return tuple(said)


def impossible(
    predictions: Mapping[str, Array], readings: Sequence[Reading], quantities: Mapping[str, Quantity]
) -> list[BadInput]:
    """Readings that no future comes near, and pairs that contradict each other: each a clear line with what to do."""
    found = contradictions(readings, quantities)
    for reading in readings:
        quantity = quantities[reading.quantity]
        values = predictions.get(quantity.column(reading.over))
        if values is None or not len(values):
            continue
        best = float(np.sqrt(-2 * log_likelihood(values, reading, quantity).max()))
        if not best <= IMPOSSIBLE:
            low, high = np.nanmin(values), np.nanmax(values)
            found.append(
                BadInput(
                    "readings",
                    reading.quantity,
                    f"{reading.label} is impossible under the model: no future comes within {IMPOSSIBLE:g} standard errors",
                    got=reading.value,
                    allowed=f"near {low:.3g} to {high:.3g} {quantity.unit}",
                    hint="check the unit and the day; if it is right, widen the priors behind it in params.csv",
                )
            )
    return found


Told = tuple[float | None, float | None, float | None]


def weighted_shares(holds: Mapping[str, Array], weights: Weights | None) -> dict[str, Told]:
    """Shares that hold with their intervals by name, by weights or all alike; None three times where the weights have collapsed."""
    if weights is not None and weights.collapsed:
        return dict.fromkeys(holds, (None, None, None))
    if weights is None:
        return dict(shares(holds))
    return dict(shares(holds, weights.values, weights.effective if weights.redrawn else None))


def shares(
    holds: Mapping[str, Array], weights: Array | None = None, worth: float | None = None
) -> dict[str, tuple[float, float, float]]:
    """Weighted share that holds and its 95% interval (Wilson 1927, with the effective number of futures), by name.

    Each of `holds` is boolean, shape (future,). `worth` is the effective number where the weights do not tell it.
    """
    z = float(ndtri(0.5 + LEVEL / 2))
    count = 0.0 if weights is None else worth or effective(weights)
    found = {}
    for name, flags in holds.items():
        n = float(len(flags)) if weights is None else count
        share = float(flags.mean()) if weights is None else float(weights.sum(where=flags))
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
        found[name] = (share, max(min(middle - half, share), 0.0), min(max(middle + half, share), 1.0))
    return found


def thinned(weights: Array, most: int, seed: int) -> tuple[Array, Array]:
    """Indices of at most so many futures, in order, and their weights, by which every mean stays right on average: the heavy ones as they are,
    of the light ones a systematic draw, alike in weight (Fearnhead and Clifford 2003).
    """
    known = np.flatnonzero(weights > 0)
    if len(known) <= most:
        return known, weights[known]
    heaviest = np.sort(weights)[::-1].astype(float)
    left = np.cumsum(heaviest[::-1])[::-1]  # weight of a future and all lighter ones
    each = left[:most] / (most - np.arange(most))  # that of each draw, were the futures before it kept
    kept = int(np.argmax(heaviest[:most] <= each))
    heavy = np.sort(np.argsort(-weights, kind="stable")[:kept])
    light = np.setdiff1d(known, heavy, assume_unique=True)
    at = np.concatenate([heavy, light[resample(weights[light], most - kept, seed)]])
    order = np.argsort(at)
    return at[order], np.concatenate([weights[heavy], np.full(most - kept, each[kept])])[order]


def change_of(before: Told, after: Told) -> tuple[float, float] | None:
    """95% interval of a change of a share, of two shares with their own intervals (Newcombe 1998, method 10); None where one cannot be told."""
    (p, p_low, p_high), (q, q_low, q_high) = before, after
    if p is None or p_low is None or p_high is None or q is None or q_low is None or q_high is None:
        return None
    return q - p - float(np.hypot(q - q_low, p_high - p)), q - p + float(np.hypot(q_high - q, p - p_low))


def is_noise(before: Told, after: Told) -> bool:
    """Whether a change of a share may be none: its interval holds 0. The sampling of both sides counts."""
    change = change_of(before, after)
    return change is not None and change[0] <= 0 <= change[1]


def resample(weights: Array, count: int, seed: int) -> Array:
    """Indices of `count` futures drawn in proportion to weight, by systematic resampling (Carpenter and others 1999)."""
    places = (np.arange(count) + np.random.default_rng(seed).random()) / count
    sums = np.cumsum(weights, dtype=np.float64)
    return np.minimum(np.searchsorted(sums / sums[-1], places, side="right"), len(weights) - 1)
