"""Outcomes that are read off the simulated series: shares, ratios, growth; and what each outcome is, with its unit."""

from typing import Any

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.conditions import conditioned
from premortem.cases.us_ai_2025.world.energy import flexible_room, twh
from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, DT, HOURS_PER_YEAR, QUARTERS, START, Regions, times
from premortem.cases.us_ai_2025.world.smooth import TINY, softmin
from premortem.cases.us_ai_2025.world.state import Quarter, State

# First quarter in which grids take flexible load, 2025Q1: the study of it is of February 2025.
ROOM_FROM = round((2025 - START) / DT)
# Quarters in a year: growth compares with the same quarter a year before.
YEAR = 4
# Sources of the compute that China gains in a quarter, by sea, by foundry and by wire.
CHINA_SOURCES = ("cn_domestic", "cn_foundry_leak", "cn_below_threshold", "cn_smuggled", "cn_cloud")


def shown(s: State, q: Quarter, places: Regions) -> dict[str, jax.Array]:
    """What a quarter shows, by name, shape (future,), or (region, future) for the last six: a table, so longer than most functions."""
    return {
        "goodwill": q.pol.goodwill,
        "alignment": q.pol.alignment,
        "held": q.pol.held,
        "cn_domestic": q.made.domestic_mh,
        "cn_made": q.home_made,
        "cn_made_without": q.free_home_made,
        "cn_stock_without": s.cn_free_stock,
        "cn_foundry_leak": q.made.foundry_mh,
        "cn_below_threshold": q.bought.mh,
        "cn_smuggled": q.diverted,
        "cn_cloud": q.rented,
        "cn_exports": q.exports,
        "cn_yield": s.fabs.yield_,
        "cn_wafers": s.fabs.wafers,
        "cn_hbm_stock": s.fabs.hbm_stock,
        "cn_die_bank": s.fabs.home_bank + s.fabs.foreign_bank,
        "cn_hbm_bound": q.made.hbm_bound,
        "cn_smic_dies": q.made.smic_dies,
        "cn_foundry_dies": q.made.foundry_dies,
        "cn_ascend_units": q.made.packaged,
        "h20_units": q.bought.units,
        "cn_serving": s.cn_serving,
        "us_offered": q.offered,
        "us_supply": q.kept.sum(0),
        "sovereign": q.placed.sovereign.sum(0),
        "partner_run": (q.powered.additions * q.placed.partner_run).sum(0),
        "stranded": q.powered.stranded,
        "t2_unmet_share": s.unmet_share,
        "capability_us": q.standing.us,
        "capability_cn": q.standing.china,
        "capability_open": q.standing.open,
        "capability_us_open": q.standing.us_open,
        "gap_months_cn": q.standing.gap_months_cn,
        "gap_months_open": q.standing.gap_months_open,
        "price": q.sold.price,
        "price_open": q.sold.price_open,
        "markup": q.sold.markup,
        "tokens": q.sold.tokens,
        "compute_demand": q.sold.compute_demand,
        "served": q.sold.served,
        "excess": q.sold.excess,
        "scarcity": q.sold.scarcity,
        "training_share": q.share,
        "gross_margin": q.sold.gross_margin,
        "revenue_closed": q.sold.revenue_closed,
        "gross_profit_closed": q.sold.gross_profit_closed,
        "rnd_closed": q.sold.rnd_closed,
        "cn_model_share": q.sold.cn_model_share,
        "roi_closed": s.ledger.profit / (s.ledger.research + TINY),
        "roi_hyperscaler": q.earned,
        "capex": jnp.exp(s.spending.log_capex),
        "gw_world": s.gw.sum(0),
        "ai_gw_us": (places.us * s.gw).sum(0),
        "us_wished_gw": s.us_wished_gw,
        "additions": q.kept,
        "chinese_abroad": q.placed.chinese,
        "unmet": q.placed.unmet,
        "stock_us": s.fleet.stock_us,
        "stock_cn": s.fleet.stock_cn,
        "gw": s.gw,
    }


def derive_outcomes(series: dict[str, jax.Array], places: Regions, p: Any) -> dict[str, jax.Array]:
    """The simulated series and what compares one quarter with others, same shapes."""
    s = dict(series)
    s |= _electricity(s, places, p)
    efficiency = p.efficiency_growth + p.cost_fall
    s["compute_demand_elasticity"] = _a_year(jnp.log(s["compute_demand"] + TINY)) / efficiency[None]
    return s


