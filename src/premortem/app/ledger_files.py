"""A decided ledger as files for whoever gave it: under their own headings, and by themselves the rows that need a look."""

from collections.abc import Iterable, Mapping

import polars as pl

from premortem.app import shipment_form
from premortem.app.page_words import grounds_in_words, on_page
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger.remainder import ROW, WHY
from premortem.law.verdict_codes import RETURNED
from premortem.text.numbers import capital

# The column of the rows that need a look that says why each does.
REASON = "why"


def own_headings(mapping: Mapping[str, str], unread: Iterable[str]) -> dict[str, str]:
    """How the user calls each column of a decided table: `mapping` is of fields by heading, and what is `unread` begins with `_`."""
    return {field: heading for heading, field in mapping.items()} | {f"_{heading}": heading for heading in unread}


def under_own_headings(table: pl.DataFrame, own: Mapping[str, str]) -> pl.DataFrame:
    """The table with its user's headings; one that would be there twice keeps the name that it has."""
    wanted = {name: own[name] for name in table.columns if name in own}
    taken = [*(name for name in table.columns if name not in wanted), *wanted.values()]
    return table.rename({name: heading for name, heading in wanted.items() if taken.count(heading) == 1})


def needs_look(decided: pl.DataFrame) -> pl.DataFrame:
    """Rows that were rejected, or of which it hangs on something whether they may go, each with its number. A row that gives back an
    earlier one hangs on nothing.
    """
    numbered = decided.drop(ROW, strict=False).with_row_index(ROW, offset=1)
    hangs = pl.col("may_go").is_null() & pl.col("outcome").ne_missing(RETURNED)
    return numbered.filter(pl.col(WHY).is_not_null() | hangs)


def told_in_words(decided: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """The decided table with its reasons as a page tells them: fields by how they are called, no option of a command."""
    rests = pl.col("rests_on").map_elements(lambda text: on_page(grounds_in_words(text, words)), pl.String)
    return decided.with_columns(pl.col(WHY).map_elements(on_page, pl.String), rests)


def to_look_at(decided: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """The rows that need a look, each with why."""
    kept = needs_look(decided)
    reasons = [_why(row, words) for row in kept.select(WHY, "outcome", "rests_on", "hits").to_dicts()]
    return kept.insert_column(1, pl.Series(REASON, reasons, pl.String))


def _why(row: Mapping[str, str | None], words: Vocabulary) -> str:
    """Why a row needs a look: that it was rejected, what it hangs on, a name to look at, or what must be said before it is decided."""
    if row[WHY]:
        return f"Rejected: {row[WHY]}"
    outcome, rests, hits = row["outcome"] or "", row["rests_on"], row["hits"]
    found = [f"Hangs on: {rests}"] if rests else []
    found += [f"Name to look at: {hits}"] if hits else []
    return ". ".join(found) or capital(shipment_form.reads(outcome, words))
