"""Scenario discovery and Sobol indices beside the ema_workbench, prim and SALib on the same data."""

from collections.abc import Sequence
from itertools import count
from typing import Any

import numpy as np

from premortem.bench.timing import Row, median, row, seconds, time_pair
from premortem.questions import peeling, scenario_discovery, sensitivity

# The data: futures, dimensions; a box of two limits in which nine of ten break.
PRIM_QUICK, PRIM = (5_000, 20), (100_000, 76)
# Coverages at which two trajectories are compared: neither is dominated where its boxes are no less dense.
COVERAGES = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5)
SOBOL_QUICK, SOBOL = (1024, 10), (8192, 76)


def rows(quick: bool, peers: bool) -> list[Row]:
    """Every figure of the analyses; peers that are asked for and installed are run on the same data."""
    from importlib.util import find_spec

    sizes = (PRIM_QUICK, SOBOL_QUICK) if quick else (PRIM, SOBOL)
    held = {name: peers and find_spec(name) is not None for name in ("ema_workbench", "prim", "SALib")}
    return [*_prim(*sizes[0], held), _sobol(*sizes[1], held["SALib"])]


def _prim(n: int, dims: int, held: dict[str, bool]) -> list[Row]:
    """Seconds from the data to one box, binning included, and the density and coverage that each tool's box has."""
    rng = np.random.default_rng(0)
    x = rng.random((dims, n)).astype(np.float32)
    breaks = (x[0] > 0.6) & (x[1] < 0.5) & (rng.random(n) < 0.9)
    names = [f"x{i}" for i in range(dims)]
    whole = median(lambda: scenario_discovery.discover(x, names, breaks, most=1), 3)
    discovered = scenario_discovery.discover(x, names, breaks, most=1)
    found = discovered.boxes[0]
    ours = median(lambda: _one_box(x, breaks), 3)
    quality: dict[str, Any] = {"density": found.density, "coverage": found.coverage, "with_tests": whole}
    made = []
    if held["ema_workbench"]:
        took, path = _ema_prim(x, names, breaks)
        density, coverage = _densest(path, found.coverage - 0.01)
        own = [(step.density, step.coverage) for step in discovered.curve]
        behind = max(_densest(path, least)[0] - _densest(own, least)[0] for least in COVERAGES)
        more = {"peer_density": density, "peer_coverage": coverage, "density_behind_peer_at_most": behind}
        made.append(row(f"PRIM on {n:,} x {dims}", ours, took, "s", "ema_workbench: one box", False, **quality, **more))
    if held["prim"] and n <= PRIM_QUICK[0]:
        import pandas as pd
        import prim

        frame = pd.DataFrame(x.T, columns=names)
        took = seconds(lambda: prim.Prim(frame, breaks.astype(float), threshold=0.1, threshold_type=">").find_box())
        made.append(row(f"PRIM on {n:,} x {dims} beside prim", ours, took, "s", "prim: one box", False, **quality))
    return made or [row(f"PRIM on {n:,} x {dims}", ours, None, "s", "not asked for or not installed", False, **quality)]


def _one_box(x: Any, breaks: Any) -> Any:
    """Bin, peel and keep the trajectory: what the peers do in one call, without tests against chance."""
    sample = peeling.prepared(x, breaks, np.ones(len(breaks)))
    return peeling.peel(sample, np.ones(len(breaks), bool))


def _ema_prim(x: Any, names: list[str], breaks: Any) -> tuple[float, list[tuple[float, float]]]:
    """Seconds of the peer, and density and coverage of every box on its trajectory."""
    import pandas as pd
    from ema_workbench.analysis import prim

    data = pd.DataFrame(x.T, columns=names)
    found: list[Any] = []
    took = seconds(lambda: found.append(prim.Prim(data, breaks, threshold=0.1).find_box()))
    path = found[0].peeling_trajectory
    return took, [(float(d), float(c)) for d, c in zip(path["density"], path["coverage"], strict=True)]


def _densest(path: Sequence[tuple[float, float]], least: float) -> tuple[float, float]:
    """The densest box on a trajectory that covers at least so much, with its coverage."""
    return max(box for box in path if box[1] >= least)


def _sobol(n: int, dims: int, peer: bool) -> Row:
    """Seconds of Sobol indices with 200 resamples beside SALib's with 100, on the same outputs."""
    rng = np.random.default_rng(0)
    a, b, ab = rng.normal(size=n), rng.normal(size=n), rng.normal(size=(dims, n))
    seeds = count()  # a new one each time: resamples are kept between outputs, and the peer draws its own
    name = f"Sobol indices, N={n:,}, D={dims}"
    if not peer:
        ours = median(lambda: sensitivity.indices(a, b, ab, next(seeds)), 3)
        return row(name, ours, None, "s", "not asked for or not installed", False)
    from SALib.analyze import sobol

    problem = {"num_vars": dims, "names": [str(i) for i in range(dims)], "bounds": [[0, 1]] * dims}
    y = np.column_stack([a, *ab, b]).ravel()
    ours, theirs = time_pair(
        lambda: sensitivity.indices(a, b, ab, next(seeds)),
        lambda: sobol.analyze(problem, y, calc_second_order=False),
        1,
    )
    return row(name, ours, theirs, "s", "SALib (100 resamples; ours 200)", False)
