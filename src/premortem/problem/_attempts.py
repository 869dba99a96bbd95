"""A trial of a model under way: calls of it within their time, and whether answers agree."""

import io
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.problem.answers import Answers, Asked, of_batch, of_one
from premortem.problem.calls import Task, Way, future_seeds, kept_generators, quiet
from premortem.problem.definition import Definition
from premortem.problem.draws import values_at
from premortem.problem.in_process import ENDED
from premortem.problem.model_values import Arguments, LeverValues
from premortem.problem.time_limit import TooLong, call_within
from premortem.problem.workers import answers, can_send

Array = NDArray[Any]
# How near a batch must come to the same futures one by one; chaotic models part from any rounding, so half may miss it.
NEAR, ENOUGH = 1e-6, 0.5
SEED = 1
# Futures, spread out, that are run twice to see whether they come out the same; seconds that this may take of a slow model.
SPREAD, REPEATED = 64, 1.0


@dataclass
class Trial:
    """A trial under way: the values of a few futures under a policy."""

    definition: Definition
    asked: Asked
    values: dict[str, Array]
    levers: LeverValues
    seeded: str
    printed: str = ""
    changes: tuple[str, ...] = ()

    def task(self, way: Way) -> Task:
        d = self.definition
        return Task(
            d.model,
            replace(way, seeded=self.seeded, changes=self.changes),
            self.asked,
            d.constants,
            d.replications,
            d.reduce,
            d.timeout,
        )

    def call(self, way: Way, which: slice | int, seed: int | None = SEED) -> Any:
        """One call of the model within its time. Raises whatever it raises, and `TooLong`."""
        picked = {n: v[which] for n, v in self.values.items()}
        given: Arguments = {n: plain(v) if way.kind == "one" else np.array(v) for n, v in picked.items()}
        told = seed if self.definition.replications else None
        out = io.StringIO()
        with quiet(False), kept_generators(self.seeded == "global"), redirect_stdout(out):
            try:
                return call_within(self.definition.timeout, lambda: self.task(way).call(given, self.levers, told))
            finally:
                self.printed += out.getvalue()


def plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def draws_apart(trial: Trial, many: int, turned: frozenset[str]) -> bool:
    """Whether a model that draws at random draws for each future of a batch: the same future, several times, comes out in several ways."""
    same = replace(trial, values={n: np.repeat(v[:1], len(v), axis=0) for n, v in trial.values.items()})
    try:
        found = of_batch(same.call(Way("batched"), slice(many)), trial.asked, many, turned)
    except (Exception, TooLong):
        return False
    return any((v != v[0]).any() for v in found.outcomes.values()) or any(
        (v != v[0]).any() for v in found.series.values()
    )


def agree(trial: Trial, whole: Answers, way: Way) -> bool:
    """Whether a batch gives what its futures give one by one; of a model that draws at random nobody can tell."""
    if trial.definition.replications:
        return True
    same: list[bool] = []
    for i in range(len(whole)):
        try:
            if way.kind == "one":
                outcomes, series = of_one(trial.call(way, i), trial.asked)
            else:
                alone = of_batch(trial.call(way, slice(i, i + 1)), trial.asked, 1, way.turned)
                outcomes, series = (
                    {n: float(v[0]) for n, v in alone.outcomes.items()},
                    {n: v[0] for n, v in alone.series.items()},
                )
        except (Exception, TooLong):
            continue
        near = [bool(_near(whole.outcomes[n][i], v)) for n, v in outcomes.items()]
        same.append(all([*near, *(_near(whole.series[n][i], v).mean() > ENOUGH for n, v in series.items())]))
    return bool(same) and float(np.mean(same)) > ENOUGH


def _near(a: Any, b: Any) -> Any:
    return np.isclose(a, b, rtol=NEAR, atol=1e-12, equal_nan=True)


@dataclass(frozen=True)
class _Twice:
    """Futures, each of them twice in one piece, so that what a model keeps between calls shows."""

    values: dict[str, Array]
    levers: LeverValues
    seeds: Array


def check_same(trial: Trial, way: Way) -> bool:
    """Whether a future ended the process that ran it, of some spread over all that may come: fewer of a slow model, one at least. A model of
    one future a call is asked in another process, if it can be sent there.

    Raises `BadInput` for a model that gives two answers to one input. Of a future that fails nothing is known.
    """
    d = trial.definition
    many = int(np.clip(REPEATED / max(2 * way.seconds, 1e-9), 1, SPREAD))
    places = np.tile(np.arange(many), (len(d.uncertainties), 1))
    values = values_at(d, (np.random.default_rng(SEED).permuted(places, axis=1) + 0.5) / many)
    seeds = future_seeds(SEED, 0, many if values else 1)
    longest = min(d.timeout, max(REPEATED, 10 * way.seconds))
    task = replace(trial.task(replace(way, prints=True)), replications=min(d.replications, 1), timeout=longest)
    if way.kind != "batched" and can_send(task):
        doubled = _Twice({n: np.concatenate([v, v]) for n, v in values.items()}, trial.levers, np.tile(seeds, 2))
        (both,) = answers(task, [doubled], 2)
        first, second = both.part(slice(len(seeds))), both.part(slice(len(seeds), None))
    else:
        first, second = (task.answers(values, trial.levers, seeds) for _ in range(2))
    known = (first.failed == "") & (second.failed == "")
    pairs = [(first.outcomes[n], second.outcomes[n]) for n in first.outcomes]
    pairs += [(first.series[n], second.series[n]) for n in first.series]
    if all(np.array_equal(a[known], b[known], equal_nan=True) for a, b in pairs):
        return ENDED in first.failed
    if d.replications:
        raise BadInput(
            d.name, "model", "draws at random from a generator of its own, so that no seed makes a run again",
            allowed="an argument rng (a NumPy generator) or seed (a whole number), which each replication sets",
        )  # fmt: skip
    raise BadInput(
        d.name, "model", "gives two answers for the same input: it draws at random, or keeps something between calls",
        allowed="replications=20, with an argument rng or seed to draw by; or a seed fixed inside the model",
    )  # fmt: skip
