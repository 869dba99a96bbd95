"""Margins of every assumption for any values and levers, compiled once a study."""

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.run import CHUNK, use_compilation_cache
from premortem.errors import BadInput, nearest
from premortem.regime.levers import Levers
from premortem.study import Study

Array = NDArray[Any]

# Few futures are run in chunks of this size.
SMALL = 1024


@cache
def _margins(study: Study) -> Callable[..., Any]:
    """Margins of assumptions, (assumption, future), from values and levers; compiled once, for chunks of one shape."""
    use_compilation_cache()
    ids = [a.id for a in study.assumptions]

    def margins(values: jax.Array, pulled: Levers) -> jax.Array:
        found = study.scorer.margins(study.simulate(values, pulled), study.scorer.thresholds)
        return jnp.stack([found[name] for name in ids])

    return jax.jit(margins)


def margins_of(study: Study, values: Array, pulled: Levers) -> Array:
    """Margins of every assumption, (assumption, future), for any number of futures, in padded chunks."""
    run, out = _margins(study), []
    chunk = SMALL if values.shape[1] <= SMALL else CHUNK
    for start in range(0, values.shape[1], chunk):
        part = values[:, start : start + chunk]
        padded = np.pad(part, ((0, 0), (0, chunk - part.shape[1])), mode="edge").astype(np.float32)
        out.append(np.asarray(run(padded, pulled))[:, : part.shape[1]])
    return np.concatenate(out, axis=1)


def assumption_number(study: Study, name: str) -> int:
    """Place of an assumption by its id. Raises `BadInput` with the known ones."""
    ids = [a.id for a in study.assumptions]
    if name.upper() not in ids:
        raise BadInput(
            "command line",
            "ASSUMPTION",
            f"no such assumption: {name}",
            got=name,
            allowed=", ".join(ids),
            hint=nearest(name.upper(), ids),
        )
    return ids.index(name.upper())
