"""Sheets of workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) as rows of texts; what cannot be read is one line with a way out."""

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from premortem.errors import BadInput, nearest
from premortem.files import workbook_process as process

ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
# Most bytes of memory that reading a workbook may take, of what it decodes to, and most seconds.
MOST_BYTES, MOST_SECONDS = 4_000_000_000, 600
# Most sheets that are named to who must choose.
NAMED = 12
WITH_MACROS = (".xlsm", ".xlsb")


@dataclass(frozen=True)
class Sheet:
    """A sheet's cells as texts, empty where there is none, from its first row and column on."""

    name: str
    rows: pl.DataFrame  # a column of texts a column of the sheet
    merged: tuple[tuple[int, int, int, int], ...]  # first row and column, last row and column, from 0
    notes: tuple[str, ...]  # what was left out of account
    from_1904: bool  # whether days are counted from 1904


def read(path: Path, sheet: str = "") -> Sheet:
    """One sheet: the one named, else the only one that holds anything. Raises `BadInput`."""
    check_size(path)
    command = [sys.executable, "-m", process.__name__, str(path), str(MOST_BYTES), sheet]
    try:
        done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise _refused(path, f"took more than {MOST_SECONDS} seconds to read", "a smaller sheet, or CSV") from None
    head, _, cells = done.stdout.partition(b"\n")
    if done.returncode or not head:
        what = f"is damaged, or has a cell so far away that it takes more than {MOST_BYTES:,} bytes to read"
        raise _refused(path, what, "a whole workbook; delete empty rows and columns, or save the sheet as CSV")
    told = json.loads(head)
    if "fault" in told:
        raise _fault(path, sheet, told)
    types = {f"c{i}": pl.String for i in range(told["width"])}
    rows = pl.read_csv(io.BytesIO(cells), has_header=False, schema=types, empty_string_is_null=True) if cells else pl.DataFrame(schema=types)  # fmt: skip
    merged = tuple(map(tuple, told["merged"]))
    return Sheet(told["sheet"], rows, merged, tuple(_notes(path, told)), told["from_1904"])


def check_size(path: Path, most: int | None = None) -> None:
    """Raises `BadInput` for a file that says itself that it decodes to more than `most` bytes, or than any may."""
    most = MOST_BYTES if most is None else most
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as held:
            decoded = sum(part.file_size for part in held.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise _refused(path, f"is damaged ({error})", "a whole workbook") from error
    if decoded > most:
        raise _refused(path, f"decodes to {decoded:,} bytes", f"at most {most:,}; save the sheet as CSV")


def _notes(path: Path, told: dict[str, Any]) -> list[str]:
    notes = [f"hidden sheets were not read: {', '.join(told['hidden'][:NAMED])}"] if told["hidden"] else []
    if path.suffix.lower() in WITH_MACROS and _has_macros(path):
        notes.append("its macros were not run")
    if path.suffix.lower() == ".xls":
        notes.append(
            "a formula that failed reads as an empty cell in an .xls file: save it as .xlsx to be told of each"
        )
    return notes


def _has_macros(path: Path) -> bool:
    with zipfile.ZipFile(path) as held:
        return any(name.lower().endswith("vbaproject.bin") for name in held.namelist())


def _fault(path: Path, sheet: str, told: dict[str, Any]) -> BadInput:
    names = ", ".join(told.get("sheets", [])[:NAMED])
    if told["fault"] == process.PASSWORD:
        return _refused(path, "is protected by a password", "a workbook saved without one")
    if told["fault"] == process.SEVERAL:
        return _refused(path, f"holds several sheets: {names}", '--sheet "NAME" to say which')
    if told["fault"] == process.NO_SHEET:
        hint = nearest(sheet, told["sheets"])
        return BadInput(path.name, "--sheet", f"no such sheet: {sheet}", got=sheet, allowed=names, hint=hint)
    if told["fault"] == process.NOTHING:
        return _refused(path, "holds no cells" + (f" in {sheet}" if sheet else ""), "a sheet with a table")
    return _refused(path, f"is damaged ({told['why'][:120]})", "a whole workbook: open it and save it anew")


def _refused(path: Path, what: str, allowed: str) -> BadInput:
    return BadInput(path.name, "", what, allowed=allowed)
