"""Rival forms of a mechanism: where nobody knows how the world works, a future says which of the rivals it is in."""

import jax
import jax.numpy as jnp


def pick(form: jax.Array, *rivals: jax.Array) -> jax.Array:
    """What the form of each future says, same shape as the rivals; `form` is the place of its category, from 0.

    Every rival is worked out and one is taken, so that no future lies between two forms and gradients exist within each.
    """
    found = rivals[0]
    for place, rival in enumerate(rivals[1:], 1):
        found = jnp.where(form > place - 0.5, rival, found)
    return found
