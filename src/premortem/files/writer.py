"""Writes files whole or not at all: a half beside the target, brought to disk, and only then put in its place.

Whatever fails on the way, the old file stays as it was and no half is left; a process that is killed leaves at most a
hidden half, which nothing reads. Only ordinary files are written over, never a link, a device or a pipe. Every room
writes through here.
"""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from premortem.errors import BadInput
from premortem.files.reader import kind_of

# How a half ends: `.NAME.0a1b2c3d.half`, and `.NAME.0a1b2c3d.old.half` for the old file while it may be needed again.
HALF, OLD = ".half", ".old"
# Most bytes of a file's name that its half's name repeats: systems allow 255 for the whole.
NAMED = 120
# What file systems answer that keep no hard links, or that cannot bring a folder to disk.
CANNOT = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL, errno.EACCES, errno.EXDEV}
FOLDER = "a folder you may write"

# Text, bytes, or what writes them to a path.
Content = str | bytes | Callable[[Path], object]
Check = Callable[[Path], object]


def write(
    path: Path, content: Content, *, new: bool = False, parents: bool = False, check: Check | None = None
) -> None:
    """Write a file whole. `new`: never over one that is there; `parents`: make its folders; `check` reads the half first.

    Raises `BadInput` in one line where the target is no ordinary file, is there though it must be new, or cannot be written.
    """
    with system_failure(path):
        put(path, content, new=new, parents=parents, check=check)


def put(
    path: Path,
    content: Content,
    *,
    new: bool = False,
    parents: bool = False,
    check: Check | None = None,
    sync: bool = True,
) -> None:
    """The same, with the system's `OSError`; without `sync` the caller brings the folder to disk, for many files at once."""
    mode = _mode_of(path, new)
    with _folders(path.parent) if parents else nullcontext():
        half = _half_of(path)
        try:
            _fill(half, content, mode)
            if check:
                check(half)
            _place(half, path, new, sync)
        except BaseException:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            raise


def place(half: Path, path: Path) -> None:
    """Put a file that was made beside the target in its place, on disk; it is gone either way. Raises `OSError` or `BadInput`."""
    _mode_of(path, new=False)
    with half.open("rb") as file:
        os.fsync(file.fileno())
    _place(half, path, new=False, sync=True)


def discard(path: Path) -> None:
    """Take away an ordinary file of ours, where it is there still. Raises `BadInput` for anything else."""
    with system_failure(path):
        if _mode_of(path, new=False) is not None:
            path.unlink()


def check_target(path: Path, *inputs: Path) -> None:
    """Raises `BadInput` where a file could not be written, or is one of the inputs: before the work rather than after it."""
    with system_failure(path):
        _mode_of(path, new=False)
        for given in inputs:
            if path.exists() and given.exists() and path.samefile(given):
                raise BadInput(str(path), "", "is the input, which is not written over", allowed="another file")
        check_folder(path.parent)


def check_folder(folder: Path) -> None:
    """Raises `OSError` for a folder in which no file can be made; leaves nothing in it."""
    probe = folder / f".probe.{secrets.token_hex(4)}{HALF}"
    os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    probe.unlink()


def append(path: Path) -> int:
    """A descriptor that adds to an ordinary file, made if need be. Raises `OSError` for anything else, without waiting."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "no ordinary file")
    return descriptor


def make_folder(folder: Path) -> None:
    """A folder and those above it. Raises `BadInput` where they cannot be made."""
    with system_failure(folder):
        folder.mkdir(parents=True, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to disk, where the file system can. Raises `OSError` when the disk fails."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in CANNOT:
            raise


@contextmanager
def system_failure(path: Path, allowed: str = FOLDER) -> Iterator[None]:
    """A failure of the system, in the user's words."""
    try:
        yield
    except OSError as error:
        raise BadInput(str(path), "", f"cannot be written ({error.strerror or error})", allowed=allowed) from error


def _mode_of(path: Path, new: bool) -> int | None:
    """Permissions of the file that is to be written over, None where there is none. Raises where it may not be."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if kind := kind_of(mode):
        raise BadInput(str(path), "", f"is {kind}, which is not written over", got=kind, allowed="an ordinary file")
    if new:
        raise FileExistsError(errno.EEXIST, "it is there already")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, "it may not be written")
    return stat.S_IMODE(mode)


def _half_of(path: Path) -> Path:
    name = os.fsencode(path.name)[:NAMED].decode("utf-8", "ignore")
    return path.with_name(f".{name}.{secrets.token_hex(4)}{HALF}")


def _fill(half: Path, content: Content, mode: int | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(half, flags, 0o666), "wb") as file:
        if callable(content):
            content(half)
        else:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            file.flush()
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def _place(half: Path, path: Path, new: bool, sync: bool) -> None:
    """Give the half its name; taken back where the folder cannot be brought to disk."""
    kept = None if new else _kept(path, half.with_name(f"{half.name.removesuffix(HALF)}{OLD}{HALF}"))
    first, placed = kept is None and not os.path.lexists(path), False
    try:
        (_link_new if new else os.replace)(half, path)
        placed = True
        if sync:
            sync_folder(path.parent)
    except BaseException:
        if kept:
            kept.replace(path)
        elif placed and first:
            path.unlink(missing_ok=True)
        raise
    finally:
        for name in filter(None, (kept, half)):
            with suppress(OSError):
                name.unlink(missing_ok=True)


def _link_new(half: Path, path: Path) -> None:
    """A second name for the half, which fails where that name is taken: a rename would not."""
    try:
        os.link(half, path)
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        try:
            half.replace(path)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def _kept(path: Path, name: Path) -> Path | None:
    """The old file under a second name, from which it can be put back; None where there is none, or no such names."""
    try:
        os.link(path, name, follow_symlinks=False)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno not in CANNOT:
            raise
        return None
    return name


@contextmanager
def _folders(folder: Path) -> Iterator[None]:
    """A folder and those above it, of which the new ones go again where the work in them fails."""
    new = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        for place in new:
            with suppress(OSError):
                place.rmdir()
        raise
