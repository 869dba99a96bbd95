"""Smooth stand-ins against the hard kinks that they stand for."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.cases.us_ai_2025.world import smooth


@given(a=st.floats(0, 1e4), b=st.floats(0, 1e4))
def test_softmin_is_never_above_either_and_within_16_percent_of_the_smaller(a, b):
    soft = float(smooth.softmin(jnp.float32(a), jnp.float32(b)))
    hard = min(a, b)
    assert soft <= hard * (1 + 1e-5) + 1e-9
    assert soft >= hard * 2**-0.25 * (1 - 1e-4) - 1e-6


def test_softmin_at_a_ratio_of_two_is_one_and_a_half_percent_below():
    # (1 + (1/2)^4)^(-1/4) = 1.0625^(-1/4) = 0.98496
    assert float(smooth.softmin(jnp.float32(1.0), jnp.float32(2.0))) == pytest.approx(0.98496, rel=1e-5)


@given(a=st.floats(0, 1e3), b=st.floats(0, 1e3), more=st.floats(0, 10))
def test_softmin_never_falls_when_either_amount_rises(a, b, more):
    low = float(smooth.softmin(jnp.float32(a), jnp.float32(b)))
    assert float(smooth.softmin(jnp.float32(a + more), jnp.float32(b))) >= low * (1 - 1e-5) - 1e-7


@given(a=st.floats(-20, 20), b=st.floats(-20, 20))
def test_softmax_is_above_the_larger_by_at_most_its_scale_times_ln_2(a, b):
    got = float(smooth.softmax2(jnp.float32(a), jnp.float32(b), 0.1))
    assert -1e-4 <= got - max(a, b) <= 0.1 * np.log(2) + 1e-4


@given(x=st.floats(-50, 50))
def test_ramp_is_within_its_scale_of_the_hard_kink(x):
    assert -1e-5 <= float(smooth.ramp(jnp.float32(x), 0.5)) - max(x, 0) <= 0.5 * np.log(2) + 1e-5


def test_a_step_takes_4_4_scales_from_a_tenth_to_nine_tenths():
    # sigmoid(-ln 9) = 0.1 and sigmoid(ln 9) = 0.9; 2 ln 9 = 4.394
    at = [float(smooth.step_at(jnp.float32(2026 + k * 0.5 * np.log(9)), 2026.0, 0.5)) for k in (-1, 0, 1)]
    assert at == pytest.approx([0.1, 0.5, 0.9], abs=1e-3)


def test_growth_that_fades_adds_up_to_one_over_the_fade():
    assert float(smooth.faded_years(jnp.float32(1000.0), jnp.float32(0.25))) == pytest.approx(4.0)
    assert float(smooth.faded_years(jnp.float32(-2.0), jnp.float32(0.25))) == pytest.approx(-2.0)
