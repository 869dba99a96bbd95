"""Groups rows that every clause treats alike: they share one answer, so its grounds are worked out once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.case import Case
from premortem.law import items, parties, party_lists, seats
from premortem.law.binding import limit
from premortem.law.candidate_clauses import operative, turning_days
from premortem.law.clause import Clause, Rulebook
from premortem.law.clearing import clearings
from premortem.law.conditions import identifiers
from premortem.law.places import TierChange, atlas
from premortem.law.spelling import key
from premortem.law.tested_values import DAY, Tested
from premortem.law.totals import start
from premortem.law.transfers import transfers
from premortem.law.vocabulary import Vocabulary

EPOCH = date(1970, 1, 1)
# Most that the numbers of two columns may come to before they are counted anew.
MOST = 2**62


def alike(given: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The number of each row's group, from 0, and the first row of each group.

    `answers` are what `decide` said of the rows, totals included. Two rows are in a group where every clause of the book
    has the same answer to both, and to both with the same change of a field.
    """
    combined, size = np.zeros(given.height, np.uint64), 1
    for codes, count in _coded(given, answers, book):
        if size * count > MOST:
            combined, size = _numbered(pl.Series(combined))
        combined = combined * np.uint64(count) + codes.astype(np.uint64)
        size *= count
    return distinct(pl.DataFrame({"key": combined}))


def distinct(rows: pl.DataFrame) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The number of each row's group of equal rows, from 0, and the first row of each group."""
    keys, numbered = rows.columns, rows.with_row_index("_first")
    firsts = numbered.group_by(keys).agg(pl.col("_first").min()).sort("_first").with_row_index("_group")
    found = numbered.join(firsts.drop("_first"), on=keys, how="left", maintain_order="left", nulls_equal=True)
    return found["_group"].to_numpy(), firsts["_first"].to_numpy()


def _coded(given: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> Iterator[tuple[NDArray[Any], int]]:
    """Numbers that tell the rows apart, and how many there may be: by each field, and by each limit of a total."""
    clauses, words, case = operative(book), book.vocabulary, book.case
    tested = Tested(clauses, words)
    names = {name for role in parties.ROLES if role in given.columns for name in given[role].unique() if name}
    known = {name for name in names if _known(name, case)}
    told = {*known, *_screened(names, given, case)}
    for name in (n for n in given.columns if n in words.fields and n != "quantity"):
        column, kind = given[name], words.fields[name].type
        if kind == "date":
            days = {*turning_days(book), *tested.days, *(_turns(known, case) if known or case.lists else ())}
            yield _between(column.to_physical(), [(day - EPOCH).days for day in days])
        elif kind == "number" and name not in tested.whole:
            yield _between(column, sorted(tested.against.get(name, ())))
        elif kind == "country" and not known:  # a known firm's seat is compared with the place itself
            yield _classed(column, partial(_place, tested=tested, book=book))
        elif name == "item":
            yield _classed(column, partial(_item, classes=_items(tested, book)))
        elif name in parties.ROLES:
            yield _classed(column, partial(_named, role=name, known=told, words=tested.words, case=case))
        else:
            yield _numbered(column)
    if "_back" in given.columns:
        yield _numbered(given["_back"].is_not_null())
    yield from _totals(given, answers, clauses, words)


def _item(item: str | None, classes: Mapping[str, Any]) -> Any:
    return classes.get(item or "", item)


def _items(tested: Tested, book: Rulebook) -> dict[str, Any]:
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


def _numbered(column: pl.Series) -> tuple[NDArray[Any], int]:
    """Each value by a number of its own."""
    values = column.unique()
    return column.replace_strict(values, pl.Series(range(len(values)), dtype=pl.UInt32)).to_numpy(), len(values)


def _classed(column: pl.Series, class_of: Callable[[Any], Any]) -> tuple[NDArray[Any], int]:
    """Each value by the number of its class."""
    values = column.unique()
    classes = [class_of(value) for value in values]
    numbers = {c: i for i, c in enumerate(dict.fromkeys(classes))}
    codes = pl.Series([numbers[c] for c in classes], dtype=pl.UInt32)
    return column.replace_strict(values, codes).to_numpy(), len(numbers)


def _between(column: pl.Series, against: Sequence[float]) -> tuple[NDArray[Any], int]:
    """Each number by where it lies among those that it is compared with: below, at, or above each; and where there is none."""
    ends = np.array(sorted(against), float)
    values = column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    codes = np.searchsorted(ends, values, "left") + np.searchsorted(ends, values, "right")
    return np.where(np.isnan(values), 2 * len(ends) + 1, codes), 2 * len(ends) + 2


def _known(name: str | None, case: Case) -> bool:
    """Whether the tables of parties or of firms have something to say of a name, or ask to look at it."""
    return bool(name) and (parties.suspect(str(name), case) or bool(seats.seats_of(str(name), case)))


def _screened(names: set[str], given: pl.DataFrame, case: Case) -> set[str]:
    """Names that are not unscreened: a table holds them, they are words for an exporter, or some row clears them."""
    cleared: dict[str, str] = {}
    for text in given["cleared"].unique().drop_nulls() if "cleared" in given.columns else ():
        cleared |= clearings(text)
    return names - {*parties.unscreened_names({name: name for name in names}, case, cleared)}


def _turns(known: set[str], case: Case) -> Iterator[date]:
    """Days on which what the tables say of these names changes."""
    yield from party_lists.turning_days(case)
    for found in (found for name in known for found in seats.seats_of(name, case)):
        yield from filter(None, (found.listed, found.first, found.last and found.last + DAY))


def _named(name: str | None, role: str, known: set[str], words: frozenset[str], case: Case) -> str | None:
    """What stands for a name: itself where a table knows it, the spelling by which clauses know it, or anybody."""
    if not name or name in known:
        return name
    spelt = parties.addressee(name, case) if role == "exporter" else key(name) if role == "consignee" else name
    return f" {spelt}" if spelt in words else ""


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


def _totals(
    given: pl.DataFrame, answers: pl.DataFrame, clauses: Sequence[Clause], words: Vocabulary
) -> Iterator[tuple[NDArray[Any], int]]:
    """Whether a row fits each limit, after what the ledger counted before it, or alone where none was asked."""
    kept = [c for c in clauses if c.total]
    if not kept:
        return
    columns = dict.fromkeys(f for c in kept for f in _looked_at(c, words))
    zero = [pl.col(f).fill_null(0.0) if f in given.columns else pl.lit(0.0).alias(f) for f in columns]
    frame = given.select("date", "quantity", *zero).with_columns(answers[words.measure.all])
    for c in kept:
        assert c.total is not None
        counted = answers[c.total.into] if c.total.into in answers.columns else pl.Series([None], dtype=pl.Float64)
        after = pl.coalesce(pl.lit(counted), start(c) + pl.col(words.measure.all))
        fits = frame.select((after <= limit(c, words)).cast(pl.UInt8).fill_null(2)).to_series()
        yield fits.to_numpy(), 3
    # of what has no measure another one is tried, and then the units count
    unmeasured = pl.col(words.measure.all).is_null()
    yield _numbered(frame.select(pl.when(unmeasured).then(pl.col("quantity"))).to_series())


def _looked_at(clause: Clause, words: Vocabulary) -> list[str]:
    """Fields that a row's own part of a total and its limit look at."""
    assert clause.total is not None
    limits = (name for name in identifiers(clause.within) if name not in clause.numbers and name in words.given)
    return [f for f in (clause.total.start, clause.total.less, *limits) if f]
