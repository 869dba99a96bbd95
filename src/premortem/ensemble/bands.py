"""Quantile bands of series over any number of futures: counts in fixed bins, added part by part.

Bins are laid by the first 1,024 futures: 256 equal ones between their 0.2 and 99.8% quantiles, and one beyond each
end. A
quantile read off the counts is within one bin, a 256th of that range, of the exact one, and usually far nearer, since
values are taken as even within a bin.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from premortem.ensemble import store
from premortem.ensemble.layout import counts_file, first_files

BINS = 256
TAIL = 0.002
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
# Futures whose whole series are kept.
THIN = 1024

Counts = NDArray[np.unsignedinteger[Any]]


class Bins(NamedTuple):
    """Where the bins of each series and quarter lie, each of shape (series, quarter)."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]


def lay(series: NDArray[np.float32]) -> Bins:
    """Bins for series of shape (series, quarter, future); a non-finite value sorts last and is left to the tail."""
    ordered = np.sort(series[:, :, :THIN], axis=-1)
    cut = round(TAIL * (ordered.shape[-1] - 1))
    low, high = ordered[:, :, cut], ordered[:, :, -1 - cut]
    low, high = np.nan_to_num(low), np.nan_to_num(high)
    return Bins(low, np.maximum(high, low + 1e-9 + 1e-6 * np.abs(low)).astype(np.float32))


@numba.njit(cache=True, nogil=True)
def count(series: Any, low: Any, high: Any) -> Any:
    """Counts per bin of series (series, quarter, future), shape (series, quarter, bin); the outer bins are the tails."""
    n_series, quarters, futures = series.shape
    counts = np.zeros((n_series, quarters, BINS + 2), np.uint32)
    for s in range(n_series):
        for t in range(quarters):
            scale = BINS / (high[s, t] - low[s, t])
            for f in range(futures):
                x = series[s, t, f]
                if np.isfinite(x):
                    place = (x - low[s, t]) * scale
                    counts[
                        s,
                        t,
                        min(max(int(np.floor(place)) + 1, 0), BINS + 1)
                        if abs(place) < 1e9
                        else (place > 0) * (BINS + 1),
                    ] += 1
    return counts


def quantiles(counts: Counts, bins: Bins, at: tuple[float, ...] = QUANTILES) -> NDArray[np.float64]:
    """Quantiles read off counts, shape (quantile, series, quarter); values in the tails count as the bin's end."""
    total = counts.sum(-1, keepdims=True)
    below = np.concatenate([np.zeros_like(total), counts.cumsum(-1)], -1) / np.maximum(total, 1)
    edges = np.concatenate([[0.0], np.arange(BINS + 1), [BINS]]) / BINS
    out = np.empty((len(at), *counts.shape[:2]))
    for s in range(counts.shape[0]):
        for t in range(counts.shape[1]):
            span = bins.high[s, t] - bins.low[s, t]
            out[:, s, t] = bins.low[s, t] + span * np.interp(at, below[s, t], edges)
    return out


def write_first(
    folder: Path, run: str, policy: str, names: list[str], series: NDArray[np.float32], laid: Bins
) -> list[store.Written]:
    """Write where the bins of a policy lie, and the whole series of its first futures, (series, quarter, future)."""
    quarters = series.shape[1]
    kept = series[:, :, :THIN]
    where = {"series": np.repeat(names, quarters), "quarter": np.tile(np.arange(quarters), len(names))}
    bins_file, paths_file = first_files(policy)
    place = {
        "future": np.tile(np.arange(kept.shape[2]), quarters),
        "quarter": np.repeat(np.arange(quarters), kept.shape[2]),
    }
    return [
        store.write_table(folder, run, bins_file, where | {"low": laid.low.ravel(), "high": laid.high.ravel()}),
        store.write_table(folder, run, paths_file, place | {name: kept[i].ravel() for i, name in enumerate(names)}),
    ]


def read_bins(folder: Path, policy: str) -> Bins:
    """Where the bins of a stored policy lie."""
    return _bins(_laid(folder, store.read_manifest(folder)["run"], policy))


def _bins(frame: pl.DataFrame) -> Bins:
    quarters = frame["quarter"].n_unique()
    return Bins(*(frame[key].to_numpy().reshape(-1, quarters) for key in Bins._fields))


def read_paths(folder: Path, policy: str) -> pl.DataFrame:
    """Whole series of the first futures: future, quarter (0 to 39) and a column a series."""
    return _read(folder, store.read_manifest(folder)["run"], first_files(policy)[1])


def read_bands(folder: Path, policy: str, labels: tuple[str, ...]) -> pl.DataFrame:
    """Bands of a stored policy over all its futures: series, quarter, p5, p25, p50, p75, p95; quarters by their
    labels.
    """
    manifest = store.read_manifest(folder)
    inputs, run = manifest["inputs"], manifest["run"]
    frame = _laid(folder, run, policy)
    bins = _bins(frame)
    counts = np.zeros((*bins.low.shape, BINS + 2), np.uint64)
    for part in range(-(-inputs["futures"] // inputs["part"])):
        name = counts_file(policy, part)
        counted = _read(folder, run, name, "count")["count"]
        if len(counted) != counts.size:
            raise store.missing(folder, name, f"holds {len(counted)} counts, not {counts.size}")
        counts += counted.to_numpy().reshape(counts.shape)
    found = quantiles(counts, bins)
    columns = {f"p{round(100 * q)}": found[i].ravel() for i, q in enumerate(QUANTILES)}
    return frame.select("series", "quarter").with_columns(
        pl.col("quarter").replace_strict(dict(enumerate(labels))), **columns
    )


def _laid(folder: Path, run: str, policy: str) -> pl.DataFrame:
    name = first_files(policy)[0]
    frame = _read(folder, run, name, "series", "quarter", *Bins._fields)
    if frame.is_empty() or frame.height != frame["series"].n_unique() * frame["quarter"].n_unique():
        raise store.missing(folder, name, "is not a row a series and quarter")
    return frame


def _read(folder: Path, run: str, name: str, *columns: str) -> pl.DataFrame:
    """A table of a run, through Arrow: polars panics at some damaged pages. Raises `MissingData`."""
    held = store.open_table(folder, run, name)
    absent = set(columns) - set(held.schema_arrow.names)
    if absent:
        raise store.missing(folder, name, f"no column {', '.join(sorted(absent))}")
    try:
        return pl.DataFrame(pl.from_arrow(held.read()))
    except (OSError, pa.ArrowException, pl.exceptions.PolarsError) as error:
        raise store.missing(folder, name, f"cannot be read ({error})") from error
