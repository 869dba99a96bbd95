"""What rows would be decided as, were one field another: by which it is seen whether what a table says beside its fields matters."""

from collections.abc import Iterable
from typing import Any

import polars as pl

from premortem.law.clauses.clause import Rulebook
from premortem.law.engine import decide
from premortem.law.equivalent_rows import kinds


def decided_otherwise(rows: pl.DataFrame, field: str, values: Iterable[Any], book: Rulebook) -> pl.Series:
    """Outcomes of typed rows, each alone and with another value of a field."""
    others = pl.Series(field, [*values], dtype=rows[field].dtype)
    rows = rows.with_columns(others).drop(c for c in ("_undoes", "_back") if c in rows.columns)
    return decide(rows, book, kinds=kinds(rows, book))["outcome"]
