"""Capacity that partners run themselves, by hand."""

import jax.numpy as jnp
import pytest

from premortem.cases.us_ai_2025.world import sovereign
from tests.world.hand import P, by_region, one

PARTNERS = P(sovereign_push=0.4, sovereign_us_share=0.8, own_chips_2028=0.04)


def build(year, goodwill=0.5, for_sale=(0.0, 1.0, 1.0), refused=(0.0, 0.0, 0.5), p=PARTNERS):
    return sovereign.build(by_region(*for_sale), by_region(*refused), one(goodwill), jnp.float32(year), p)


def test_partners_chips_by_hand():
    # 0.04 MH a year in 2028, twice that in 2030, none before 2026
    at = [float(sovereign.own_chips(jnp.float32(year), PARTNERS)[0]) for year in (2025.0, 2028.0, 2030.0)]
    assert at == pytest.approx([0.0, 0.04, 0.08], abs=1e-5)


def test_what_turns_sovereign_by_hand():
    # push 0.4 x 0.5 = 0.2; turned by choice 0.2 x 0.5 = 0.1 in each of two regions, of which 0.08 buy US chips; refused 0.5 x 0.2 = 0.1
    # asked of partners' chips: 0.02 + 0.02 + 0.1 = 0.14 against 0.25 x 0.04 = 0.01: all of it is made, 0.01 / 0.14 of what is asked
    got = build(2028.0)
    assert float(got.own.sum()) == pytest.approx(0.01, rel=1e-3)
    assert float(got.left.sum()) == pytest.approx(0.04 * 0.01 / 0.14, rel=1e-3)
    assert float(got.us_chips.sum()) == pytest.approx(0.2 - 0.04 * 0.01 / 0.14, rel=1e-3)


def test_without_chips_of_their_own_partners_buy_us_chips_and_what_is_refused_is_built_nowhere():
    got = build(2028.0, p=P(PARTNERS, own_chips_2028=0.0))
    assert float(got.own.sum()) == 0
    assert float(got.us_chips.sum()) == pytest.approx(0.2, rel=1e-5)


def test_full_goodwill_turns_nobody():
    got = build(2030.0, goodwill=1.0)
    assert float(got.own.sum() + got.left.sum() + got.us_chips.sum()) == 0
