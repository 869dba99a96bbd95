"""What boxes of a table are measured on: its columns as ranks, which rows fail, and what any limits hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.questions._refining import LEVEL, quasi_p
from premortem.questions.tables.frame import Inputs
from premortem.text.result import Result

Array = NDArray[Any]
# A limit in a table's own values: a range with both ends in it, or a set of categories.
Limit = tuple[float, float] | frozenset[str]


@dataclass(frozen=True, repr=False)
class Point(Result):
    """A box on the curve. `limits` by column; `coverage` the share of all failures that lie inside, `density` the share inside that fails,
    `mass` the share of rows inside, all weighted where weights are given; `p_values` by column; `significant` where no limit may be chance.
    """

    coverage: float
    density: float
    mass: float
    restricted: int
    limits: Mapping[str, Limit]
    p_values: Mapping[str, float]
    significant: bool


@dataclass(frozen=True)
class Given:
    """What boxes are measured on: columns as ranks, which rows fail, which are known, their weights."""

    read: Inputs
    ranks: Array  # (column, row)
    levels: tuple[Array, ...]  # values of the ranks of each column
    fails: NDArray[np.bool_]
    known: NDArray[np.bool_]
    weight: Array

    def limit(self, name: str, ranked: Any) -> Limit:
        """A limit of ranks in a column's own values."""
        levels = self.levels[self.read.names.index(name)]
        if isinstance(ranked, frozenset):
            return frozenset(self.read.categories[name][int(levels[int(rank)])] for rank in ranked)
        return float(levels[int(ranked[0])]), float(levels[int(ranked[1])])

    def inside(self, limits: Mapping[str, Limit]) -> NDArray[np.bool_]:
        """Which rows lie within limits."""
        held = np.ones(len(self.fails), np.bool_)
        for name, limit in limits.items():
            x = self.read.values[self.read.names.index(name)]
            if isinstance(limit, frozenset):
                held &= np.isin(x, [i for i, text in enumerate(self.read.categories[name]) if text in limit])
            else:
                held &= (x >= limit[0]) & (x <= limit[1])
        return held

    def shown(self, limits: Mapping[str, Limit]) -> pl.DataFrame:
        """Columns of these limits with verdicts."""
        columns: dict[str, Any] = {}
        for name in limits:
            x, texts = self.read.values[self.read.names.index(name)], self.read.categories.get(name)
            columns[name] = [texts[int(v)] for v in x] if texts else x
        verdict = pl.Series(
            [bool(f) if k else None for f, k in zip(self.fails, self.known, strict=True)], dtype=pl.Boolean
        )
        return pl.DataFrame(columns | {"fails": verdict, "inside": self.inside(limits)})

    def point(self, limits: Mapping[str, Limit]) -> Point:
        """A box of these limits, measured, each limit against the box without it."""
        whole, total = self._counts({})
        mass, caught = self._counts(limits)
        p_values = {
            name: max((self._p(mass, caught, limits, name, other) for other in self._freed(name, limit)), default=1.0)
            for name, limit in limits.items()
        }
        density = caught / mass if mass else 0.0
        return Point(
            caught / max(total, 1e-300),
            density,
            mass / whole,
            len(limits),
            dict(limits),
            p_values,
            max(p_values.values(), default=0.0) <= LEVEL,
        )

    def _freed(self, name: str, limit: Limit) -> list[Limit]:
        """A range without each of its sides in turn, or every category."""
        if isinstance(limit, frozenset):
            return [frozenset(self.read.categories[name])]
        levels = self.levels[self.read.names.index(name)]
        first, last = float(levels[0]), float(levels[-1])
        return [*([(first, limit[1])] if limit[0] > first else []), *([(limit[0], last)] if limit[1] < last else [])]

    def _p(self, mass: float, caught: float, limits: Mapping[str, Limit], name: str, other: Limit) -> float:
        """The quasi-p-value of what a limit takes from the box with another one in its place."""
        wide, hits = self._counts({**limits, name: other})
        return float(quasi_p(self._rows(mass), self._rows(caught), hits / max(wide, 1e-300)))

    def _counts(self, limits: Mapping[str, Limit]) -> tuple[float, float]:
        held = self.inside(limits) & self.known
        return float(self.weight[held].sum()), float(self.weight[held & self.fails].sum())

    def _rows(self, mass: float) -> int:
        """A mass as effective rows."""
        w = self.weight[self.known]
        return round(mass * w.sum() / (w**2).sum())
