"""Turns of those who ask for simulations at once: as many as there are cores work, the others wait in line."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from premortem.ensemble import cores

# In a line as long as this whoever comes is answered with fewer futures.
CROWD = 3
# Longest that work in the background stands back before each of its steps [s].
PATIENCE = 0.5


class Turns:
    """A line for the processor's cores. Two simulations share a core for twice as long, and their memory lies there twice."""

    def __init__(self, at_once: int | None = None) -> None:
        self._places = threading.Semaphore(at_once or cores.count())
        self._count, self.waiting, self._taken = threading.Condition(), 0, 0

    @property
    def crowded(self) -> bool:
        """Whether so many wait that the next must wait long."""
        return self.waiting >= CROWD

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place and keep it."""
        if not self._places.acquire(blocking=False):
            self._wait(1)
            try:
                self._places.acquire()
            finally:
                self._wait(-1)
        self._take(1)
        try:
            yield
        finally:
            self._take(-1)
            self._places.release()

    def give_way(self, patience: float = PATIENCE) -> None:
        """Wait until nobody's turn is, so many seconds [s] at most: for work in the background, between two of its steps."""
        with self._count:
            self._count.wait_for(lambda: not self._taken, patience)

    def _take(self, one: int) -> None:
        with self._count:
            self._taken += one
            self._count.notify_all()

    def _wait(self, one: int) -> None:
        with self._count:
            self.waiting += one
