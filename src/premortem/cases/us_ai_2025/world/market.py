"""What models earn: price and markup, demand for tokens, revenue, research spend, and Chinese models abroad."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, DT
from premortem.cases.us_ai_2025.world.smooth import TINY, faded_years, ramp, softmin

# Scale at which a negative gap stops protecting a price [months].
GAP_SCALE = 0.5
# Returns are added up from here [yr].
RETURNS_FROM = 2024.0
MONTHS = 12.0
# Share of third-market tokens that Chinese models served at the start of 2023, before the first was released: as good as
# none, on the logit scale one in a thousand.
ABSENT = -6.9


class Ledger(NamedTuple):
    """State of the market, each of shape (future,)."""

    cn_share: jax.Array  # of third-market tokens that Chinese models serve, on a logit scale
    profit: jax.Array  # discounted gross profit of closed labs since 2024 [bn USD]
    research: jax.Array  # discounted training and R&D spend since 2024 [bn USD]


class Market(NamedTuple):
    """The market in a quarter, each of shape (future,)."""

    price: jax.Array  # of a frontier answer [USD per million output tokens]
    price_open: jax.Array  # of the best open model's
    markup: jax.Array
    tokens: jax.Array  # answered a year, 1 in mid-2024
    compute_demand: jax.Array  # to serve them, 1 in mid-2024
    value: jax.Array  # of the market with open models, 1 in mid-2024
    revenue_closed: jax.Array  # [bn USD/yr]
    gross_profit_closed: jax.Array  # [bn USD/yr]
    rnd_closed: jax.Array  # [bn USD/yr]
    cn_model_share: jax.Array


def start(p: Any) -> Ledger:
    """State before the first quarter: Chinese models as good as absent from third markets."""
    nothing = jnp.zeros_like(p.revenue_2024)
    return Ledger(nothing + ABSENT, nothing, nothing)


def trade(
    s: Ledger,
    standing: Any,
    serving_ratio: jax.Array,
    unmet_share: jax.Array,
    goodwill: jax.Array,
    levers: Any,
    year: jax.Array,
    p: Any,
) -> tuple[Ledger, Market]:
    """The market after one quarter.

    `serving_ratio` is China's serving capacity over what third markets need: an app cannot answer more than it can
    serve, except as open weights are hosted by others where that is allowed.
    """
    y = year - BASE_YEAR
    kept = markup_kept(standing.gap_months_open, p)
    markup = p.markup_max * kept
    unit_cost = p.unit_cost_2024 * jnp.exp((p.token_weight_growth - p.cost_fall - p.efficiency_growth) * y)
    price = unit_cost * (1 + markup)
    price_open = unit_cost * p.open_cost_ratio
    relative = price / (p.unit_cost_2024 * (1 + p.markup_max))
    adoption = jnp.exp(p.market_multiple * p.market_speed * faded_years(y, p.market_speed))
    quality = jnp.exp(p.token_weight_growth * y)  # a heavier answer is worth more: the price per unit of quality counts
    tokens = adoption * (relative / quality) ** (-p.elasticity) / quality
    value = ceiling(tokens * relative, p)
    share_cn, logit = cn_share(
        s.cn_share, price / price_open, standing, serving_ratio, unmet_share, goodwill, levers, p
    )
    closed = p.closed_share_2024 * kept**p.open_pull
    revenue = p.revenue_2024 * value * closed / p.closed_share_2024 * (1 - p.third_market_share * share_cn)
    profit = revenue * markup / (1 + markup)
    research = p.rnd_2024 * jnp.exp(p.rnd_growth * faded_years(y, p.rnd_fade))
    discount = DT * jnp.exp(-p.discount_rate * y) * jnp.where(year > RETURNS_FROM, 1.0, 0.0)
    ledger = Ledger(logit, s.profit + discount * profit, s.research + discount * research)
    compute = tokens * jnp.exp((p.token_weight_growth - p.efficiency_growth) * y)
    market = Market(price, price_open, markup, tokens, compute, value, revenue, profit, research, share_cn)
    return ledger, market


def ceiling(value: jax.Array, p: Any) -> jax.Array:
    """Market value that the world can pay, 1 in mid-2024, shape (future,): never above `market_ceiling`."""
    return softmin(value, p.market_ceiling * p.closed_share_2024 / p.revenue_2024)


def markup_kept(gap_months: jax.Array, p: Any) -> jax.Array:
    """Share of the full markup that survives a rival so many months behind, shape (future,): 1 - exp(-gap / erosion)."""
    return -jnp.expm1(-ramp(gap_months, GAP_SCALE) / p.erosion_months)


def cn_share(
    logit: jax.Array,
    price_ratio: jax.Array,
    standing: Any,
    serving_ratio: jax.Array,
    unmet_share: jax.Array,
    goodwill: jax.Array,
    levers: Any,
    p: Any,
) -> tuple[jax.Array, jax.Array]:
    """Chinese models' share of third-market tokens, and its logit before the limit of serving, shape (future,).

    The logit moves to a sum of price advantage, lag in quality, trust limits, goodwill toward the US and unmet demand.
    """
    target = (
        p.cn_model_bias
        + p.price_weight * jnp.log(price_ratio)
        - p.quality_weight * standing.gap_months_cn / MONTHS
        - p.trust_weight * (levers.chinese_model_limits + goodwill)
        + unmet_share
    )
    logit = logit + DT * p.cn_uptake_speed * (target - logit)
    can_serve = serving_ratio + p.hosting_share * (1 - levers.chinese_model_limits)
    return softmin(jax.nn.sigmoid(logit), can_serve + TINY), logit


def hyperscaler_return(value: jax.Array, capital: jax.Array, powered: jax.Array, p: Any) -> jax.Array:
    """Revenue of AI services over the AI capital behind it, 2024's ratio scaled, shape (future,).

    Clouds earn on any model, open ones too: the whole market's value counts, not the closed labs' part; but only on
    what
    found power (`powered`, a share of what was built).
    """
    return powered * p.cloud_return_2024 * value / (capital / (p.ai_capex_share * p.capex_2024))
