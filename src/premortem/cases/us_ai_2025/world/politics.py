"""Partner goodwill, allied alignment, and how well a control holds between a loophole and its patch."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.inputs import DT


class Politics(NamedTuple):
    """What politics hands to the other mechanisms in a quarter, each of shape (future,)."""

    goodwill: jax.Array  # of partners [0 to 1]
    alignment: jax.Array  # share of what the US asks that allies do
    held: jax.Array  # share of a control on flows to China that holds


def politics(
    goodwill: jax.Array, unmet_share: jax.Array, capped_share: jax.Array, cost: jax.Array, levers: Any, p: Any
) -> Politics:
    """Goodwill after one quarter, and the alignment and holding of controls that follow from it, shape (future,).

    Goodwill returns to its base, falls with the share of partners that are held in a lower tier, with the share of their
    demand left unmet last quarter, with coercion and with what other instruments ask of partners (`cost` [1/yr]), and rises with
    deals; losses are in proportion to what is left, so it stays between 0 and 1. All rates are assumptions.
    """
    loss = (
        p.goodwill_loss_tiers * capped_share
        + p.goodwill_loss_caps * unmet_share
        + p.goodwill_loss_coercion * levers.coercion
        + cost
    )
    gain = p.goodwill_gain_deals * levers.deals
    goodwill = goodwill + DT * (
        p.goodwill_recovery * (p.goodwill_start - goodwill) - loss * goodwill + gain * (1 - goodwill)
    )
    return Politics(goodwill, alignment(goodwill, levers.coercion, p), share_held(p))


def alignment(goodwill: jax.Array, coercion: jax.Array, p: Any) -> jax.Array:
    """Share of what the US asks that allies do: goodwill and coercion buy it against their own resistance.

    Coercion buys alignment today and costs goodwill tomorrow. Steepness and resistance are assumptions.
    """
    return jax.nn.sigmoid(p.alignment_gain * (goodwill + coercion - p.alignment_resistance))


def share_held(p: Any) -> jax.Array:
    """Share of a control that holds when loopholes arrive at a rate and each is patched after a lag.

    `exp(-loophole_rate x patch_lag)`: the chance that no unpatched loophole is open. The lag is from the record
    (H800: March to October 2023; high-bandwidth memory: June to December 2024); the rate is an assumption.
    """
    return jnp.exp(-p.loophole_rate * p.patch_lag)
