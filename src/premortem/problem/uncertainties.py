"""Uncertainties that a modeller declares: a name and a quantile function each, so that every design and every search draws them alike."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtri

from premortem.text.layout import fit
from premortem.text.result import as_typed

Array = NDArray[Any]
# Weight of the mode beside the two ends in the mean of a PERT distribution.
PERT = 4.0
# Fields that every uncertainty has in words.
WORDS = ("unit", "meaning")


@dataclass(frozen=True, repr=False)
class Uncertainty(ABC):
    """What a model cannot know: a name, and in words its unit and meaning."""

    name: str
    unit: str = field(default="", kw_only=True)
    meaning: str = field(default="", kw_only=True)

    def __repr__(self) -> str:
        return fit(as_typed(self, last=WORDS))

    @abstractmethod
    def quantile(self, u: Array) -> Array:
        """Value at each chance `u` in (0, 1), same shape; of a category the level."""

    def fault(self) -> str:
        """What is wrong with its numbers, in words; nothing where they are fine."""
        return ""

    @property
    def ordered(self) -> bool:
        """Whether more and less of it mean something."""
        return True

    @property
    def varies(self) -> bool:
        """Whether it has more than one value."""
        ends = self.quantile(np.array([1e-6, 1 - 1e-6]))
        return bool(ends[0] != ends[1])

    @property
    def steps(self) -> int:
        """How many values it has, where they can be counted; 0 where not."""
        return 0


def _finite(**numbers: float) -> str:
    """What is said of the first of some numbers that is none."""
    for name, value in numbers.items():
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            return f"{name} is {value!r}, not a number"
    return ""


@dataclass(frozen=True, repr=False)
class Uniform(Uncertainty):
    """As likely anywhere from `low` to `high`."""

    low: float
    high: float

    def quantile(self, u: Array) -> Array:
        """Value at each chance."""
        return self.low + (self.high - self.low) * u

    def fault(self) -> str:
        """What is wrong with its numbers."""
        return _finite(low=self.low, high=self.high) or (
            f"low {self.low:g} is above high {self.high:g}" if self.low > self.high else ""
        )


@dataclass(frozen=True, repr=False)
class _Moded(Uncertainty):
    """From `low` to `high`, likeliest at `mode`."""

    low: float
    mode: float
    high: float

    def quantile(self, u: Array) -> Array:
        """Value at each chance; where it has no width, its one value."""
        return np.full_like(u, self.low) if self.high == self.low else self._spread(u, self.high - self.low)

    @abstractmethod
    def _spread(self, u: Array, width: float) -> Array:
        """Value at each chance, where there is a width."""

    def fault(self) -> str:
        """What is wrong with its numbers."""
        if wrong := _finite(low=self.low, mode=self.mode, high=self.high):
            return wrong
        fine = self.low <= self.mode <= self.high
        return "" if fine else f"low {self.low:g}, mode {self.mode:g}, high {self.high:g} are not in order"


@dataclass(frozen=True, repr=False)
class Triangular(_Moded):
    """From `low` to `high`, likeliest at `mode`."""

    def _spread(self, u: Array, width: float) -> Array:
        rising = self.low + np.sqrt(u * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1 - u) * width * (self.high - self.mode))
        return np.where(u < (self.mode - self.low) / width, rising, falling)


@dataclass(frozen=True, repr=False)
class Beta(_Moded):
    """From `low` to `high`, likeliest at `mode` and smooth at the ends: the PERT distribution (Malcolm et al. 1959), a beta distribution with a
    mean of (low + 4 mode + high) / 6.
    """

    def _spread(self, u: Array, width: float) -> Array:
        rise = PERT * (self.mode - self.low) / width
        return np.asarray(self.low + width * betaincinv(1 + rise, 1 + PERT - rise, u))


@dataclass(frozen=True, repr=False)
class Normal(Uncertainty):
    """Normal with `mean` and standard deviation `sd`, cut off nowhere."""

    mean: float
    sd: float

    def quantile(self, u: Array) -> Array:
        """Value at each chance."""
        return self.mean + self.sd * ndtri(u)

    def fault(self) -> str:
        """What is wrong with its numbers."""
        return _finite(mean=self.mean, sd=self.sd) or (f"sd {self.sd:g} is below 0" if self.sd < 0 else "")


@dataclass(frozen=True, repr=False)
class Lognormal(Uncertainty):
    """Lognormal with `median`, and `sigma` the standard deviation of its logarithm."""

    median: float
    sigma: float

    def quantile(self, u: Array) -> Array:
        """Value at each chance."""
        return self.median * np.exp(self.sigma * ndtri(u))

    def fault(self) -> str:
        """What is wrong with its numbers."""
        wrong = f"median {self.median:g} must be above 0 and sigma {self.sigma:g} not below"
        return _finite(median=self.median, sigma=self.sigma) or (wrong if self.median <= 0 or self.sigma < 0 else "")


@dataclass(frozen=True, repr=False)
class Integer(Uncertainty):
    """A whole number from `low` to `high`, both within, each as likely."""

    low: int
    high: int

    def quantile(self, u: Array) -> Array:
        """Value at each chance, whole numbers."""
        return np.minimum(np.floor(self.low + (self.high - self.low + 1) * u), self.high).astype(np.int64)

    def fault(self) -> str:
        """What is wrong with its numbers."""
        if wrong := _finite(low=self.low, high=self.high):
            return wrong
        if int(self.low) != self.low or int(self.high) != self.high:
            return f"{self.low:g} to {self.high:g} are not whole numbers"
        return f"low {self.low} is above high {self.high}" if self.low > self.high else ""

    @property
    def steps(self) -> int:
        """How many values it has."""
        return int(self.high) - int(self.low) + 1


@dataclass(frozen=True, repr=False)
class Category(Uncertainty):
    """One of some levels without order, as likely as each other or by `weights`."""

    levels: Sequence[Any]
    _: KW_ONLY
    weights: Sequence[float] | None = None

    def quantile(self, u: Array) -> Array:
        """The level at each chance: an array of texts, of numbers, or of whatever they are."""
        return self.at(np.searchsorted(self._ends, u, side="right"))

    def at(self, places: Array) -> Array:
        """Levels by their places."""
        return levels_of(self.levels)[places]

    @property
    def _ends(self) -> Array:
        w = np.ones(len(self.levels)) if self.weights is None else np.asarray(self.weights, float)
        return np.cumsum(w / w.sum())[:-1]

    def fault(self) -> str:
        """What is wrong with its levels."""
        if (
            isinstance(self.levels, str | bytes)
            or not isinstance(self.levels, Sequence | np.ndarray)
            or not len(self.levels)
        ):
            return f"levels are {self.levels!r}, not a list of one or more"
        if len({repr(level) for level in self.levels}) < len(self.levels):
            return "a level stands twice"
        if self.weights is None:
            return ""
        w = np.asarray(self.weights, float)
        fine = w.shape == (len(self.levels),) and np.isfinite(w).all() and (w >= 0).all() and w.sum() > 0
        return "" if fine else f"weights must be one a level, 0 or more and not all 0: {list(self.weights)}"

    @property
    def ordered(self) -> bool:
        """Never."""
        return False

    @property
    def varies(self) -> bool:
        """Whether more than one level may come."""
        return len(self.levels) > 1 and (self.weights is None or int((np.asarray(self.weights) > 0).sum()) > 1)

    @property
    def steps(self) -> int:
        """How many levels it has."""
        return len(self.levels)


def levels_of(levels: Sequence[Any]) -> Array:
    """Levels as an array, of texts or of numbers where all are such, else of objects."""
    if all(isinstance(level, str) for level in levels):
        return np.array(levels)
    if all(isinstance(level, int | float | np.number) and not isinstance(level, bool) for level in levels):
        return np.array(levels)
    made = np.empty(len(levels), object)
    made[:] = list(levels)
    return made
