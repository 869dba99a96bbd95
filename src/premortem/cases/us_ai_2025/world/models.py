"""Who leads in models and by how many months: own compute, borrowed ideas, rival ways of following, two breakthroughs."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.forms import pick
from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, DT, START
from premortem.cases.us_ai_2025.world.smooth import TINY, ramp, softmax2, softmin, step_at

# Quarters of the leader's past that imitation can reach: 3 years.
MEMORY = 13
# Scale of the smooth maximum of two capabilities, and of a lead in hardware from which on it counts; width of a breakthrough
# [ln effective compute; ln; yr].
BLEND, LEAD_SCALE, JUMP_WIDTH = 0.1, 0.2, 0.08
# Owners of a breakthrough, as coded in `params.csv`.
US_CLOSED, US_OPEN, CHINA = 0, 1, 2
# Training's share of compute moves from its 2024 to its 2032 value over these years [yr].
SHARE_FROM, SHARE_TO = 2024.5, 2032.5
# Log growth of installed compute before 2025, 2.3 times a year (Epoch AI, February 2025) [1/yr].
STOCK_GROWTH = 0.83
# Months in a year; and how fast the measured pace of progress follows [1/yr].
MONTHS, PACE_RATE = 12.0, 1.0


class Race(NamedTuple):
    """State of the race: capabilities of the last quarters, newest first, shape (quarter back, future)."""

    us: jax.Array
    china: jax.Array
    pace: jax.Array  # of the US frontier, smoothed [ln a year], shape (future,)


class Standing(NamedTuple):
    """Where the race stands in a quarter, each of shape (future,); capabilities in ln effective compute."""

    us: jax.Array
    china: jax.Array
    open: jax.Array  # the best open model
    us_open: jax.Array  # the best US one
    gap_months_cn: jax.Array
    gap_months_open: jax.Array


def start(p: Any) -> Race:
    """State before the first quarter: a frontier that has grown at the pace of 2023, China behind it by imitation."""
    back = DT * jnp.arange(1, MEMORY + 1, dtype=jnp.float32)[:, None]
    pace = p.efficiency_growth + STOCK_GROWTH
    now = p.efficiency_growth * (START - BASE_YEAR) + jnp.log(p.stock_2022 * p.training_share_2024)
    us = now[None] - pace[None] * back
    return Race(us, us - (pace * p.imitation_lag)[None], pace)


def training_share(year: jax.Array, excess: jax.Array, p: Any) -> jax.Array:
    """Share of compute that trains and experiments, shape (future,): from its 2024 to its 2032 value, less where more answers are
    asked for than can be served (`excess` of last quarter): serving then pays better (`training_yields`, judgement).
    """
    along = jnp.clip((year - SHARE_FROM) / (SHARE_TO - SHARE_FROM), 0.0, 1.0)
    path = p.training_share_2024 + (p.training_share_2032 - p.training_share_2024) * along
    return path * jnp.exp(-p.training_yields * excess)


def restriction(levers: Any, p: Any) -> jax.Array:
    """Lengthening of a follower's lag by limits on open weights, on API access and on closed weights, from 0,
    (future,).
    """
    free = (1 - levers.open_weights_limits) * (1 - levers.api_limits) * (1 - levers.weights_control * p.weights_leak)
    return p.restriction_power * (1 - free)


def race(
    s: Race, us_training: jax.Array, us_compute: jax.Array, cn_compute: jax.Array, levers: Any, year: jax.Array, p: Any
) -> tuple[Race, Standing]:
    """The race after one quarter, and where it stands, each of shape (future,); `us_training` is the part of compute that trains.

    Capability = ln(training compute) + algorithmic efficiency + breakthroughs. China's efficiency follows with a spill-over
    lag that limits on open weights lengthen; what it copies `follow` says. Only limits on open weights slow the US open
    line: a block on a country does not. The best open model is the better of China's and the US's own open line.
    """
    y = year - BASE_YEAR
    slowed = 1 + p.restriction_power * levers.open_weights_limits
    open_lag = p.us_open_lag * slowed
    freed = breakthroughs(US_OPEN, year, p)
    us_open = _past(s.us, open_lag - DT) + freed
    us_own = jnp.log(us_compute * us_training + TINY) + p.efficiency_growth * y + breakthroughs(US_CLOSED, year, p)
    us = softmax2(us_own, _past(s.china, p.imitation_lag - DT), BLEND)
    us = softmax2(us, us_open - BLEND, BLEND)  # the closed frontier may use what is open
    seen = _push(s.us, us)
    cn_training = training_share(year, jnp.zeros_like(y), p)
    cn_own = jnp.log(cn_compute * cn_training + TINY) + p.efficiency_growth * (y - p.spillover_lag * slowed)
    lead = jnp.log(us_compute / (cn_compute + TINY) + TINY) - jnp.log(p.lead_at_reading)
    open_to_copy = _past(seen, open_lag + _wait(p)) + freed
    longer = 1 + restriction(levers, p)
    china = follow(cn_own + breakthroughs(CHINA, year, p), seen, open_to_copy, lead, longer, p)
    best_open = softmax2(china, us_open, BLEND)
    pace = s.pace + DT * PACE_RATE * ((us - s.us[3]) - s.pace)
    months = MONTHS / jnp.maximum(pace, 0.3)
    standing = Standing(us, china, best_open, us_open, months * (us - china), months * (us - best_open))
    return Race(seen, _push(s.china, china), pace), standing


def follow(
    own: jax.Array, us: jax.Array, open_to_copy: jax.Array, lead: jax.Array, longer: jax.Array, p: Any
) -> jax.Array:
    """China's capability, by `own` compute and by what it copies [ln effective compute], shape (future,).

    `us` is the frontier, newest first, `open_to_copy` what was open a wait ago, `lead` the hardware lead over that at which lags were
    read [ln], `longer` what limits do to lags. By `lead_form` China is a lag behind, which a growing lead lengthens
    (`compute_drag`); or ideas multiply its own compute up to `follower_saving`, but not beyond what it copies (DeepSeek-V3
    took 3.4e24 operations where its class took 2e25 to 5e25, quantities 56 and 57); or it distils what it can reach, a
    wait behind and a loss below, more so as its hardware falls back (`compute_needed`). No form passes what it copies.
    """
    wait = _past(us, _wait(p) * longer)
    pace = p.efficiency_growth + STOCK_GROWTH
    loss = p.copy_months / MONTHS * (1 - p.wait_share) * pace * longer
    short = p.compute_needed * ramp(lead, LEAD_SCALE)
    lagged = _past(us, p.imitation_lag * longer * jnp.exp(p.compute_drag * lead))
    saved = softmin(jnp.log(p.follower_saving) / longer, ramp(wait - own, BLEND))
    distilled = softmax2(wait - loss - short, open_to_copy - short / 2, BLEND)
    return pick(p.lead_form, softmax2(own, lagged, BLEND), own + saved, softmax2(own, distilled, BLEND))


def _wait(p: Any) -> jax.Array:
    """Shortest time from seeing a model to having its like, free of limits [yr], shape (future,)."""
    return p.copy_months / MONTHS * p.wait_share


def breakthroughs(owner: int, year: jax.Array, p: Any) -> jax.Array:
    """Capability that dated breakthroughs have given an owner so far [ln effective compute], shape (future,)."""
    first = jnp.where(p.breakthrough_1_owner == owner, p.breakthrough_1_size, 0.0)
    second = jnp.where(p.breakthrough_2_owner == owner, p.breakthrough_2_size, 0.0)
    return first * step_at(year, p.breakthrough_1_time, JUMP_WIDTH) + second * step_at(
        year, p.breakthrough_2_time, JUMP_WIDTH
    )


def _push(history: jax.Array, now: jax.Array) -> jax.Array:
    return jnp.concatenate([now[None], history[:-1]])


def _past(history: jax.Array, lag: jax.Array) -> jax.Array:
    """Capability so many years before the newest of a history, between quarters by straight lines; at most all memory."""
    position = jnp.clip(lag / DT, 0.0, float(MEMORY - 1))
    weight = jnp.maximum(1 - jnp.abs(jnp.arange(MEMORY, dtype=jnp.float32)[:, None] - position[None]), 0.0)
    return (weight * history).sum(0)
