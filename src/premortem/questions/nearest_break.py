"""Breaking points: the smallest standardised change of the uncertainties that takes a margin to zero, found by
gradient.

A first-order reliability method (Hasofer and Lind 1974, Rackwitz and Fiessler 1978) in the standard normal space of the
priors: from several starts, step to where the linearised margin is zero, keep within bounds, then close in on the
margin's zero along the line from the start. Where no slope leads there, as on the steps of a count, from sampled futures that
break: what need not move goes back, and the step is closed in on. Every point reported has been run through the model.

Over 300 lines: searches by slopes and by samples tell points in one way.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# Margins and their gradients at scores (parameter, start): (start,) and (parameter, start).
Slope = Callable[[Array], tuple[Array, Array]]
# Margins alone, (parameter, start) to (start,).
Value = Callable[[Array], Array]

# Scores stay within this: about one future in a thousand lies beyond it on either side.
BOUND = 3.0
STEPS, TOLERANCE = 25, 1e-3
# Share of the full step that is taken: damping against zig-zag across kinks.
DAMPING = 0.5
BISECTIONS = 22
# Scores that move less than this do not count as a move.
LEAST_MOVE = 0.002
# Futures around the start that are tried where no slope leads to a break, and how many of those that break are followed.
SAMPLED, FOLLOWED = 4096, 16
# Places on a line from the start at which the margin is looked at, as shares of the point found.
ALONG = np.array([0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0])


@dataclass(frozen=True)
class BreakingPoint:
    """A nearest break: scores of what moves, the distance from the start, the margin before and after.

    `least` is the distance were every uncertainty free to move, not the few reported; `at_bound` those stopped by it; `jumps` where the
    margin steps over zero there, so that `margin_after` lies beyond it.
    """

    scores: dict[int, float]
    distance: float
    least: float
    margin_before: float
    margin_after: float
    at_bound: tuple[int, ...]
    jumps: bool = False


def search(
    slope: Slope,
    value: Value,
    free: Array,
    start: Array | None = None,
    starts: int = 32,
    most_moves: int = 6,
    seed: int = 0,
    correlation: Array | None = None,
    together: int = 1,
) -> list[BreakingPoint]:
    """Breaking points from several starts, nearest first, each with at most `most_moves` moves, or twice as many and so on where so
    few do not reach; empty when none is found in bounds.

    `free` marks parameters that may move (those that vary and are not categories), shape (parameter,). `start` holds
    the scores moved from, 0 by default: the central future. The search begins there and at random places around.
    Where scores have a `correlation` (parameter, parameter), distance is Mahalanobis's: moves that go together are short. Of a model for
    which up to so many futures `together` cost as much as one, several bisections are made in one call.
    """
    precision = None if correlation is None else np.linalg.inv(correlation)
    origin = (np.zeros(len(free)) if start is None else start)[:, None]
    bound = np.maximum(BOUND, np.abs(origin))
    noise = np.random.default_rng(seed).normal(size=(len(free), starts)) * 0.5
    noise[:, 0] = 0.0
    centre = float(value(origin)[0])
    near = _descend(slope, origin + noise * free[:, None], origin, bound, free[:, None], precision)
    whole, whole_after = _close_in(value, near, origin, bound, centre, together)
    reached = np.abs(whole_after) <= TOLERANCE
    least = float(distances(whole - origin, precision)[reached].min()) if reached.any() else np.inf
    found: list[BreakingPoint] = []
    while not found:
        keep = _largest(np.abs(near - origin), most_moves) * free[:, None]
        few = _descend(slope, origin + (near - origin) * keep, origin, bound, keep, precision)
        few, after = _close_in(value, few, origin, bound, centre, together)
        found = points_of(few, after, np.abs(after) <= TOLERANCE, origin, bound, precision, centre, least)
        if most_moves >= free.sum() or not reached.any():
            break
        most_moves *= 2
    return found or _sampled(value, free, origin, bound, precision, centre, seed, together)


def points_of(
    z: Array,
    after: Array,
    fine: Array,
    origin: Array,
    bound: Array,
    precision: Array | None,
    centre: float,
    least: float,
) -> list[BreakingPoint]:
    """What was found from each start, nearest first, the nearest of each set of moves."""
    moved = z - origin
    lengths = distances(moved, precision)
    found: list[BreakingPoint] = []
    for s in np.argsort(lengths):
        if fine[s] and np.abs(moved[:, s]).max() > LEAST_MOVE:
            places = np.flatnonzero(moved[:, s])
            stopped = tuple(int(i) for i in places if abs(z[i, s]) >= bound[i, 0] - 1e-6)
            scores = {int(i): float(z[i, s]) for i in places}
            distance = float(lengths[s])
            jumps = abs(float(after[s])) > TOLERANCE
            point = BreakingPoint(scores, distance, min(least, distance), centre, float(after[s]), stopped, jumps)
            if not any(set(point.scores) == set(other.scores) for other in found):
                found.append(point)
    return found


def _sampled(
    value: Value,
    free: Array,
    origin: Array,
    bound: Array,
    precision: Array | None,
    centre: float,
    seed: int,
    together: int = 1,
) -> list[BreakingPoint]:
    """Breaks by sampling: from the nearest futures that break, what need not move goes back, the smallest move first; then along
    the line from the start to where it first turns.
    """
    if not np.isfinite(centre):
        return []
    rng = np.random.default_rng([seed, 1])
    # some near, some far, and some with few moves
    away = rng.normal(size=(len(free), SAMPLED)) * rng.uniform(0.25, 1.5, SAMPLED)
    away[rng.random(away.shape) < rng.uniform(0, 0.95, SAMPLED)] = 0.0
    z = np.clip(origin + away * free[:, None], -bound, bound)
    return _followed(value, z, value(z), origin, bound, precision, centre, FOLLOWED, together)


def sample(
    value: Value, free: Array, start: Array | None = None, correlation: Array | None = None, seed: int = 0
) -> list[BreakingPoint]:
    """Breaking points by sampling alone, where margins go by steps or slopes mislead; see `search`."""
    precision = None if correlation is None else np.linalg.inv(correlation)
    origin = (np.zeros(len(free)) if start is None else start)[:, None]
    centre = float(value(origin)[0])
    return _sampled(value, free, origin, np.maximum(BOUND, np.abs(origin)), precision, centre, seed)


def follow(
    value: Value,
    z: Array,
    margins: Array,
    free: Array,
    start: Array | None = None,
    correlation: Array | None = None,
    most: int = FOLLOWED,
) -> list[BreakingPoint]:
    """Breaking points from futures that were run: scores (parameter, future) and margins (future,). For models too slow to search by
    slopes; the nearest `most` futures that turn are followed back to the start.
    """
    precision = None if correlation is None else np.linalg.inv(correlation)
    origin = (np.zeros(len(free)) if start is None else start)[:, None]
    centre = float(value(origin)[0])
    bound = np.maximum(BOUND, np.abs(origin))
    within = (np.abs(z) <= bound).all(0)
    return _followed(value, z[:, within], margins[within], origin, bound, precision, centre, most)


def _followed(
    value: Value,
    z: Array,
    margins: Array,
    origin: Array,
    bound: Array,
    precision: Array | None,
    centre: float,
    most: int,
    together: int = 1,
) -> list[BreakingPoint]:
    """From the nearest futures that turn what need not move goes back, then all of it along the line from the start."""
    broken = np.flatnonzero(turned(margins, centre))
    nearest = broken[np.argsort(distances(z[:, broken] - origin, precision))][:most]
    if not len(nearest):
        return []
    z = z[:, nearest]
    lanes = np.arange(z.shape[1])
    order = np.argsort(np.abs(z - origin), axis=0)
    for places in order:
        back = z.copy()
        back[places, lanes] = origin[places, 0]
        if (back != z).any():
            z = np.where(turned(value(back), centre), back, z)
    z = taken_back(value, z, origin, np.ones_like(origin), centre, together)
    for place in np.flatnonzero((z != origin).any(1)):  # a ray ends beside the corner of a step
        z = taken_back(value, z, origin, (np.arange(len(z)) == place)[:, None], centre, together)
    after = value(z)
    return points_of(z, after, turned(after, centre), origin, bound, precision, centre, np.inf)


def taken_back(value: Value, z: Array, origin: Array, which: Array, centre: float, together: int = 1) -> Array:
    """The places, taken back towards the start in the scores that `which` marks, as far as the verdict stays turned."""

    def at(shares: Array) -> Array:
        """Scores at shares of the way, (parameter, middle, lane)."""
        away = (z - origin)[:, None]
        return np.where(which[:, None], origin[:, None] + away * shares, z[:, None])

    inside, outside = np.zeros(z.shape[1]), np.ones(z.shape[1])
    _, outside = _bisected(lambda tried: turned(_of_each(value, at(tried)), centre), inside, outside, together)
    return at(outside[None])[:, 0]


def _of_each(value: Value, z: Array) -> Array:
    """Margins at scores (parameter, middle, lane), in one call, (middle, lane)."""
    return value(z.reshape(len(z), -1)).reshape(z.shape[1:])


def _bisected(
    beyond: Callable[[Array], Array], inside: Array, outside: Array, together: int = 1
) -> tuple[Array, Array]:
    """Ends of each lane's interval, (lane,), halved again and again towards the first place that lies `beyond`, which is asked of middles
    (middle, lane); several halvings in one call, where up to so many futures `together` cost as much as one.
    """
    left = BISECTIONS if len(inside) else 0
    while left:
        levels = min(max((together // len(inside) + 1).bit_length() - 1, 1), left)
        low, high, middles = inside[None], outside[None], list[Array]()  # of (2^level, lane)
        for _ in range(levels):
            middles.append((low + high) / 2)
            low, high = _either(low, middles[-1]), _either(middles[-1], high)
        inside, outside = _followed_down(beyond(np.concatenate(middles)), low, high, levels)
        left -= levels
    return inside, outside


def turned(margins: Array, centre: float | Array) -> Array:
    """Where the verdict is another than at the start; a future that fails turns nothing."""
    return np.isfinite(margins) & ((margins > 0) != (centre > 0))


def _largest(size: Array, most: int) -> Array:
    """1 at the `most` largest of each column, else 0."""
    keep = np.zeros_like(size)
    np.put_along_axis(keep, np.argsort(-size, axis=0)[:most], 1.0, axis=0)
    return keep


def distances(moved: Array, precision: Array | None) -> Array:
    """Length of each column, shape (start,)."""
    return np.sqrt((moved * (moved if precision is None else precision @ moved)).sum(0))


def _shortest(gradient: Array, precision: Array | None) -> Array:
    """Directions in which a margin falls most for the distance, among what has a gradient, shape (parameter, start)."""
    if precision is None:
        return gradient
    along = np.zeros_like(gradient)
    for s in range(gradient.shape[1]):
        moves = np.flatnonzero(gradient[:, s])
        along[moves, s] = np.linalg.solve(precision[np.ix_(moves, moves)], gradient[moves, s])
    return along


def _descend(slope: Slope, z: Array, origin: Array, bound: Array, free: Array, precision: Array | None) -> Array:
    for _ in range(STEPS):
        m, gradient = (np.where(np.isfinite(x), x, 0.0) for x in slope(z))  # where a future fails there is no way on
        # what is at its bound and pushed outward cannot help: the others must make up for it
        stuck = (np.abs(z) >= bound) & (np.sign(z) == -np.sign(m * gradient))
        g = np.where(stuck, 0.0, gradient * free)
        along = _shortest(g, precision)
        size = (g * along).sum(0)
        stays = np.where(stuck, z - origin, 0.0)
        aim = ((g * (z - origin)).sum(0) - m) / np.maximum(size, 1e-12) * along + stays
        z = origin + (np.clip(z + DAMPING * (origin + aim - z), -bound, bound) - origin) * (free > 0)
    return z


def _close_in(
    value: Value, z: Array, origin: Array, bound: Array, centre: float, together: int = 1
) -> tuple[Array, Array]:
    """First places on the lines from `origin` through `z` where the margin is zero, and the margin there."""
    away = z - origin
    room = np.where(away > 0, bound - origin, bound + origin) / np.maximum(np.abs(away), 1e-12)
    reach = np.where(np.abs(away) > 0, room, np.inf).min(0)
    tried = np.minimum(ALONG[:, None], reach[None])  # (place, start)

    def at(shares: Array) -> Array:
        """Scores at shares of the way, (parameter, middle, lane)."""
        return origin[:, :, None] + away[:, None, :] * shares

    margins = _of_each(value, at(tried))
    # what stops at a bound comes to zero without crossing it
    crossed = turned(margins, centre) | (np.abs(margins) <= TOLERANCE / 10)
    first = crossed.argmax(0)
    lanes = np.arange(z.shape[1])
    outside = tried[first, lanes]
    inside = np.where(first > 0, tried[np.maximum(first - 1, 0), lanes], 0.0)
    inside, outside = _bisected(lambda tried: turned(_of_each(value, at(tried)), centre), inside, outside, together)
    point = origin + away * ((inside + outside) / 2)
    return point, np.where(crossed.any(0), value(point), np.inf)


def thresholds(value: Value, free: Array, start: Array | None = None, bound: float = BOUND, together: int = 1) -> Array:
    """Score at which each parameter alone turns a verdict of the future looked at; NaN where none within the bound does.

    Of one margin, shape (parameter,); of margins of shape (assumption, start), shape (assumption, parameter). What turns at the
    bound on either side is closed in on by bisection, all at once; the nearer side counts. Of a model for which up to so many futures
    `together` cost as much as one, several bisections are made in one call.
    """
    origin = np.zeros(len(free)) if start is None else start
    places = np.flatnonzero(free)
    lanes, sides = np.tile(places, 2), np.repeat([-1.0, 1.0], len(places))

    def at(parameters: Array, scores: Array) -> Array:
        z = np.repeat(origin[:, None], len(parameters), axis=1)
        z[parameters, np.arange(len(parameters))] = scores
        return np.atleast_2d(value(z))

    first = value(origin[:, None])
    centre = np.atleast_2d(first)[:, :1]
    ends = sides * np.maximum(bound, np.abs(origin[lanes]))
    owner, lane = np.nonzero(turned(at(lanes, ends), centre))

    def beyond(tried: Array) -> Array:
        margins = at(np.tile(lanes[lane], len(tried)), tried.ravel()).reshape(len(centre), *tried.shape)
        return turned(margins[owner, :, np.arange(len(lane))], centre[owner, :1]).T

    _, outside = _bisected(beyond, origin[lanes[lane]], ends[lane], together)
    found = np.full((len(centre), len(free)), np.nan)
    for k in np.argsort(
        -np.abs(outside - origin[lanes[lane]]), kind="stable"
    ):  # the nearer side last, so that it stays
        found[owner[k], lanes[lane[k]]] = outside[k]
    return found if first.ndim > 1 else found[0]


def _either(first: Array, second: Array) -> Array:
    """Rows of two arrays by turns."""
    return np.stack([first, second], axis=1).reshape(-1, first.shape[1])


def _followed_down(beyond: Array, low: Array, high: Array, levels: int) -> tuple[Array, Array]:
    """Ends of each lane's last interval: at each level the lower half where its middle lies beyond, else the upper one. `beyond` are the
    middles of all intervals, level by level, (middle, lane); `low` and `high` the ends of all last ones.
    """
    lanes = np.arange(beyond.shape[1])
    place = np.zeros(len(lanes), int)
    for level in range(levels):
        place = 2 * place + ~beyond[2**level - 1 + place, lanes]
    return low[place, lanes], high[place, lanes]


def knob_threshold(value: Callable[[float], float], low: float, high: float, steps: int = 12) -> float | None:
    """Place of a knob (a clause number) at which a value changes sign, by bisection; None when it does not in
    between.
    """
    sign = np.sign(value(low))
    if sign == np.sign(value(high)):
        return None
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (middle, high) if np.sign(value(middle)) == sign else (low, middle)
    return (low + high) / 2
