"""Turns nearer than those found, where a margin is flat or goes by steps: its verdict alone is asked, so no slope is needed.

First the ball around the start within the nearest turn is sampled, and shrinks as nearer ones are found. Then several of the nearest, each
in another direction, wander by random moves that shorten the way, whose size grows with success and shrinks without. Last, each goes back
along its line and one uncertainty at a time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.questions.nearest_break import (
    BISECTIONS,
    BOUND,
    BreakingPoint,
    Value,
    distances,
    points_of,
    taken_back,
    turned,
)

Array = NDArray[Any]
# Samples of the ball and how often; candidates kept; ways followed, and how alike two may be (the cosine between them).
SAMPLES, BALLS, KEPT, WAYS, ALIKE = 512, 4, 48, 8, 0.9
# Rounds of random moves, tries of each way in a round, the first size of a move as a part of the way, and what it is multiplied by.
ROUNDS, TRIES, FIRST, GROWS, SHRINKS = 32, 24, 0.5, 1.5, 0.7


@dataclass(frozen=True)
class _Ground:
    """Where is sought: from which scores, what may move (1, else 0) and how far, and how distance is told."""

    value: Value
    origin: Array
    free: Array
    bound: Array
    precision: Array | None
    centre: float

    def away(self, moved: Array) -> Array:
        return distances(moved, self.precision)

    def turns(self, moved: Array) -> NDArray[np.bool_]:
        return turned(self.value(self.origin + moved), self.centre)

    def scaled(self, moved: Array, length: Array) -> Array:
        """Moves of these lengths in the same directions, within bounds."""
        long = moved * (length / np.maximum(self.away(moved), 1e-12))
        return np.clip(self.origin + long, -self.bound, self.bound) - self.origin


def most_runs(free: int) -> int:
    """Runs of the model that `nearer` takes at most where so many uncertainties may move, but for a few."""
    return SAMPLES * BALLS + KEPT * BISECTIONS + ROUNDS * TRIES * WAYS + WAYS * BISECTIONS * (free + 1)


def nearer(
    value: Value, free: Array, origin: Array, known: Array, correlation: Array | None, seed: int
) -> list[BreakingPoint]:
    """Breaking points, nearest first, from `known` places that turn the verdict, scores (uncertainty, place); none where there is no place.

    The nearest of them is the nearest found: in many dimensions, or where what turns it is small, a nearer one can be missed.
    """
    ground, rng = _ground(value, free, origin, correlation), np.random.default_rng([seed, 2])
    start, bound, precision = ground.origin, ground.bound, ground.precision
    moved = known - start
    moved = moved[:, ground.turns(moved)]
    if not moved.shape[1]:
        return []
    moved = _apart(ground, _in_balls(ground, moved, rng))
    moved = _wandered(ground, moved, rng)
    z = taken_back(value, start + moved, start, np.ones_like(start), ground.centre)
    for place in np.flatnonzero((z != start).any(1)):
        z = taken_back(value, z, start, (np.arange(len(z)) == place)[:, None], ground.centre)
    after = value(z)
    return points_of(z, after, turned(after, ground.centre), start, bound, precision, ground.centre, np.inf)


def turns_within(
    value: Value, free: Array, origin: Array, distance: float, correlation: Array | None, seed: int
) -> Array:
    """Scores (uncertainty, place) of samples of the ball of that radius around the start that turn the verdict."""
    ground = _ground(value, free, origin, correlation)
    return ground.origin + _in_ball(ground, distance, np.random.default_rng([seed, 3]))


def _ground(value: Value, free: Array, origin: Array, correlation: Array | None) -> _Ground:
    start = origin[:, None]
    precision = None if correlation is None else np.linalg.inv(correlation)
    bound = np.maximum(BOUND, np.abs(start))
    return _Ground(value, start, (free[:, None] > 0).astype(float), bound, precision, float(value(start)[0]))


def _in_ball(ground: _Ground, radius: float, rng: np.random.Generator) -> Array:
    """Moves of at most that length that turn it."""
    noise = rng.normal(size=(len(ground.origin), SAMPLES)) * ground.free
    noise[rng.random(noise.shape) < rng.uniform(0, 0.8, SAMPLES)] = 0.0  # some along few uncertainties
    tried = ground.scaled(noise, radius * rng.random(SAMPLES) ** (1 / ground.free.sum()))
    return tried[:, ground.turns(tried)]


def _in_balls(ground: _Ground, moved: Array, rng: np.random.Generator) -> Array:
    """Moves that turn it, those known and those found in a ball that shrinks to the nearest, each taken back along its line."""
    for _ in range(BALLS):
        moved = np.concatenate([moved, _in_ball(ground, float(ground.away(moved).min()), rng)], axis=1)
        moved = moved[:, np.argsort(ground.away(moved), kind="stable")[:KEPT]]
    z = ground.origin + moved
    return taken_back(ground.value, z, ground.origin, np.ones_like(ground.origin), ground.centre) - ground.origin


def _apart(ground: _Ground, moved: Array) -> Array:
    """The nearest, then the next in another direction, and so on."""
    ordered = moved[:, np.argsort(ground.away(moved), kind="stable")]
    way = ordered / np.maximum(np.linalg.norm(ordered, axis=0), 1e-12)
    picked = [0]
    for i in range(1, way.shape[1]):
        if len(picked) < WAYS and (way[:, i] @ way[:, picked]).max() < ALIKE:
            picked.append(i)
    return ordered[:, picked]


def _wandered(ground: _Ground, moved: Array, rng: np.random.Generator) -> Array:
    """Each way shortened by random moves, of all uncertainties or of some, as long as it turns the verdict."""
    names, ways = moved.shape
    size, each = np.full(ways, FIRST), np.arange(ways)
    for _ in range(ROUNDS):
        noise = rng.normal(size=(names, TRIES, ways)) * ground.free[:, :, None]
        noise *= rng.random(noise.shape) < rng.choice([0.3, 1.0], size=(TRIES, ways))
        length = ground.away(moved)
        aside = noise / np.maximum(np.linalg.norm(noise, axis=0), 1e-12) * (size * length)
        shorter = length * (1 - size * rng.random((TRIES, ways)) ** 2 / 2)
        tried = ground.scaled((moved[:, None] + aside).reshape(names, -1), shorter.reshape(-1))
        away = np.where(ground.turns(tried), ground.away(tried), np.inf).reshape(TRIES, ways)
        best = away.argmin(0)
        better = away[best, each] < length
        moved = np.where(better, tried.reshape(names, TRIES, ways)[:, best, each], moved)
        size = np.where(better, np.minimum(size * GROWS, 1.0), size * SHRINKS)
    return moved
