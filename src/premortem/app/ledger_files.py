"""A decided ledger as files for whoever gave it: under their own headings, and by themselves the rows that need a look."""

import re
from collections.abc import Iterable, Mapping

import polars as pl

from premortem.law.ledger.remainder import ROW, WHY

# What a reason tells a user of the command line to set, and where the same stands on the page.
SETTINGS = (
    (re.compile(r"--decimal (point|comma) reads"), r"the decimal mark set to \1 reads"),
    (re.compile(r"--dates DMY,? or --dates MDY"), "the order of days, above"),
    (re.compile(r'--sheet "NAME"'), "its name under Sheet, above,"),
)


def own_headings(mapping: Mapping[str, str], unread: Iterable[str]) -> dict[str, str]:
    """How the user calls each column of a decided table: `mapping` is of fields by heading, and what is `unread` begins with `_`."""
    return {field: heading for heading, field in mapping.items()} | {f"_{heading}": heading for heading in unread}


def under_own_headings(table: pl.DataFrame, own: Mapping[str, str]) -> pl.DataFrame:
    """The table with its user's headings; one that would be there twice keeps the name that it has."""
    wanted = {name: own[name] for name in table.columns if name in own}
    taken = [*(name for name in table.columns if name not in wanted), *wanted.values()]
    return table.rename({name: heading for name, heading in wanted.items() if taken.count(heading) == 1})


def to_look_at(decided: pl.DataFrame) -> pl.DataFrame:
    """Rows that were rejected, or of which it hangs on something whether they may go, with their numbers."""
    numbered = decided.drop(ROW, strict=False).with_row_index(ROW, offset=1)
    return numbered.filter(pl.col(WHY).is_not_null() | pl.col("may_go").is_null())


def on_screen(text: str) -> str:
    """A reason in words of the page, which has fields where the command line has options."""
    for option, field in SETTINGS:
        text = option.sub(field, text)
    return text
