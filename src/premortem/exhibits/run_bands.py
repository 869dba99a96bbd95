"""What exhibits read off a stored run: bands of its series by year, under one policy."""

from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

from premortem.charts.marks import middle_of
from premortem.ensemble.bands import BANDS
from premortem.errors import MissingData, nearest
from premortem.facts.tables import Row

__all__ = ["BANDS", "bands", "policy", "row_at"]


def policy(run: Any) -> str:
    """The policy that a run's exhibits show: the case's baseline where it was run, else the run's first."""
    baseline = run.study.case.settings.baseline
    return baseline if baseline in run.policies else str(run.policies[0])


def bands(run: Any, *series: str, under: str = "", start: float = 2024.0) -> pl.DataFrame:
    """Bands of series over all futures of a run: series, quarter, year (middle of the step), p5 to p95.

    Raises `MissingData` for a series that the run did not keep.
    """
    chosen = under or policy(run)
    stamp = (run.folder / "manifest.json").stat().st_mtime_ns
    frame = _bands(_Held(run, (str(run.folder.resolve()), chosen, stamp)))
    kept = frame["series"].unique().to_list()
    for name in series:
        if name not in kept:
            raise MissingData(f"{run.folder}: the run holds no {name}; {nearest(name, kept) or 'run it again'}")
    return frame.filter(pl.col("series").is_in(series), pl.col("year") >= start)


class _Held(NamedTuple):
    """A run and a policy of it; equal to another when folder, policy and the time of writing are."""

    run: Any
    key: tuple[str, str, int]

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.key == other.key


@lru_cache(maxsize=8)
def _bands(held: _Held) -> pl.DataFrame:
    frame: pl.DataFrame = held.run.bands(held.key[1])
    return frame.with_columns(year=middle_of(pl.col("quarter")))


def row_at(frame: pl.DataFrame, quarter: str, series: str = "") -> Row:
    """The row of a step, of a series where there are several."""
    rows = frame.filter(pl.col("quarter") == quarter)
    return rows.filter(pl.col("series") == series).row(0, named=True) if series else rows.row(0, named=True)
