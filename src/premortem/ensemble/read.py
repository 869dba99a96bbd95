"""Reads a run part by part, so that ten million futures pass through the memory of one part.

Every page read is checked against the checksum that Parquet keeps beside it, and every part against the number of
futures that it must hold, the run that it must be of, and its place in it.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas  # noqa: F401  # pyarrow loads it at its first column, as another thread draws a chart that then sees half of it
import pyarrow as pa
from numpy.typing import NDArray

from premortem.ensemble import store
from premortem.errors import MissingData
from premortem.text.numbers import count_noun

Columns = dict[str, NDArray[Any]]


def read_parts(
    folder: Path, group: str, columns: Sequence[str] | None = None, first: int | None = None
) -> Iterator[Columns]:
    """Columns of a group part by part, in the order of the futures; of the `first` futures only, where given.

    Raises `MissingData` for a part that is missing or damaged, and for a column that the run does not hold.
    """
    manifest = store.read_manifest(folder)
    inputs = manifest["inputs"]
    size, total = inputs["part"], inputs["futures"]
    wanted = total if first is None else min(first, total)
    for start in range(0, wanted, size):
        name = store.part_name(group, "part", start // size)
        table = _part(folder, manifest["run"], name, columns, min(size, total - start))
        count = min(size, wanted - start)
        yield {name: table[name].to_numpy()[:count] for name in table.column_names}


def read_columns(folder: Path, group: str, columns: Sequence[str] | None = None, first: int | None = None) -> Columns:
    """The same as whole arrays of shape (future,): columns x futures x 4 bytes of memory, and one part."""
    whole: Columns = {}
    inputs, at = store.read_manifest(folder)["inputs"], 0
    total = inputs["futures"] if first is None else min(first, inputs["futures"])
    for part in read_parts(folder, group, columns, first):
        for name, values in part.items():
            whole.setdefault(name, np.empty(total, values.dtype))[at : at + len(values)] = values
        at += len(next(iter(part.values())))
    return whole


def column_names(folder: Path, group: str) -> list[str]:
    """Names of the columns of a group. Raises `MissingData` where its first part cannot be read."""
    name, run = store.part_name(group, "part", 0), store.read_manifest(folder)["run"]
    return list(store.open_table(folder, run, name).schema_arrow.names)


def _part(folder: Path, run: str, name: str, columns: Sequence[str] | None, rows: int) -> pa.Table:
    held = store.open_table(folder, run, name)
    absent = set(columns) - set(held.metadata.schema.names) if columns else ()
    if absent:
        raise MissingData(f"{folder}: {name}: no column {', '.join(sorted(absent))} in this run")
    try:
        # one thread: the columns of a part are small, and whoever reads may have threads of their own
        table = held.read(columns=None if columns is None else list(columns), use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise store.missing(folder, name, str(error)) from error
    if table.num_rows != rows:
        raise store.missing(folder, name, f"holds {count_noun(table.num_rows, 'future')}, not {rows}")
    return table
