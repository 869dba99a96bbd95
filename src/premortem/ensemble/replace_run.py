"""A finished run is replaced whole: the new one is made in a hidden folder beside it and takes its place in one step.

Where the system cannot change two folders at once, the old one steps aside for a moment under a name of its own; a kill
in that moment is mended by whoever looks for the run next.
"""

import ctypes
import os
from contextlib import suppress
from pathlib import Path

from premortem.ensemble import layout
from premortem.ensemble.lock import only_begun
from premortem.ensemble.manifest import own_manifest
from premortem.errors import BadInput
from premortem.files import writer

# Linux: names are taken as seen from the current folder; change the two over.
HERE, EXCHANGE = -100, 2


def half_of(folder: Path) -> Path:
    """Where the new run is made: hidden, on the same file system."""
    return folder.with_name(f".{folder.name}.half")


def is_half(folder: Path) -> bool:
    """Whether a folder is such a one, by its name: for messages only."""
    return folder.name.startswith(".") and folder.name.endswith(".half")


def check_can(folder: Path) -> None:
    """Raises `BadInput` for a folder that cannot be changed for another: one that is worked in, or a disk of its own."""
    here, place = Path.cwd(), folder.resolve()
    if place == here or place in here.parents:
        what = "holds a finished run, which cannot be replaced from within its own folder"
        raise BadInput(str(folder), "", what, allowed="another --out", hint="or go to the folder above it first")
    if os.path.ismount(folder):
        what = "holds a finished run, and is a disk of its own, which cannot be changed for a folder beside it"
        raise BadInput(str(folder), "", what, allowed="--out with a folder on that disk")


def swap_in(half: Path, folder: Path) -> None:
    """Change a finished half for the run that it replaces, whose files then go; what else lay in that folder stays in it.

    Raises `OSError`, with everything as it was.
    """
    _change(half, folder)
    try:
        writer.sync_folder(folder.parent)
    except OSError:
        _change(half, folder)
        raise
    with suppress(OSError):  # what is left is hidden, and goes with the next run
        drop(half, folder)


def drop(half: Path, folder: Path) -> None:
    """Remove a half, or a run that was replaced; what is not the run's goes into the run's folder. Raises `OSError`."""
    manifest = own_manifest(half)
    if manifest:
        layout.clear(half, manifest["inputs"]["policies"], to=folder if folder.is_dir() else None)
    elif half.is_dir() and only_begun(half):  # without a manifest nothing else is known as ours
        layout.clear(half, ())


def recover(folder: Path) -> None:
    """Give a run that a kill left aside in the middle of a change its name back, or that of a half, if it was replaced."""
    aside, half = _aside(folder), half_of(folder)
    if own_manifest(aside) and not (folder.exists() and half.exists()):
        with suppress(OSError):
            aside.rename(half if folder.exists() else folder)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _change(half: Path, folder: Path) -> None:
    """What lay under each of the two names lies under the other; or `OSError`, and all is as it was."""
    if _changed_at_once(half, folder):
        return
    aside = _aside(folder)
    folder.rename(aside)
    try:
        half.rename(folder)
    except BaseException:
        aside.rename(folder)
        raise
    with suppress(FileNotFoundError):  # another process took it for what a kill left
        aside.rename(half)


def _changed_at_once(one: Path, other: Path) -> bool:
    """Whether the system changed the two names over in one step; not every system and file system can."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return bool(rename(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0)
