"""A limit on the time of a call: by the system's alarm where this is the main thread, which ends the call; else by waiting no longer."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Found = TypeVar("Found")


class TooLong(BaseException):
    """A call took longer than it may. No `Exception`, since a model may catch those in its own loop."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Ends what goes on inside after so many seconds, in a main thread; elsewhere there is no alarm and no end. Raises `TooLong`."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _ring(*_: Any) -> None:
    raise TooLong


def call_within(seconds: float, call: Callable[[], Found]) -> Found:
    """What a call gives; waited for so long in any thread. Raises `TooLong`, and leaves a call behind that cannot be ended."""
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        with at_most(seconds):
            return call()
    found: list[Found] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            found.append(call())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TooLong
    if failed:
        raise failed[0]
    return found[0]
