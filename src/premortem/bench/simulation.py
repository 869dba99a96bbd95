"""The engine: futures a second beside one call a future, float64 and NumPy; growth; gradients; the machine's limit."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jax
import numpy as np

from premortem.bench import roofline
from premortem.bench.plain import in_numpy
from premortem.bench.timing import Row, row, time_pair
from premortem.briefing import write_brief
from premortem.ensemble import run as ensemble
from premortem.ensemble.part import CHUNK, draw
from premortem.questions.redraw import redraw
from premortem.questions.watch import what_to_watch
from premortem.questions.weighted_board import asked_of, reading_policy
from premortem.study import Run, Study
from premortem.study.model import SMALL
from premortem.watch import reading_files

# Futures of a run as it comes.
DEFAULT = 20_000
# Futures of a batch in NumPy: near its best on two cores, where arrays still fit the cache.
BATCH = 256
SEED = 7
# Effective futures of a day, and the budget for drawing them [s].
EFFECTIVE, OF_A_DAY = 20_000, 60.0
# A reading that few of a run's futures agree with, and the budget for the answer to it in the app [s].
CONTESTED, OF_A_READING = "smic_yield_ascend=60%@2025-09-30", 3.0


def rows(study: Study, quick: bool) -> list[Row]:
    """Every figure of the engine."""
    times = 3 if quick else 7
    return [
        _one_call(study, times),
        _in_numpy(study, np.float32, 1 if quick else times),
        *([] if quick else [_in_numpy(study, np.float64, times)]),
        _float64(study, times),
        _growth(study, quick),
        _gradient(study, times),
        _draw(study, times),
        *_default_run(study),
        _as_of(study, quick),
        roofline.row_of(study, times),
    ]


def _default_run(study: Study) -> list[Row]:
    """A run as it comes, once: how much of every core it uses, and how long its brief takes beside it."""
    given = {name: (study.levers(name), study.scorer.thresholds) for name in study.policies}
    inputs, cores = study.hashes(study.policies), len(os.sched_getaffinity(0))
    with TemporaryDirectory() as folder:
        out, began = Path(folder) / "run", time.process_time()
        timing = ensemble.run(
            study.model(), study.priors, given, DEFAULT, SEED, out,
            inputs=inputs, kept=study.compiled.forward.kept, reread=study.compiled.interpreted,
        )  # fmt: skip
        used = (time.process_time() - began - timing.compile) / cores
        run = Run(study, out, timing)
        written = write_brief(run)
        answered = _reading(run)
    name = f"{DEFAULT:,} futures x {len(given)} policies"
    return [
        row(f"simulating {name}", timing.simulate, used, "s", "processor time by core: 1 where none is idle", False),
        row(f"brief of {name}", written.seconds, timing.simulate, "s", "simulating them", False),
        answered,
    ]


def _reading(run: Run) -> Row:
    """A contested reading in the app: every share after it, and what to watch then, once the page without it has been seen."""
    day = run.study.case.settings.day
    what_to_watch(run.study, run, day)
    began = time.perf_counter()
    found = what_to_watch(run.study, run, day, [CONTESTED])
    name = f"a contested reading answered, {found.effective_futures:,.0f} effective futures"
    return row(name, time.perf_counter() - began, OF_A_READING, "s", "its budget", False)


def _as_of(study: Study, quick: bool) -> Row:
    """The futures of a day under every policy, drawn anew by all that was known on it: seconds for `EFFECTIVE` of them, or in `quick`
    in proportion to what a quarter of them takes, which says somewhat too much.
    """
    day = reading_files.latest_day(study.case)
    under, readings = reading_policy(study.case, study.policies, day), study.readings.telling(day)
    asked = asked_of(study, day)
    study.compiled.margins(draw(study.priors, "sobol", SEED, 0, SMALL), study.levers(under))  # compiled, as in a run
    began = time.perf_counter()
    _, weights = redraw(
        study, readings, under, study.policies, asked, SEED, effective=EFFECTIVE // 4 if quick else EFFECTIVE
    )
    taken = time.perf_counter() - began
    name = f"{EFFECTIVE:,} effective futures of a day, from {len(weights.values):,} worth {weights.effective:,.0f}"
    return row(name, taken * EFFECTIVE / weights.effective if quick else taken, OF_A_DAY, "s", "its budget", False)


def policy_inputs(study: Study) -> tuple[Any, Any]:
    """A policy and its thresholds, as a run hands them to the model."""
    return study.levers(study.case.settings.baseline), study.scorer.thresholds


def compile_model(study: Study, futures: int = CHUNK, seed: int = SEED) -> Callable[[], Any]:
    """A call of the compiled model on so many futures, as a run makes it."""
    model, given = jax.jit(study.model()), policy_inputs(study)
    values = draw(study.priors, "sobol", seed, 0, futures)
    return lambda: jax.block_until_ready(model(values, given))


def _one_call(study: Study, times: int) -> Row:
    many, single = time_pair(compile_model(study), compile_model(study, 1), times)
    return row("simulation", CHUNK / many, 1 / single, "futures/s", "the same compiled model, one future a call")


def _in_numpy(study: Study, kind: type[np.floating[Any]], times: int) -> Row:
    """The same equations operation by operation in NumPy, a batch a call: what vectorising without a compiler gives."""
    values = np.asarray(draw(study.priors, "sobol", SEED, 0, BATCH), kind)
    with jax.enable_x64(kind is np.float64):
        run = in_numpy(study.model(), values, policy_inputs(study))
    many, batch = time_pair(compile_model(study), lambda: run(values), times)
    name = np.dtype(kind).name
    return row(
        f"simulation beside NumPy in {name}",
        CHUNK / many,
        BATCH / batch,
        "futures/s",
        f"the same equations in NumPy, {BATCH} futures a call",
    )


def _float64(study: Study, times: int) -> Row:
    """Speed and verdicts of single against double precision."""
    narrow_in = draw(study.priors, "sobol", SEED, 0, CHUNK), policy_inputs(study)
    single = jax.jit(study.model()).lower(*narrow_in).compile()
    with jax.enable_x64(True):
        wide_in = jax.tree.map(lambda x: np.asarray(x, np.float64), narrow_in)
        double = jax.jit(study.model()).lower(*wide_in).compile()
        narrow, wide = single(*narrow_in)[0], double(*wide_in)[0]
        quick, slow = time_pair(
            lambda: jax.block_until_ready(single(*narrow_in)), lambda: jax.block_until_ready(double(*wide_in)), times
        )
    margins = [f"margin.{a.id}" for a in study.assumptions]
    apart = np.stack([np.abs(np.asarray(narrow[m]) - np.asarray(wide[m])) for m in margins])
    differ = np.stack([(np.asarray(narrow[m]) > 0) != (np.asarray(wide[m]) > 0) for m in margins])
    return row(
        "simulation in float32",
        CHUNK / quick,
        CHUNK / slow,
        "futures/s",
        "the same model in float64",
        verdicts_that_differ=float(differ.mean()),
        margin_error_median=float(np.median(apart)),
        margin_error_p99=float(np.quantile(apart, 0.99)),
    )


def _growth(study: Study, quick: bool) -> Row:
    """Slope of the logarithm of time over that of futures: 1 is linear."""
    call = compile_model(study)

    def chunks(count: int) -> Callable[[], None]:
        def work() -> None:
            for _ in range(count):
                call()

        return work

    few, many = 2, 16 if quick else 128
    short, long = time_pair(chunks(few), chunks(many), 3)
    return row(
        "growth of time over futures", float(np.log(long / short) / np.log(many / few)), 1.0, "slope", "linear growth"
    )


def _gradient(study: Study, times: int) -> Row:
    """Seconds of a gradient of one outcome in all uncertainties, beside finite differences by forward runs."""
    levers, values = study.levers(study.case.settings.baseline), draw(study.priors, "sobol", SEED, 0, 128)

    def total(v: jax.Array) -> jax.Array:
        return study.case.world.simulate(v, levers)["cn_model_share"][23].sum()

    forward, backward = jax.jit(total), jax.jit(jax.grad(total))
    ours, once = time_pair(
        lambda: jax.block_until_ready(backward(values)), lambda: jax.block_until_ready(forward(values)), times
    )
    return row(
        "gradient of 128 futures",
        ours,
        once * (len(values) + 1),
        "s",
        "finite differences, one forward run a parameter",
        False,
    )


def _draw(study: Study, times: int) -> Row:
    futures, call = 8 * CHUNK, compile_model(study)
    drawing, running = time_pair(
        lambda: draw(study.priors, "sobol", 3, 0, futures), lambda: [call() for _ in range(8)], times
    )
    return row(f"drawing {futures:,} futures", drawing, running, "s", "simulating them under one policy", False)
