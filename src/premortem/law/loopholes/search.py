"""The search for loopholes: transactions that the law asks about, each in every other form, and those that then go more freely.

The same book and number of pairs give the same answer. Time only stops the search, and the answer says how many pairs it came to.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from premortem.law.book import Book
from premortem.law.fields import items
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import TYPES
from premortem.law.loopholes.answers import answered
from premortem.law.loopholes.forms import DATE, Form, forms, texts, unit
from premortem.law.loopholes.pairs import Loophole, Pair, smallest, told_of
from premortem.law.loopholes.sources import MADE_FOR, sources
from premortem.law.loopholes.substance import Substance, substance
from premortem.text.result import Document

# Most seconds and pairs of a search where nobody says.
SECONDS, PAIRS = 60.0, 500_000
# Pairs that are decided at once; transactions of one answer that are kept of a round; pairs of a kind that are made small.
BATCH, KEPT, TRIED = 50_000, 3, 3
# Rounds after which nothing new is made.
MOST_ROUNDS = 1_000
# What is known of the first transaction of a pair, beside its fields.
KNOWN = ("_row", MADE_FOR, "_outcome", "_clause", "_burden")
# What makes two pairs of one kind: the change, the sort of item, the file of the clause that is got round, the clause that frees, the
# day that parts them where days do, and the clause of an edited policy for which they were made: no hole of it hides behind another.
KIND = ("change", "sort", "file", "freed_by", "turn", "edited")


@dataclass(frozen=True)
class Search:
    """Loopholes found, most that slips through first; how many pairs were searched, and whether time ran out before the rest."""

    loopholes: tuple[Loophole, ...]
    searched: int
    timed_out: bool

    def as_dict(self) -> Document:
        """The keys that the command line prints."""
        return {
            "searched": self.searched,
            "found": len(self.loopholes),
            "timed_out": self.timed_out,
            "loopholes": [one.as_dict() for one in self.loopholes],
        }


def search(book: Book, seconds: float = SECONDS, pairs: int = PAIRS, options: Sequence[str] = ()) -> Search:
    """Loopholes of a book, one of each kind; none, and nothing searched, where its case does not say what is alike.

    A kind is a change of form, a sort of item, and an instrument that it gets round. `options` go with the commands that check
    a pair again. Pairs are counted by whole rounds.
    """
    told = substance(book.case)
    if told is None:
        return Search((), 0, False)
    ends, searched, found, kinds = time.monotonic() + seconds, 0, [], set[Any]()
    spoken = texts(book)
    every = forms(book, told, spoken)
    for turn in range(MOST_ROUNDS):
        new, known = _changed(_asked_about(sources(book, told, spoken, turn), book), every), len(kinds)
        for part in new.iter_slices(BATCH):
            if time.monotonic() > ends:
                break
            searched += part.height
            slipped = _sized(_slipped(part, book), every, book, told)
            found.append(slipped)
            kinds |= {*slipped.select(KIND).unique().rows()}
        # a whole round in which nothing new came says that little is left
        if searched >= pairs or len(kinds) == known or time.monotonic() > ends:
            break
    timed_out = time.monotonic() > ends
    best = _best(pl.concat(found, how="diagonal_relaxed"), every, book) if kinds else []
    loopholes = [told_of(pair, book, told, options) for pair in smallest(best, book, told)]
    return Search(tuple(_one_of_each(loopholes)), searched, timed_out)


def _changed(firsts: pl.DataFrame, every: Sequence[Form]) -> pl.DataFrame:
    """The second transactions of all pairs, each with what is known of the first and the number of its form."""
    changed = (f.apply(firsts).with_columns(_form=pl.lit(i)) for i, f in enumerate(every))
    return pl.concat([frame for frame in changed if frame.height] or [firsts.clear()], how="diagonal_relaxed")


def _asked_about(made: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Of transactions made those that the law does not leave alone, a few of each answer, with every field that may be given."""
    words, answers = book.vocabulary, answered(made.drop(MADE_FOR), book)
    absent = [pl.lit(None, TYPES[words.fields[f].type]).alias(f) for f in words.given if f not in made.columns]
    held = made.with_columns(
        *absent,
        _outcome=answers["outcome"],
        _clause=answers["clause"],
        _burden=answers["burden"],
        **{f"_a_{f}": pl.col(f) for f in made.columns if f != MADE_FOR},
    )
    alike = [MADE_FOR, "_outcome", "_clause", *(c for c in ("item",) if c in made.columns)]
    few = held.filter(pl.col("_burden") > 0).filter(pl.int_range(pl.len()).over(alike) < KEPT)
    return few.with_row_index("_row")


