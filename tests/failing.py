"""A disk that fails: one call of the system after another goes wrong, or kills the process where it stands."""

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

CALLS = ("open", "fsync", "link", "replace", "rename", "mkdir", "fchmod")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)
# What fails by one of them fails by the others: a full disk in the fast suite, each in the slow one.
EACH = (errno.ENOSPC, *(pytest.param(number, marks=pytest.mark.slow) for number in ERRORS[1:]))


@contextmanager
def calls_watched(at: int, meet: Callable[[str], None], calls: tuple[str, ...] = CALLS) -> Iterator[list[str]]:
    """The calls that are made, of which the one with this number is met with `meet` before it is made."""
    seen: list[str] = []
    real = {name: getattr(os, name) for name in calls}

    def watched(name):
        def call(*given, **named):
            seen.append(name)
            if len(seen) - 1 == at:
                meet(name)
            # no test can see what reaches the disk, and waiting for it takes most of the time
            return None if name == "fsync" else real[name](*given, **named)

        return call

    try:
        for name in calls:
            setattr(os, name, watched(name))
        yield seen
    finally:
        for name in calls:
            setattr(os, name, real[name])


def fails(number: int) -> Callable[[str], None]:
    """The system answers with an error."""

    def meet(name: str) -> None:
        raise OSError(number, os.strerror(number))

    return meet


def kills(name: str) -> None:
    """The process is killed before the call."""
    os.kill(os.getpid(), signal.SIGKILL)


def each_call(work: Callable[[], object]) -> int:
    """How many calls a piece of work makes when all goes well."""
    with calls_watched(-1, kills) as seen:
        work()
    return len(seen)


def killed_at(at: int, work: Callable[[], object]) -> bool:
    """Whether a process of its own was killed at its call of this number; otherwise it did the work."""
    child = os.fork()
    if child == 0:
        try:
            with calls_watched(at, kills):
                work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
