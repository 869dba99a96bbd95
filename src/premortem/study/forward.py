"""What a run keeps of futures as one function for JAX: a study's world, its propositions, and what is observed of them."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import jax
from numpy.typing import NDArray

from premortem.case import Case, Levers
from premortem.ensemble.compiled import compiled
from premortem.ensemble.stored_programs import BEGAN
from premortem.files.folder_hash import hash_of_files, is_newer
from premortem.propositions import score
from premortem.propositions.assumption import Assumption
from premortem.study.simulator import Simulator
from premortem.watch.quantities import Observer, Quantity, When

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Forward:
    """What a run keeps of futures, from values and (levers, thresholds): scalars of each future, and series of the world and of
    margins. Pure, for JAX, and at home in a module so that workers find it.

    Two that compute the same are equal, however many studies they were made for.
    """

    simulator: Simulator
    assumptions: tuple[Assumption, ...]
    asked: tuple[tuple[Quantity, When], ...] = ()

    def __call__(
        self, values: jax.Array, pulled: tuple[Levers, score.Thresholds]
    ) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
        """Scalars of shape (future,), and series of shape (step, future)."""
        return self.inside(self.simulator.series(values, pulled[0]), pulled[1])

    @property
    def outside(self) -> Callable[..., Any] | None:
        """A plain function's series, and thresholds, which `inside` follows from: what is never compiled."""
        return self._outside if self.simulator.is_plain else None

    def _outside(self, values: Array, pulled: tuple[Levers, score.Thresholds]) -> tuple[dict[str, Array], Any]:
        return self.simulator.called(values, pulled[0]), pulled[1]

    def inside(
        self, found: dict[str, jax.Array], thresholds: score.Thresholds
    ) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
        """The same, from the model's series."""
        names, labels = self.simulator.names, self.simulator.case.world.steps()
        outcomes = self.simulator.with_own(found)
        scalars, series = score.Scorer(self.assumptions, names, labels).reduce(outcomes, thresholds)
        return scalars | self.observed(outcomes), series

    def observed(self, outcomes: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        """What is observed of outcomes, by column, each of shape (future,)."""
        return Observer(self.asked, self.simulator.names, self.simulator.case.world.steps())(outcomes)

    @cached_property
    def kept(self) -> dict[str, tuple[str, int]]:
        """Columns that a run reads off the series: each national outcome at the steps that the case keeps. Read outside, since
        to cut hundreds of them out within is a program of 900 kernels in place of 550.
        """
        labels = self.simulator.case.world.steps()
        steps = {q: labels.index(q) for q in self.simulator.case.steps.kept}
        return {f"{name}@{q}": (name, place) for name in sorted(self.simulator.names) for q, place in steps.items()}

    @cached_property
    def key(self) -> str:
        """A hash of all that it computes: world, outcomes of the user's own, conditions, and what is observed."""
        world = [p.read_bytes().hex() for p in self.simulator.case.code]
        conditions = [(a.id, c.id, c.margin, c.over_time) for a in self.assumptions for c in a.condition]
        asked = [(q.column(on), q.expression(on), q.map and q.map.value) for q, on in self.asked]
        told = [str(self.simulator.case.folder), sorted(self.simulator.names), *self.simulator.texts]
        return hashlib.sha256(repr([world, conditions, asked, told]).encode()).hexdigest()

    @cached_property
    def lasting(self) -> str | None:
        """A hash of what it computes that means the same in another process; None of a function of the user's own, and of a case
        that changed since it was read.
        """
        held = None if self.simulator.function is not None else files_of_case(self.simulator.case)
        return held and f"{self.key} {held}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Forward):
            return False
        return self.key == other.key and self.simulator.function is other.simulator.function

    def __hash__(self) -> int:
        return hash(self.key)


def files_of_case(case: Case) -> str | None:
    """A hash of the files of a case and of those that a study lays over them; None where one was written since the program began."""
    if is_newer(case.folder, BEGAN):
        return None
    return hashlib.sha256(repr((hash_of_files(case.folder), case.own)).encode()).hexdigest()


@cache
def scorer_of(forward: Forward) -> score.Scorer:
    """The propositions of a model, parsed once."""
    simulator = forward.simulator
    return score.Scorer(forward.assumptions, simulator.names, simulator.case.world.steps())


@dataclass(frozen=True)
class Interpreted:
    """Margins by other interpretations of the propositions, of shape (future,), from series that `Forward` has given; compiled apart, so
    that what a run finds by the shipped limits keeps its bits.
    """

    forward: Forward

    def __call__(self, series: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        """By column, `margin.X1@hawk`."""
        given = self._given(series)
        program = compiled(scorer_of(self.forward).interpreted, *given, key=(self.forward, "interpreted"))
        return dict(program(*given))

    def traced(self, series: Mapping[str, jax.Array]) -> dict[str, jax.Array]:
        """The same, as part of another program."""
        return scorer_of(self.forward).interpreted(*self._given(series))

    def _given(self, series: Mapping[str, jax.Array]) -> tuple[Any, Any]:
        return {name: series[name] for name in self.forward.simulator.names}, scorer_of(self.forward).readings
