"""The same world model under the ema_workbench, one call a future as it runs models: in sequence and over processes.

Runs as a process of its own, `python -m premortem.bench.workbench`, since its workers must not be forked from a process
in which JAX runs. Prints one JSON document: futures a second by kind.
"""

import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import chdir, redirect_stdout
from functools import cache
from typing import Any

import jax
import numpy as np

from premortem.bench.plain import in_numpy
from premortem.bench.timing import seconds
from premortem.ensemble.compiled import use_compilation_cache
from premortem.ensemble.part import draw
from premortem.study import Study

REPEATS = 3


@cache
def _model() -> Any:
    """The compiled model of one future a call, warm: what is most in favour of the peer."""
    use_compilation_cache()
    study = Study()
    model, given = jax.jit(study.model()), (study.levers(study.case.settings.baseline), study.scorer.thresholds)
    names, wanted = study.priors.names, [f"margin.{a.id}" for a in study.assumptions]

    def call(values: dict[str, float]) -> dict[str, float]:
        scalars, _ = model(np.array([[values[name]] for name in names], np.float32), given)
        return {name.replace(".", "_"): float(scalars[name][0]) for name in wanted}

    return call


@cache
def _plain_model() -> Any:
    """The same equations in NumPy, one future a call."""
    study = Study()
    given = study.levers(study.case.settings.baseline), study.scorer.thresholds
    run = in_numpy(study.model(), draw(study.priors, "sobol", 7, 0, 1), given)
    names, wanted = study.priors.names, [f"margin.{a.id}" for a in study.assumptions]

    def call(values: dict[str, float]) -> dict[str, float]:
        found, _ = run(np.array([[values[name]] for name in names], np.float32))
        return {name.replace(".", "_"): float(found[name][0]) for name in wanted}

    return call


def compiled_future(**values: float) -> dict[str, float]:
    """Margins of the assumptions in one future, by the compiled model."""
    return dict(_model()(values))


def plain_future(**values: float) -> dict[str, float]:
    """Margins of the assumptions in one future, in NumPy."""
    return dict(_plain_model()(values))


def measure(futures: int) -> dict[str, float]:
    """Futures a second under the workbench, by kind; run in another process."""
    asked = [sys.executable, "-m", "premortem.bench.workbench", str(futures)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return {key: float(value) for key, value in json.loads(done.stdout.splitlines()[-1]).items()}


def _rates(futures: int) -> dict[str, float]:
    from ema_workbench import Model, MultiprocessingEvaluator, RealParameter, ScalarOutcome, SequentialEvaluator

    study = Study()

    def model(name: str, function: Any) -> Any:
        made = Model(name, function=function)
        # a category or a fixed value is given a sliver of width: the workbench has no prior of none
        ends = [row.quantile(np.array([0.01, 0.99])) for row in study.priors.rows]
        made.uncertainties = [
            RealParameter(row.name, float(low), float(max(high, low + 1e-6)))
            for row, (low, high) in zip(study.priors.rows, ends, strict=True)
        ]
        made.outcomes = [ScalarOutcome(f"margin_{a.id}") for a in study.assumptions]
        return made

    def rate(evaluator: Any, count: int) -> float:
        evaluator.perform_experiments(2 * (os.cpu_count() or 1))  # every worker warm
        taken = [seconds(lambda: evaluator.perform_experiments(count)) for _ in range(REPEATS)]
        return count / statistics.median(taken)

    compiled, plain = model("compiled", compiled_future), model("plain", plain_future)
    rates = {}
    with SequentialEvaluator(compiled) as evaluator:
        rates["sequential"] = rate(evaluator, futures)
    with SequentialEvaluator(plain) as evaluator:
        rates["sequential in NumPy"] = rate(evaluator, max(futures // 50, 4))
    with MultiprocessingEvaluator(compiled, n_processes=os.cpu_count()) as evaluator:
        rates["multiprocessing"] = rate(evaluator, 2 * futures)
    return rates


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    with tempfile.TemporaryDirectory() as folder, chdir(folder), redirect_stdout(sys.stderr):
        found = _rates(int(sys.argv[1]))
    print(json.dumps(found))
