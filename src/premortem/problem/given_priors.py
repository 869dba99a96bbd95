"""Uncertainties whose priors come from elsewhere: any quantile function, and rows of a table of priors."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import priors
from premortem.ensemble.priors import Prior
from premortem.errors import BadInput
from premortem.problem.uncertainties import Uncertainty

Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class Drawn(Uncertainty):
    """One with a quantile function that is given, such as `ppf` of a distribution of scipy.stats."""

    ppf: Callable[[Array], Array]
    _: KW_ONLY
    said: str = ""  # what it is, by which a changed one is recognised
    whole: bool = False

    def quantile(self, u: Array) -> Array:
        """Value at each chance."""
        found = np.asarray(self.ppf(u))
        return found.astype(np.int64) if self.whole else found


@dataclass(frozen=True, repr=False)
class OfTable(Uncertainty):
    """A row of a table of priors, as case folders have it."""

    prior: Prior = field(repr=False)

    def quantile(self, u: Array) -> Array:
        """Value at each chance."""
        found = self.prior.quantile(u)
        if self.prior.categories:
            return np.array([c.name for c in self.prior.categories])[(found - self.prior.low).astype(int)]
        return found.astype(np.int64) if self.prior.distribution == "categorical" else found

    @property
    def ordered(self) -> bool:
        """Whether its values are numbers, which have an order; names of categories have none."""
        return not self.prior.categories

    @property
    def varies(self) -> bool:
        """Whether the prior has any width."""
        return self.prior.varies

    @property
    def steps(self) -> int:
        """How many values a categorical uncertainty has; 0 for any other."""
        return int(self.prior.high - self.prior.low) + 1 if self.prior.distribution == "categorical" else 0


def of_table(path: Path) -> tuple[Uncertainty, ...]:
    """The rows of a CSV table of priors. Raises `BadInput`, all faults at once."""
    if not path.is_file():
        raise BadInput(str(path), "", "is not there", allowed="a CSV table of priors, or a list of uncertainties")
    rows = priors.read(path).rows
    return tuple(OfTable(row.name, row, unit=row.unit, meaning=row.meaning) for row in rows)
