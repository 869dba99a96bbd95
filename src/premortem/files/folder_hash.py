"""A hash of the files of a folder: whether what was made from them may be used again."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib.resources import files
from pathlib import Path

# Kinds of files that a case and the program consist of.
TABLES = ("**/*.toml", "**/*.csv", "**/*.py")


def hash_of_files(folder: Path, kinds: Sequence[str] = TABLES) -> str:
    """A hash of the files of these kinds, by their names and content."""
    found = hashlib.sha256()
    for path in files_of(folder, kinds):
        with suppress(OSError):
            found.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


@cache
def hash_of_program() -> str:
    """A hash of the program's own files: what other code made is another thing."""
    return hash_of_files(home_of_program())


def home_of_program() -> Path:
    """The folder of the program's own files."""
    return Path(str(files("premortem")))


def files_of(folder: Path, kinds: Sequence[str] = TABLES) -> list[Path]:
    """The files of these kinds in a folder and below it, in order."""
    return sorted({path for kind in kinds for path in folder.glob(kind)})


def is_newer(folder: Path, moment: float) -> bool:
    """Whether a file of `TABLES` was written after a moment [seconds since 1970]."""

    def written(path: Path) -> float:
        with suppress(OSError):
            return path.stat().st_mtime
        return moment

    return any(written(path) > moment for path in files_of(folder))
