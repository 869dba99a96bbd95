"""Problems of one's own beside the EMA Workbench: futures a second of the same models, each by its best evaluator.

The peer runs as a process of its own, `python -m premortem.bench.problems FUTURES`, which prints one JSON document: its workers must not be
forked from a process in which JAX runs.
"""

import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import chdir, redirect_stdout
from importlib.util import find_spec
from typing import Any

from premortem.bench import lake
from premortem.bench.timing import Row, median, row, seconds
from premortem.problem.problem import Problem

NOT_HERE = "not installed, left out"
REPEATS = 3
# Futures: of the peer's loops, and how many times as many of each form of ours take about as long.
LOOPS_QUICK, LOOPS = 60, 300
MORE = {"compiled": 200, "batch": 40, "stock": 40, "vector": 5}


def rows(quick: bool) -> list[Row]:
    """Futures a second of a problem compiled, in batches and one by one, beside the workbench's."""
    futures = LOOPS_QUICK if quick else LOOPS
    theirs = _peer(futures) if find_spec("ema_workbench") else {}
    ours = {
        "compiled": _rate(lake.lake_problem(lake.compiled), lake.RULE, MORE["compiled"] * futures),
        "batch": _rate(lake.lake_problem(lake.batch), lake.RULE, MORE["batch"] * futures),
        "stock": _rate(lake.stock_problem(), {"order": 40.0}, MORE["stock"] * futures),
    }
    loops, arrays = "its example's loops, one future a call", "its example with samples as arrays, one future a call"
    said = [
        ("compiled", "problem: the lake compiled by JAX", "lake", loops),
        ("compiled", "problem: the lake compiled by JAX, beside arrays", "vector", arrays),
        ("batch", "problem: the lake in batches of NumPy", "lake", loops),
        ("batch", "problem: the lake in batches of NumPy, beside arrays", "vector", arrays),
        ("stock", "problem: a stock in plain Python, one future a call", "stock", "the same function"),
    ]
    made = []
    for kind, name, peer, what in said:
        best = max(theirs.get(peer, {}).items(), key=lambda pair: pair[1], default=None)
        note = f"ema_workbench {best[0]}: {what}" if best else NOT_HERE
        made.append(row(name, ours[kind], best[1] if best else None, "futures/s", note))
    return made


def _rate(problem: Problem, levers: Mapping[str, float], futures: int) -> float:
    """Futures a second of a run, once what calls the model stands."""
    return futures / median(lambda: problem.run({"rule": levers}, futures=futures, seed=1), REPEATS)


def _peer(futures: int) -> dict[str, dict[str, float]]:
    """The workbench's futures a second, by model and evaluator, in another process."""
    asked = [sys.executable, "-m", "premortem.bench.problems", str(futures)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    found: dict[str, dict[str, float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measured(futures: int) -> dict[str, dict[str, float]]:
    from ema_workbench import (
        Constant,
        Model,
        MultiprocessingEvaluator,
        RealParameter,
        ScalarOutcome,
        SequentialEvaluator,
    )

    def model(
        name: str,
        function: Any,
        ranges: Mapping[str, tuple[float, float]],
        fixed: Mapping[str, float],
        outcomes: list[str],
    ) -> Any:
        made = Model(name, function=function)
        made.uncertainties = [RealParameter(n, *ends) for n, ends in ranges.items()]
        made.constants = [Constant(n, value) for n, value in fixed.items()]
        made.outcomes = [ScalarOutcome(n) for n in outcomes]
        return made

    def rate(evaluator: Any, count: int) -> float:
        evaluator.perform_experiments(2 * (os.cpu_count() or 1))  # every worker warm
        return count / statistics.median(seconds(lambda: evaluator.perform_experiments(count)) for _ in range(REPEATS))

    models = {
        "lake": (model("lake", lake.one, lake.RANGES, lake.RULE, ["max_p", "utility"]), futures),
        "vector": (
            model("lake", lake.vector, lake.RANGES, lake.RULE, ["max_p", "utility"]),
            MORE["vector"] * futures,
        ),
        "stock": (model("stock", lake.stock, lake.STOCK, {"order": 40.0}, ["lost", "held"]), MORE["stock"] * futures),
    }
    found: dict[str, dict[str, float]] = {}
    for name, (made, count) in models.items():
        with SequentialEvaluator(made) as evaluator:
            found[name] = {"SequentialEvaluator": rate(evaluator, count)}
        with MultiprocessingEvaluator(made, n_processes=os.cpu_count()) as evaluator:
            found[name]["MultiprocessingEvaluator"] = rate(evaluator, count)
    return found


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    with tempfile.TemporaryDirectory() as folder, chdir(folder), redirect_stdout(sys.stderr):
        measured = _measured(int(sys.argv[1]))
    print(json.dumps(measured))
