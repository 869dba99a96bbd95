"""One writer a run folder: a lock that the system releases however the writer ends, so that none is ever stale."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from premortem.errors import BadInput

LOCK = "lock.json"


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """The lock of a run folder, which is made if need be. Raises `BadInput` while another process holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise BadInput(
            str(folder), "", f"cannot be written ({error.strerror})", allowed="a folder you may write"
        ) from error
    try:
        _take(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BadInput(
            str(folder),
            LOCK,
            f"another process is writing this run{_owner(folder)}",
            hint="wait for it, or use another --out",
        ) from error
    # for the message of a second process only: the lock itself is the system's
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(), 0)


def _owner(folder: Path) -> str:
    try:
        owner = json.loads((folder / LOCK).read_text("utf-8"))
        return f" (process {int(owner['pid'])} on {owner['host']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
