"""What a test draws is its own: one that draws from NumPy's shared state would answer by what ran before it."""

from collections.abc import Iterator

import numpy as np
import pytest


def shared_state() -> tuple[bytes, int]:
    """NumPy's shared random state: it moves when anything is drawn from it."""
    _, keys, place, *_ = np.random.get_state()  # noqa: NPY002
    return np.asarray(keys).tobytes(), place


@pytest.fixture(autouse=True)
def no_shared_chance() -> Iterator[None]:
    before = shared_state()
    yield
    assert shared_state() == before, "draws from the random state that all tests share: give it a seed, not 0 for SALib"
