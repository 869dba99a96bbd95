"""What is sold when more answers are asked for than the fleet can serve, at which price, and who earns the scarcity."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from premortem.cases.us_ai_2025.world.forms import pick
from premortem.cases.us_ai_2025.world.inputs import BASE_YEAR
from premortem.cases.us_ai_2025.world.smooth import TINY, faded_years, ramp, softmin

# Scale at which demand over the room counts as excess [ln].
EXCESS_SCALE = 0.1


class Asked(NamedTuple):
    """What is asked for at the labs' own price, each of shape (future,); 1 is mid-2024 with no rival near."""

    answers: jax.Array  # if there were no limit to what the world can pay
    payable: jax.Array  # answers within that limit
    heavy: jax.Array  # compute of an answer


class Cleared(NamedTuple):
    """What is sold, each of shape (future,); 1 is mid-2024 with no rival near."""

    answers: jax.Array
    asked: jax.Array  # compute of what is asked for and can be paid
    served: jax.Array  # compute of what is sold, never above the room
    excess: jax.Array  # of what is asked over the room [ln]
    scarcity: jax.Array  # the price that clears over the labs' own
    price: jax.Array  # that is paid, over that of mid-2024
    paid: jax.Array  # by customers
    margin: jax.Array  # labs' part of it
    cloud_value: jax.Array  # what clouds earn by


def demand(relative: jax.Array, year: jax.Array, p: Any) -> Asked:
    """Answers asked for at a price over that of mid-2024, and the compute of each, shape (future,).

    The price for a unit of worth counts (`elasticity`), and a heavier answer is worth more (`worth_of_weight`) and opens
    uses (`uses_opened`). Compute of an answer rises with its weight and falls with efficiency. Elasticity and growth of
    the market are priors of their own; that weight does not cancel is a judgement on o1's price (quantity 63).
    """
    y = year - BASE_YEAR
    grown = faded_years(y, p.market_speed)
    adoption = jnp.exp((p.market_multiple * p.market_speed + p.uses_opened * p.token_weight_growth) * grown)
    worth = jnp.exp(p.worth_of_weight * p.token_weight_growth * y)
    answers = adoption * (relative / worth) ** (-p.elasticity) / worth
    heavy = jnp.exp((p.token_weight_growth - p.efficiency_growth) * y)
    return Asked(answers, most_paid(answers * relative, p) / relative, heavy)


def most_paid(value: jax.Array, p: Any) -> jax.Array:
    """Market value that the world can pay, 1 in mid-2024, shape (future,): never above `market_ceiling`."""
    return softmin(value, ceiling(p))


def ceiling(p: Any) -> jax.Array:
    """The most that the world can pay, over the market of mid-2024, shape (future,)."""
    return p.market_ceiling * p.closed_share_2024 / p.revenue_2024


def room(fleet: jax.Array, fleet_2024: jax.Array, p: Any) -> jax.Array:
    """Compute that may answer over what did in mid-2024, shape (future,): the fleet that does not train, grown since, and the
    part of it that answers can win from ranking and older uses.
    """
    return fleet / fleet_2024 * p.answers_share_most / p.answers_share_2024


def clear(asked: Asked, relative: jax.Array, margin: jax.Array, room: jax.Array, p: Any) -> Cleared:
    """What is sold, and who earns the scarcity, shape (future,); `margin` is what labs keep at their own price.

    `scarcity` is the price at which what is asked for is what can be served: buyers leave as `elasticity` says, or the
    world can pay no more. By `clearing_form` answers are rationed at the labs' price, or labs charge what clears, or
    clouds do and the labs keep their margin in money. Nobody knows which; all three conserve money: what customers pay is
    the labs' margin and what compute costs them.
    """
    answers = softmin(asked.payable, room / asked.heavy)
    excess = ramp(jnp.log(asked.payable * asked.heavy / room + TINY), EXCESS_SCALE)
    by_buyers = jnp.maximum(asked.answers / answers, 1.0) ** (1 / p.elasticity) - 1
    by_budgets = jnp.maximum(ceiling(p) / (answers * relative) - 1, 0.0)
    scarcity = 1 + softmin(by_buyers, by_budgets)
    charged = pick(p.clearing_form, jnp.ones_like(scarcity), scarcity, scarcity)
    kept = pick(p.clearing_form, margin, 1 - (1 - margin) / scarcity, margin / scarcity)
    own = answers * relative
    return Cleared(
        answers=answers,
        asked=asked.payable * asked.heavy,
        served=answers * asked.heavy,
        excess=excess,
        scarcity=scarcity,
        price=relative * charged,
        paid=own * charged,
        margin=kept,
        cloud_value=pick(p.clearing_form, own, own, own * scarcity),
    )
