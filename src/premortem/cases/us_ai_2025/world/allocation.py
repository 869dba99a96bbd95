"""Where compute goes: demand by region, the regime's limits on Tier 2, what China offers abroad, and what leaks back."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from premortem.cases.us_ai_2025.world import sovereign
from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, DT, Regions
from premortem.cases.us_ai_2025.world.smooth import TINY, faded_years, ramp, share_met, softmin, step_at

# Below this share of home need, spare Chinese output counts as none; scale of that kink [share of the need].
SPARE_SCALE = 0.1
# Width of the start of Chinese exports [yr].
EXPORT_START_SCALE = 0.25


class Fleet(NamedTuple):
    """State of allocation; stocks have shape (region, future)."""

    stock_us: jax.Array  # US-aligned compute [MH]
    stock_cn: jax.Array  # compute of Chinese make, and in China compute from every source [MH]
    licensed: jax.Array  # taken in under country allocation, LPP and national VEU since the caps, powered [MH]
    uveu: jax.Array  # taken in by universal VEUs since the caps, powered [MH]
    lpp_open: jax.Array  # LPP room opened so far in one capped country [MH], shape (future,)
    backlog: jax.Array  # built but not yet powered [MH], shape (future,)


class Placed(NamedTuple):
    """Where a quarter's compute is wanted and allowed, each of shape (region, future) [MH]."""

    wanted: jax.Array
    cleared: jax.Array  # of US-aligned make, let through by the rules
    allowed: jax.Array  # the same less what others win and with what is rerouted, before power
    unmet: jax.Array  # refused by caps or denials
    chinese: jax.Array  # of Chinese make, abroad
    sovereign: jax.Array  # of partners' own make
    partner_run: jax.Array  # of what is cleared and of US make, run by partners [share]


def start(regions: Regions, p: Any) -> Fleet:
    """State before the first quarter: the stock of end 2022, placed like the demand of 2024."""
    stock = p.stock_2022[None] * demand_share(jnp.float32(2023.0), regions, p)
    china = regions.china * p.cn_stock_2022[None]
    none = jnp.zeros_like(stock)
    return Fleet(stock, none + china, none, none, jnp.zeros_like(p.stock_2022), jnp.zeros_like(p.stock_2022))


def demand_share(year: jax.Array, regions: Regions, p: Any) -> jax.Array:
    """Share of US-aligned supply that each region wants, shape (region, future); sums to 1.

    Shares of 2024 by bloc, split within a bloc by electricity and hubs; regions then grow by their ambition, which
    fades like capex. China is supplied by other ways.
    """
    blocs = regions.us * (1 - p.tier1_share_2024 - p.tier2_share_2024)[None]
    blocs = blocs + regions.ally * p.tier1_share_2024[None] + regions.other * p.tier2_share_2024[None]
    years = jnp.maximum(faded_years(year - BASE_YEAR, p.capex_fade), 0.0)
    weight = regions.weight * blocs * _growth(regions, p.tier2_ambition * years)
    return weight / weight.sum(0, keepdims=True)


def _growth(regions: Regions, log_growth: jax.Array) -> jax.Array:
    """exp(ambition x growth), (region, future), with one exponential for each ambition that occurs."""
    levels, which = np.unique(regions.ambition, return_inverse=True)
    return jnp.exp(levels.astype(np.float32)[:, None] * log_growth[None])[which.ravel()]


def place(
    s: Fleet,
    supply: jax.Array,
    put_off: jax.Array,
    cn_made: jax.Array,
    politics: Any,
    levers: Any,
    year: jax.Array,
    regions: Regions,
    p: Any,
) -> tuple[Placed, jax.Array, jax.Array]:
    """Where a quarter's supply is wanted, refused, replaced; and the state's `licensed` and `uveu` after it.

    Order: denial, then the caps, then what Chinese and sovereign offers take of the refused and of the contested; part
    of what is left unsold is built in the US and Tier 1 instead. Tracking loses or puts off `put_off` of sales outside Tier 1.
    """
    wanted = supply[None] * demand_share(year, regions, p)
    asked = wanted * (1 - levers.denied[:, None]) * (1 - regions.other * put_off[None])
    licensed, uveu = _within_caps(s, asked, politics, levers, regions, p)
    tier2 = levers.tier2[:, None]
    allowed = asked * (1 - tier2) * _within_us_floor(s, asked, levers, regions, p) + licensed + uveu
    unmet = jnp.maximum(wanted - allowed, 0.0)
    chinese, contested = chinese_offer(allowed, unmet, cn_made, politics, levers, year, regions, p)
    abroad = regions.ally + regions.other
    partners = sovereign.build(abroad * (allowed - contested), abroad * unmet, politics.goodwill, year, p)
    kept = allowed - contested - partners.left
    unsold = supply - kept.sum(0)
    home = (regions.us + regions.ally) * wanted
    rerouted = (p.reroute_share * unsold)[None] * home / home.sum(0, keepdims=True)
    run_by_them = partners.us_chips / (kept + rerouted + TINY)
    return Placed(wanted, allowed, kept + rerouted, unmet, chinese, partners.own, run_by_them), licensed, uveu


