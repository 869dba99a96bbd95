"""Futures drawn anew by what was known on a day, where those at hand agree with it too seldom: for views with changes of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.questions.redraw import draw_by, least_worth, values_of
from premortem.questions.weighted_board import reading_policy
from premortem.study import Study
from premortem.text.numbers import count_noun
from premortem.watch.readings import Reading
from premortem.watch.smc import Drawn
from premortem.watch.weights import FLOOR, Weights

Array = NDArray[Any]


@dataclass(frozen=True)
class Redrawn:
    """Values of the uncertainties (parameter, future), the draw that they are of, and the readings by which they were drawn."""

    values: Array
    drawn: Drawn
    used: tuple[Reading, ...]


def redrawn(study: Study, day: date, seed: int) -> Redrawn:
    """The same futures as the command line draws for a day with that seed."""
    under = reading_policy(study.case, study.policies, day)
    drawn, used = draw_by(study.on(day), study.readings.telling(day), under, seed)
    return Redrawn(values_of(study, drawn.z), drawn, tuple(used))


def weights_of(
    found: Redrawn, names: Sequence[str], beliefs: Sequence[tuple[str, float, float]], margins: Mapping[str, Array]
) -> Weights:
    """All alike that lie within the ranges believed; worth as many independent ones as the verdict by `margins`, each of shape (future,), that
    is worth the fewest. Collapsed where hardly any lie there.
    """
    count = found.values.shape[1]
    inside = np.ones(count, bool)
    for name, low, high in beliefs:
        value = found.values[list(names).index(name)]
        inside &= (low <= value) & (value <= high)
    worth = least_worth(found.drawn, (margin > 0 for margin in margins.values())) * float(inside.mean())
    few = worth < min(FLOOR, count / 2)
    held = inside if inside.any() else np.ones(count, bool)
    said = f"Too few futures agree with the readings, so {count_noun(count, 'future')} were drawn anew by them, worth {worth:,.0f} independent ones"
    said += f", of which {int(inside.sum()):,} lie within the ranges believed." if beliefs else "."
    return Weights(
        held / held.sum(), worth, worth, 0.0 if few else 1.0, float("nan"), found.used, (), (said,), redrawn=True
    )
