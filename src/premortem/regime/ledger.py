"""A table of shipments, decided in date order; what cannot be read is set aside with its row and reason, never
dropped.
"""

import time
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from premortem.errors import BadInput, nearest, raise_all
from premortem.regime import undo
from premortem.regime.clause import Clause, Rulebook
from premortem.regime.countries import known
from premortem.regime.engine import Totals, decide, limit_number
from premortem.regime.transactions import FALSE, FOLDED, MOST_UNITS, TRUE, catalogue
from premortem.regime.vocabulary import FIELDS, KINDS, given_fields

# Most rows of a file that is read: beyond it a file is to be split.
MOST_ROWS = 100_000_000
# Distinct values of a column that are parsed once each.
MOST_DISTINCT = 200_000
# Clause whose running total is a country's.
ALLOCATION = "diffusion.country_allocation"
# Columns of the answers when no row can be decided.
ANSWERS = {"outcome": pl.String, "clause": pl.String, "eccn": pl.String}
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


def decide_ledger(given: pl.DataFrame, book: Rulebook, file: str = "ledger") -> pl.DataFrame:
    """The ledger with outcome, deciding clause, ECCN and headroom a row, in the order given; none is dropped.

    Running totals follow the dates; rows of one day follow their order in the ledger. A row whose `returns` names the
    `id` of an earlier one gives back what that one drew, `quantity` units of it; one that `amends` an earlier one
    gives all of it back and is decided in its place. A row that cannot be read says why in `rejected`. Raises `BadInput`
    for a column that is no field, or when one that is needed is missing.
    """
    return _decided(given, book, file)[0]


def decide_file(path: Path, book: Rulebook) -> tuple[pl.DataFrame, dict[str, Any]]:
    """A ledger file decided, and its summary: the keys of the command line."""
    began = time.perf_counter()
    decided, headroom = _decided(read(path), book, path.name)
    return decided, summary(decided, headroom, time.perf_counter() - began)


def summary(decided: pl.DataFrame, headroom: dict[str, float], seconds: float) -> dict[str, Any]:
    """Counts by outcome, rejected rows with reasons, and room left under the allocation by country."""
    counts = decided.filter(pl.col("outcome").is_not_null()).group_by("outcome").len().sort("len", descending=True)
    wrong = decided.select("rejected").with_row_index("row", offset=1).filter(pl.col("rejected").is_not_null())
    return {
        "rows": decided.height,
        "seconds": round(seconds, 3),
        "outcomes": dict(counts.rows()),
        "rejected": [{"row": row, "why": why} for row, why in wrong.rows()],
        "headroom": headroom,
    }


def _decided(given: pl.DataFrame, book: Rulebook, file: str) -> tuple[pl.DataFrame, dict[str, float]]:
    renamed = given.rename({c: ALIASES[c] for c in given.columns if c in ALIASES and ALIASES[c] not in given.columns})
    _check_columns(renamed.columns, file)
    typed = undo.linked(_typed(renamed), renamed)
    # sorted by day, and as in the ledger within a day
    good = typed.filter(pl.col("rejected").is_null()).sort("date", maintain_order=True)
    totals = Totals(rows=typed.height if "_undoes" in typed.columns else 0)
    answers = decide(good, book, totals) if good.height else pl.DataFrame(schema=ANSWERS)
    answers = answers.with_columns(_row=good["_row"], headroom_tpp=_headroom(answers, good, book))
    headroom = _room_left(good, answers, book, totals)
    kept = ["outcome", "clause", "eccn", "headroom_tpp"]
    out = typed.select("_row", "rejected").join(
        answers.select("_row", *kept), on="_row", how="left", maintain_order="left"
    )
    own = given.drop([c for c in (*kept, "rejected") if c in given.columns])
    return pl.concat([own, out.select(*kept, "rejected")], how="horizontal"), headroom


def _headroom(answers: pl.DataFrame, good: pl.DataFrame, book: Rulebook) -> pl.Series:
    """Room left under the deciding clause's limit after each row [TPP], negative where it did not fit; else null."""
    room = pl.lit(None, pl.Float64)
    limits = [c for c in book.clauses if c.total and c.total.into in answers.columns]
    for c in limits:
        assert c.total is not None
        room = pl.when(pl.col("clause") == c.id).then(_limit(c) - pl.col(c.total.into)).otherwise(room)
    raised = good["country_raise"].fill_null(0.0) if "country_raise" in good.columns else pl.lit(0.0)
    dated = answers.with_columns(date=good["date"], country_raise=raised)
    return dated.with_columns(headroom_tpp=room)["headroom_tpp"]


def _limit(clause: Clause) -> pl.Expr:
    """The limit of a clause's running total on each row's date [TPP]."""
    dated = clause.numbers[limit_number(clause)]
    value = pl.lit(None, pl.Float64)
    for d in dated:
        inside = (pl.col("date") >= (d.start or date.min)) & (pl.col("date") <= (d.end or date.max))
        value = pl.when(inside).then(pl.lit(d.value)).otherwise(value)
    return value * (1 + pl.col("country_raise")) if "country_raise" in clause.within else value


def _room_left(good: pl.DataFrame, answers: pl.DataFrame, book: Rulebook, totals: Totals) -> dict[str, float]:
    """Room left under the country allocation when the ledger ends, by country that drew on it [TPP]."""
    clause = next((c for c in book.clauses if c.id == ALLOCATION), None)
    if clause is None or clause.total is None or clause.id not in totals.by_clause:
        return {}
    running = totals.by_clause[clause.id]
    own = [
        pl.col(c).fill_null(0.0) if c in good.columns else pl.lit(0.0).alias(c) for c in ("used_tpp", "country_raise")
    ]
    drew = good.filter(answers["clause"] == clause.id).select("destination", "date", *own)
    last = drew.group_by("destination").agg(pl.all().last())
    limits = last.with_columns(limit=_limit(clause)).to_dicts()
    drawn: dict[str, float] = {}
    for (place, _), group in sorted(running.groups.items(), key=lambda kv: str(kv[0])):  # the last window stays
        drawn[str(place)] = float(running.so_far[group])
    return {row["destination"]: row["limit"] - row["used_tpp"] - drawn[row["destination"]] for row in limits}


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
PASSED = frozenset(
    {"id", "returns", "amends", "note", "reference", "case_id", "outcome", "clause", "eccn", "headroom_tpp", "rejected"}
)


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
    return frame.select(*columns, pl.coalesce(*faults).alias("rejected")).with_row_index("_row")


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
    return text.str.to_lowercase() if name in FOLDED else text
