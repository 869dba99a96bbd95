"""The world, quarter by quarter: seven mechanisms strung together in the order of the specification."""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world import (
    allocation,
    chips,
    energy,
    instruments,
    market,
    models,
    purchases,
    supply,
)
from premortem.cases.us_ai_2025.world.inputs import DT, Regions, chip, named_parameters, regions, times
from premortem.cases.us_ai_2025.world.outcomes import derive_outcomes, shares, shown
from premortem.cases.us_ai_2025.world.policy_levers import Levers
from premortem.cases.us_ai_2025.world.politics import politics
from premortem.cases.us_ai_2025.world.smooth import TINY
from premortem.cases.us_ai_2025.world.state import Quarter, State

Outcomes = dict[str, jax.Array]


def simulate(
    values: jax.Array, levers: Levers, places: Regions | None = None, lags: Mapping[str, float] | None = None
) -> Outcomes:
    """Every outcome by name: (quarter, future) for national series, (quarter, region, future) for regional ones.

    `values` holds the uncertainties, shape (parameter, future), in the order of `params.csv`; `levers` is a policy; `lags` are those
    of a user's own for some instruments [yr]. A pure function of its arguments: the same values give the same futures under every policy.
    """
    return _simulate(values, levers, places or regions(), lags, None)


def simulate_until(
    values: jax.Array, levers: Levers, until: jax.Array, lags: Mapping[str, float] | None = None
) -> Outcomes:
    """The same outcomes up to the quarter whose middle is `until` [yr], in a share of the time; what stands in later ones means nothing."""
    return _simulate(values, levers, regions(), lags, until)


def _simulate(
    values: jax.Array, levers: Levers, places: Regions, lags: Mapping[str, float] | None, until: jax.Array | None
) -> Outcomes:
    p = named_parameters(values)

    @jax.checkpoint  # a gradient keeps states only and works a quarter out again: half its time, a tenth of its memory
    def quarter(state: State, now: tuple[jax.Array, Levers]) -> tuple[State, Outcomes]:
        return step(state, now[1], now[0], places, p, lags)

    first, quarters = start(places, p), (times(), jax.tree.map(jnp.asarray, levers))
    if until is None:
        _, series = jax.lax.scan(quarter, first, quarters)
    else:
        _, series = jax.lax.scan(_while_wanted(quarter, until + DT / 2, first, quarters), first, quarters)
    return derive_outcomes(series, places, p)


def _while_wanted(quarter: Any, end: jax.Array, first: State, quarters: Any) -> Any:
    """A quarter that is worked out before an end alone [yr]: after it, the state stays and outcomes are nothing."""
    shown = jax.eval_shape(quarter, first, jax.tree.map(lambda x: x[0], quarters))[1]

    def left_out(state: State, _: Any) -> tuple[State, Outcomes]:
        return state, {name: jnp.zeros(x.shape, x.dtype) for name, x in shown.items()}

    def either(state: State, now: tuple[jax.Array, Levers]) -> tuple[State, Outcomes]:
        found: tuple[State, Outcomes] = jax.lax.cond(now[0] < end, quarter, left_out, state, now)
        return found

    return either


def start(places: Regions, p: Any) -> State:
    """State at the end of 2022."""
    fleet = allocation.start(places, p)
    nothing = jnp.zeros_like(p.stock_2022)
    load = (fleet.stock_us + fleet.stock_cn) * energy.kw_per_h100e(times()[0], p)[None]
    return State(
        efforts=instruments.start(p),
        goodwill=p.goodwill_start + 0.0,
        unmet_share=nothing,
        rho=nothing,
        excess=nothing,
        fabs=chips.start(p),
        free_fabs=chips.start(p),
        spending=supply.start(p),
        fleet=fleet,
        flexible=jnp.zeros_like(load),
        gw=load,
        us_wished_gw=(places.us * load).sum(0),
        cn_serving=p.cn_stock_2022 + 0.0,
        cn_free_stock=p.cn_stock_2022 + 0.0,
        race=models.start(p),
        ledger=market.start(p),
    )


