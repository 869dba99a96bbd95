"""Values of the uncertainties at chances, and standard scores: one place where numbers come from priors."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from premortem.problem.definition import Definition

Array = NDArray[Any]
# Chances stay this far from 0 and 1.
EDGE = 1e-12


def values_at(definition: Definition, chances: Array) -> dict[str, Array]:
    """Values by uncertainty, (future,), at independent chances (uncertainty, future); correlated where the problem says so."""
    if definition.copula is None:
        return _quantiles(definition, chances)
    mixed = definition.copula.mix(ndtri(np.clip(chances, EDGE, 1 - EDGE)))
    u = chances.copy()
    for place in definition.copula.places:
        u[place] = ndtr(mixed[place])
    return _quantiles(definition, u)


def values_of_scores(definition: Definition, z: Array) -> dict[str, Array]:
    """Values at each uncertainty's own standard normal score, (uncertainty, future)."""
    return _quantiles(definition, ndtr(z))


def chances_of(z: Array) -> Array:
    """Independent chances at independent standard normal scores, both (uncertainty, future)."""
    return np.clip(ndtr(z), EDGE, 1 - EDGE)


def scores_at(definition: Definition, chances: Array) -> Array:
    """Each uncertainty's own standard normal score at independent chances, both (uncertainty, future)."""
    z = ndtri(np.clip(chances, EDGE, 1 - EDGE))
    return definition.copula.mix(z) if definition.copula else z


def _quantiles(definition: Definition, u: Array) -> dict[str, Array]:
    inside = np.clip(u, EDGE, 1 - EDGE)
    return {one.name: one.quantile(inside[i]) for i, one in enumerate(definition.uncertainties)}
