"""Seven steps from values and levers to series: pure, deterministic, no branch on values."""

import csv
from collections import namedtuple
from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from premortem.cases.eu_gpai.world.levers import YEARS, Levers

FIRST = YEARS[0]
F0 = 25.4  # log10 FLOP of the largest run of 2023, on the trend through GPT-4 (2.1e25), Gemini 1.0 Ultra (5e25), Grok-3 (4.6e26)
WINDOW = 0.5  # OOM of effective compute that still counts as 'match' in Article 3(64)
NOISE = 0.3  # OOM, spread of capability that neither compute nor tricks explain
DISTIL_2023 = 0.05  # share of new models that lean on distillation or reasoning in 2023
EU_SHARE = 0.10  # share of systemic models whose provider is established in the Union
CN_2025 = 0.15  # share from China in 2025
EU_COMPLIANCE = 0.95
GPAI_EFFORT = 0.03  # staff-years per ordinary model in service
TEST_EFFORT = 0.2  # staff-years per capability test
MODIFIED = 0.05  # modified models over the one-third line per systemic model
STANCE = (1.0, 0.7, 0.3)  # what is left of enforcement when the US tolerates, contests, retaliates
OLD_LINE, SMALLEST = 25.0, 23.0  # log10 FLOP of the line of 2023, and below which no model counts as general-purpose
LONG_RUNS, RAMP, REACH = (
    5,
    7,
    5,
)  # years to 2028 (growth changes), to 2030 from 2023 (tricks), to 2030 from 2025 (China)


def steps() -> tuple[str, ...]:
    """Names of the years."""
    return tuple(str(year) for year in YEARS)


def times() -> jax.Array:
    """Middle of each year [yr], shape (year,)."""
    return jnp.asarray(YEARS, jnp.float32) + 0.5


@cache
def parameter_names() -> tuple[str, ...]:
    """Names of the uncertainties in the order of `params.csv`."""
    table = Path(__file__).parents[1] / "params.csv"
    return tuple(row["name"] for row in csv.DictReader(table.read_text("utf-8").splitlines()))


@cache
def _params_class() -> Any:
    return namedtuple("Params", parameter_names())


def within(gap: jax.Array, spread: jax.Array) -> jax.Array:
    """Share of new models that lie at most `gap` OOM below the largest run (exponential with mean `spread`)."""
    return 1 - jnp.exp(-jnp.maximum(gap, 0) / spread)


def simulate(values: jax.Array, levers: Levers) -> dict[str, jax.Array]:
    """Every series by name, (year, future), from values (parameter, future) and levers (year,)."""
    p = _params_class()(*values)
    columns: Any = (jnp.asarray(lever)[:, None] for lever in levers)
    act = Levers(*columns)
    year = jnp.asarray(YEARS, jnp.float32)[:, None]
    t = year - FIRST
    ramp = jnp.clip(t / RAMP, 0, 1)

    frontier, line, above = _frontier(p, act, t)
    new = p.models_2023 * p.models_growth**t  # 2
    leaning = DISTIL_2023 + (p.distil_share - DISTIL_2023) * ramp
    bonus = jnp.maximum(p.distil_gap + p.inference_gain * ramp, 1e-6)
    capable, missed = _capable(p.spread, leaning, bonus, jnp.maximum(frontier - line, 0), above)
    coverage = 1 - (1 - act.designation) * missed / capable
    found = {
        "frontier": 10**frontier,
        "line": 10**line,
        "new": new,
        "coverage": coverage,
        "missed_models": (1 - act.designation) * missed * new,
    }
    found |= _office(p, act, t, new, above, capable - missed, missed)
    found |= _exemption(p, act, year, coverage)
    found |= _reach(p, act, year, found["load_ratio"])
    return found | _signal(p, t, leaning, bonus, frontier, above)


