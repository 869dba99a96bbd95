"""Slopes of clause numbers: derivatives where the margins are smooth, told as bends where they are not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from premortem.ensemble.compiled import compiled
from premortem.questions._shadow_prices import PART, shadow_prices, slopes_along, tenth_apart
from premortem.questions.margins import margins_of

# Of numbers of the framework that a smooth margin follows: what a tier is allowed, one consignee, one authorised firm.
SMOOTH = [
    ("diffusion.country_allocation", "tpp"),
    ("diffusion.lpp", "tpp_year"),
    ("diffusion.nveu", "ceiling"),
]
# The best chip that may be sold is the one that a redesign would bring back: beside it margins bend.
BENDS = "oct2023.3a090b", "tpp_low"


def derivative(study, values, now, moved):
    """How the softened margins change, by JAX, (assumption, future)."""
    change = type(now)(*(np.asarray((a - b) / 2, np.float32) for a, b in zip(*moved, strict=True)))
    limits = dict(study.compiled.thresholds)

    def along(values, levers, change):
        return jax.jvp(lambda x: jnp.tanh(study.compiled._stacked(values, limits, x)), (levers,), (change,))[1]

    return np.asarray(compiled(along, values, now, change, key="along", seldom=True)(values, now, change))


@pytest.mark.slow
def test_a_slope_is_the_derivative_of_the_softened_margins(study, levers, futures):
    now, book = levers["as-written"], study.law("as-written")
    for number in SMOOTH:
        moved = tenth_apart(study, book, *number)
        slopes = slopes_along(study, futures, now, moved).mean(1)
        np.testing.assert_allclose(slopes, derivative(study, futures, now, moved).mean(1), rtol=0.01, atol=1e-6)


def test_where_the_levers_stand_at_a_bend_the_finite_difference_is_the_price(study, levers, futures):
    now = levers["as-written"]
    found = shadow_prices(study, "as-written", [BENDS], futures)
    up, down = tenth_apart(study, study.law("as-written"), *BENDS)

    def soft(x):
        return np.tanh(margins_of(study, futures, x)).mean(1)

    near = [
        type(now)(*(a + np.float32(side * PART / 2) * (b - c) for a, b, c in zip(now, up, down, strict=True)))
        for side in (1, -1)
    ]
    right, left = ((soft(x) - soft(now)) / (side * PART) for x, side in zip(near, (1, -1), strict=True))
    assert right[0] > 0 > left[0]
    np.testing.assert_allclose(found.slopes[0], (right + left) / 2, atol=1e-5)
    assert not found.smooth[0]
    np.testing.assert_array_equal(found.prices, found.differences)
    assert found.binds[0] > 0.5


def test_a_number_that_no_lever_follows_has_no_price(study, futures):
    found = shadow_prices(study, "as-written", [("fdd.presumption", "node")], futures)
    assert not found.slopes.any()
    assert not found.differences.any()
    assert found.binds.tolist() == [0.0]
