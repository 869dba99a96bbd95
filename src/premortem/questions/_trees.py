"""A classification tree (CART of Breiman et al. 1984) as a check on the boxes of scenario discovery."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Futures that the tree sees, its depth, and the least share of them in a leaf.
MOST, DEPTH, LEAST = 10_000, 4, 0.02


@dataclass(frozen=True)
class Leaf:
    """A leaf: its limits, and coverage, density and mass over all futures."""

    limits: dict[str, tuple[float, float]]
    coverage: float
    density: float
    mass: float


def densest_leaf(
    values: Array, names: Sequence[str], breaks: NDArray[np.bool_], weights: Array | None = None, seed: int = 0
) -> Leaf:
    """The leaf of a small tree in which breaks are densest, measured over all futures (parameter, future)."""
    return leaves(values, names, breaks, weights, seed)[0]


def leaves(
    values: Array, names: Sequence[str], breaks: NDArray[np.bool_], weights: Array | None = None, seed: int = 0
) -> list[Leaf]:
    """Every leaf of a small tree, the densest in breaks first, measured over all futures (parameter, future)."""
    from sklearn.tree import DecisionTreeClassifier  # late: it takes long to load, and few who ask of a run want a tree

    n = min(values.shape[1], MOST)
    weight = np.ones(values.shape[1]) if weights is None else np.asarray(weights, float)
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=LEAST, random_state=seed)
    tree.fit(values[:, :n].T, breaks[:n], sample_weight=weight[:n])
    reached = tree.apply(np.ascontiguousarray(values.T, np.float32))
    ids, total = np.unique(reached), max(float(weight[breaks].sum()), 1e-12)
    found = []
    for leaf in ids:
        inside = reached == leaf
        mass, caught = float(weight[inside].sum()), float(weight[inside & breaks].sum())
        shares = caught / total, caught / max(mass, 1e-12), mass / float(weight.sum())
        found.append(Leaf(_limits(tree.tree_, int(leaf), names), *shares))
    return sorted(found, key=lambda leaf: -leaf.density)


def _limits(tree: Any, leaf: int, names: Sequence[str]) -> dict[str, tuple[float, float]]:
    """Limits on the way from the root to a leaf."""
    sides = enumerate((tree.children_left, tree.children_right))
    parents = {int(child): (i, side) for side, children in sides for i, child in enumerate(children)}
    limits: dict[str, tuple[float, float]] = {}
    node = leaf
    while node in parents and node != 0:
        node, side = parents[node]
        name, cut = names[tree.feature[node]], float(tree.threshold[node])
        low, high = limits.get(name, (-np.inf, np.inf))
        limits[name] = (low, min(high, cut)) if side == 0 else (max(low, cut), high)
    return limits