def _frontier(p: Any, act: Levers, t: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """1: largest run and line [OOM], and the share of new models above the line. A relative line is never below the fixed one."""
    g, late = jnp.log10(p.growth), jnp.log10(p.growth_late)
    frontier = F0 + g * jnp.minimum(t, LONG_RUNS) + late * jnp.maximum(t - LONG_RUNS, 0)
    before = jnp.concatenate([frontier[:1], frontier[:-1]])
    fixed = jnp.log10(act.threshold) + 0 * frontier
    share = jnp.log10(jnp.where(act.relative > 0, act.relative, 1.0))
    line = jnp.where(act.relative > 0, jnp.maximum(fixed, share + before), fixed)
    return frontier, line, within(frontier - line, p.spread)


def _capable(s: jax.Array, leaning: jax.Array, b: jax.Array, gap: jax.Array, above: jax.Array) -> Any:
    """3: shares of new models that are frontier-capable, and that are so below the line; a leaning model's bonus is
    exponential with mean `b`.
    """
    plain = within(jnp.asarray(WINDOW), s)
    helped = 1 - s / (s + b) * jnp.exp(-WINDOW / s)
    tail = b / (s + b) * jnp.exp(WINDOW / b - jnp.maximum(gap, WINDOW) * (1 / s + 1 / b))
    capable = (1 - leaning) * plain + leaning * helped
    return capable, jnp.maximum(plain - above, 0) + leaning * tail


def _office(
    p: Any, act: Levers, t: jax.Array, new: jax.Array, above: jax.Array, caught: jax.Array, missed: jax.Array
) -> dict[str, jax.Array]:
    """4: systemic models in service (two years' worth), and the AI Office's load and staff [staff-years a year]."""
    released = act.capability_test * jnp.maximum(above - caught, 0)
    new_systemic = new * (above - released + act.designation * missed)
    before = jnp.concatenate([jnp.zeros_like(new_systemic[:1]), new_systemic[:-1]])
    systemic = (1 + MODIFIED) * (new_systemic + before)
    ordinary = jnp.maximum(new * 2 - systemic, 0)
    tests = TEST_EFFORT * act.capability_test * new * above
    load = (p.effort * systemic + GPAI_EFFORT * ordinary + tests) * (1 + act.extra_load)
    staff = act.staff_x * p.staff_2025 * p.staff_growth ** (t + FIRST - 2025)
    return {
        "new_systemic": new_systemic,
        "systemic": systemic,
        "load": load,
        "staff": staff,
        "load_ratio": load / staff,
    }


def _exemption(p: Any, act: Levers, year: jax.Array, coverage: jax.Array) -> dict[str, jax.Array]:
    """5: shares of ordinary models, and of frontier-capable ones, that the open exemption frees."""
    open_share = jnp.clip(p.open_share + 0.02 * (year - 2026), 0, 0.95)
    at_top = open_share * jnp.exp(-p.open_lag / 6)
    return {
        "exempt": act.open_exemption * open_share * p.free_licence,
        "slip": act.open_exemption * (1 - coverage) * at_top * p.free_licence,
    }


def _reach(p: Any, act: Levers, year: jax.Array, load_ratio: jax.Array) -> dict[str, jax.Array]:
    """6: what enforcement there is, and the share of systemic models from providers that comply."""
    stance = jnp.asarray(STANCE)[jnp.clip(jnp.round(p.us_stance), 0, len(STANCE) - 1).astype(int)]
    enforcement = act.powers * jnp.minimum(1, 1 / load_ratio) * stance
    cn = CN_2025 + (p.cn_share - CN_2025) * jnp.clip((year - 2025) / REACH, 0, 1)
    bite = p.fine_bite * enforcement

    def comply(base: Any) -> Any:
        return base + (1 - base) * bite

    us = 1 - EU_SHARE - cn
    reach = EU_SHARE * comply(EU_COMPLIANCE) + us * comply(p.us_compliance) + cn * comply(p.cn_compliance)
    return {"reach": reach, "enforcement": enforcement}


def _signal(
    p: Any, t: jax.Array, leaning: jax.Array, bonus: jax.Array, frontier: jax.Array, above: jax.Array
) -> dict[str, jax.Array]:
    """7: the share of the variance of capability that training compute explains, and the share of new models at least as able
    as 1e25 FLOP made one in 2023 that lie under the line.
    """
    s = p.spread
    needed = jnp.maximum(OLD_LINE - jnp.log10(p.algo) * t, SMALLEST)
    pool = within(frontier - needed, s)
    return {
        "signal": s**2 / (s**2 + leaning * (2 - leaning) * bonus**2 + NOISE**2),
        "below": jnp.maximum(pool - above, 0) / pool,
    }
