"""A table of shipments, decided in date order; what cannot be read is set aside with its row and reason, never
dropped.
"""

import time
from pathlib import Path
from typing import Any

import polars as pl

from premortem.errors import BadInput, nearest
from premortem.regime.book import Book
from premortem.regime.countries import known
from premortem.regime.engine import Totals, decide
from premortem.regime.transactions import FALSE, MOST_UNITS, TRUE, catalogue
from premortem.regime.vocabulary import FIELDS, KINDS, TYPES, given_fields

# Most rows of a file that is read: beyond it a file is to be split.
MOST_ROWS = 100_000_000
# Distinct values of a column that are parsed once each.
MOST_DISTINCT = 200_000
ALIASES = {"to": "destination", "hq": "headquarters", "parent": "parent_headquarters", "on": "date", "used": "used_tpp"}


def read(path: Path) -> pl.DataFrame:
    """A ledger from CSV or Parquet, columns as texts or as they are. Raises `BadInput` for a file that cannot be a
    ledger.
    """
    try:
        if path.stat().st_size == 0:
            raise BadInput(path.name, "", "is empty", allowed="a CSV or Parquet file with a header")
        frame = (
            pl.read_parquet(path)
            if path.suffix.lower() in (".parquet", ".pq")
            else pl.read_csv(path, infer_schema=False, encoding="utf8")
        )
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
    if frame.height > MOST_ROWS:
        raise BadInput(path.name, "", f"has {frame.height:,} rows", allowed=f"at most {MOST_ROWS:,}; split it by date")
    return frame


def decide_ledger(given: pl.DataFrame, book: Book, file: str = "ledger") -> pl.DataFrame:
    """The ledger with outcome, deciding clause, ECCN and headroom a row, in the order given; rejected rows carry
    `rejected`.

    Running totals follow the dates; rows of one day follow their order in the ledger. Raises `BadInput` for a column
    that is
    no field, or when item and destination are missing.
    """
    renamed = given.rename({c: ALIASES[c] for c in given.columns if c in ALIASES and ALIASES[c] not in given.columns})
    _check_columns(renamed.columns, file)
    typed = _typed(renamed).with_row_index("_row")
    good = typed.filter(pl.col("rejected").is_null()).sort("date", maintain_order=True)
    fields = [c for c in typed.columns if c in FIELDS]
    totals: Totals = {}
    answers = (
        decide(good.select(fields), book, totals)
        if good.height
        else pl.DataFrame(schema={"outcome": pl.String, "clause": pl.String, "eccn": pl.String})
    )
    decided = pl.concat([good.select("_row"), answers], how="horizontal")
    out = typed.select("_row", "rejected").join(decided, on="_row", how="left").sort("_row")
    out = out.with_columns(headroom_tpp=_headroom(out, given.height, typed, book))
    kept = ["outcome", "clause", "eccn", "headroom_tpp", "rejected"]
    return pl.concat([given.drop([c for c in kept if c in given.columns]), out.select(kept)], how="horizontal")


def summary(decided: pl.DataFrame, seconds: float, book: Book) -> dict[str, Any]:
    """Counts by outcome, rejected rows with reasons, and headroom by country: the keys of the command line."""
    counts = decided.filter(pl.col("outcome").is_not_null()).group_by("outcome").len().sort("len", descending=True)
    wrong = decided.with_row_index("row", offset=1).filter(pl.col("rejected").is_not_null()).select("row", "rejected")
    destination = "destination" if "destination" in decided.columns else "to"
    drawn = decided.filter((pl.col("clause") == "diffusion.country_allocation") & pl.col("headroom_tpp").is_not_null())
    left = (
        drawn.group_by(destination).agg(pl.col("headroom_tpp").last()).rows() if destination in decided.columns else []
    )
    return {
        "rows": decided.height,
        "seconds": round(seconds, 3),
        "outcomes": dict(counts.rows()),
        "rejected": [{"row": row, "why": why} for row, why in wrong.rows()],
        "headroom": {str(k): v for k, v in left},
    }


