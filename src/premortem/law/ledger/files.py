"""Ledger files: CSV, Parquet and workbooks as tables of texts, and back; what is no ledger is refused with a way out."""

import csv
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from premortem.errors import BadInput, raise_all
from premortem.files import formulas, reader, workbooks, writer
from premortem.law.ledger import csv_files
from premortem.law.ledger.headers import MOST_ABOVE, Known, Raw, above, find, named
from premortem.text.numbers import count_noun

# Most rows and bytes of a file that is read: beyond them memory runs out, and a file is to be split.
MOST_ROWS, MOST_BYTES = 20_000_000, 8_000_000_000
SPLIT = "split it by date; give what was shipped before in the fields of running totals"
PARQUET = (".parquet", ".pq")
WORKBOOKS = workbooks.ENDINGS
READ = (".csv", ".txt", ".tsv", *PARQUET, *WORKBOOKS)
# Endings of what is written, which say its format.
WRITTEN = (".csv", *PARQUET)
# How files of each kind begin, and most bytes that are read of a pasted one.
BEGINS, MOST_PASTED = {b"PK\x03\x04": ".xlsx", b"\xd0\xcf\x11\xe0": ".xls", b"PAR1": ".parquet"}, 1_000_000_000
TABLE = "a CSV, Parquet or Excel file"


def read(path: Path) -> pl.DataFrame:
    """A table from CSV, Parquet or a workbook under its first row, columns as texts or as they are. Raises `BadInput` for a

    file that is no table, and for two columns of one name.
    """
    raw = read_raw(path, lambda heading: False)
    raise_all([BadInput(path.name, name, "names two columns", allowed="each name once") for name in raw.doubles])
    return raw.frame


