"""What a publisher gives, as a table: read, and held against what its source promises."""

import csv
import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import polars as pl
from pydantic import Field

from premortem.errors import MissingData, nearest
from premortem.files.typed import Strict
from premortem.text.numbers import count_noun


class Source(Strict):
    """A live source: its address, publisher, licence, and what it must look like to be taken."""

    name: str
    title: str
    url: str
    publisher: str
    licence: str
    format: Literal["csv", "json"]
    columns: tuple[str, ...] = Field(description="columns, or fields of each entry, that must be there")
    optional: tuple[str, ...] = Field(default=(), description="fields that some entries have and that are kept too")
    numbers: tuple[str, ...] = Field(default=(), description="columns of which some value must read as a number")
    entries: str = Field(
        default="",
        description="key of the list of entries, or a path of keys with dots; none: the document is a table of them",
    )
    total: str = Field(default="", description="key that says how many entries there are, where it does")
    next: str = Field(default="", description="key of the address of the next page, where there is one")
    contact: bool = Field(
        default=False, description="whether the publisher refuses who does not name an e-mail address"
    )
    reached: bool = Field(
        default=False, description="whether `data pull` ever reached it from where it was written down"
    )
    least_rows: int
    most_mb: int
    stays: tuple[str, ...] = Field(default=(), description="packaged tables that hold the same kind of figure")

    @property
    def where(self) -> str:
        """Its address without what is asked of it."""
        return self.url.split("?")[0]


def checked(source: Source, path: Path) -> pl.DataFrame:
    """The file as a table. Raises `MissingData`, and drops the file, when it is not what the source promises."""
    try:
        frame = frame_of(source, path)
        _check(source, frame)
    except (pl.exceptions.PolarsError, ValueError, TypeError, ArithmeticError, RecursionError, csv.Error) as error:
        path.unlink(missing_ok=True)
        raise MissingData(
            f"{source.where}: is not a {source.format} table as expected ({' '.join(str(error).split())[:120]})"
        ) from error
    except MissingData:
        path.unlink(missing_ok=True)
        raise
    return frame


def _check(source: Source, frame: pl.DataFrame) -> None:
    lacking = [c for c in source.columns if c not in frame.columns]
    if lacking:
        near = [f"{c} ({hint})" if (hint := nearest(c, frame.columns)) else c for c in lacking]
        raise MissingData(
            f"{source.where}: the columns have changed: no {', '.join(near)}; what was pulled before stays"
        )
    if frame.height < source.least_rows:
        raise MissingData(
            f"{source.where}: has {count_noun(frame.height, 'row')}; expected: {source.least_rows:,} or more"
        )
    for column in source.numbers:
        if frame[column].cast(pl.Float64, strict=False).null_count() == frame.height:
            raise MissingData(f"{source.where}: no number in column {column}")


def frame_of(source: Source, path: Path) -> pl.DataFrame:
    """A file that was checked, as a table. Raises what reading it raises."""
    if source.format == "csv":
        return pl.read_csv(path, infer_schema=False)
    document = json.loads(path.read_text("utf-8"))
    if not isinstance(document, dict):
        raise ValueError("not an object of entries")
    if source.entries:
        return _listed(source, document)
    # documents may hold an entry of instructions: only entries with every field are rows
    rows = [
        {"name": k, **{c: v[c] for c in source.columns}}
        for k, v in document.items()
        if isinstance(v, dict) and set(source.columns) <= v.keys()
    ]
    return pl.DataFrame(rows, infer_schema_length=None) if rows else pl.DataFrame({"name": []})


def _listed(source: Source, document: dict[str, Any]) -> pl.DataFrame:
    """The entries of a document as a table of texts, several values of a field separated by semicolons; a document that says how
    many it has and holds fewer came half-way.
    """
    entries = entries_of(source, document)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise MissingData(
            f"{source.where}: the columns have changed: no list under {source.entries}; what was pulled before stays"
        )
    told = document.get(source.total) if source.total else None
    if isinstance(told, int) and told != len(entries):
        raise MissingData(
            f"{source.where}: came half-way: {len(entries):,} of {told:,} entries; what was pulled before stays"
        )
    lacking = [c for c in source.columns if any(entry.get(c) in (None, "") for entry in entries)]
    if lacking and entries:
        raise MissingData(f"{source.where}: the columns have changed: not every entry has {', '.join(lacking)}; what was pulled before stays")  # fmt: skip
    fields = (*source.columns, *source.optional)
    schema = dict.fromkeys(fields, pl.String)
    return pl.DataFrame([{c: _text(entry.get(c)) for c in fields} for entry in entries], schema=schema)


def _text(value: Any) -> str | None:
    """A value of an entry as a text, several separated by semicolons; none for an empty one."""
    if isinstance(value, list):
        each = (json.dumps(one) if isinstance(one, dict) else str(one) for one in value if one)
        return "; ".join(one.replace(";", ",") for one in each) or None
    return str(value) if value not in (None, "") else None


def document_of(source: Source, path: Path) -> dict[str, Any] | None:
    """A page of entries; none where it is not one, which is told when the whole is checked."""
    with suppress(ValueError, RecursionError):
        told = json.loads(path.read_text("utf-8"))
        if isinstance(told, dict) and isinstance(entries_of(source, told), list):
            return told
    return None


def entries_of(source: Source, document: dict[str, Any]) -> Any:
    """What a document holds under the key, or the path of keys, of its entries; None where it is not there."""
    held: Any = document
    for key in source.entries.split("."):
        held = held.get(key) if isinstance(held, dict) else None
    return held
