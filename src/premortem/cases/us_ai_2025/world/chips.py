"""China's own chips: wafers, yield, and the two things that a die needs, logic and memory."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, BEFORE, DT, chip
from premortem.cases.us_ai_2025.world.smooth import TINY, ramp, softmin, step_at

# `yield_2024` is the yield of the Ascend line in the first quarter of 2024; it learns from the next one on [yr].
YIELD_YEAR = 2024.25
# The state's extra share of wafers comes in around 2026, a tenth in 2025 and nine tenths in 2027 [yr].
STEERING_YEAR, STEERING_SCALE = 2026.0, 0.45
# Months in a quarter and thousands in a million: thousand wafers a month x dies = million dies a quarter x 1,000 / 3.
MONTHS, THOUSAND = 3.0, 1e-3
# A warning of two quarters fills the stockpile; a longer one fills it further in proportion.
WARNING_QUARTERS = 2.0
# Tools in store from which on a half of what is denied is met from them [yr of growth]; fresh gap in service at which parts are used
# up at half their fastest rate [share of service].
STORE_SCALE, GAP_SCALE = 0.3, 0.1
# Width of the start of domestic memory [yr].
HBM_START_SCALE = 0.25
# Share by value of tools for the newest DRAM line of China that the law of the day of the note denies: those of the US, Korea and
# Taiwan (`policy_levers.TOOL_VALUE`). Home supply of memory was judged under it, so that denial counts from here.
DENIED_THEN = 0.5
# Controls on what China can make, and the day from which the world beside this one has none: the quarter after the note [yr].
ON_PRODUCTION = (
    "us_servicing",
    "allied_servicing",
    "tools_denied",
    "dram_tools_denied",
    "hbm_ban",
    "hbm_warning",
    "fdd",
)
LIFTED = 2025.25
# Stacks of memory in a B200, the best chip on sale at the day of the note (NVIDIA, March 2024: 192 GB in eight stacks of 24).
STACKS_IN_BEST = 8.0


class Fabs(NamedTuple):
    """State of Chinese chip making, each of shape (future,)."""

    wafers: jax.Array  # 7 nm-class wafer starts [thousand a month]
    skill: jax.Array  # share of withdrawn service that local engineers replace
    yield_: jax.Array  # of the Ascend line [share]
    tools: jax.Array  # bought ahead of denial [yr of growth]
    parts: jax.Array  # left of what was in store when allied service stopped [share]
    hbm_capacity: jax.Array  # of home-made high-bandwidth memory [million stacks a year]
    hbm_stock: jax.Array  # [million stacks]
    home_bank: jax.Array  # dies made at home that wait for memory [million]
    foreign_bank: jax.Array  # dies of foreign foundries that do [million]


class Output(NamedTuple):
    """What Chinese chip making gives in a quarter, each of shape (future,)."""

    smic_dies: jax.Array  # good logic dies made at home [million]
    foundry_dies: jax.Array  # dies made for China by foreign foundries [million]
    packaged: jax.Array  # dies of either origin that found memory [million]
    domestic_mh: jax.Array  # of these, from home dies [MH]
    foundry_mh: jax.Array  # of these, from foreign dies [MH]
    hbm_bound: jax.Array  # near 1 where memory limits output, near 0 where logic does


def start(p: Any) -> Fabs:
    """State before the first quarter: capacity grown back from its level in the middle of 2024, no stockpile."""
    wafers = p.wafers_2024 * jnp.exp(-p.wafer_growth * BEFORE)
    none = jnp.zeros_like(wafers)
    return Fabs(
        wafers, none, p.yield_2024 + 0.0, p.tool_store + 0.0, none + 1, none, p.stacks_per_die * TINY, none, none
    )


def lifted(levers: Any, year: jax.Array) -> Any:
    """The same policy without controls on what China can make from the day of the note on: what a control does is told by what would
    have been made without it.
    """
    before = jnp.where(year < LIFTED, 1.0, 0.0)
    return levers._replace(**{name: getattr(levers, name) * before for name in ON_PRODUCTION})


def make_chips(
    s: Fabs, levers: Any, politics: Any, us_supply: jax.Array, year: jax.Array, p: Any
) -> tuple[Fabs, Output]:
    """Fabs after one quarter, and the chips that they give; `us_supply` is US-aligned supply of the quarter [MH], which uses the same
    makers' memory.

    Dies that find no memory wait and age (`die_decay`, judgement); both origins share the memory by what they have.
    """
    gap, fresh, skill = servicing(s.skill, levers, politics, p)
    parts, uptime = keep_running(s.parts, fresh, p)
    tools, denied = store_tools(s.tools, levers.tools_denied, politics.held, year, p)
    wafers = wafer_capacity(s.wafers, gap, denied, year, p)
    yield_ = yield_learning(s.yield_, gap, year, p)
    fdd_held = levers.fdd * p.fdd_effect * politics.held
    smic = wafers * uptime * MONTHS * THOUSAND * p.dies_per_wafer * yield_ * ai_share(year, fdd_held, p)
    foundry = DT * p.foundry_dies_2024 * (1 - fdd_held)
    capacity = hbm_capacity(s.hbm_capacity, levers.dram_tools_denied, politics.held, year, p)
    need = (smic + foundry) * p.stacks_per_die
    got = jnp.where(year < LIFTED, 1.0, shared_memory(need, us_supply))
    inflow = hbm_inflow(need, got, capacity, levers, politics.held, p)
    fed = (s.hbm_stock + inflow) / p.stacks_per_die
    kept = 1 - DT * p.die_decay
    home, foreign = smic + s.home_bank * kept, foundry + s.foreign_bank * kept
    dies = home + foreign
    packaged = softmin(dies, fed)
    used = packaged / (dies + TINY)
    h100e = die_h100e(year, p)
    stock = s.hbm_stock + inflow - packaged * p.stacks_per_die
    return (
        Fabs(wafers, skill, yield_, tools, parts, capacity, stock, home * (1 - used), foreign * (1 - used)),
        Output(smic, foundry, packaged, h100e * home * used, h100e * foreign * used, dies / (dies + fed + TINY)),
    )


def servicing(skill: jax.Array, levers: Any, politics: Any, p: Any) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Share of service that is withdrawn and not replaced, of that what allies withdrew, and the local skill after one quarter,
    shape (future,).

    US staff left in October 2022; Dutch and Japanese staff leave as far as an allied control exists, works and allies agree.
    Withdrawal itself teaches: skill grows at `local_learning` times what is withdrawn. Rates are assumptions.
    """
    us = (1 - p.foreign_service_share) * levers.us_servicing
    allied = p.foreign_service_share * levers.allied_servicing * politics.alignment
    withdrawn = us + allied
    skill = skill + DT * p.local_learning * withdrawn * (1 - skill)
    return withdrawn * (1 - skill), allied * (1 - skill), skill


