"""Compiled programs kept between processes: found by what they compute, so that nothing is traced to find them.

JAX's own cache is found by what was traced, which takes longer than to load a program. Here a program is found by its name, a hash of all that
it follows from: the program's files, those of the case, what is asked, the machine and the versions. Where there is none of that name, it
is traced, and found by the trace, as after a change of files that changes no mathematics; else it is compiled. Whatever fails on the way,
it is compiled, and JAX's own cache is asked.
"""

import hashlib
import os
import pickle
import platform
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import jax
import numpy as np

from premortem.errors import BadInput
from premortem.files import writer
from premortem.files.folder_hash import hash_of_program, home_of_program, is_newer

PROGRAM, NAME, BYTES = ".program", ".name", ".bytes"
# What lies in place of a program that this version of JAX cannot write.
REFUSED = b"cannot be kept"
# Programs and names that are kept, those used last: some 1 MB a program.
MOST, MOST_NAMES = 64, 512
# Files that were written since are not those that were read.
BEGAN = time.time()


def folder() -> Path:
    """Where programs lie, in the user's cache folder."""
    return Path.home() / ".cache" / "premortem" / "programs"


@runtime_checkable
class Lasting(Protocol):
    """What is computed, where a hash of it means the same in another process."""

    @property
    def lasting(self) -> str | None:
        """A hash of all that it follows from besides the program's own files; None where nobody knows."""


def name_of(key: Hashable, shapes: object, options: object) -> str | None:
    """Name of a program by what it computes, for arguments of these shapes; None for one that is not kept."""
    said, program = _said(key), _of_program()
    if said is None or program is None:
        return None
    return hashlib.sha256(repr((said, shapes, options, program, _of_here())).encode()).hexdigest()


def _said(key: Hashable) -> str | None:
    if isinstance(key, tuple):
        parts = [_said(part) for part in key]
        return None if None in parts else repr(parts)
    if isinstance(key, str | bytes | int):
        return repr(key)
    return key.lasting if isinstance(key, Lasting) else None


@cache
def _of_program() -> str | None:
    return None if is_newer(home_of_program(), BEGAN) else hash_of_program()


def _of_here() -> tuple[object, ...]:
    """What code for a processor rests on: that, the versions, and what is set of how it is compiled and computed."""
    told = sorted((name, str(value)) for name, value in jax.config.values.items() if "cache" not in name)
    return *_of_machine(), os.environ.get("XLA_FLAGS", ""), str(jax.dtypes.canonicalize_dtype(np.float64)), told


@cache
def _of_machine() -> tuple[object, ...]:
    processor = Path("/proc/cpuinfo")
    told = processor.read_text("utf-8", "replace") if processor.is_file() else platform.processor()
    features = sorted({line for line in told.splitlines() if line.startswith(("flags", "Features", "model name"))})
    return platform.platform(), platform.machine(), version("jax"), version("jaxlib"), features or told


def program_of(name: str, lowered: Any, options: Any, given: Any) -> Any:
    """The program of a name, made by `lowered()` where it is not kept; `given` are the shapes of its arguments."""
    tree = jax.tree.structure((given, {}))
    if found := _loaded(folder() / f"{name}{NAME}", tree):
        return found
    traced = lowered()
    text = hashlib.sha256(f"{traced.as_text()} {options} {_of_here()}".encode()).hexdigest()
    if found := _loaded_program(folder() / f"{text}{PROGRAM}", tree):
        _keep(folder() / f"{name}{NAME}", text.encode())
        return found
    if _is_refused(folder() / f"{text}{PROGRAM}"):
        return traced.compile(options)
    with _no_other_cache():  # what that loads cannot be written again
        made = traced.compile(options)
    if _is_stored(folder() / f"{text}{PROGRAM}", made, tree, given):
        _keep(folder() / f"{name}{NAME}", text.encode())
    else:
        _keep(folder() / f"{text}{PROGRAM}", REFUSED)
    return made


def _is_refused(path: Path) -> bool:
    """Whether a program cannot be kept here: by this version of JAX, which then has its own cache, or in a folder that nobody may write."""
    with suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        return not os.access(folder(), os.W_OK) or (path.is_file() and path.read_bytes() == REFUSED)
    return True


def _is_stored(path: Path, program: Any, tree: Any, given: Any) -> bool:
    """Write a program, and say whether what was written runs."""
    with suppress(Exception):  # whatever a version of JAX raises that cannot write it
        from jax.experimental.serialize_executable import serialize

        content, _, out = serialize(program)
        _keep(path, _sealed(pickle.dumps((content, out))))
        if again := _loaded_program(path, tree):
            jax.block_until_ready(again(*jax.tree.map(lambda x: np.zeros(x.shape, x.dtype), given)))
            return True
    return False


def text_of(key: Hashable, make: Callable[[], str]) -> str:
    """A text that it takes a trace to make, as it is kept under what it follows from, or made."""
    name = name_of(key, None, None)
    if name is None:
        return make()
    path = folder() / f"{name}{NAME}"
    with suppress(OSError, UnicodeError):
        if found := path.read_text("utf-8"):
            return found
    made = make()
    _keep(path, made.encode())
    return made


def stored_bytes(key: Hashable, make: Callable[[], bytes]) -> bytes:
    """What takes long to make, as it is kept under what it follows from, or made; what is damaged is made anew."""
    name = name_of(key, None, None)
    if name is None:
        return make()
    path = folder() / f"{name}{BYTES}"
    with suppress(OSError):
        held = path.read_bytes()
        if held == _sealed(held[SEAL:]):
            path.touch()
            return held[SEAL:]
    made = make()
    _keep(path, _sealed(made))
    return made


def _loaded(name: Path, tree: Any) -> Any:
    with suppress(OSError, ValueError):
        return _loaded_program(folder() / f"{name.read_text('ascii')}{PROGRAM}", tree)
    return None


def _loaded_program(path: Path, tree: Any) -> Any:
    """The program that a file holds; nothing where it is not there, is damaged, or is of no use to this version of JAX."""
    with suppress(Exception):
        from jax.experimental.serialize_executable import deserialize_and_load

        held = path.read_bytes()
        if held != _sealed(held[SEAL:]):
            return None
        content, out = pickle.loads(held[SEAL:])  # as safe as the code that it holds: from the user's own cache folder
        found = deserialize_and_load(content, tree, out, backend="cpu")
        path.touch()
        return found
    return None


# Bytes of the hash before a program: XLA ends the process over code that is damaged.
SEAL = 32


def _sealed(content: bytes) -> bytes:
    return hashlib.sha256(content).digest() + content


def _keep(path: Path, content: bytes) -> None:
    with suppress(BadInput, OSError):
        writer.write(path, content, parents=True)
        for kind, most in ((PROGRAM, MOST), (NAME, MOST_NAMES), (BYTES, MOST)):
            held = sorted(folder().glob(f"*{kind}"), key=lambda p: p.stat().st_mtime)
            for old in held[: max(len(held) - most, 0)]:
                old.unlink(missing_ok=True)


_without, _counting = [0], threading.Lock()


@contextmanager
def _no_other_cache() -> Iterator[None]:
    """Without JAX's own cache, in this thread and in all that compile meanwhile."""
    with _counting:
        _without[0] += 1
        if _without[0] == 1:
            _switched(False)
    try:
        yield
    finally:
        with _counting:
            _without[0] -= 1
            if not _without[0]:
                _switched(True)


def _switched(on: bool) -> None:
    from jax.experimental.compilation_cache.compilation_cache import reset_cache

    jax.config.update("jax_enable_compilation_cache", on)
    reset_cache()
