"""Sequential Monte Carlo: futures drawn anew by what was read, where weights of those that were drawn would collapse.

From standard normal scores, so that it serves any priors. The likelihood is let in by degrees (Neal 2001; Del Moral, Doucet and Jasra 2006):
at each the futures are weighted, resampled and moved by steps that keep their law (pCN around the futures' own mean and spread: Cotter and
others 2013; Rudolf and Sprungk 2018). How long the steps are is learnt from how far they brought the futures (Fearnhead and Taylor 2013).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from premortem.errors import MissingData
from premortem.progress import LOG
from premortem.watch.quantities import Array
from premortem.watch.weights import effective, resample

LogLikelihood = Callable[[Array], Array]
# Part of the futures that stays effective when more of the likelihood is let in.
KEPT = 0.5
# Moves after each part, and after the last.
MOVES, LAST = 3, 6
# A mean or spread further than so many standard errors from the prior's is told of by the readings; part of the prior's spread that is kept.
CHANCE, LITTLE = 3.0, 0.02
# Lengths of steps that are tried side by side (1 is a draw from the normal around which futures are moved), and the least share of futures
# that tries each.
STEPS, LEAST = np.array([0.05, 0.2, 0.5, 1.0]), 0.05
# Halvings in the search for the next part, and most parts before it is given up.
HALVINGS, MOST = 40, 60


@dataclass(frozen=True)
class Drawn:
    """Futures drawn by the posterior, all counted alike: `z` standard normal scores (parameter, future); `roots` the first ancestor of
    each; `log_evidence` log of the mean likelihood under the prior; `parts` in which the likelihood was let in; `moved` the share of the
    last moves that was taken.
    """

    z: Array
    roots: Array
    log_evidence: float
    parts: int
    moved: float


def draw(log_likelihood: LogLikelihood, dimensions: int, count: int, seed: int) -> Drawn:
    """Futures by the posterior. `log_likelihood` takes scores (parameter, future) and gives (future,), -inf where a future is ruled out.

    The same seed gives the same futures. Raises `MissingData` where no future agrees with what was read.
    """
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((dimensions, count))
    level, roots = np.asarray(log_likelihood(z), float), np.arange(count)
    power, evidence, parts, moved = 0.0, 0.0, 0, 0.0
    tries = np.full(len(STEPS), 1 / len(STEPS))
    while power < 1:
        if not np.isfinite(level).any() or parts == MOST:
            raise MissingData("no future comes near what was read: leave readings out, or widen the priors behind them")
        more = _next_part(level, 1 - power)
        weights = _weights(more * level)
        evidence += _log_mean(more * level)
        power, parts = (1.0 if more >= 1 - power else power + more), parts + 1
        around = _around(z, weights)
        at = resample(weights, count, int(rng.integers(2**31)))
        z, level, roots = z[:, at], level[at], roots[at]
        for _ in range(LAST if power == 1 else MOVES):
            z, level, moved, tries = _move(z, level, power, around, tries, log_likelihood, rng)
        LOG.info("drawing %s futures by what was read: %.0f%% of it let in", f"{count:,}", 100 * power)
    return Drawn(z, roots, evidence, parts, moved)


def _next_part(level: Array, left: float) -> float:
    """How much more of the likelihood may be let in while enough futures stay effective."""
    count = len(level)
    if effective(_weights(left * level)) >= KEPT * count:
        return left
    low, high = 0.0, left
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if effective(_weights(middle * level)) >= KEPT * count:
            low = middle
        else:
            high = middle
    return max(high, 1e-9)


def _weights(logs: Array) -> Array:
    raw = np.where(np.isfinite(logs), np.exp(logs - logs.max()), 0.0)
    return np.asarray(raw / raw.sum())


def _log_mean(logs: Array) -> float:
    best = float(logs.max())
    return best + float(np.log(np.where(np.isfinite(logs), np.exp(logs - best), 0.0).mean()))


@dataclass(frozen=True)
class _Around:
    """The normal around which futures are moved: theirs in the scores `at` that the readings tell of, the prior's in the others."""

    at: Array  # places of those scores
    middle: Array  # (told, 1)
    root: Array  # lower triangular, (told, told)

    def split(self, z: Array) -> Array:
        """Scores told of, in standard ones of the normal, shape (told, future)."""
        return np.asarray(np.linalg.solve(self.root, z[self.at] - self.middle))


def _around(z: Array, weights: Array) -> _Around:
    """Mean and covariance of the scores whose mean or spread has moved by more than chance from the prior's."""
    count = effective(weights)
    middle = z @ weights
    wide = np.sqrt((z - middle[:, None]) ** 2 @ weights)
    at = np.flatnonzero((np.abs(middle) > CHANCE / np.sqrt(count)) | (np.abs(wide - 1) > CHANCE / np.sqrt(2 * count)))
    away = z[at] - middle[at, None]
    # a little of the prior's, so that no direction is lost
    spread = (1 - LITTLE) * (away * weights) @ away.T + LITTLE * np.eye(len(at))
    return _Around(at, middle[at, None], np.linalg.cholesky(spread))


def _move(
    z: Array,
    level: Array,
    power: float,
    around: _Around,
    tries: Array,
    log_likelihood: LogLikelihood,
    rng: np.random.Generator,
) -> tuple[Array, Array, float, Array]:
    """One move of every future, the share that was taken, and the shares that try each length next: by how far each brought them."""
    chosen = rng.choice(len(STEPS), len(level), p=tries)
    step = STEPS[chosen]
    keep = np.sqrt(1 - step**2)
    tried = keep * z + step * rng.standard_normal(z.shape)
    own = around.split(z)
    moved = keep * own + step * rng.standard_normal(own.shape)
    tried[around.at] = around.middle + around.root @ moved
    reached = np.asarray(log_likelihood(tried), float)
    # log density of the prior over that of the normal around which the move is made; in the other scores they are one
    before, after = (0.5 * ((score**2).sum(0) - (x[around.at] ** 2).sum(0)) for score, x in ((own, z), (moved, tried)))
    with np.errstate(invalid="ignore"):
        chance = power * (reached - level) + after - before
    taken = np.log(rng.random(len(level))) < np.where(np.isfinite(reached), chance, -np.inf)
    reach = np.bincount(chosen, taken * (1 - keep), len(STEPS)) / np.maximum(
        np.bincount(chosen, minlength=len(STEPS)), 1
    )
    share = reach / reach.sum() if reach.any() else tries
    tries = (share + LEAST) / (share + LEAST).sum()
    return np.where(taken, tried, z), np.where(taken, reached, level), float(taken.mean()), tries


def effective_number(flags: Array, roots: Array) -> float:
    """How many independent futures the mean of `flags`, shape (future,), is worth: futures of one root count together as far as they still
    agree (Chan and Lai 2013; Lee and Whiteley 2018). At most all; NaN where nothing varies.
    """
    away = np.asarray(flags, float) - np.mean(flags)
    spread = float((away**2).sum())
    if spread == 0:
        return float("nan")
    families = np.bincount(roots, away, len(away))
    return float(min(len(away) * spread / max(float((families**2).sum()), 1e-300), len(away)))