def keep_running(parts: jax.Array, fresh: jax.Array, p: Any) -> tuple[jax.Array, jax.Array]:
    """Parts left in store, and the share of capacity that runs, after one quarter, shape (future,); `fresh` is service that allies
    withdrew and nobody replaced. What the US withdrew in 2022 is in the record of output.

    Parts last `parts_years`; then up to `uptime_loss` stands still. No source tells the size: single tools stopped within a
    week of October 2022, yet the Ascend line's yield doubled in 2024 with all US service gone; so both priors are wide.
    """
    parts = parts * jnp.exp(-DT / p.parts_years * fresh / (fresh + GAP_SCALE))
    return parts, 1 - p.uptime_loss * fresh / p.foreign_service_share * (1 - parts)


def store_tools(
    tools: jax.Array, denied: jax.Array, held: jax.Array, year: jax.Array, p: Any
) -> tuple[jax.Array, jax.Array]:
    """Tools in store after one quarter [yr of growth], and the share of tools whose denial bites, shape (future,).

    From mid-2024 what is denied is first met from store; windows that leave controls open (1 - `held`) fill it (`tool_hoard`). Tool
    imports of 2023 and 2024 were bought ahead (ASML: 49% of its systems went to China in 2024Q2); sizes are judgement.
    """
    since = step_at(year, BASE_YEAR, 0.1)
    covered = tools / (tools + STORE_SCALE)
    change = p.tool_hoard * (1 - held) * (1 - covered) - denied * covered
    return jnp.maximum(tools + DT * since * change, 0.0), denied * held * (1 - covered)


