"""Sequential Monte Carlo: futures drawn anew by what was read, where weights of those that were drawn would collapse.

From standard normal scores, so that it serves any priors. The likelihood is let in by degrees (Neal 2001; Del Moral, Doucet and Jasra
2006): at each the futures are weighted, resampled and moved by steps that keep their law, pCN around a normal (Cotter and others 2013;
Rudolf and Sprungk 2018). How long the steps are is learnt from how far they brought the futures, and they go on until the futures have
forgotten their ancestors (Fearnhead and Taylor 2013). Of many futures, some are drawn so, and kept again each time they have been moved
further: what those of one first ancestor share is counted in what all are worth.

That normal lies half way between the futures' own mean and spread and the posterior of the misfits' straight line in the scores (iterated
ensemble smoother: Chen and Oliver 2012). Around their own alone, an error that all futures share would be drawn again and never be seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from threadpoolctl import threadpool_limits

from premortem.errors import MissingData
from premortem.progress import LOG
from premortem.watch.quantities import Array
from premortem.watch.weights import effective, resample
from premortem.watch.weights import level as log_likelihood

Misfits = Callable[[Array], Array]
# Part of the futures that stays effective when more of the likelihood is let in.
KEPT = 0.5
# Moves go on until the correlation of futures with their ancestors is below this, after each part and after the last; at most so many.
ALIKE, ALIKE_LAST, MOVES = 0.3, 0.05, 20
# Futures that are drawn together, and after how many moves more they are kept again.
TOGETHER, APART = 2048, 12
# Mean of the upper tenth of a standard normal: what chance makes of such a correlation, in its standard errors.
TENTH = 1.755
# Lengths of steps that are tried side by side (1 is a draw from the normal around which futures are moved), and the least share of futures
# that tries each.
STEPS, LEAST = np.array([0.05, 0.2, 0.5, 1.0]), 0.05
# A direction of which the readings tell has less than this of the prior's variance.
TOLD = 0.95
# Halvings in the search for the next part, and most parts before it is given up.
HALVINGS, MOST = 40, 60


@dataclass(frozen=True)
class Drawn:
    """Futures drawn by the posterior, all counted alike: `z` standard normal scores (parameter, future); `roots` the first ancestor of
    each; `log_evidence` log of the mean likelihood under the prior; `parts` in which the likelihood was let in; `moved` the share of the
    last moves that was taken; `alike` the correlation that the last moves left between futures and their ancestors; `size` how many stand
    in a lot, after which the same come again, moved further.
    """

    z: Array
    roots: Array
    log_evidence: float
    parts: int
    moved: float
    alike: float
    size: int

    def worth(self, flags: Array) -> float:
        """Independent futures that the mean of `flags`, shape (future,), is worth: those of one root count together, or what each was moved
        to, whichever makes them fewer.
        """
        same = np.arange(len(flags)) % self.size
        return float(np.fmin(worth(flags, self.roots, self.alike), worth(flags, same, self.alike)))


def worth(flags: Array, roots: Array, alike: float) -> float:
    """Independent futures that the mean of `flags`, shape (future,), is worth: by families of one root, and by what is left of the ancestors,
    counted as in a chain of that correlation; NaN where the flags do not vary.
    """
    return effective_number(flags, roots) * (1 - alike) / (1 + alike)


def draw(misfits: Misfits, dimensions: int, count: int, seed: int) -> Drawn:
    """Futures by the posterior. `misfits` takes scores (parameter, future) and gives how many standard deviations each reading lies off,
    (reading, future), not finite where a future is ruled out: the log likelihood is minus half the sum of their squares.

    The same seed gives the same futures. Raises `MissingData` where no future agrees with what was read.
    """
    lot = first_lot(misfits, dimensions, min(count, TOGETHER), seed)
    drawn = [lot.drawn]
    while len(drawn) * TOGETHER < count:
        drawn.append((lot := next_lot(lot, misfits)).drawn)
    whole = together(drawn)
    return replace(whole, z=whole.z[:, :count], roots=whole.roots[:count])


def together(drawn: Sequence[Drawn]) -> Drawn:
    """The first lots of a draw as one. That those of one future are alike is in their roots; what is left of the first ancestors is in each."""
    z, roots = np.concatenate([lot.z for lot in drawn], axis=1), np.concatenate([lot.roots for lot in drawn])
    return replace(drawn[-1], z=z, roots=roots, alike=float(np.mean([lot.alike for lot in drawn])))


@dataclass(frozen=True)
class Lot:
    """Futures that were drawn together, and what moves them on to the next lot."""

    drawn: Drawn
    ancestors: Array  # standard scores of those that the last moves of the first lot began with, (score, future)
    at: "_Placed"
    around: "_Around"
    tries: Array  # shares that try each length of step
    seed: tuple[int, ...]


def first_lot(misfits: Misfits, dimensions: int, size: int, seed: int) -> Lot:
    """The first so many futures of a draw, as `draw` gives them."""
    with threadpool_limits(
        limits=1
    ):  # threads of small products would wait for each other: cores are shared by futures
        return _first(misfits, dimensions, size, seed)


def next_lot(lot: Lot, misfits: Misfits) -> Lot:
    """The same futures moved on, until they count as others."""
    seed = (lot.seed[0], lot.seed[1] + 1)
    rng, at, tries, moved = np.random.default_rng(seed), lot.at, lot.tries, 0.0
    with threadpool_limits(limits=1):
        for _ in range(APART):
            at, moved, tries = _move(at, 1.0, lot.around, tries, misfits, rng)
    drawn = replace(lot.drawn, z=at.z, moved=moved, alike=_alike(lot.ancestors, at.own))
    return Lot(drawn, lot.ancestors, at, lot.around, tries, seed)


def _first(misfits: Misfits, dimensions: int, count: int, seed: int) -> Lot:
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((dimensions, count))
    off, roots = np.asarray(misfits(z), float), np.arange(count)
    level = log_likelihood(off)
    power, evidence, parts, moved, alike = 0.0, 0.0, 0, 0.0, 0.0
    tries = np.full(len(STEPS), 1 / len(STEPS))
    line = _Line(np.zeros((len(off), dimensions)), np.zeros(len(off)), np.eye(len(off)))
    while power < 1:
        if not np.isfinite(level).any() or parts == MOST:
            raise MissingData("no future comes near what was read: leave readings out, or widen the priors behind them")
        more = _next_part(level, 1 - power)
        weights = _weights(more * level)
        evidence += _log_mean(more * level)
        if not parts:  # of the prior's futures, which are wide: later ones mend it where they tell more
            line = line.fitted(z, off, np.where(np.isfinite(level), 1 / count, 0.0))
        power, parts, line = (1.0 if more >= 1 - power else power + more), parts + 1, line.fitted(z, off, weights)
        around = line.posterior(power).halfway(z, weights)
        chosen = resample(weights, count, int(rng.integers(2**31)))
        z, off, level, roots = z[:, chosen], off[:, chosen], level[chosen], roots[chosen]
        at = first = _Placed(z, around.standard(z), off, level)
        limit = ALIKE_LAST if power == 1 else ALIKE
        for _ in range(MOVES):
            at, moved, tries = _move(at, power, around, tries, misfits, rng)
            alike = _alike(first.own, at.own)
            if alike < limit:
                break
        z, off, level = at.z, at.off, at.level
        LOG.info("drawing %s futures by what was read: %.0f%% of it let in", f"{count:,}", 100 * power)
    return Lot(Drawn(z, roots, evidence, parts, moved, alike, count), first.own, at, around, tries, (seed, 0))


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
    """The normal around which futures are moved."""

    middle: Array  # (score, 1)
    spread: Array  # covariance, (score, score)

    @cached_property
    def root(self) -> Array:
        """Lower triangular, (score, score)."""
        return np.linalg.cholesky(self.spread)

    @cached_property
    def inverse(self) -> Array:
        """Of the root: to multiply by it is some seven times as fast as to solve for thousands of futures, move after move."""
        return np.linalg.inv(self.root)

    def halfway(self, z: Array, weights: Array) -> "_Around":
        """Half way to the mean and spread of futures with weights: to their spread along the directions of which the readings tell, unless
        they are many for all. A spread that is fitted to chance lies near its own futures, which then are no draws by what they move around.
        """
        middle = (z @ weights)[:, None]
        each, axes = np.linalg.eigh(self.spread)
        told = axes[:, (each < TOLD) | (len(z) ** 2 <= z.shape[1])]
        away = told.T @ (z - middle)
        own = (away * weights) @ away.T - told.T @ self.spread @ told
        return _Around((self.middle + middle) / 2, self.spread + told @ own @ told.T / 2)

    def standard(self, z: Array) -> Array:
        """Scores in standard ones of the normal, same shape."""
        return np.asarray(self.inverse @ (z - self.middle))


def _alike(before: Array, after: Array) -> float:
    """Correlation of futures with their ancestors beyond chance, both in standard scores: the mean of the tenth of directions in which they
    are most alike.
    """
    x, y = (own - own.mean(1, keepdims=True) for own in (before, after))
    each = np.sort((x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1)))
    return max(float(each[-max(len(each) // 10, 1) :].mean()) - TENTH / np.sqrt(len(x[0])), 0.0)


@dataclass(frozen=True)
class _Line:
    """Misfits as a straight line in the scores, and the covariance of what it leaves of them."""

    slope: Array  # (reading, score)
    start: Array  # where all scores are nought, (reading,)
    left: Array  # (reading, reading)

    def fitted(self, z: Array, off: Array, weights: Array) -> "_Line":
        """The same mended by futures with weights: by ridge, so that it stays as it was along directions of which too few futures tell."""
        count, on = effective(weights), weights > 0
        z, off, weights = z[:, on], off[:, on], weights[on]
        weights = weights / weights.sum()
        few = len(z) / count
        away = z - (z @ weights)[:, None]
        residual = off - self.slope @ z
        middle = residual @ weights
        residual = residual - middle[:, None]
        more = np.linalg.solve((away * weights) @ away.T + few * np.eye(len(z)), (away * weights) @ residual.T).T
        slope = self.slope + more
        left = residual - more @ away
        return _Line(slope, (off - slope @ z) @ weights, (left * weights) @ left.T)

    def posterior(self, power: float) -> _Around:
        """The scores' normal by the line at a power of the likelihood, what the line leaves counted as error."""
        gain = np.linalg.solve(np.eye(len(self.left)) / power + self.left, self.slope)
        spread = np.linalg.inv(np.eye(self.slope.shape[1]) + self.slope.T @ gain)
        return _Around((-spread @ gain.T @ self.start)[:, None], (spread + spread.T) / 2)


