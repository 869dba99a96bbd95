"""Finds how a model wants to be called, by trying it: in a batch of futures or one by one; and what would spoil a run is told at once."""

import copy
import io
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import design
from premortem.errors import BadInput
from premortem.problem.answers import Answers, Asked, WrongAnswer, in_words, named, of_batch, of_one, turned_series
from premortem.problem.calls import Task, Way, kept_generators, quiet
from premortem.problem.definition import Definition, seed_name
from premortem.problem.draws import values_at
from premortem.problem.time_limit import TooLong, call_within

Array = NDArray[Any]
# Futures of which one at least must succeed, and how many a batch is tried with: a number that is no length of an array.
TRIED, BATCHES = 8, (3, 5, 7, 11, 13)
# How near a batch must come to the same futures one by one; chaotic models part from any rounding, so half may miss it.
NEAR, ENOUGH = 1e-6, 0.5
SEED = 1


@dataclass(frozen=True)
class Tried:
    """How a model is called, and what a reader must know of it."""

    way: Way
    notes: tuple[str, ...]


@dataclass
class _Trial:
    """A trial under way: the values of a few futures under a policy."""

    definition: Definition
    asked: Asked
    values: dict[str, Array]
    levers: Mapping[str, Any]
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
        given: dict[str, Any] = {n: _plain(v) if way.kind == "one" else np.array(v) for n, v in picked.items()}
        told = seed if self.definition.replications else None
        out = io.StringIO()
        with quiet(False), kept_generators(self.seeded == "global"), redirect_stdout(out):
            try:
                return call_within(self.definition.timeout, lambda: self.task(way).call(given, self.levers, told))
            finally:
                self.printed += out.getvalue()


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def asked_of(definition: Definition) -> Asked:
    """What must be in an answer of the model."""
    return Asked(tuple(o.name for o in definition.outcomes), {s.name: len(s.labels) for s in definition.series})


def try_model(definition: Definition, levers: Mapping[str, Any]) -> Tried:
    """How a model is called. Raises `BadInput` in one line for one that fails in every future tried, answers something else than it
    declares, hangs, or draws at random without saying so.
    """
    n = len(definition.uncertainties)
    chances = (
        design.uniforms("montecarlo", n, SEED, 0, max(TRIED, *BATCHES)) if n else np.zeros((0, max(TRIED, *BATCHES)))
    )
    asked = asked_of(definition)
    given = [*definition.names, *levers, *definition.constants]
    seeded = (seed_name(definition.model, given) or "global") if definition.replications else ""
    trial = _Trial(definition, asked, values_at(definition, chances), levers, seeded)
    trial.changes = _changes(trial)
    way = _way(trial)
    _check_same(trial, way)
    return Tried(replace(way, seeded=seeded, changes=trial.changes, prints=bool(trial.printed)), _notes(trial))


def _way(trial: _Trial) -> Way:
    """Batched where a batch gives what its futures give one by one, else one by one: with plain values, or with arrays of one."""
    many, whole, why_not = _batched(trial)
    turned = whole[1] if whole else frozenset[str]()
    single, arrays, batched = Way("one"), Way("ones", turned=turned), Way("batched", turned=turned)
    alone, seconds, error = _first(trial, single, lambda answer: of_one(answer, trial.asked))
    if alone is None:
        single = arrays
        alone, seconds, _ = _first(trial, arrays, lambda answer: of_batch(answer, trial.asked, 1, turned))
    if whole is None and alone is None:
        raise _refused(
            trial, why_not if isinstance(why_not, WrongAnswer) and not isinstance(error, WrongAnswer) else error
        )
    if whole is None or (alone is not None and not _agree(trial, whole[0], single)):
        return replace(single, seconds=seconds)
    return replace(batched, seconds=_batch_seconds(trial, batched, many))


def _batched(trial: _Trial) -> tuple[int, tuple[Answers, frozenset[str]] | None, BaseException | None]:
    """The answer to a batch, where it has the shape of one; else why not."""
    lengths = {np.size(v) for v in (*trial.levers.values(), *trial.definition.constants.values())} | {
        *trial.asked.series.values()
    }
    many = next((n for n in BATCHES if n not in lengths), BATCHES[-1])
    try:
        answer = trial.call(Way("batched"), slice(many))
        turned = turned_series(answer, trial.asked, many)
        found = of_batch(answer, trial.asked, many, turned)
    except TooLong as error:
        return many, None, error
    except Exception as error:
        return many, None, error
    if trial.definition.replications and not _draws_apart(trial, many, turned):
        return many, None, None
    return many, (found, turned), None


def _draws_apart(trial: _Trial, many: int, turned: frozenset[str]) -> bool:
    """Whether a model that draws at random draws for each future of a batch: the same future, several times, comes out in several ways."""
    same = replace(trial, values={n: np.repeat(v[:1], len(v), axis=0) for n, v in trial.values.items()})
    try:
        found = of_batch(same.call(Way("batched"), slice(many)), trial.asked, many, turned)
    except (Exception, TooLong):
        return False
    return any((v != v[0]).any() for v in found.outcomes.values()) or any(
        (v != v[0]).any() for v in found.series.values()
    )