def wafer_capacity(wafers: jax.Array, gap: jax.Array, denied: jax.Array, year: jax.Array, p: Any) -> jax.Array:
    """7 nm-class capacity after one quarter [thousand wafers a month], shape (future,).

    New tools add `wafer_growth` a year, fading after mid-2024, less what needs tools that are denied; unserviced tools
    drop out at `tool_decay`. Before mid-2024 the record already contains the controls of the day.
    """
    later = ramp(year - BASE_YEAR, 0.1)
    since = step_at(year, BASE_YEAR, 0.1)
    growth = p.wafer_growth * jnp.exp(-p.wafer_fade * later) * (1 - since * p.tool_dependence * denied)
    return wafers * jnp.exp(DT * (growth - since * p.tool_decay * gap))


def yield_learning(yield_: jax.Array, gap: jax.Array, year: jax.Array, p: Any) -> jax.Array:
    """Yield of the Ascend line after one quarter [share], shape (future,).

    Learns toward `yield_max` at `yield_rate`, slower by `gap_drag` while service is withdrawn and not replaced.
    Source: 20% in early 2024, 40% in early 2025 (Financial Times by way of the note); `gap_drag` is an assumption.
    """
    rate = p.yield_rate * (1 - p.gap_drag * gap) * jnp.where(year > YIELD_YEAR, 1.0, 0.0)
    return yield_ + DT * rate * jnp.maximum(p.yield_max - yield_, 0.0)  # what was learnt is not unlearnt


def ai_share(year: jax.Array, fdd_held: jax.Array, p: Any) -> jax.Array:
    """Share of 7 nm wafers that become AI dies: more when the state steers, less when demand is pushed home."""
    steered = p.ai_wafer_share + p.state_steering * step_at(year, STEERING_YEAR, STEERING_SCALE)
    return steered * (1 - p.fdd_contention * fdd_held)


def hbm_capacity(capacity: jax.Array, denied: jax.Array, held: jax.Array, year: jax.Array, p: Any) -> jax.Array:
    """Capacity of home-made high-bandwidth memory after one quarter [million stacks a year], shape (future,).

    It grows by `hbm_domestic_ramp` a year from its first year of volume on. That was judged under the law of the day of the
    note; tools that are denied beyond it, as by a listing of CXMT, delay the start (`hbm_list_delay`) and take
    `hbm_tool_dependence` of the growth, less denial adds as much. What is built is not unbuilt.
    """
    more = (denied - DENIED_THEN) / (1 - DENIED_THEN) * held
    since = year - p.hbm_domestic_start - p.hbm_list_delay * jnp.maximum(more, 0.0)
    begun = ramp(since, HBM_START_SCALE) - ramp(since - DT, HBM_START_SCALE)
    return capacity + p.hbm_domestic_ramp * (1 - p.hbm_tool_dependence * more) * begun


def shared_memory(need: jax.Array, us_supply: jax.Array) -> jax.Array:
    """Share of the memory that China needs of foreign makers that it gets while trade is free, shape (future,).

    Makers ship what US-aligned supply takes (`us_supply` [MH], at a B200's stacks), and share it out by need: what China gets and what
    is left for the others is what is made. That they would make no more for a further buyer is the least that they could do.
    """
    made = us_supply * STACKS_IN_BEST / chip("B200").h100e
    return made / (made + need + TINY)


def hbm_inflow(need: jax.Array, got: jax.Array, capacity: jax.Array, levers: Any, held: jax.Array, p: Any) -> jax.Array:
    """Stacks of high-bandwidth memory that reach China in a quarter [million], shape (future,).

    While trade is free, imports meet the need as far as makers can (`got`, a share; to the day of the note the record's); when a ban
    is in sight they fill a stockpile; after it a leak remains, wider where controls hold badly; `capacity` is that of home supply.
    """
    hoarding = p.hbm_stockpile * levers.hbm_warning / WARNING_QUARTERS
    before_ban = DT * 2 * p.hbm_stockpile  # `hbm_stockpile` is half a year of imports at the rate before the ban
    leak = jnp.minimum(p.hbm_leak / held, 1.0) * before_ban
    return (1 - levers.hbm_ban) * need * got + hoarding + levers.hbm_ban * leak + DT * capacity


def die_h100e(year: jax.Array, p: Any) -> jax.Array:
    """TPP of one Chinese die over that of an H100, shape (future,); grows by design alone, as no finer node is open."""
    return p.die_h100e_2024 * jnp.exp(p.die_growth * ramp(year - BASE_YEAR, 0.1))
