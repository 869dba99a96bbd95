"""Rows of a ledger that undo earlier ones: shipments that came back, and orders that were amended."""

import polars as pl

from premortem.law.fields.items import named_items as items_named
from premortem.law.fields.vocabulary import Vocabulary

# Columns that name the `id` of the earlier row.
LINKS = ("returns", "amends")
# Where a row sent its goods, which one that returns them says again.
SENT = ("destination", "consignee", "end_user")


def link_corrections(typed: pl.DataFrame, texts: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """The frame with `_undoes` (number of the row that a row undoes) and `_back` (units that come back); null for most.

    A row that names no earlier row, two at once, another item, another party or place, or more units than are left of what
    was shipped is rejected.
    """
    links = [c for c in LINKS if c in texts.columns and texts[c].is_not_null().any()]
    if not links:
        return typed
    ids = pl.col("id").cast(pl.String).str.strip_chars() if "id" in texts.columns else pl.lit(None, pl.String)
    named = texts.select(
        _id=ids, **{c: pl.col(c).cast(pl.String).str.strip_chars().replace("", None) for c in links}
    ).with_columns(pl.lit(None, pl.String).alias(c) for c in LINKS if c not in links)
    frame = typed.with_columns(named)
    what = ["date", "quantity", *(c for c in ("item", words.measure.one, *SENT) if c in frame.columns)]
    earlier = frame.filter(pl.col("rejected").is_null()).select("_id", "_row", *what).unique("_id", keep="none")
    frame = frame.with_columns(_names=pl.coalesce(*LINKS)).join(
        earlier, left_on="_names", right_on="_id", how="left", suffix="_of", maintain_order="left"
    )
    return _judged(frame, words).drop("_id", "_names", *LINKS, *(f"{c}_of" for c in what), "_row_of")


def _held(frame: pl.DataFrame, words: Vocabulary) -> pl.Expr:
    """Chips in one unit of each row's item."""
    if "item" not in frame.columns:
        return pl.lit(1.0)
    held = items_named(words.case).select("item", "chips_held")
    return pl.col("item").replace_strict(*held, default=1.0, return_dtype=pl.Float64)


def _same(column: str) -> pl.Expr:
    """A column as it is compared: a name without capitals, spaces and points."""
    return pl.col(column).str.to_lowercase().str.replace_all(r"[\s.,]", "")


def _judged(frame: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    target = pl.concat_str(pl.lit("row "), pl.col("_names"))
    names = pl.col("_names").is_not_null()
    before = (pl.col("date_of") < pl.col("date")) | (
        (pl.col("date_of") == pl.col("date")) & (pl.col("_row_of") < pl.col("_row"))
    )
    comes_back = pl.col("returns").is_not_null()
    other = pl.any_horizontal(
        *(pl.col(c).ne_missing(pl.col(f"{c}_of")) for c in ("item", words.measure.one) if c in frame.columns),
        pl.lit(False),
    )
    elsewhere = pl.any_horizontal(
        *(_same(c).ne_missing(_same(f"{c}_of")) for c in SENT if c in frame.columns), pl.lit(False)
    )
    sound = pl.col("rejected").is_null() & comes_back
    # earlier returns of the same goods, in the order in which rows count
    so_far = pl.when(sound).then(pl.col("quantity")).cum_sum().over("_names", order_by=["date", "_row"])
    faults = (
        (pl.col("returns").is_not_null() & pl.col("amends").is_not_null(), pl.lit("returns and amends at once")),
        (
            names & pl.col("_row_of").is_null(),
            pl.concat_str(pl.lit("no one earlier row has the id "), pl.col("_names")),
        ),
        (names & ~before, pl.concat_str(target, pl.lit(" is not earlier"))),
        (comes_back & other, pl.concat_str(target, pl.lit(" shipped another item"))),
        (
            comes_back & (pl.col("quantity") > pl.col("quantity_of")),
            pl.concat_str(target, pl.lit(" shipped fewer units")),
        ),
        (comes_back & elsewhere, pl.concat_str(target, pl.lit(" went to another party or place"))),
        (
            comes_back & (so_far > pl.col("quantity_of")),
            pl.concat_str(target, pl.lit(" shipped fewer units than come back")),
        ),
    )
    why = pl.coalesce("rejected", *(pl.when(wrong).then(text) for wrong, text in faults))
    return frame.with_columns(
        rejected=why,
        _undoes=pl.when(names).then(pl.col("_row_of").cast(pl.Int64)),
        _back=pl.when(comes_back).then(pl.col("quantity") * _held(frame, words)),
    )
