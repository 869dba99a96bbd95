"""Parts of a run made on a graphics card: drawn, simulated, scored and counted there, a batch a part.

Only columns and counts come back, and are written by threads of the processor while the card makes the next policy's. A
future has other bits than on the processor, and hardly another verdict.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from premortem.ensemble import bands, design
from premortem.ensemble.bands import BINS, EACH, THIN, ZONES
from premortem.ensemble.compiled import Device, compiled, device_of
from premortem.ensemble.layout import FUTURES, part_name
from premortem.ensemble.part import Made, Spec, asked_of, values_of, write_futures, write_results
from premortem.ensemble.priors import Priors
from premortem.ensemble.store import Written

# Futures of a batch: a power of two, as many as fit, up to where a larger one is no quicker.
LEAST, MOST = 4096, 262_144
# Series that are held at once, in sizes of what the model gives: given, on the way, stacked, and those of the next policy.
COPIES = 4
# Memory taken where the device does not tell how much it has [bytes].
UNTOLD = 4 * 1024**3
# A bin's place in two digits of this base; the last place of all is for what is not counted.
BASE = 16
NOWHERE = BASE * BASE - 1


@dataclass(frozen=True, eq=False)
class _Kept:
    """What a part keeps of futures, from values and levers: columns by name, each of shape (future,), and the series."""

    spec: Spec

    def columns(self, values: jax.Array, given: Any) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
        """Both by name."""
        scalars, series = self.spec.model(values, given)
        read = self.spec.reread.traced(series) if self.spec.reread else {}
        placed = {column: series[name][place] for column, (name, place) in self.spec.kept.items()}
        return {**scalars, **read, **placed}, series

    def __call__(self, values: jax.Array, given: Any) -> tuple[jax.Array, dict[str, jax.Array]]:
        """The columns in the order of their names as one array, (column, future), so that they come back at once."""
        columns, series = self.columns(values, given)
        return jnp.stack([columns[name].astype(jnp.float32) for name in sorted(columns)]), series


def batch(model: Any, priors: Priors, given: Any, futures: int, device: Device) -> int:
    """Futures of one batch: as many as fit the device's memory, no more than the run needs."""
    one = jax.ShapeDtypeStruct((len(priors.rows), 1), jnp.float32)
    each = COPIES * sum(x.dtype.itemsize * x.size for x in jax.tree.leaves(jax.eval_shape(model, one, given)))
    told = device_of(device).memory_stats() or {}
    fit = int(told.get("bytes_limit", UNTOLD)) // each
    needed = 1 << max(futures - 1, 1).bit_length()
    return max(LEAST, min(MOST, 1 << max(fit, 1).bit_length() - 1, needed))


def compile_all(spec: Spec) -> None:
    """The programs of a run, compiled."""
    _draw(spec)
    _program(spec)


def parts(spec: Spec, todo: Iterable[tuple[int, list[str]]], threads: int) -> Iterator[Made]:
    """Each part as it is finished, in order; two are under way, of which the earlier one is being written."""
    names = _names(spec)  # once: to find them traces the whole model
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Callable[[], Made]] = deque()
        try:
            for part, missing in todo:
                under_way.append(_begun(spec, part, missing, names, pool))
                if len(under_way) > 1:
                    yield under_way.popleft()()
            while under_way:
                yield under_way.popleft()()
        finally:
            pool.shutdown(cancel_futures=True)


def _begun(
    spec: Spec, part: int, missing: Sequence[str], names: Sequence[str], pool: ThreadPoolExecutor
) -> Callable[[], Made]:
    """Hand a part to the card, and what comes back to threads that write it; call for the finished part."""
    began, asked = perf_counter(), asked_of(spec, part, missing)
    writing = list[Future[list[Written]]]()
    values = drawn(spec, part) if missing else None
    if part_name(FUTURES, "part", part) in missing:
        writing.append(pool.submit(lambda: [write_futures(spec, part, np.asarray(values)[:, : spec.count(part)])]))
    for name in asked:
        found = simulated(spec, part, name, values)
        writing.append(pool.submit(_written, spec, part, name, found, names))

    def finished() -> Made:
        written = tuple(entry for entries in writing for entry in entries.result())
        return Made(part, written, spec.count(part) * len(asked), perf_counter() - began)

    return finished


@dataclass(frozen=True)
class Simulated:
    """What the card made of a part under a policy: columns (column, future) and counts (series, step, bin), both on the card, and what only
    the first part writes.
    """

    columns: jax.Array
    counts: jax.Array
    first: list[Written]


def simulated(spec: Spec, part: int, name: str, values: Any) -> Simulated:
    """A part's futures under one policy; `values` as `drawn`, (parameter, future)."""
    columns, series = _program(spec)(values, spec.policies[name])
    if part:
        laid, first = bands.read_bins(spec.folder, name), []
    else:
        shown = np.stack([np.asarray(value[:, :THIN])[:, : spec.futures] for value in series.values()])
        laid = bands.lay(shown)
        first = bands.write_first(spec.folder, spec.key, name, list(series), shown, laid)
    count = np.int32(spec.count(part))
    given = [(value, laid.edges[i], count) for i, value in enumerate(series.values())]
    program = compiled(counts_of, *given[0], device=spec.device)
    return Simulated(columns, jnp.stack([program(*one) for one in given]), first)


