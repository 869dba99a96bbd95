"""Rows of the tables of a record, from a file or the package: texts by column, and their days and numbers with every fault."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from premortem.errors import BadInput, nearest
from premortem.files.reader import read_bytes

MAX_BYTES = 20_000_000


def read_table(path: Path, what: str) -> tuple[list[str], list[dict[str, str]]]:
    """Columns and rows of a CSV file, cells without blanks around them. Raises `BadInput` for what is no table."""
    try:
        raw = read_bytes(path, what, MAX_BYTES)
        table = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
        columns = [c.strip() for c in table.fieldnames or ()]
        table.fieldnames = columns
        return columns, [{k: (v or "").strip() for k, v in row.items() if isinstance(k, str)} for row in table]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(path.name, "", f"is not a CSV table: {error}", allowed="UTF-8 CSV") from error


def texts(rows: Iterable[Mapping[str, object]]) -> list[dict[str, str]]:
    """Rows of a packaged table as they would stand in a file."""
    return [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]


def wrong_columns(file: str, columns: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> list[BadInput]:
    """Columns that are missing, and those that nobody knows, with the nearest name."""
    allowed = ", ".join(known)
    missing = [BadInput(file, name, "column is missing", allowed=allowed) for name in needed if name not in columns]
    strange = [
        BadInput(file, name, "no such column", got=name, allowed=allowed, hint=nearest(name, known))
        for name in columns
        if name not in known
    ]
    return missing + strange


def parse_day(text: str, file: str, key: str) -> date:
    """A day in ISO form. Raises `BadInput`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(file, key, "is not a date", got=text, allowed="a day such as 2025-09-30") from None
