"""Boxes of a table: where its rows fail, as ranges and categories of a few columns, with the whole curve to choose another point from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.ensemble.design import check_seed
from premortem.errors import BadInput, unknown
from premortem.questions import scenario_discovery as discovery
from premortem.questions._chance import PLANTED_MASS, PLANTED_ODDS
from premortem.questions._search import Step
from premortem.questions.tables import verdicts
from premortem.questions.tables._given import Given, Point
from premortem.questions.tables._rotation import rotated
from premortem.questions.tables.frame import Inputs, frame, inputs, numbers, vector, weights_of
from premortem.questions.tables.sentences import OF_TABLES, Words
from premortem.text.numbers import count_noun
from premortem.text.result import Result

Array = NDArray[Any]
Method = Literal["prim", "pca", "constrained"]
# Rows and failures from which a box is sought at all: the test says what so few can tell.
LEAST = discovery.Least(50, 8)
# Limits of a box by constrained PRIM.
COMBINED = 3
MOST_BOXES = 20


@dataclass(frozen=True, repr=False)
class Box(Point):
    """A box that was chosen, measured on the rows that no box before it holds; `found_again` by column the share of random halves of the rows
    that limit it too; in words in `sentence`.
    """

    found_again: Mapping[str, float]
    sentence: str


@dataclass(frozen=True, repr=False)
class Test(Result):
    """The test of 'no structure': `p` how often verdicts dealt out at random give boxes as dense at equal mass; `power` how often it finds a
    box that is `planted`.
    """

    __test__ = False  # no test of pytest
    p: float
    power: float
    planted: str


@dataclass(frozen=True, repr=False)
class Boxes(Result):
    """Where the rows of a table fail: `boxes` best first, or in the `verdict` why there are none; the `trajectory` of the first search, the
    largest box first, of which point `chosen` is the first box; `fails` the share of the rows that fail, of those that are not `failed`, whose
    outcome is missing. `rotation` holds what each axis of PCA-PRIM is made of.
    """

    boxes: tuple[Box, ...]
    trajectory: tuple[Point, ...]
    chosen: int | None
    test: Test | None
    verdict: str
    rows: int
    fails: float | None
    failed: int
    where_failed: tuple[Box, ...]  # the same of rows whose outcome is missing, where they are enough
    rotation: Mapping[str, Mapping[str, float]]
    notes: tuple[str, ...]
    _given: Given

    def without(self, column: str, point: int | None = None) -> Point:
        """A point of the trajectory, by default the chosen one, without the limit of a column. Raises `BadInput` where there is none."""
        step = self._at(point)
        if column not in step.limits:
            raise unknown("without", "no limit of this column", column, list(step.limits))
        return self._given.point({name: limit for name, limit in step.limits.items() if name != column})

    def inside(self, point: int | None = None) -> NDArray[np.bool_]:
        """Which rows of the table lie in a point of the trajectory, by default in the chosen one, (row,)."""
        return self._given.inside(self._at(point).limits)

    def pairs(self, point: int | None = None) -> pl.DataFrame:
        """The columns that a point limits, whether each row fails (null where that is missing), and whether it lies inside: to look at in pairs."""
        return self._given.shown(self._at(point).limits)

    def _at(self, point: int | None) -> Point:
        place = self.chosen if point is None else point
        if place is None or not -len(self.trajectory) <= place < len(self.trajectory):
            raise BadInput("boxes", "point", "no such point", got=place, allowed=f"0 to {len(self.trajectory) - 1}")
        return self.trajectory[place]


def boxes(
    X: Any,
    y: Any = None,
    *,
    fails: str | None = None,
    weights: Any = None,
    nominal: Sequence[str] = (),
    most: int = 3,
    method: Method = "prim",
    seed: int = 0,
) -> Boxes:
    """Boxes of the columns of `X` in which rows fail, by the patient rule induction method.

    `X` is a table, a row a future. A row fails where `y` (one value a row) is true or 1; or say so in `fails`, a test such as "y > 12" of `y`
    under its name and of columns, which then are no inputs. A row whose outcome is missing counts as failed to run, not as failing. Columns
    of texts and `nominal` ones have no order: a box takes a set of their categories. `method` "pca" turns the axes along the failures first
    (Dalal et al. 2013), "constrained" tries every combination of three columns (Kwakkel 2019). Raises `BadInput` for what cannot be read.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).random((1000, 3))
    >>> found = boxes(x, (x[:, 0] > 0.7) & (x[:, 2] < 0.5))
    >>> sorted(found.boxes[0].limits), round(found.boxes[0].density, 1)
    (['x0', 'x2'], 1.0)
    """
    table = frame(X)
    verdict, taken = verdict_of(table, None if y is None else vector(y, table.height, "y"), fails)
    kept = table.drop(taken, strict=False)
    if not kept.width:
        raise BadInput(
            "boxes", "X", "has no column left beside those that say when a row fails", allowed="one input at least"
        )
    return of_inputs(inputs(kept, nominal=nominal), verdict, weights_of(weights, table.height), most, method, seed)


def verdict_of(table: pl.DataFrame, y: pl.Series | None, fails: str | None) -> tuple[Array, set[str]]:
    """Which rows fail, and the columns of the table that say so."""
    if fails is not None:
        among = table if y is None else table.drop(y.name, strict=False).with_columns(y)
        return verdicts.by_expression(fails, among), verdicts.named(fails) & set(table.columns)
    if y is None:
        raise BadInput("boxes", "y", "is missing", allowed="an outcome, or fails=...")
    return verdicts.by_flags(numbers(y, "y", verdict=True), y.name), set()


def of_inputs(
    read: Inputs,
    verdict: Array,
    weights: Array | None,
    most: int = 3,
    method: Method = "prim",
    seed: int = 0,
    words: Words = OF_TABLES,
) -> Boxes:
    """Boxes of columns that were read; `verdict` is 1 where a row fails, 0 where not, NaN where that is missing. `words` are those of its
    sentences.
    """
    check_seed(seed)
    if method not in get_args(Method):
        raise unknown("method", "no such method", str(method), list(get_args(Method)))
    if not 1 <= most <= MOST_BOXES:
        raise BadInput("boxes", "most", "is out of range", got=most, allowed=f"1 to {MOST_BOXES}")
    known, fails = np.isfinite(verdict), verdict == 1
    weight = np.ones(len(verdict)) if weights is None else weights
    rotation: Mapping[str, Mapping[str, float]] = {}
    if method == "pca":
        read, rotation = rotated(read, fails)
    given = _given(read, fails, known, weight)
    found = _found(given, fails, known, most, seed, COMBINED if method == "constrained" else None)
    lost = _found(given, ~known, np.ones(len(known), np.bool_), 1, seed, None) if (~known).any() else None
    planted = f"{PLANTED_MASS:.0%} of the rows by two limits in which the odds of failing are {PLANTED_ODDS:g} times those elsewhere"
    test = Test(found.test.p, found.test.power, planted) if found.test else None
    return Boxes(
        boxes=_boxes(given, found, words),
        trajectory=tuple(_point(given, step) for step in found.curve),
        chosen=found.boxes[0].chosen if found.boxes else None,
        test=test,
        verdict=words.verdict(found.verdict),
        rows=len(verdict),
        fails=found.base_rate,
        failed=int((~known).sum()),
        where_failed=_boxes(given, lost, replace(words, fail="fail", failures="failures")) if lost else (),
        rotation=rotation,
        notes=(*read.notes, *_notes(known)),
        _given=given,
    )


def _given(read: Inputs, fails: NDArray[np.bool_], known: NDArray[np.bool_], weight: Array) -> Given:
    """Columns as ranks: single precision tells those apart, whatever the values."""
    ranked = [np.unique(column, return_inverse=True) for column in read.values]
    return Given(
        read,
        np.stack([places for _, places in ranked]).astype(float),
        tuple(levels for levels, _ in ranked),
        fails,
        known,
        weight,
    )


def _found(given: Given, fails: Any, known: Any, most: int, seed: int, combined: int | None) -> discovery.Discovery:
    return discovery.discover(
        given.ranks[:, known], given.read.names, fails[known], most, given.weight[known], seed,
        nominal=given.read.nominal, combined=combined, least=LEAST,
    )  # fmt: skip


def _point(given: Given, step: Step) -> Point:
    limits = {name: given.limit(name, limit) for name, limit in step.limits.items()}
    return Point(step.coverage, step.density, step.mass, step.restricted, limits, step.p_values, step.significant)


def _boxes(given: Given, found: discovery.Discovery, words: Words) -> tuple[Box, ...]:
    return tuple(_box(given, box, found.boxes[:i], found.base_rate or 0.0, words) for i, box in enumerate(found.boxes))


def _box(given: Given, box: discovery.Box, earlier: Sequence[discovery.Box], base: float, words: Words) -> Box:
    limits = {name: given.limit(name, limit) for name, limit in box.limits.items()}
    sentence = words.sentence(given, box, limits, earlier, base)
    return Box(box.coverage, box.density, box.mass, len(limits), limits, box.p_values, True, box.found_again, sentence)


def _notes(known: NDArray[np.bool_]) -> list[str]:
    missing = int((~known).sum())
    return (
        [
            f"the outcome is missing in {missing:,} of {count_noun(len(known), 'row')}: they count neither as failing nor as not"
        ]
        if missing
        else []
    )
