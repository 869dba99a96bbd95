"""Tables of a user's own, laid over a case's: files of a study's `facts/`, by the names of the tables that the case opens to them."""

import csv
import io
from collections.abc import Collection, Mapping
from math import isfinite

import polars as pl

from premortem.errors import BadInput, nearest, raise_all

FOLDER = "facts"
# Values that a message names one by one, where a column may hold no others.
MOST_NAMED = 9


def path_of(name: str) -> str:
    """Where a table lies in a case's folder, and in a study's."""
    return f"{FOLDER}/{name}.csv"


def laid_over(
    shipped: pl.DataFrame, name: str, content: bytes, by: str, new: bool, among: Mapping[str, Collection[object]]
) -> pl.DataFrame:
    """A table with a user's rows, known by the column `by`: of a row that ships, the cells that they give take the place of the shipped ones;
    others are new, where there may be `new` ones, with nothing known in the cells they leave empty. Of some columns the cells are `among` values.

    Raises `BadInput`, every fault at once: unknown or repeated columns, a row without its key or with one that stands twice, a cell of
    another kind than the column, that is not finite or among its values, or below 0 where none that ships is.
    """
    file = path_of(name)
    header, rows = _rows(file, content)
    allowed = ", ".join(shipped.columns)
    errors = [
        BadInput(file, column, "no such column", got=column, allowed=allowed, hint=nearest(column, shipped.columns))
        for column in header
        if column not in shipped.columns
    ]
    errors += [BadInput(file, column, "stands twice") for column in sorted(set(header)) if header.count(column) > 1]
    if by not in header:
        errors.append(BadInput(file, by, "is missing", allowed=f"a column {by}, by which rows are known"))
    raise_all(errors)
    keys, known = [row[header.index(by)] for row in rows], set(shipped[by])
    for line, key in enumerate(keys, start=2):
        if not key:
            errors.append(BadInput(file, f"row {line}: {by}", "is empty", allowed="a name"))
        elif keys.count(key) > 1:
            errors.append(BadInput(file, f"row {line}: {by}", "stands twice", got=key))
        elif not new and key not in known:
            what = "no such row, and a new one would have no groups"
            errors.append(BadInput(file, f"row {line}: {by}", what, got=key, allowed=f"a {by} that ships"))
    own = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row").with_columns(
        pl.all().replace("", None)
    )
    typed = own.with_columns(_cast(shipped.schema[column], column) for column in header)
    for column in header:
        wrong = own[column].is_not_null() & typed[column].is_null()
        errors += [
            BadInput(file, f"row {i + 2}: {column}", f"is not read: {got}", got=got, allowed=_kind(shipped, column))
            for i, got in zip(wrong.arg_true(), own[column].filter(wrong), strict=True)
        ]
        errors += [
            BadInput(file, f"row {i}: {column}", f"is {got}", got=got, allowed=allowed)
            for i, got in enumerate(typed[column], start=2)
            if got is not None and (allowed := _beside(got, shipped[column], among.get(column)))
        ]
    raise_all(errors)
    return _over(shipped, typed, by)


def _rows(file: str, content: bytes) -> tuple[list[str], list[list[str]]]:
    """Heading and rows of a CSV, cells without blanks at their ends. Raises `BadInput` for what is no table."""
    try:
        lines = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(file, "", f"cannot be read: {error}", allowed="a CSV in UTF-8") from error
    if not lines:
        raise BadInput(file, "", "is empty", allowed="a heading and rows")
    header, rows = lines[0], [row for row in lines[1:] if any(row)]
    raise_all(
        [
            BadInput(file, f"row {i}", f"has {len(row)} cells", allowed=f"{len(header)}, as the heading has")
            for i, row in enumerate(rows, start=2)
            if len(row) != len(header)
        ]
    )
    return header, rows


def _cast(kind: pl.DataType, column: str) -> pl.Expr:
    if kind == pl.Date:
        return pl.col(column).str.to_date("%Y-%m-%d", strict=False)
    return pl.col(column).cast(kind, strict=False)


def _kind(shipped: pl.DataFrame, column: str) -> str:
    kind = shipped.schema[column]
    if kind.is_integer():
        return "a whole number"
    return "a number" if kind.is_numeric() else "a day such as 2026-01-31" if kind == pl.Date else str(kind)


def _beside(got: object, shipped: pl.Series, among: Collection[object] | None) -> str:
    """What is allowed where a cell of the right kind is not; else nothing."""
    if among is not None and got not in among:
        few = sorted(map(str, among))[: MOST_NAMED + 1]
        return ", ".join(few) if len(few) <= MOST_NAMED else f"one of {len(among)} that ship, such as {few[0]}"
    if isinstance(got, int | float):
        least = shipped.min()
        if not isfinite(got) or (isinstance(least, int | float) and got < 0 <= least):
            return "a number from 0 up"
    return ""


def _over(shipped: pl.DataFrame, own: pl.DataFrame, key: str) -> pl.DataFrame:
    """Both by their key: the shipped rows in their order, then new ones."""
    wide = shipped.join(own, on=key, how="left", suffix=" own", maintain_order="left")
    given = [column for column in own.columns if column != key]
    over = wide.with_columns(pl.coalesce(f"{column} own", column).alias(column) for column in given)
    new = own.join(shipped, on=key, how="anti", maintain_order="left")
    return pl.concat([over.select(shipped.columns), new], how="diagonal").select(shipped.columns)
