"""Clause numbers of a case that are tried one at a time, and what a reader calls them: its `amounts.toml`."""

from collections.abc import Mapping

from pydantic import Field, PositiveFloat

from premortem.case import Case
from premortem.files.typed import Strict, read_typed
from premortem.law.book import Book
from premortem.text.units import quantity

FILE = "amounts.toml"


class Amount(Strict):
    """A clause number: what it is called, and how a value of it is written; `most` is the most that a share can be."""

    says: str
    unit: str
    scale: PositiveFloat = 1.0
    most: PositiveFloat | None = None


class Multiples(Strict):
    """Multiples of a number as it stands that are tried: of numbers of degree, and of lines, which move only what lies near them."""

    amount: tuple[float, ...] = ()
    line: tuple[float, ...] = ()


class Amounts(Strict):
    """What is tried of a case's clause numbers, each by `CLAUSE.NUMBER`."""

    multiples: Multiples = Multiples()
    amounts: Mapping[str, Amount] = Field(default_factory=dict)
    lines: Mapping[str, Amount] = Field(default_factory=dict)


def amounts(case: Case) -> Amounts:
    """Clause numbers that are tried; none where a case names none. Raises `BadInput`, or all of them at once."""
    path = case / FILE
    return read_typed(path, Amounts) if path.is_file() else Amounts()


def label(book: Book, names: Mapping[tuple[str, str], str], clause: str, key: str) -> str:
    """A clause number in words, with its value: `Yearly limit: 790 million units`; a unit that its name says is said once."""
    unit = book.by_id[clause].numbers[key][0].unit
    return f"{names[clause, key].replace(f': {unit}', '')}: {quantity(book.number(clause, key), unit)}"
