"""The clock of a world: names of its steps, and where each lies in time.

A step is a year, `2030`, or a part of one by its number from 1: `2030H2` a half-year, `2030Q4` a quarter, `2030M12` or `2030M01` a
month. Whatever asks how long a step is or where it lies asks here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from premortem.text.steps import WORDS, a_year, word

# Letters of a step's name that name its year.
YEAR = 4


@dataclass(frozen=True)
class Clock:
    """Steps of equal length, so many a year, by name in order."""

    labels: tuple[str, ...]

    @cached_property
    def by_year(self) -> dict[int, tuple[str, ...]]:
        """Steps of each year, in order."""
        years = dict.fromkeys(year_of(label) for label in self.labels)
        return {year: tuple(label for label in self.labels if year_of(label) == year) for year in years}

    @cached_property
    def a_year(self) -> int:
        """Steps a year."""
        return a_year(self.labels[0])

    @property
    def word(self) -> str:
        """What a step is called."""
        return word(self.labels[0])

    def on(self, day: date) -> str:
        """Name of the step that a day lies in, by the form of the others; it may lie outside the horizon."""
        part = (day.month - 1) * self.a_year // 12 + 1
        letter, digits = self.labels[0][YEAR : YEAR + 1], min(map(len, self.labels)) - YEAR - 1
        return str(day.year) if self.a_year == 1 else f"{day.year}{letter}{part:0{digits}}"

    def end_of(self, year: int) -> str:
        """The last step of a year of the horizon."""
        return self.by_year[year][-1]

    @property
    def last_day(self) -> date:
        """Last day of the horizon."""
        return date(year_of(self.labels[-1]), 12, 31)

    def middle(self, label: str) -> float:
        """Middle of a step [yr], as `middle` has it."""
        return middle(label)


def middle(label: str) -> float:
    """Middle of a step [yr]: 2030.875 of `2030Q4`, 2030.5 of `2030`."""
    return year_of(label) + (int(label[YEAR + 1 :] or 1) - 0.5) / a_year(label)


def foreign(labels: Sequence[str]) -> str:
    """The first name that is not one of a clock's: no year, or no part of a year as the first is; empty where all are."""
    letter = labels[0][YEAR : YEAR + 1]
    form = re.compile(rf"\d{{{YEAR}}}" + (rf"{letter}(\d\d?)" if letter in WORDS else ""))
    for label in labels:
        told = form.fullmatch(label)
        if not told or any(not 1 <= int(part) <= a_year(label) for part in told.groups()):
            return label
    return ""


def year_of(label: str) -> int:
    """Year of a step."""
    return int(label[:YEAR])
