"""Ledgers as they come from files: every column in its type, every row that cannot be read with its reason."""

from pathlib import Path
from typing import Any

import polars as pl

from premortem.errors import BadInput, nearest, raise_all
from premortem.regime.countries import known
from premortem.regime.transactions import EARLIEST, FALSE, FOLDED, LATEST, MOST_UNITS, SPELT, TRUE, catalogue
from premortem.regime.vocabulary import FIELDS, KINDS, given_fields

# Most rows and bytes of a file that is read: beyond them a file is to be split.
MOST_ROWS, MOST_BYTES = 100_000_000, 16_000_000_000
# Distinct values of a column that are parsed once each.
MOST_DISTINCT = 200_000
NEEDED = ("destination", "quantity", "date")
ALIASES = {"to": "destination", "hq": "headquarters", "parent": "parent_headquarters", "on": "date", "used": "used_tpp"}
# Columns that a ledger may carry for its own use, or that link a row to an earlier one.
PASSED = frozenset(
    {"id", "returns", "amends", "note", "reference", "case_id", "outcome", "clause", "eccn", "headroom_tpp", "rejected"}
)


def read(path: Path) -> pl.DataFrame:
    """A ledger from CSV or Parquet, columns as texts or as they are. Raises `BadInput` for a file that cannot be a
    ledger.
    """
    try:
        size = path.stat().st_size
        if size == 0:
            raise BadInput(path.name, "", "is empty", allowed="a CSV or Parquet file with a header")
        if path.suffix.lower() in (".parquet", ".pq"):
            _few_enough(path, pl.scan_parquet(path).select(pl.len()).collect().item())
            frame = pl.read_parquet(path)
        elif size > MOST_BYTES:
            raise BadInput(path.name, "", f"is too large: {size:,} bytes", allowed=f"{MOST_BYTES:,}; split it by date")
        else:
            frame = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except OSError as error:
        raise BadInput(
            path.name, "", f"cannot be read ({error.strerror or error})", allowed="a CSV or Parquet file"
        ) from error
    except pl.exceptions.PolarsError as error:
        raise BadInput(
            path.name,
            "",
            f"is not a readable table: {str(error).splitlines()[0][:120]}",
            allowed="UTF-8 CSV or Parquet",
        ) from error
    _few_enough(path, frame.height)
    return frame


def _few_enough(path: Path, rows: int) -> None:
    if rows > MOST_ROWS:
        raise BadInput(path.name, "", f"has {rows:,} rows", allowed=f"at most {MOST_ROWS:,}; split it by date")


def checked(given: pl.DataFrame, file: str) -> pl.DataFrame:
    """The ledger with columns under their full names. Raises `BadInput` for a column that is no field or is missing."""
    renamed = given.rename({c: ALIASES[c] for c in given.columns if c in ALIASES and ALIASES[c] not in given.columns})
    columns = renamed.columns
    unknown = [c for c in columns if c not in given_fields() and not c.startswith("_") and c not in PASSED]
    errors = [
        BadInput(file, c, "no such column", got=c, allowed=", ".join(given_fields()), hint=nearest(c, given_fields()))
        for c in unknown
    ]
    errors += [
        BadInput(file, c, "is missing", allowed="a column of this name")
        for c in ("destination", "quantity", "date")
        if c not in columns
    ]
    if "item" not in columns and "tpp" not in columns:
        errors.append(BadInput(file, "item", "is missing", allowed="a column item, or tpp"))
    raise_all(errors)
    return renamed


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Every field column in its type, with `_row`, and why a row cannot be decided in `rejected` (null when it can)."""
    fields = [c for c in frame.columns if c in FIELDS]
    values = frame.select(_read_column(name, frame[name]) for name in fields).with_row_index("_row")
    suspect = [values[c].is_null() & (True if c in NEEDED else frame[c].is_not_null()) for c in fields]
    if "item" in fields:
        suspect.append(~values["item"].is_in([*catalogue()["item"], *KINDS]) & values["item"].is_not_null())
    wrong = values.select(pl.any_horizontal(suspect)).to_series()
    if not wrong.any():
        return values.with_columns(rejected=pl.lit(None, pl.String))
    why = _why(frame.filter(wrong), values.filter(wrong), fields)
    return values.join(why, on="_row", how="left", maintain_order="left")


def _why(frame: pl.DataFrame, values: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    """The first fault of each of these rows."""
    faults = []
    for name in fields:
        text = frame[name].cast(pl.String).str.strip_chars().replace("", None)
        unread = text.is_not_null() & values[name].is_null()
        if name == "item":  # a name that the catalogue lacks will do where the TPP is given
            listed = values["item"].is_in([*catalogue()["item"], *KINDS])
            unread = text.is_not_null() & ~listed.fill_null(False)
            unread = unread & values["tpp"].is_null() if "tpp" in fields else unread
        missing = text.is_null() if name in NEEDED else pl.lit(False)
        faults += [
            pl.when(missing).then(pl.lit(f"{name} is missing")),
            pl.when(unread).then(pl.concat_str(pl.lit(f"{name} cannot be read: "), text)),
        ]
    return values.select("_row", rejected=pl.coalesce(*faults, pl.lit(None, pl.String)))


def _read_column(name: str, column: pl.Series) -> pl.Expr:
    """A column's parsed value. Distinct values are parsed once: a ledger has few of them."""
    if column.dtype.is_numeric() and FIELDS[name].type == "number":
        return _counted(name, pl.col(name).cast(pl.Float64)).alias(name)
    text = pl.col(name).cast(pl.String).str.strip_chars().replace("", None)
    if column.dtype == pl.Date:
        return _parsed(name, text, column.dtype).alias(name)
    table = column.unique().to_frame().select(raw=pl.col(name), value=_parsed(name, text, column.dtype))
    if table.height > MOST_DISTINCT:
        return _parsed(name, text, column.dtype).alias(name)
    return pl.col(name).replace_strict(table["raw"], table["value"], return_dtype=table["value"].dtype)


def _parsed(name: str, text: pl.Expr, schema: Any) -> pl.Expr:
    kind = FIELDS[name].type
    if kind == "country":
        return text.str.to_lowercase().replace_strict(known(), default=None, return_dtype=pl.String)
    if kind == "flag":
        low = text.str.to_lowercase()
        return pl.when(low.is_in(list(TRUE))).then(True).when(low.is_in(list(FALSE))).then(False)
    if kind == "date":
        day = (
            pl.col(name).cast(pl.Date)
            if schema in (pl.Date, pl.Datetime)
            else text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        )
        return pl.when(day.is_between(EARLIEST, LATEST)).then(day)
    if kind == "number":
        return _counted(name, text.str.replace_all("[_,]", "").cast(pl.Float64, strict=False))
    if name == "item":
        names = {n.lower(): n for n in [*catalogue()["item"], *KINDS]}
        return text.str.to_lowercase().replace_strict(names, default=text, return_dtype=pl.String)
    folded = text.str.to_lowercase().replace(SPELT) if name in FOLDED else text
    choices = FIELDS[name].choices
    return pl.when(folded.is_in(choices)).then(folded) if choices else folded


def _counted(name: str, number: pl.Expr) -> pl.Expr:
    """A number within its field's bounds, else null."""
    fine = number.is_finite() & (number >= 0) & (number <= FIELDS[name].most)
    if name == "quantity":
        fine = fine & (number == number.floor()) & (number >= 1) & (number <= MOST_UNITS)
    return pl.when(fine).then(number)
