"""Reads files of users: ordinary ones only. A pipe would be waited for, a device has no end, a folder is no text."""

import os
import stat
from importlib.resources.abc import Traversable
from pathlib import Path

from premortem.errors import BadInput

# What stands under a name where an ordinary file should.
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def kind_of(mode: int) -> str:
    """What stands under a name, by its mode: empty for an ordinary file, otherwise in words."""
    return next((said for is_kind, said in KINDS if is_kind(mode)), "")


def check_ordinary(path: Path, allowed: str = "an ordinary file") -> None:
    """Raises `BadInput` for what is not an ordinary file, or a link to one, before anything waits for it."""
    try:
        _refuse(path, path.stat().st_mode, allowed)
    except OSError as error:
        raise _unreadable(path, error, allowed) from error


def read_bytes(path: Path | Traversable, allowed: str, most: int | None = None) -> bytes:
    """The whole content of an ordinary file. Raises `BadInput` for anything else, and for more than `most` bytes."""
    if not isinstance(path, Path):
        return path.read_bytes()
    try:
        _refuse(path, path.stat().st_mode, allowed)
        # without waiting, should it have become a pipe meanwhile
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            held = os.fstat(descriptor)
            _refuse(path, held.st_mode, allowed)
            if most is not None and held.st_size > most:
                raise BadInput(path.name, "", f"is too large: {held.st_size:,} bytes", allowed=f"{most:,} bytes")
            return file.read()
    except OSError as error:
        raise _unreadable(path, error, allowed) from error


def read_text(path: Path | Traversable, allowed: str, most: int | None = None) -> str:
    """The same as text. Raises `BadInput` for what is not UTF-8, too."""
    try:
        return read_bytes(path, allowed, most).decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(path.name, error, allowed) from error


def not_utf8(file: str, error: UnicodeDecodeError, allowed: str) -> BadInput:
    """The refusal of a file in another encoding, with its first byte that is not UTF-8 and the way to convert it."""
    line, byte = error.object.count(b"\n", 0, error.start) + 1, error.object[error.start]
    hint = f"iconv -f LATIN1 -t UTF-8 {file} > utf8-{file}"
    return BadInput(file, "", f"is not UTF-8: byte {byte:#04x} in line {line}", allowed=allowed, hint=hint)


def _refuse(path: Path, mode: int, allowed: str) -> None:
    if kind := kind_of(mode):
        raise BadInput(str(path), "", f"cannot be read: it is {kind}", got=kind, allowed=allowed)


def _unreadable(path: Path | Traversable, error: OSError, allowed: str) -> BadInput:
    return BadInput(str(path), "", f"cannot be read ({error.strerror or error})", allowed=allowed)
