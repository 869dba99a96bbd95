"""Dimensions of futures cut into bins of equal mass, or a bin a category: where a limit of a box may lie."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numba
import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.compiled import Kept

Array = NDArray[Any]
Cut = tuple[Array, Array, Array]
# Up to so many futures every value is a bin of its own; of more, so many tell where the bins begin.
SAMPLED, BINS = 8192, 1024
# Even cells of a dimension in which the bin of a value is looked up.
CELLS = 16_384
# Bins of the values that were cut last.
_LAST = Kept(1)


def binned(values: Array, weight: Array | None, nominal: tuple[int, ...]) -> Cut:
    """Values (parameter, future) as float32, the bin of each, and where bins begin (parameter, bin); `weight` is 1 of every future where none
    is given, `nominal` are dimensions without order. Bins of values that nobody may write to are kept, since each assumption of a run asks
    for the same.
    """
    if weight is not None:
        return _cut(values, weight, nominal)
    every = np.ones(values.shape[1])
    if values.flags.writeable:
        return _cut(values, every, nominal)
    # what is kept holds the values, so that no others can lie where they do
    _, found = _LAST.get((id(values), nominal), lambda: (values, _cut(values, every, nominal)))
    return cast(Cut, found)


def _cut(values: Array, weight: Array, nominal: Sequence[int]) -> Cut:
    """Values as float32, the bin of each, and where bins begin; two dimensions at a time, since binning leaves the interpreter free."""
    narrow, n = np.ascontiguousarray(values, dtype=np.float32), len(weight)
    bins = np.empty(narrow.shape, np.uint16)
    # at random, not every so many: points of a design that are so far apart in order lie close together
    some = np.arange(n) if n <= SAMPLED else np.random.default_rng(0).integers(n, size=SAMPLED)

    def cut(d: int) -> Array:
        categories = np.unique(narrow[d]) if d in nominal else None
        begins = (
            _begins(narrow[d, some], weight[some], BINS if n > SAMPLED else n) if categories is None else categories
        )
        _place(narrow[d], begins, bins[d])
        return begins

    with ThreadPoolExecutor(2) as pool:
        begins = list(pool.map(cut, range(len(narrow))))
    edges = np.full((len(begins), max(map(len, begins))), np.inf, np.float32)
    for d, at in enumerate(begins):
        edges[d, : len(at)] = at
    return narrow, bins, edges


def _begins(x: Array, weight: Array, most: int) -> Array:
    """Values at which bins begin: every value if there are no more, or bins of about equal mass.

    A value that many futures share has a bin of its own.
    """
    if most >= len(x):
        return np.unique(x)
    order = np.argsort(x)
    mass = np.cumsum(weight[order])
    places = np.searchsorted(mass, np.arange(most) / most * mass[-1], side="right")
    return np.unique(x[order][places])


@numba.njit(cache=True, nogil=True)
def _place(x: Any, edges: Any, bins: Any) -> None:
    """Writes the last bin that begins at or below each value: looked up by even cells, then by bisection within one."""
    start = np.float64(edges[0])
    scale = CELLS / max(np.float64(edges[-1]) - start, 1e-300)
    first_of = np.zeros(CELLS + 2, np.int64)
    for k in range(1, len(edges)):
        first_of[int(min(max((edges[k] - start) * scale, 0.0), CELLS)) + 1] += 1
    first_of = np.cumsum(first_of)  # rounding keeps order, so no edge of a later cell lies at or below a value
    for i in range(len(x)):
        cell = int(min(max((x[i] - start) * scale, 0.0), CELLS))
        at, end = first_of[cell], first_of[cell + 1]
        while at < end:
            middle = (at + end + 1) // 2
            at, end = (middle, end) if edges[middle] <= x[i] else (at, middle - 1)
        bins[i] = at
