"""The clock of a world: names of its steps, `2030` or `2030Q4`, and where each lies in time."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from premortem.text.steps import word

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
        return max(map(len, self.by_year.values()))

    @property
    def word(self) -> str:
        """What a step is called."""
        return word(self.labels[0])

    def on(self, day: date) -> str:
        """Name of the step that a day lies in, by the form of the others; it may lie outside the horizon."""
        part = (day.month - 1) * self.a_year // 12 + 1
        return str(day.year) if self.a_year == 1 else f"{day.year}{self.labels[0][YEAR:-1]}{part}"

    def end_of(self, year: int) -> str:
        """The last step of a year of the horizon."""
        return self.by_year[year][-1]

    @property
    def last_day(self) -> date:
        """Last day of the horizon."""
        return date(year_of(self.labels[-1]), 12, 31)

    def middle(self, label: str) -> float:
        """Middle of a step [yr]."""
        return year_of(label) + (self.by_year[year_of(label)].index(label) + 0.5) / self.a_year


def year_of(label: str) -> int:
    """Year of a step."""
    return int(label[:YEAR])
