"""Ledger files: CSV and Parquet as tables of texts, and back; what is no ledger is refused with a way out."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from premortem.errors import BadInput
from premortem.files import reader, writer
from premortem.text.numbers import counted

# Most rows and bytes of a file that is read: beyond them memory runs out, and a file is to be split.
MOST_ROWS, MOST_BYTES = 20_000_000, 8_000_000_000
SPLIT = "split it by date; give what was shipped before in the fields of running totals"
PARQUET = (".parquet", ".pq")
# Endings of what is written, which say its format.
WRITTEN = (".csv", *PARQUET)
SEPARATORS = (",", ";", "\t")
# Column that says of a row of a CSV that it cannot be told which value belongs where.
MISSHAPEN = "_misshapen"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Of a file that is looked at for its header, and the most that a header may have beyond it.
HEAD_BYTES, MOST_HEADER = 65_536, 16_000_000


def read(path: Path) -> pl.DataFrame:
    """A ledger from CSV or Parquet, columns as texts or as they are. Raises `BadInput` for a file that is no table.

    A CSV's rows with more values than the header has names say so in `_misshapen`; those with fewer lack values.
    """
    reader.check_ordinary(path, "a CSV or Parquet file")
    try:
        size = path.stat().st_size
        if size == 0:
            raise BadInput(path.name, "", "is empty", allowed="a CSV or Parquet file with a header")
        if path.suffix.lower() in PARQUET:
            return _read_parquet(path)
        if size > MOST_BYTES:
            raise BadInput(
                path.name, "", f"is too large: {size:,} bytes", allowed=f"at most {MOST_BYTES:,}", hint=SPLIT
            )
        return _read_csv(path)
    except OSError as error:
        raise BadInput(
            path.name, "", f"cannot be read ({error.strerror or error})", allowed="a CSV or Parquet file"
        ) from error
    except (pl.exceptions.PolarsError, pa.ArrowException, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(
            path.name,
            "",
            f"is not a readable table: {str(error).splitlines()[0][:120]}",
            allowed="UTF-8 CSV or Parquet",
            hint=f"iconv -f LATIN1 -t UTF-8 {path.name} > utf8.csv" if "utf" in str(error).lower() else "",
        ) from error


def _few_enough(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise BadInput(path.name, "", f"has {counted(rows, 'row')}", allowed=f"at most {MOST_ROWS:,}", hint=SPLIT)


def _read_parquet(path: Path) -> pl.DataFrame:
    """Through Arrow, which refuses damaged pages with an error; polars is quicker, but panics at some."""
    held = pq.ParquetFile(path)
    _few_enough(path, held.metadata.num_rows)
    texts = [f.name for f in held.schema_arrow if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    nested = [f.name for f in held.schema_arrow if pa.types.is_nested(f.type)]
    if nested:
        raise BadInput(path.name, nested[0][:60], "holds lists", allowed="columns of plain values")
    # texts stay keys of a dictionary until their decoded size is known: a small file may repeat a long text for ever
    table = pq.ParquetFile(path, read_dictionary=texts).read()
    decoded = sum(map(_decoded_bytes, table.columns))
    if decoded > MOST_BYTES:
        raise BadInput(path.name, "", f"decodes to {decoded:,} bytes", allowed=f"at most {MOST_BYTES:,}", hint=SPLIT)
    return pl.DataFrame(pl.from_arrow(table)).with_columns(pl.col(texts).cast(pl.String))


def _decoded_bytes(column: pa.ChunkedArray) -> int:
    """What a column of Parquet takes in memory when its texts are written out."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    total = 0
    for chunk in column.chunks:
        lengths = pc.binary_length(chunk.dictionary)
        total += pc.sum(lengths.take(chunk.indices)).as_py() or 0
    return total


def _read_csv(path: Path) -> pl.DataFrame:
    separator, names = _header(path)
    if path.stat().st_size > HEAD_BYTES:
        _few_enough(path, pl.scan_csv(path, infer_schema=False, separator=separator).select(pl.len()).collect().item())
    try:
        return pl.read_csv(path, infer_schema=False, encoding="utf8", separator=separator)
    except pl.exceptions.ComputeError as error:
        if "more fields" not in str(error):
            raise
        return _read_misshapen(path, separator, names)


def _header(path: Path) -> tuple[str, list[str]]:
    """The separator of a CSV and the names of its columns."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES) + file.readline(
            MOST_HEADER
        )  # a header may be long, and its last name is a whole one
    if head.startswith(UTF16):
        raise BadInput(
            path.name, "", "is UTF-16", allowed="UTF-8 CSV", hint=f"iconv -f UTF-16 -t UTF-8 {path.name} > utf8.csv"
        )
    lines = head.decode("utf-8-sig", "replace").splitlines()
    if not any(line.strip() for line in lines):
        raise BadInput(path.name, "", "is empty", allowed="a CSV or Parquet file with a header")
    line = lines[0]
    separator = max(SEPARATORS, key=line.count)
    names = [name.strip() for name in next(csv.reader([line], delimiter=separator))]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise BadInput(path.name, twice[0], "names two columns", allowed="each name once")
    return separator, names


def _read_misshapen(path: Path, separator: str, names: list[str]) -> pl.DataFrame:
    """A CSV some of whose rows have too many values: read row by row, slower, so that the others still decide."""
    rows: list[list[Any]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        next(reader)
        for values in reader:
            if values:
                right = len(values) <= len(names)
                told = [v or None for v in values[: len(names)]] + [None] * (len(names) - len(values))
                rows.append([*told, None if right else f"has {len(values)} values for {len(names)} columns"])
    return pl.DataFrame(rows, schema=dict.fromkeys([*names, MISSHAPEN], pl.String), orient="row")


def write(table: pl.DataFrame, path: Path) -> None:
    """Write a decided ledger as Parquet or CSV, by its ending, whole or not at all. Raises `BadInput`."""
    check_target(path)
    save = table.write_parquet if path.suffix.lower() in PARQUET else table.write_csv
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