def step(
    s: State, levers: Levers, year: jax.Array, places: Regions, p: Any, lags: Mapping[str, float] | None = None
) -> tuple[State, Outcomes]:
    """One quarter: politics, China's chips, supply, allocation, energy, models, market; and the outcomes it shows."""
    capped_share = (levers.tier2[:, None] * places.other * places.weight).sum()
    efforts = instruments.follow_up(s.efforts, levers, p, lags)
    cost, levers = instruments.costs(efforts, levers, p), instruments.in_effect(efforts, levers, p)
    pol = politics(s.goodwill, s.unmet_share, capped_share, cost.goodwill, levers, p)
    spending, supplied = supply.spend(s.spending, s.rho, s.excess, year, p)
    fabs, made = chips.make_chips(s.fabs, levers, pol, supplied, year, p)
    free_fabs, free_made = chips.make_chips(s.free_fabs, chips.lifted(levers, year), pol, supplied, year, p)
    power = purchases.buying_power(year, p)
    wanted = purchases.buy_chips(power, levers, pol.held, p)
    bought = purchases.let_in(wanted, made.domestic_mh, year, p)

    home_made, free_home_made = made.domestic_mh + made.foundry_mh, free_made.domestic_mh + free_made.foundry_mh
    offered = supplied * (1 - cost.supply)
    placed, licensed, uveu = allocation.place(
        s.fleet, offered + s.fleet.backlog, cost.tier2_sales, home_made, pol, levers, year, places, p
    )
    share = models.training_share(year, s.excess, p)
    room = jnp.where(levers.tier2[:, None] + levers.denied[:, None] > 0, 0.0, 1.0) * (placed.wanted + TINY)
    powered, flexible = energy.connect(placed.allowed, room, s.flexible, s.gw, share, levers, year, places, p)
    first_time = offered / (offered + s.fleet.backlog + TINY)
    us_wished_gw = energy.wished_load(s.us_wished_gw, placed.allowed, first_time, year, places, p)
    smuggled, rented = allocation.leaks(powered.additions, power, levers, pol.held, places, p)
    diverted, kept = smuggled.sum(0), powered.additions - smuggled

    fleet = _stocks(s.fleet, powered, placed, smuggled, home_made + bought.mh, licensed, uveu, levers, places, p)
    exports = placed.chinese.sum(0)
    gw = _rated_load(s.gw, kept, placed, home_made - exports, bought, diverted, year, places, p)
    cn_serving = _chinese_serving(s.cn_serving, home_made - exports, bought, diverted, p)
    free_bought = purchases.let_in(purchases.buy_freely(power, p), free_made.domestic_mh, year, p)
    gained = home_made + bought.mh + diverted
    gained_free = free_home_made + free_bought.mh  # nobody smuggles what may be sold
    gained_beside = jnp.where(year < chips.LIFTED, gained, gained_free) - exports
    cn_free_stock = s.cn_free_stock * (1 - DT * p.retirement) + gained_beside

    us_stock = fleet.stock_us.sum(0)
    cn_stock = (places.china * fleet.stock_cn).sum(0)
    cn_usable = cn_stock + allocation.rented(fleet.stock_us, levers, pol.held, places, p)
    race, standing = models.race(s.race, share, us_stock, cn_usable, levers, year, p)
    tier2_wanted = (levers.tier2[:, None] * placed.wanted).sum(0)
    unmet_share = (levers.tier2[:, None] * placed.unmet).sum(0) / (tier2_wanted + TINY)
    serving_ratio = cn_serving * p.cn_serving_abroad / (us_stock * p.third_market_share * p.open_cost_ratio)
    us_fleet = market.Fleet(us_stock * (1 - share), us_stock * share * supply.cost(year, p))
    ledger, sold = market.trade(
        s.ledger, us_fleet, standing, serving_ratio, unmet_share, pol.goodwill, cost.closed_revenue, levers, year, p
    )
    powered_share = powered.additions.sum(0) / (powered.additions.sum(0) + powered.stranded)
    earned = market.hyperscaler_return(sold.cloud_value, spending.capital, powered_share, p)
    rho = jnp.log(earned / p.roi_break_even + TINY)
    state = State(
        efforts, pol.goodwill, unmet_share, rho, sold.excess, fabs, free_fabs, spending, fleet, flexible, gw, us_wished_gw,
        cn_serving, cn_free_stock, race, ledger,
    )  # fmt: skip
    outcomes = shown(
        state, Quarter(pol, offered, made, home_made, free_home_made, bought, placed, powered, kept, diverted, rented, exports, share, standing, sold, earned), places
    )  # fmt: skip
    return state, outcomes | shares(outcomes, placed, pol, levers, places, p)


def _rated_load(
    before: jax.Array,
    kept: jax.Array,
    placed: allocation.Placed,
    cn_kept: jax.Array,
    bought: purchases.Purchases,
    diverted: jax.Array,
    year: jax.Array,
    places: Regions,
    p: Any,
) -> jax.Array:
    """Rated load of the fleets at the end of the quarter [GW], (region, future); `cn_kept` are China's chips that stay there."""
    cn_load = energy.chinese_power(cn_kept, bought.units, diverted, year, p)
    load = (kept + placed.sovereign) * energy.kw_per_h100e(year, p)[None]
    load = load + placed.chinese * energy.kw_per_chinese_h100e(year, p)[None]
    return before * (1 - DT * p.retirement)[None] + load + places.china * cn_load[None]


def _chinese_serving(
    before: jax.Array, cn_kept: jax.Array, bought: purchases.Purchases, diverted: jax.Array, p: Any
) -> jax.Array:
    """China's stock by memory bandwidth at the end of the quarter [million H100]."""
    ascend = chip("Ascend 910B")
    added = bought.serving + cn_kept * ascend.serving / ascend.h100e + diverted
    return before * (1 - DT * p.retirement) + added


def _stocks(
    fleet: allocation.Fleet,
    powered: energy.Powered,
    placed: allocation.Placed,
    smuggled: jax.Array,
    cn_gained: jax.Array,
    licensed: jax.Array,
    uveu: jax.Array,
    levers: Levers,
    places: Regions,
    p: Any,
) -> allocation.Fleet:
    """Fleets after the quarter's additions and retirements; nothing appears that was not made, nothing vanishes.

    A cap is used up by what arrives: what was cleared and then lost to another offer or left without power counts not.
    """
    left = (1 - DT * p.retirement)[None]
    arrived = jnp.minimum(powered.additions / (placed.cleared + TINY), 1.0)
    exports = placed.chinese.sum(0)
    abroad = placed.chinese
    at_home = places.china * (cn_gained - exports + smuggled.sum(0))[None]
    return allocation.Fleet(
        stock_us=fleet.stock_us * left + powered.additions - smuggled,
        stock_cn=fleet.stock_cn * left + abroad + at_home,
        licensed=fleet.licensed + licensed * arrived,
        uveu=fleet.uveu * left + uveu * arrived,
        lpp_open=fleet.lpp_open + DT * levers.lpp_mh,
        backlog=powered.stranded * (1 - DT * p.retirement),
    )
