"""What `--debug` writes for a bug report: versions, command, traceback and the run's log, without personal paths."""

import getpass
import platform
import re
import socket
import traceback
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path

from premortem.errors import BadInput
from premortem.files import reader, writer
from premortem.text.places import without_folders

# The file, and its first line, by which one of ours is known.
BUNDLE, HEAD = "premortem-debug.txt", "For a bug report; read it before you send it."
PACKAGES = ("premortem", "jax", "jaxlib", "numpy", "scipy", "numba", "polars", "pyarrow", "pandas", "distributed")
# Last lines of the run's log that are kept.
LINES = 40


def write_bundle(error: BaseException, arguments: list[str]) -> Path | None:
    """Write the bundle into the current folder; its path, or None where it cannot be written."""
    parts = [
        HEAD,
        f"system: {platform.platform()}, Python {platform.python_version()}",
        *(f"{name}: {_version(name)}" for name in PACKAGES),
        f"command: premortem {' '.join(arguments)}",
        "",
        "".join(traceback.format_exception(error)),
        *_log(arguments),
    ]
    path = Path(BUNDLE)
    try:
        if path.exists() and not reader.read_bytes(path, "a file").startswith(HEAD.encode()):
            return None  # somebody else's file of that name
        writer.write(path, without_personal_paths("\n".join(parts)) + "\n")
    except BadInput:
        return None
    return path


def without_personal_paths(text: str) -> str:
    """The same text with the folders of this machine, its name and the user's in general terms."""
    text = without_folders(text)
    for name, general in ((socket.gethostname(), "<host>"), (_user(), "<user>")):
        if name:
            text = re.sub(rf"\b{re.escape(name)}\b", general, text)
    return text


def _log(arguments: list[str]) -> list[str]:
    told = (after for word, after in pairwise(arguments) if word in ("--out", "-o"))
    out = Path(next(told, "out"))
    for folder in (out.parent / f".{out.name}.half", out):  # the run that is under way, where it replaces another
        with suppress(BadInput):
            text = reader.read_bytes(folder / "run.log", "a log").decode("utf-8", "replace")
            return ["run.log:", *text.splitlines()[-LINES:]]
    return ["no run.log"]


def _user() -> str:
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return ""


def _version(name: str) -> str:
    with suppress(PackageNotFoundError):
        return version(name)
    return "not installed"
