"""Axes turned along the failures: PCA-PRIM, for boxes that lie askew to the columns.

Dalal, Han, Lempert, Jaycocks and Hackbarth 2013, 'Improving scenario discovery using orthogonal rotations': the columns are
standardised, and the principal axes of the rows that fail are taken as new columns.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.questions.tables.frame import Inputs


def rotated(read: Inputs, fails: NDArray[np.bool_]) -> tuple[Inputs, Mapping[str, Mapping[str, float]]]:
    """The columns r0, r1 and so on, that along which failures vary most first, and of what each is the sum: loadings by column, in its
    standard deviations from its mean. Columns without order, and those that never vary, stay as they are.
    """
    values = read.values
    turned = [i for i, name in enumerate(read.names) if name not in read.categories and values[i].std() > 0]
    if len(turned) < 2 or fails.sum() < 2:
        raise BadInput(
            "boxes",
            "method",
            "pca needs two columns of numbers that vary, and two rows that fail",
            got="pca",
            allowed="prim",
        )
    z: NDArray[Any] = (values[turned] - values[turned].mean(1, keepdims=True)) / values[turned].std(1, keepdims=True)
    _, axes = np.linalg.eigh(np.cov(z[:, fails]))
    axes = axes[:, ::-1]
    names = tuple(f"r{k}" for k in range(len(turned)))
    kept = [i for i in range(len(values)) if i not in turned]
    loadings = {
        name: {read.names[i]: float(w) for i, w in zip(turned, axis, strict=True)}
        for name, axis in zip(names, axes.T, strict=True)
    }
    new = replace(
        read, names=(*names, *(read.names[i] for i in kept)), values=np.concatenate([axes.T @ z, values[kept]])
    )
    return new, loadings
