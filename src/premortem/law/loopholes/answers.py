"""Frames of questions answered, whichever kind of law is asked: outcome, deciding clause, and the clause that first asked."""

from collections.abc import Mapping

import polars as pl

from premortem.law import answers as several
from premortem.law.book import Book
from premortem.law.engine import decide
from premortem.law.fields.vocabulary import Vocabulary


def answered(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    """`outcome`, `clause` and `burden` of each row, in order; burden is null where nothing can be told."""
    found = _in_short(rows, book) if book.vocabulary.answers else _decided(rows, book)
    held = pl.DataFrame({"outcome": [*burdens(book.vocabulary)], "burden": [*burdens(book.vocabulary).values()]})
    return found.join(held.cast({"burden": pl.Int64}), on="outcome", how="left", maintain_order="left")


def burdens(words: Vocabulary) -> Mapping[str, int]:
    """How heavy each outcome is: of a law of shipments 0 where it frees, 2 where it denies, else 1; of a law of several kinds of
    answers its place among those of the first.
    """
    if not words.answers:
        return {o: 2 if o in words.denied else 0 if o in words.free else 1 for o in words.rank}
    first = next(iter(words.answers))
    return {
        o: i for i, (o, told) in enumerate(words.outcomes.items()) if told.kind == first and not told.open
    }  # fmt: skip


def _decided(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    found = decide(rows, book)
    return found.select("outcome", clause=pl.coalesce("clause", "required_by"))


def _in_short(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    words = book.vocabulary
    told = [{k: v for k, v in row.items() if v is not None} for row in rows.iter_rows(named=True)]
    first = next(iter(words.answers))
    said = several.merged_answers([several.complete(row, words) for row in told], book)
    outcomes = [str(answer.outcomes[first]) for answer in said]
    clauses = [answer.by.get(outcome) for answer, outcome in zip(said, outcomes, strict=True)]
    schema = {"outcome": pl.String, "clause": pl.String}
    return pl.DataFrame({"outcome": outcomes, "clause": clauses}, schema=schema)
