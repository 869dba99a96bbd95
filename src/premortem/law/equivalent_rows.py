"""Groups rows that clauses treat alike, so that what is told of them is worked out once: kinds of rows, which only running
totals tell apart, and rows whose answers rest on the same grounds.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.case import Case
from premortem.law.clauses.binding import limit
from premortem.law.clauses.candidate_clauses import operative, turning_days
from premortem.law.clauses.clause import QUESTION, Clause, Rulebook
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.tested_values import DAY, Tested
from premortem.law.clauses.totals import start
from premortem.law.fields import items
from premortem.law.fields.column_texts import numbered, texts_of
from premortem.law.fields.groups import Kinds, combined, numbers
from premortem.law.fields.places import TierChange, atlas
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.parties import lists as party_lists
from premortem.law.parties import lookup, seats
from premortem.law.parties.clearing import clearings
from premortem.law.parties.spelling import key
from premortem.law.parties.telltale import saying, signs_of

EPOCH = date(1970, 1, 1)
# Share of the rows that there may be kinds: where there are more, to group them saves nothing.
MOST_KINDS = 0.5


def kinds(given: pl.DataFrame, book: Rulebook) -> Kinds:
    """Rows that the book cannot tell apart, but by what is shipped and by what was shipped before: in a ledger there are few.

    Where nearly each row is a kind of its own, each is.
    """
    found = combined(_coded_kinds(given, book), given.height)
    each = np.arange(given.height)
    return found if len(found.first) <= MOST_KINDS * given.height else Kinds(each, each)


def alike(given: pl.DataFrame, answers: pl.DataFrame, together: pl.Series, book: Rulebook, kinds: Kinds) -> Kinds:
    """Rows whose answers rest on the same grounds, of those that `kinds` groups.

    `answers` are what `decide` said of the rows, totals included; `together` is what each ships with others (`ledger.together`). Two rows are in a group where every clause of the book
    has the same answer to both, and to both with the same change of a field.
    """
    told = combined(_coded(given[kinds.first], book), len(kinds.first))
    back = [numbers(given["_back"].is_not_null())] if "_back" in given.columns else []
    totals = _of_totals(given, answers, book, kinds)
    return combined(
        [(told.of[kinds.of], len(told.first)), *back, *_of_shipped(answers, together, book), *totals], given.height
    )


def _of_shipped(answers: pl.DataFrame, together: pl.Series, book: Rulebook) -> Iterator[tuple[NDArray[Any], int]]:
    """Where what is shipped, alone and with others, lies among the numbers by which a question asks of it."""
    words = book.vocabulary
    asking = [c for c in operative(book) if c.stage == QUESTION]
    if lines := Tested(asking, words).against.get(words.measure.all):
        for shipped in (answers[words.measure.all], together):
            yield _between(shipped, sorted(lines))


def _coded_kinds(given: pl.DataFrame, book: Rulebook) -> Iterator[tuple[NDArray[Any], int]]:
    """Numbers that tell kinds of rows apart: by each field, but for what is shipped, where no clause asks for it."""
    clauses, words = operative(book), book.vocabulary
    tested = Tested(clauses, words)
    shipped = {"quantity", words.measure.all}
    # what is shipped may raise a question, which decides nothing (`alike`)
    deciding = [c for c in clauses if c.stage != QUESTION]
    asked = {name for c in deciding for text in (c.applies, "" if c.total else c.within) for name in identifiers(text)}
    names = _Names(given, tested, book)
    for name in (n for n in given.columns if n in words.fields):
        column = given[name]
        if name in shipped and shipped.isdisjoint(asked):
            yield numbers(column.is_null())
        elif name == "date":
            yield _between(column.to_physical(), names.days())
        elif name in lookup.ROLES:
            yield _classed(column, partial(names.stands_for, name))
        else:
            yield numbers(column)


def _coded(given: pl.DataFrame, book: Rulebook) -> Iterator[tuple[NDArray[Any], int]]:
    """Numbers that tell the grounds of rows apart, by each field, and how many there may be."""
    words = book.vocabulary
    tested = Tested(operative(book), words)
    names = _Names(given, tested, book)
    for name in (n for n in given.columns if n in words.fields and n != "quantity"):
        column, kind = given[name], words.fields[name].type
        if kind == "date":
            yield _between(column.to_physical(), names.days())
        elif kind == "number" and name not in tested.whole:
            yield _between(column, sorted(tested.against.get(name, ())))
        elif kind == "country" and not names.known:  # a known firm's seat is compared with the place itself
            yield _classed(column, partial(_place, tested=tested, book=book))
        elif name == "item":
            yield _classed(column, partial(_item, classes=_items(tested, book)))
        elif name in lookup.ROLES:
            yield _classed(column, partial(names.stands_for, name))
        else:
            yield numbers(column)
    yield from _of_same(given)


def _of_same(given: pl.DataFrame) -> Iterator[tuple[NDArray[Any], int]]:
    """Whether each party beside the consignee is the consignee itself (`seats.is_consignee`)."""
    for role in (role for role in seats.BESIDE if {role, "consignee"}.issubset(given.columns)):
        yield numbers((given[role] == given["consignee"]).fill_null(False))


def _item(item: str | None, classes: Mapping[str, Hashable]) -> Hashable:
    return classes.get(item or "", item)


def _items(tested: Tested, book: Rulebook) -> dict[str, Hashable]:
    """What stands for an item of the catalogue: where its numbers lie among those that they are compared with, and the rest
    of what a clause may ask; any other item stands for itself.
    """
    table = items.named_items(book.case)
    told: list[list[Any]] = [table["vendor"].to_list(), table["kind"].to_list()]
    told.append([_place(place, tested, book) for place in table["c_designer_hq"]])
    for name in transfers(book.case).items.columns:
        column = table[f"c_{name}"]
        compared = column.dtype.is_numeric() and name not in tested.whole
        codes = _between(column, sorted(tested.against.get(name, ())))[0] if compared else column
        told.append(codes.to_list() if isinstance(codes, pl.Series) else codes.tolist())
    classes = zip(table["item"], zip(*told, strict=True), strict=True)
    return {item: of for item, of in classes if item not in tested.words}


def _classed(column: pl.Series, class_of: Callable[[Any], Any]) -> tuple[NDArray[Any], int]:
    """Each text by the number of its class."""
    places, texts = numbered(column)
    classes = [class_of(text) for text in texts]
    places_of = {c: i for i, c in enumerate(dict.fromkeys(classes))}
    return np.array([places_of[c] for c in classes])[places], len(places_of)


def _between(column: pl.Series, against: Sequence[float]) -> tuple[NDArray[Any], int]:
    """Each number by where it lies among those that it is compared with: below, at, or above each; and where there is none."""
    ends = np.array(sorted(against), float)
    values = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    codes = np.searchsorted(ends, values, "left") + np.searchsorted(ends, values, "right")
    return np.where(np.isnan(values), 2 * len(ends) + 1, codes), 2 * len(ends) + 2


# What stands for a name that asks for a look by its own words.
ASKS = " asks"


class _Names:
    """The parties that rows name, and of which of them a table, or a clause, has something to say."""

    def __init__(self, given: pl.DataFrame, tested: Tested, book: Rulebook) -> None:
        self.tested, self.book, self.case = tested, book, book.case
        named = {n for role in lookup.ROLES if role in given.columns for n in texts_of(given[role]) if n}
        # those of which the tables have something to say, or ask to look at
        seated = {name for name in named if seats.seats_of(name, self.case)}
        self.known = lookup.suspects(named, self.case) | seated
        screened = _screened(named, given, self.case)
        # those of which no table says anything, and that say a place or a body themselves: all ask the same
        self.asking = lookup.asking(self.known, self.case) - seated - screened
        self.told = {*self.known, *screened} - self.asking
        # and those of which a caution speaks by their words
        words = transfers(self.case).cautions.named
        self.cautioned = saying(named - self.told, words) if words else frozenset()
        self.says = self._says(named - self.told) if not {*seats.SEATED}.isdisjoint(given.columns) else {}

    def days(self) -> list[int]:
        """Days on which an answer may change, as numbers."""
        turns = _turns(self.known, self.case) if self.known or self.case.lists else ()
        return [(day - EPOCH).days for day in {*turning_days(self.book), *self.tested.days, *turns}]

    def stands_for(self, role: str, name: str | None) -> str | None:
        """What stands for a name: itself where a table knows it, the spelling by which clauses know it, any that asks
        for a look, or anybody.
        """
        if not name or name in self.told:
            return name
        spelt = lookup.addressee(name, self.case) if role == "exporter" else key(name) if role == "consignee" else name
        if name in self.cautioned:  # several cautions may, of other words each
            return name
        return f" {spelt}" if spelt in self.tested.words else self.says.get(name, ASKS if name in self.asking else "")

    def _says(self, names: set[str]) -> dict[str, str]:
        """What stands for names that say a place, which a seat that is given may contradict: their places' words."""
        signs_of(names, self.case)  # all at once, and known from then on
        said = {name: seats.places_said(name, self.case) for name in names}
        asks = {name: ASKS if name in self.asking else "" for name in names}
        return {name: f"{asks[name]} says {' '.join(words)}" for name, words in said.items() if words}


