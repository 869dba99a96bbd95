"""Runs of any size in bounded memory: what is searched for is sought in the first futures and measured on all.

The first futures of a run are a balanced design of their own. A box holds at least a fiftieth of the futures, so among
400,000 its density is known to half a point already: more would not move its limits, but they do say how it does on
futures that it was not sought in.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from premortem.ensemble.layout import FUTURES
from premortem.ensemble.memory import MB
from premortem.errors import BadInput
from premortem.questions import scenario_discovery
from premortem.questions.limits import within
from premortem.study import Run

# Above so many futures a run is looked at through its first ones; so many of them where nothing says fewer.
LARGE, SOUGHT = 1_000_000, 400_000
# Bytes that analyses hold for a future: of each uncertainty its value as read, stacked and binned, and half as much again
# for what is sorted or drawn anew; and what they take whatever the number, compiled models most of all.
A_VALUE, BESIDE = 16, 1150 * MB
# Fewest futures that are worth looking at under a ceiling.
LEAST = 5_000


def in_memory(run: Run) -> Run:
    """The run, or its first futures where it is large or its ceiling on memory leaves room for no more; of a run of given futures the
    first half, so that the other is left to try on what is found.

    Raises `BadInput` where the ceiling leaves room for fewer than 5,000.
    """
    most = run.futures if run.futures <= LARGE else SOUGHT
    if run.given and run.first is None:
        most = -(-run.futures // 2)
    if run.memory is not None:
        most = min(most, _room(run, run.memory))
    return run if most == run.futures else run.head(most)


def _room(run: Run, ceiling: int) -> int:
    """Futures that analyses can hold under a ceiling [bytes]."""
    each = A_VALUE * len(run.study.priors.names)
    fit = int((ceiling - BESIDE) // each)
    if fit < min(LEAST, run.futures):
        least, got = f"{(BESIDE + LEAST * each) / MB:,.0f} MB", f"{ceiling / MB:,.0f} MB"
        raise BadInput("command line", "--memory", "is less than an analysis needs", got=got, allowed=least)
    return fit


def on_all(found: scenario_discovery.Discovery, run: Run, policy: str, column: str) -> scenario_discovery.Discovery:
    """What was found in the first futures of a run, measured on all of them."""
    return replace(found, boxes=measured(run, policy, column, found.boxes), base_rate=share(run, policy, column))


def share(run: Run, policy: str, column: str) -> float:
    """Share of the futures that did not fail in which a margin is not positive, streamed."""
    counts = np.zeros(2, int)
    for part in run.parts(policy, [column]):
        counts += (part[column] <= 0).sum(), np.isfinite(part[column]).sum()
    return float(counts[0] / max(counts[1], 1))


def measured(
    run: Run, policy: str, column: str, boxes: Sequence[scenario_discovery.Box]
) -> tuple[scenario_discovery.Box, ...]:
    """The boxes with their coverage, density and mass over every future, reading only the columns that they limit.

    Each later box is measured on what the earlier ones leave, as it was found. Raises `MissingData` for a part that
    cannot be read.
    """
    limited = sorted({name for box in boxes for name in box.limits})
    if not limited:
        return ()
    inside, caught = np.zeros(len(boxes)), np.zeros(len(boxes))
    broken = known = 0
    for values, margins in zip(run.parts(FUTURES, limited), run.parts(policy, [column]), strict=True):
        breaks = margins[column] <= 0
        broken += int(breaks.sum())
        left = np.isfinite(margins[column])
        known += int(left.sum())
        for i, box in enumerate(boxes):
            held = left & within(box.limits, values)
            inside[i] += held.sum()
            caught[i] += (held & breaks).sum()
            left &= ~held
    shares = caught / max(broken, 1), caught / np.maximum(inside, 1), inside / max(known, 1)
    return tuple(
        replace(box, coverage=float(c), density=float(d), mass=float(m))
        for box, c, d, m in zip(boxes, *shares, strict=True)
    )
