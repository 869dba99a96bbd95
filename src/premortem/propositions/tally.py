"""Running counts over futures: shares that hold, their intervals, and what failures are due to, part by part."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Array = NDArray[Any]
# Two-sided level of every interval, and the normal score of its upper end.
LEVEL, Z = 0.95, 1.959963984540054


@dataclass
class Share:
    """Share of futures that holds, counted as they come; with replicates, future i is in replicate i mod
    `replicates`. Futures that failed, whose margin is no number, are counted apart: they neither hold nor break.
    """

    replicates: int = 0
    futures: int = 0
    weighted: bool = False
    weight: float = 0.0
    squares: float = 0.0
    held: float = 0.0
    failed: int = 0
    by_replicate: Array = field(default_factory=lambda: np.zeros((2, 0)))

    def add(self, holds: Array, weights: Array | None = None, failed: Array | None = None) -> None:
        """Count further futures, in order."""
        known = np.ones(len(holds), np.bool_) if failed is None else ~failed
        weight = known * (1.0 if weights is None else np.asarray(weights, float))
        holds = holds & known
        if self.replicates:
            self._add_replicates(holds, known)
        self.failed += int((~known).sum())
        self.futures += len(holds)
        self.weighted |= weights is not None
        self.weight += float(weight.sum())
        self.squares += float((weight**2).sum())
        self.held += float(weight[holds].sum())

    def _add_replicates(self, holds: Array, known: Array) -> None:
        r = self.replicates
        which = np.arange(self.futures, self.futures + len(holds)) % r
        counts = np.stack([np.bincount(which[known], minlength=r), np.bincount(which[holds], minlength=r)])
        self.by_replicate = counts + (self.by_replicate if self.futures else 0.0)

    def interval(self) -> tuple[float, float, float]:
        """Share that holds and its 95% interval.

        All are NaN where no future is counted. With replicates (randomised quasi-Monte Carlo) a t interval over their means; else Wilson 1927, with the
        effective
        number of futures when weighted.
        """
        if not self.weight:
            return np.nan, np.nan, np.nan
        share = self.held / self.weight
        counted = self.replicates > 1 and self.futures >= 2 * self.replicates and not self.weighted
        if counted and self.by_replicate[0].min() > 0:
            means = self.by_replicate[1] / self.by_replicate[0]
            half = stdtrit(self.replicates - 1, 0.5 + LEVEL / 2) * np.std(means, ddof=1) / np.sqrt(self.replicates)
            if half > 0:
                return share, max(float(share - half), 0.0), min(float(share + half), 1.0)
        return share, *wilson(share, self.weight**2 / self.squares)


@dataclass
class Causes:
    """What failures are due to: the share in which a condition has the smallest margin, and in which it fails alone."""

    names: tuple[str, ...]
    failed: float = 0.0
    worst: Array | float = 0.0
    lonely: Array | float = 0.0

    def add(self, margins: Mapping[str, Array], weights: Array | None = None) -> None:
        """Count the failures among further futures."""
        stacked = np.stack([margins[name] for name in self.names])
        weight = np.ones(stacked.shape[1]) if weights is None else weights
        fails = stacked <= 0
        broken = fails.any(0)
        alone = fails.sum(0) == 1
        worst = stacked.argmin(0)
        self.failed += float(weight[broken].sum())
        self.worst = self.worst + np.bincount(worst[broken], weight[broken], len(self.names))
        self.lonely = self.lonely + np.array([weight[alone & row].sum() for row in fails])

    def shares(self) -> tuple[dict[str, float], dict[str, float]]:
        """Shares of the failures by name: first, alone; all zero when nothing failed."""
        return self._of_failed(self.worst), self._of_failed(self.lonely)

    def _of_failed(self, sums: Array | float) -> dict[str, float]:
        shares = np.broadcast_to(sums, len(self.names)) / (self.failed or 1.0)
        return dict(zip(self.names, shares.tolist(), strict=True))


def most_often(shares: Mapping[str, float]) -> tuple[str, float] | None:
    """What causes most failures, with its share of them; None where nothing failed."""
    name, share = max(shares.items(), key=lambda item: item[1], default=("", 0.0))
    return (name, share) if share > 0 else None


def wilson(share: float, n: float) -> tuple[float, float]:
    """95% interval of a share of `n` independent futures (Wilson 1927)."""
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * np.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    # rounding must not put the share itself outside
    return min(max(float(middle - half), 0.0), share), max(min(float(middle + half), 1.0), share)
