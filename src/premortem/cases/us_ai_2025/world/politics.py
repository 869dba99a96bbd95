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
    """Share of a control that holds where loopholes open at `loophole_rate` and each is patched after `patch_lag`.

    A loophole comes into use over `exploit_years` (A800 a month, H800 five months after the rule), and what will be closed is used
    in haste (`window_surge`; China took 49% of ASML's systems in 2024Q2). What leaks is what opening and patching settle at:
    x = loophole_rate x surge x used x (1 - x) x patch_lag. The rate is an assumption.
    """
    patience = p.patch_lag / p.exploit_years
    used = 1 + jnp.expm1(-patience) / patience  # over the life of a loophole
    open_ = p.loophole_rate * p.window_surge * used * p.patch_lag
    return 1 / (1 + open_)
