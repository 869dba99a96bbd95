"""Alternative futures: a few families of trajectories, each around a real member, with the signposts that tell it apart.

Families are k-means clusters of standardised trajectories, each shown by its medoid: the member nearest to the middle,
a future that can be looked up and run again. k-medoids proper was tried and left: halves of the futures agreed on its
families half as often (adjusted Rand index 0.2 against 0.5). Where no families stand apart, futures are cut at the medians of
their two strongest axes (principal components), into quadrants.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

Array = NDArray[Any]
SIZES = range(4, 8)
# Below this silhouette no structure is claimed (Kaufman and Rousseeuw 1990): futures are a continuum.
STRUCTURE = 0.25
RESAMPLES = 5
# Most futures that the choice of the number of families looks at.
SEEN = 1500
# Most futures that the families themselves are fitted to; the others join the nearest.
FITTED = 5000
# Axes by which a continuum is cut; each halves the futures.
CUT = 2
# Standardised features count within this: one wild path must not make a family.
CLIP = 4.0


@dataclass(frozen=True)
class Axes:
    """Directions along which standardised futures differ most, the strongest first: `loadings` of shape (axis, feature), each with the
    `shares` of all variance that lies along it, and the median of the futures on each.
    """

    loadings: Array
    shares: Array
    medians: Array

    def quadrant(self, z: Array) -> Array:
        """On which side of the medians of the strongest axes each future lies, as a number from 0: shape (future,)."""
        above = z @ self.loadings[:CUT].T > self.medians[:CUT]
        return np.asarray(above @ (1 << np.arange(above.shape[1])))


@dataclass(frozen=True)
class Families:
    """Groups of futures: middles and medoids, how features are standardised, the group of each future, and the axes of all. They are
    families, or quadrants of a `continuum`.
    """

    centres: Array  # standardised features, (family, feature)
    medoids: Array  # index of the member nearest to each middle, (family,)
    mean: Array
    scale: Array
    labels: Array
    silhouette: dict[int, float]
    stability: dict[int, float]
    axes: Axes

    @property
    def continuum(self) -> bool:
        """Whether no number of families that was tried sets them apart, so that parts are cut from a whole."""
        return max(self.silhouette.values()) < STRUCTURE

    def assign(self, features: Array) -> Array:
        """Group of each future by its features (future, feature): the quadrant of a continuum, else the nearest middle."""
        z = _standard(features, self.mean, self.scale)
        return self.axes.quadrant(z) if self.continuum else np.asarray(_distances(z, self.centres).argmin(1))


def features_of(levels: Array) -> Array:
    """Features of futures, (future, feature), from series on days (series, day, future), in a signed log."""
    squeezed = np.sign(levels) * np.log1p(np.abs(levels))
    return squeezed.reshape(-1, levels.shape[-1]).T


def families(features: Array, k: int | None = None, seed: int = 0) -> Families:
    """Families by k-means on standardised features; their number by silhouette times stability unless given. Quadrants where futures are
    a continuum.

    Stability: agreement (adjusted Rand index) of families found in halves of the futures with those found in all.
    """
    from sklearn.cluster import (
        KMeans,
    )  # late: it takes long to load, and most who ask of a run do not group its futures
    from sklearn.metrics import silhouette_score

    mean, scale = features.mean(0), np.maximum(features.std(0), 1e-9)
    z = _standard(features, mean, scale)
    silhouette, stability = {}, {}
    with threadpool_limits(limits=1):  # so little work that threads would only wait for each other
        for size in SIZES if k is None else [k]:
            whole = KMeans(size, n_init=4, random_state=seed).fit(z[:SEEN])
            silhouette[size] = float(silhouette_score(z[:SEEN], whole.labels_))
            stability[size] = _stability(z[:SEEN], whole, size, seed)
        axes = principal_axes(z)
        if max(silhouette.values()) < STRUCTURE:
            labels = axes.quadrant(z)
            centres = np.stack([z[labels == q].mean(0) for q in np.unique(labels)])
        else:
            chosen = max(silhouette, key=lambda size: silhouette[size] * stability[size])
            centres = KMeans(chosen, n_init=8, random_state=seed).fit(z[:FITTED]).cluster_centers_
            labels = _distances(z, centres).argmin(1)
    own = np.where(labels[:, None] == np.arange(len(centres)), _distances(z, centres), np.inf)
    return Families(centres, own.argmin(0), mean, scale, labels, silhouette, stability, axes)


def principal_axes(z: Array) -> Axes:
    """Principal components of standardised futures, (future, feature), each turned so that what it tells most of rises along it."""
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(z, rowvar=False)))
    strongest = np.argsort(-values)
    loadings = vectors[:, strongest].T
    loadings *= np.sign(np.take_along_axis(loadings, np.abs(loadings).argmax(1)[:, None], axis=1))
    return Axes(loadings, values[strongest] / values.sum(), np.median(z @ loadings.T, axis=0))


def _stability(z: Array, whole: Any, size: int, seed: int) -> float:
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score

    rng = np.random.default_rng(seed)
    scores = []
    for _ in range(RESAMPLES):
        half = rng.choice(len(z), len(z) // 2, replace=False)
        part = KMeans(size, n_init=2, random_state=seed).fit(z[half])
        scores.append(adjusted_rand_score(whole.labels_, part.predict(z)))
    return float(np.mean(scores))


def _standard(features: Array, mean: Array, scale: Array) -> Array:
    return np.clip((features - mean) / scale, -CLIP, CLIP)


def _distances(z: Array, centres: Array) -> Array:
    squares = (z**2).sum(1)[:, None] + (centres**2).sum(1)[None] - 2 * z @ centres.T
    return np.asarray(squares)


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
