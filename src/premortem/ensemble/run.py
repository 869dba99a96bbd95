"""Runs futures part by part, in threads here or on a cluster, into a store. Bits depend on (seed, index) only."""

import platform
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import cores, design, gpu_parts, layout, memory, store
from premortem.ensemble.compiled import Device, use_compilation_cache
from premortem.ensemble.log import Log
from premortem.ensemble.manifest import Inputs, Manifest, identity
from premortem.ensemble.memory import peak_mb
from premortem.ensemble.part import (
    CHUNK,
    PART,
    Made,
    Model,
    PolicyInput,
    Reread,
    Spec,
    draw,
    files,
    make,
    program,
)
from premortem.ensemble.priors import Priors
from premortem.errors import BadInput
from premortem.text.numbers import count_noun

__all__ = ["CHUNK", "Model", "Progress", "Timing", "draw", "peak_mb", "run", "use_compilation_cache"]

# What a run says in place of its design where its futures were given, and the key of their hash.
GIVEN = "given"
# Most futures a run may have; more would fill any disk.
MOST = 1_000_000_000
# Folders of a run that are no policy's.
TAKEN = (layout.FUTURES, layout.SERIES, layout.ANSWERS)
# (futures done, futures asked for, seconds so far)
Progress = Callable[[int, int, float], None]
# What is done with the folder of a finished run before it counts, and its timing
Whole = Callable[[Path, "Timing"], object]
# Parts yet to be made, each with the files that it lacks.
Todo = Iterable[tuple[int, list[str]]]


@dataclass
class Timing:
    """Seconds by stage, and what else a run reports about itself."""

    compile: float = 0.0
    simulate: float = 0.0  # of the clock: drawing, simulating and storing, which go on side by side
    simulated: int = 0  # futures times policies that were simulated, not found on disk
    non_finite: dict[str, list[int]] = field(default_factory=dict)


def run(
    model: Model,
    priors: Priors,
    policies: Mapping[str, PolicyInput],
    futures: int,
    seed: int,
    out: Path,
    *,
    inputs: Inputs,
    kept: Mapping[str, tuple[str, int]] = MappingProxyType({}),
    reread: Reread | None = None,
    assumptions: Sequence[str] = (),
    case: str = "",
    forms: Mapping[str, str] = MappingProxyType({}),
    kind: design.Design = "sobol",
    given: NDArray[np.float32] | None = None,
    resume: bool = False,
    replace: bool = False,
    progress: Progress | None = None,
    cluster: str | None = None,
    most_memory: int | None = None,
    whole: Whole | None = None,
    device: Device = "cpu",
) -> Timing:
    """Simulate `futures` futures under every policy into the run folder `out`; the futures are the same for all.

    `kept` names columns that are a series at a place, as (series, place); `reread` works further ones out from the series. `cluster`
    is the address of a Dask scheduler, or `local:N`; `most_memory` a ceiling in bytes; `replace` lets a finished run make way of which
    futures, policies or `assumptions` would be lost. `case` is by what its case is found again, `forms` what was fixed of how its world
    works. `given` are futures, (parameter, future), that take the place of a design's. `whole` is called with the folder of the
    finished run before that takes the place of an older one, which stays where this fails. A `gpu` as `device` makes
    parts as large as its memory allows, of other bits than the processor's. Raises `BadInput` for a number of futures
    out of range, a device that is not there, and whatever the store refuses. A future with a result that is not finite
    is kept as it is, counted and listed, never dropped.
    """
    design.check_seed(seed)
    _check(futures, policies, cluster, device)
    if given is not None:
        inputs = {**inputs, GIVEN: sha256(given.tobytes()).hexdigest()}
    chunk, size = CHUNK, PART
    if device != "cpu":
        chunk = size = gpu_parts.batch(model, priors, next(iter(policies.values())), futures, device)
        inputs = {**inputs, "device": device}
    inputs = {"chunk": chunk, "part": size, **inputs}
    manifest = _manifest(futures, seed, kind if given is None else GIVEN, policies, priors, inputs)
    manifest |= {"assumptions": list(assumptions), "case": case, "forms": dict(forms)}
    key, timing = identity(manifest["inputs"]), Timing()
    with store.open_store(out, manifest, resume, replace) as folder, Log(folder.folder / store.LOG) as log:
        at = folder.folder.resolve()
        spec = Spec(key, at, model, priors, policies, kind, seed, futures, {**kept}, reread, given, chunk, size, device)
        many = f"{count_noun(futures, 'future')} x {count_noun(len(policies), 'policy')}"
        log(f"{many}, seed {seed}, {kind}, run {key[:16]}")
        todo = _todo(folder, spec)
        parts = _on_cluster(spec, todo, cluster) if cluster else _made(spec, todo, most_memory, timing)
        _collect(spec, folder, parts, timing, log, progress)
        timing.non_finite = folder.non_finite()
        folder.finish({**manifest, "non_finite": timing.non_finite})
        log("finished")
        if whole:
            whole(folder.folder, timing)
    return timing


