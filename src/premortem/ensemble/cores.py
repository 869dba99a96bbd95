"""The cores of this machine: works that leave the interpreter free are done side by side on them, however many callers ask."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def side_by_side(make: Callable[[Given], Made], given: Sequence[Given]) -> Iterator[Made]:
    """What is made of each thing, in order; no more are under way, or wait to be taken, than there are cores and one.

    `make` must not ask for this itself: it would wait for a core that it holds.
    """
    if len(given) < 2:
        yield from map(make, given)
        return
    under_way: deque[Future[Made]] = deque()
    try:
        for thing in given:
            under_way.append(_cores().submit(make, thing))
            if len(under_way) > count():
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
    finally:
        for left in under_way:  # of a caller who takes no more
            left.cancel()


@cache
def _cores() -> ThreadPoolExecutor:
    """One thread a core for all who ask, so that two callers do not share a core and its memory."""
    return ThreadPoolExecutor(count(), thread_name_prefix="core")


def count() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
