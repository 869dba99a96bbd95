"""Capacity that partners run themselves: whose chips it buys, and how much of it there can be."""

from typing import Any, NamedTuple

import jax

from premortem.cases.us_ai_2025.world.inputs import DT
from premortem.cases.us_ai_2025.world.smooth import ramp, share_met

# Partners' own chips grow from nothing in this year by `own_chips_2028` in so many years [yr].
FIRST_YEAR, YEARS = 2026.0, 2.0


class Sovereign(NamedTuple):
    """Capacity that partners turn to in a quarter, each of shape (region, future) [MH]."""

    own: jax.Array  # with chips of their own design
    left: jax.Array  # of that, what would else have bought US chips
    us_chips: jax.Array  # with US chips, run by partners


def build(for_sale: Any, refused: Any, goodwill: jax.Array, year: jax.Array, p: Any) -> Sovereign:
    """What partners build for themselves, shapes (region, future); `for_sale` is what they may buy, `refused` what they may not.

    Without goodwill up to `sovereign_push` of what is refused turns sovereign, and a smaller part of what is for sale. Most
    of what turns by choice buys US chips all the same (the note: 109 billion euro in France do). What asks for other chips
    gets no more than partners make: what is for sale then buys US chips, what is refused is built nowhere.
    """
    push = p.sovereign_push * (1 - goodwill)
    turned = for_sale * (push * (1 - goodwill))[None]
    choosing, forced = turned * (1 - p.sovereign_us_share)[None], refused * push[None]
    asked = choosing + forced
    met = share_met(asked.sum(0), DT * own_chips(year, p))[None]
    return Sovereign(asked * met, choosing * met, turned - choosing * met)


def own_chips(year: jax.Array, p: Any) -> jax.Array:
    """Chips of partners' own design [MH a year], shape (future,). No such product was sold in volume in 2024; judgement."""
    return p.own_chips_2028 * ramp((year - FIRST_YEAR) / YEARS, 0.05)
