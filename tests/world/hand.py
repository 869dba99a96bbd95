"""What a mechanism is given when its numbers are worked by hand: one future, a few regions, the levers that matter."""

from types import SimpleNamespace

import jax.numpy as jnp
import numpy as np

from premortem.cases.us_ai_2025.world.inputs import Regions


class P(dict):
    """Parameters by attribute for one future, each of shape (1,)."""

    def __getattr__(self, name):
        return jnp.asarray([self[name]], jnp.float32)


def one(x):
    """A national quantity of one future."""
    return jnp.asarray([x], jnp.float32)


def by_region(*rows):
    """A regional quantity of one future, shape (region, 1)."""
    return jnp.asarray(rows, jnp.float32)[:, None]


def pulled(**levers):
    """Levers of a quarter: numbers for national ones, lists for regional ones."""
    return SimpleNamespace(**{k: jnp.asarray(v, jnp.float32) for k, v in levers.items()})


def places(bloc, electricity=None, surplus=None, n_countries=None, ambition=None, affinity=None, weight=None):
    """Regions by bloc, such as `["us", "ally", "other", "china"]`; what is not given is 1, or 0 for the surplus."""
    n = len(bloc)

    def column(values, default):
        return np.asarray([default] * n if values is None else values, np.float32)[:, None]

    return Regions(
        n_countries=column(n_countries, 1),
        weight=column(weight, 1),
        ambition=column(ambition, 1),
        affinity=column(affinity, 1),
        electricity_twh=column(electricity, 1),
        surplus_twh=column(surplus, 0),
        **{name: column([float(b == name) for b in bloc], 0) for name in ("us", "ally", "other", "china")},
    )
