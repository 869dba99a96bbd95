"""Runs a model over futures: compiled, in batches, or future by future in processes; what fails is told future by future."""

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import cores, design
from premortem.errors import NotReproducible
from premortem.problem import identity, jax_calls, workers
from premortem.problem.answers import Answers, empty, in_words, joined, marked
from premortem.problem.calls import Task, future_seeds, quiet
from premortem.problem.definition import Definition
from premortem.problem.draws import values_at
from premortem.problem.model_values import Arguments, LeverValues
from premortem.problem.trial import Tried, asked_of, try_model

Array = NDArray[Any]
# Futures in a batch of arrays: what a model of some hundred values a future holds in a processor's cache.
BATCH = 1024
# Seconds of work from which processes are worth their start, and of one piece of it.
LONG, PIECE = 4.0, 0.5
# Seconds that a measurement should take to tell anything.
MEASURED = 0.05
# Numbers that such a measurement draws at most, whatever the number of uncertainties.
NUMBERS = 2**22
# Most futures in a piece of work that are run one by one.
MOST = 512


@dataclass(frozen=True)
class Work:
    """A piece of work: futures, from `first` of the run on, under a policy."""

    values: Mapping[str, Array]
    levers: LeverValues
    seeds: Array

    def part(self, start: int, stop: int) -> "Work":
        """Some of its futures."""
        return Work({n: v[start:stop] for n, v in self.values.items()}, self.levers, self.seeds[start:stop])

    def __len__(self) -> int:
        return len(self.seeds)