def _screened(names: set[str], given: pl.DataFrame, case: Case) -> set[str]:
    """Names that are not unknown: a table holds them, they are words for an exporter, or some row clears them."""
    cleared: dict[str, str] = {}
    for text in given["cleared"].unique().drop_nulls() if "cleared" in given.columns else ():
        cleared |= clearings(text)
    return names - {*lookup.unknown_names({name: name for name in names}, case, cleared)}


def _turns(known: set[str], case: Case) -> Iterator[date]:
    """Days on which what the tables say of these names changes."""
    yield from party_lists.turning_days(case)
    for found in (found for name in known for found in seats.seats_of(name, case)):
        yield from filter(None, (found.listed, found.first, found.last and found.last + DAY))


def _place(place: str | None, tested: Tested, book: Rulebook) -> Any:
    """What stands for a place: the tests that name it, and its groups on every day, whether or not what nobody confirmed
    holds; or itself, where more is asked of it.
    """
    groups = _groups(book.case, book.moves).get(place or "")
    return place if groups is None or place in tested.apart else (frozenset(tested.tests.get(str(place), ())), groups)


@cache
def _groups(case: Case, moves: tuple[TierChange, ...]) -> dict[str, tuple[Any, ...]]:
    """Groups of each place on every day, read both ways."""
    held: dict[str, tuple[Any, ...]] = {}
    for doubting in (False, True):
        for place, *groups in atlas(case, moves, doubting).table.sort("period").rows():
            held[place] = (*held.get(place, ()), *groups)
    return held


