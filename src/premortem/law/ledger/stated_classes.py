"""The class of an item that a table states itself (its ECCN), where it is another than the one worked out."""

import re

import polars as pl

from premortem.law.fields.items import named_items
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.field_guesses import fold_heading
from premortem.law.ledger.withheld import Doubt

# Cells of a column that are looked at first.
LOOKED_AT = 200
DIFFERS = "column {heading} says {stated}, and by its numbers it is {ours}"
SAYS = "Column {heading} states the {label} of items, and {count} of the decided rows are another by their numbers: look at which is right."


def stated_classes(named: pl.DataFrame, good: pl.DataFrame, own: pl.Series, words: Vocabulary) -> list[Doubt]:
    """Of each row whose table states another class than its `own`, both.

    `named` is a ledger under the names of fields; `good` are its rows that were decided.
    """
    columns = [c for c in named.columns if fold_heading(c) in words.classes.stated or _holds_classes(c, named, words)]
    return [d for c in columns if (d := _doubt(c, named[c].cast(pl.String)[good["_row"]], own, words))]


def _holds_classes(column: str, named: pl.DataFrame, words: Vocabulary) -> bool:
    """Whether every cell of a column that is not read looks like a class."""
    form, cells = words.classes.form, named[column]
    if not form or not column.startswith("_") or cells.dtype != pl.String:
        return False
    # the first cells tell of most columns that they hold none
    for some in (cells.head(LOOKED_AT), cells):
        said = some.str.strip_chars()
        is_class = said.filter(said != "").str.contains(rf"^(?:{form})$")
        if not is_class.all():
            return False
    return is_class.any()


def own_classes(good: pl.DataFrame, answers: pl.DataFrame, words: Vocabulary) -> pl.Series:
    """The class of each row's item, a system's by its own name rather than that of its chips."""
    classes = answers[words.classes.field]
    if "item" not in good.columns or not words.classes.systems:
        return classes
    systems = named_items(words.case).filter(pl.col("chips_held") > 1)["item"]
    held = good["item"].is_in(systems.implode()).fill_null(False)
    return pl.select(pl.when(held).then(classes.replace(dict(words.classes.systems))).otherwise(classes)).to_series()


def _doubt(column: str, cells: pl.Series, ours: pl.Series, words: Vocabulary) -> Doubt | None:
    heading, label = column.removeprefix("_"), words.classes.label
    both = pl.DataFrame({"stated": cells.str.strip_chars().replace("", None), "ours": ours})
    said = [
        (a, b, DIFFERS.format(heading=heading, stated=a[:40], ours=b))
        for a, b in both.unique().drop_nulls().rows()
        if not agrees(a, b, words)
    ]
    if not said:
        return None
    against = pl.DataFrame(said, schema={"stated": pl.String, "ours": pl.String, "said": pl.String}, orient="row")
    found = both.join(against, on=["stated", "ours"], how="left", maintain_order="left")["said"]
    return Doubt(found, SAYS.format(heading=heading, label=label, count=found.count()), always=True)


def agrees(stated: str, ours: str, words: Vocabulary) -> bool:
    """Whether a class that somebody states is the one worked out, or one that goes with it."""
    pattern = words.classes.alike.get(ours, "")
    same = stated.strip().casefold() == ours.casefold()
    return same or bool(pattern and re.fullmatch(pattern, stated.strip(), re.IGNORECASE))
