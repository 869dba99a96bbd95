"""The world model under the tools that people would otherwise use, on the same machine in the same run."""

from importlib.util import find_spec

import jax
import numpy as np

from premortem.bench import simulation, workbench
from premortem.bench.plain import in_numpy
from premortem.bench.timing import Row, row, time_pair
from premortem.ensemble.part import CHUNK, draw
from premortem.study import Study

SAMPLE_QUICK, SAMPLE = 200, 1000
NOT_HERE = "not installed, left out"


def rows(study: Study, quick: bool) -> list[Row]:
    """Futures a second of a run here beside each peer's; a peer that is not installed is named so."""
    rate = _rate(study)
    return [*_workbench(rate, SAMPLE_QUICK if quick else SAMPLE), _salib(study, 1 if quick else 3), _rhodium(rate)]


def _rate(study: Study) -> float:
    """Futures a second as a run simulates them: chunks in as many threads as there are cores, nothing stored."""
    import os
    from concurrent.futures import ThreadPoolExecutor

    from premortem.bench.timing import median

    call, cores = simulation.compile_model(study), os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        took = median(lambda: list(pool.map(lambda _: call(), range(8 * cores))), 5)
    return 8 * cores * CHUNK / took


def _workbench(rate: float, futures: int) -> list[Row]:
    if find_spec("ema_workbench") is None:
        return [row("simulation beside ema_workbench", rate, None, "futures/s", NOT_HERE)]
    found = workbench.measure(futures)
    said = {
        "sequential": "SequentialEvaluator, one compiled call a future",
        "multiprocessing": "MultiprocessingEvaluator on all cores, one compiled call a future",
        "sequential in NumPy": "SequentialEvaluator, the same equations in NumPy, one future a call",
    }
    return [
        row(f"simulation beside ema_workbench {kind}", rate, found[kind], "futures/s", f"ema_workbench: {what}")
        for kind, what in said.items()
    ]


def _salib(study: Study, times: int) -> Row:
    """SALib hands a model all its samples at once: it gets the NumPy form, a batch a call."""
    name = "simulation beside SALib's evaluation"
    values = draw(study.priors, "sobol", 7, 0, simulation.BATCH)
    ours = simulation.compile_model(study)
    if find_spec("SALib") is None:
        return row(name, CHUNK / time_pair(ours, ours, times)[0], None, "futures/s", NOT_HERE)
    from SALib import ProblemSpec

    run = in_numpy(study.model(), values, simulation.policy_inputs(study))
    first = study.assumptions[0].id
    ends = [[float(r.min()), float(r.max() + 1e-6)] for r in values]
    problem = ProblemSpec({"names": list(study.priors.names), "bounds": ends, "outputs": [first]})
    problem.set_samples(np.asarray(values.T, float))

    def evaluate() -> None:
        problem.evaluate(lambda x: np.asarray(run(x.T.astype(np.float32))[0][f"margin.{first}"]))

    took, theirs = time_pair(ours, evaluate, times)
    return row(
        name,
        CHUNK / took,
        simulation.BATCH / theirs,
        "futures/s",
        f"ProblemSpec.evaluate, NumPy, {simulation.BATCH} futures a call",
    )


def _rhodium(rate: float) -> Row:
    name = "simulation beside Rhodium"
    if find_spec("rhodium") is None:
        return row(name, rate, None, "futures/s", NOT_HERE)
    import rhodium

    model = rhodium.Model(workbench.compiled_future)
    study = Study()
    model.parameters = [rhodium.Parameter(n) for n in study.priors.names]
    model.responses = [rhodium.Response(f"margin_{a.id}", rhodium.Response.INFO) for a in study.assumptions]
    values = draw(study.priors, "sobol", 7, 0, SAMPLE_QUICK)
    samples = [dict(zip(study.priors.names, map(float, column), strict=True)) for column in values.T]
    took = time_pair(lambda: None, lambda: rhodium.evaluate(model, samples), 1)[1]
    jax.clear_caches()
    return row(name, rate, SAMPLE_QUICK / took, "futures/s", "rhodium.evaluate, one compiled call a future")
