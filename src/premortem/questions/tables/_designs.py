"""Samples made for one method, known by how their rows follow each other: Saltelli's for Sobol indices, trajectories for Morris."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Saltelli:
    """Outcomes at A, at B, at A with a column from B and, where it is in the sample, at B with a column from A."""

    a: Array
    b: Array
    ab: Array  # (column, sample)
    ba: Array | None


def saltelli(values: Array, y: Array) -> Saltelli | None:
    """A Saltelli sample as SALib writes it, a group of rows a sample: A, A with each column of B, B with each of A or not, B."""
    columns, rows = values.shape
    for block, both in ((2 * columns + 2, True), (columns + 2, False)):
        if rows % block or rows // block < 2:
            continue
        x = values.reshape(columns, -1, block)
        a, b = x[:, :, 0], x[:, :, -1]
        swapped = all(_swapped(x[:, :, 1 + i], a, b, i) for i in range(columns))
        back = not both or all(_swapped(x[:, :, 1 + columns + i], b, a, i) for i in range(columns))
        if swapped and back and (a != b).any():
            out = y.reshape(-1, block).T
            return Saltelli(out[0], out[-1], out[1 : 1 + columns], out[1 + columns : -1] if both else None)
    return None


def _swapped(mixed: Array, own: Array, other: Array, column: int) -> bool:
    """Whether a block is one base sample with a column of the other."""
    expected = own.copy()
    expected[column] = other[column]
    return bool((mixed == expected).all())


def second_order(sample: Saltelli, first: Array, weights: Array) -> dict[tuple[int, int], Array]:
    """Second-order indices by pair of columns, (resample,), from first-order ones (resample, column): Saltelli 2002. Samples with a run that
    failed are left out.
    """
    if sample.ba is None:
        return {}
    fine = np.isfinite(np.vstack([sample.a, sample.b, sample.ab, sample.ba])).all(0)
    a, b, ab, ba = sample.a[fine], sample.b[fine], sample.ab[:, fine], sample.ba[:, fine]
    w = weights[:, fine] / weights[:, fine].sum(1, keepdims=True)
    both = (a + b) / 2
    variance = w @ ((a**2 + b**2) / 2) - (w @ both) ** 2
    n = len(ab)
    return {
        (j, k): w @ (ba[j] * ab[k] - a * b) / variance - first[:, j] - first[:, k]
        for j in range(n)
        for k in range(j + 1, n)
    }


def morris(values: Array, y: Array) -> Array | None:
    """Elementary effects, (column, trajectory), of a sample of trajectories, in which each row changes one column of the one before it; each
    column's step is told in its range. None where the table is no such sample.
    """
    columns, rows = values.shape
    if columns < 1 or rows % (columns + 1) or rows // (columns + 1) < 2:
        return None
    width = np.maximum(np.ptp(values, axis=1), 1e-300)
    x, out = values.reshape(columns, -1, columns + 1), y.reshape(-1, columns + 1)
    step = np.diff(x, axis=2) / width[:, None, None]  # (column, trajectory, move)
    moved = np.abs(step) > 1e-9
    if not ((moved.sum(0) == 1).all() and (moved.sum(2) == 1).all()):
        return None
    size = step.sum(2)
    change = np.diff(out, axis=1)
    return np.stack([(moved[i] * change).sum(1) / size[i] for i in range(columns)])
