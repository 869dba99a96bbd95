"""Quantile bands of series over any number of futures: counts in fixed bins, added part by part.

Bins are laid by the first 1,024 futures: between some of their quantiles lie zones, each of 36 equal bins, and one bin
lies beyond each end. So bins are narrow where futures are dense, however long the tail of a series: equal ones over the
whole range would put most futures of a skewed series into the first. A quantile read off the counts is within one bin
of its zone of the exact one, and usually far nearer, since values are taken as even within a bin.
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

# Shares of the first futures between whose quantiles the zones lie, and bins of a zone.
ZONES = (0.002, 0.02, 0.1, 0.35, 0.65, 0.9, 0.98, 0.998)
EACH = 36
BINS = EACH * (len(ZONES) - 1)
# Bands of a series by name, here and wherever one is drawn.
BANDS = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
QUANTILES = tuple(BANDS.values())
# Futures whose whole series are kept.
THIN = 1024

Counts = NDArray[np.unsignedinteger[Any]]


def of(futures: Any) -> dict[str, NDArray[np.float64]]:
    """Bands of futures that are held at once, by name; the last axis is theirs."""
    return dict(zip(BANDS, np.quantile(np.asarray(futures), QUANTILES, axis=-1), strict=True))


class Bins(NamedTuple):
    """Where the zones of bins of each series and step begin and end, of shape (series, step, end)."""

    edges: NDArray[np.float32]


def lay(series: NDArray[np.float32]) -> Bins:
    """Bins for series of shape (series, step, future), by their finite values; 0 where there is none."""
    first = series[:, :, :THIN]
    ordered = np.sort(np.where(np.isfinite(first), first, np.nan), axis=-1)  # what is no number comes last
    last = np.maximum(np.isfinite(ordered).sum(-1) - 1, 0)
    places = np.round(np.array(ZONES) * last[..., None]).astype(int)
    edges = np.nan_to_num(np.take_along_axis(ordered, places, -1)).astype(np.float64)
    for i in range(1, len(ZONES)):  # a zone has some width, also where many futures share a value
        before = edges[:, :, i - 1]
        edges[:, :, i] = np.maximum(edges[:, :, i], before + 1e-9 + 1e-6 * np.abs(before))
    return Bins(edges.astype(np.float32))


@numba.njit(cache=True, nogil=True)
def count(series: Any, edges: Any) -> Any:
    """Counts per bin of series (series, step, future), shape (series, step, bin); the outer bins are the tails."""
    n_series, quarters, futures = series.shape
    zones = edges.shape[2] - 1
    counts = np.zeros((n_series, quarters, BINS + 2), np.uint32)
    zone = np.empty(futures, np.int32)
    for s in range(n_series):
        for t in range(quarters):
            row, begins = series[s, t], edges[s, t]
            scale = EACH / np.maximum(begins[1:] - begins[:-1], np.float32(1e-30))
            zone[:] = 0
            for z in range(1, zones):  # by the edge, not by the future: the processor compares many at a time
                begin = begins[z]
                for f in range(futures):
                    zone[f] += np.int32(row[f] >= begin)
            into = counts[s, t]
            for f in range(futures):
                x = row[f]
                if begins[0] <= x < begins[zones]:
                    z = zone[f]
                    into[1 + EACH * z + min(np.int32((x - begins[z]) * scale[z]), EACH - 1)] += 1
                elif np.isfinite(x):
                    into[0 if x < begins[0] else BINS + 1] += 1
    return counts


def quantiles(counts: Counts, bins: Bins, at: tuple[float, ...] = QUANTILES) -> NDArray[np.float64]:
    """Quantiles read off counts, shape (quantile, series, step); values in the tails count as the bin's end. NaN where nothing was
    counted.
    """
    total = counts.sum(-1, keepdims=True)
    below = np.concatenate([np.zeros_like(total), counts.cumsum(-1)], -1) / np.maximum(total, 1)
    zones, within = np.arange(len(ZONES)), np.arange(BINS + 1) / EACH
    out = np.empty((len(at), *counts.shape[:2]))
    for s in range(counts.shape[0]):
        for t in range(counts.shape[1]):
            ends = np.interp(within, zones, bins.edges[s, t])
            out[:, s, t] = np.interp(at, below[s, t], np.concatenate([ends[:1], ends, ends[-1:]]))
    out[:, total[..., 0] == 0] = np.nan
    return out


def write_first(
    folder: Path, run: str, policy: str, names: list[str], series: NDArray[np.float32], laid: Bins
) -> list[store.Written]:
    """Write where the bins of a policy lie, and the whole series of its first futures, (series, step, future)."""
    quarters = series.shape[1]
    kept = series[:, :, :THIN]
    where = {"series": np.repeat(names, quarters), "quarter": np.tile(np.arange(quarters), len(names))}
    bins_file, paths_file = first_files(policy)
    place = {
        "future": np.tile(np.arange(kept.shape[2]), quarters),
        "quarter": np.repeat(np.arange(quarters), kept.shape[2]),
    }
    return [
        store.write_table(
            folder, run, bins_file, where | {k: laid.edges[:, :, i].ravel() for i, k in enumerate(_columns())}
        ),
        store.write_table(folder, run, paths_file, place | {name: kept[i].ravel() for i, name in enumerate(names)}),
    ]


def read_bins(folder: Path, policy: str) -> Bins:
    """Where the bins of a stored policy lie."""
    return _bins(_laid(folder, store.read_manifest(folder)["run"], policy))


def _bins(frame: pl.DataFrame) -> Bins:
    quarters = frame["quarter"].n_unique()
    return Bins(np.stack([frame[key].to_numpy().reshape(-1, quarters) for key in _columns()], axis=2))


def _columns() -> list[str]:
    """Columns of the file that says where zones begin and end."""
    return [f"edge_{i}" for i in range(len(ZONES))]


def read_paths(folder: Path, policy: str) -> pl.DataFrame:
    """Whole series of the first futures: future, quarter (0 to 39) and a column a series."""
    return _read(folder, store.read_manifest(folder)["run"], first_files(policy)[1])


def read_bands(folder: Path, policy: str, labels: tuple[str, ...]) -> pl.DataFrame:
    """Bands of a stored policy over all its futures: series, quarter, p5, p25, p50, p75, p95; steps by their
    labels.
    """
    manifest = store.read_manifest(folder)
    inputs, run = manifest["inputs"], manifest["run"]
    frame = _laid(folder, run, policy)
    bins = _bins(frame)
    counts = np.zeros((*bins.edges.shape[:2], BINS + 2), np.uint64)
    for part in range(-(-inputs["futures"] // inputs["part"])):
        name = counts_file(policy, part)
        counted = _read(folder, run, name, "count")["count"]
        if len(counted) != counts.size:
            raise store.missing(folder, name, f"holds {len(counted)} counts, not {counts.size}")
        counts += counted.to_numpy().reshape(counts.shape)
    found = quantiles(counts, bins)
    columns = {name: found[i].ravel() for i, name in enumerate(BANDS)}
    return frame.select("series", "quarter").with_columns(
        pl.col("quarter").replace_strict(dict(enumerate(labels))), **columns
    )


def _laid(folder: Path, run: str, policy: str) -> pl.DataFrame:
    name = first_files(policy)[0]
    frame = _read(folder, run, name, "series", "quarter", *_columns())
    if frame.is_empty() or frame.height != frame["series"].n_unique() * frame["quarter"].n_unique():
        raise store.missing(folder, name, "is not a row a series and step")
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
