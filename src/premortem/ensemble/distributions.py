"""Distributions by the ends and the middle that a person gives: the value at each chance."""

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, ndtr, ndtri

Array = NDArray[np.float64]
Distribution = Literal[
    "uniform", "loguniform", "triangular", "normal", "lognormal", "beta", "logitnormal", "fixed", "categorical"
]
# Normal score of the 95% quantile: `low` and `high` of unbounded distributions are read as 5 and 95%.
Z95 = 1.6448536269514722


class Category(NamedTuple):
    """One of the values, 0, 1, 2 ..., of a prior without order: its name and its chance."""

    name: str
    chance: float


class Range(Protocol):
    """What a distribution is made of: `low` and `high` are its ends, or 5 and 95% where it has none."""

    @property
    def low(self) -> float:
        """Lower end."""

    @property
    def central(self) -> float | None:
        """Mode of a triangular one."""

    @property
    def high(self) -> float:
        """Upper end."""

    @property
    def categories(self) -> tuple[Category, ...]:
        """Categories of a distribution without order, each with its chance; empty where whole numbers are equally likely."""


def quantile(distribution: Distribution, p: Range, u: Array) -> Array:
    """Value at each chance `u` in (0, 1), same shape."""
    return _QUANTILES[distribution](p, u)


def _triangular(p: Range, u: Array) -> Array:
    width, mode = p.high - p.low, p.central if p.central is not None else (p.low + p.high) / 2
    left = (mode - p.low) / width
    rising = p.low + np.sqrt(u * width * (mode - p.low))
    return np.where(u < left, rising, p.high - np.sqrt((1 - u) * width * (p.high - mode)))


def category(p: Range, u: Any) -> Any:
    """Value of a categorical prior at each chance `u` in (0, 1), same shape; arrays of NumPy or of JAX."""
    xp = u.__array_namespace__()
    if not p.categories:
        return xp.minimum(xp.floor(p.low + (p.high - p.low + 1) * u), p.high)
    ends = xp.asarray(np.cumsum([c.chance for c in p.categories])[:-1])
    return p.low + xp.searchsorted(ends, u, side="right").astype(float)


def _normal(low: float, high: float, u: Array) -> Array:
    return (low + high) / 2 + (high - low) / (2 * Z95) * ndtri(u)


def _truncated(p: Range, u: Array) -> Array:
    """A normal prior whose low end is not negative stays above 0."""
    if p.low < 0:
        return _normal(p.low, p.high, u)
    below_zero = ndtr(-(p.low + p.high) / (p.high - p.low) * Z95)
    return _normal(p.low, p.high, below_zero + u * (1 - below_zero))


def _logitnormal(p: Range, u: Array) -> Array:
    return 1 / (1 + np.exp(-_normal(_logit(p.low), _logit(p.high), u)))


def _logit(x: float) -> float:
    return math.log(x / (1 - x))


def _beta(p: Range, u: Array) -> Array:
    return np.asarray(betaincinv(*beta_shape(p.low, p.high), u))


@cache
def beta_shape(low: float, high: float) -> tuple[float, float]:
    """Shape parameters of the beta distribution whose 5 and 95% quantiles are `low` and `high`."""
    from scipy.optimize import root  # only a table with beta priors pays for this import

    def miss(log_shape: Sequence[float]) -> list[float]:
        a, b = np.exp(log_shape)
        return [betainc(a, b, low) - 0.05, betainc(a, b, high) - 0.95]

    mean, spread = (low + high) / 2, (high - low) / (2 * Z95)
    size = mean * (1 - mean) / spread**2
    found = root(miss, np.log([mean * size, (1 - mean) * size]), tol=1e-12)
    a, b = np.exp(found.x)
    return float(a), float(b)


_QUANTILES: dict[str, Callable[[Range, Array], Array]] = {
    "uniform": lambda p, u: p.low + (p.high - p.low) * u,
    "loguniform": lambda p, u: np.asarray(p.low * (p.high / p.low) ** u),
    "triangular": _triangular,
    "normal": _truncated,
    "lognormal": lambda p, u: np.exp(_normal(math.log(p.low), math.log(p.high), u)),
    "beta": _beta,
    "logitnormal": _logitnormal,
    "categorical": category,
    "fixed": lambda p, u: np.full_like(u, p.low),
}
