"""Calls of a model: a future at a time or a batch of them, each failure kept as that of its future alone."""

import copy
import os
import random
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from premortem.problem.answers import Answers, Asked, Left, WrongAnswer, empty, in_words, joined, of_batch, of_one
from premortem.problem.model_values import Arguments, Constants, LeverValues
from premortem.problem.muted_output import silenced
from premortem.problem.time_limit import TooLong, at_most

Array = NDArray[Any]
Values = Mapping[str, Array]
# How a model is called: with plain values of one future, with arrays of one future, or with arrays of many.
Kind = Literal["one", "ones", "batched"]


@dataclass(frozen=True)
class Way:
    """How a model is called. `turned` are series whose first axis is time in a batch; `seeded` the argument that says how to draw at random,
    or `global` for the generators of NumPy and Python; `changes` arguments that it changes and so gets copies of; `seconds` a future.
    """

    kind: Kind
    turned: frozenset[str] = frozenset()
    seeded: str = ""
    changes: tuple[str, ...] = ()
    prints: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Task:
    """A model with all that every call of it shares; can be sent to another process."""

    function: Callable[..., Any]
    way: Way
    asked: Asked
    constants: Constants
    replications: int
    reduce: str | float
    timeout: float

    def answers(self, values: Values, levers: LeverValues, seeds: Array) -> Answers:
        """Answers of futures with these values, (future,) each, under one policy; what a model prints goes nowhere."""
        with quiet(self.way.prints), kept_generators(self.way.seeded == "global"):
            return (
                self._batch(values, levers, seeds) if self.way.kind == "batched" else self._each(values, levers, seeds)
            )

    def _each(self, values: Values, levers: LeverValues, seeds: Array) -> Answers:
        made = empty(self.asked, len(seeds))
        plain = self.way.kind == "one"
        columns = {name: column.tolist() if plain else column for name, column in values.items()}
        for i in range(len(seeds)):
            given = {name: column[i] if plain else column[i : i + 1].copy() for name, column in columns.items()}
            try:
                with at_most(self.timeout):
                    outcomes, series = self._reduced(given, levers, int(seeds[i]))
            except TooLong:
                made.failed[i] = f"took longer than {self.timeout:g} s"
                continue
            except Exception as error:
                made.failed[i] = in_words(error)
                continue
            for name, value in outcomes.items():
                made.outcomes[name][i] = value
            for name, row in series.items():
                made.series[name][i] = row
        return made

    def _reduced(self, given: Arguments, levers: LeverValues, seed: int) -> tuple[dict[str, float], dict[str, Array]]:
        """The answer of one future, over its replications."""
        if not self.replications:
            return self._read(self.call(given, levers, None))
        every = [self._read(self.call(given, levers, s)) for s in replication_seeds(seed, self.replications)]
        outcomes = {n: float(self._over([o[n] for o, _ in every])) for n in self.asked.outcomes}
        return outcomes, {n: self._over([s[n] for _, s in every]) for n in self.asked.series}

    def _read(self, answer: Any) -> tuple[dict[str, float], dict[str, Array]]:
        if self.way.kind == "one":
            return of_one(answer, self.asked)
        found = of_batch(answer, self.asked, 1, self.way.turned)
        return {n: float(v[0]) for n, v in found.outcomes.items()}, {n: v[0] for n, v in found.series.items()}

    def _over(self, values: list[Any]) -> Any:
        stacked = np.stack([np.asarray(v) for v in values])
        if isinstance(self.reduce, float):
            return np.quantile(stacked, self.reduce, axis=0)
        return np.median(stacked, axis=0) if self.reduce == "median" else stacked.mean(0)

    def _batch(self, values: Values, levers: LeverValues, seeds: Array) -> Answers:
        """A batch; where that fails its halves, so that one future's failure is its own."""
        n = len(seeds)
        try:
            with at_most(self.timeout):
                if not self.replications:
                    return of_batch(self.call(_copied(values), levers, None), self.asked, n, self.way.turned)
                every = [
                    of_batch(self.call(_copied(values), levers, s), self.asked, n, self.way.turned)
                    for s in replication_seeds(int(seeds[0]), self.replications)
                ]
        except TooLong:
            why = f"took longer than {self.timeout:g} s"
        except Exception as error:
            why = in_words(error)
        else:
            return Answers(
                {name: self._over([a.outcomes[name] for a in every]) for name in self.asked.outcomes},
                {name: self._over([a.series[name] for a in every]) for name in self.asked.series},
                every[0].failed,
            )
        if n == 1:
            return empty(self.asked, 1, why)
        halves = (slice(None, n // 2), slice(n // 2, None))
        return joined([self._batch({k: v[half] for k, v in values.items()}, levers, seeds[half]) for half in halves])

    def call(self, given: Arguments, levers: LeverValues, seed: int | None) -> Any:
        """One call; `seed` says how to draw at random."""
        changes, seeded = self.way.changes, self.way.seeded
        arguments = {
            **given,
            **{name: _own(v) for name, v in levers.items()},
            **{name: _fixed(v) for name, v in self.constants.items()},
        }
        for name in changes:
            arguments[name] = copy.deepcopy({**given, **levers, **self.constants}[name])
        if seed is not None and seeded == "rng":
            arguments["rng"] = np.random.default_rng(seed)
        elif seed is not None and seeded == "seed":
            arguments["seed"] = seed
        elif seed is not None and seeded == "global":
            np.random.seed(seed % 2**32)  # noqa: NPY002  # a model that draws from NumPy's own generator
            random.seed(seed)
        try:
            return self.function(**arguments)
        except (Exception, KeyboardInterrupt, TooLong):
            raise
        except BaseException as error:
            raise Left from error


def _copied(values: Values) -> dict[str, Array]:
    return {name: np.array(column) for name, column in values.items()}


def _own(value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray) else value


def _fixed(value: Any) -> Any:
    """A constant that an array of NumPy protects from being written to."""
    if not isinstance(value, np.ndarray):
        return value
    seen = value.view()
    seen.flags.writeable = False
    return seen


def replication_seeds(seed: int, replications: int) -> list[int]:
    """Seeds of the replications of one future."""
    return [int(s) for s in np.random.SeedSequence(seed).generate_state(replications, np.uint32)]


def future_seeds(seed: int, first: int, count: int) -> Array:
    """A seed for each future by the run's seed and the future's index, the same under every policy, (future,)."""
    index = np.arange(first, first + count, dtype=np.uint64)
    salt = np.uint64(seed * 0xBF58476D1CE4E5B9 % 2**64)
    mixed = (index + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) ^ salt
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(1)


@contextmanager
def quiet(prints: bool) -> Iterator[None]:
    """Without warnings of NumPy, what is written past Python and, of a model that prints, without what it prints."""
    with (
        silenced(),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        open(os.devnull, "w") if prints else nullcontext() as nowhere,
    ):
        warnings.simplefilter("ignore")
        with redirect_stdout(nowhere) if prints else nullcontext():
            yield


@contextmanager
def kept_generators(seeded: bool) -> Iterator[None]:
    """The state of NumPy's and Python's own generators is put back as it was."""
    if not seeded:
        yield
        return
    ours, python = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(ours)  # noqa: NPY002
        random.setstate(python)


__all__ = ["Kind", "Task", "Way", "WrongAnswer", "future_seeds", "quiet"]
