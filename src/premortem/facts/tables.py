"""Reads the tables of a case. `facts/tables.toml` says what each is and `facts/columns.toml` what its columns mean."""

import csv
import hashlib
from collections.abc import Collection, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
import polars.selectors as cs
from pydantic import Field

from premortem.case import Case, default
from premortem.errors import BadInput, MissingData, each, nearest, raise_all
from premortem.facts.cells import among, checked
from premortem.facts.own import FOLDER, laid_over, path_of
from premortem.files.toml import read_toml
from premortem.files.typed import Strict, read_entries, to_typed

ANSWERS = "answers.toml"
# A row of a table by its columns: what each holds is told by the table's own entry.
Row: TypeAlias = dict[str, Any]


class Table(Strict):
    """What a packaged table is: where it comes from, as of when, in what unit, under which licence."""

    name: str
    title: str
    source: str
    date: str = Field(description="vintage: the day on which the table stood as it is")
    unit: str
    licence: str
    confidence: str
    text: tuple[str, ...] = Field(default=(), description="columns that look like numbers or dates and are text")
    columns: dict[str, str] = Field(default_factory=dict, description="meaning and unit of each column")
    known_by: str = Field(
        default="",
        exclude=True,
        description="column by which a study's own rows are laid over it; empty where none may be",
    )
    new_rows: bool = Field(default=False, exclude=True, description="whether a study may add rows to it")
    values_of: dict[str, str] = Field(
        default_factory=dict,
        exclude=True,
        description="columns in which a study's rows hold none but the values of a column that ships, TABLE.COLUMN",
    )
    file: Path = Field(exclude=True, description="the CSV file")


def catalogue(case: Case | None = None) -> dict[str, Table]:
    """Every table of a case (by default the leading one) by name, sorted by name."""
    return _catalogue((case or default()) / FOLDER)


@cache
def _catalogue(folder: Path) -> dict[str, Table]:
    entries, meanings = each(lambda name: _told(folder / name), ("tables.toml", "columns.toml"))
    found = each(lambda name: _table(folder / f"{name}.csv", name, entries[name], meanings), sorted(entries))
    return {table.name: table for table in found}


def _told(path: Path) -> dict[str, Any]:
    """What a file says of the tables; nothing where a case has no tables. Raises `BadInput` for what is no table of TOML."""
    told = read_toml(path) if path.is_file() else {}
    raise_all(
        [
            BadInput(path.name, name, "is not a table", got=entry, allowed=f"[{name}]")
            for name, entry in told.items()
            if not isinstance(entry, dict)
        ]
    )
    return told


def _table(path: Path, name: str, entry: dict[str, Any], meanings: dict[str, dict[str, str]]) -> Table:
    own = meanings.get("common", {}) | meanings.get(name, {}) | entry.get("columns", {})
    try:
        with path.open("r", encoding="utf-8") as file:
            header = next(csv.reader(file))
    except FileNotFoundError:
        header = []  # told by who reads it; the others are there
    told = entry | {"name": name, "file": path, "columns": {c: own[c] for c in header if c in own}}
    return to_typed(told, Table, "tables.toml", name)


def opened(case: Case) -> tuple[str, ...]:
    """Names of the tables over which a study may lay rows of its own."""
    return tuple(name for name, table in catalogue(case).items() if table.known_by)


def column_faults(name: str, case: Case) -> list[BadInput]:
    """Columns of a table that nobody says the meaning of, and columns that are told of and not there; none of a table that says nothing
    of its columns.
    """
    table, told = catalogue(case)[name], _told(case / FOLDER / "columns.toml").get(name, {})
    with table.file.open("r", encoding="utf-8") as file:
        header = next(csv.reader(file), [])
    known = list(dict.fromkeys((*table.columns, *told)))
    strange = [c for c in header if c not in known] if known else []
    return [
        *(
            BadInput(path_of(name), c, "no such column", got=c, allowed=", ".join(known), hint=nearest(c, known))
            for c in strange
        ),
        *(
            BadInput(path_of(name), c, "is missing", allowed="the columns that columns.toml names")
            for c in told
            if c not in header
        ),
    ]


def cell_faults(name: str, case: Case, assumptions: Collection[str]) -> list[BadInput]:
    """Cells of a table's file that name what is not there: assumptions, and values of another table's column as `values_of` says."""
    tables = catalogue(case)
    table, frame = tables[name], _texts(tables[name])
    known: dict[str, Collection[str]] = {
        c: assumptions for c, meaning in table.columns.items() if meaning.startswith("assumptions ")
    }
    for column, source in table.values_of.items():
        other, _, of = source.partition(".")
        known[column] = frozenset(_texts(tables[other])[of].drop_nulls())
    return [
        fault
        for column, values in known.items()
        if column in frame.columns
        for fault in among(frame, path_of(name), column, values, ";" if values is assumptions else "")
    ]


