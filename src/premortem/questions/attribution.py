"""What each driver and arrestor of an assumption carries, alone (paired) and in company (Shapley); and what is not modelled."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from itertools import permutations as all_orders
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from premortem.case import Levers
from premortem.ensemble.cores import side_by_side
from premortem.ensemble.priors import Prior
from premortem.propositions.assumption import Item
from premortem.questions._paired import LEVEL, Effect, is_known, paired
from premortem.questions.margins import margins_of
from premortem.study import Study
from premortem.study.model import FEW, SMALL
from premortem.text.numbers import change_in_points
from premortem.text.result import OPTIONAL, Result

Array = NDArray[Any]
Kinded = Sequence[tuple[str, Item]]
# Which futures hold when a set of items is taken away, each at its least: item numbers to flags of shape (future,), NaN where a
# future failed.
Holds = Callable[[frozenset[int]], Array]
# Margins of every assumption by what is moved (parameters by the values that they take, and levers at rest), and by the first of the futures
# in which it is.
Moved = dict[tuple[tuple[tuple[str, float | None], ...], int], Array]


# How a future that failed is noted among flags.
FAILED = -1
# An item that moves the share that holds by less than this carries nothing that one could see [share of futures].
LITTLE = 0.015
# Most futures in which items are frozen one at a time, and those of a lot: as many as a call of the model takes, since lots of several items
# are run side by side. An effect is known to `LITTLE` or to this part of itself, and each row says how far. Sets of items are frozen in the
# first `FEW`.
FROZEN, LOT, PART = 2048, SMALL, 0.1
# Chances at which there is least of an item: the ends of a prior.
ENDS = np.array([0.05, 0.95])


class Change(Protocol):
    """How flags change by an item in a lot of futures, (future,)."""

    def __call__(self, item: int, lot: slice) -> Array:
        """NaN where a future failed."""


@dataclass(frozen=True, repr=False)
class Carried(Result):
    """What a driver or arrestor carries: the change of the share that holds [share of futures] by more of it, as it is against the item
    at its least, with its 95% interval; alone, and where it was asked for in company (`shapley`).
    """

    item: str
    kind: str  # driver or arrestor
    effect: float
    low: float
    high: float
    statement: str
    shapley: float | None = field(default=None, metadata=OPTIONAL)
    shapley_low: float | None = field(default=None, metadata=OPTIONAL)
    shapley_high: float | None = field(default=None, metadata=OPTIONAL)
    modelled: bool = True


@dataclass(frozen=True, repr=False)
class NotCarried(Result):
    """A driver or arrestor whose effect the model cannot tell, and why."""

    item: str
    kind: str  # driver or arrestor
    statement: str
    why: str
    effect: None = None
    low: None = None
    high: None = None
    modelled: bool = False


Attribution = tuple[Carried | NotCarried, ...]


def attribution(
    study: Study,
    place: int,
    pulled: Levers,
    values: Array,
    margins: Array,
    seed: int,
    *,
    in_company: bool = True,
    known: Moved | None = None,
) -> Attribution:
    """Effect of each driver and arrestor on the share that holds, largest first; unmodelled ones are listed so.

    `values` and `margins` are futures of this policy, at least `FROZEN` of them. `effect` is the share that holds with
    the item as it is less the share with it at its least, in the same futures, lot by lot until it is known; `shapley` the same averaged over
    the company of the other items. Which way is less an item itself declares, so that a model may have it the other way than the text does. `known` holds
    margins of these futures once something was taken away: assumptions that share an item share them.
    """
    finite = np.isfinite(margins)
    if not finite.any():
        items = [(kind, item) for kind, item in study.assumptions[place].items if kind != "watch"]
        return tuple(_unmodelled(kind, item, "every future failed: the margin is no number") for kind, item in items)
    if not finite.all():  # others than those of another assumption
        values, margins, known = values[:, finite], margins[finite], None
    items = [(kind, item) for kind, item in study.assumptions[place].items if kind != "watch"]
    acting = [(kind, item) for kind, item in items if item.modelled and item.directed]
    rows: list[Carried | NotCarried] = [_unmodelled(kind, item) for kind, item in items if (kind, item) not in acting]
    told = {} if known is None else known

    def change(item: int, lot: slice) -> Array:
        moved = holder(study, place, pulled, values[:, lot], acting, told, lot.start)
        return np.asarray((margins[lot] > 0) - moved(frozenset({item})))

    each = effects_alone(change, len(acting), len(margins[:FROZEN]))
    few = holder(study, place, pulled, values[:, :FEW], acting)
    shared = shapley(few, len(acting), seed=seed) if in_company and acting else [None] * len(acting)
    for (kind, item), alone, company in zip(acting, each, shared, strict=True):
        together = (company.effect, company.low, company.high) if company else ()
        rows.append(Carried(item.id, kind, alone.effect, alone.low, alone.high, item.statement, *together))
    return tuple(sorted(rows, key=lambda r: -abs(r.effect or 0.0)))


def effects_alone(change: Change, items: int, futures: int) -> list[Effect]:
    """Mean change of flags by each of so many items, over lots of futures until it is known, or all are used."""
    found, left = [np.empty(0)] * items, [*range(items)]
    for start in range(0, futures, LOT):
        lot = slice(start, min(start + LOT, futures))
        for i, more in zip(left, side_by_side(partial(change, lot=lot), left), strict=True):
            found[i] = np.concatenate([found[i], more])
        left = [i for i in left if not is_known(found[i], LITTLE, PART)]
    return [paired(changes) for changes in found]


def disagreements(rows: Attribution, items: Kinded) -> tuple[str, ...]:
    """Where the model disagrees with the document behind the case, a sentence an item: a driver by more of which fewer futures hold, an
    arrestor by more of which more do, and what hardly moves the share that holds; with why, where the item says so. And what items to watch say that the model has otherwise.
    """
    reasons = {item.id: item.disagrees for _, item in items}
    told = []
    for row in rows:
        said = [against(row) if isinstance(row, Carried) else "", reasons.get(row.item, "")]
        if any(said):
            told.append(". ".join([row.statement, *filter(None, said)]))
    told += [f"{item.statement}. {item.disagrees}" for kind, item in items if kind == "watch" and item.disagrees]
    return tuple(told)


def contrary(rows: Attribution) -> tuple[Carried, ...]:
    """Items that move the share that holds the other way than the document behind the case has it, by what one could see; the largest
    first.
    """
    return tuple(r for r in rows if isinstance(r, Carried) and abs(r.effect) >= LITTLE and against(r))


def against(row: Carried) -> str:
    """In what an item moves the share that holds otherwise than the text has it; empty where it does not."""
    moved = change_in_points(row.effect)
    if abs(row.effect) < LITTLE:
        return f"As {_a(row.kind)} it moves the share that holds by {moved} points, too little to count (under {100 * LITTLE:g})"
    if (row.effect > 0) == (row.kind == "driver"):
        return ""
    meant = "raise" if row.kind == "driver" else "lower"
    return (
        f"As {_a(row.kind)} it is meant to {meant} the share that holds; here more of it moves that by {moved} points"
    )


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _unmodelled(kind: str, item: Item, why: str = "") -> NotCarried:
    bound = bool(item.parameters or item.levers)
    undeclared = item.untold or "says of nothing that it is bound to which way it goes (raises, lowers)"
    said = why or item.why or (undeclared if bound else "bound to facts only, to no parameter or lever of the model")
    return NotCarried(item.id, kind, item.statement, said)


def holder(
    study: Study, place: int, pulled: Levers, values: Array, items: Kinded, known: Moved | None = None, first: int = 0
) -> Holds:
    """Which futures hold (NaN where one fails) when items are taken away: parameters at the end of their prior where there is least of
    the item, by its own `raises` and `lowers`; levers at rest, or as the policy has them where it lowers them. What is `known` of these
    futures, by the number of the `first`, is not run again.
    """
    told = {} if known is None else known

    def without(moves: Mapping[str, float | None]) -> Array:
        moved, changed = values.copy(), {}
        for name, value in moves.items():
            if value is None:
                changed[name] = np.full_like(getattr(pulled, name), study.case.world.AT_REST.get(name, 0.0))
            else:
                moved[study.priors.names.index(name)] = value
        return margins_of(study, moved, pulled._replace(**changed))

    def holds(frozen: frozenset[int]) -> Array:
        moves: dict[str, float | None] = {}
        for i in sorted(frozen):
            _, item = items[i]
            for name in item.directed:
                is_prior = name in study.priors.names
                moves[name] = least(study.priors[name], raised=name in item.raises) if is_prior else None
        key = tuple(sorted(moves.items(), key=lambda move: move[0])), first
        if key not in told:
            told[key] = without(moves)
        margins = told[key][place]
        return np.where(np.isfinite(margins), margins > 0, np.nan)

    return holds


def least(row: Prior, *, raised: bool) -> float:
    """End of a prior at which there is least of an item that raises or lowers it; the one value of a prior without width."""
    low, high = row.quantile(ENDS) if row.varies else (row.low, row.low)
    return float(low if raised else high)


def shapley(holds: Holds, items: int, permutations: int = 8, seed: int = 0) -> list[Effect]:
    """Shapley value of each item (a group of parameters and levers) for the share that holds (Shapley 1953).

    By antithetic permutations over the same futures, or by all of them where that asks for no more sets; effects add up to the share
    as it is less the share with all items at their least. The 95% intervals count both the futures and the permutations drawn: t intervals
    with the degrees of freedom of Satterthwaite 1946, since few permutations tell little of their own spread.
    """
    rng = np.random.default_rng(seed)
    known: dict[frozenset[int], Array] = {}

    def flags(frozen: frozenset[int]) -> Array:
        if frozen not in known:
            held = np.asarray(holds(frozen), float)
            known[frozen] = np.where(np.isnan(held), FAILED, held).astype(np.int8)
        return known[frozen]

    every = 2**items <= permutations * (items - 1) + 2
    pairs = _halves(items) if every else [rng.permutation(items) for _ in range(max(permutations // 2, 1))]
    table = np.array([(_walk(flags, order) + _walk(flags, order[::-1])) / 2 for order in pairs])  # (pair, item, future)
    table = table[:, :, np.all([held != FAILED for held in known.values()], axis=0)]
    by_future, by_pair = table.mean(0), table.mean(2)
    n, p = by_future.shape[1], len(pairs)
    spread = [(by_future.var(1, ddof=1) / n, n - 1)]
    if not every:
        # a single pair tells nothing of how pairs differ: then no interval is sure
        spread.append((by_pair.var(0, ddof=1) / p, p - 1) if p > 1 else (np.full(items, np.inf), 1))
    return [_effect(float(m), [(float(v[i]), d) for v, d in spread]) for i, m in enumerate(by_future.mean(1))]


def _halves(items: int) -> list[Array]:
    """All orders, one of each with its reverse."""
    return [np.array(order) for order in all_orders(range(items)) if order[0] <= order[-1]]


def _effect(mean: float, parts: list[tuple[float, int]]) -> Effect:
    """A mean with the t interval of a sum of variances, each with its degrees of freedom."""
    variance = sum(v for v, _ in parts)
    if not 0 < variance < np.inf:
        return Effect(mean, mean - variance, mean + variance)
    degrees = variance**2 / sum(v**2 / d for v, d in parts)
    half = float(stdtrit(degrees, (1 + LEVEL) / 2) * np.sqrt(variance))
    return Effect(mean, mean - half, mean + half)


def _walk(flags: Callable[[frozenset[int]], Array], order: Array) -> Array:
    """What each item adds in each future when items are frozen one after another, (item, future)."""
    sets = [frozenset(int(i) for i in order[:k]) for k in range(len(order) + 1)]
    rows = {int(i): flags(a).astype(float) - flags(b) for i, (a, b) in zip(order, pairwise(sets), strict=True)}
    return np.array([rows[i] for i in range(len(order))])
