"""CSV tables that a person edits, with columns that are known: rows as texts, and every fault of their shape."""

import csv
import math
import re
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from premortem.errors import BadInput, nearest
from premortem.files.reader import read_text

ALLOWED = "a UTF-8 CSV table"
OTHER_MARKS = {";": "semicolons", "\t": "tabs"}
Row = tuple[int, dict[str, str]]


def read_rows(
    path: Path | Traversable, columns: Sequence[str], more: re.Pattern[str] | None = None
) -> tuple[list[Row], list[BadInput]]:
    """Rows that have a value in each column, with their numbers (the header's is 1), and what is wrong with the others.

    Columns whose names are `more` may be there too. A column that is absent or not known is told once. Raises `BadInput` for what is no CSV table.
    """
    try:
        reader = csv.reader(read_text(path, ALLOWED).removeprefix("\ufeff").splitlines(), strict=True)
        header, *rows = [row for row in reader if row] or [[]]
    except csv.Error as error:
        raise BadInput(path.name, "", f"cannot be read: {error}", allowed=ALLOWED) from error
    if len(header) == 1 and (mark := next((m for m in OTHER_MARKS if m in header[0]), "")):
        raise BadInput(path.name, "", f"is parted by {OTHER_MARKS[mark]}", got=header[0], allowed="commas")
    found, errors = [], _columns(path.name, header, columns, more)
    for number, values in enumerate(rows, 2):
        if len(values) == len(header):
            found.append((number, dict(zip(header, values, strict=True))))
        else:
            what = f"has {len(values)} value{'s' * (len(values) > 1)} for {len(header)} columns"
            errors.append(BadInput(path.name, f"row {number}", what, got=",".join(values), allowed="one for each"))
    return found, errors


def _columns(file: str, header: Sequence[str], columns: Sequence[str], more: re.Pattern[str] | None) -> list[BadInput]:
    strange = [c for c in header if c not in columns and not (more and more.fullmatch(c))]
    absent = [c for c in columns if c not in header]
    allowed = ", ".join(columns)
    return [
        *(BadInput(file, c, "no such column", got=c, allowed=allowed, hint=nearest(c, absent)) for c in strange),
        *(BadInput(file, c, "stands twice", got=c, allowed="each column once") for c in sorted({*header}) if header.count(c) > 1),
        *(BadInput(file, c, "is missing", allowed=f"columns {allowed}") for c in absent),
    ]  # fmt: skip


def parse_number(text: str, file: str, key: str) -> float:
    """A finite number. Raises `BadInput`."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(file, key, "is not a number", got=text, allowed="a finite number")
    return value
