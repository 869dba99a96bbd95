"""A run on disk: a folder with a manifest, Parquet parts and their checksums. What is written whole stays; the rest
is redone. `layout` names its files.

A finished run is never written into: its successor is made beside it and takes its place when whole (`swap`).
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from premortem.ensemble import layout, replace_run
from premortem.ensemble.layout import CHECKSUMS, LOCK, LOG, MANIFEST, part_name
from premortem.ensemble.lock import hold_lock
from premortem.ensemble.manifest import FINISHED, FORMAT, Manifest, is_finished, own_manifest, read_manifest, seal
from premortem.ensemble.run_folder import changes, owner_of, place_of
from premortem.errors import BadInput, MissingData, NotReproducible
from premortem.files import reader, writer

__all__ = [
    "CHECKSUMS",
    "FORMAT",
    "LOG",
    "MANIFEST",
    "Store",
    "Written",
    "damaged_files",
    "intact",
    "is_finished",
    "open_store",
    "open_table",
    "part_name",
    "read_checksums",
    "read_manifest",
    "write_table",
]

# What each part says of itself, for other tools too: of which run it is, and which file of it.
RUN, FILE = b"premortem.run", b"premortem.file"


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
        with (
            disk_failure(self.folder, CHECKSUMS),
            open(writer.append(self.folder / CHECKSUMS), "a", encoding="utf-8") as lines,
        ):
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

    def finish(self, manifest: Manifest) -> None:
        """Mark a run as finished, with its results; checksums in order, whatever the order of writing."""
        with disk_failure(self.folder, ""):
            for name in sorted(layout.folders(manifest["inputs"]["policies"])):
                if (self.folder / name).is_dir():  # a run without series has no folder of them
                    writer.sync_folder(self.folder / name)
        text = self._save_checksums()
        _write_manifest(self.folder, {**manifest, "status": FINISHED, "checksums": _sha(text)})

    def _save_checksums(self) -> str:
        text = "".join(_line(self.written[name]) for name in sorted(self.written))
        with disk_failure(self.folder, CHECKSUMS):
            writer.put(self.folder / CHECKSUMS, text)
        return text


@contextmanager
def open_store(folder: Path, manifest: Manifest, resume: bool, replace: bool = False) -> Iterator[Store]:
    """A store for writing the run of a folder, locked against a second process.

    A new or empty folder, and the half of an earlier run, are written in place. A finished run stays as it is until the
    new one, made beside it, is finished too; one of which something would be lost only makes way with `replace`. With `resume` the half
    is gone on with, if its inputs are the same (`NotReproducible`). Raises `BadInput` for a folder of anybody else's.
    """
    # under the name that was given, unless that is no name of its own
    target = folder.resolve() if folder.is_symlink() or folder.name in ("", "..") else folder
    fresh = not target.exists()
    replace_run.recover(target)
    owner_of(target)
    with hold_lock(target):
        place = place_of(target, manifest, resume, replace)
        beside = place != target
        with hold_lock(place) if beside else nullcontext():
            store = None
            try:
                store = _begun(place, target, manifest, resume)
                yield store
            except BaseException:
                if not resume and (beside or fresh if store is None else not store.written):
                    _leave(place, target, manifest, beside or fresh)
                raise
            with disk_failure(target, ""):
                if beside:
                    replace_run.swap_in(place, target)
                elif not resume or is_finished(
                    replace_run.half_of(target)
                ):  # a run that was replaced, not one to go on with
                    replace_run.drop(replace_run.half_of(target), target)


def write_table(
    folder: Path, run: str, name: str, columns: Mapping[str, NDArray[Any]], non_finite: tuple[int, ...] = ()
) -> Written:
    """One Parquet part of a run, whole or not at all; arrays of equal length. Raises `BadInput` when the disk is full."""
    table = pa.table({key: pa.array(value) for key, value in columns.items()})
    table = table.replace_schema_metadata({RUN: run.encode(), FILE: name.encode()})
    digests: list[str] = []
    with disk_failure(folder, name):
        # zstd 1 without dictionaries: measured fastest for columns of distinct floats
        writer.put(
            folder / name,
            lambda half: pq.write_table(
                table, half, compression="zstd", compression_level=1, use_dictionary=False, write_page_checksum=True
            ),
            parents=True,
            check=lambda half: digests.append(_digest(half)),
            sync=False,  # all folders at once, when the run is finished
        )
    return Written(name, digests[0], non_finite)


def open_table(folder: Path, run: str, name: str) -> pq.ParquetFile:
    """A part of a run, to be read with its pages checked. Raises `MissingData` where it cannot be, or is another's."""
    path = folder / name
    try:
        reader.check_ordinary(path)
        told = path.stat()
        metadata = _metadata(path, told.st_ino, told.st_mtime_ns, told.st_size)
        held = pq.ParquetFile(path, page_checksum_verification=True, metadata=metadata)
    except (BadInput, OSError, pa.ArrowException) as error:
        raise missing(folder, name, str(error) if path.exists() else "is not there") from error
    said = held.metadata.metadata or {}
    if (said.get(RUN), said.get(FILE)) != (run.encode(), name.encode()):
        raise missing(folder, name, f"is {_said_to_be(said, run)}")
    return held


