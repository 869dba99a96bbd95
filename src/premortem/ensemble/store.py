"""A run on disk: a folder with a manifest, Parquet parts and their checksums. What is written whole stays; the rest
is redone.

out/manifest.json                   what was asked, of what inputs, by which version
out/futures/part-00000.parquet      the uncertainties of each future, by index
out/as-written/part-00000.parquet   its margins and outcomes under a policy
out/as-written/bins-00000.parquet   counts of its series, from which bands are read
out/as-written/bins.parquet         where those bins lie
out/as-written/paths.parquet        the whole series of the first futures
out/checksums.jsonl                 a line a finished file
"""

import hashlib
import json
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from premortem.errors import BadInput, MissingData, NotReproducible

FORMAT = 1
MANIFEST, CHECKSUMS, LOCK = "manifest.json", "checksums.jsonl", "lock.json"


class Store:
    """A run folder that is being written. Use `opened`, which holds the lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sums = _read_checksums(folder)

    def has(self, name: str) -> bool:
        """Whether the file is there and its bytes are those that were written."""
        path = self.folder / name
        return name in self._sums and path.is_file() and _digest(path) == self._sums[name]

    def write_table(self, name: str, columns: dict[str, NDArray[Any]]) -> None:
        """One Parquet part, whole or not at all; arrays of equal length."""
        table = pa.table({key: pa.array(value) for key, value in columns.items()})
        # zstd 1 without dictionaries: measured fastest for columns of distinct floats
        self._write(
            name,
            lambda path: pq.write_table(table, path, compression="zstd", compression_level=1, use_dictionary=False),
        )

    def _write(self, name: str, save: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f".{path.name}.half")
        try:
            save(half)
            _flush(half)
            digest = _digest(half)
            half.replace(path)
            with (self.folder / CHECKSUMS).open("a") as lines:
                lines.write(json.dumps({"file": name, "sha256": digest}) + "\n")
                lines.flush()
                os.fsync(lines.fileno())
        except OSError as error:
            half.unlink(missing_ok=True)
            raise BadInput(
                str(self.folder),
                name,
                f"cannot be written ({error.strerror}); what is finished is kept",
                hint="free some room, then go on with --resume",
            ) from error
        self._sums[name] = digest


@contextmanager
def opened(folder: Path, manifest: dict[str, Any], resume: bool) -> Iterator[Store]:
    """A store for writing under `folder`, locked against a second process.

    A folder that holds another run is replaced, unless `resume`: then its inputs must be the same
    (`NotReproducible`). A
    folder that holds anything else is refused (`BadInput`).
    """
    _check_is_ours(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _take_lock(folder)
    except OSError as error:
        raise BadInput(
            str(folder), "", f"cannot be written ({error.strerror})", allowed="a folder you may write"
        ) from error
    try:
        _begin(folder, manifest, resume)
        yield Store(folder)
    finally:
        lock.unlink(missing_ok=True)


def finish(store: Store, manifest: dict[str, Any]) -> None:
    """Mark a run as finished, with its results."""
    _write_json(store.folder / MANIFEST, manifest)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run. Raises `BadInput` when there is none, or one of another format."""
    path = folder / MANIFEST
    if not path.is_file():
        raise BadInput(
            str(folder), "", "no run here", allowed="a folder that `premortem run` wrote", hint="run: premortem run"
        )
    try:
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise BadInput(str(path), "", f"cannot be read: {error}", hint="run again: premortem run") from error
    if manifest.get("format") != FORMAT:
        raise BadInput(
            str(path),
            "format",
            "another version's run",
            got=manifest.get("format"),
            allowed=str(FORMAT),
            hint="run again: premortem run",
        )
    return manifest


def part_name(folder: str, kind: str, index: int, ending: str) -> str:
    """Name of a part: `as-written/part-00003.parquet`."""
    return f"{folder}/{kind}-{index:05d}.{ending}"


def read_columns(folder: Path, group: str, columns: list[str] | None = None) -> dict[str, NDArray[Any]]:
    """Columns of all parts of a group, in the order of the futures. Raises `MissingData` for a missing part or
    column.
    """
    paths = sorted((folder / group).glob("part-*.parquet"))
    if not paths:
        raise MissingData(f"{folder}: {group}: no parts; run again with --resume")
    try:
        table = pa.concat_tables(pq.read_table(path, columns=columns) for path in paths)
    except (OSError, pa.ArrowInvalid) as error:
        raise MissingData(f"{folder}: {group}: {error}; run again with --resume") from error
    missing = set(columns or ()) - set(table.column_names)
    if missing:
        raise MissingData(f"{folder}: {group}: no column {', '.join(sorted(missing))} in this run")
    return {name: table[name].to_numpy() for name in table.column_names}


def is_finished(folder: Path) -> bool:
    """Whether a whole run of this format lies in a folder."""
    try:
        return read_manifest(folder).get("status") == "finished"
    except BadInput:
        return False


def column_names(folder: Path, group: str) -> frozenset[str]:
    """Names of the columns that a run keeps of a group; none where it has no parts."""
    paths = sorted((folder / group).glob("part-*.parquet"))
    return frozenset(pq.read_schema(paths[0]).names) if paths else frozenset()


def _begin(folder: Path, manifest: dict[str, Any], resume: bool) -> None:
    old = folder / MANIFEST
    if old.is_file() and resume:
        before = read_manifest(folder)
        changed = [key for key in manifest["inputs"] if before["inputs"].get(key) != manifest["inputs"][key]]
        if changed:
            raise NotReproducible(
                f"{folder}: made with other {', '.join(changed)}; run without --resume, or to another --out"
            )
    else:
        for child in folder.iterdir():
            if child.name != LOCK:
                shutil.rmtree(child) if child.is_dir() else child.unlink()
    _write_json(old, manifest)


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


def _take_lock(folder: Path) -> Path:
    path, mine = folder / LOCK, {"pid": os.getpid(), "host": socket.gethostname()}
    try:
        with path.open("x") as file:
            json.dump(mine, file)
    except FileExistsError:
        if _alive(path):
            raise BadInput(
                str(folder), LOCK, "another process is writing this run", hint="wait for it, or use another --out"
            ) from None
        path.unlink(missing_ok=True)
        return _take_lock(folder)
    return path


def _alive(lock: Path) -> bool:
    try:
        owner = json.loads(lock.read_text())
        if owner["host"] != socket.gethostname():
            return True
        os.kill(int(owner["pid"]), 0)
    except (ValueError, KeyError, ProcessLookupError, FileNotFoundError):
        return False
    except PermissionError:
        return True
    return True


def _read_checksums(folder: Path) -> dict[str, str]:
    sums: dict[str, str] = {}
    path = folder / CHECKSUMS
    for line in path.read_text().splitlines() if path.is_file() else ():
        try:
            entry = json.loads(line)
            sums[entry["file"]] = entry["sha256"]
        except (ValueError, KeyError):
            continue  # a line cut short by a kill: its file counts as unwritten
    return sums


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_json(path: Path, document: dict[str, Any]) -> None:
    half = path.with_name(f".{path.name}.half")
    try:
        half.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", "utf-8")
        _flush(half)
        half.replace(path)
    except OSError as error:
        raise BadInput(str(path.parent), path.name, f"cannot be written ({error.strerror})") from error
