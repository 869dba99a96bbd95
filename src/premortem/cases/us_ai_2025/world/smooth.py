"""Smooth stand-ins for kinks, so that gradients exist everywhere; each has a stated scale and a hard version in the
tests.
"""

import jax
import jax.numpy as jnp

# `softmin` is of order 4: at equal arguments it is 16% below the hard minimum, at a ratio of 2 it is 1.5% below.
# Smallest amount that a division or logarithm sees; far below any quantity of the model [in its unit].
TINY = 1e-9


def softmin(a: jax.Array, b: jax.Array) -> jax.Array:
    """Smaller of two non-negative amounts, never above either: nothing is used that is not there."""
    low, high = jnp.minimum(a, b), jnp.maximum(a, b)
    square = jnp.square(low / (high + TINY))
    return low * jax.lax.rsqrt(jnp.sqrt(1 + jnp.square(square)))  # two roots are far quicker than a fourth one


def share_met(wanted: jax.Array, there: jax.Array) -> jax.Array:
    """Share of what is wanted that can be had of what is there, by `softmin`; 0 where nothing is wanted."""
    return softmin(wanted, there) / (wanted + TINY)


def softmax2(a: jax.Array, b: jax.Array, scale: float) -> jax.Array:
    """Larger of two levels; at equality it is `scale` x ln 2 above the hard maximum."""
    return scale * jnp.logaddexp(a / scale, b / scale)


def ramp(x: jax.Array, scale: float) -> jax.Array:
    """Positive part of `x`; at zero it is `scale` x ln 2."""
    return scale * jax.nn.softplus(x / scale)


def step_at(year: jax.Array, date: jax.Array | float, scale: float) -> jax.Array:
    """0 before a date and 1 after it; a tenth to nine tenths takes 4.4 x `scale` years."""
    return jax.nn.sigmoid((year - date) / scale)


def faded_years(years: jax.Array, fade: jax.Array) -> jax.Array:
    """Years of growth that count when growth fades at `fade` [1/yr]: (1 - exp(-fade t)) / fade; before 0 years as
    they are.
    """
    later = jnp.maximum(years, 0.0)
    return jnp.minimum(years, 0.0) - jnp.expm1(-fade * later) / fade