@lru_cache(maxsize=32)
def _metadata(path: Path, inode: int, written: int, size: int) -> pq.FileMetaData:
    """What a file says of its columns, as long as it is the same file: of hundreds of columns that takes longer to read than one of them."""
    return pq.read_metadata(path)


def missing(folder: Path, name: str, what: str) -> MissingData:
    """The refusal of a part that cannot be read."""
    return MissingData(f"{folder}: {name}: {what}; make it again with `premortem run --resume`")


def read_checksums(folder: Path) -> list[Written]:
    """Finished files of a run, in the order in which they were written; lines that say nothing are left out."""
    path, found = folder / CHECKSUMS, []
    text = reader.read_bytes(path, "a list of checksums").decode("utf-8", "replace") if path.exists() else ""
    for line in text.splitlines():
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


def damaged_files(folder: Path) -> list[str]:
    """Files of a run whose bytes are not those that were written, by name; reads the whole run.

    Of a finished run every file that it must have is looked for, and the list of checksums itself is checked.
    """
    manifest = read_manifest(folder)
    held_ = {entry.file: entry for entry in read_checksums(folder)}
    if manifest.get("status") != FINISHED:
        return [name for name, entry in held_.items() if not intact(folder, entry)]
    inputs = manifest["inputs"]
    every = layout.all_files(-(-inputs["futures"] // inputs["part"]), inputs["policies"], layout.PROBLEM in inputs)
    wrong = [n for n in every if n not in held_ or not intact(folder, held_[n])]
    path = folder / CHECKSUMS
    sound = path.is_file() and _digest(path) == manifest.get("checksums")
    return wrong if sound else [CHECKSUMS, *wrong]


@contextmanager
def disk_failure(folder: Path, name: str) -> Iterator[None]:
    """A failure of the disk, in the user's words."""
    try:
        yield
    except OSError as error:
        what = f"cannot be written ({error.strerror or error}); what is finished is kept"
        if replace_run.is_half(folder):
            what += ", and so is the run that this one replaces: the disk must hold both"
        raise BadInput(str(folder), name, what, hint="free some room, then go on with --resume") from error


def _begun(place: Path, target: Path, manifest: Manifest, resume: bool) -> Store:
    """A store with its manifest, and without what an earlier process left half done."""
    with disk_failure(place, MANIFEST):
        there = own_manifest(place)
        known = there["inputs"]["policies"] if there else ()
        if resume and there and (changed := changes(place, manifest)):
            raise NotReproducible(
                f"{target}: made with other {', '.join(changed)}; run without --resume, or to another --out"
            )
        if there and not resume:
            layout.clear(place, known, keep=(MANIFEST, LOCK), to=target if place != target else None)
        for name in layout.sorted_out(place, known)[0]:
            if name.endswith(writer.HALF):
                (place / name).unlink()
        if not (resume and there and there["status"] == FINISHED):  # which stays one while it is mended
            _write_manifest(place, manifest)
        return Store(place)


def _leave(place: Path, target: Path, manifest: Manifest, made: bool) -> None:
    """Leave nothing of a run that failed before its first part was finished."""
    with suppress(OSError):
        keep = () if made else (LOCK,)
        layout.clear(place, manifest["inputs"]["policies"], keep=keep, to=target if place != target else None)


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(seal(manifest), indent=1, allow_nan=False) + "\n"
    with disk_failure(folder, MANIFEST):
        writer.put(folder / MANIFEST, text)


def _said_to_be(said: Mapping[bytes, bytes], run: str) -> str:
    if RUN not in said:
        return "not written by this version of premortem"
    other = said.get(FILE, b"").decode("utf-8", "replace")
    return f"of another run ({other})" if said[RUN] != run.encode() else f"{other} under another name"


def _line(entry: Written) -> str:
    return json.dumps({"file": entry.file, "sha256": entry.sha256, "non_finite": list(entry.non_finite)}) + "\n"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
