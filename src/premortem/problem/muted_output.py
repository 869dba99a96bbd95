"""What a model writes past Python to the system's own output, as a library in C does, goes nowhere."""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# The system's own output.
OUTPUT = 1


def silence() -> None:
    """From now on, for a process that has nothing of its own to say."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, OUTPUT)
    os.close(nowhere)


@contextmanager
def silenced() -> Iterator[None]:
    """For a while; in a main thread, since all threads of a process share one output."""
    kept = _copy() if threading.current_thread() is threading.main_thread() else None
    if kept is None:
        yield
        return
    _flush()
    silence()
    try:
        yield
    finally:
        _flush()
        os.dup2(kept, OUTPUT)
        os.close(kept)


def _copy() -> int | None:
    """The output as it is; nothing where there is none, as of a service."""
    try:
        return os.dup(OUTPUT)
    except OSError:
        return None


def _flush() -> None:
    """Write out what Python and C hold back, each to where the output leads now."""
    with suppress(OSError, ValueError, AttributeError):  # closed, or none
        sys.stdout.flush()
    with suppress(OSError, TypeError, AttributeError):  # a system whose C library has another name
        ctypes.CDLL(None).fflush(None)
