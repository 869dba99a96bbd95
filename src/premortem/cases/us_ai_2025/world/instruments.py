"""What no clause says: efforts that take time, work in part, and cost something (`instruments.toml`)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.case import instruments
from premortem.cases.us_ai_2025.world.chips import DENIED_THEN
from premortem.cases.us_ai_2025.world.inputs import CASE, DT

# Effectiveness of these is taken where they work: of deals in conditions, of permits in new power.
WHERE_IT_WORKS = ("deals", "permitting")
# Instruments to which China answers by holding back what chips are made of, as to a listing of its maker of memory: each counts alike,
# and so many of them in full bring the whole answer; where no chip at all may be sold to it, this much more of it (judgement).
PROVOKE, WHOLE_ANSWER, NOTHING_SOLD = ("allied_servicing", "coercion", "huawei_blocking"), 3.0, 0.2


class Efforts(NamedTuple):
    """Efforts as they have come into effect, before what evades them; each of shape (future,) [0 to 1]."""

    allied_servicing: jax.Array
    coercion: jax.Array
    deals: jax.Array
    compute_governance: jax.Array
    open_weights_limits: jax.Array
    api_limits: jax.Array
    chinese_model_limits: jax.Array
    huawei_blocking: jax.Array
    permitting: jax.Array


class Costs(NamedTuple):
    """What efforts cost in a quarter, each of shape (future,)."""

    goodwill: jax.Array  # of partners [1/yr, of what is left]
    supply: jax.Array  # share of US-aligned supply that China's answer takes
    tier2_sales: jax.Array  # share of Tier-2 sales lost or put off
    closed_revenue: jax.Array  # share of closed labs' revenue


def start(p: Any) -> Efforts:
    """State before the first quarter: no effort has come into effect."""
    return Efforts(*(jnp.zeros_like(p.instrument_lag) for _ in Efforts._fields))


def follow_up(s: Efforts, levers: Any, p: Any, lags: Mapping[str, float] | None = None) -> Efforts:
    """Efforts in effect after one quarter: each nears what the policy sets, at a rate of one over its lag.

    Usual lags are those of past controls (June to December 2024 for memory limits), but for `lags` of a user's own [yr];
    `instrument_lag` scales them all.
    """
    usual = {name: instruments(CASE)[name].lag for name in Efforts._fields} | dict(lags or {})
    rates = (DT / (usual[name] * p.instrument_lag) for name in Efforts._fields)
    steps = zip(Efforts._fields, s, rates, strict=True)
    return Efforts(*(now - jnp.expm1(-rate) * (getattr(levers, name) - now) for name, now, rate in steps))


def in_effect(s: Efforts, levers: Any, p: Any) -> Any:
    """The policy with what of its efforts works in place of them: as far as evasion leaves it."""
    works = {
        name: effort * getattr(p, works_by)
        if (works_by := instruments(CASE)[name].effectiveness) and name not in WHERE_IT_WORKS
        else effort
        for name, effort in s._asdict().items()
    }
    return levers._replace(**works)


def costs(s: Efforts, levers: Any, p: Any) -> Costs:
    """What efforts cost: they are paid in full, whatever works of them. Sizes are judgement (`params.csv`).

    Two clauses provoke China as instruments do: a listing that denies tools to its maker of memory beyond the law of the day of the
    note, and a bar on every chip.
    """
    asked = 1 - (1 - s.open_weights_limits) * (1 - s.chinese_model_limits)
    goodwill = (
        p.limits_goodwill * asked + p.blocking_goodwill * s.huawei_blocking + p.servicing_goodwill * s.allied_servicing
    )
    listed = jnp.maximum(levers.dram_tools_denied - DENIED_THEN, 0.0) / (1 - DENIED_THEN)
    sold = jnp.maximum(levers.cn_free_h100e, levers.cn_case_h100e * levers.cn_granted)
    provoked = (sum(getattr(s, name) for name in PROVOKE) + listed) / WHOLE_ANSWER
    provoked = jnp.minimum(provoked + jnp.where(sold > 0, 0.0, NOTHING_SOLD), 1.0)
    return Costs(
        goodwill=goodwill,
        supply=p.retaliation * provoked,
        tier2_sales=p.governance_cost * s.compute_governance,
        closed_revenue=p.api_revenue_loss * s.api_limits,
    )
