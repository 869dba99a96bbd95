"""Alternative futures: a few families of trajectories, each with a real member, a name from what sets it apart, and
signposts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

Array = NDArray[Any]
SIZES = range(4, 8)
RESAMPLES = 5
# Most futures that the choice of the number of families looks at.
SEEN = 1500


@dataclass(frozen=True)
class Families:
    """Families of futures: centres and scales of the features, and the family of each future."""

    centres: Array  # (family, feature), standardised
    mean: Array
    scale: Array
    labels: Array
    silhouette: dict[int, float]
    stability: dict[int, float]

    def assign(self, features: Array) -> Array:
        """Family of each future by its features (future, feature), as its nearest centre."""
        z = (features - self.mean) / self.scale
        distance = ((z[:, None, :] - self.centres[None]) ** 2).sum(-1)
        return np.asarray(distance.argmin(1))

    def medoid(self, features: Array, family: int) -> int:
        """The future nearest to a family's centre: a real member that can stand for it."""
        z = (features - self.mean) / self.scale
        distance = ((z - self.centres[family]) ** 2).sum(1)
        members = self.labels == family
        return int(np.where(members, distance, np.inf).argmin())


def features_of(paths: Array, every: int = 8) -> Array:
    """Features of trajectories (series, quarter, future) as (future, feature): each series every two years, in a
    signed log.
    """
    thinned = paths[:, every - 1 :: every]
    squeezed = np.sign(thinned) * np.log1p(np.abs(thinned))
    return squeezed.reshape(-1, paths.shape[-1]).T


def families(features: Array, k: int | None = None, seed: int = 0) -> Families:
    """Families by k-means on standardised features; their number by silhouette times stability unless given.

    Stability: agreement (adjusted Rand index) of clusterings of halves of the futures with that of all.
    """
    mean, scale = features.mean(0), np.maximum(features.std(0), 1e-9)
    z = np.clip((features - mean) / scale, -4, 4)
    seen = z[:SEEN]
    silhouette, stability = {}, {}
    for size in SIZES if k is None else [k]:
        whole = KMeans(size, n_init=4, random_state=seed).fit(seen)
        silhouette[size] = float(silhouette_score(seen, whole.labels_))
        stability[size] = _stability(seen, whole, size, seed)
    chosen = max(silhouette, key=lambda size: silhouette[size] * stability[size])
    fitted = KMeans(chosen, n_init=8, random_state=seed).fit(z)
    return Families(fitted.cluster_centers_, mean, scale, fitted.labels_, silhouette, stability)


def _stability(z: Array, whole: Any, size: int, seed: int) -> float:
    rng = np.random.default_rng(seed)
    scores = []
    for _ in range(RESAMPLES):
        half = rng.choice(len(z), len(z) // 2, replace=False)
        part = KMeans(size, n_init=2, random_state=seed).fit(z[half])
        scores.append(adjusted_rand_score(whole.labels_, part.predict(z)))
    return float(np.mean(scores))


def separating(
    early: Array, names: Sequence[str], labels: Array, family: int, most: int = 3
) -> list[tuple[str, float, str, float]]:
    """Early readings that best tell a family from the rest: (name, threshold, 'above' or 'below', balanced accuracy).

    `early` has shape (reading, future). The threshold is the best cut among the readings' percentiles.
    """
    member = labels == family
    found = []
    for i, name in enumerate(names):
        cuts = np.quantile(early[i], np.linspace(0.05, 0.95, 37))
        for cut in np.unique(cuts):
            above = early[i] > cut
            accuracy = (above[member].mean() + (~above[~member]).mean()) / 2
            found.append((name, float(cut), "above", float(accuracy)))
            found.append((name, float(cut), "below", float(1 - accuracy)))
    best: dict[str, tuple[str, float, str, float]] = {}
    for row in sorted(found, key=lambda r: -r[3]):
        best.setdefault(row[0], row)
    return list(best.values())[:most]
