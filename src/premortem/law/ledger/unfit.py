"""Rows with a cell that cannot be trusted: a formula that failed, or a text that fits no field."""

import polars as pl

from premortem.law.field_values import MOST_LETTERS, REASONS
from premortem.law.ledger.csv_files import MISSHAPEN

# What a spreadsheet shows where a formula failed.
FAILED = r"^#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|FIELD!|GETTING_DATA)"


def marked(frame: pl.DataFrame, fields: list[str]) -> pl.DataFrame:
    """The table with why a row cannot be read in `_misshapen`, where a cell of a field is unfit; the same table where none is."""
    texts = [c for c in fields if frame[c].dtype == pl.String]
    failed = [c for c in texts if frame[c].str.starts_with("#").any()]
    long = [c for c in texts if c != REASONS and (frame[c].str.len_bytes().max() or 0) > MOST_LETTERS]  # type: ignore[operator]
    if not failed and not long:
        return frame
    why = [
        pl.when(pl.col(c).str.contains(FAILED)).then(pl.concat_str(pl.lit(f"{c} is a formula that failed: "), c))
        for c in failed
    ]
    letters = [(c, pl.col(c).str.len_chars()) for c in long]
    why += [
        pl.when(n > MOST_LETTERS).then(pl.format(f"{c} has {{}} letters; at most {MOST_LETTERS:,}", n))
        for c, n in letters
    ]
    held = [MISSHAPEN] if MISSHAPEN in frame.columns else []
    told = [*map(pl.col, held), *(fault.otherwise(pl.lit(None, pl.String)) for fault in why)]
    every = pl.concat_str(told, separator="; ", ignore_nulls=True).replace("", None)
    return frame.with_columns(every.alias(MISSHAPEN))
