"""A small model of one line, for runs that cost next to nothing."""

from dataclasses import replace

import jax.numpy as jnp
import pytest

from premortem.cases.us_ai_2025 import world
from premortem.ensemble import priors
from premortem.ensemble import run as ensemble

TOY = 100


def toy(values, shift):
    margin = values[0] + shift * values[1]
    return {"margin.X": margin}, {"x": jnp.stack([margin, 2 * margin])}


@pytest.fixture(scope="session")
def toy_run():
    """A run of the small model: `toy_run(out, futures=..., policies=..., ...)`."""
    few = replace(priors.read(world.PARAMS), rows=priors.read(world.PARAMS).rows[:2])

    def run(out, futures=TOY, policies=("plain", "shifted"), seed=3, **more):
        given = {name: jnp.float32(i) for i, name in enumerate(policies)}
        return ensemble.run(toy, few, given, futures, seed, out, inputs={"model": "toy"}, **more)

    return run