def _texts(table: Table) -> pl.DataFrame:
    """A table's file, every cell as a text, so that a wrong one hides no other."""
    return pl.read_csv(table.file.read_bytes(), infer_schema_length=0)


def held(name: str, case: Case) -> bool:
    """Whether a case has a table of this name."""
    return name in catalogue(case)


def read(name: str, case: Case | None = None) -> pl.DataFrame:
    """One table of a case as a typed frame: dates as dates, numbers as numbers, codes as text, an empty cell as null; with a user's own rows
    where the case has some.

    Raises `BadInput` for an unknown name and for cells that are not of their column's kind, `MissingData` for a file that the
    package should hold and does not.
    """
    case = case or default()
    own = dict(case.own).get(path_of(name))
    return _read(case / FOLDER, name) if own is None else _with_own(case / FOLDER, name, own)


@cache
def _with_own(folder: Path, name: str, own: bytes) -> pl.DataFrame:
    told = _catalogue(folder)[name]
    among = {column: _values(folder, source) for column, source in told.values_of.items()}
    return laid_over(_read(folder, name), name, own, told.known_by, told.new_rows, among)


def _values(folder: Path, source: str) -> frozenset[Any]:
    """The values of a column of a case, TABLE.COLUMN."""
    table, _, column = source.partition(".")
    return frozenset(_read(folder, table)[column].drop_nulls())


@cache
def _read(folder: Path, name: str) -> pl.DataFrame:
    tables = _catalogue(folder)
    if name not in tables:
        raise BadInput(
            "facts", name, "no such table", got=name, allowed=", ".join(tables), hint=nearest(name, [*tables])
        )
    try:
        held = tables[name].file.read_bytes()
    except FileNotFoundError:
        raise MissingData(f"{name}.csv: this table of the package is not there; install premortem again") from None
    return checked(_typed(held, tables[name].text), path_of(name), tables[name].columns, tables[name].text)


def _typed(held: bytes, text: Sequence[str]) -> pl.DataFrame:
    """A CSV file as a typed frame; the columns named as `text` stay so. Days are looked for only where a column begins with a digit: each
    word of a large table tried as a day in every spelling takes ten times as long as to read it.
    """
    frame = pl.read_csv(held, schema_overrides=dict.fromkeys(text, pl.String), infer_schema_length=None)
    unread = frame.select(cs.string() - cs.by_name(text, require_all=False))
    maybe = [column.name for column in unread if column.drop_nulls().head(1).str.contains(r"^\s*\d").any()]
    if not maybe:
        return frame
    return frame.with_columns(pl.read_csv(held, columns=maybe, try_parse_dates=True, infer_schema_length=None))


def rows(name: str, case: Case | None = None) -> list[Row]:
    """Rows of a table that not every case has; none where this one has none. Raises as `read` does for the rest."""
    return read(name, case).to_dicts() if name in catalogue(case) else []


class RestsOn(Strict):
    """Answers that rest on tables, which are too old for them after so many days."""

    name: str
    says: str
    tables: tuple[str, ...]
    days: int


def answers(case: Case | None = None) -> tuple[RestsOn, ...]:
    """Which answers of a case rest on which tables; none where it does not say."""
    return tuple(read_entries((case or default()) / FOLDER / ANSWERS, RestsOn, "name", missing_ok=True).values())


def status(case: Case | None = None, today: date | None = None) -> list[dict[str, object]]:
    """One row a table: name, rows, date, source, licence, unit, confidence, SHA-256 of the file as packaged, its age in days, and the
    answers for which that is too old.
    """
    today, resting = today or date.today(), answers(case)
    ages = {name: (today - date.fromisoformat(table.date)).days for name, table in catalogue(case).items()}
    return [
        {
            "name": table.name,
            "rows": read(table.name, case).height,
            "date": table.date,
            "source": table.source,
            "licence": table.licence,
            "unit": table.unit,
            "confidence": table.confidence,
            "sha256": hashlib.sha256(table.file.read_bytes()).hexdigest(),
            "age_days": ages[table.name],
            "too_old_for": [a.says for a in resting if table.name in a.tables and ages[table.name] > a.days],
        }
        for table in catalogue(case).values()
    ]