def read_raw(path: Path, known: Known, sheet: str = "") -> Raw:
    """A table as it stands in a file, its headings found by those that are `known`; of a workbook, its sheet. Raises `BadInput`.

    A CSV's rows with more values than there are headings say so in `_misshapen`; those with fewer lack values.
    """
    reader.check_ordinary(path, TABLE)
    kind = path.suffix.lower()
    if sheet and kind not in WORKBOOKS:
        raise BadInput(path.name, "--sheet", "is no workbook, and has no sheets", got=sheet, allowed="no --sheet")
    try:
        size = path.stat().st_size
        if size == 0:
            raise BadInput(path.name, "", "is empty", allowed="a CSV or Parquet file with a header")
        if kind in PARQUET:
            return Raw(_read_parquet(path), 1)
        if kind in WORKBOOKS:
            return _as_given(_headed(workbooks.read(path, sheet), known, path.name))
        if size > MOST_BYTES:
            raise BadInput(
                path.name, "", f"is too large: {size:,} bytes", allowed=f"at most {MOST_BYTES:,}", hint=SPLIT
            )
        if size > 2 * MOST_ROWS:  # a row takes two bytes at least
            lines = pl.scan_csv(
                path, infer_schema=False, has_header=False, encoding="utf8-lossy", truncate_ragged_lines=True
            )
            _few_enough(path, lines.select(pl.len()).collect().item())
        return _as_given(csv_files.read(path, known))
    except OSError as error:
        raise BadInput(path.name, "", f"cannot be read ({error.strerror or error})", allowed=TABLE) from error
    except (pl.exceptions.PolarsError, pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        what = f"is not a readable table: {str(error).splitlines()[0][:120]}"
        raise BadInput(path.name, "", what, allowed="a CSV, Parquet or Excel file") from error


def pasted(stream: BinaryIO, folder: Path) -> Path:
    """What a stream holds as a file of its own kind, known by how it begins. Raises `BadInput` for more than is read."""
    content = stream.read(MOST_PASTED + 1)
    if len(content) > MOST_PASTED:
        raise BadInput(
            "standard input", "", "is too large", allowed=f"at most {MOST_PASTED:,} bytes; a file takes more"
        )
    ending = next((kind for mark, kind in BEGINS.items() if content.startswith(mark)), ".csv")
    path = folder / f"standard-input{ending}"
    writer.write(path, content)
    return path


def _as_given(raw: Raw) -> Raw:
    """The table without the apostrophes that `write` puts before what a spreadsheet would take for a formula."""
    return replace(raw, frame=formulas.restore(raw.frame))


def _headed(sheet: workbooks.Sheet, known: Known, file: str) -> Raw:
    """A sheet under its row of headings."""
    top = [[cell or "" for cell in row] for row in sheet.rows.head(MOST_ABOVE).rows()]
    at, _ = find(top, known)
    names, doubles = named(top[at], file)
    frame = sheet.rows[at + 1 :]
    frame.columns = names
    titles = above([*enumerate(top[:at], 1)])
    return Raw(frame, at + 2, doubles, titles, sheet.name, sheet.merged, sheet.notes, sheet.from_1904)


def _few_enough(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise BadInput(path.name, "", f"has {count_noun(rows, 'row')}", allowed=f"at most {MOST_ROWS:,}", hint=SPLIT)


def check_decoded(path: Path, most: int) -> None:
    """Raises `BadInput` for a workbook or Parquet file that decodes to more than so many bytes, before it is decoded."""
    if path.suffix.lower() in WORKBOOKS:
        workbooks.check_size(path, most)
    if path.suffix.lower() in PARQUET:
        with suppress(pa.ArrowException, OSError):  # told when it is read
            _still_encoded(path, most)


def _small_enough(path: Path, decoded: int, most: int) -> None:
    if decoded > most:
        raise BadInput(path.name, "", f"decodes to {decoded:,} bytes", allowed=f"at most {most:,}", hint=SPLIT)


def _read_parquet(path: Path) -> pl.DataFrame:
    """Through Arrow, which refuses damaged pages with an error; polars is quicker, but panics at some."""
    table, texts = _still_encoded(path, MOST_BYTES)
    return pl.DataFrame(pl.from_arrow(table)).with_columns(pl.col(texts).cast(pl.String))


def _still_encoded(path: Path, most: int) -> tuple[pa.Table, list[str]]:
    """A table whose texts, named beside it, are keys of dictionaries still: a small file may repeat a long text for ever.

    Raises `BadInput` for one that holds lists, or whose texts would take too much when they are written out.
    """
    held = pq.ParquetFile(path)
    _few_enough(path, held.metadata.num_rows)
    groups = [held.metadata.row_group(i) for i in range(held.metadata.num_row_groups)]
    _small_enough(path, sum(group.total_byte_size for group in groups), most)
    texts = [f.name for f in held.schema_arrow if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    nested = [f.name for f in held.schema_arrow if pa.types.is_nested(f.type)]
    if nested:
        raise BadInput(path.name, nested[0][:60], "holds lists", allowed="columns of plain values")
    table = pq.ParquetFile(path, read_dictionary=texts).read()
    _small_enough(path, sum(map(_decoded_bytes, table.columns)), most)
    return table, texts


def _decoded_bytes(column: pa.ChunkedArray) -> int:
    """What a column of Parquet takes in memory when its texts are written out."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    total = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary)
        total += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    return total


def write(table: pl.DataFrame, path: Path) -> None:
    """Write a decided ledger as Parquet or CSV, by its ending, whole or not at all. Raises `BadInput`.

    In a CSV, texts that a spreadsheet would run as formulas get an apostrophe before them, which reading takes away again.
    """
    check_target(path)
    save = table.write_parquet if path.suffix.lower() in PARQUET else formulas.neutralise(table).write_csv
    try:
        writer.write(path, save)
    except pl.exceptions.PolarsError as error:  # how some failures of a disk are told
        what = f"cannot be written ({str(error).splitlines()[0][:120]})"
        raise BadInput(str(path), "", what, allowed=writer.FOLDER) from error


def check_target(path: Path, *inputs: Path) -> None:
    """Raises `BadInput` where a decided ledger could not be written, before it is decided: an ending that says nothing,

    one of the inputs, a link, a device, a folder that may not be written.
    """
    if path.suffix.lower() not in WRITTEN:
        allowed = f"a name that ends in {', '.join(WRITTEN)}"
        raise BadInput(str(path), "", "has an ending that is not known", got=path.suffix, allowed=allowed)
    writer.check_target(path, *inputs)
