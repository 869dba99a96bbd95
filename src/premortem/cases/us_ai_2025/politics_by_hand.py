"""One mechanism of the world written three ways, for benchmarks: as the world has it, vectorised in NumPy, and as a loop in Numba."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numba
import numpy as np
from numpy.typing import NDArray

from premortem.cases.us_ai_2025.world.inputs import DT, QUARTERS
from premortem.cases.us_ai_2025.world.politics import politics

Array = NDArray[np.float32]
# Parameters of the mechanism, in the order in which the hand-written forms take them.
NAMES = (
    "goodwill_loss_tiers",
    "goodwill_loss_caps",
    "goodwill_loss_coercion",
    "goodwill_gain_deals",
    "goodwill_recovery",
    "goodwill_start",
    "alignment_gain",
    "alignment_resistance",
    "loophole_rate",
    "patch_lag",
    "exploit_years",
    "window_surge",
)
# What the other mechanisms would hand to it, held fixed here: shares of partners capped, of demand unmet; strengths.
CAPPED, UNMET, COERCION, DEALS = 0.6, 0.2, 0.3, 0.1


class _Levers(NamedTuple):
    coercion: float
    deals: float


def in_jax(p: jax.Array) -> jax.Array:
    """Alignment in the last step, by the world's own mechanism, shape (future,)."""
    named = _Params(*p)

    def quarter(goodwill: jax.Array, _: Any) -> tuple[jax.Array, jax.Array]:
        unmet, free = jnp.full_like(goodwill, UNMET), jnp.zeros_like(goodwill)  # no other instrument is pulled
        found = politics(goodwill, unmet, jnp.float32(CAPPED), free, _Levers(COERCION, DEALS), named)
        return found.goodwill, found.alignment

    return jax.lax.scan(quarter, named.goodwill_start, None, QUARTERS)[1][-1]


def in_numpy(p: Array) -> Array:
    """The same, vectorised over futures by hand."""
    tiers, caps, coercion, deals, recovery, start, gain, resistance, *_ = p
    goodwill = start
    for _quarter in range(QUARTERS):
        loss = tiers * np.float32(CAPPED) + caps * np.float32(UNMET) + coercion * np.float32(COERCION)
        won = deals * np.float32(DEALS) * (1 - goodwill)
        goodwill = goodwill + np.float32(DT) * (recovery * (start - goodwill) - loss * goodwill + won)
        alignment = 1 / (1 + np.exp(-gain * (goodwill + np.float32(COERCION) - resistance)))
    return np.asarray(alignment)


@numba.njit(cache=True, fastmath=True)
def in_numba(p: Any) -> Any:
    """The same, future by future in a compiled loop by hand."""
    out = np.empty(p.shape[1], np.float32)
    for i in range(p.shape[1]):
        start, goodwill, alignment = p[5, i], p[5, i], np.float32(0.0)
        loss = p[0, i] * np.float32(CAPPED) + p[1, i] * np.float32(UNMET) + p[2, i] * np.float32(COERCION)
        for _ in range(QUARTERS):
            won = p[3, i] * np.float32(DEALS) * (np.float32(1) - goodwill)
            goodwill = goodwill + np.float32(DT) * (p[4, i] * (start - goodwill) - loss * goodwill + won)
            alignment = np.float32(1) / (np.float32(1) + np.exp(-p[6, i] * (goodwill + np.float32(COERCION) - p[7, i])))
        out[i] = alignment
    return out


class _Params(NamedTuple):
    goodwill_loss_tiers: jax.Array
    goodwill_loss_caps: jax.Array
    goodwill_loss_coercion: jax.Array
    goodwill_gain_deals: jax.Array
    goodwill_recovery: jax.Array
    goodwill_start: jax.Array
    alignment_gain: jax.Array
    alignment_resistance: jax.Array
    loophole_rate: jax.Array
    patch_lag: jax.Array
    exploit_years: jax.Array
    window_surge: jax.Array