class Evaluator:
    """A problem's model, tried once, ready to be run."""

    def __init__(self, definition: Definition, levers: LeverValues) -> None:
        """`levers` are those of a policy, to try the model with."""
        self.definition = definition
        self._handed: dict[str, dict[str, Any]] = {}
        self._levers = self.handed(levers)
        self.identity = identity.of_model(definition)

    def handed(self, levers: LeverValues) -> Arguments:
        """A policy's levers as the model gets them; what has to be made of a value, such as a rulebook, is made once."""
        key = repr({name: value.tolist() if hasattr(value, "tolist") else value for name, value in levers.items()})
        if key not in self._handed:
            self._handed[key] = {v.name: v.given(levers[v.name]) for v in self.definition.levers}
        return self._handed[key]

    @cached_property
    def compiled(self) -> jax_calls.Compiled | None:
        """The model as compiled by JAX, where it is of JAX and draws nothing at random."""
        d = self.definition
        if d.replications or not jax_calls.is_jax(d.model) or not d.uncertainties:
            return None
        few = values_at(d, design.uniforms("montecarlo", len(d.uncertainties), 1, 0, jax_calls.TRIED))
        texts = [u.steps for u in d.uncertainties if few[u.name].dtype.kind not in "biuf"]
        if math.prod(texts) > jax_calls.COMBINED:
            return None
        with quiet(True):  # while it is traced
            return jax_calls.compiled(d.model, asked_of(d), d.constants, few, self._levers)

    @cached_property
    def tried(self) -> Tried:
        """How the model is called, found by trying it. Raises `BadInput`."""
        return try_model(self.definition, self._levers)

    @cached_property
    def task(self) -> Task:
        """What calls it."""
        d = self.definition
        return Task(d.model, self.tried.way, asked_of(d), d.constants, d.replications, d.reduce, d.timeout)

    @property
    def kind(self) -> str:
        """How the model is called, in words."""
        if self.compiled:
            return "compiled by JAX"
        return {"one": "one future a call", "ones": "one future a call, as arrays", "batched": "in batches"}[
            self.tried.way.kind
        ]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of how the model behaves."""
        return () if self.compiled else self.tried.notes

    @property
    def batched(self) -> bool:
        """Whether it takes many futures a call."""
        return self.compiled is not None or self.tried.way.kind == "batched"

    @cached_property
    def seconds(self) -> float:
        """Seconds that a future takes where many are run: of a model that takes many, measured on more and more until they take some time."""
        if not self.batched:
            return self.tried.way.seconds * max(self.definition.replications, 1)
        n = max(len(self.definition.uncertainties), 1)
        most = int(np.clip(NUMBERS // n, 8, BATCH))
        work = Work(
            values_at(self.definition, np.random.default_rng(2).random((n, most))),
            self._levers,
            future_seeds(0, 0, most),
        )
        many, taken = most if self.compiled else 8, 0.0
        if self.compiled:
            self._answers(work)  # compiles
        while taken < MEASURED and many <= most:
            began = time.perf_counter()
            self._answers(work.part(0, many))
            taken, many = time.perf_counter() - began, many * 4
        return taken / (many / 4)

    def check(self) -> None:
        """Raises `NotReproducible` where the model is not as it was when this began, so that old and new answers are not mixed. What levers
        are made of, such as files, is read anew.
        """
        self._handed.clear()
        if changed := identity.changes(self.identity, identity.of_model(self.definition)):
            raise NotReproducible(
                f"{self.definition.name}: the model has changed since ({changed}); make the Problem and its run again"
            )

    def run(self, values: Mapping[str, Array], levers: LeverValues, seed: int = 0, first: int = 0) -> Answers:
        """Answers of futures under a policy."""
        futures = len(next(iter(values.values()))) if values else 1
        return next(self.run_all([Work(values, levers, future_seeds(seed, first, futures))], futures))

    def run_all(self, works: Iterable[Work], futures: int) -> Iterator[Answers]:
        """Answers of several pieces of work, each as it is done, in their order; `futures` of all of them together."""
        processes = self._processes(futures)
        works = (replace(work, levers=self.handed(work.levers)) for work in works)
        if processes < 2:
            yield from (marked(joined([self._answers(piece) for piece in self._pieces(work)])) for work in works)
            return
        yield from self._in_processes(works, processes)

    def _in_processes(self, works: Iterable[Work], processes: int) -> Iterator[Answers]:
        counts: list[int] = []

        def pieces() -> Iterator[Work]:
            for work in works:
                parts = [*self._pieces(work)]
                counts.append(len(parts))
                yield from parts

        held: list[Answers] = []
        for answers in workers.answers(self.task, pieces(), processes):
            held.append(answers)
            if len(held) == counts[0]:
                yield marked(joined(held))
                held, counts[:1] = [], []

    def _pieces(self, work: Work) -> Iterator[Work]:
        """Work in pieces: batches of a fixed size, so that the same futures come to the same bits."""
        size = len(work) if self.compiled else BATCH if self.batched else self._at_once
        for start in range(0, len(work), max(size, 1)):
            yield work.part(start, min(start + size, len(work)))

    @cached_property
    def _at_once(self) -> int:
        return int(np.clip(PIECE / max(self.seconds, 1e-9), 1, MOST))

    def _processes(self, futures: int) -> int:
        """How many processes such a number of futures is worth."""
        most = cores.count() if self.definition.processes is None else self.definition.processes
        if self.compiled or (most < 2 and not self.tried.ends):
            return 1
        if self.definition.processes is None and futures * self.seconds < LONG and not self.tried.ends:
            return 1
        return max(most, 2) if workers.can_send(self.task) else 1

    def _answers(self, work: Work) -> Answers:
        if self.compiled is None:
            return self.task.answers(work.values, work.levers, work.seeds)
        try:
            with quiet(True):
                return self.compiled.answers(work.values, work.levers)
        except Exception as error:  # of the device or of a lever that this policy alone has
            return empty(asked_of(self.definition), len(work), in_words(error))


def failures(answers: Sequence[str] | Array) -> dict[str, int]:
    """Why futures failed, and how many of each."""
    found: dict[str, int] = {}
    for why in answers:
        if why:
            found[why] = found.get(why, 0) + 1
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))
