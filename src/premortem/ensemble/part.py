"""One part of a run: 16,384 futures drawn, simulated under every policy, reduced and written.

The unit of work, of storage and of retry: whoever makes a part, wherever, and however often, writes the same bytes.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import bands, design, layout, store
from premortem.ensemble.compiled import Device, InTwoSteps, compiled
from premortem.ensemble.layout import FUTURES
from premortem.ensemble.priors import Priors
from premortem.ensemble.store import Written

# Futures that are counted together, of which the first ones lay the bins; and in one call of a model that is not compiled.
CHUNK = 2048
# Futures in one call of the compiled model, a part of the above: what fits the cache of a core, so that it takes three quarters of the time
# of larger calls. A future has the same bits in those, but not in smaller ones.
CALLED = 512
# Futures in a part.
PART = 8 * CHUNK

Scalars = dict[str, jax.Array]
# (values, levers) -> scalars of shape (future,) and series of shape (step, future)
Model = Callable[[jax.Array, Any], tuple[Scalars, Scalars]]


class Reread(Protocol):
    """Series -> further scalars of shape (future,)."""

    def __call__(self, series: Mapping[str, jax.Array]) -> Mapping[str, jax.Array]:
        """By a program of its own."""

    def traced(self, series: Mapping[str, jax.Array]) -> Mapping[str, jax.Array]:
        """As part of another program."""


# What a model is given of a policy beside the values of a future: arrays in whatever shape it takes, which only the model knows.
PolicyInput: TypeAlias = Any


@dataclass(frozen=True)
class Spec:
    """All that the parts of a run follow from; small, so that it can be sent to workers. `key` is the run's identity."""

    key: str
    folder: Path
    model: Model
    priors: Priors
    policies: Mapping[str, PolicyInput]
    kind: design.Design
    seed: int
    futures: int
    kept: Mapping[str, tuple[str, int]]  # columns that are a series at a place
    reread: Reread | None = None  # further columns, worked out from the series
    given: NDArray[np.float32] | None = None  # the futures themselves, (parameter, future), in place of a design
    chunk: int = CHUNK  # futures that are counted together
    size: int = PART  # futures in a part
    device: Device = "cpu"

    @property
    def parts(self) -> int:
        """How many parts the run has."""
        return -(-self.futures // self.size)

    @property
    def called(self) -> int:
        """Futures in one call of the model: on a card, and of a function that is not compiled, a whole chunk."""
        return called(self.model, self.chunk) if self.device == "cpu" else self.chunk

    @property
    def call(self) -> tuple[jax.ShapeDtypeStruct, Any]:
        """What one call of the model is given: values of so many futures, as a shape, and a policy."""
        values = jax.ShapeDtypeStruct((len(self.priors.rows), self.called), jnp.float32)
        return values, next(iter(self.policies.values()))

    def count(self, part: int) -> int:
        """Futures in a part: the last one may be short."""
        return min(self.size, self.futures - part * self.size)


@dataclass(frozen=True)
class Made:
    """What making a part came to."""

    part: int
    written: tuple[Written, ...]
    simulated: int  # futures times policies
    seconds: float


def called(model: Model, chunk: int = CHUNK) -> int:
    """How many futures one call of a model takes on a processor."""
    return chunk if isinstance(model, InTwoSteps) and model.outside else min(CALLED, chunk)


def draw(priors: Priors, kind: design.Design, seed: int, start: int, count: int) -> NDArray[np.float32]:
    """Values of futures `start` to `start + count`, shape (parameter, future)."""
    return priors.ppf(design.uniforms(kind, len(priors.rows), seed, start, count)).astype(np.float32)


def files(spec: Spec, part: int) -> list[str]:
    """Names of all files that a part writes."""
    return layout.part_files(spec.policies, part)


def make(
    spec: Spec, part: int, missing: Sequence[str], chunks: Executor | None = None, policies: Executor | None = None
) -> Made:
    """Make the missing files of a part; what is there is left alone. All parts but the first need the first one's
    bins. Its `chunks` are run in the threads of a pool where one is given, its `policies` in those of another.
    """
    began = time.perf_counter()
    count = spec.count(part)
    values = values_of(spec, part)
    written: list[Written] = []
    if layout.part_name(FUTURES, "part", part) in missing:
        written.append(write_futures(spec, part, values[:, :count]))
    asked = asked_of(spec, part, missing)
    for files_of in _each(policies)(lambda name: _simulate(spec, part, name, values, _each(chunks)), asked):
        written += files_of
    return Made(part, tuple(written), count * len(asked), time.perf_counter() - began)


def values_of(spec: Spec, part: int) -> NDArray[np.float32]:
    """Values of a part's futures, (parameter, future). The last chunk is padded with the futures that would come next, or with the last of
    those that were given: it is never reshaped.
    """
    start, count = part * spec.size, spec.count(part)
    padded = -(-count // spec.chunk) * spec.chunk
    if spec.given is None:
        return draw(spec.priors, spec.kind, spec.seed, start, padded)
    held = spec.given[:, start : start + count]
    return np.pad(held, ((0, 0), (0, padded - count)), mode="edge")


def asked_of(spec: Spec, part: int, missing: Sequence[str]) -> list[str]:
    """Policies of a run of which this part still lacks a file."""
    return [name for name in spec.policies if set(missing) & set(layout.policy_files(name, part))]


def write_futures(spec: Spec, part: int, values: NDArray[np.float32]) -> Written:
    """Write the uncertainties of a part's futures, (parameter, future)."""
    name, columns = layout.part_name(FUTURES, "part", part), dict(zip(spec.priors.names, values, strict=True))
    return store.write_table(spec.folder, spec.key, name, {"future": _index(spec, part)} | columns)


def _each(pool: Executor | None) -> Callable[..., Iterator[Any]]:
    """A map over things one by one, or in the threads of a pool."""
    return pool.map if pool else map


def program(spec: Spec) -> Any:
    """The model compiled for chunks of one shape; once a process."""
    return compiled(spec.model, *spec.call)


def columns_of(
    series: Mapping[str, jax.Array], kept: Mapping[str, tuple[str, int]], count: int
) -> dict[str, NDArray[np.float32]]:
    """The columns of the first `count` futures that are read off series of shape (step, future)."""
    held = {name: np.asarray(value) for name, value in series.items()}
    return {column: held[name][place, :count] for column, (name, place) in kept.items()}


def _index(spec: Spec, part: int) -> NDArray[np.int64]:
    return np.arange(part * spec.size, part * spec.size + spec.count(part))


def _simulate(spec: Spec, part: int, name: str, values: NDArray[np.float32], each: Any) -> list[Written]:
    """The files of a part under one policy; `each` maps a function over its chunks, as `map` does."""
    run, count, written = program(spec), spec.count(part), list[Written]()
    columns: dict[str, NDArray[np.float32]] = {}
    counts: Any = 0

    def chunk(at: int, laid: bands.Bins | None) -> tuple[int, dict[str, NDArray[np.float32]], Any, bands.Bins]:
        here = min(spec.chunk, count - at)
        told: dict[str, list[Any]] = {}
        stacked: NDArray[np.float32] = np.empty(0, np.float32)
        names: list[str] = []
        for start in range(0, here, spec.called):
            scalars, series = run(values[:, at + start : at + start + spec.called], spec.policies[name])
            for key, value in (scalars | (spec.reread(series) if spec.reread else {})).items():
                told.setdefault(key, []).append(np.asarray(value))
            if not start:
                names = list(series)
                stacked = np.empty((len(names), *next(iter(series.values())).shape[:-1], here), np.float32)
            for i, value in enumerate(series.values()):
                stacked[i, :, start : start + spec.called] = np.asarray(value)[:, : here - start]
        if laid is None:
            laid = bands.lay(stacked)
            written.extend(bands.write_first(spec.folder, spec.key, name, names, stacked, laid))
        found = {key: np.concatenate(parts)[:here] for key, parts in told.items()}
        shown = {key: stacked[i] for i, key in enumerate(names)}
        return at, found | columns_of(shown, spec.kept, here), bands.count(stacked, *laid), laid

    # the first chunk of a run lays the bins that all others count in
    first = [] if part else [chunk(0, None)]
    laid = first[0][-1] if first else bands.read_bins(spec.folder, name)
    rest = each(lambda at: chunk(at, laid), range(spec.chunk if first else 0, count, spec.chunk))
    for at, found, counted, _ in chain(first, rest):
        counts = counts + counted
        for key, value in found.items():
            columns.setdefault(key, np.empty(count, np.float32))[at : at + len(value)] = value
    return [*written, *write_results(spec, part, name, dict(sorted(columns.items())), counts)]


def write_results(
    spec: Spec, part: int, name: str, columns: Mapping[str, NDArray[np.float32]], counts: Any
) -> list[Written]:
    """Write what a part came to under a policy: columns of its futures, and the counts of its series."""
    broken = np.flatnonzero(~np.all([np.isfinite(c) for c in columns.values()], axis=0)) + part * spec.size
    place = layout.counts_file(name, part), layout.part_name(name, "part", part)
    return [
        store.write_table(
            spec.folder, spec.key, place[0], {"count": counts.astype(np.min_scalar_type(spec.size)).ravel()}
        ),
        store.write_table(
            spec.folder, spec.key, place[1], {"future": _index(spec, part), **columns}, tuple(map(int, broken))
        ),
    ]
