"""Waits of the tests: for what is to happen, never for a while; the limit is one that only a hang reaches."""

import inspect
import os
import time
from collections.abc import Callable

# Seconds that a thing may take on a machine with little else to do: some five times what the slowest does.
QUIET = 60.0


def longest() -> float:
    """Seconds to wait at most, by how many programs share a processor now."""
    return QUIET * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def until(so: Callable[[], object], pause: Callable[[float], object] = time.sleep) -> None:
    """Ask again and again until it is so; an assertion that fails meanwhile counts as not yet. What never comes is told by its source."""
    seconds = longest()
    ends = time.monotonic() + seconds
    while True:
        try:
            if so():
                return
            said = "it never came so"
        except AssertionError as wrong:
            said = str(wrong)
        assert time.monotonic() < ends, f"waited {seconds:.0f} seconds for `{source(so)}`: {said}"
        pause(0.05)


def source(so: Callable[[], object]) -> str:
    """What is waited for, as it is written."""
    try:
        return " ".join(inspect.getsource(so).split())
    except (OSError, TypeError):
        return repr(so)
