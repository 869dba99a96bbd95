"""What a run simulates: the world and the propositions as one pure function, at home in a module so that workers find it."""

from datetime import date
from functools import cache
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from premortem.case import Case, Levers
from premortem.ensemble import priors
from premortem.ensemble import run as ensemble
from premortem.law import book as rules
from premortem.propositions import score
from premortem.propositions.assumption import Assumption
from premortem.study.simulator import Simulator
from premortem.watch.quantities import Observer, Quantity

Array = NDArray[Any]


def simulate_and_score(
    simulator: Simulator,
    assumptions: tuple[Assumption, ...],
    asked: tuple[tuple[Quantity, date], ...],
    values: jax.Array,
    pulled: Any,
) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """What a run keeps of futures, from values and (levers, thresholds)."""
    names, labels = simulator.names, simulator.case.world.steps()
    outcomes = simulator(values, pulled[0])
    scalars, series = score.Scorer(assumptions, names, labels, simulator.case.steps.kept).reduce(outcomes, pulled[1])
    return scalars | Observer(asked, names, labels)(outcomes), series


@cache
def outcome_names(case: Case) -> frozenset[str]:
    """Names of the national outcomes of a case's world, which propositions may speak of."""
    example = jax.eval_shape(
        case.world.simulate,
        jax.ShapeDtypeStruct((len(priors.read(case / "params.csv").rows), 1), np.float32),
        case.world.levers(rules.load(case=case)),
    )
    return frozenset(name for name, array in example.items() if len(array.shape) == 2)


@cache
def _simulator(case: Case) -> Any:
    ensemble.use_compilation_cache()
    return jax.jit(case.world.simulate)


def regional(case: Case, values: Array, pulled: Levers) -> dict[str, Any]:
    """Every outcome of the world, compiled once for futures of one number."""
    return dict(_simulator(case)(values, pulled))
