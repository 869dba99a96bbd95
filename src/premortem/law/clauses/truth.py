"""Conditions of clauses worked out on the rows of a frame: whether each is met, is not, or cannot be told.

What `conditions` makes an expression of is here worked out at once, column by column, so that a book whose numbers moved
costs no more than one that was decided by before. A test that several clauses make is worked out once.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import reduce
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.binding import changes, tested
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import ARITHMETIC, identifiers, is_among, parts
from premortem.law.fields.column_texts import FEW, numbered
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.syntax import Among, Between, Compare, Joined, Missing, Name, Node, Not, Value, parse

# What is told of a condition in a row, in an order by which the least of several is what all of them joined come to.
NOT_MET, UNKNOWN, MET = 0, 1, 2
Truth = NDArray[np.int8]
Numbers = NDArray[np.float64]
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal, "<>": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal,
    "+": np.add, "-": np.subtract, "*": np.multiply,
}  # fmt: skip


EPOCH = date(1970, 1, 1)


def told(flags: NDArray[np.bool_], unknown: NDArray[np.bool_] | None = None) -> Truth:
    """Flags as what is told of a condition; those that are `unknown` cannot be told."""
    return _but(np.left_shift(flags, 1, dtype=np.int8), unknown)  # `MET` or `NOT_MET`


def _but(truth: Truth, unknown: NDArray[np.bool_] | None) -> Truth:
    """What is told, but that some cannot be told; the array is changed."""
    if unknown is not None:
        truth[unknown] = UNKNOWN
    return truth


class Rows:
    """Rows of transactions as conditions look at them: fields of a frame, and what is settled while they are decided."""

    def __init__(self, frame: pl.DataFrame, words: Vocabulary, given: "Rows | None" = None) -> None:
        """`given` are the same rows with every field and nothing settled: what is told of those is told for one book after another."""
        self.frame, self.words, self.height, self._given = frame, words, frame.height, given
        self.days: NDArray[np.int32] = given.days if given else frame["date"].cast(pl.Int32).to_numpy()
        self._totals = frozenset(words.totals)
        self._settles = self._totals.union(words.defined, (words.classes.field,))
        self._tests: dict[str, Truth] = {}
        self._missing_of: dict[str, NDArray[np.bool_] | None] = {}  # of fields that are numbers
        self._columns: dict[str, Any] = {}
        self._figures: dict[tuple[str, str], Any] = {}

    def spread(self, of_kinds: Any) -> Any:
        """What is told of kinds of rows, of each row; here each row is a kind of its own."""
        return of_kinds

    def first(self, fields: pl.DataFrame) -> "Rows":
        """The first row alone, with what is told of it; `fields` is that row with all of its fields."""
        row = Rows(fields, self.words)
        row._tests = {name: truth[:1] for name, truth in self._tests.items()}
        row._columns = {
            name: (values[0][:1], values[1]) if isinstance(values, tuple) else values[:1]
            for name, values in self._columns.items()
        }
        return row

    def settle(self, name: str, values: Any) -> None:
        """Give a field its values: of a flag what is told, of a number numbers (NaN: none), of a text `(places, texts)`."""
        self._columns[name] = values

    def define(self, clauses: Iterable[Clause]) -> None:
        """Settle the flags that clauses define, by their conditions."""
        defining = [c for c in clauses if c.stage == "define"]
        for flag in self.words.defined:
            told_by = [self.binds(c) for c in defining if c.then == flag]
            self.settle(flag, reduce(np.maximum, told_by, np.full(self.height, NOT_MET, np.int8)))

    def binds(self, clause: Clause) -> Truth:
        """Whether a clause applies to each row on its date."""
        met = self.met(clause.applies, clause)
        return met * self.in_force(clause) if met.any() else met

    def in_force(self, clause: Clause) -> NDArray[np.bool_]:
        """Rows on whose dates a clause is in force, and says a figure for each of its numbers that it tests."""
        force = self._between(clause.begins, clause.ends)
        for key in tested(clause):
            if changes(clause.numbers[key]):
                force &= ~np.isnan(self.figure(clause, key))
        return force

    def met(self, text: str, clause: Clause) -> Truth:
        """Whether each row meets a condition of a clause; a clause that demands nothing is met."""
        first, *others = parts(text) or ("true",)
        met = self.test(first, clause)
        for test in others:
            if not met.any():  # most clauses are ruled out in every row by one of their first tests
                break
            met = np.minimum(met, self.test(test, clause))
        return met

    def test(self, text: str, clause: Clause) -> Truth:
        """Whether each row meets one test of a clause."""
        looked_at = identifiers(text)
        if not self._totals.isdisjoint(looked_at):  # a running total is another after each clause
            return self._truth(parse(text), clause)
        is_plain = clause.numbers.keys().isdisjoint(looked_at)
        if self._given and is_plain and self._settles.isdisjoint(looked_at):
            return self._given.test(text, clause)
        name = text if is_plain else f"{clause.id}: {text}"
        if name not in self._tests:
            self._tests[name] = self._truth(parse(text), clause)
        return self._tests[name]

    def figure(self, clause: Clause, key: str) -> Any:
        """A number of a clause on each row's date, NaN where it says none; one number where it is always the same."""
        dated = clause.numbers[key]
        if not changes(dated):
            return dated[0].value
        if (clause.id, key) not in self._figures:
            value = np.full(self.height, np.nan)
            for d in dated:
                value[self._between(d.start, d.end)] = d.value
            self._figures[clause.id, key] = value
        return self._figures[clause.id, key]

    def _between(self, first: date | None, last: date | None) -> NDArray[np.bool_]:
        """Rows whose date lies between two days, both included."""
        inside = self.days >= _day(first or date.min)
        return inside & (self.days <= _day(last)) if last else inside

    def _truth(self, node: Node, clause: Clause) -> Truth:
        match node:
            case Name(name):
                return self._flag(name)
            case Value(value):
                return np.full(self.height, MET if value else NOT_MET, np.int8)
            case Compare(sign, left, right):
                return self._compared(sign, left, right, clause)
            case Among(of, values):
                return self._among(of, values, clause)
            case Between(of, low, high):
                return np.minimum(self._compared(">=", of, low, clause), self._compared("<=", of, high, clause))
            case Missing(of):
                return told(self._missing(of, clause))
            case Not(of):
                return np.int8(MET) - self._truth(of, clause)
            case Joined(word, tests):
                joined = np.minimum if word == "and" else np.maximum
                return reduce(joined, (self._truth(test, clause) for test in tests))

    def _type(self, node: Node, clause: Clause) -> str:
        """What a node gives: number, date, text, flag or set."""
        match node:
            case Name(name) if name not in clause.numbers:
                kind = self.words.fields[name].type
                return "text" if kind == "country" else kind
            case Name(_):
                return "number"
            case Value(value):
                return "flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
            case Compare(sign) if sign in ARITHMETIC:
                return "number"
        return "flag"

    def _compared(self, sign: str, left: Node, right: Node, clause: Clause) -> Truth:
        kinds = self._type(left, clause), self._type(right, clause)
        if "date" in kinds or kinds == ("number", "number"):
            met = SIGNS[sign](self._number(left, clause), self._number(right, clause))
            return self._whole(met, self._gaps(left, clause), self._gaps(right, clause))
        if "text" in kinds:
            return self._same_text(sign, left, right)
        first, second = self._truth(left, clause), self._truth(right, clause)
        return told(SIGNS[sign](first, second), (first == UNKNOWN) | (second == UNKNOWN))

    def _whole(self, flags: Any, *gaps: NDArray[np.bool_] | None) -> Truth:
        """What is told of each row, by flags of it, or one of all, but for rows in which something is missing."""
        truth = told(flags if np.ndim(flags) else np.full(self.height, flags))
        return reduce(_but, gaps, truth)

    def _gaps(self, node: Node, clause: Clause) -> NDArray[np.bool_] | None:
        """Rows in which a number is missing, None where it is in none."""
        match node:
            case Value():
                return None
            case Name(name) if name in clause.numbers:
                return _any(np.isnan(self.figure(clause, name))) if changes(clause.numbers[name]) else None
            case Name(name) if name not in self._totals:
                if name not in self._missing_of:
                    self._missing_of[name] = _any(np.isnan(self.column(name)))
                return self._missing_of[name]
        return _any(np.isnan(self._number(node, clause)))

    def _number(self, node: Node, clause: Clause) -> Any:
        """Numbers, or days as numbers, of each row; NaN where there is none."""
        match node:
            case Name(name) if name in clause.numbers:
                return self.figure(clause, name)
            case Name(name):
                return self.column(name)
            case Value(str(value)):
                return float(_day(date.fromisoformat(value)))
            case Value(value):
                return float(value)
            case Compare(sign, left, right):
                return SIGNS[sign](self._number(left, clause), self._number(right, clause))
        raise AssertionError(f"no number: {node}")  # `check` lets nothing else through

    def _same_text(self, sign: str, left: Node, right: Node) -> Truth:
        if isinstance(left, Name) and isinstance(right, Value):
            return self._of_text(left.name, lambda text: bool(SIGNS[sign](text, right.value)))
        if isinstance(left, Value) and isinstance(right, Name):
            return self._same_text(sign, right, left)
        assert isinstance(left, Name)
        assert isinstance(right, Name)
        (first, texts), (second, others) = self.column(left.name), self.column(right.name)
        places = {text: i for i, text in enumerate(texts)}
        numbered = np.array([places.get(text, -1) for text in others[:-1]] + [-2])
        known = (first < len(texts) - 1) & (second < len(others) - 1)
        return told(SIGNS[sign](first, numbered[second]), ~known)

    def _among(self, of: Node, values: tuple[Value, ...], clause: Clause) -> Truth:
        held = {value.value for value in values}
        match self._type(of, clause):
            case "text":
                assert isinstance(of, Name)
                return self._of_text(of.name, held.__contains__)
            case "number" | "date":
                number = self._number(of, clause)
                return self._whole(np.isin(number, [self._number(v, clause) for v in values]), self._gaps(of, clause))
            case "set":
                assert isinstance(of, Name)
                found = self.frame.select(is_among(of, values, self.words)).to_series()
                return told(found.fill_null(False).to_numpy(), found.is_null().to_numpy())
        truth = self._truth(of, clause)
        return told(np.isin(truth, [MET if value else NOT_MET for value in held]), truth == UNKNOWN)

    def _of_text(self, name: str, holds: Callable[[Any], bool]) -> Truth:
        """Whether something holds of each row's text: asked of each text once."""
        places, texts = self.column(name)
        answers = [MET if holds(text) else NOT_MET for text in texts[:-1]]
        return np.array([*answers, UNKNOWN], np.int8).take(places)

    def _flag(self, name: str) -> Truth:
        return np.asarray(self.column(name))

    def _missing(self, node: Node, clause: Clause) -> NDArray[np.bool_]:
        match self._type(node, clause):
            case "number" | "date":
                gaps = self._gaps(node, clause)
                return np.zeros(self.height, bool) if gaps is None else gaps
            case "text":
                assert isinstance(node, Name)
                places, texts = self.column(node.name)
                return np.asarray(places == len(texts) - 1)
            case "set":
                assert isinstance(node, Name)
                return self.frame[node.name].is_null().to_numpy()
        return np.asarray(self._truth(node, clause) == UNKNOWN)

    def column(self, name: str) -> Any:
        """A field's values: as `settle` takes them."""
        if name not in self._columns and self._given and name not in self._settles:
            return self._given.column(name)
        if name not in self._columns:
            self._columns[name] = _read(self.frame[name], self.words.fields[name].type)
        return self._columns[name]


def _day(day: date) -> int:
    """A day as the number that a frame holds it by."""
    return (day - EPOCH).days


def _any(flags: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    return flags if flags.any() else None


def _read(column: pl.Series, kind: str) -> Any:
    """A column as `Rows.settle` takes it."""
    if kind == "flag" and len(column) <= FEW:
        return np.array([UNKNOWN if flag is None else MET * flag for flag in column.to_list()], np.int8)
    if kind == "flag" and not column.null_count() and not column.any():  # as most lists say of most ledgers
        return np.zeros(len(column), np.int8)
    if kind == "flag":
        gaps = column.is_null().to_numpy() if column.null_count() else None
        return told((column if gaps is None else column.fill_null(False)).to_numpy(), gaps)
    if kind == "date":
        return column.cast(pl.Int32).cast(pl.Float64).to_numpy()
    return column.cast(pl.Float64).to_numpy() if kind == "number" else numbered(column)
