"""The model of a study: its world and its propositions as one function, compiled once a process for all who ask.

Values of the uncertainties, levers and thresholds go in; margins, outcomes and whole series come out. A run, the questions
and the app all call the same program, so what one of them compiled the others have, and a future has the same bits in each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.ensemble.compiled import compiled
from premortem.ensemble.cores import side_by_side
from premortem.ensemble.part import CALLED, called, columns_of
from premortem.ensemble.priors import Priors
from premortem.propositions.score import Thresholds
from premortem.study.forward import Forward, Interpreted, scorer_of
from premortem.study.simulator import Simulator

Array = NDArray[Any]
# Up to `FEW` futures, or as many as who asks says, are run in small chunks, of a function that is not compiled as well: a search asks for
# some dozens at a time, and often, and a lane of padding takes as long as a future; and a person who waits has all cores. In smaller chunks
# yet a future would not have the bits that it has in a run.
FEW, SMALL = 1024, CALLED
# Step in standard scores over which a slope is measured where the model gives none.
STEP = 0.02


@dataclass(frozen=True)
class Chunk:
    """Futures that were run together: the place of the first one, how many, and what `Forward` gives, of which the last lanes may be
    padding.
    """

    start: int
    count: int
    scalars: Mapping[str, jax.Array]
    series: Mapping[str, jax.Array]
    kept: Mapping[str, tuple[str, int]]
    interpreted: Interpreted

    def columns(self) -> dict[str, Array]:
        """What a run keeps of each future, without padding: the scalars, and outcomes at dates."""
        scalars = {**self.scalars, **self.interpreted(self.series)}
        told = {name: np.asarray(x)[: self.count] for name, x in scalars.items()}
        return dict(sorted((told | columns_of(self.series, self.kept, self.count)).items()))


@dataclass(frozen=True)
class Model:
    """The compiled model of a study: margins, outcomes and gradients of any number of futures."""

    forward: Forward
    priors: Priors
    thresholds: Mapping[str, np.float32]
    example: Levers  # of any policy: for their shapes

    def chunks(
        self, values: Array, levers: Levers, own: Mapping[str, Array] | None = None, *, few: int = FEW
    ) -> Iterator[Chunk]:
        """Futures, values of shape (parameter, future), in padded chunks of one size, small where they are `few`; run side by side on
        all cores, and given in order.

        `own` are levers in which each future differs, each of shape (step, future).
        """
        count = values.shape[1]
        size = SMALL if count <= few else called(self.forward)
        if not count:
            return iter(())

        def given(start: int) -> tuple[Any, ...]:
            here = levers._replace(**_own(own, start, size))
            return _padded(values[:, start : start + size], size), (here, dict(self.thresholds))

        def run(start: int) -> Chunk:
            scalars, series = jax.block_until_ready(program(*given(start)))
            return Chunk(start, min(size, count - start), scalars, series, self.forward.kept, self.interpreted)

        program = compiled(self.forward, *given(0))  # here: on a core all others who ask would wait for it
        return side_by_side(run, range(0, count, size))

    def at_scores(self, z: Array) -> Array:
        """Values at independent standard normal scores, both (parameter, future): those of the priors, worked out with the model's precision
        in a twentieth of the time.
        """
        key = ("scores", self.priors.table.tobytes(), self.priors.copula)
        return np.asarray(compiled(self.priors.from_scores_jax, z, key=key)(np.asarray(z, np.float32)))

    def early(
        self,
        values: Array,
        levers: Levers,
        until: float,
        names: frozenset[str],
        own: Mapping[str, Array] | None = None,
    ) -> Iterator[Chunk]:
        """What was observed of futures, and the series of some `names`, by the steps up to the one whose middle is `until` [yr]: in a third
        of the time or less, for who reads those alone, and often. What stands in later steps means nothing; of a plain function there is
        all. `own` are levers in which each future differs, as of `chunks`.
        """
        count = values.shape[1]
        if self.forward.outside or not count:
            return self.chunks(values, levers, own, few=count)

        def given(start: int) -> tuple[Any, ...]:
            here = _own(own, start, SMALL)
            return _padded(values[:, start : start + SMALL], SMALL), levers._replace(**here), np.float32(until)

        def run(start: int) -> Chunk:
            scalars, series = jax.block_until_ready(program(*given(start)))
            return Chunk(start, min(SMALL, count - start), scalars, series, {}, self.interpreted)

        program = compiled(_Early(self.forward, names), *given(0), key=(self.forward, "early", *sorted(names)))
        return side_by_side(run, range(0, count, SMALL))

    def rescored(self, chunk: Chunk, thresholds: Thresholds) -> dict[str, Array]:
        """Margins of conditions and of assumptions of a chunk by other thresholds, each of shape (future,); nothing is run again."""
        found = self._scored("margins", scorer_of(self.forward).margins, chunk.series, thresholds)
        return {name: margin[: chunk.count] for name, margin in found.items()}

    def rescored_along(
        self, chunk: Chunk, thresholds: Thresholds, name: str, values: Sequence[float]
    ) -> dict[str, Array]:
        """The same for several values of one threshold at once, each of shape (value, future)."""
        all_at_once = {key: np.full(len(values), limit, np.float32) for key, limit in thresholds.items()}
        all_at_once[name] = np.asarray(values, np.float32)
        along = jax.vmap(scorer_of(self.forward).margins, in_axes=(None, 0))
        found = self._scored("margins along", along, chunk.series, all_at_once)
        return {name: margin[:, : chunk.count] for name, margin in found.items()}

    def over_time(self, chunk: Chunk, thresholds: Thresholds) -> dict[str, Array]:
        """Margins of assumptions as they stand in each step, each of shape (step, future)."""
        found = self._scored("over time", scorer_of(self.forward).over_time, chunk.series, thresholds)
        return {name: margin[:, : chunk.count] for name, margin in found.items()}

    @property
    def interpreted(self) -> Interpreted:
        """Margins by other interpretations, from the series of a chunk."""
        return Interpreted(self.forward)

    def _scored(self, what: str, scorer: Any, series: Any, thresholds: Thresholds) -> dict[str, Array]:
        given = {name: series[name] for name in self.forward.simulator.names}, dict(thresholds)
        found = compiled(scorer, *given, key=(self.forward, what))(*given)
        return {name: np.asarray(margin) for name, margin in found.items()}

    def margins(self, values: Array, levers: Levers) -> Array:
        """Margins of every assumption, shape (assumption, future): by a program that keeps no series, in some 60% of the time. Its last bits
        are its own, some 1e-6 of a margin.
        """
        if self.forward.outside:
            small = self.chunks(values, levers, few=values.shape[1])
            names = [f"margin.{a.id}" for a in self.forward.assumptions]
            found = (np.stack([np.asarray(part.scalars[name])[: part.count] for name in names]) for part in small)
            return np.concatenate([*found], axis=1)

        def given(start: int) -> tuple[Any, ...]:
            return _padded(values[:, start : start + SMALL], SMALL), dict(self.thresholds), levers

        program = compiled(self._stacked, *given(0), key=(self.forward, "margins"), wide=True)
        count = values.shape[1]
        each = side_by_side(lambda start: np.asarray(program(*given(start))), range(0, count, SMALL))
        return np.concatenate([*each], axis=1)[:, :count]

    def regional(self, values: Array, levers: Levers) -> dict[str, jax.Array]:
        """Regional series, shape (step, region, future), the last of them padding."""
        simulator = self.forward.simulator
        given = _padded(values, -(-values.shape[1] // SMALL) * SMALL), levers
        return dict(compiled(_Regional(simulator), *given, key=(self.forward, "regional"), seldom=True)(*given))

    @cached_property
    def has_gradient(self) -> bool:
        """Whether JAX can differentiate it: the shipped world, or a compiled function that calls nothing outside."""
        if self.forward.simulator.function is None:
            return True
        z = np.asarray(self.priors.to_normal(self.priors.central), np.float32)
        try:
            given = dict(self.thresholds), self.example
            jax.eval_shape(jax.jacfwd(lambda x: self._stacked(self.priors.from_normal_jax(x), *given)), z)
        except Exception:  # whatever a model that is not JAX raises when it is traced: the step is then the way
            return False
        return True

    def slopes(self, place: int, z: Array, fixed: Array, free: Array, levers: Levers) -> tuple[Array, Array]:
        """Margins of one assumption at scores (parameter, start), and their gradients; `fixed` are values that stay.

        Of a model that JAX cannot differentiate, gradients are central differences over a step of 0.02 standard scores.
        """
        if not self.has_gradient:
            return self._differences(place, z, fixed, free, levers)
        given = *(np.asarray(x, np.float32) for x in (z, fixed, free)), dict(self.thresholds), levers, np.int32(place)
        key = (self.forward, "slopes", self.priors.table.tobytes())
        program = compiled(jax.value_and_grad(self._one, has_aux=True), *given, key=key, seldom=True)
        (_, margins), gradient = program(*given)
        return np.asarray(margins, float), np.asarray(gradient, float)

    def _stacked(self, values: jax.Array, thresholds: Thresholds, levers: Levers) -> jax.Array:
        scalars, _ = self.forward(values, (levers, thresholds))
        return jnp.stack([scalars[f"margin.{a.id}"] for a in self.forward.assumptions])

    def _one(
        self,
        z: jax.Array,
        fixed: jax.Array,
        free: jax.Array,
        thresholds: Thresholds,
        levers: Levers,
        place: jax.Array,
    ) -> Any:
        """Sum and values of the margins of one assumption, from scores."""
        values = jnp.where(free[:, None] > 0, self.priors.from_normal_jax(z), fixed[:, None])
        one = self._stacked(values, thresholds, levers)[place]
        return one.sum(), one

    def _differences(self, place: int, z: Array, fixed: Array, free: Array, levers: Levers) -> tuple[Array, Array]:
        moving = np.flatnonzero(free)
        steps = np.zeros((len(z), 2 * len(moving) + 1))
        steps[moving, 1 + np.arange(len(moving))], steps[moving, 1 + len(moving) + np.arange(len(moving))] = STEP, -STEP
        moved = z[:, None, :] + steps[:, :, None]  # (parameter, step, start)
        values = self.priors.from_normal(moved.reshape(len(z), -1))
        values = np.where(free[:, None] > 0, values, np.asarray(fixed)[:, None])
        found = self.margins(values, levers)[place].astype(float).reshape(steps.shape[1], z.shape[1])
        gradient = np.zeros_like(z, float)
        up, down = found[1 : len(moving) + 1], found[len(moving) + 1 :]
        gradient[moving] = np.nan_to_num((up - down) / (2 * STEP), posinf=0.0, neginf=0.0)
        return found[0], gradient


@dataclass(frozen=True)
class _Regional:
    """The regional series of a world; at home in a module."""

    simulator: Simulator

    def __call__(self, values: jax.Array, levers: Levers) -> dict[str, jax.Array]:
        return {name: series for name, series in self.simulator(values, levers).items() if series.ndim == 3}


@dataclass(frozen=True)
class _Early:
    """What was observed of futures up to a step, and some of their series; at home in a module."""

    forward: Forward
    names: frozenset[str]

    def __call__(self, values: jax.Array, levers: Levers, until: jax.Array) -> Any:
        simulator = self.forward.simulator
        outcomes = simulator.with_own(simulator.series(values, levers, until))
        return self.forward.observed(outcomes), {name: outcomes[name] for name in self.names}


def _own(own: Mapping[str, Array] | None, start: int, size: int) -> dict[str, Array]:
    """Levers of their own of the futures of a chunk."""
    return {name: _padded(x[:, start : start + size], size) for name, x in (own or {}).items()}


def _padded(part: Array, size: int) -> Array:
    """Futures filled up to a size with the last of them."""
    if part.shape[1] == size:
        return np.asarray(part, np.float32)
    return np.pad(part, ((0, 0), (0, size - part.shape[1])), mode="edge").astype(np.float32)
