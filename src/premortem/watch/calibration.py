"""Whether ranges are as wide as they say: places of what was read within their predictions, one by one and all together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from premortem.text.result import Shown
from premortem.watch.quantities import Array
from premortem.watch.weights import resample

# Bins of the histogram of places: so few, since groups are some two dozen.
BINS = 5
# Futures that are compared by pairs.
PAIRED = 800
SEED = 7


@dataclass(frozen=True)
class Bin:
    """Part of the histogram of places: from `low` to `high`, how many groups fall into it, and how many would by a right model with the
    90% range of chance; a group of several readings is shared among their bins.
    """

    low: float
    high: float
    groups: float
    expected: float
    least: float
    most: float


@dataclass(frozen=True, repr=False)
class Joint(Shown):
    """All outcomes as one: their number and groups, how many independent ones they are worth by the model's own correlations, the energy
    score (smaller is better; in normal scores) beside that of the same ranges without correlation, and the place of the record
    among futures: the share of them that lie nearer to the others than it does.
    """

    readings: int
    groups: int
    effective_readings: float
    energy_score: float
    energy_score_uncorrelated: float
    place: float


def shares_of_groups(groups: Sequence[str]) -> Array:
    """Weights that give every group one in all, shape (reading,)."""
    return np.array([1 / groups.count(g) for g in groups])


def histogram(places: Sequence[float], groups: Sequence[str]) -> tuple[Bin, ...]:
    """Places (probability integral transforms, Dawid 1984) in even bins, each group counted once."""
    if not places:
        return ()
    each = shares_of_groups(groups)
    which = np.minimum((np.asarray(places) * BINS).astype(int), BINS - 1)
    counts = np.bincount(which, each, BINS)
    count = len(set(groups))
    # a binomial's range by its normal approximation, at least 0
    half = 1.645 * np.sqrt(count * (1 / BINS) * (1 - 1 / BINS))
    expected = count / BINS
    return tuple(
        Bin(
            i / BINS, (i + 1) / BINS, float(counts[i]), expected, max(expected - half, 0.0), min(expected + half, count)
        )
        for i in range(BINS)
    )


def joint(
    simulated: Array, observed: Array, groups: Sequence[str], weights: Array | None = None, seed: int = SEED
) -> Joint:
    """All readings as one: `simulated` of shape (reading, future) and `observed` of shape (reading,). Each is compared by the normal score
    of its place among futures, so that no unit counts and no tail outweighs the rest; readings of one group weigh as one.

    Energy score and its place: Gneiting and others 2008. Effective number: that of the eigenvalues of the correlation matrix (Bretherton
    and others 1999).
    """
    x = simulated
    if weights is not None:
        x = x[:, resample(weights, min(x.shape[1], 4 * PAIRED), seed)]
    count = x.shape[1]
    from scipy.stats import rankdata  # late: it takes half a second to load

    z = ndtri((rankdata(x, axis=1) - 0.5) / count)
    y = ndtri(np.clip((x < observed[:, None]).mean(1), 0.5 / count, 1 - 0.5 / count))
    scale = np.sqrt(shares_of_groups(groups))
    correlated = np.atleast_2d(np.corrcoef(z)) if len(z) > 1 else np.ones((1, 1))
    rng = np.random.default_rng(seed)
    some = z[:, rng.permutation(z.shape[1])[:PAIRED]] * scale[:, None]
    apart = np.stack([rng.permutation(row) for row in some])
    away = _distances(some)
    from_record = np.linalg.norm(some - (y * scale)[:, None], axis=0)
    return Joint(
        len(z),
        len(set(groups)),
        float(len(z) ** 2 / (np.nan_to_num(correlated) ** 2).sum()),
        float(from_record.mean() - away.mean() / 2),
        float(np.linalg.norm(apart - (y * scale)[:, None], axis=0).mean() - _distances(apart).mean() / 2),
        float((away.mean(0) < from_record.mean()).mean()),
    )


def _distances(x: Array) -> Array:
    """Distances between all pairs of columns."""
    squares = (x**2).sum(0)
    return np.asarray(np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * x.T @ x, 0)))