def decide_file(path: Path, book: Book) -> tuple[pl.DataFrame, dict[str, Any]]:
    """A ledger file decided, and its summary."""
    began = time.perf_counter()
    decided = decide_ledger(read(path), book, path.name)
    return decided, summary(decided, time.perf_counter() - began, book)


def write(decided: pl.DataFrame, path: Path) -> None:
    """Write a decided ledger as Parquet or CSV, by its ending, whole or not at all. Raises `BadInput`."""
    half = path.with_name(f".{path.name}.half")
    try:
        (decided.write_parquet if path.suffix.lower() in (".parquet", ".pq") else decided.write_csv)(half)
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise BadInput(
            str(path), "", f"cannot be written ({error.strerror or error})", allowed="a folder you may write"
        ) from error


def _check_columns(columns: list[str], file: str) -> None:
    from premortem.errors import raise_all

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


# Columns that a ledger may carry for its own use.
PASSED = frozenset({"id", "note", "reference", "case_id", "outcome", "clause", "eccn", "headroom_tpp", "rejected"})


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Every field column in its type, and why a row cannot be decided in `rejected` (null when it can)."""
    columns, faults = [], []
    for name in frame.columns:
        if name not in FIELDS:
            continue
        text, value = _read_column(name, frame[name])
        columns.append(value.alias(name))
        needed = name in ("destination", "quantity", "date")
        missing = (
            pl.when(text.is_null()).then(pl.lit(f"{name} is missing"))
            if needed
            else pl.when(pl.lit(False)).then(pl.lit(""))
        )
        faults.append(
            missing.when(text.is_not_null() & value.is_null())
            .then(pl.lit(f"{name} cannot be read: ") + text)
            .otherwise(pl.lit(None, pl.String))
        )
    return frame.select(*columns, pl.coalesce(*faults).alias("rejected"))


def _read_column(name: str, column: pl.Series) -> tuple[pl.Expr, pl.Expr]:
    """A column as trimmed text and as its parsed value. Distinct values are parsed once: a ledger has few of them."""
    distinct = column.unique().to_frame()
    text = pl.col(name).cast(pl.String).str.strip_chars().replace("", None)
    table = distinct.select(raw=pl.col(name), text=text, value=_parsed(name, text, column.dtype))
    if table.height > MOST_DISTINCT:
        return text, _parsed(name, text, column.dtype)
    return tuple(
        pl.col(name).replace_strict(table["raw"], table[c], return_dtype=table[c].dtype) for c in ("text", "value")
    )  # type: ignore[return-value]  # two expressions


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
        return pl.when(day.dt.year().is_between(2020, 2035)).then(day)
    if kind == "number":
        number = text.str.replace_all("[_,]", "").cast(pl.Float64, strict=False)
        fine = number.is_finite() & (number >= 0)
        if name == "quantity":
            fine = fine & (number == number.floor()) & (number >= 1) & (number <= MOST_UNITS)
        return pl.when(fine).then(number)
    if name == "item":
        names = {n.lower(): n for n in [*catalogue()["item"], *KINDS]}
        return text.str.to_lowercase().replace_strict(names, default=None, return_dtype=pl.String)
    return text.str.to_lowercase() if name in ("status", "exporter", "end_use", "designer", "packaged_by") else text


def _headroom(out: pl.DataFrame, _rows: int, typed: pl.DataFrame, book: Book) -> pl.Series:
    """Room left under the deciding clause's limit after each row [TPP]; null where no total decides."""
    room = pl.Series("headroom_tpp", [None] * out.height, dtype=pl.Float64)
    for c in book.clauses:
        if c.total and c.total.into in out.columns:
            key = next(k for k in c.numbers if k in c.within.split("<=")[1])
            limit = pl.lit(None, TYPES["number"])
            for d in c.numbers[key]:
                inside = (pl.col("date") >= (d.start or pl.date(1900, 1, 1))) & (
                    pl.col("date") <= (d.end or pl.date(2999, 1, 1))
                )
                limit = pl.when(inside).then(pl.lit(d.value)).otherwise(limit)
            limits = typed.select(limit.alias("limit"))["limit"]
            left = limits - out[c.total.into]
            room = pl.select(pl.when(out["clause"] == c.id).then(left).otherwise(room)).to_series()
    return room.alias("headroom_tpp")
