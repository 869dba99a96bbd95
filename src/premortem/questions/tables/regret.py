"""Regret from a table, a row a future and a column a policy: what each gives up against the best in the same future, in the table's own unit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput, MissingData, unknown
from premortem.questions.compare import Regret
from premortem.questions.robustness import comparable, rankings, robustness, summary
from premortem.questions.robustness import regret as given_up
from premortem.questions.tables.frame import frame, numbers
from premortem.text.result import Result

Array = NDArray[Any]
Measure = Callable[[Array], float]
# Parts of the largest difference of a measure under which two policies tie.
TIE = 1e-9


@dataclass(frozen=True, repr=False)
class Regrets(Result):
    """Regret by policy (None where every future failed under it), each policy's score by measure, more is better, with the ranking and the
    policies that tie for the first place; futures that `failed` by policy, and those `compared_in`, which failed under no policy compared.
    """

    regret: Mapping[str, Regret]
    scores: Mapping[str, Mapping[str, float | None]]
    rankings: Mapping[str, tuple[str, ...]]
    best: Mapping[str, tuple[str, ...]]
    futures: int
    failed: Mapping[str, int]
    compared_in: int


def regret(
    table: Any, better: Literal["max", "min"] = "max", *, measures: Mapping[str, Measure] | None = None
) -> Regrets:
    """Regret and robustness of policies, the columns of a table of one outcome.

    `better` says whether more of it is better. `measures` are one's own, by name: a function from a policy's values, (future,), turned so
    that more is better, to a number. A future that failed under a policy, NaN, is no best for the others, and what failed everywhere wins
    nothing. Raises `BadInput` for what is no table of numbers, `MissingData` where no future is known under all policies.

    >>> regret({"a": [3.0, 5.0], "b": [8.0, 10.0]}).regret["a"].mean
    5.0
    """
    if better not in ("max", "min"):
        raise unknown("better", "no such direction", str(better), ["max", "min"])
    made = frame(table, "table")
    if made.width < 2:
        raise BadInput(
            "table", "", "has one column", got=made.columns[0], allowed="two policies or more, a column each"
        )
    sign = 1.0 if better == "max" else -1.0
    values = {column.name: sign * numbers(column, "table") for column in made}
    whole, compared = comparable(values)
    if not whole.any():
        raise MissingData(f"table: no future has a number under all of {', '.join(compared or made.columns)}")
    alike = {name: values[name][whole] for name in compared}
    scores = robustness(alike, {name: v > 0 for name, v in alike.items()})
    del scores["satisficing"]  # needs a limit, which a table does not have: give it as a measure
    scores |= {
        name: {policy: float(measure(v)) for policy, v in alike.items()} for name, measure in (measures or {}).items()
    }
    last = [name for name in values if name not in compared]
    ordered = {metric: (*order, *last) for metric, order in rankings(scores).items()}
    summed = {name: Regret(**by) for name, by in summary(given_up(alike)).items()}
    return Regrets(
        regret=dict.fromkeys(values, Regret(None, None, None)) | summed,
        scores={metric: dict.fromkeys(values) | by for metric, by in scores.items()},
        rankings=ordered,
        best={metric: _tied(by) for metric, by in scores.items()},
        futures=made.height,
        failed={name: int(np.isnan(v).sum()) for name, v in values.items()},
        compared_in=int(whole.sum()),
    )


def _tied(scores: Mapping[str, float]) -> tuple[str, ...]:
    """The policies that no other beats by a measure, but for rounding."""
    known = {name: score for name, score in scores.items() if not np.isnan(score)}
    top, bottom = max(known.values(), default=0.0), min(known.values(), default=0.0)
    return tuple(name for name, score in known.items() if top - score <= TIE * max(top - bottom, abs(top)))
