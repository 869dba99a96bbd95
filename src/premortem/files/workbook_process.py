"""Reads one sheet of a workbook in a process of its own, of bounded memory, and prints it: a line of JSON, then CSV.

A sheet is laid out whole, so that one cell far away, or a file packed to bursting, would take all memory there is. Run as
`python -m premortem.files.workbook_process FILE MOST_BYTES SHEET`; nothing but the reader is loaded here.
"""

import csv
import json
import posixpath
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import python_calamine as calamine

# What the first line says where a sheet cannot be read.
PASSWORD, DAMAGED, SEVERAL, NO_SHEET, NOTHING = "password", "damaged", "several", "no sheet", "nothing"
# How files begin that a password keeps: an older container, in which this name stands.
CONTAINER, ENCRYPTED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
ERROR_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\bt="e"[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
# Formats of which cells are told by name.
OPEN = (".xlsx", ".xlsm")


def main(file: str, most: int, wanted: str) -> None:
    """Print what a sheet holds, or the reason why it cannot be read."""
    _bound(most)
    path = Path(file)
    try:
        told, rows = _read(path, wanted)
    except calamine.PasswordError:
        told, rows = {"fault": PASSWORD}, []
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        held = path.read_bytes()
        locked = held.startswith(CONTAINER) and ENCRYPTED in held
        told, rows = {"fault": PASSWORD if locked else DAMAGED, "why": str(error)}, []
    sys.stdout.write(json.dumps(told) + "\n")
    csv.writer(sys.stdout, lineterminator="\n").writerows([_text(v) for v in row] for row in rows)


def _bound(most: int) -> None:
    """Let this process take no more than so many bytes, where the system can hold it to that."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, ValueError, OSError):
        return


def _read(path: Path, wanted: str) -> tuple[dict[str, Any], list[list[Any]]]:
    book = calamine.load_workbook(str(path))
    visible = [s.name for s in book.sheets_metadata if s.visible == calamine.SheetVisibleEnum.Visible and _cells(s)]
    hidden = [s.name for s in book.sheets_metadata if s.name not in visible and _cells(s)]
    if wanted and wanted not in book.sheet_names:
        return {"fault": NO_SHEET, "sheets": visible}, []
    filled = [name for name in ([wanted] if wanted else visible) if book.get_sheet_by_name(name).height]
    if len(filled) != 1:
        return {"fault": SEVERAL if filled else NOTHING, "sheets": filled}, []
    sheet = book.get_sheet_by_name(filled[0])
    rows = sheet.to_python(skip_empty_area=False)
    failed = _failed(path, book.sheet_names.index(filled[0]))
    for row, column, text in failed or ():
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = text
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    told = {"sheet": filled[0], "merged": merged, "hidden": hidden, "blind": failed is None, "from_1904": _from_1904(path), "width": max(map(len, rows), default=0)}  # fmt: skip
    return told, rows


def _cells(sheet: calamine.SheetMetadata) -> bool:
    return sheet.typ == calamine.SheetTypeEnum.WorkSheet


def _text(value: Any) -> str:
    """A cell as text that can be read one way: a number keeps its point, a day is written YYYY-MM-DD."""
    if isinstance(value, str):  # nearly every cell
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        text = str(int(value)) if whole else repr(value)
        return f"{text}0" if re.fullmatch(r"-?\d+\.\d{3}", text) else text  # three digits might be thousands
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _failed(path: Path, place: int) -> list[tuple[int, int, str]] | None:
    """Cells of a sheet whose formula failed, which the reader gives as empty: row, column and the error; None where the format,

    or the place of the sheet in the file, is not known.
    """
    if path.suffix.lower() not in OPEN:
        return None
    with zipfile.ZipFile(path) as held:
        part = _part(held, place)
        return [*_failed_cells(held.read(part))] if part in held.namelist() else None


def _failed_cells(content: bytes) -> Iterator[tuple[int, int, str]]:
    for cell in ERROR_CELL.finditer(content) if b't="e"' in content else ():
        place = re.search(rb'\br="([A-Z]+)(\d+)"', cell[0])
        if place:
            column = 0
            for letter in place[1]:
                column = 26 * column + letter - ord("A") + 1
            yield int(place[2]) - 1, column - 1, cell[1].decode("utf-8", "replace")


def _part(held: zipfile.ZipFile, place: int) -> str:
    """The name under which a workbook keeps a sheet; empty where it does not say."""
    book = _book(held)
    relations = f"{posixpath.dirname(book)}/_rels/{posixpath.basename(book)}.rels"
    if not book or relations not in held.namelist():
        return ""
    sheets = re.findall(rb'<(?:\w+:)?sheet\s[^>]*?\b\w+:id="([^"]+)"', held.read(book))
    targets: dict[bytes, str] = {
        identity[1]: target[1].decode()
        for tag in re.findall(rb"<(?:\w+:)?Relationship\s[^>]*>", held.read(relations))
        if (identity := re.search(rb'\bId="([^"]+)"', tag)) and (target := re.search(rb'\bTarget="([^"]+)"', tag))
    }
    part = targets.get(sheets[place], "") if place < len(sheets) else ""
    return posixpath.normpath(posixpath.join(f"/{posixpath.dirname(book)}", part)).lstrip("/") if part else ""


def _book(held: zipfile.ZipFile) -> str:
    return next((name for name in held.namelist() if name.lower().endswith("workbook.xml")), "")


def _from_1904(path: Path) -> bool:
    """Whether days are counted from 1904, as older Macs did."""
    if path.suffix.lower() not in OPEN:
        return False
    with zipfile.ZipFile(path) as held:
        book = _book(held)
        return bool(book) and re.search(rb'\bdate1904="(1|true)"', held.read(book)) is not None


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
