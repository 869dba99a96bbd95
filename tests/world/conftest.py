"""The whole world compiled once for this room, and its outcomes under every shipped policy."""

import jax
import pytest

from premortem.cases.us_ai_2025 import world


@pytest.fixture(scope="session")
def simulate():
    return jax.jit(world.simulate)


@pytest.fixture(scope="session")
def outcomes(simulate, futures, levers):
    return {name: jax.device_get(simulate(futures, pulled)) for name, pulled in levers.items()}
