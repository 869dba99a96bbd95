"""What a policy does to the simulated years: wherever a clause can say it, by asking the rulebook.

Each year asks on 1 July, and before Chapter V applies on its first day. What is asked is a real question: from how many FLOP
a closed model of a US provider is systemic, and whether a free open model is exempt. Origin: handed note on the world, last
section but one.
"""

from collections.abc import Sequence
from datetime import date
from math import inf, nextafter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from premortem.law.answers import Answer, answers, complete
from premortem.law.book import Book
from premortem.law.fields.named_fields import FieldValue

Series = NDArray[np.float32]
YEARS = tuple(range(2023, 2033))
CHAPTER_V = date(2025, 8, 2)  # first day of its application (Article 113(b)): older models come under it then
ORDINARY = 5e23  # FLOP of the ordinary model that is asked about: general-purpose, and below every line of the policies
NO_LINE = 1e30  # FLOP that no run reaches: nothing is systemic by size
MONTHS = 12
# Levers whose rest is not 0.
AT_REST = {"threshold": NO_LINE, "staff_x": 1.0}


class Levers(NamedTuple):
    """A policy as arrays over years, shape (year,)."""

    # answers of the rulebook
    threshold: Series  # smallest training compute at which a closed model of a US provider is systemic:full [FLOP]
    open_exemption: Series  # 1 where a free open model is exempt from documentation
    powers: Series  # share of the year in which the Commission has powers over models
    # instruments, for what no clause says
    relative: Series  # the line as a share of the largest run of the year before, where that is more; 0: a fixed line
    designation: Series  # share of frontier-capable models below the line that are designated
    capability_test: Series  # share of models over the line and short of the frontier that a test releases
    extra_load: Series  # work of the AI Office beside models, over its work on them
    staff_x: Series  # staff of the AI Office as a multiple of the uncertain one


def levers(book: Book) -> Levers:
    """A rulebook under a policy as arrays."""
    days = [date(year, 7, 1) for year in YEARS]
    instruments = ("relative", "designation", "capability_test", "extra_load", "staff_x")
    strengths = {name: _series([book.strength(name, day) for day in days]) for name in instruments}
    return Levers(
        threshold=_series(_thresholds(book, days)),
        open_exemption=_series([_exempt(a) for a in _asked(book, [_open(day) for day in days])]),
        powers=_series(_powers(book)),
        **strengths,
    )


def _series(values: Sequence[float]) -> Series:
    return np.asarray(values, np.float32)


def _asked(book: Book, questions: Sequence[dict[str, FieldValue]]) -> list[Answer]:
    return answers([complete(question, book.vocabulary) for question in questions], book)


def _model(day: date, flop: float, seat: str) -> dict[str, FieldValue]:
    return {"flop_cumulative": flop, "placed_on": day, "asked_on": max(day, CHAPTER_V), "provider_seat": seat}


def _open(day: date) -> dict[str, FieldValue]:
    return _model(day, ORDINARY, "CHN") | {"licence_free": "yes", "weights_public": "yes"}


def _exempt(answer: Answer) -> float:
    return float(answer.outcomes["status"] == "gpai:open_exempt")


def _thresholds(book: Book, days: Sequence[date]) -> list[float]:
    """The status changes only at a number of a clause or just over it, so those are what is asked."""
    numbers = {d.value for c in book.clauses for dated in c.numbers.values() for d in dated if d.unit == "FLOP"}
    sizes = [size for n in sorted(numbers) for size in (n, nextafter(n, inf))]
    found = _asked(book, [_model(day, size, "USA") for day in days for size in sizes])
    held = [a.outcomes["status"] == "systemic:full" for a in found]
    by_day = [held[i : i + len(sizes)] for i in range(0, len(held), len(sizes))]
    return [next((size for size, systemic in zip(sizes, row, strict=True) if systemic), NO_LINE) for row in by_day]


def _powers(book: Book) -> list[float]:
    """Share of each year after the first day on which the law can be enforced, by months begun."""
    begins = sorted({CHAPTER_V, *(c.begins for c in book.clauses if c.begins and c.begins > CHAPTER_V)})
    questions = [_model(CHAPTER_V, ORDINARY, "USA") | {"asked_on": day} for day in begins]
    asked = zip(begins, _asked(book, questions), strict=True)
    first = next((day for day, answer in asked if "enforceable" in answer.outcomes["powers"]), None)
    start = first.year + (first.month - 1) / MONTHS if first else inf
    return [min(max(year + 1 - start, 0.0), 1.0) for year in YEARS]
