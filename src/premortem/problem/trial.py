"""Finds how a model wants to be called, by trying it: in a batch of futures or one by one; and what would spoil a run is told at once."""

import copy
import io
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import design
from premortem.errors import BadInput
from premortem.problem._attempts import SEED, Trial, agree, check_same, draws_apart, plain
from premortem.problem.answers import Answers, Asked, WrongAnswer, in_words, of_batch, of_one, turned_series
from premortem.problem.calls import Way, kept_generators, quiet
from premortem.problem.definition import Definition, seed_name
from premortem.problem.draws import values_at
from premortem.problem.model_values import LeverValues
from premortem.problem.time_limit import TooLong, call_within

Array = NDArray[Any]
# Futures of which one at least must succeed, and how many a batch is tried with: a number that is no length of an array.
TRIED, BATCHES = 8, (3, 5, 7, 11, 13)


@dataclass(frozen=True)
class Tried:
    """How a model is called, and what a reader must know of it."""

    way: Way
    notes: tuple[str, ...]
    ends: bool = False  # whether a future ended the process that ran it


def asked_of(definition: Definition) -> Asked:
    """What must be in an answer of the model."""
    return Asked(tuple(o.name for o in definition.outcomes), {s.name: len(s.labels) for s in definition.series})


def try_model(definition: Definition, levers: LeverValues) -> Tried:
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
    trial = Trial(definition, asked, values_at(definition, chances), levers, seeded)
    trial.changes = _changes(trial)
    way = _way(trial)
    ends = check_same(trial, way)
    return Tried(replace(way, seeded=seeded, changes=trial.changes, prints=bool(trial.printed)), _notes(trial), ends)


def _way(trial: Trial) -> Way:
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
    if whole is None or (alone is not None and not agree(trial, whole[0], single)):
        return replace(single, seconds=seconds)
    return replace(batched, seconds=_batch_seconds(trial, batched, many))


def _batched(trial: Trial) -> tuple[int, tuple[Answers, frozenset[str]] | None, BaseException | None]:
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
    if trial.definition.replications and not draws_apart(trial, many, turned):
        return many, None, None
    return many, (found, turned), None


def _first(trial: Trial, way: Way, read: Callable[[Any], Any]) -> tuple[Any, float, BaseException | None]:
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


def _batch_seconds(trial: Trial, way: Way, many: int) -> float:
    """Seconds a future in a batch, as far as a small one tells."""
    began = time.perf_counter()
    try:
        trial.call(way, slice(many))
    except (Exception, TooLong):
        return 0.0
    return (time.perf_counter() - began) / many


def _changes(trial: Trial) -> tuple[str, ...]:
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
        {n: plain(v[0]) for n, v in trial.values.items()},
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


def _notes(trial: Trial) -> tuple[str, ...]:
    notes = []
    if trial.printed:
        notes.append(
            f"the model prints ({trial.printed.strip().splitlines()[0][:60]!r}, ...); what it prints is left out"
        )
    if trial.changes:
        notes.append(f"the model changes its argument {', '.join(trial.changes)}; each call gets a copy")
    return tuple(notes)


def _refused(trial: Trial, error: BaseException | None) -> BadInput:
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
    first = {n: plain(v[0]) for n, v in trial.values.items()}
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
