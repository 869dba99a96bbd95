"""Columns that no field takes and that name another item than their row's: where that other item may not go, the row asks for a look."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import polars as pl

from premortem.case import Case
from premortem.law.clauses.clause import Rulebook
from premortem.law.fields.groups import Kinds
from premortem.law.fields.item_spellings import models, tokens
from premortem.law.fields.items import named_items
from premortem.law.fields.transfers import transfers
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.decided_otherwise import decided_otherwise
from premortem.law.ledger.field_guesses import fold_heading
from premortem.law.ledger.withheld import Doubt, doubt_of_each
from premortem.law.permission import as_good

# Fewest letters and digits of a model's word that is looked for: shorter ones are shelves, sizes and lines of much else.
FEWEST = 3
RESTS_ON = "column {heading} says {said}, and as {item} it would be {outcome}"
SAYS = (
    "Column {heading} names, in {rows}, another item than the row's, which may not go so (rests_on says which): look at what is shipped, give "
    "it as the item, or say by --map COLUMN=reference that the column is none of it."
)


def unread_items(
    named: pl.DataFrame, good: pl.DataFrame, answers: pl.DataFrame, kinds: Kinds, book: Rulebook
) -> Iterator[Doubt]:
    """Of each column that is not read the rows whose cells name an item of the catalogue that is not theirs, and worse.

    `named` is a ledger under the names of fields; `good` are its rows that can be decided, typed, and of `kinds`; `answers` what was
    decided of them.
    """
    by_word = _by_word(book.case)
    free = answers["outcome"].is_in([*book.vocabulary.free])
    if "item" not in good.columns or not by_word or not free.any():
        return
    pattern = rf"(?i)(?:^|[^a-z0-9])(?:{'|'.join(sorted(by_word, key=lambda w: (-len(w), w)))})(?:[^a-z0-9]|$)"
    apart = transfers(book.case).unread.codes_apart
    for column in (c for c in named.columns if c.startswith("_") and c != MISSHAPEN and named[c].dtype == pl.String):
        if apart and re.search(apart, fold_heading(column)):
            continue
        cells = named[column][good["_row"]]
        says = _says(
            cells,
            (free & cells.str.contains(pattern).fill_null(False)).arg_true().to_list(),
            good,
            answers,
            kinds,
            book,
        )
        if says:
            yield doubt_of_each(says, good.height, SAYS, column.removeprefix("_"))


def _says(
    cells: pl.Series, at: list[int], good: pl.DataFrame, answers: pl.DataFrame, kinds: Kinds, book: Rulebook
) -> dict[int, str]:
    """What the cells of some rows say of another item, where that is worse."""
    by_word, items = _by_word(book.case), good["item"]
    named = {text: frozenset(i for word in models(text) for i in by_word.get(word, ())) for text in cells[at].unique()}
    other = {i: found for i in at if (found := named[cells[i]]) and items[i] not in found}
    first = {(kinds.of[i], item): i for i in reversed(other) for item in sorted(other[i])}
    if not first:
        return {}
    outcomes = decided_otherwise(good[[*first.values()]], "item", [item for _, item in first], book)
    then = dict(zip(first, outcomes, strict=True))
    says = {}
    for i, candidates in other.items():
        said = {*tokens(cells[i])}
        for item in sorted(candidates, key=lambda name: (-len(said & {*tokens(name)}), len(name), name)):
            outcome = then[kinds.of[i], item]
            if not as_good(outcome, answers["outcome"][i], book.vocabulary):
                heading = cells.name.removeprefix("_")
                says[i] = RESTS_ON.format(heading=heading, said=cells[i][:40], item=item, outcome=outcome)
                break
    return says


@cache
def _by_word(case: Case) -> Mapping[str, frozenset[str]]:
    """Items with names of their own, by the words that tell their models."""
    found: dict[str, set[str]] = {}
    for item in named_items(case)["item"]:
        for word in models(item):
            if len(word) >= FEWEST and word.isalnum() and not word.isdecimal():
                found.setdefault(word, set()).add(item)
    return {word: frozenset(items) for word, items in found.items()}
