"""Waits of the tests: for what is to happen, never for a while; the limit is one that only a hang reaches."""

import time
from collections.abc import Callable

# Seconds that a thing may take on a machine with much else to do.
LONGEST = 600.0


def until(so: Callable[[], object], pause: Callable[[float], object] = time.sleep) -> None:
    """Ask again and again until it is so; an assertion that fails meanwhile counts as not yet."""
    ends = time.monotonic() + LONGEST
    while True:
        try:
            if so():
                return
            said = "it never came so"
        except AssertionError as wrong:
            said = str(wrong)
        assert time.monotonic() < ends, said
        pause(0.05)
