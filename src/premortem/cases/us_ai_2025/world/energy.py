"""Power for AI: what a fleet draws, where it can be connected, and what stays built but unpowered."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, DT, HOURS_PER_YEAR, Regions, chip
from premortem.cases.us_ai_2025.world.smooth import TINY, ramp, softmin

# Growth of building under demand pull is counted from here [yr].
SURGE_YEAR = 2025.0


class Powered(NamedTuple):
    """Additions that found power, by region [MH], and what did not [MH]."""

    additions: jax.Array  # (region, future)
    stranded: jax.Array  # (future,)


def kw_per_h100e(year: jax.Array, p: Any) -> jax.Array:
    """Rated power of an added H100 equivalent with cooling [kW, equal to GW per MH], shape (future,)."""
    return p.kw_2024 * jnp.exp(-p.energy_efficiency_growth * (year - BASE_YEAR))


def connect(
    wanted: jax.Array,
    room_left: jax.Array,
    flexible_used: jax.Array,
    load: jax.Array,
    training_share: jax.Array,
    levers: Any,
    year: jax.Array,
    regions: Regions,
    p: Any,
) -> tuple[Powered, jax.Array]:
    """Additions that power allows, and the flexible room in use [average GW], shapes (region, future).

    Training must be concentrated: it needs new generation, at the pace of exhibit 5's surplus (or a floor), the share
    AI can claim, faster with permitting and with the surge of building; and what chips that retire leave of the `load`
    [rated GW] can be used again. Inference may also use flexible room on the grid. Part of what one place cannot power
    moves to places with room, as far as `room_left` (the caps) allows.
    """
    gw = kw_per_h100e(year, p) * p.utilisation  # average GW per MH
    retiring = (DT * p.retirement)[None]
    left = jnp.maximum(retiring * (load * p.utilisation[None] - flexible_used), 0.0)
    flexible_used = flexible_used * (1 - retiring)
    concentrated, distributed = wanted * training_share[None], wanted * (1 - training_share)[None]
    build = (DT * new_power(levers, year, regions, p) + left) / gw[None]
    flexible = jnp.maximum(flexible_room(regions, p) - flexible_used, 0.0) / gw[None]
    c = softmin(concentrated, build)
    d = softmin(distributed, build - c + flexible)
    placed = c + d
    short = (wanted - placed).sum(0)
    spare = jnp.minimum(build - c + flexible - d, room_left)
    moving = softmin(p.offshore_shift * short, spare.sum(0))
    moved = moving[None] * spare / (spare.sum(0, keepdims=True) + TINY)
    used = flexible_used + gw[None] * jnp.minimum(jnp.maximum(d + moved + c - build, 0.0), flexible)
    return Powered(placed + moved, short - moving), used


def wished_load(
    load: jax.Array, allowed: jax.Array, first_time: jax.Array, year: jax.Array, regions: Regions, p: Any
) -> jax.Array:
    """Rated load that AI would have in the US had all that is wanted there found power at once [GW], shape (future,), after a quarter.

    `allowed` is what is wanted of a quarter and let through [MH], (region, future), of which `first_time` was not waiting already.
    """
    wanted = (regions.us * allowed).sum(0) * first_time
    return load * (1 - DT * p.retirement) + wanted * kw_per_h100e(year, p)


def new_power(levers: Any, year: jax.Array, regions: Regions, p: Any) -> jax.Array:
    """Average new generation that AI can have [GW a year], shape (region, future).

    Surplus generation of 2019-2023 (exhibit 5), or where it is less, `power_floor` of the region's electricity; times
    the share that AI can claim, which permitting raises; growing at `surge` from 2025.
    """
    base = jnp.maximum(regions.surplus_twh, p.power_floor[None] * regions.electricity_twh) / HOURS_PER_YEAR
    claim = p.ai_claim + (1 - p.ai_claim) * levers.permitting * p.permitting_effect
    return base * (claim * jnp.exp(p.surge * ramp(year - SURGE_YEAR, 0.1)))[None]


def flexible_room(regions: Regions, p: Any) -> jax.Array:
    """Load that grids can take if it is flexible [average GW], shape (region, future); the US figure by electricity.

    Source: Duke University, February 2025, for the US (76 to 126 GW); other regions in proportion, an assumption.
    """
    us = (regions.us * regions.electricity_twh).sum()
    return (p.flexible_gw * p.flexibility_used)[None] * regions.electricity_twh / us


def kw_per_chinese_h100e(year: jax.Array, p: Any) -> jax.Array:
    """Rated power of an added H100 equivalent of Chinese make with cooling [kW], shape (future,): a die draws an Ascend 910B's
    power whatever its design, as no finer node is open; so power per TPP falls as designs grow (`die_growth`) and no faster.
    """
    ascend = chip("Ascend 910B")
    return p.kw_2024 * ascend.power / ascend.h100e * jnp.exp(-p.die_growth * ramp(year - BASE_YEAR, 0.1))


def chinese_power(made: jax.Array, bought_units: jax.Array, other: jax.Array, year: jax.Array, p: Any) -> jax.Array:
    """Rated power of China's additions in a quarter [GW], shape (future,).

    Home-made dies draw what their design does, bought chips an H20's power each, the rest as elsewhere.
    """
    return made * kw_per_chinese_h100e(year, p) + kw_per_h100e(year, p) * (bought_units * chip("H20").power + other)


def twh(gw: jax.Array, p: Any) -> jax.Array:
    """Electricity of a rated load [TWh a year], same shape (..., future): GW x 8.76 x utilisation."""
    return gw * (HOURS_PER_YEAR * p.utilisation).reshape((1,) * (gw.ndim - 1) + (-1,))
