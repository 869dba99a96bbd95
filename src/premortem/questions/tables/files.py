"""Tables in files: CSV, Parquet and Excel, each fault of a file in one line."""

import csv
import io
from collections import Counter
from pathlib import Path

import polars as pl

from premortem.errors import BadInput, raise_all
from premortem.files import workbooks
from premortem.files.reader import check_ordinary, read_text

ALLOWED = "a table with a header: UTF-8 CSV, Parquet (.parquet) or Excel (.xlsx, .xls, .ods)"
MARKS = (",", ";", "\t")
# The number of the first row below the header.
FIRST_ROW = 2


def table(path: Path, sheet: str = "") -> pl.DataFrame:
    """The table of a file, its columns in the type that they have. Raises `BadInput`."""
    check_ordinary(path, ALLOWED)
    try:
        if path.suffix.lower() == ".parquet":
            return _whole(pl.read_parquet(path), path)
        text = (
            _sheet(path, sheet)
            if path.suffix.lower() in workbooks.ENDINGS
            else read_text(path, ALLOWED).removeprefix("\ufeff")
        )
        mark = max(MARKS, key=text.partition("\n")[0].count)
        _check_header(next(csv.reader(io.StringIO(text), delimiter=mark), []), path)
        return _whole(
            pl.read_csv(io.StringIO(text), separator=mark, infer_schema_length=None, try_parse_dates=True), path
        )
    except (pl.exceptions.PolarsError, csv.Error, OSError) as error:
        raise BadInput(path.name, "", f"cannot be read: {str(error).splitlines()[0]}", allowed=ALLOWED) from error


def _sheet(path: Path, sheet: str) -> str:
    """A sheet of a workbook as CSV."""
    return workbooks.read(path, sheet).rows.write_csv(include_header=False)


def _check_header(header: list[str], path: Path) -> None:
    """Raises `BadInput` for names that are missing or stand twice."""
    twice = [name for name, times in Counter(header).items() if times > 1]
    empty = [i for i, name in enumerate(header, 1) if not name.strip()]
    raise_all(
        [
            *(BadInput(path.name, name, "stands twice in the header", got=name, allowed="each column once") for name in twice if name.strip()),
            *(BadInput(path.name, f"column {i}", "has no name in the header", allowed="a name for each column") for i in empty[:1]),
        ]
    )  # fmt: skip


def _whole(found: pl.DataFrame, path: Path) -> pl.DataFrame:
    if not found.height:
        raise BadInput(path.name, "", "has no rows below its header", allowed=ALLOWED)
    empty = [name for name in found.columns if found[name].null_count() == found.height]  # no texts either
    return found.with_columns(pl.col(empty).cast(pl.Float64)).fill_nan(None)