def _written(spec: Spec, part: int, name: str, found: Simulated, names: Sequence[str]) -> list[Written]:
    columns = dict(zip(names, np.asarray(found.columns)[:, : spec.count(part)], strict=True))
    return [*found.first, *write_results(spec, part, name, columns, np.asarray(found.counts))]


def _names(spec: Spec) -> list[str]:
    """Names of the columns, in order."""
    return sorted(jax.eval_shape(_Kept(spec).columns, *spec.call)[0])


def _program(spec: Spec) -> Any:
    """The model with all that is read off it, compiled for a batch."""
    return compiled(_Kept(spec), *spec.call, key=(spec.model, tuple(spec.kept), "card"), device=spec.device)


def drawn(spec: Spec, part: int) -> Any:
    """Values of a part's futures, (parameter, future): made on the card where they are a Sobol design's."""
    if spec.given is not None or spec.kind != "sobol":
        return values_of(spec, part)
    with jax.enable_x64(True):
        return _draw(spec)(*_directions(len(spec.priors.rows), spec.seed, spec.parts * spec.size), np.uint32(part))


def _draw(spec: Spec) -> Any:
    given = *_directions(len(spec.priors.rows), spec.seed, spec.parts * spec.size), np.uint32(0)
    with jax.enable_x64(True):
        key = ("drawn", spec.priors.table.tobytes(), spec.priors.copula, spec.size)
        return compiled(_Sobol(spec.priors, spec.size), *given, key=key, device=spec.device)


@cache
def _directions(parameters: int, seed: int, futures: int) -> Any:
    return design.directions(parameters, seed, futures)


@dataclass(frozen=True, eq=False)
class _Sobol:
    """Values of a part of a scrambled Sobol design, in double precision as on the processor; source: Joe and Kuo 2008, in Gray code."""

    priors: Priors
    size: int

    def __call__(self, first: jax.Array, turns: jax.Array, part: jax.Array) -> jax.Array:
        """Single precision, (parameter, future); `first` and `turns` as `design.directions` gives them."""
        each = self.size // design.REPLICATES
        at = part * np.uint32(each) + jnp.arange(each, dtype=jnp.uint32)
        gray = at ^ (at >> 1)
        points = jnp.broadcast_to(first[..., None], (*first.shape, each))  # (replicate, parameter, point)
        for bit in range(turns.shape[0]):
            points = points ^ jnp.where((gray >> bit) & 1 > 0, turns[bit][..., None], jnp.uint32(0))
        chances = jnp.moveaxis(points, 0, 2).reshape(first.shape[1], self.size) / design.UNITS
        return self.priors.ppf_jax(jnp.clip(chances, *design.WITHIN)).astype(jnp.float32)


def counts_of(series: jax.Array, edges: jax.Array, count: jax.Array) -> jax.Array:
    """Counts by bin of one series (step, future), of which the first `count` futures are counted: the same as `bands.count`, (step, bin).

    Bins are told by two digits, and counted by multiplying the futures' digits: a product of matrices, which a card makes
    far quicker than it adds to one place from many threads. Sums are exact below 2^24.
    """
    begins = edges[:, :, None]
    scale = EACH / jnp.maximum(begins[:, 1:] - begins[:, :-1], jnp.float32(1e-30))
    zones = [series >= begins[:, z] for z in range(1, len(ZONES) - 1)]
    zone = sum((above.astype(jnp.int32) for above in zones), jnp.int32(0))
    begin, per = begins[:, 0] + jnp.zeros_like(series), scale[:, 0] + jnp.zeros_like(series)
    for z, above in enumerate(zones, start=1):  # zones rise, so the last that is reached is the future's own
        begin, per = jnp.where(above, begins[:, z], begin), jnp.where(above, scale[:, z], per)
    within = jnp.minimum(((series - begin) * per).astype(jnp.int32), EACH - 1)
    tail = jnp.where(series < begins[:, 0], 0, BINS + 1)
    inside = (series >= begins[:, 0]) & (series < begins[:, -1])
    counted = jnp.isfinite(series) & (jnp.arange(series.shape[1]) < count)
    place = jnp.where(counted, jnp.where(inside, 1 + EACH * zone + within, tail), NOWHERE)
    digits = (jax.nn.one_hot(digit, BASE, dtype=jnp.bfloat16) for digit in (place // BASE, place % BASE))
    found = jnp.einsum("tfh,tfl->thl", *digits, preferred_element_type=jnp.float32)
    return found.reshape(series.shape[0], BASE * BASE)[:, : BINS + 2].astype(jnp.uint32)