def _first(trial: _Trial, way: Way, read: Callable[[Any], Any]) -> tuple[Any, float, BaseException | None]:
    """The first future that succeeds, with its seconds; else the first error."""
    first: BaseException | None = None
    for i in range(TRIED):
        began = time.perf_counter()
        try:
            found = read(trial.call(way, i if way.kind == "one" else slice(i, i + 1)))
        except TooLong:
            raise _refused(trial, TooLong()) from None
        except WrongAnswer as error:
            return None, 0.0, error
        except Exception as error:
            first = first or error
            if isinstance(error, TypeError | IndexError) and way.kind == "one" and i:
                break
        else:
            return (i, found), max(time.perf_counter() - began, 1e-7), None
    return None, 0.0, first


def _agree(trial: _Trial, whole: Answers, way: Way) -> bool:
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


def _batch_seconds(trial: _Trial, way: Way, many: int) -> float:
    """Seconds a future in a batch, as far as a small one tells."""
    began = time.perf_counter()
    try:
        trial.call(way, slice(many))
    except (Exception, TooLong):
        return 0.0
    return (time.perf_counter() - began) / many


def _changes(trial: _Trial) -> tuple[str, ...]:
    """Arguments that a first call changes: levers and constants, of which every call then gets copies."""
    d = trial.definition
    held = {**d.constants, **trial.levers}
    mutable = {
        n: v
        for n, v in held.items()
        if not isinstance(v, str | bytes | int | float | bool | type(None) | tuple | np.generic)
    }
    if not mutable:
        return ()
    task = replace(trial.task(Way("one")), constants={})
    for given in (
        {n: _plain(v[0]) for n, v in trial.values.items()},
        {n: np.array(v[:3]) for n, v in trial.values.items()},
    ):
        probe = {**given, **held, **copy.deepcopy(mutable)}
        with quiet(False), kept_generators(trial.seeded == "global"), redirect_stdout(io.StringIO()):
            try:
                call_within(d.timeout, partial(task.call, probe, {}, SEED if d.replications else None))
            except (Exception, TooLong):
                continue  # told by the trial itself
        return tuple(n for n in mutable if not _same(mutable[n], probe[n]))
    return ()


def _same(a: Any, b: Any) -> bool:
    try:
        return bool(np.array_equal(a, b)) if isinstance(a, np.ndarray) else bool(a == b)
    except (TypeError, ValueError):
        return True  # cannot be told


def _check_same(trial: _Trial, way: Way) -> None:
    """Raises `BadInput` for a model that gives two answers to one input."""
    which: slice | int = 0 if way.kind == "one" else slice(0, 1 if way.kind == "ones" else 3)

    def answer() -> Any:
        try:
            return trial.call(way, which)
        except (Exception, TooLong):
            return None

    first, second = answer(), answer()
    if first is None or second is None or _equal(first, second, trial.asked):
        return
    d = trial.definition
    if d.replications:
        raise BadInput(
            d.name, "model", "draws at random from a generator of its own, so that no seed makes a run again",
            allowed="an argument rng (a NumPy generator) or seed (a whole number), which each replication sets",
        )  # fmt: skip
    raise BadInput(
        d.name, "model", "gives two answers for the same input: it draws at random, or keeps something between calls",
        allowed="replications=20, with an argument rng or seed to draw by; or a seed fixed inside the model",
    )  # fmt: skip


def _equal(first: Any, second: Any, asked: Asked) -> bool:
    a, b = named(first, asked), named(second, asked)
    return all(np.array_equal(np.asarray(a[n], float), np.asarray(b[n], float), equal_nan=True) for n in asked.names)


def _notes(trial: _Trial) -> tuple[str, ...]:
    notes = []
    if trial.printed:
        notes.append(
            f"the model prints ({trial.printed.strip().splitlines()[0][:60]!r}, ...); what it prints is left out"
        )
    if trial.changes:
        notes.append(f"the model changes its argument {', '.join(trial.changes)}; each call gets a copy")
    return tuple(notes)


def _refused(trial: _Trial, error: BaseException | None) -> BadInput:
    """Why a model cannot be run, in one line."""
    d = trial.definition
    if isinstance(error, TooLong):
        return BadInput(
            d.name,
            "model",
            f"did not return within {d.timeout:g} s",
            allowed="a longer timeout=SECONDS, if it needs that",
        )
    if isinstance(error, WrongAnswer):
        return BadInput(d.name, "model", str(error))
    first = {n: _plain(v[0]) for n, v in trial.values.items()}
    said = ", ".join(f"{n}={v:.4g}" if isinstance(v, float) else f"{n}={v!r}" for n, v in [*first.items()][:8])
    return BadInput(
        d.name, "model", f"raises {in_words(error) if error else 'an error'}{_where(error)}", hint=f"for {said}" if said else "",
        allowed="a function that gives its outcomes in one future at least",
    )  # fmt: skip


def _where(error: BaseException | None) -> str:
    """Where in the user's own code an error came up."""
    frames = traceback.extract_tb(error.__traceback__) if error else []
    own = [
        f
        for f in frames
        if "premortem" not in f.filename.replace("\\", "/").split("/")[-3:-1]
        and "/premortem/problem/" not in f.filename
    ]
    return f" (line {own[-1].lineno} of {own[-1].filename.rpartition('/')[2]})" if own else ""
