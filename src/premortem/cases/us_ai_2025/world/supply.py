"""US-aligned supply of AI compute: what the big four spend, what part buys AI compute, what that costs."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, BEFORE, DT
from premortem.cases.us_ai_2025.world.smooth import step_at

# Log growth of big-four capex from 2023 to 2024, by company filings (147 to 230 billion dollars) [1/yr].
CAPEX_GROWTH_2024 = 0.448
# The return answers from mid-2025: budgets of a year are set before it begins [yr]; width of both switches [yr].
ANSWER_YEAR, SWITCH = 2025.5, 0.1
# AI's share of capex moves for about this long on either side of mid-2024 [yr].
SHIFT_YEARS = 2.0


class Spending(NamedTuple):
    """State of spending, each of shape (future,)."""

    log_capex: jax.Array  # of the big four [ln bn USD/yr]
    growth: jax.Array  # of it [1/yr]
    capital: jax.Array  # AI compute at cost, written down at the retirement rate [bn USD]


def start(p: Any) -> Spending:
    """State before the first quarter."""
    capex = jnp.log(p.capex_2024) - CAPEX_GROWTH_2024 * BEFORE
    return Spending(capex, p.capex_growth + 0.0, p.ai_capex_share * jnp.exp(capex) / 2)


def spend(s: Spending, signal: jax.Array, year: jax.Array, p: Any) -> tuple[Spending, jax.Array]:
    """Spending after one quarter, and the compute that it buys [MH a quarter], shape (future,).

    Growth is the record's until mid-2024, then `capex_growth`, fading to a long-run rate that the return hyperscalers
    see
    (`signal`, the tanh of its logarithm) raises or lowers. Supply = capex x AI share x (1 + other buyers) / cost.
    """
    since = step_at(year, BASE_YEAR, SWITCH)
    after_2025 = step_at(year, ANSWER_YEAR, SWITCH)
    target = p.capex_long_run + p.roi_feedback * signal
    growth = s.growth + DT * after_2025 * p.capex_fade * (target - s.growth)
    log_capex = s.log_capex + DT * ((1 - since) * CAPEX_GROWTH_2024 + since * growth)
    capex = jnp.exp(log_capex)
    on_ai = capex * ai_share(year, p) * (1 + p.other_buyers)
    capital = s.capital * (1 - DT * p.retirement) + DT * on_ai
    return Spending(log_capex, growth, capital), DT * on_ai / cost(year, p)


def ai_share(year: jax.Array, p: Any) -> jax.Array:
    """Share of capex that buys AI compute, shape (future,): `ai_capex_share` in mid-2024, rising on a logit scale."""
    logit = jnp.log(p.ai_capex_share / (1 - p.ai_capex_share))
    return jax.nn.sigmoid(logit + p.ai_share_rise * SHIFT_YEARS * jnp.tanh((year - BASE_YEAR) / SHIFT_YEARS))


def cost(year: jax.Array, p: Any) -> jax.Array:
    """All-in cost of a deployed H100 equivalent [thousand USD, equal to bn USD per MH], shape (future,)."""
    return p.cost_2024 * jnp.exp(-p.cost_fall * (year - BASE_YEAR))
