"""Parts of two chunks in place of eight: what a run does at the edges of its parts is the same, at a quarter of the time."""

from collections.abc import Iterator

import pytest

from premortem.ensemble import memory, part
from premortem.ensemble import run as ensemble

PART = 2 * part.CHUNK
# The first lines of a program of another process whose parts are as small.
IN_A_PROCESS = (
    "import sys; from premortem import cli; from premortem.ensemble import memory, part, run\n"
    f"part.PART = memory.PART = run.PART = {PART}\n"
)


@pytest.fixture(scope="module")
def small_parts() -> Iterator[None]:
    """All runs of a file of tests have small parts."""
    patch = pytest.MonkeyPatch()
    for module in (part, memory, ensemble):
        patch.setattr(module, "PART", PART)
    yield
    patch.undo()
