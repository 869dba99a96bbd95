"""Scenario discovery on runs of any size, in bounded memory.

Boxes are sought among the first futures of the run, which are a balanced design of their own, and then measured on all
of
them part by part. A box holds at least a fiftieth of the futures, so among 400,000 its density is known to half a point
already: more futures would not move its limits, but they do say how it does on futures that it was not sought in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.part import FUTURES
from premortem.stress import discover
from premortem.study import Run

# Futures among which boxes are sought: 120 uncertainties of them, and their bins, are 0.3 GB.
SOUGHT = 400_000


@dataclass(frozen=True)
class Measured:
    """A box with its coverage, density and mass over every future of the run."""

    box: discover.Box
    coverage: float
    density: float
    mass: float


def discover_in(
    run: Run, assumption: str, policy: str, most: int = 3, seed: int = 1, sought: int = SOUGHT
) -> tuple[discover.Discovery, list[Measured]]:
    """Boxes in which an assumption breaks under a policy of the run, and how each does over all futures.

    Each later box is measured on what the earlier ones leave, as it was found. Raises `MissingData` for a part that
    cannot be read.
    """
    column = f"margin.{assumption}"
    names = run.study.priors.names
    values = run.parameters(first=sought)
    breaks = run.columns(policy, [column], first=sought)[column] <= 0
    found = discover.discover(values, names, breaks, most=most, seed=seed)
    del values
    return found, measure(run, policy, column, found.boxes)


def measure(run: Run, policy: str, column: str, boxes: Sequence[discover.Box]) -> list[Measured]:
    """Coverage, density and mass of each box over every future, reading only the columns that the boxes limit."""
    limited = sorted({name for box in boxes for name in box.limits})
    if not limited:
        return []
    inside, caught = np.zeros(len(boxes)), np.zeros(len(boxes))
    futures = broken = 0
    for values, margins in zip(run.parts(FUTURES, limited), run.parts(policy, [column]), strict=True):
        breaks = margins[column] <= 0
        futures, broken = futures + len(breaks), broken + int(breaks.sum())
        left = np.ones(len(breaks), np.bool_)
        for i, box in enumerate(boxes):
            held = left & _within(box.limits, values)
            inside[i] += held.sum()
            caught[i] += (held & breaks).sum()
            left &= ~held
    return [
        Measured(box, float(c / max(broken, 1)), float(c / max(n, 1)), float(n / futures))
        for box, n, c in zip(boxes, inside, caught, strict=True)
    ]


def _within(limits: Mapping[str, tuple[float, float]], values: Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
    held = [(values[name] >= low) & (values[name] <= high) for name, (low, high) in limits.items()]
    return np.asarray(np.all(held, axis=0))
