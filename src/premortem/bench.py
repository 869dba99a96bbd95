"""The benchmarks: each figure beside a yardstick measured in the same process, medians of several runs."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import jax
import numpy as np
import polars as pl

from premortem import world
from premortem.ensemble import design
from premortem.ensemble.run import CHUNK, draw, use_compilation_cache
from premortem.regime import book as rules
from premortem.regime import ledger
from premortem.regime.decide import Transaction, explain
from premortem.stress import discover, sensitivity
from premortem.study import Study

Row = dict[str, Any]


def run(quick: bool = True, peers: bool = False) -> list[Row]:
    """Every benchmark: name, ours, peer, ratio (ours over peer where more is better, else peer over ours), unit, what the peer is."""
    use_compilation_cache()
    study = Study()
    rows = [_simulation(study), _growth(study, quick), _gradient(study), *_ledger(quick), _start(), _design(study)]
    return rows + ([_prim(quick), _sobol(quick)] if peers or not quick else [])


def median(work: Callable[[], Any], times: int = 5) -> float:
    """Median seconds of several runs, after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def _row(name: str, ours: float, peer: float | None, unit: str, what: str, more_is_better: bool = True) -> Row:
    ratio = None if not peer or not ours else (ours / peer if more_is_better else peer / ours)
    return {"name": name, "ours": ours, "peer": peer, "ratio": ratio, "unit": unit, "peer_is": what}


def _simulation(study: Study) -> Row:
    """Futures a second of the full model as a run keeps it, beside one call of the same compiled model a future."""
    pulled = (study.levers("as-written"), study.scorer.thresholds)
    model = jax.jit(study.model())
    chunk, one = draw(study.priors, "sobol", 7, 0, CHUNK), draw(study.priors, "sobol", 7, 0, 1)
    many = CHUNK / median(lambda: jax.block_until_ready(model(chunk, pulled)))
    single = 1 / median(lambda: jax.block_until_ready(model(one, pulled)), 9)
    return _row("simulation", many, single, "futures/s", "the same compiled model, one future a call")


def _growth(study: Study, quick: bool) -> Row:
    """Slope of the logarithm of time over that of futures: 1 is linear."""
    pulled = (study.levers("as-written"), study.scorer.thresholds)
    model = jax.jit(study.model())
    chunk = draw(study.priors, "sobol", 7, 0, CHUNK)

    def chunks(count: int) -> Callable[[], None]:
        def work() -> None:
            for _ in range(count):
                jax.block_until_ready(model(chunk, pulled))

        return work

    few, many = 2, 8 if quick else 64
    slope = np.log(median(chunks(many), 3) / median(chunks(few), 3)) / np.log(many / few)
    return _row("growth of time over futures", float(slope), 1.0, "slope", "linear growth")


def _gradient(study: Study) -> Row:
    """Seconds of a gradient of one outcome in all uncertainties, beside finite differences by forward runs."""
    pulled, values = study.levers("as-written"), draw(study.priors, "sobol", 7, 0, 128)

    def total(v: jax.Array) -> jax.Array:
        return world.simulate(v, pulled)["cn_model_share"][23].sum()

    forward, backward = jax.jit(total), jax.jit(jax.grad(total))
    seconds = median(lambda: jax.block_until_ready(backward(values)))
    by_differences = median(lambda: jax.block_until_ready(forward(values))) * (len(values) + 1)
    return _row(
        "gradient of 128 futures",
        seconds,
        by_differences,
        "s",
        "finite differences, one forward run a parameter",
        False,
    )


def shipments(rows: int, seed: int = 0) -> pl.DataFrame:
    """Random shipments of known chips to eight places over five years."""
    rng = np.random.default_rng(seed)
    days = np.arange("2022-06", "2027-12", dtype="datetime64[D]")
    return pl.DataFrame(
        {
            "item": rng.choice(["H100 SXM", "H20", "B200", "RTX 4090", "L40S", "A100 80GB SXM"], rows),
            "quantity": rng.integers(1, 500, rows),
            "destination": rng.choice(["ARE", "CHN", "IND", "FRA", "SGP", "BRA", "VNM", "SAU"], rows),
            "date": rng.choice(days, rows),
            "consignee": rng.choice([f"c{i}" for i in range(200)], rows),
        }
    )


