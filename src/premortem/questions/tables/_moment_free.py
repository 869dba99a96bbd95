"""Measures of how much the whole distribution of an outcome follows a column: delta and PAWN, from any sample.

Delta: Borgonovo 2007, estimated as Plischke, Borgonovo and Smith 2013; PAWN: Pianosi and Wagener 2018. Both part a column into
classes of equal mass and compare the outcome's distribution in each with that of all rows; a resample is a row of weights, so
that intervals cost a product each.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

Array = NDArray[Any]
# Points of the outcome's range on which densities are compared, and what lies beyond it on either side [standard deviations of the kernel].
GRID, BEYOND = 256, 3.0
# Classes of a column for PAWN.
SLICES = 10


def classes(x: Array, many: int) -> Array:
    """Class of each row by a column, of equal mass; values that are equal fall into one class."""
    levels, places, counts = np.unique(x, return_inverse=True, return_counts=True)
    if len(levels) <= many:
        return np.asarray(places)
    middle = (np.cumsum(counts) - counts / 2) / len(x)
    return np.asarray((middle * many).astype(np.int64)[places])


def many_classes(rows: int) -> int:
    """Classes for delta, as Plischke et al. 2013 and SALib set them."""
    exponent = 2 / (7 + np.tanh((1500 - rows) / 500))
    return int(min(int(np.ceil(rows**exponent)), 48))


def delta(x: Array, y: Array, weights: Array) -> Array:
    """Half the mean distance of the density of `y` within a class of `x` from that of all rows, (resample,)."""
    part = classes(x, many_classes(len(y)))
    width = 1.06 * min(y.std(), np.subtract(*np.quantile(y, [0.75, 0.25])) / 1.34 or y.std()) * len(y) ** -0.2
    low, high = y.min() - BEYOND * width, y.max() + BEYOND * width
    cell = np.minimum(((y - low) / (high - low) * GRID).astype(np.int64), GRID - 1)
    many = int(part.max()) + 1
    found = np.empty(len(weights))
    for k, w in enumerate(weights):
        counts = np.bincount(part * GRID + cell, w, many * GRID).reshape(many, GRID)
        mass = counts.sum(1)
        bandwidths = _bandwidth(y, part, w, many) / (high - low) * GRID
        whole = gaussian_filter1d(counts.sum(0), max(width / (high - low) * GRID, 0.3), mode="constant") / w.sum()
        within = np.stack(
            [
                gaussian_filter1d(c, max(b, 0.3), mode="constant") / max(m, 1e-300)
                for c, b, m in zip(counts, bandwidths, mass, strict=True)
            ]
        )
        found[k] = (mass / w.sum()) @ np.abs(within - whole).sum(1) / 2
    return found


def _bandwidth(y: Array, part: Array, w: Array, many: int) -> Array:
    """Width of the kernel of each class by its spread and the rows in it."""
    mass = np.maximum(np.bincount(part, w, many), 1e-300)
    mean = np.bincount(part, w * y, many) / mass
    spread = np.sqrt(np.maximum(np.bincount(part, w * y**2, many) / mass - mean**2, 0.0))
    return np.asarray(1.06 * spread * np.maximum(np.bincount(part, minlength=many), 1) ** -0.2)


def pawn(x: Array, y: Array, weights: Array) -> tuple[Array, Array, Array]:
    """Mean, median and largest distance (Kolmogorov-Smirnov) of the distribution of `y` within a class of `x` from that of all rows, each
    (resample,).
    """
    part, order = classes(x, SLICES), np.argsort(y, kind="stable")
    part, ends = part[order], np.append(np.diff(y[order]) > 0, True)
    member = part[:, None] == np.arange(int(part.max()) + 1)[None]
    found = np.empty((3, len(weights)))
    for k, w in enumerate(weights):
        w = w[order]
        within = np.cumsum(w[:, None] * member, axis=0)[ends]
        whole = np.cumsum(w)[ends]
        filled = within[-1] > 0
        distance = np.abs(within[:, filled] / within[-1, filled] - whole[:, None] / whole[-1]).max(0)
        found[:, k] = distance.mean(), np.median(distance), distance.max()
    return found[0], found[1], found[2]
