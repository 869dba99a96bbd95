"""Slopes of a margin by the chain rule: of the margin to what the model gives, by differences that need no run; of values to scores likewise."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.problem.answers import Answers
from premortem.problem.definition import Definition
from premortem.problem.draws import values_of_scores
from premortem.problem.margins import Proposition
from premortem.problem.model_values import LeverValues

Array = NDArray[Any]
# Step of a difference as a part of the number itself, or of 1 where that is smaller; of a difference in scores.
STEP, SCORE = 1e-6, 1e-5


def many(definition: Definition) -> int:
    """How many numbers a model gives in a future."""
    return len(definition.outcomes) + sum(len(s.labels) for s in definition.series)


def of_margin(
    definition: Definition,
    proposition: Proposition,
    levers: LeverValues,
    values: Mapping[str, Array],
    answers: Answers,
) -> tuple[Array, dict[str, Array], dict[str, Array]]:
    """A margin in futures, (future,); its slopes to outcomes (future,) and series (future, time), by name; and to values that it names itself."""
    known = {**definition.constants, **levers, **values, **answers.outcomes, **answers.series}
    futures = len(answers)

    def slope(name: str, moved: Array) -> Array:
        high, low = (proposition.of({**known, name: known[name] + way * moved}, futures) for way in (1.0, -1.0))
        step = moved.max(-1) if moved.ndim > 1 else moved
        return np.nan_to_num((high - low) / (2 * step), posinf=0.0, neginf=0.0)

    weights = {name: slope(name, _step(held)) for name, held in answers.outcomes.items()}
    for name, rows in answers.series.items():
        places = np.eye(rows.shape[1])
        weights[name] = np.stack([slope(name, _step(rows) * at) for at in places], axis=1)
    direct = {u.name: slope(u.name, _step(values[u.name])) for u in definition.uncertainties if u.ordered and u.varies}
    return proposition.of(known, futures), weights, direct


def rates(definition: Definition, z: Array) -> Array:
    """How fast each uncertainty's value moves with its score, (uncertainty, future); 0 for one without order."""
    high, low = values_of_scores(definition, z + SCORE), values_of_scores(definition, z - SCORE)
    found = np.zeros_like(z)
    for i, u in enumerate(definition.uncertainties):
        if u.ordered:
            found[i] = (high[u.name].astype(float) - low[u.name]) / (2 * SCORE)
    return found


def _step(held: Array) -> Array:
    return np.asarray(STEP * np.maximum(np.abs(held.astype(float)), 1.0))