def _ledger(quick: bool) -> list[Row]:
    """Rows a second against the whole rulebook with running totals, beside single decisions and a hand-written pandas rule."""
    book = rules.load("as-written")
    rows = 200_000 if quick else 10_000_000
    table = shipments(rows)
    seconds = median(lambda: ledger.decide_ledger(table, book), 3 if quick else 1)
    one = Transaction(item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01")
    single = 1 / median(lambda: explain(one, book), 5)
    frame = table.head(200_000).to_pandas()
    by_hand = median(lambda: _by_hand(frame), 3)
    return [
        _row(
            "ledger against the whole rulebook",
            rows / seconds,
            single,
            "rows/s",
            "the same engine, one explained decision a call",
        ),
        _row(
            "ledger against one pandas rule",
            rows / seconds,
            len(frame) / by_hand,
            "rows/s",
            "3A090.a and two review policies alone, by hand in pandas",
        ),
    ]


def _by_hand(frame: Any) -> Any:
    """One paragraph and its review policies in vectorised pandas: a small part of what the rulebook decides."""
    tpp = {"H100 SXM": 15824, "H20": 2368, "B200": 36000, "RTX 4090": 5285, "L40S": 5864, "A100 80GB SXM": 4992}
    listed = frame["item"].map(tpp) >= 4800
    bound = frame["date"] >= np.datetime64("2023-11-17")
    denied = listed & bound & frame["destination"].isin(["CHN"])
    approved = listed & bound & frame["destination"].isin(["ARE", "VNM", "SAU"])
    return np.select(
        [denied, approved], ["licence:presumption_of_denial", "licence:presumption_of_approval"], "no_licence_required"
    )


def _start() -> Row:
    """Seconds of `premortem --help` as a whole process, beside a bare interpreter."""
    help_ = median(
        lambda: subprocess.run([sys.executable, "-m", "premortem", "--help"], capture_output=True, check=True), 5
    )
    bare = median(lambda: subprocess.run([sys.executable, "-c", "pass"], capture_output=True, check=True), 5)
    return _row("premortem --help", help_, bare, "s", "a bare Python process", False)


def _design(study: Study) -> Row:
    """Seconds to draw 16,384 futures by index, beside the time to simulate them."""
    seconds = median(lambda: draw(study.priors, "sobol", 3, 0, 4 * CHUNK), 3)
    plain = median(lambda: design.uniforms("montecarlo", len(study.priors.rows), 3, 0, 4 * CHUNK), 3)
    return _row("drawing 16,384 futures", seconds, plain, "s", "plain random numbers without priors", False)


def _prim(quick: bool) -> Row:
    """Seconds of scenario discovery beside the ema_workbench on the same data; no peer where it is not installed."""
    n, dims = (5_000, 20) if quick else (100_000, 76)
    rng = np.random.default_rng(0)
    x = rng.random((dims, n))
    breaks = (x[0] > 0.6) & (x[1] < 0.5) & (rng.random(n) < 0.9)
    names = [f"x{i}" for i in range(dims)]
    ours = median(lambda: discover.discover(x, names, breaks, most=1), 3)
    peer = None
    if find_spec("ema_workbench"):
        import pandas as pd
        from ema_workbench.analysis import prim

        data = pd.DataFrame(x.T, columns=names)
        peer = median(lambda: prim.Prim(data, breaks, threshold=0.1).find_box(), 1)
    return _row(
        f"PRIM on {n:,} x {dims}",
        ours,
        peer,
        "s",
        "ema_workbench (ours with four runs on shuffled outcomes besides)",
        False,
    )


def _sobol(quick: bool) -> Row:
    """Seconds of Sobol indices with 200 resamples beside SALib's with 100; no peer where it is not installed."""
    n, dims = (1024, 10) if quick else (8192, 76)
    rng = np.random.default_rng(0)
    a, b, ab = rng.normal(size=n), rng.normal(size=n), rng.normal(size=(dims, n))
    ours = median(lambda: sensitivity.indices(a, b, ab), 3)
    peer = None
    if find_spec("SALib"):
        from SALib.analyze import sobol

        problem = {"num_vars": dims, "names": [str(i) for i in range(dims)], "bounds": [[0, 1]] * dims}
        y = np.column_stack([a, *ab, b]).ravel()
        peer = median(lambda: sobol.analyze(problem, y, calc_second_order=False), 1)
    return _row(f"Sobol indices, N={n:,}, D={dims}", ours, peer, "s", "SALib (100 resamples; ours 200)", False)
