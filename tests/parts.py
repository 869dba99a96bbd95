"""Parts of two chunks in place of eight: what a run does at the edges of its parts is the same, at a quarter of the time."""

from collections.abc import Iterator

import pytest

from premortem.ensemble import part
from premortem.ensemble import run as ensemble

PART = 2 * part.CHUNK
# The first lines of a program of another process whose parts are as small.
IN_A_PROCESS = f"import sys; from premortem import cli; from premortem.ensemble import run\nrun.PART = {PART}\n"


@pytest.fixture(scope="module")
def small_parts() -> Iterator[None]:
    """All runs of a file of tests have small parts."""
    patch = pytest.MonkeyPatch()
    patch.setattr(ensemble, "PART", PART)
    yield
    patch.undo()
