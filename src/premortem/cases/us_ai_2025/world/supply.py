"""US-aligned supply of AI compute: what the big four spend, what part buys AI compute, what that costs."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.forms import pick
from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, BEFORE, DT
from premortem.cases.us_ai_2025.world.smooth import ramp, step_at

# Log growth of big-four capex from 2023 to 2024, by company filings (147 to 230 billion dollars) [1/yr].
CAPEX_GROWTH_2024 = 0.448
# The return answers from mid-2025: budgets of a year are set before it begins [yr]; width of both switches [yr].
ANSWER_YEAR, SWITCH = 2025.5, 0.1
# Operating cash flow of the big four in 2024: Alphabet 125.3, Amazon 115.9 and Meta 91.3 billion dollars by their yearly reports of
# early 2025; Microsoft 125.5: 118.5 in its fiscal year to June 2024, and by its 10-Q of 29 January 2025, as a page quotes it, 56.5 in
# the half-year to December 2024, 7.0 more than a year before. Width of the limit that it sets [bn USD/yr; ln].
CASH_2024, LIMIT_SCALE = 458.0, 0.1
# Orders that cannot be paid lapse at this rate [1/yr].
LAPSE = 1.0
# Scales at which a return below break-even counts, and a bust comes [ln; ln yr].
SHORTFALL_SCALE, BUST_SCALE = 0.1, 0.2
# AI's share of capex moves for about this long on either side of mid-2024 [yr].
SHIFT_YEARS = 2.0


class Spending(NamedTuple):
    """State of spending, each of shape (future,)."""

    log_orders: jax.Array  # what the big four mean to spend [ln bn USD/yr]
    log_capex: jax.Array  # what they can pay [ln bn USD/yr]
    growth: jax.Array  # of it [1/yr]
    capital: jax.Array  # AI compute of all buyers at cost, written down at the retirement rate [bn USD]
    shortfall: jax.Array  # what returns were below break-even, added up since mid-2025 [ln yr]


def start(p: Any) -> Spending:
    """State before the first quarter."""
    capex = jnp.log(p.capex_2024) - CAPEX_GROWTH_2024 * BEFORE
    return Spending(capex, capex, p.capex_growth + 0.0, p.ai_capex_share * jnp.exp(capex) / 2, 0 * capex)


def spend(s: Spending, rho: jax.Array, excess: jax.Array, year: jax.Array, p: Any) -> tuple[Spending, jax.Array]:
    """Spending after one quarter, and the compute that it buys [MH a quarter], shape (future,).

    Growth is the record's until mid-2024, then `capex_growth`, fading to a long-run rate that last quarter's return over
    break-even (`rho`, in logs) and the excess demand for answers raise or lower; by `capex_form` it also speeds up first, or
    speeds up and breaks. Supply = capex x AI share x (1 + other buyers) / cost. Source: all four said in early 2025 that
    demand exceeded capacity; the weights are judgement.
    """
    since = step_at(year, BASE_YEAR, SWITCH)
    after_2025 = step_at(year, ANSWER_YEAR, SWITCH)
    signal = jnp.tanh(rho + p.scarcity_pull * excess)
    target = p.capex_long_run + p.roi_feedback * signal
    growth = s.growth + DT * after_2025 * p.capex_fade * (target - s.growth)
    shortfall = s.shortfall + DT * after_2025 * ramp(-rho, SHORTFALL_SCALE)
    up = DT * hump(year, p)
    down = p.bust_depth * (busted(shortfall, p) - busted(s.shortfall, p))
    lapsed = DT * LAPSE * (s.log_orders - s.log_capex)
    grown = DT * ((1 - since) * CAPEX_GROWTH_2024 + since * growth) + pick(p.capex_form, 0 * up, up, up - down)
    log_orders = s.log_orders + grown - lapsed
    log_capex = payable(log_orders, year, p)
    on_ai = jnp.exp(log_capex) * ai_share(year, p) * (1 + p.other_buyers)
    capital = s.capital * (1 - DT * p.retirement) + DT * on_ai
    return Spending(log_orders, log_capex, growth, capital, shortfall), DT * on_ai / cost(year, p)


def hump(year: jax.Array, p: Any) -> jax.Array:
    """What growth of capex is above its fading path where it speeds up first [1/yr], shape (future,): most after
    `capex_hump_years` from mid-2025. Source: growth rose from -0.03 in 2023 to 0.45 in 2024 (filings); the rest is judgement.
    """
    along = jnp.maximum(year - ANSWER_YEAR, 0.0) / p.capex_hump_years
    return p.capex_hump * along * jnp.exp(1 - along)


def busted(shortfall: jax.Array, p: Any) -> jax.Array:
    """Part of a bust that has come, shape (future,): none while investors bear the shortfall of returns (`bust_patience`, judgement;
    US telecoms fell by about a half after 2000).
    """
    return jax.nn.sigmoid((shortfall - p.bust_patience) / BUST_SCALE)


def payable(log_orders: jax.Array, year: jax.Array, p: Any) -> jax.Array:
    """What of orders can be paid [ln bn USD/yr], shape (future,): never more than cash flow and what lenders add to it.

    Cash flow grows at `cash_growth` from that of 2024 (filings); `leverage` is judgement.
    """
    most = jnp.log(CASH_2024 * (1 + p.leverage)) + p.cash_growth * (year - BASE_YEAR)
    return log_orders - ramp(log_orders - most, LIMIT_SCALE)


def ai_share(year: jax.Array, p: Any) -> jax.Array:
    """Share of capex that buys AI compute, shape (future,): `ai_capex_share` in mid-2024, rising on a logit scale."""
    logit = jnp.log(p.ai_capex_share / (1 - p.ai_capex_share))
    return jax.nn.sigmoid(logit + p.ai_share_rise * SHIFT_YEARS * jnp.tanh((year - BASE_YEAR) / SHIFT_YEARS))


def cost(year: jax.Array, p: Any) -> jax.Array:
    """All-in cost of a deployed H100 equivalent [thousand USD, equal to bn USD per MH], shape (future,)."""
    return p.cost_2024 * jnp.exp(-p.cost_fall * (year - BASE_YEAR))