def _of_totals(
    given: pl.DataFrame, answers: pl.DataFrame, book: Rulebook, kinds: Kinds
) -> Iterator[tuple[NDArray[Any], int]]:
    """Whether a row fits each limit, after what the ledger counted before it, or alone where none was asked."""
    words = book.vocabulary
    kept = [c for c in operative(book) if c.total]
    if not kept:
        return
    shipped = answers[words.measure.all]
    amount = shipped.to_numpy()
    for c in kept:
        assert c.total is not None
        alone, most = (of_kind[kinds.of] for of_kind in _limits(given[kinds.first], c, words))
        counted = answers[c.total.into].to_numpy() if c.total.into in answers.columns else np.nan
        after = np.where(np.isnan(counted), alone + amount, counted)
        yield np.where(np.isnan(after) | np.isnan(most), 2, after <= most), 3
    # of what has no measure another one is tried, and then the units count
    if shipped.null_count():
        yield numbers(given.select(pl.when(shipped.is_null()).then(pl.col("quantity"))).to_series())


def _limits(rows: pl.DataFrame, clause: Clause, words: Vocabulary) -> tuple[NDArray[Any], NDArray[Any]]:
    """What each row tells of a clause's total before it, and the limit of that total on its day; NaN where there is none."""
    zero = [pl.col(f).fill_null(0.0) if f in rows.columns else pl.lit(0.0).alias(f) for f in _looked_at(clause, words)]
    found = rows.select("date", *zero).select(start(clause).alias("alone"), limit(clause, words).alias("most"))
    return found["alone"].cast(pl.Float64).to_numpy(), found["most"].cast(pl.Float64).to_numpy()


def _looked_at(clause: Clause, words: Vocabulary) -> list[str]:
    """Fields that a row's own part of a total and its limit look at."""
    assert clause.total is not None
    limits = (name for name in identifiers(clause.within) if name not in clause.numbers and name in words.given)
    return [f for f in (clause.total.start, clause.total.less, *limits) if f]
