"""A table's failures by a classification tree: its leaves as boxes, to set beside those of the rule induction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.design import check_seed
from premortem.errors import BadInput
from premortem.questions import _trees
from premortem.questions.tables._given import Limit
from premortem.questions.tables.boxes import verdict_of
from premortem.questions.tables.frame import Inputs, frame, inputs, vector, weights_of
from premortem.text.result import Result

Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class Leaf(Result):
    """A leaf of the tree: its limits by column (an end that no branch sets is infinite), and coverage, density and mass as of a box."""

    limits: Mapping[str, Limit]
    coverage: float
    density: float
    mass: float


@dataclass(frozen=True, repr=False)
class Trees(Result):
    """The leaves of a classification tree, the densest in failures first; the share of rows that fail, and how many `failed` to run."""

    leaves: tuple[Leaf, ...]
    rows: int
    fails: float
    failed: int
    notes: tuple[str, ...]


def trees(
    X: Any, y: Any = None, *, fails: str | None = None, weights: Any = None, nominal: Sequence[str] = (), seed: int = 0
) -> Trees:
    """A classification tree (CART) of the rows that fail, told as `boxes` has it. Columns without order are asked category by category.

    Raises `BadInput` for what cannot be read, and where all rows or none fail.
    """
    check_seed(seed)
    table = frame(X)
    verdict, taken = verdict_of(table, None if y is None else vector(y, table.height, "y"), fails)
    read = inputs(table.drop(taken, strict=False), nominal=nominal)
    known = np.isfinite(verdict)
    flags, given = verdict[known] == 1, weights_of(weights, table.height)
    if flags.all() or not flags.any():
        raise BadInput(
            "trees",
            "y",
            f"{'every row fails' if flags.any() else 'no row fails'}",
            allowed="rows that fail and rows that do not",
        )
    weight = np.ones(len(flags)) if given is None else given[known]
    columns, of = _asked(read)
    leaves = _trees.leaves(columns[:, known], [str(k) for k in range(len(columns))], flags, weight, seed)
    told = [Leaf(_limits(leaf.limits, of, read), leaf.coverage, leaf.density, leaf.mass) for leaf in leaves]
    fails_share = float(np.average(flags, weights=weight))
    return Trees(tuple(told), len(verdict), fails_share, int((~known).sum()), read.notes)


def _asked(read: Inputs) -> tuple[Array, list[tuple[str, str | None]]]:
    """Columns that a tree may ask for, a column without order as one a category, and what each is."""
    columns: list[Array] = []
    of: list[tuple[str, str | None]] = []
    for name, x in zip(read.names, read.values, strict=True):
        for i, text in enumerate(read.categories.get(name, ())):
            columns.append((x == i).astype(float))
            of.append((name, text))
        if name not in read.categories:
            columns.append(x)
            of.append((name, None))
    return np.stack(columns), of


def _limits(
    limits: Mapping[str, tuple[float, float]], of: Sequence[tuple[str, str | None]], read: Inputs
) -> dict[str, Limit]:
    """A leaf's limits in the table's own columns: of one without order the categories that are left."""
    found: dict[str, Limit] = {}
    for place, (low, high) in limits.items():
        name, text = of[int(place)]
        if text is None:
            found[name] = (low, high)
            continue
        before = found.get(name)
        held = before if isinstance(before, frozenset) else frozenset(read.categories[name])
        found[name] = held & {text} if low > 0 else held - {text}
    return found
