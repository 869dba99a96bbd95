"""Newer figures from their publishers, only when asked for: fetched, checked, and kept with where they came from.

A run reads a pulled table only where `--data pulled` asks for it, and notes its hash. `read_pulled` gives it to those who ask for it by
name; the packaged tables stay the ones in use, so that a run means the same tomorrow.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TypedDict, cast
from urllib.parse import urlsplit

import polars as pl

from premortem.case import Case, default
from premortem.errors import MissingData, PremortemError, raise_all, unknown
from premortem.facts.fetch import CONTACT, Fetched, contact, fetch
from premortem.facts.published import Source, checked, document_of, frame_of
from premortem.files import writer
from premortem.files.typed import read_entries

FILE = "live.toml"
# Most pages that one source may have.
MOST_PAGES = 20
MEGABYTE = 1_000_000
Fetch = Callable[[str, Path, int], Fetched]


class Record(TypedDict):
    """What is kept of a table that was pulled, beside the table."""

    name: str
    title: str
    path: str
    rows: int
    bytes: int
    sha256: str
    changed: bool
    fetched: str
    source: str
    publisher: str
    licence: str
    edition: str


class NotPulled(TypedDict):
    """A source that failed, why, and the packaged tables that stay in use."""

    name: str
    why: str
    stays: list[str]


class Pulled(TypedDict):
    """What came, and what did not."""

    pulled: list[Record]
    failed: list[NotPulled]


@cache
def sources(case: Case | None = None) -> dict[str, Source]:
    """Every live source of a case (by default the leading one) by name. Raises `BadInput`, every fault of its file at once."""
    found = read_entries((case or default()) / FILE, Source, "name", missing_ok=True)
    return dict(sorted(found.items()))


def home() -> Path:
    """Where pulled tables are kept: the user's cache folder."""
    return Path.home() / ".cache" / "premortem" / "data"


def pull(names: Sequence[str] = (), *, known: dict[str, Source] | None = None, get: Fetch = fetch) -> Pulled:
    """Fetch the named sources, or all: keys `pulled` (records as kept) and `failed` [{`name`, `why`, `stays`}].

    One that fails costs no other, and leaves what was pulled before. Raises `BadInput` for a name that is not a source.
    """
    known = sources() if known is None else known
    raise_all([unknown("NAME", "no such source", name, [*known]) for name in names if name not in known])
    pulled: list[Record] = []
    failed: list[NotPulled] = []
    for name in names or known:
        try:
            pulled.append(_pull(known[name], get))
        except PremortemError as error:
            failed.append({"name": name, "why": str(error), "stays": list(known[name].stays)})
    return {"pulled": pulled, "failed": failed}


def records(known: dict[str, Source] | None = None) -> list[Record]:
    """What has been pulled, as it was recorded."""
    found = []
    for name in sources() if known is None else known:
        if (path := home() / f"{name}.record.json").is_file() and (record := _record(path)):
            found.append(record)
    return found


def _record(path: Path) -> Record | None:
    """A record as it was kept; none where it was damaged since: the table then counts as never pulled."""
    try:
        record = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError):
        return None
    kept = {"rows": int} | dict.fromkeys(("name", "title", "path", "sha256", "fetched", "source", "licence"), str)
    whole = isinstance(record, dict) and all(isinstance(record.get(key), kind) for key, kind in kept.items())
    return cast(Record, record) if whole else None


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
            return frame_of(known[name], held)
    raise MissingData(f"{name} is not what was pulled; premortem data pull {name}")


def _pull(source: Source, get: Fetch) -> Record:
    """Fetch beside the last good copy, check, and only then put it in its place."""
    path = home() / f"{source.name}.{source.format}"
    try:
        _check_contact(source)
        fetched = get(source.url, path.with_name(f"{path.name}.new"), source.most_mb * MEGABYTE)
        _pages(source, fetched, get)
        frame = checked(source, fetched.path)
        digest = hashlib.sha256(fetched.path.read_bytes()).hexdigest()
        before = next((r["sha256"] for r in records({source.name: source})), None)
        record: Record = {
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


def _check_contact(source: Source) -> None:
    """Raises `MissingData` where the publisher wants to know who asks, and nobody has said."""
    if source.contact and not contact():
        raise MissingData(
            f"{source.where}: its publisher answers only who names an e-mail address; set {CONTACT}, then premortem data pull {source.name}"
        )


def _pages(source: Source, first: Fetched, get: Fetch) -> None:
    """Put the entries of all further pages into the file of the first. Raises `MissingData` for pages without end."""
    whole = document_of(source, first.path) if source.next else None
    entries, address = ([*whole[source.entries]], whole.get(source.next)) if whole else ([], None)
    pages = 1
    while whole and address:
        if urlsplit(str(address)).netloc != urlsplit(source.url).netloc:
            raise MissingData(f"{source.where}: its next page is at another server: {address}")
        if pages == MOST_PAGES:
            raise MissingData(f"{source.where}: has over {MOST_PAGES} pages, the most that are taken")
        page = get(str(address), first.path.with_name(f"{first.path.name}.page"), source.most_mb * MEGABYTE)
        told = document_of(source, page.path) or {}
        page.path.unlink(missing_ok=True)
        entries += told.get(source.entries, ())
        address, pages = told.get(source.next), pages + 1
    if whole and pages > 1:
        writer.put(first.path, json.dumps(whole | {source.entries: entries}))


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