@dataclass(frozen=True)
class _Placed:
    """Where futures are, and what is known of them there."""

    z: Array  # scores, (score, future)
    own: Array  # the same as standard scores of the normal around which they are moved
    off: Array  # misfits, (reading, future)
    level: Array  # log likelihood, (future,)

    def moved_where(self, taken: Array, to: "_Placed") -> "_Placed":
        """The same, but there where the move was taken, (future,)."""
        pairs = ((self.z, to.z), (self.own, to.own), (self.off, to.off), (self.level, to.level))
        return _Placed(*(np.where(taken, there, here) for here, there in pairs))


def _move(
    at: _Placed, power: float, around: _Around, tries: Array, misfits: Misfits, rng: np.random.Generator
) -> tuple[_Placed, float, Array]:
    """One move of every future; the share that was taken, and the shares that try each length next: by how far each brought them."""
    chosen = rng.choice(len(STEPS), len(at.level), p=tries)
    step, keep = STEPS[chosen], np.sqrt(1 - STEPS[chosen] ** 2)
    own = keep * at.own + step * rng.standard_normal(at.own.shape)
    z = around.middle + around.root @ own
    off = np.asarray(misfits(z), float)
    to = _Placed(z, own, off, log_likelihood(off))
    # log density of the prior over that of the normal around which the move is made
    before, after = (0.5 * np.einsum("sf,sf->f", x.own - x.z, x.own + x.z) for x in (at, to))
    with np.errstate(invalid="ignore"):
        chance = power * (to.level - at.level) + after - before
    taken = np.log(rng.random(len(at.level))) < np.where(np.isfinite(to.level), chance, -np.inf)
    tried = np.maximum(np.bincount(chosen, minlength=len(STEPS)), 1)
    reach = np.bincount(chosen, taken * (1 - keep), len(STEPS)) / tried
    share = reach / reach.sum() if reach.any() else tries
    return at.moved_where(taken, to), float(taken.mean()), (share + LEAST) / (share + LEAST).sum()


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