def shares(
    o: dict[str, jax.Array], placed: Any, politics: Any, levers: Any, places: Regions, p: Any
) -> dict[str, jax.Array]:
    """Who supplies and who hosts in a quarter, each of shape (future,).

    Shares of additions outside the US and China: of US make, of US make and not run by partners themselves (the stack), and
    under enforceable US conditions; Chinese share of Tier-2 additions; shares of the world's stock; and the two ratios that
    bind a universal VEU, for the whole US-aligned fleet.
    """
    abroad = places.other + places.ally
    everything = o["additions"] + o["chinese_abroad"] + placed.sovereign
    all_abroad = (abroad * everything).sum(0) + TINY
    stock = o["stock_us"] + o["stock_cn"]
    world, us_aligned = stock.sum(0), o["stock_us"].sum(0)
    us_stock_share = (places.us * stock).sum(0) / world
    return {
        "cn_total": sum(o[source] for source in CHINA_SOURCES),
        "us_chip_share": (abroad * o["additions"]).sum(0) / all_abroad,
        "us_stack_share": (abroad * o["additions"] * (1 - placed.partner_run)).sum(0) / all_abroad,
        "conditioned_share": conditioned(o["additions"], placed.partner_run, politics, levers, places, p) / all_abroad,
        "t2_share_cn": (places.other * o["chinese_abroad"]).sum(0) / ((places.other * everything).sum(0) + TINY),
        "world_stock": world,
        "us_aligned_stock": us_aligned,
        "cn_stock": (places.china * stock).sum(0),
        "us_stock_share": us_stock_share,
        "share_us_territory": us_stock_share,
        "cn_stock_share": (places.china * stock).sum(0) / world,
        "uveu_t2_ratio": (places.other * o["stock_us"]).sum(0) / us_aligned,
        "largest_t2_ratio": (places.other * o["stock_us"] / places.n_countries).max(0) / us_aligned,
    }


def _electricity(s: dict[str, jax.Array], places: Regions, p: Any) -> dict[str, jax.Array]:
    """Loads and electricity, with growth over a year and how it compares with straight and exponential paths; and what new supply AI
    asks for in a year in the US over the surplus: what is wanted, found power or not, less what flexible room takes.
    """
    world, us = twh(s["gw_world"], p), twh(s["ai_gw_us"], p)
    surplus = float((places.us * places.surplus_twh).sum())
    added = _a_year(world)
    before = jnp.concatenate([added[:YEAR], added[:-YEAR]])
    other_load = jnp.exp(p.base_growth[None] * (times()[:, None] - BASE_YEAR))
    return {
        "ai_twh": twh(s["gw"], p),
        "ai_twh_world": world,
        "ai_twh_us": us,
        "us_surge_ratio": _a_year(firm_twh_wished(s["us_wished_gw"], s["training_share"], places, p)) / surplus,
        "ai_growth": _a_year(jnp.log(world)),
        "ai_convexity": (added - before) / (jnp.abs(added) + TINY),
        "us_datacentre_twh": us + p.us_base_twh[None] * other_load,
        "world_datacentre_twh": world + p.world_base_twh[None] * other_load,
    }


def firm_twh_wished(wished_gw: jax.Array, training_share: jax.Array, places: Regions, p: Any) -> jax.Array:
    """What AI would have in the US of supply that is always there [TWh a year], shape (quarter, future): what it would draw had all found
    power, less what flexible room could take of what answers added since the end of 2024. What could not be powered is asked for all
    the same, so that a shortage is no sign of plenty.
    """
    drawn = wished_gw * p.utilisation[None]
    since = (jnp.arange(QUARTERS) >= ROOM_FROM)[:, None]
    answers = (1 - training_share) * jnp.where(since, jnp.maximum(drawn - drawn[ROOM_FROM - 1][None], 0.0), 0.0)
    room = (places.us * flexible_room(places, p)).sum(0)
    return (drawn - softmin(answers, room[None])) * HOURS_PER_YEAR


def _a_year(series: jax.Array) -> jax.Array:
    """Change over four quarters; the first year, which has no year before it, repeats its first value."""
    change = series[YEAR:] - series[:-YEAR]
    return jnp.concatenate([jnp.repeat(change[:1], YEAR, 0), change]).reshape(QUARTERS, -1)