def _within_caps(
    s: Fleet, asked: jax.Array, politics: Any, levers: Any, regions: Regions, p: Any
) -> tuple[jax.Array, jax.Array]:
    """What Tier 2 takes in by licence paths and by universal VEUs in a quarter [MH], each (region, future).

    Country allocation (raised with alignment), LPP and national VEUs bound the total since the caps; the 7% and 25%
    ratios and the US floor bound the universal VEUs' fleet. What a VEU's ratios forbid falls back to the licence path.
    """
    tier2 = levers.tier2[:, None]
    capped = tier2 * regions.n_countries
    fleet = p.uveu_share * (s.stock_us.sum(0) + TINY)
    country = capped * (levers.uveu_country_max * fleet)[None]
    uveu = softmin(tier2 * p.uveu_share[None] * asked, jnp.maximum(country - s.uveu, 0.0))
    room = jnp.maximum(levers.uveu_outside_max * fleet - s.uveu.sum(0), 0.0)
    uveu = uveu * share_met(uveu.sum(0), room)[None]
    raised = levers.allocation_mh[:, None] * (1 + levers.raise_max * politics.alignment)[None]
    paths = raised + capped * (p.lpp_consignees * s.lpp_open + p.nveu_uptake * levers.nveu_mh)[None]
    return softmin(tier2 * asked - uveu, jnp.maximum(paths - s.licensed, 0.0)), uveu


def _within_us_floor(s: Fleet, asked: jax.Array, levers: Any, regions: Regions, p: Any) -> jax.Array:
    """Share of what Tier 1 asks that universal VEUs may place while enough of their fleet stays in the US, (region,
    future).

    The fleet outside the US, in Tier 1 and Tier 2, may be at most 1 less the floor; without a rule the floor is 0.
    """
    fleet = p.uveu_share * (s.stock_us.sum(0) + TINY)
    abroad = p.uveu_share * (regions.ally * s.stock_us).sum(0) + s.uveu.sum(0)
    wanted = p.uveu_share * (regions.ally * asked).sum(0) + TINY
    room = jnp.maximum((1 - levers.uveu_us_min) * fleet - abroad, 0.0) + TINY
    met = softmin(wanted, room) / wanted
    return 1 - regions.ally * (p.uveu_share * (1 - met))[None]


def chinese_offer(
    allowed: jax.Array,
    unmet: jax.Array,
    cn_made: jax.Array,
    politics: Any,
    levers: Any,
    year: jax.Array,
    regions: Regions,
    p: Any,
) -> tuple[jax.Array, jax.Array]:
    """Compute of Chinese make placed abroad, and the part of it won from US offers [MH], each (region, future).

    From `cn_export_start` China exports a fixed bias and what its home market leaves over; blocking sanctions stop
    that as far as they hold.
    Takers: refused demand in proportion to affinity, and contested demand by affinity and price, less where VEUs must
    keep PRC-origin equipment out.
    """
    need = DT * p.cn_home_need_2024 * jnp.exp(p.home_need_growth * jnp.maximum(year - BASE_YEAR, 0.0))
    spare = ramp(cn_made / (need + TINY) - 1, SPARE_SCALE) * need
    exported = softmin(p.cn_export_bias * cn_made + (1 - p.cn_export_bias) * softmin(spare, cn_made), cn_made)
    begun = step_at(year, p.cn_export_start, EXPORT_START_SCALE)
    offer = exported * begun * (1 - levers.huawei_blocking * politics.held)
    abroad = (regions.ally + regions.other) * regions.affinity
    free = 1 - levers.prc_condition * p.uveu_share
    contested = abroad * allowed * (p.cn_price_discount * free)[None]
    refused = abroad * unmet
    wanted = (contested + refused).sum(0) + TINY
    met = softmin(wanted, offer) / wanted
    return (contested + refused) * met[None], contested * met[None]


def leaks(
    additions: jax.Array, power: jax.Array, levers: Any, held: jax.Array, regions: Regions, p: Any
) -> tuple[jax.Array, jax.Array]:
    """Compute diverted to China and rented by Chinese firms abroad [MH a quarter], shapes (region, future), (future,).

    Both are shares of Tier-2 additions, cut by compute governance as far as it holds. What is diverted must be paid: at an
    H100's price never more than `shadow_budget` of China's legal buying `power` (quantities 28 and 30; wide).
    """
    open_ = (1 - levers.compute_governance * held)[None]
    offered = regions.other * additions * p.smuggling_share[None] * open_
    paid = share_met(offered.sum(0), p.shadow_budget * power)
    return offered * paid[None], rented(additions, levers, held, regions, p)


def rented(compute: jax.Array, levers: Any, held: jax.Array, regions: Regions, p: Any) -> jax.Array:
    """What Chinese firms rent of compute in Tier 2 [MH], shape (future,): of stocks or of additions, (region, future)."""
    return p.cloud_share * (1 - levers.compute_governance * held) * (regions.other * compute).sum(0)
