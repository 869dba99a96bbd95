"""Sobol indices of the assumptions' margins."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.analysis.margins import margins_of
from premortem.regime.levers import Levers
from premortem.stress import sensitivity
from premortem.study import Study

Array = NDArray[Any]
# Base samples of the Sobol indices.
SOBOL = 256

# Margins count within these bounds where they are averaged: a future far beyond a threshold weighs no more than one
# beyond it.
CLIP = 2.0


def sensitivities(study: Study, place: int, pulled: Levers, seed: int) -> list[dict[str, Any]]:
    """Sobol indices of one assumption's margin, largest total first."""
    free = [i for i, row in enumerate(study.priors.rows) if row.varies]

    def model(u: Array) -> Array:
        whole = np.full((len(study.priors.rows), u.shape[1]), 0.5)
        whole[free] = u
        return np.clip(margins_of(study, study.priors.ppf(whole), pulled)[place : place + 1], -CLIP, CLIP)

    a, b = sensitivity.blocks(len(free), SOBOL, seed)
    mixed = [np.where(np.arange(len(free))[:, None] == i, b, a) for i in range(len(free))]
    y = model(np.concatenate([a, b, *mixed], axis=1))[0].reshape(-1, SOBOL)
    found = sensitivity.indices(y[0], y[1], y[2:], seed)
    rows = [
        {
            "param": study.priors.names[i],
            "first": found.first[k],
            "total": found.total[k],
            "low": found.low[k],
            "high": found.high[k],
        }
        for k, i in enumerate(free)
    ]
    return sorted(rows, key=lambda r: -r["total"])
