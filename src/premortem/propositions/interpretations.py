"""Other interpretations of the same propositions: the limits that each reader sets, and margins by them.

An assumption file may carry interpretations, each a set of limits with a reason. Where it carries none, its conditions are tried at
the ends of the ranges of their limits: each at the end that asks least, and each at the one that asks most.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from premortem.propositions.assumption import Assumption

# How an assumption without interpretations of its own is read besides.
LEAST, MOST = "least is asked", "most is asked"
# Limits by column, then by condition: one, or the two ends of a range of which the margin that counts is taken.
Limits = Mapping[str, Mapping[str, tuple[np.float32, ...]]]


def names(assumption: Assumption) -> tuple[str, ...]:
    """How an assumption is read besides the shipped reading."""
    return tuple(i.name for i in assumption.interpretation) or (LEAST, MOST)


def column(assumption: str, name: str) -> str:
    """Column of a run that holds the margin of an assumption by an interpretation: `margin.X1@hawk`."""
    return f"margin.{assumption}@{name}"


def asks_least(column_name: str) -> bool:
    """Whether of two ends the one that asks least counts in a column."""
    return column_name.endswith(f"@{LEAST}")


def columns(assumptions: Sequence[Assumption]) -> list[str]:
    """Every such column, in order."""
    return [column(a.id, name) for a in assumptions for name in names(a)]


def limits(assumptions: Sequence[Assumption]) -> dict[str, dict[str, tuple[np.float32, ...]]]:
    """Limits by column and condition (`X1.lead_widens`); a condition that an interpretation leaves out is not there."""
    found: dict[str, dict[str, tuple[np.float32, ...]]] = {}
    for a in assumptions:
        for i in a.interpretation:
            asked = [c for c in a.condition if c.id not in i.without]
            found[column(a.id, i.name)] = {
                f"{a.id}.{c.id}": (np.float32(i.limits.get(c.id, c.limit.value)),) for c in asked
            }
        if not a.interpretation:
            ends: dict[str, tuple[np.float32, ...]] = {
                f"{a.id}.{c.id}": (np.float32(c.limit.low), np.float32(c.limit.high)) for c in a.condition
            }
            found |= {column(a.id, name): ends for name in (LEAST, MOST)}
    return found
