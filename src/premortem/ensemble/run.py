"""Runs futures in chunks of one shape: draw, simulate under every policy, reduce, store. Bits depend on (seed, index)
only.
"""

import platform
import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import bands, design, store
from premortem.ensemble.priors import Priors
from premortem.errors import BadInput

# Futures in a chunk: the unit of work, of caching and of retry. Measured best on two cores; a new value changes the
# last bits.
CHUNK = 4096
# Most futures a run may have; more would fill any disk.
MOST = 1_000_000_000
Scalars = dict[str, jax.Array]
# (values, levers) -> scalars of shape (future,) and series of shape (quarter, future)
Model = Callable[[jax.Array, Any], tuple[Scalars, Scalars]]
Progress = Callable[[int, int, float], None]


@dataclass
class Timing:
    """Seconds by stage, and what else a run reports about itself."""

    compile: float = 0.0
    simulate: float = 0.0
    store: float = 0.0
    simulated: int = 0  # futures times policies that were simulated, not found on disk
    non_finite: dict[str, list[int]] = field(default_factory=dict)


def use_compilation_cache() -> None:
    """Keep compiled code between processes, in the user's cache folder."""
    folder = Path.home() / ".cache" / "premortem" / "jax"
    jax.config.update("jax_compilation_cache_dir", str(folder))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def draw(priors: Priors, kind: design.Design, seed: int, start: int, count: int) -> NDArray[np.float32]:
    """Values of futures `start` to `start + count`, shape (parameter, future)."""
    return priors.ppf(design.uniforms(kind, len(priors.rows), seed, start, count)).astype(np.float32)


def run(
    model: Model,
    priors: Priors,
    policies: Mapping[str, Any],
    futures: int,
    seed: int,
    out: Path,
    *,
    inputs: Mapping[str, str],
    kind: design.Design = "sobol",
    resume: bool = False,
    progress: Progress | None = None,
) -> Timing:
    """Simulate `futures` futures under every policy into the run folder `out`; the futures are the same for all.

    Raises `BadInput` for a number of futures out of range and for whatever the store refuses. A future with a non-
    finite
    result is kept as it is, counted and listed, never dropped.
    """
    if not 1 <= futures <= MOST:
        raise BadInput("command line", "--futures", f"{futures} is out of range", got=futures, allowed=f"1 to {MOST:,}")
    use_compilation_cache()
    manifest = _manifest(futures, seed, kind, policies, priors, inputs)
    timing = Timing()
    with store.opened(out, manifest, resume) as folder:
        compiled = _compile(model, len(priors.rows), next(iter(policies.values())), timing)
        chunks = -(-futures // CHUNK)
        for chunk in range(chunks):
            _do_chunk(folder, compiled, priors, policies, chunk, futures, seed, kind, timing)
            if progress:
                progress(min((chunk + 1) * CHUNK, futures), futures, timing.simulate)
        store.finish(folder, manifest | {"status": "finished", "non_finite": timing.non_finite})
    return timing


def peak_mb() -> float:
    """Most memory that this process has held [MB]."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes / (1024 * 1024 if platform.system() == "Darwin" else 1024)


def _compile(model: Model, parameters: int, levers: Any, timing: Timing) -> Any:
    began = time.perf_counter()
    shapes = jax.ShapeDtypeStruct((parameters, CHUNK), jnp.float32)
    abstract = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), levers)
    compiled = jax.jit(model).lower(shapes, abstract).compile()
    timing.compile = time.perf_counter() - began
    return compiled


def _do_chunk(
    folder: store.Store,
    compiled: Any,
    priors: Priors,
    policies: Mapping[str, Any],
    chunk: int,
    futures: int,
    seed: int,
    kind: design.Design,
    timing: Timing,
) -> None:
    """One chunk under every policy; what is on disk and whole is left alone. The last chunk is padded, never
    reshaped.
    """
    start, count = chunk * CHUNK, min(CHUNK, futures - chunk * CHUNK)
    values: NDArray[np.float32] | None = None
    parts = {name: store.part_name(name, "part", chunk, "parquet") for name in ("futures", *policies)}
    if not folder.has(parts["futures"]):
        values = draw(priors, kind, seed, start, CHUNK)
        index = np.arange(start, start + count)
        folder.write_table(
            parts["futures"], {"future": index} | dict(zip(priors.names, values[:, :count], strict=True))
        )
    for name, levers in policies.items():
        wanted = [parts[name], store.part_name(name, "bins", chunk, "parquet")]
        wanted += bands.first_files(name) if chunk == 0 else []
        if all(map(folder.has, wanted)):
            continue
        values = draw(priors, kind, seed, start, CHUNK) if values is None else values
        began = time.perf_counter()
        scalars, series = jax.block_until_ready(compiled(values, levers))
        timing.simulate += time.perf_counter() - began
        timing.simulated += count
        began = time.perf_counter()
        _store_chunk(folder, name, chunk, start, count, scalars, series, timing)
        timing.store += time.perf_counter() - began


def _store_chunk(
    folder: store.Store,
    name: str,
    chunk: int,
    start: int,
    count: int,
    scalars: Scalars,
    series: Scalars,
    timing: Timing,
) -> None:
    columns = {key: np.asarray(value)[:count] for key, value in scalars.items()}
    broken = np.flatnonzero(~np.all([np.isfinite(c) for c in columns.values()], axis=0))
    timing.non_finite.setdefault(name, []).extend(int(i) + start for i in broken)
    stacked = np.stack([np.asarray(value)[:, :count] for value in series.values()])
    if chunk == 0:
        bands.write_first(folder, name, list(series), stacked)
    counts = bands.count(stacked, *bands.read_bins(folder.folder / name))
    folder.write_table(store.part_name(name, "bins", chunk, "parquet"), {"count": counts.astype(np.uint16).ravel()})
    folder.write_table(
        store.part_name(name, "part", chunk, "parquet"), {"future": np.arange(start, start + count)} | columns
    )


def _manifest(
    futures: int, seed: int, kind: str, policies: Mapping[str, Any], priors: Priors, inputs: Mapping[str, str]
) -> dict[str, Any]:
    asked = {"futures": futures, "seed": seed, "design": kind, "policies": list(policies), "chunk": CHUNK}
    versions = {name: version(name) for name in ("premortem", "jax", "numpy", "scipy")}
    machine = {"processor": platform.machine(), "system": platform.system(), "python": platform.python_version()}
    return {
        "format": store.FORMAT,
        "status": "running",
        "inputs": asked | dict(inputs) | {"versions": versions},
        "machine": machine,
        "uncertainties": list(priors.names),
        "replicates": design.REPLICATES if kind == "sobol" else 0,
    }
