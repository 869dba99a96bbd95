"""The market clears: by hand for each form, and never more than the fleet can serve."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.cases.us_ai_2025.world import clearing, forms
from tests.world.hand import P, one

MARKET = P(
    market_multiple=0.0,
    market_speed=0.4,
    uses_opened=0.0,
    worth_of_weight=1.0,
    token_weight_growth=0.0,
    efficiency_growth=0.0,
    elasticity=1.0,
    market_ceiling=1e6,
    closed_share_2024=1.0,
    revenue_2024=1.0,
    answers_share_2024=0.3,
    answers_share_most=0.6,
    clearing_form=0.0,
)


def cleared(form, room, margin=0.6, asked=None, relative=1.0, **values):
    p = P(MARKET, clearing_form=form, **values)
    asked = asked or clearing.demand(one(relative), jnp.float32(2024.5), p)
    return clearing.clear(asked, one(relative), one(margin), one(room), p)


def test_a_form_takes_one_rival_whole():
    form, rivals = jnp.asarray([0.0, 1.0, 2.0]), [jnp.full(3, x) for x in (1.0, 5.0, 7.0)]
    assert forms.pick(form, *rivals).tolist() == [1.0, 5.0, 7.0]


def test_heavier_answers_are_worth_more_and_take_more_by_hand():
    # a year: weight 1, worth 0.5, efficiency 0.4, uses 0.2: adoption exp(0.2 x (1 - exp(-0.4)) / 0.4) = exp(0.164840) = 1.179205
    # worth exp(0.5) = 1.648721; answers at elasticity 2: 1.179205 x 1.648721^2 / 1.648721 = 1.944181; heavy exp(0.6) = 1.822119
    p = P(MARKET, worth_of_weight=0.5, token_weight_growth=1.0, efficiency_growth=0.4, uses_opened=0.2, elasticity=2.0)
    asked = clearing.demand(one(1.0), jnp.float32(2025.5), p)
    assert float(asked.answers[0]) == pytest.approx(1.944181, rel=1e-5)
    assert float(asked.heavy[0]) == pytest.approx(1.822119, rel=1e-5)


def test_the_room_for_answers_by_hand():
    # a fleet of three times that of mid-2024, of which answers may take 0.6 where they took 0.3: 6
    assert float(clearing.room(one(3.0), one(1.0), MARKET)[0]) == pytest.approx(6.0)


# Twice as much is asked for as can be served, at elasticity 1: the price that clears is 2. The smooth minimum serves
# (1 + 0.5^4)^(-1/4) = 0.984958 of half: 0.492479, so the price is 1 / 0.492479 = 2.030544.
SERVED, CLEARS = 0.492479, 2.030544


@pytest.mark.parametrize(
    ("form", "price", "paid", "labs", "clouds"),
    [
        (0, 1.0, SERVED, 0.6 * SERVED, SERVED),  # rationed: the labs' price, their margin, half of the answers
        (1, CLEARS, 1.0, 1.0 - 0.4 * SERVED, SERVED),  # labs charge what clears and pay compute what they did
        (2, CLEARS, 1.0, 0.6 * SERVED, 1.0),  # clouds charge it, labs keep their margin in money
    ],
)
def test_who_earns_scarcity_by_hand(form, price, paid, labs, clouds):
    sold = cleared(form, room=0.5)
    assert float(sold.answers[0]) == pytest.approx(SERVED, rel=1e-5)
    assert float(sold.scarcity[0]) == pytest.approx(CLEARS, rel=1e-5)
    assert float(sold.price[0]) == pytest.approx(price, rel=1e-5)
    assert float(sold.paid[0]) == pytest.approx(paid, rel=1e-5)
    assert float((sold.paid * sold.margin)[0]) == pytest.approx(labs, rel=1e-5)
    assert float(sold.cloud_value[0]) == pytest.approx(clouds, rel=1e-5)
    # money: what customers pay is what labs keep and what compute costs them, dearer only where clouds earn the scarcity
    compute = float((sold.paid * (1 - sold.margin))[0])
    assert compute == pytest.approx(0.4 * SERVED if form < 2 else 1.0 - 0.6 * SERVED, rel=1e-5)


@pytest.mark.parametrize("form", [0, 1, 2])
def test_with_room_enough_every_form_is_the_market_without_clearing(form):
    sold = cleared(form, room=1e6, relative=0.8)
    assert float(sold.answers[0]) == pytest.approx(1.25, rel=1e-4)
    assert float(sold.price[0]) == pytest.approx(0.8, rel=1e-4)
    assert float(sold.margin[0]) == pytest.approx(0.6, rel=1e-4)
    assert float(sold.excess[0]) == pytest.approx(0.0, abs=1e-4)


def test_the_world_cannot_pay_more_than_its_ceiling():
    # buyers would pay 100 for what is served; the world can pay 1,200 bn of which closed labs have 0.85: 145.71 times 7 bn
    p = P(MARKET, market_ceiling=1200.0, closed_share_2024=0.85, revenue_2024=7.0)
    assert float(clearing.most_paid(one(1e6), p)[0]) == pytest.approx(1200 * 0.85 / 7, rel=1e-3)
    sold = cleared(1, room=0.5, asked=clearing.Asked(one(1e6), one(1e3), one(1.0)), market_ceiling=20.0)
    assert float(sold.paid[0]) <= 20.0 * (1 + 1e-6)
    assert float(sold.paid[0]) == pytest.approx(20.0, rel=1e-3)


amount = st.floats(1e-3, 1e4)


@given(answers=amount, heavy=amount, room=amount, elasticity=st.floats(0.7, 1.5), form=st.sampled_from([0, 1, 2]))
def test_never_more_is_sold_than_asked_or_served_and_money_is_never_made(answers, heavy, room, elasticity, form):
    asked = clearing.Asked(one(answers), clearing.most_paid(one(answers), MARKET), one(heavy))
    sold = cleared(form, room, asked=asked, elasticity=elasticity)
    assert float(sold.served[0]) <= room * (1 + 1e-5)
    assert float(sold.answers[0]) <= answers * (1 + 1e-5)
    assert 0 <= float(sold.margin[0]) <= 1
    assert float(sold.scarcity[0]) >= 1
    assert np.isfinite(float(sold.paid[0]))
