"""A run on disk: a folder with a manifest, Parquet parts and their checksums. What is written whole stays; the rest
is redone.

out/manifest.json                          what was asked, of what inputs, by which version
out/futures/part-00000.parquet             the uncertainties of each future, by index
out/as-written/part-00000.parquet          its margins and outcomes under a policy
out/series/as-written/counts-00000.parquet counts of its series, from which bands are read
out/series/as-written/bins.parquet         where those bins lie
out/series/as-written/paths.parquet        the whole series of the first futures
out/checksums.jsonl                        a line a finished file
out/run.log                                what happened when
"""

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from premortem.ensemble.lock import LOCK, held
from premortem.errors import BadInput, NotReproducible

# 2: parts of 16,384 futures, checksums with the futures that are not finite, a lock that the system keeps.
FORMAT = 2
MANIFEST, CHECKSUMS, LOG = "manifest.json", "checksums.jsonl", "run.log"


@dataclass(frozen=True)
class Written:
    """A finished file of a run: its name in the folder, its SHA-256, and which of its futures are not finite."""

    file: str
    sha256: str
    non_finite: tuple[int, ...] = ()


class Store:
    """A run folder that is being written. Use `opened`, which holds the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = {entry.file: entry for entry in read_checksums(folder)}
        self._save_checksums()  # a line cut short by a kill must not swallow the next one

    def has(self, name: str) -> bool:
        """Whether the file is there and its bytes are those that were written."""
        return name in self.written and intact(self.folder, self.written[name])

    def record(self, entries: Sequence[Written]) -> None:
        """Note finished files, on disk before anything else happens."""
        with _told(self.folder, CHECKSUMS), (self.folder / CHECKSUMS).open("a") as lines:
            lines.write("".join(_line(entry) for entry in entries))
            lines.flush()
            os.fsync(lines.fileno())
        self.written |= {entry.file: entry for entry in entries}

    def non_finite(self) -> dict[str, list[int]]:
        """Futures with a result that is not finite, by group; every part counts, whenever it was written."""
        found: dict[str, list[int]] = {}
        for name in sorted(self.written):
            if self.written[name].non_finite:
                found.setdefault(name.rsplit("/", 1)[0], []).extend(self.written[name].non_finite)
        return found

    def finish(self, manifest: dict[str, Any]) -> None:
        """Mark a run as finished, with its results; checksums in order, whatever the order of writing."""
        self._save_checksums()
        write_json(self.folder / MANIFEST, manifest)

    def _save_checksums(self) -> None:
        text = "".join(_line(self.written[name]) for name in sorted(self.written))
        _whole(self.folder, CHECKSUMS, lambda half: half.write_text(text, "utf-8"))


@contextmanager
def opened(folder: Path, manifest: dict[str, Any], resume: bool) -> Iterator[Store]:
    """A store for writing under `folder`, locked against a second process.

    A folder that holds another run is replaced, unless `resume`: then its inputs must be the same
    (`NotReproducible`). A
    folder that holds anything else is refused (`BadInput`).
    """
    _check_is_ours(folder)
    with held(folder):
        _begin(folder, manifest, resume)
        yield Store(folder)


def write_table(folder: Path, name: str, columns: dict[str, NDArray[Any]], non_finite: tuple[int, ...] = ()) -> Written:
    """One Parquet part, whole or not at all; arrays of equal length. Raises `BadInput` when the disk is full."""
    table = pa.table({key: pa.array(value) for key, value in columns.items()})
    # zstd 1 without dictionaries: measured fastest for columns of distinct floats
    digest = _whole(
        folder,
        name,
        lambda half: pq.write_table(
            table, half, compression="zstd", compression_level=1, use_dictionary=False, write_page_checksum=True
        ),
    )
    return Written(name, digest, non_finite)


def write_json(path: Path, document: dict[str, Any]) -> None:
    """A JSON document, whole or not at all."""
    text = json.dumps(document, indent=1, allow_nan=False) + "\n"
    _whole(path.parent, path.name, lambda half: half.write_text(text, "utf-8"))


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run. Raises `BadInput` when there is none, or one of another format."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInput(
            str(folder), "", "no run here", allowed="a folder that `premortem run` wrote", hint="run: premortem run"
        )
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError, RecursionError) as error:
        raise BadInput(str(path), "", f"cannot be read: {error}", hint="run again: premortem run") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        got = manifest.get("format") if isinstance(manifest, dict) else None
        raise BadInput(
            str(path),
            "format",
            f"a run of another version: {got}",
            got=got,
            allowed=str(FORMAT),
            hint="the seed makes it again: premortem run --seed SEED --futures FUTURES",
        )
    wrong = _faults(manifest)
    if wrong:
        raise BadInput(str(path), wrong, "is damaged", hint="run again: premortem run")
    return manifest


def part_name(folder: str, kind: str, index: int) -> str:
    """Name of a part: `as-written/part-00003.parquet`."""
    return f"{folder}/{kind}-{index:05d}.parquet"


def read_checksums(folder: Path) -> list[Written]:
    """Finished files of a run, in the order in which they were written; lines that say nothing are left out."""
    path, found = folder / CHECKSUMS, []
    for line in path.read_text("utf-8", errors="replace").splitlines() if path.is_file() else ():
        try:
            entry = json.loads(line)
            found.append(Written(str(entry["file"]), str(entry["sha256"]), tuple(map(int, entry["non_finite"]))))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            continue  # cut short by a kill: its file counts as unwritten
    return found


def intact(folder: Path, entry: Written) -> bool:
    """Whether a file's bytes are those that were written."""
    path = folder / entry.file
    return path.is_file() and _digest(path) == entry.sha256


