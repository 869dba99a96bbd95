"""What each method says of a column, as rows, and all of it together."""

from dataclasses import dataclass

from premortem.text.result import Result


@dataclass(frozen=True, repr=False)
class Row(Result):
    """What one method says of one column."""

    param: str
    method: str


@dataclass(frozen=True, repr=False)
class Sobol(Row):
    """Shares of the outcome's variance that a column plays alone (`first`) and with others (`total`), with 95% intervals (`low` and `high`
    those of the total).
    """

    first: float
    total: float
    low: float
    high: float
    first_low: float
    first_high: float


@dataclass(frozen=True, repr=False)
class Delta(Row):
    """Half the distance that knowing the column moves the outcome's density, 0 to 1, with a 95% interval; `chance` is the 95% point of a
    shuffled column.
    """

    delta: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True, repr=False)
class Pawn(Row):
    """Distances of the outcome's distribution within a tenth of the column from that of all rows, 0 to 1: `median` with its 95% interval,
    `mean` and `max`; `chance` is the 95% point of the median of a shuffled column.
    """

    median: float
    low: float
    high: float
    mean: float
    max: float
    chance: float


@dataclass(frozen=True, repr=False)
class Morris(Row):
    """Effects of one step by another, a step across the column's whole range: mean (`mu`), mean of sizes (`mu_star`) with its 95% interval,
    and spread (`sigma`), in the outcome's unit.
    """

    mu: float
    mu_star: float
    low: float
    high: float
    sigma: float


@dataclass(frozen=True, repr=False)
class Forest(Row):
    """How much less of the variance of rows left out a forest explains once the column is shuffled, with the spread over the parts left out."""

    importance: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class Regional(Row):
    """How far the column's distribution differs between rows that fail and others, 0 to 1 (Kolmogorov-Smirnov; of categories Cramer's V), with
    the p-value of no difference, corrected for the number of columns (Holm).
    """

    distance: float
    p: float


@dataclass(frozen=True, repr=False)
class Pair(Result):
    """Share of the variance that two columns play together beyond each alone, with its 95% interval."""

    params: tuple[str, str]
    second: float
    low: float
    high: float


@dataclass(frozen=True, repr=False)
class Sensitivities(Result):
    """What an outcome depends on: `sensitivity` a row a method and column, the strongest first; `second` pairs, the strongest first;
    `explained` the share of the variance that the fit behind Sobol indices explains in rows left out, None where they are none or need no fit.
    """

    outcome: str
    rows: int
    failed: int
    sensitivity: tuple[Row, ...]
    second: tuple[Pair, ...]
    explained: float | None
    notes: tuple[str, ...]

    def of(self, method: str) -> tuple[Row, ...]:
        """Rows of one method."""
        return tuple(row for row in self.sensitivity if row.method == method)
