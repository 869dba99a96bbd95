"""Fields of one transaction or question by name: only the vocabulary of its case knows which there are.

What `field_values.typed` read is of the type that the vocabulary tells of a field, so that a value is taken out by its type here.
"""

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

# What a field holds once it is read: a text, country, number, flag, day or set of texts; None where it is missing.
FieldValue: TypeAlias = str | float | bool | date | tuple[str, ...] | None
# Fields of one transaction or question: as a person gives them, or read.
Fields: TypeAlias = Mapping[str, FieldValue]


def day_of(fields: Fields) -> date:
    """The day that is asked about, which every transaction that was read has."""
    day = fields["date"]
    assert isinstance(day, date)
    return day


def text_of(fields: Fields, name: str) -> str:
    """A text, or a country's code; "" where it is missing."""
    text = fields.get(name) or ""
    assert isinstance(text, str)
    return text


def number_of(fields: Fields, name: str, missing: float = 0.0) -> float:
    """A number in the unit of its field; `missing` where it is not given."""
    number = fields.get(name)
    if number is None:
        return missing
    assert isinstance(number, int | float)
    return number


def flag_of(fields: Fields, name: str) -> bool | None:
    """A flag; None where it is not given."""
    flag = fields.get(name)
    assert flag is None or isinstance(flag, bool)
    return flag
