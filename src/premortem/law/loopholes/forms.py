"""Changes of form: each takes transactions and gives the same ones in another form, their substance as it was."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from premortem.law.book import Book
from premortem.law.clauses.candidate_clauses import operative, turning_days
from premortem.law.clauses.clause_values import ABOUT, words_tested
from premortem.law.clauses.conditions import condition, identifiers
from premortem.law.clauses.tested_values import Tested
from premortem.law.fields import items
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import TYPES, Vocabulary
from premortem.law.loopholes.substance import ANY, Change, Substance
from premortem.law.timeline import starts

DAY = timedelta(days=1)
# Names of the changes that every case has.
ITEM, PARTS, SHARED, DATE, LINE = "item", "parts", "split", "day", "line"


@dataclass(frozen=True)
class Form:
    """A change of form: its name, the fields that it changes, and what it does to a frame that has every field."""

    name: str
    fields: tuple[str, ...]
    apply: Callable[[pl.DataFrame], pl.DataFrame]
    whole: bool = False  # whether all of the first transaction goes, in parts of which the second is one


def forms(book: Book, told: Substance, spoken: Mapping[str, tuple[str, ...]]) -> list[Form]:
    """Every change of form under a book, in an order that is always the same; `spoken` are its `texts`."""
    words = book.vocabulary
    clauses = operative(book, words.first, words.last)
    tested = Tested(clauses, words)
    found = [f for name, change in told.change.items() for f in _declared(name, change, spoken, words)]
    free = [name for name in words.given if name not in told.kept]
    for name in free:
        match words.fields[name].type:
            case "number" if name != "quantity":
                found += _across(name, sorted(tested.against.get(name, ())), told.near, words)
            case "flag":
                found += [_set(name, {name: pl.lit(value)}) for value in (True, False)]
            case "text" | "country" if name != "item":
                found += [_set(name, {name: pl.lit(value)}) for value in spoken.get(name, ())]
            case "date":
                found += _other_days(name, sorted(_turns(name, book)), told.days)
    if "quantity" in free:
        found += _in_parts(tested.against, book)
    if "item" in free:
        found += _other_items(spoken.get("item", ()), words)
    return [_counted_anew(form, book) for form in found]


def _set(name: str, values: Mapping[str, pl.Expr], where: pl.Expr | None = None, whole: bool = False) -> Form:
    """A change that gives some fields other values, where a condition holds."""

    def apply(rows: pl.DataFrame) -> pl.DataFrame:
        held = rows if where is None else rows.filter(where.fill_null(False))
        return held.with_columns(value.alias(field) for field, value in values.items())

    return Form(name, tuple(values), apply, whole)


def texts(book: Book) -> dict[str, tuple[str, ...]]:
    """By field the texts worth trying: its few choices, places of every kind, and those that a clause names."""
    words, told = book.vocabulary, transfers(book.case)
    found: dict[str, dict[str, None]] = {name: {} for name in words.given}
    for name, held in found.items():
        field = words.fields[name]
        also: Iterable[str] = field.choices
        also = told.probes.places if field.type == "country" else told.probes.items if name == "item" else also
        also = words.lists.get(told.parties.words, ()) if name == "exporter" else also
        held.update(dict.fromkeys(value for value in also if value not in field.open))
    for c in operative(book, words.first, words.last):
        for name, word in words_tested(f"{c.applies} {c.within}"):
            if name in found:
                found[name][word] = None
    return {name: tuple(values) for name, values in found.items()}


def _declared(name: str, change: Change, spoken: Mapping[str, tuple[str, ...]], words: Vocabulary) -> Iterator[Form]:
    """The changes that a case declares under a name: one for each value that `*` may stand for."""
    any_of = [field for field, text in change.set.items() if text == ANY]
    where = condition(change.where, {}, words) if change.where else None
    tried = change.values.get(any_of[0], spoken.get(any_of[0], ())) if any_of else ("",)
    for value in tried:
        yield _set(name, {f: _expression(text, value, f, words) for f, text in change.set.items()}, where)


def _expression(text: str | tuple[str, ...], value: str, field: str, words: Vocabulary) -> pl.Expr:
    if text == ANY:
        return pl.lit(value)
    if isinstance(text, tuple):
        return pl.coalesce(condition(each, {}, words) for each in text)
    return condition(text, {}, words) if text else pl.lit(None, TYPES[words.fields[field].type])


def _across(name: str, lines: list[float], near: float, words: Vocabulary) -> Iterator[Form]:
    """A number that lies near a line of some clause, at the line or just to one side of it."""
    value = pl.col(name)
    for side in ABOUT if lines else ():
        moved = pl.lit(None, pl.Float64)
        for line in reversed(lines):
            close = ((value - line).abs() <= near * line) & (line * side <= words.fields[name].most)
            moved = pl.when(close).then(pl.lit(line * side)).otherwise(moved)
        yield _set(f"{LINE} {name}", {name: moved}, moved.is_not_null())


def _other_days(name: str, turns: list[date], most: int) -> Iterator[Form]:
    """A day on the other side of the next day, or of the last one, on which the law turns."""
    days = np.array(turns, "datetime64[D]")

    def later(rows: pl.DataFrame) -> pl.DataFrame:
        return _moved(rows, name, days, 0, most)

    def sooner(rows: pl.DataFrame) -> pl.DataFrame:
        return _moved(rows, name, days, -1, most)

    yield Form(DATE, (name,), later)
    yield Form(DATE, (name,), sooner)


def _moved(rows: pl.DataFrame, name: str, turns: Any, step: int, most: int) -> pl.DataFrame:
    held = rows.filter(pl.col(name).is_not_null())
    now = held[name].to_numpy().astype("datetime64[D]")
    at = np.searchsorted(turns, now, "right") + step
    there = (at >= 0) & (at < len(turns))
    then = turns[np.clip(at, 0, len(turns) - 1)] + np.timedelta64(step, "D")
    near = there & (np.abs((then - now).astype(int)) <= most)
    return held.with_columns(pl.Series(name, then)).filter(pl.Series(near))


def _turns(name: str, book: Book) -> set[date]:
    """Days on which the answer may turn with a field: of the day of a transaction those of clauses, and of yearly totals."""
    words = book.vocabulary
    days = {
        date.fromisoformat(word)
        for c in operative(book, words.first, words.last)
        for field, word in words_tested(f"{c.applies} {c.within}")
        if field == name
    }
    if name == (words.asked or "date"):
        days |= {*(starts(book) if words.answers else turning_days(book))}
        if any(c.total and c.total.window == "year" for c in book.clauses):
            days |= {date(year, 1, 1) for year in range(words.first.year, words.last.year + 1)}
    return {day for day in days if words.first <= day <= words.last}


def _in_parts(against: Mapping[str, set[float]], book: Book) -> Iterator[Form]:
    """One of several parts, each under a line on the quantity or on its measure; and each under a total of one consignee, to
    affiliates of whom each has its own.
    """
    measure, whole = book.vocabulary.measure.all, pl.col("quantity")
    fewest = [pl.lit(line) for line in sorted(against.get("quantity", ()))]
    fewest += [line / unit(book.vocabulary) for line in sorted(against.get(measure, ()))]
    for fewer in fewest:
        for side in (1.0, ABOUT[0]):
            part = (fewer * side).floor()
            yield _set(PARTS, {"quantity": part}, (part >= 1) & (part < whole), whole=True)
    for c in book.clauses:
        if c.total and "consignee" in c.total.per and c.begins:
            for line in sorted({d.value for k in c.numbers if k in identifiers(c.within) for d in c.numbers[k]}):
                part = (line / unit(book.vocabulary)).floor()
                own = {"quantity": part, "consignee": pl.lit("one of several affiliates")}
                yield _set(SHARED, own, (part >= 1) & (part < whole) & pl.col("consignee").is_null(), whole=True)


def _other_items(names: Iterable[str], words: Vocabulary) -> Iterator[Form]:
    """Units of another item, as many as measure the same."""
    of, measures = transfers(words.case).items, items.measures(words.case)
    one = unit(words)
    bare = {f: pl.lit(None, TYPES[words.fields[f].type]) for f in (*of.columns, *of.held_to) if f in words.given}
    for name in names:
        if measures.get(name) and name not in words.kinds:
            count = (pl.col("quantity") * one / measures[name]).ceil()
            named = pl.col("item").is_in([*words.kinds]).not_() | (pl.col("item") == of.usual)
            yield _set(ITEM, {**bare, "item": pl.lit(name), "quantity": count}, named & one.is_not_null())


def unit(words: Vocabulary) -> pl.Expr:
    """What one unit of a row measures [unit of the case's measure]; null where nobody knows."""
    known = {name: value for name, value in items.measures(words.case).items() if value}
    by_name = pl.col("item").replace_strict(known, default=None, return_dtype=pl.Float64) if known else pl.lit(None)
    return pl.coalesce(words.measure.one, by_name) if words.measure.one else pl.lit(None, pl.Float64)


def _counted_anew(form: Form, book: Book) -> Form:
    """A form after which a total that runs by what it changed starts from nothing: another consignee, another year."""
    fresh: dict[str, pl.Expr] = {}
    for c in book.clauses:
        if c.total and c.begins and not {*c.total.per}.isdisjoint(form.fields):
            fresh |= {f: pl.lit(True) for f in (c.total.start, c.total.less) if f and f not in form.fields}
        elif c.total and c.total.window == "year" and form.name == DATE:
            fresh[c.total.start] = pl.col("date").dt.year() != pl.col("_before").dt.year()
    if not fresh:
        return form

    def apply(rows: pl.DataFrame) -> pl.DataFrame:
        moved = form.apply(rows.with_columns(_before=pl.col("date")))
        reset = [
            pl.when(turned & pl.col(f).is_not_null()).then(0.0).otherwise(f).alias(f) for f, turned in fresh.items()
        ]
        return moved.with_columns(reset).drop("_before")

    return Form(form.name, (*form.fields, *fresh), apply, form.whole)
