"""Downloads one file: resumed where it stopped, tried again when a server falters, never longer than allowed."""

import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from premortem.errors import MissingData
from premortem.files import writer

AGENT = "premortem (research software; data pull)"
# Where the user names an e-mail address, for publishers that answer nobody else.
CONTACT = "PREMORTEM_CONTACT"
# Seconds without an answer before a try counts as failed, and waits before the next tries.
PATIENCE, WAITS = 30.0, (1.0, 4.0, 15.0)
BLOCK = 1 << 16
# Answers after which a later try may do better.
PASSING = (408, 425, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Fetched:
    """A whole file on disk, with what the server said of its edition."""

    path: Path
    etag: str
    modified: str


class _TryAgain(Exception):
    """The server faltered; what has come is kept."""


def contact() -> str:
    """The e-mail address that the user names to publishers; empty where none."""
    return " ".join(os.environ.get(CONTACT, "").split())


def fetch(
    url: str,
    path: Path,
    most_bytes: int,
    *,
    patience: float = PATIENCE,
    waits: tuple[float, ...] = WAITS,
    sleep: Callable[[float], Any] = time.sleep,
) -> Fetched:
    """A whole download at `path`; a part of it waits beside it as `.part` and is gone on with next time.

    Raises `MissingData` with one line that says what the server did: not there, too long, cut short after every try.
    """
    part, about = path.with_name(path.name + ".part"), path.with_name(path.name + ".part.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    said = ""
    for wait in (*waits, None):
        try:
            fetched = _go_on(url, part, about, most_bytes, patience)
        except _TryAgain as error:
            said = str(error)
            if wait is not None:
                sleep(wait)
            continue
        part.replace(path)
        about.unlink(missing_ok=True)
        return Fetched(path, fetched["etag"], fetched["modified"])
    raise MissingData(
        f"{_where(url)}: {said}; tried {len(waits) + 1} times, what came is kept and gone on with next time"
    )


def _go_on(url: str, part: Path, about: Path, most: int, patience: float) -> dict[str, str]:
    """One try: from where the part ends if the server still has the same edition, otherwise from the start."""
    edition = _read(about)
    held = part.stat().st_size if part.is_file() and edition.get("tag") else 0
    headers = {"User-Agent": f"{AGENT} {contact()}".strip(), "Accept-Encoding": "identity"}
    if held:
        headers |= {"Range": f"bytes={held}-", "If-Range": edition["tag"]}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=patience) as answer:
            etag, modified = answer.headers.get("ETag") or "", answer.headers.get("Last-Modified") or ""
            # a weak tag may not name a range
            tag = etag if etag and not etag.startswith("W/") else modified
            writer.put(about, json.dumps({"tag": tag}))
            start = held if answer.status == 206 else 0
            _write(answer, part, start, most, url)
            return {"etag": etag, "modified": modified}
    except urllib.error.HTTPError as error:
        if error.code == 416:
            part.unlink(missing_ok=True)
            raise _TryAgain("the part no longer fits") from error
        if error.code in PASSING:
            raise _TryAgain(f"the server answers {error.code} {error.reason}") from error
        raise MissingData(f"{_where(url)}: the server answers {error.code} {error.reason}") from error
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or error
        slow = isinstance(reason, TimeoutError)
        raise _TryAgain(f"no answer in {patience:g} s" if slow else f"cannot be reached ({reason})") from error


def _write(answer: Any, part: Path, start: int, most: int, url: str) -> None:
    length = answer.headers.get("Content-Length")
    whole = start + int(length) if length and length.isdigit() else None
    if whole is not None and whole > most:
        raise MissingData(f"{_where(url)}: is {whole:,} bytes; allowed: {most:,}")
    size = start
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        while block := answer.read(BLOCK):
            size += len(block)
            if size > most:
                raise MissingData(f"{_where(url)}: is over {most:,} bytes, the most that is taken")
            file.write(block)
        file.truncate()
    if whole is not None and size < whole:
        raise _TryAgain(f"cut short: {size:,} of {whole:,} bytes")


def _where(url: str) -> str:
    """An address as a message tells it, without what is asked of it."""
    return url.split("?")[0]


def _read(about: Path) -> dict[str, str]:
    try:
        kept = json.loads(about.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {k: str(v) for k, v in kept.items()} if isinstance(kept, dict) else {}
