"""China as a buyer: what it can pay, which foreign chips the rules of the quarter let it have, and how many Beijing lets in."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.forms import pick
from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR, DT, chip
from premortem.cases.us_ai_2025.world.smooth import TINY, faded_years, share_met, step_at

# Beijing's response comes in within a quarter [yr].
RESPONSE_SCALE = 0.06


class Purchases(NamedTuple):
    """Foreign chips that China buys in a quarter, each of shape (future,)."""

    mh: jax.Array  # by TPP [MH]
    serving: jax.Array  # by memory bandwidth [million H100]
    units: jax.Array  # [million chips]


def buying_power(year: jax.Array, p: Any) -> jax.Array:
    """What China means to buy in a quarter [million H100 at their price of mid-2024], shape (future,).

    What 2024's H20 cost, growing and fading; compute gets cheaper as in the US as far as that is passed on
    (`cn_price_pass`; H20 sold at a discount in 2024, quantities 24 and 49).
    """
    ref, y = chip("H20"), year - BASE_YEAR
    growth = p.cn_spend_growth * faded_years(y, p.capex_fade) + p.cn_price_pass * p.cost_fall * jnp.maximum(y, 0.0)
    return DT * jnp.exp(growth) * p.h20_2024 / ref.h100e * _worth(ref.h100e, ref.serving)


def buy_chips(power: jax.Array, levers: Any, held: jax.Array, p: Any) -> Purchases:
    """Chips that China wants of those that the rules let it buy: the best free chip, the best case-by-case one, redesigns.

    When a chip is banned, a redesign below the new line brings back what loopholes let through.
    """
    ref = chip("H20")
    free = _bought(power, levers.cn_free_h100e, levers.cn_free_serving, p)
    case = _bought(power, levers.cn_case_h100e, levers.cn_case_serving, p)
    redesign = _bought(power, jnp.float32(ref.h100e), jnp.float32(ref.serving), p)
    share = p.case_grant * levers.cn_granted
    granted = jax.tree.map(lambda a, b: a + share * jnp.maximum(b - a, 0.0), free, case)
    return jax.tree.map(lambda a, b: a + (1 - held) * jnp.maximum(b - a, 0.0), granted, redesign)


def buy_freely(power: jax.Array, p: Any) -> Purchases:
    """Chips that China would want if none were barred: the best on sale at the day of the note."""
    best = chip("B200")
    return _bought(power, jnp.float32(best.h100e), jnp.float32(best.serving), p)


def let_in(wanted: Purchases, home_mh: jax.Array, year: jax.Array, p: Any) -> Purchases:
    """What of the chips that China wants Beijing lets in, each of shape (future,); `home_mh` is what China makes in the quarter.

    From `beijing_year` on it welcomes foreign chips, or allows so many for what is made at home, or refuses a part. Nobody
    knows which: window guidance against the H20 (September 2024) and the case against NVIDIA (December 2024) point both ways.
    """
    quota = share_met(wanted.mh, p.beijing_quota * home_mh)
    share = pick(p.beijing_form, jnp.ones_like(quota), quota, 1 - p.refusal_depth)
    kept = 1 + step_at(year, p.beijing_year, RESPONSE_SCALE) * (share - 1)
    return jax.tree.map(lambda x: x * kept, wanted)


def _worth(h100e: Any, serving: Any) -> Any:
    """What a chip is worth beside an H100: the root of TPP times bandwidth (an H20 at about 12 and an H100 at about 25 thousand
    dollars fit that).
    """
    return jnp.sqrt(h100e * serving + TINY)


def _bought(power: jax.Array, h100e: jax.Array, serving: jax.Array, p: Any) -> Purchases:
    """Better chips draw more money (`cn_quality_pull`). A chip worth less than an H20 is not bought in greater numbers, since
    servers, network and halls cost the same for each.
    """
    ref = chip("H20")
    worth, least = _worth(h100e, serving), _worth(ref.h100e, ref.serving)
    spent = power * (worth / least) ** p.cn_quality_pull
    units = jnp.where(h100e > 0, spent / jnp.maximum(worth, least), 0.0)
    return Purchases(units * h100e, units * serving, units)
