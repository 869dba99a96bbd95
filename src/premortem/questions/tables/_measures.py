"""The methods of sensitivity: each takes columns and an outcome, and gives its rows with what must be said of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, ks_2samp
from threadpoolctl import threadpool_limits

from premortem.errors import BadInput
from premortem.questions.sensitivity import indices
from premortem.questions.tables import _chaos, _designs, _moment_free
from premortem.questions.tables.frame import Inputs
from premortem.questions.tables.indices import Delta, Forest, Morris, Pair, Pawn, Regional, Row, Sobol

Array = NDArray[Any]
Method = Literal["sobol", "delta", "pawn", "morris", "forest", "regional"]
METHODS: tuple[Method, ...] = get_args(Method)
# What an interval holds, the resamples that it is made of, and shuffles that say what chance makes of a measure.
LEVEL, RESAMPLES, SHUFFLES = 0.95, 200, 20
# Rows above which a resampled method, and a fit, look at so many.
MOST_ROWS, FITTED = 4000, 2000
# A rank correlation of two inputs from which their shares of variance are not told apart.
TOGETHER = 0.2
# Trees of a forest, rows of a leaf, parts that each judge a forest of the others, and shuffles of a column in each.
TREES, LEAF, PARTS, REPEATS = 60, 3, 3, 3
# Below this share of the variance explained a fit says little.
LITTLE = 0.8


@dataclass(frozen=True)
class Data:
    """Columns and the outcome of the rows that did not fail; `whole` of all rows; which rows count as failing for regional sensitivity."""

    read: Inputs
    values: Array
    y: Array
    whole: Array
    fails: NDArray[np.bool_]
    seed: int
    asked: bool  # whether the methods were named, and not the default


@dataclass(frozen=True)
class Found:
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    second: tuple[Pair, ...] = ()
    explained: float | None = None


def _resamples(rows: int, seed: int, many: int = RESAMPLES) -> Array:
    """Equal weights, then a row of weights a bootstrap resample, (1 + resample, row)."""
    drawn = np.random.default_rng([seed, rows]).multinomial(rows, np.full(rows, 1 / rows), many)
    return np.vstack([np.ones(rows), drawn])


def _interval(resampled: Array) -> tuple[float, float]:
    low, high = np.quantile(resampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _few(data: Data, most: int = MOST_ROWS) -> NDArray[np.int64]:
    """Rows that a resampled method looks at: all, or so many at random."""
    n = len(data.y)
    return np.arange(n) if n <= most else np.sort(np.random.default_rng(data.seed).choice(n, most, replace=False))


def _sobol(data: Data) -> Found:
    design = _designs.saltelli(data.read.values, data.whole)
    return _of_design(data, design) if design else _of_chaos(data)


def _of_design(data: Data, design: _designs.Saltelli) -> Found:
    one, names = indices(design.a, design.b, design.ab, data.seed), data.read.names
    if np.isnan(one.total).any():
        return Found((), ("too few samples of the Saltelli sample are whole for Sobol indices",))
    rows = [
        Sobol(
            name,
            "sobol",
            *(float(part[k]) for part in (one.first, one.total, one.low, one.high, one.first_low, one.first_high)),
        )
        for k, name in enumerate(names)
    ]
    weights = _resamples(len(design.a), data.seed)
    first = np.stack([_first(design, w) for w in weights])
    second = {p: (float(v[0]), *_interval(v[1:])) for p, v in _designs.second_order(design, first, weights).items()}
    return Found(_strongest(rows, "total"), second=_pairs(second, names))


def _first(design: _designs.Saltelli, w: Array) -> Array:
    fine = np.isfinite(np.vstack([design.a, design.b, design.ab])).all(0)
    a, b, ab, w = design.a[fine], design.b[fine], design.ab[:, fine], w[fine] / w[fine].sum()
    variance = w @ ((a**2 + b**2) / 2) - (w @ ((a + b) / 2)) ** 2
    return np.asarray((ab - a) @ (w * b) / variance)


def _of_chaos(data: Data) -> Found:
    few = _few(data, FITTED)
    y = data.y[few]
    likely = _chaos.likeliest(data.values[:, few], y, data.seed, _chaos.FITTED)
    values, names = data.values[likely][:, few], [data.read.names[i] for i in likely]
    unordered = [name in data.read.categories for name in names]
    with threadpool_limits(limits=1):  # of thousands of small products threads would only wait for each other
        pairs = _chaos.likeliest(values, y, data.seed, _chaos.PAIRED)
        fit, others = (
            _chaos.shares(values, unordered, y, pairs),
            _chaos.jackknife(values, unordered, y, pairs, data.seed),
        )
        explained = _chaos.explained(values, unordered, y, pairs, others, data.seed)
    rows = []
    for k, name in enumerate(names):
        total = _chaos.interval(fit.total[k], [o.total[k] for o in others])
        first = _chaos.interval(fit.first[k], [o.first[k] for o in others])
        rows.append(Sobol(name, "sobol", float(fit.first[k]), float(fit.total[k]), *total, *first))
    second = {p: (v, *_chaos.interval(v, [o.pairs.get(p, 0.0) for o in others])) for p, v in fit.pairs.items()}
    notes = [
        f"the table is no Saltelli sample: Sobol indices are those of a fit that explains {explained:.0%} of the variance in rows left out"
    ]
    if len(likely) < len(data.read.names):
        notes.append(
            f"of {len(data.read.names):,} columns the {len(likely)} that a forest finds first are fitted; the others are left out"
        )
    if explained < LITTLE:
        notes.append(
            "that is little: what is not explained is noise, or a form that the fit does not have or that so few rows do not show"
        )
    if together := _moving_together(values, names):
        notes.append(f"the columns {together} move together: shares of variance do not tell them apart")
    return Found(_strongest(rows, "total"), tuple(notes), _pairs(second, names), explained)


def _moving_together(values: Array, names: Sequence[str]) -> str:
    """The two columns whose ranks go together most, where that is much."""
    varying = [i for i in range(len(values)) if values[i].min() < values[i].max()]
    if len(varying) < 2:
        return ""
    found = np.atleast_2d(np.corrcoef([np.argsort(np.argsort(values[i])) for i in varying])) - np.eye(len(varying))
    at = np.unravel_index(np.abs(found).argmax(), found.shape)
    # beyond what chance makes of so few rows
    return (
        f"{names[varying[at[0]]]} and {names[varying[at[1]]]}"
        if abs(found[at]) > TOGETHER + 3 / np.sqrt(values.shape[1])
        else ""
    )


def _pairs(second: Mapping[tuple[int, int], tuple[float, float, float]], names: Sequence[str]) -> tuple[Pair, ...]:
    found = [Pair((names[i], names[j]), *told) for (i, j), told in second.items()]
    return tuple(sorted(found, key=lambda pair: -pair.second))


def _strongest(rows: Sequence[Row], by: str) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: -getattr(row, by)))


def _delta(data: Data) -> Found:
    few, rng = _few(data), np.random.default_rng(data.seed)
    y, weights = data.y[few], _resamples(len(few), data.seed, RESAMPLES // 2)
    rows = []
    for name, x in zip(data.read.names, data.values[:, few], strict=True):
        found, low, high = _debiased(_moment_free.delta(x, y, weights))
        shuffled = [_moment_free.delta(rng.permutation(x), y, weights[:1])[0] for _ in range(SHUFFLES)]
        rows.append(Delta(name, "delta", found, low, high, float(np.quantile(shuffled, LEVEL))))
    return Found(_strongest(rows, "delta"))


def _debiased(resampled: Array) -> tuple[float, float, float]:
    """A measure less the bias that resamples show, and its interval, mirrored about it: of distances, which are never negative."""
    own, drawn = float(resampled[0]), resampled[1:]
    low, high = _interval(drawn)
    return max(2 * own - float(drawn.mean()), 0.0), max(2 * own - high, 0.0), max(2 * own - low, 0.0)


def _pawn(data: Data) -> Found:
    few, rng = _few(data), np.random.default_rng(data.seed)
    y, weights = data.y[few], _resamples(len(few), data.seed, RESAMPLES // 2)
    rows = []
    for name, x in zip(data.read.names, data.values[:, few], strict=True):
        mean, median, most = _moment_free.pawn(x, y, weights)
        low, high = _interval(median[1:] - median[1:].mean() + median[0])  # distances of resamples are too large
        shuffled = [_moment_free.pawn(rng.permutation(x), y, weights[:1])[1][0] for _ in range(SHUFFLES)]
        rows.append(
            Pawn(
                name,
                "pawn",
                float(median[0]),
                low,
                high,
                float(mean[0]),
                float(most[0]),
                float(np.quantile(shuffled, LEVEL)),
            )
        )
    return Found(_strongest(rows, "median"))


def _morris(data: Data) -> Found:
    effects = _designs.morris(data.read.values, data.whole)
    if effects is None:
        said = "morris needs trajectories: groups of rows, one more than there are columns, each row with one column changed"
        if data.asked:
            raise BadInput(
                "method", "morris", said, got="another sample", allowed=", ".join(m for m in METHODS if m != "morris")
            )
        return Found((), (f"left out: {said}",))
    rows = []
    for name, effect in zip(data.read.names, effects, strict=True):
        known = effect[np.isfinite(effect)]
        if len(known) < 2:
            return Found((), ("too few trajectories are whole for Morris",))
        sizes = np.abs(known)
        drawn = _resamples(len(known), data.seed)[1:] @ sizes / len(known)
        rows.append(
            Morris(
                name, "morris", float(known.mean()), float(sizes.mean()), *_interval(drawn), float(known.std(ddof=1))
            )
        )
    return Found(_strongest(rows, "mu_star"))


def _forest(data: Data) -> Found:
    from sklearn.ensemble import ExtraTreesRegressor
    from sklearn.inspection import permutation_importance
    from sklearn.model_selection import KFold

    few = _few(data)
    x, y = data.values[:, few].T, data.y[few]
    scores, explained = [], []
    for fit, left in KFold(PARTS, shuffle=True, random_state=data.seed).split(x):
        forest = ExtraTreesRegressor(TREES, min_samples_leaf=LEAF, random_state=data.seed, n_jobs=2).fit(x[fit], y[fit])
        # threads add up trees as they end, so that the last digits would differ from call to call
        forest.set_params(n_jobs=1)
        explained.append(forest.score(x[left], y[left]))
        scores.append(
            permutation_importance(forest, x[left], y[left], n_repeats=REPEATS, random_state=data.seed).importances
        )
    every = np.concatenate(scores, axis=1)
    rows = [
        Forest(name, "forest", float(one.mean()), *_interval(one))
        for name, one in zip(data.read.names, every, strict=True)
    ]
    return Found(
        _strongest(rows, "importance"),
        (f"the forest explains {max(float(np.mean(explained)), 0.0):.0%} of the variance in rows left out",),
    )


def _regional(data: Data) -> Found:
    inside = data.fails
    if inside.all() or not inside.any():
        return Found((), ("regional sensitivity needs rows that fail and rows that do not",))
    found = [
        _distance(x, inside, name in data.read.categories) for name, x in zip(data.read.names, data.values, strict=True)
    ]
    order = np.argsort([p for _, p in found])
    holm, worst = np.ones(len(found)), 0.0
    for rank, k in enumerate(order):
        worst = max(worst, min((len(found) - rank) * found[k][1], 1.0))
        holm[k] = worst
    return Found(
        _strongest(
            [Regional(n, "regional", d, float(p)) for n, (d, _), p in zip(data.read.names, found, holm, strict=True)],
            "distance",
        )
    )


def _distance(x: Array, inside: NDArray[np.bool_], unordered: bool) -> tuple[float, float]:
    if x.min() == x.max():
        return 0.0, 1.0
    if unordered:
        counts = np.array([[np.sum((x == level) & part) for level in np.unique(x)] for part in (inside, ~inside)])
        told = chi2_contingency(counts)
        return float(np.sqrt(told.statistic / counts.sum())), float(told.pvalue)
    told = ks_2samp(x[inside], x[~inside])
    return float(told.statistic), float(told.pvalue)


MEASURES: Mapping[Method, Callable[[Data], Found]] = {
    "sobol": _sobol, "delta": _delta, "pawn": _pawn, "morris": _morris, "forest": _forest, "regional": _regional,
}  # fmt: skip
