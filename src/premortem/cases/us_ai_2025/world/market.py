"""What models earn: price and markup, revenue, research spend, and Chinese models abroad; `clearing` says what is sold."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world import clearing
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
    fleet_2024: jax.Array  # the serving fleet of mid-2024 [MH]; until then that of the quarter
    training_2024: jax.Array  # yearly cost of the training fleet of mid-2024 [bn USD]; the same


class Fleet(NamedTuple):
    """The fleet that a market has in a quarter, each of shape (future,)."""

    serving: jax.Array  # that does not train [MH]
    training: jax.Array  # cost of what trains, at the prices of the quarter [bn USD]


class Market(NamedTuple):
    """The market in a quarter, each of shape (future,)."""

    price: jax.Array  # of a frontier answer [USD per million output tokens]
    price_open: jax.Array  # of the best open model's
    markup: jax.Array
    gross_margin: jax.Array  # of closed labs
    tokens: jax.Array  # answered a year, 1 in mid-2024
    compute_demand: jax.Array  # of what is asked for and can be paid, 1 in mid-2024
    served: jax.Array  # of what is sold, in the same unit
    excess: jax.Array  # of what is asked over what can be served [ln]
    scarcity: jax.Array  # the price that clears over the labs' own
    cloud_value: jax.Array  # what clouds earn by, 1 in mid-2024
    revenue_closed: jax.Array  # [bn USD/yr]
    gross_profit_closed: jax.Array  # [bn USD/yr]
    rnd_closed: jax.Array  # [bn USD/yr]
    cn_model_share: jax.Array


def start(p: Any) -> Ledger:
    """State before the first quarter: Chinese models as good as absent from third markets."""
    nothing = jnp.zeros_like(p.revenue_2024)
    return Ledger(nothing + ABSENT, nothing, nothing, nothing + 1, nothing + 1)


def trade(
    s: Ledger,
    fleet: Fleet,
    standing: Any,
    serving_ratio: jax.Array,
    unmet_share: jax.Array,
    goodwill: jax.Array,
    revenue_lost: jax.Array,
    levers: Any,
    year: jax.Array,
    p: Any,
) -> tuple[Ledger, Market]:
    """The market after one quarter.

    `serving_ratio` is China's serving capacity over what third markets need: an app cannot answer more than it can
    serve, except as open weights are hosted by others where that is allowed. No more is sold than the fleet can serve.
    """
    y = year - BASE_YEAR
    before = year < BASE_YEAR
    base = Fleet(
        *(jnp.where(before, now, then) for now, then in zip(fleet, (s.fleet_2024, s.training_2024), strict=True))
    )
    kept = markup_kept(standing.gap_months_open, p)
    markup = p.markup_max * kept
    unit_cost = p.unit_cost_2024 * jnp.exp((p.token_weight_growth - p.cost_fall - p.efficiency_growth) * y)
    relative = unit_cost * (1 + markup) / (p.unit_cost_2024 * (1 + p.markup_max))
    room = clearing.room(fleet.serving, base.serving, p)
    sold = clearing.clear(clearing.demand(relative, year, p), relative, markup / (1 + markup), room, p)
    price = sold.price * p.unit_cost_2024 * (1 + p.markup_max)
    # hosts of open models run on the same clouds: where clouds charge what clears, they pay it
    price_open = unit_cost * p.open_cost_ratio * sold.cloud_value / (sold.answers * relative)
    share_cn, logit = cn_share(
        s.cn_share, price / price_open, standing, serving_ratio, unmet_share, goodwill, levers, p
    )
    closed = p.closed_share_2024 * kept**p.open_pull
    revenue = p.revenue_2024 * sold.paid * closed / p.closed_share_2024 * (1 - p.third_market_share * share_cn)
    revenue = revenue * (1 - revenue_lost)  # customers whom limits on access turn away
    profit = revenue * sold.margin
    spent = research(fleet.training / base.training, y, p)
    discount = DT * jnp.exp(-p.discount_rate * y) * jnp.where(year > RETURNS_FROM, 1.0, 0.0)
    ledger = Ledger(logit, s.profit + discount * profit, s.research + discount * spent, *base)
    return ledger, Market(
        price, price_open, markup, sold.margin, sold.answers, sold.asked, sold.served, sold.excess, sold.scarcity,
        sold.cloud_value, revenue, profit, spent, share_cn,
    )  # fmt: skip


def research(training: jax.Array, y: jax.Array, p: Any) -> jax.Array:
    """Training and research spend of closed labs [bn USD/yr], shape (future,); `training` is the cost of the training fleet over
    that of mid-2024, `y` years since.

    A part `rnd_tied` follows that fleet, the rest grows by itself. Source: compute is 3 to 4 of some 5 to 6 billion
    (quantity 68); that the tie lasts is judgement.
    """
    by_itself = jnp.exp((1 - p.rnd_tied) * p.rnd_growth * faded_years(y, p.rnd_fade))
    return p.rnd_2024 * by_itself * training**p.rnd_tied


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

    The logit moves to a sum of price advantage, lag in quality, the lead among open models, trust limits, goodwill toward
    the US and unmet demand. Limits on US open models cede the open market (`open_default_weight`, judgement).
    """
    target = (
        p.cn_model_bias
        + p.price_weight * jnp.log(price_ratio)
        - p.quality_weight * standing.gap_months_cn / MONTHS
        + p.open_default_weight * jnp.tanh(standing.china - standing.us_open)
        - p.trust_weight * (levers.chinese_model_limits + goodwill)
        + unmet_share
    )
    logit = logit + DT * p.cn_uptake_speed * (target - logit)
    can_serve = serving_ratio + p.hosting_share * (1 - levers.chinese_model_limits)
    return softmin(jax.nn.sigmoid(logit), can_serve + TINY), logit


def hyperscaler_return(value: jax.Array, capital: jax.Array, powered: jax.Array, p: Any) -> jax.Array:
    """Revenue of AI services over the AI capital behind it, 2024's ratio scaled, shape (future,).

    Clouds earn on any model, open ones too: the whole market's value counts, not the closed labs' part; but only on
    what found power (`powered`, a share of what was built). Two readings of the source cancel: `capital` is that of all buyers and
    the spending of 2024 that of the big four, 1.7 times less; and the value of mid-2024 is read off Microsoft's rate of January 2025,
    1.7 times more (175% in a year, so 1.66 in half of one).
    """
    return powered * p.cloud_return_2024 * value / (capital / (p.ai_capex_share * p.capex_2024))