def _check(futures: int, policies: Iterable[str], cluster: str | None, device: Device) -> None:
    """Raises `BadInput` for what no run can be made of."""
    if not 1 <= futures <= MOST:
        raise BadInput("command line", "--futures", f"{futures} is out of range", got=futures, allowed=f"1 to {MOST:,}")
    if cluster and device != "cpu":
        raise BadInput("command line", "--device", "goes with this machine alone", got=device, allowed="no --cluster")
    taken = [name for name in policies if name in TAKEN]
    if taken:
        raise BadInput(taken[0], "", "is a name that run folders use", got=taken[0], allowed="another name")


def _todo(folder: store.Store, spec: Spec) -> Iterator[tuple[int, list[str]]]:
    for part in range(spec.parts):
        yield part, [name for name in files(spec, part) if not folder.has(name)]


def _collect(
    spec: Spec, folder: store.Store, parts: Iterator[Made], timing: Timing, log: Log, progress: Progress | None
) -> None:
    """Note each part as it comes; the clock runs from the first one's start."""
    began, done = time.perf_counter(), 0
    for made in parts:
        folder.record(made.written)
        done += spec.count(made.part)
        timing.simulated += made.simulated
        timing.simulate = time.perf_counter() - began - timing.compile
        if made.written:
            log(f"part {made.part + 1} of {spec.parts}: {count_noun(len(made.written), 'file')}, {made.seconds:.2f} s")
        if progress:
            progress(done, spec.futures, timing.simulate)


def _made(spec: Spec, todo: Todo, most_memory: int | None, timing: Timing) -> Iterator[Made]:
    """Parts made in this process, on its processor or on a card."""
    began, on_card = time.perf_counter(), spec.device != "cpu"
    (gpu_parts.compile_all if on_card else program)(spec)
    timing.compile = time.perf_counter() - began
    threads = memory.threads(spec, cores.count(), most_memory)
    for made in gpu_parts.parts(spec, todo, threads) if on_card else _here(spec, todo, threads):
        memory.check(most_memory)
        yield made


def _here(spec: Spec, todo: Todo, threads: int) -> Iterator[Made]:
    """Parts made in threads of this process: the compiled model, compression and counting all leave Python's lock."""
    waiting = iter(todo)
    # whoever makes a part hands its chunks to a pool that all parts share: so no core waits for a part that has more of them
    pool, chunks = ThreadPoolExecutor(threads), ThreadPoolExecutor(threads)
    try:
        # the first part lays the bins that all others count in: by itself, with its policies side by side
        yield make(spec, *next(waiting), chunks, pool)
        yield from _windowed(waiting, lambda part, missing: pool.submit(make, spec, part, missing, chunks), threads + 1)
    finally:
        pool.shutdown(cancel_futures=True)
        chunks.shutdown(cancel_futures=True)


def _windowed(
    todo: Iterator[tuple[int, list[str]]], submit: Callable[[int, list[str]], Future[Made]], most: int
) -> Iterator[Made]:
    """Results as they come, with no more than `most` parts under way: a billion futures are not queued at once."""
    under_way: set[Future[Made]] = set()
    for part, missing in todo:
        under_way.add(submit(part, missing))
        if len(under_way) >= most:
            ready, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in ready)
    yield from (future.result() for future in under_way)


def _on_cluster(spec: Spec, todo: Todo, address: str) -> Iterator[Made]:
    from premortem.ensemble import cluster  # Dask is an extra, and slow to import

    return cluster.parts(spec, todo, address)


def _manifest(
    futures: int, seed: int, kind: str, policies: Mapping[str, PolicyInput], priors: Priors, inputs: Inputs
) -> Manifest:
    asked = {"futures": futures, "seed": seed, "design": kind, "policies": list(policies)}
    versions = {name: version(name) for name in ("premortem", "jax", "numpy", "scipy")}
    machine = {"processor": platform.machine(), "system": platform.system(), "python": platform.python_version()}
    return {
        "format": store.FORMAT,
        "status": "running",
        "inputs": asked | dict(inputs) | {"versions": versions},
        "machine": machine,
        "uncertainties": list(priors.names),
        "replicates": design.REPLICATES if kind == "sobol" else 0,
        "assumptions": [],
    }
