"""Compiled programs: an option of the compiler that this machine's XLA does not know is done without."""

import jax.numpy as jnp
import numpy as np
import pytest

from premortem.ensemble import compiled


@pytest.fixture
def unknown_option(monkeypatch):
    """As under another version of JAX, whose compiler has no option of that name."""
    monkeypatch.setattr(compiled, "SELDOM", {"xla_no_such_option": False})
    compiled._knows.cache_clear()
    yield
    compiled._knows.cache_clear()


def test_a_program_compiles_where_the_compiler_knows_no_quicker_way(unknown_option):
    program = compiled.compiled(lambda x: 2 * x, jnp.ones(3), seldom=True)
    np.testing.assert_array_equal(program(jnp.ones(3)), [2, 2, 2])
