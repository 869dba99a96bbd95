"""Breaking points: the smallest standardised change of the uncertainties that takes a margin to zero, found by
gradient.

A first-order reliability method (Hasofer and Lind 1974, Rackwitz and Fiessler 1978) in the standard normal space of the
priors: from several starts, step to where the linearised margin is zero, keep within bounds, then close in on the
margin's
zero along the line from the centre. Every point reported has been run through the model.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
# A margin of standard normal scores, (parameter, start) to (start,), pure and differentiable.
Margin = Callable[[jax.Array], jax.Array]
# Margins and their gradients at scores (parameter, start): (start,) and (parameter, start).
Slope = Callable[[Array], tuple[Array, Array]]

STEPS, BOUND, TOLERANCE = 20, 4.0, 1e-3
# Share of the full step that is taken: damping against zig-zag across kinks.
DAMPING = 0.5
BISECTIONS = 16
# Scores smaller than this do not count as a move.
LEAST_MOVE = 0.002


@dataclass(frozen=True)
class BreakingPoint:
    """A nearest break: scores that move, their distance from the centre, the margin before and after."""

    scores: dict[int, float]
    distance: float
    margin_before: float
    margin_after: float


def slope_of(margin: Margin) -> Slope:
    """The margin with its gradient, compiled once for every shape that it meets."""

    def total(z: jax.Array) -> tuple[jax.Array, jax.Array]:
        margins = margin(z)
        return margins.sum(), margins

    compiled = jax.jit(jax.value_and_grad(total, has_aux=True))

    def slope(z: Array) -> tuple[Array, Array]:
        (_, margins), gradient = compiled(jnp.asarray(z, jnp.float32))
        return np.asarray(margins, float), np.asarray(gradient, float)

    return slope


def search(slope: Slope, free: Array, starts: int = 8, most_moves: int = 6, seed: int = 0) -> list[BreakingPoint]:
    """Breaking points from several starts, nearest first, each with at most `most_moves` moves; empty when none is in
    bounds.

    `free` marks parameters that may move (those that vary and are not categories), shape (parameter,). The centre is
    score 0.
    """
    parameters = len(free)
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(parameters, starts)) * 0.5 * free[:, None]
    z[:, 0] = 0.0
    centre = float(slope(np.zeros((parameters, starts)))[0][0])
    near = _descend(slope, z, free[:, None])
    keep = np.zeros((parameters, starts))
    for s in range(starts):
        largest = np.argsort(-np.abs(near[:, s]))[:most_moves]
        keep[largest, s] = free[largest]
    few = _descend(slope, near * keep, keep)
    few, after = _close_in(slope, few, centre)
    found: list[BreakingPoint] = []
    for s in np.argsort(np.linalg.norm(few, axis=0)):
        if abs(after[s]) <= TOLERANCE and np.abs(few[:, s]).max() > LEAST_MOVE:
            scores = {int(i): float(few[i, s]) for i in np.flatnonzero(few[:, s])}
            point = BreakingPoint(scores, float(np.linalg.norm(few[:, s])), centre, float(after[s]))
            if not any(set(point.scores) == set(other.scores) for other in found):
                found.append(point)
    return found


def _descend(slope: Slope, z: Array, free: Array) -> Array:
    for _ in range(STEPS):
        m, gradient = slope(z)
        g = gradient * free
        size = (g**2).sum(0)
        aim = ((g * z).sum(0) - m) / np.maximum(size, 1e-12) * g
        z = np.clip(z + DAMPING * (aim - z), -BOUND, BOUND) * (free > 0)
    return z


def _close_in(slope: Slope, z: Array, centre: float) -> tuple[Array, Array]:
    """Points on the lines from the centre through `z` where the margin is zero, and the margin there."""
    inside, outside = np.zeros(z.shape[1]), np.ones(z.shape[1])
    reach = BOUND / np.maximum(np.abs(z).max(0), 1e-9)
    for stretch in (1.0, 1.15, 1.4, 2.0):
        factor = np.minimum(stretch, reach)
        value = slope(z * factor)[0]
        crossed = np.sign(value) != np.sign(centre)
        outside = np.where(crossed & (outside == 1.0) & (stretch > 1.0), factor, outside)
        if stretch == 1.0:
            done = crossed
        outside = np.where(done, np.minimum(outside, 1.0), outside)
    for _ in range(BISECTIONS):
        middle = (inside + outside) / 2
        value = slope(z * middle)[0]
        same = np.sign(value) == np.sign(centre)
        inside, outside = np.where(same, middle, inside), np.where(same, outside, middle)
    point = z * ((inside + outside) / 2)
    return point, slope(point)[0]


def thresholds(slope: Slope, free: Array) -> Array:
    """Score at which each parameter alone breaks (or mends) the central future; NaN where none within bounds does,
    (parameter,).

    Bisection on both sides, all parameters at once; the nearer side counts.
    """
    parameters = len(free)
    centre = np.sign(slope(np.zeros((parameters, parameters)))[0])
    best = np.full(parameters, np.nan)
    for sign in (-1.0, 1.0):
        inside, outside = np.zeros(parameters), np.full(parameters, sign * BOUND)
        crossed = (np.sign(slope(np.diag(outside))[0]) != centre) & (free > 0)
        for _ in range(BISECTIONS):
            middle = (inside + outside) / 2
            same = np.sign(slope(np.diag(middle))[0]) == centre
            inside, outside = np.where(same, middle, inside), np.where(same, outside, middle)
        better = crossed & ~(np.abs(best) < np.abs(outside))
        best = np.where(better, outside, best)
    return best


def knob_threshold(
    share: Callable[[float], float], low: float, high: float, level: float = 0.5, steps: int = 12
) -> float | None:
    """Value of a knob (a clause number) at which a share crosses `level`, by bisection; None when it does not in
    between.
    """
    a, b = share(low) - level, share(high) - level
    if np.sign(a) == np.sign(b):
        return None
    for _ in range(steps):
        middle = (low + high) / 2
        value = share(middle) - level
        low, high = (middle, high) if np.sign(value) == np.sign(a) else (low, middle)
    return (low + high) / 2


def story(moves: Sequence[tuple[str, str, float, float]], breaks: bool, subject: str) -> str:
    """`From the central case A1 breaks when ...`, from (meaning, unit with its space, from, to) of each move, largest
    first.
    """
    parts = [
        f"{meaning} {'rises' if to > start else 'falls'} from {start:.3g} to {to:.3g}{unit}"
        for meaning, unit, start, to in moves
    ]
    joined = parts[0] if len(parts) == 1 else f"{'; '.join(parts[:-1])}; and {parts[-1]}"
    return f"From the central case {subject} {'breaks' if breaks else 'holds'} when {joined}"
