"""One writer a run folder: a lock that the system releases however the writer ends, so that none is ever stale."""

import errno
import fcntl
import json
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from premortem.ensemble.layout import HALF, LOCK, MANIFEST
from premortem.errors import BadInput
from premortem.text.result import Document

# Never through a link, and without waiting for a pipe.
HOW = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def hold_lock(folder: Path) -> Iterator[None]:
    """The lock of a run folder, which is made if need be. Raises `BadInput` while another process holds it.

    A folder that was made for it goes again where the work in it fails and leaves nothing but the lock.
    """
    new = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, HOW, 0o644)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, f"{LOCK} is no ordinary file")
    except OSError as error:
        _leave(folder, new)
        raise BadInput(
            str(folder), "", f"cannot be written ({error.strerror})", allowed="a folder you may write"
        ) from error
    try:
        _take(descriptor, folder)
        yield
    except BaseException:
        _leave(folder, new)
        raise
    finally:
        os.close(descriptor)


def is_lock(path: Path) -> bool:
    """Whether a file is the lock of a run, by its content; one that a kill left empty is."""
    owner = _read(path)
    return owner is not None and (owner == {} or set(owner) == {"pid", "host"})


def only_begun(folder: Path) -> bool:
    """Whether a folder is empty, or holds what a kill at the start of a run leaves: our lock, halves of its manifest."""
    found = [path.name for path in folder.iterdir()]
    halves = [name for name in found if (half := HALF.fullmatch(name)) and half["name"] == MANIFEST]
    return not found or (is_lock(folder / LOCK) and set(found) == {LOCK, *halves})


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_there(descriptor, folder):
            raise OSError(errno.ESTALE, "the folder was replaced meanwhile")
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


def _is_there(descriptor: int, folder: Path) -> bool:
    """Whether the file that was locked still is the folder's: a run that was replaced took its own away."""
    held_, there = os.fstat(descriptor), (folder / LOCK).lstat()
    return (held_.st_dev, held_.st_ino) == (there.st_dev, there.st_ino)


def _leave(folder: Path, new: bool) -> None:
    with suppress(OSError):
        if new and [path.name for path in folder.iterdir()] in ([], [LOCK]):
            (folder / LOCK).unlink(missing_ok=True)
            folder.rmdir()


def _owner(folder: Path) -> str:
    owner = _read(folder / LOCK) or {}
    return f" (process {owner['pid']} on {owner['host']})" if set(owner) == {"pid", "host"} else ""


def _read(path: Path) -> Document | None:
    """What a lock says of its owner; nothing where it is empty, None where it is no lock."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        text = path.read_text("utf-8")
        owner = json.loads(text) if text else {}
        return owner if isinstance(owner, dict) else None
    except (OSError, ValueError, RecursionError):
        return None
