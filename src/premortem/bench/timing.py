"""How the benchmarks measure: paired runs in turn, medians, and a row a figure."""

import os
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from premortem.text.result import Document

Row = dict[str, Any]
Work = Callable[[], Any]
VERSIONS = (
    "premortem",
    "jax",
    "numpy",
    "numba",
    "scipy",
    "polars",
    "pyarrow",
    "ema-workbench",
    "SALib",
    "prim",
    "pandas",
)


def median(work: Work, times: int = 5) -> float:
    """Median seconds of several runs, after one to warm up."""
    work()
    return statistics.median(seconds(work) for _ in range(times))


def time_pair(ours: Work, peer: Work, times: int = 3) -> tuple[float, float]:
    """Median seconds of two works run in turn, so that whatever else the machine does falls on both."""
    ours()
    peer()
    taken = [(seconds(ours), seconds(peer)) for _ in range(times)]
    return statistics.median(a for a, _ in taken), statistics.median(b for _, b in taken)


def seconds(work: Work) -> float:
    """Seconds of one run."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def row(
    name: str, ours: float, peer: float | None, unit: str, peer_is: str, more_is_better: bool = True, **more: Any
) -> Row:
    """A row of the table; the ratio is above 1 where ours is better."""
    ratio = None if not peer or not ours else (ours / peer if more_is_better else peer / ours)
    return {"name": name, "ours": ours, "peer": peer, "ratio": ratio, "unit": unit, "peer_is": peer_is} | more


def machine() -> Document:
    """What the figures were measured on: processor, cores, system, versions, and how busy it was."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: found for name in VERSIONS if (found := _version(name))},
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
