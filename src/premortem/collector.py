"""How often Python looks through its objects for what refers to itself and is forgotten: seldom, where little is."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects after which it looks through them, and looks after which it goes further back: modules and tables stay, and by Python's own 700
# it takes one to two seconds of a brief to find little.
SELDOM = 50_000, 10, 10


@contextmanager
def seldom() -> Iterator[None]:
    """While this lasts it looks as seldom as `SELDOM` says, or more seldom where that is set already."""
    before = gc.get_threshold()
    if 0 < before[0] < SELDOM[0]:
        gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