def damaged(folder: Path) -> list[str]:
    """Files of a run whose bytes are not those that were written, by name; reads the whole run."""
    return [entry.file for entry in read_checksums(folder) if not intact(folder, entry)]


def is_finished(folder: Path) -> bool:
    """Whether a whole run of this format lies in a folder."""
    try:
        return read_manifest(folder).get("status") == "finished"
    except BadInput:
        return False


def _begin(folder: Path, manifest: dict[str, Any], resume: bool) -> None:
    old = folder / MANIFEST
    if old.is_file() and resume:
        before = read_manifest(folder)
        changed = [key for key in manifest["inputs"] if before["inputs"].get(key) != manifest["inputs"][key]]
        if changed:
            raise NotReproducible(
                f"{folder}: made with other {', '.join(changed)}; run without --resume, or to another --out"
            )
        for half in folder.glob("**/.*.half"):
            half.unlink(missing_ok=True)
    else:
        for child in folder.iterdir():
            if child.name != LOCK:
                shutil.rmtree(child) if child.is_dir() else child.unlink()
    write_json(old, manifest)


def _check_is_ours(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise BadInput(str(folder), "", "is a file", allowed="a folder")
    if folder.is_dir() and any(folder.iterdir()) and not {MANIFEST, LOCK} & {p.name for p in folder.iterdir()}:
        raise BadInput(
            str(folder),
            "",
            "holds other files, which a run would replace",
            allowed="a new or empty folder, or an earlier run",
        )


def _faults(manifest: dict[str, Any]) -> str:
    """Key of the first part of a manifest that cannot be what a run wrote; empty when there is none."""
    inputs = manifest.get("inputs")
    if not isinstance(inputs, dict):
        return "inputs"
    kinds = {"futures": int, "seed": int, "design": str, "policies": list, "part": int}
    for key, kind in kinds.items():
        if not isinstance(inputs.get(key), kind):
            return f"inputs.{key}"
    plain = all(isinstance(p, str) and p and "/" not in p and not p.startswith(".") for p in inputs["policies"])
    if not plain or not inputs["policies"]:
        return "inputs.policies"
    return "" if isinstance(manifest.get("replicates"), int) else "replicates"


def _whole(folder: Path, name: str, save: Callable[[Path], Any]) -> str:
    """Write a file under a name of its own and then rename it; the SHA-256 of what was written."""
    path = folder / name
    half = path.with_name(f".{path.name}.{socket.gethostname()}-{os.getpid()}.half")
    with _told(folder, name):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            save(half)
            _flush(half)
            digest = _digest(half)
            half.replace(path)
        except BaseException:
            half.unlink(missing_ok=True)
            raise
    return digest


@contextmanager
def _told(folder: Path, name: str) -> Iterator[None]:
    """A failure of the disk, in the user's words."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            str(folder),
            name,
            f"cannot be written ({error.strerror or error}); what is finished is kept",
            hint="free some room, then go on with --resume",
        ) from error


def _line(entry: Written) -> str:
    return json.dumps({"file": entry.file, "sha256": entry.sha256, "non_finite": list(entry.non_finite)}) + "\n"


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
