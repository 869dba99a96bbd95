"""CSV as desks keep it: in the usual encodings, parted by commas, semicolons, tabs or bars, with titles above the headings."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from premortem.errors import BadInput
from premortem.law.ledger.headers import MOST_ABOVE, MOST_COLUMNS, Known, Raw, above, find, named
from premortem.text.numbers import count_noun

SEPARATORS = (",", ";", "\t", "|")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Of a file that is looked at for its headings, and the most that a row of them may have beyond it.
HEAD_BYTES, MOST_HEADER = 65_536, 16_000_000
# Most bytes of a file that must be made UTF-8 before it is read.
MOST_DECODED = 1_000_000_000
# Column that says of a row of a CSV that it cannot be told which value belongs where.
MISSHAPEN = "_misshapen"
# What polars says of rows with more values than there are headings: later ones, and the first; and of a first one with fewer.
RAGGED = ("more fields", "not specified in schema", "not found in CSV file")
OTHER = "is not UTF-8: read as Windows-1252, so look at its accents"


class Text(NamedTuple):
    """A CSV's bytes in UTF-8, or its file where they are, the text that it begins with, and what was made of it."""

    source: Path | bytes
    head: str
    notes: tuple[str, ...] = ()


class Layout(NamedTuple):
    """How a CSV is laid out."""

    separator: str
    skipped: int  # lines down to and with the headings
    names: list[str]
    doubles: tuple[str, ...]
    above: tuple[tuple[int, str], ...]


def read(path: Path, known: Known) -> Raw:
    """A CSV whose headings are found by those that are `known`. Raises `BadInput`, or polars' and csv's own errors.

    Rows with more values than there are headings say so in `_misshapen`; those with fewer lack values.
    """
    text = text_of(path)
    try:
        return _read(path, text, known)
    except pl.exceptions.ComputeError as error:
        if "utf" not in str(error).lower() or isinstance(text.source, bytes):
            raise
        return _read(path, _other(path), known)


def text_of(path: Path) -> Text:
    """A CSV's text by its mark, else as UTF-8, else as Windows-1252, which is told. Raises `BadInput` for what is none."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES) + file.readline(MOST_HEADER)  # its last heading is a whole one
    if head.startswith(UTF16) or _bare_utf16(head):
        if not head.startswith(UTF16):
            encoding = "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
            return _decoded(path, encoding)
        return _decoded(path, "utf-16")
    try:
        return Text(path, head.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _other(path)


def _bare_utf16(head: bytes) -> bool:
    """Whether every other byte of the first ones is nothing, as in Latin text of two bytes a letter."""
    first = head[:200]
    return len(first) > 3 and (not any(first[1::2]) or not any(first[::2])) and any(first)


def _other(path: Path) -> Text:
    return _decoded(path, "cp1252", (OTHER,))


def _decoded(path: Path, encoding: str, notes: tuple[str, ...] = ()) -> Text:
    size = path.stat().st_size
    if size > MOST_DECODED:
        allowed = f"UTF-8, or at most {MOST_DECODED:,} bytes in another encoding"
        raise BadInput(path.name, "", f"is not UTF-8, and too large for another: {size:,} bytes", allowed=allowed)
    try:
        text = path.read_bytes().decode(encoding)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        what = f"is neither UTF-8 nor {encoding}: byte {error.object[error.start]:#04x} in line {line}"
        raise BadInput(path.name, "", what, allowed="CSV in UTF-8, UTF-16 or Windows-1252") from error
    text = text.removeprefix("\ufeff")
    return Text(text.encode(), text[:HEAD_BYTES], notes)


def layout(text: Text, known: Known, file: str) -> Layout:
    """Separator and headings: those by which most headings are known, else the first line's. Raises `BadInput`."""
    if not text.head.strip():
        raise BadInput(file, "", "is empty", allowed="a CSV or Parquet file with a header")
    if max(text.head.count(mark, 0, MOST_HEADER) for mark in SEPARATORS) > MOST_COLUMNS * MOST_ABOVE:
        widest = max(next(iter(text.head.splitlines()), "").count(mark) for mark in SEPARATORS)
        if widest >= MOST_COLUMNS:
            raise BadInput(file, "", f"has {widest + 1:,} columns", allowed=f"at most {MOST_COLUMNS:,}")
    found = []
    for separator in SEPARATORS:
        lines = [*_lines(text.head, separator)]
        at, score = find([cells for _, cells in lines], known)
        end, cells = lines[at] if lines else (0, [])
        found.append((score, len(cells), separator, end, cells, above(lines[:at])))
    _, _, separator, end, cells, titles = max(found, key=lambda one: one[:2])
    return Layout(separator, end, *named(_trimmed(cells), file), titles)


def _trimmed(cells: Sequence[str]) -> list[str]:
    """Headings without the empty ones that a bar, or many separators, at the end of a line leave."""
    kept = [*cells]
    while len(kept) > 1 and not kept[-1].strip():
        kept.pop()
    return kept


def _lines(head: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The first rows, each with the number of its last line."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    csv.field_size_limit(MOST_HEADER)
    for cells in reader:
        yield reader.line_num, cells
        if reader.line_num >= MOST_ABOVE:
            return


def _read(path: Path, text: Text, known: Known) -> Raw:
    how = layout(text, known, path.name)
    try:
        frame = pl.read_csv(
            text.source, has_header=False, skip_lines=how.skipped, schema=dict.fromkeys(how.names, pl.String),
            encoding="utf8", separator=how.separator, raise_if_empty=False,
        )  # fmt: skip
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError) as error:
        if not any(said in str(error) for said in RAGGED):
            raise
        frame = _read_misshapen(text, how)
    return Raw(frame, how.skipped + 1, how.doubles, how.above, notes=text.notes)


def _read_misshapen(text: Text, how: Layout) -> pl.DataFrame:
    """A CSV some of whose rows have too many values: read row by row, slower, so that the others still decide."""
    rows: list[list[Any]] = []
    held, width = text.source, len(how.names)
    file = (
        io.StringIO(held.decode(), newline="")
        if isinstance(held, bytes)
        else held.open(encoding="utf-8-sig", newline="")
    )
    with file:
        reader = csv.reader(file, delimiter=how.separator)
        for values in reader:
            if reader.line_num <= how.skipped or not values:
                continue
            right = len(values) <= width or not any(v.strip() for v in values[width:])
            told = [v or None for v in values[:width]] + [None] * (width - len(values))
            rows.append(
                [*told, None if right else f"has {count_noun(len(values), 'value')} for {count_noun(width, 'column')}"]
            )
    return pl.DataFrame(rows, schema=dict.fromkeys([*how.names, MISSHAPEN], pl.String), orient="row")
