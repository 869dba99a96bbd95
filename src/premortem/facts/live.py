"""Newer figures from their publishers, only when asked for: fetched, checked, and kept with where they came from.

A pulled table is never read by a run. `read_pulled` gives it to those who ask for it by name; the packaged tables stay the
ones in use, so that a run means the same tomorrow.
"""

import csv
import hashlib
import json
import tomllib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import polars as pl

from premortem.errors import MissingData, PremortemError, nearest, raise_all, unknown
from premortem.facts.fetch import Fetched, fetch
from premortem.files import writer
from premortem.files.typed import Strict
from premortem.text.numbers import counted

LIVE = files("premortem.facts") / "live.toml"
MEGABYTE = 1_000_000
Fetch = Callable[[str, Path, int], Fetched]


class Source(Strict):
    """A live source: its address, publisher, licence, and what it must look like to be taken."""

    name: str
    title: str
    url: str
    publisher: str
    licence: str
    format: Literal["csv", "json"]
    columns: tuple[str, ...]
    numbers: tuple[str, ...]
    least_rows: int
    most_mb: int
    stays: tuple[str, ...]


@cache
def sources() -> dict[str, Source]:
    """Every live source by name."""
    entries = tomllib.loads(LIVE.read_text("utf-8"))
    return {name: Source(name=name, **entry) for name, entry in sorted(entries.items())}


def home() -> Path:
    """Where pulled tables are kept: the user's cache folder."""
    return Path.home() / ".cache" / "premortem" / "data"


def pull(
    names: Sequence[str] = (), *, known: dict[str, Source] | None = None, get: Fetch = fetch
) -> dict[str, list[dict[str, Any]]]:
    """Fetch the named sources, or all: keys `pulled` (records as kept) and `failed` [{`name`, `why`, `stays`}].

    One that fails costs no other, and leaves what was pulled before. Raises `BadInput` for a name that is not a source.
    """
    known = sources() if known is None else known
    raise_all([unknown("NAME", "no such source", name, [*known]) for name in names if name not in known])
    pulled: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for name in names or known:
        try:
            pulled.append(_pull(known[name], get))
        except PremortemError as error:
            failed.append({"name": name, "why": str(error), "stays": list(known[name].stays)})
    return {"pulled": pulled, "failed": failed}


def records(known: dict[str, Source] | None = None) -> list[dict[str, Any]]:
    """What has been pulled, as it was recorded."""
    found = []
    for name in sources() if known is None else known:
        if (path := home() / f"{name}.record.json").is_file() and (record := _record(path)):
            found.append(record)
    return found


def _record(path: Path) -> dict[str, Any] | None:
    """A record as it was kept; none where it was damaged since: the table then counts as never pulled."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        return None
    kept = {"rows": int} | dict.fromkeys(("name", "title", "path", "sha256", "fetched", "source", "licence"), str)
    whole = isinstance(record, dict) and all(isinstance(record.get(key), kind) for key, kind in kept.items())
    return record if whole else None


def read_pulled(name: str, known: dict[str, Source] | None = None) -> pl.DataFrame:
    """A pulled table. Raises `MissingData` when it was never pulled or no longer is what was recorded."""
    known = sources() if known is None else known
    record = next((r for r in records(known) if r["name"] == name), None)
    if record is None:
        raise MissingData(f"{name} has not been pulled; premortem data pull {name}")
    path = home() / f"{name}.{known[name].format}"
    # a kill between a table and its record leaves the earlier table beside the new one
    for held in (path, path.with_name(f"{path.name}.before")):
        if held.is_file() and hashlib.sha256(held.read_bytes()).hexdigest() == record["sha256"]:
            return _frame(known[name], held)
    raise MissingData(f"{name} is not what was pulled; premortem data pull {name}")


def _pull(source: Source, get: Fetch) -> dict[str, Any]:
    """Fetch beside the last good copy, check, and only then put it in its place."""
    path = home() / f"{source.name}.{source.format}"
    try:
        fetched = get(source.url, path.with_name(f"{path.name}.new"), source.most_mb * MEGABYTE)
        frame = _checked(source, fetched.path)
        digest = hashlib.sha256(fetched.path.read_bytes()).hexdigest()
        before = next((r["sha256"] for r in records({source.name: source})), None)
        record = {
            "name": source.name,
            "title": source.title,
            "path": str(path),
            "rows": frame.height,
            "bytes": fetched.path.stat().st_size,
            "sha256": digest,
            "changed": digest != before,
            "fetched": datetime.now(UTC).isoformat(timespec="seconds"),
            "source": source.url,
            "publisher": source.publisher,
            "licence": source.licence,
            "edition": fetched.etag or fetched.modified,
        }
        _keep(source, fetched.path, path, json.dumps(record, indent=1))
    except OSError as error:
        raise MissingData(f"{home()}: cannot be written ({error.strerror or error})") from error
    return record


def _keep(source: Source, fetched: Path, path: Path, record: str) -> None:
    """Put a table and its record in their places, or neither: the table that was pulled before comes back."""
    before = path.with_name(f"{path.name}.before")
    with suppress(FileNotFoundError):
        path.replace(before)
    try:
        writer.place(fetched, path)
        writer.put(path.with_name(f"{source.name}.record.json"), record)
    except BaseException:
        with suppress(FileNotFoundError):
            before.replace(path)
        raise
    before.unlink(missing_ok=True)


def _checked(source: Source, path: Path) -> pl.DataFrame:
    """The file as a table. Raises `MissingData`, and drops the file, when it is not what the source promises."""
    try:
        frame = _frame(source, path)
        _check(source, frame)
    except (pl.exceptions.PolarsError, ValueError, TypeError, ArithmeticError, RecursionError, csv.Error) as error:
        path.unlink(missing_ok=True)
        raise MissingData(
            f"{source.url}: is not a {source.format} table as expected ({' '.join(str(error).split())[:120]})"
        ) from error
    except MissingData:
        path.unlink(missing_ok=True)
        raise
    return frame


def _check(source: Source, frame: pl.DataFrame) -> None:
    lacking = [c for c in source.columns if c not in frame.columns]
    if lacking:
        near = [f"{c} ({hint})" if (hint := nearest(c, frame.columns)) else c for c in lacking]
        raise MissingData(f"{source.url}: the columns have changed: no {', '.join(near)}; what was pulled before stays")
    if frame.height < source.least_rows:
        raise MissingData(f"{source.url}: has {counted(frame.height, 'row')}; expected: {source.least_rows:,} or more")
    for column in source.numbers:
        if frame[column].cast(pl.Float64, strict=False).null_count() == frame.height:
            raise MissingData(f"{source.url}: no number in column {column}")


def _frame(source: Source, path: Path) -> pl.DataFrame:
    if source.format == "csv":
        return pl.read_csv(path, infer_schema=False)
    entries = json.loads(path.read_text("utf-8"))
    if not isinstance(entries, dict):
        raise ValueError("not an object of entries")
    # documents may hold an entry of instructions: only entries with every field are rows
    rows = [
        {"name": k, **{c: v[c] for c in source.columns}}
        for k, v in entries.items()
        if isinstance(v, dict) and set(source.columns) <= v.keys()
    ]
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame({"name": []})
