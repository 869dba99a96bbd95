"""Windows: ranges of one uncertainty, all else as it is, in which a verdict is another; also such as lie in the middle and leave both ends as they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from premortem.questions.nearest_break import BISECTIONS, BOUND, Value, turned

Array = NDArray[np.float64]
# Places across the scores of an uncertainty at which it is looked at, and the fewest: its two ends.
PLACES, FEWEST = 65, 2


@dataclass(frozen=True)
class Window:
    """Scores from `low` to `high` at which the verdict is another; one that reaches the end of what is looked at is `open` there."""

    low: float
    high: float
    open_below: bool
    open_above: bool

    def nearest(self, origin: float) -> float:
        """Where it is entered from a score."""
        return self.low if origin < self.low else self.high


def windows(value: Value, free: Array, origin: Array, affordable: int) -> dict[int, tuple[Window, ...]]:
    """Windows of each free uncertainty by its place, those of the lower scores first; none for one that never turns the verdict alone.

    Margins are looked at on a grid from -3 to 3, or as far as the start lies, of as many places as `affordable` calls allow, and each edge
    is closed in on. What is narrower than the grid can be missed.
    """
    places = np.flatnonzero(free)
    if not len(places):
        return {}
    many = int(np.clip(affordable // len(places), FEWEST, PLACES))
    grids = [_grid(origin[i], many) for i in places]
    lanes = np.repeat(places, [len(grid) for grid in grids])
    scores = np.concatenate(grids)

    def at(tried: Array, which: NDArray[np.intp]) -> NDArray[np.bool_]:
        z = np.repeat(origin[:, None], len(which), axis=1)
        z[which, np.arange(len(which))] = tried
        return turned(value(z), centre)

    centre = float(value(origin[:, None])[0])
    beyond = at(scores, lanes)
    edges = np.flatnonzero((lanes[1:] == lanes[:-1]) & (beyond[1:] != beyond[:-1]))
    same = np.where(beyond[edges], scores[edges + 1], scores[edges])
    other = np.where(beyond[edges], scores[edges], scores[edges + 1])
    for _ in range(BISECTIONS if len(edges) else 0):
        middle = (same + other) / 2
        there = at(middle, lanes[edges])
        same, other = np.where(there, same, middle), np.where(there, middle, other)
    found = {int(i): _joined(scores[lanes == i], beyond[lanes == i], other[lanes[edges] == i]) for i in places}
    return {i: one for i, one in found.items() if one}


def _grid(origin: float, many: int) -> Array:
    """Scores to look at, the start among them."""
    reach = max(BOUND, abs(origin))
    return np.unique(np.append(np.linspace(-reach, reach, many), origin))


def _joined(scores: Array, beyond: NDArray[np.bool_], edges: Array) -> tuple[Window, ...]:
    """Windows between edges: each begins where the verdict turns, or at the first place looked at, and ends likewise."""
    begins = beyond & ~np.append(False, beyond[:-1])
    ends = beyond & ~np.append(beyond[1:], False)
    rest = [*edges]
    found = []
    for first, last in zip(np.flatnonzero(begins), np.flatnonzero(ends), strict=True):
        low = float(scores[0]) if first == 0 else float(rest.pop(0))
        high = float(scores[-1]) if last == len(scores) - 1 else float(rest.pop(0))
        found.append(Window(low, high, bool(first == 0), bool(last == len(scores) - 1)))
    return tuple(found)