def _slipped(part: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Pairs of which the second goes more freely."""
    fields = [c for c in book.vocabulary.given if part[c].null_count() < part.height]
    answers = answered(part.select(fields), book)
    more = part.with_columns(outcome=answers["outcome"], clause=answers["clause"], burden=answers["burden"])
    return more.filter(pl.col("burden") < pl.col("_burden"))


def _sized(slipped: pl.DataFrame, every: Sequence[Form], book: Book, told: Substance) -> pl.DataFrame:
    """Pairs with what slips through by each, their kind, and how many fields they tell."""
    words = book.vocabulary
    whole = pl.col("_form").is_in([i for i, form in enumerate(every) if form.whole])
    names = pl.col("_form").replace_strict(range(len(every)), [f.name for f in every], return_dtype=pl.String)
    if "item" in words.given:
        yardstick = items.measures(book.case).get(transfers(book.case).items.yardstick) or 1.0
        units = pl.when(whole).then("_a_quantity").otherwise("quantity")
        size, sort = units * unit(words) / yardstick, _sort(book)
    else:
        size, sort = pl.col(told.size.field) / told.size.per, pl.lit("")
    return slipped.with_columns(
        size=size.fill_null(0.0),
        told=pl.sum_horizontal(pl.col(f).is_not_null() for f in words.given),
        change=names,
        sort=sort,
        named=pl.lit(True) if "item" not in words.given else pl.col("item").is_in([*words.kinds]).not_(),
        file=pl.col("_clause").str.split(".").list.first().fill_null(""),
        turn=pl.when(names == DATE).then(_turn(words.asked or "date")).fill_null(""),
        edited=pl.when(pl.col(MADE_FOR).is_in([*book.edited])).then(MADE_FOR).fill_null(""),
        freed_by=pl.when(pl.col("burden") == 0).then("clause").fill_null(""),
    )


def _turn(day: str) -> pl.Expr:
    """The later of the two days of a pair, as a text."""
    return pl.max_horizontal(f"_a_{day}", day).cast(pl.String)


def _sort(book: Book) -> pl.Expr:
    """The sort of item of the first transaction: its kind, or the usual one of what the catalogue names."""
    kinds, usual = book.vocabulary.kinds, transfers(book.case).items.usual
    return pl.when(pl.col("_a_item").is_in([*kinds])).then("_a_item").otherwise(pl.lit(usual))


def _best(found: pl.DataFrame, every: Sequence[Form], book: Book) -> list[Pair]:
    """The pairs of each kind by which most slips through, to a power of ten; of several those that fall furthest, and tell least."""
    ranked = found.with_row_index("_n").sort(
        pl.col("size").clip(lower_bound=0.1).log10().floor(), "burden", "named", "told", "size", "_n",
        descending=[True, False, True, False, True, False], maintain_order=True,
    )  # fmt: skip
    best = ranked.filter(pl.int_range(pl.len()).over(KIND) < TRIED)
    fields = book.vocabulary.given
    return [
        Pair(
            every[row["_form"]],
            tuple(row[key] for key in KIND),
            {f: row[f"_a_{f}"] for f in fields if row.get(f"_a_{f}") is not None},
            {f: row[f] for f in fields if row[f] is not None},
            (row["_outcome"], row["outcome"]),
            (row["_clause"] or "", row["clause"] or ""),
            row["size"],
        )
        for row in best.iter_rows(named=True)
    ]


def _one_of_each(found: Sequence[Loophole]) -> list[Loophole]:
    """Of each kind the loophole that tells least, most that slips through first."""
    by_kind: dict[tuple[str, ...], Loophole] = {}
    for one in sorted(found, key=lambda one: (len(one.a) + len(one.b), -one.h100e)):
        by_kind.setdefault(one.kind, one)
    return sorted(by_kind.values(), key=lambda one: (-one.h100e, one.name, one.kind))
