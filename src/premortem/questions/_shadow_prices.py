"""Shadow prices of clause numbers: how the assumptions move when one of them does, and how often it binds."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.law.book import Book
from premortem.questions.margins import margins_of
from premortem.study import Study

Array = NDArray[Any]
# A shadow price is for a change of this share; a gradient is measured over this part of that change, on either side.
CHANGE, PART = 0.10, 0.1
# A number binds in a future whose margins move by more than this.
MOVES = 1e-3


@dataclass(frozen=True)
class Prices:
    """What a rise of 10% of each number does to the expected softened margins (tanh, between -1 and 1), (number, assumption): by the
    gradient at the number as it stands, None where the model has none, and by the finite difference of 10% on either side; and the
    share of futures in which it `binds`, (number,).
    """

    slopes: Array | None
    differences: Array
    binds: Array

    @cached_property
    def smooth(self) -> NDArray[np.bool_]:
        """Numbers within 10% of which no margin jumps or bends, so that the gradient is the price, (number,)."""
        if self.slopes is None:
            return np.zeros(len(self.differences), np.bool_)
        return np.array([agree(*both) for both in zip(self.slopes, self.differences, strict=True)], np.bool_)

    @property
    def prices(self) -> Array:
        """The gradient where the margins are smooth, else the finite difference."""
        slopes = self.differences if self.slopes is None else self.slopes
        return np.where(self.smooth[:, None], slopes, self.differences)


def agree(slopes: Array, differences: Array) -> bool:
    """Whether gradient and finite difference tell the same price, to a tenth or to 0.0002 of the margin."""
    return bool(np.allclose(slopes, differences, rtol=0.1, atol=2e-4))


def shadow_prices(study: Study, policy: str, numbers: Sequence[tuple[str, str]], values: Array) -> Prices:
    """Prices of numbers, each a clause and its key, of a policy's rulebook, in futures (parameter, future) that did not fail."""
    book = study.law(policy)
    found = [_priced(study, values, study.levers(policy), tenth_apart(study, book, *number)) for number in numbers]
    slopes, differences, binds = (np.array(part) for part in zip(*found, strict=True))
    return Prices(slopes if study.compiled.has_gradient else None, differences, binds)


def tenth_apart(study: Study, book: Book, clause: str, key: str) -> tuple[Levers, Levers]:
    """Levers with a number 10% higher, and 10% lower."""
    legal, levers = book.number(clause, key), study.case.world.levers
    up, down = (levers(book.with_number(clause, key, legal * (1 + side * CHANGE))) for side in (1, -1))
    return up, down


def _priced(study: Study, values: Array, now: Levers, moved: tuple[Levers, Levers]) -> tuple[Array, Array, float]:
    """Gradient of a number by assumption, the finite difference that checks it, and how often the number binds."""
    up, down = moved
    if all(np.array_equal(a, b) for a, b in zip(up, down, strict=True)):
        nothing = np.zeros(len(study.assumptions))
        return nothing, nothing, 0.0
    change = _change(study, values, up, down)
    fine = np.isfinite(change).all(0)
    binds = float((2 * np.abs(change[:, fine]).max(0) > MOVES).mean())
    price = change[:, fine].mean(1)
    slope = slopes_along(study, values, now, moved)[:, fine].mean(1) if study.compiled.has_gradient else price
    return slope, price, binds


def slopes_along(study: Study, values: Array, now: Levers, moved: tuple[Levers, Levers]) -> Array:
    """How the softened margins change along the way between two sets of levers as they stand now, for half of that way, (assumption, future).

    By central differences over a tenth of it, by the program that all questions share: where levers stand at a bend, as the best of several
    things that may be had does, a derivative tells the slope of neither side, and this is the mean of both.
    """
    halves = [np.asarray(PART * (a - b) / 2, np.float32) for a, b in zip(*moved, strict=True)]
    up, down = (type(now)(*(a + side * b for a, b in zip(now, halves, strict=True))) for side in (1, -1))
    return _change(study, values, up, down) / PART


def _change(study: Study, values: Array, up: Levers, down: Levers) -> Array:
    """Half of the change of the softened margins from one set of levers to another, (assumption, future)."""
    above, below = (np.tanh(margins_of(study, values, levers).astype(float)) for levers in (up, down))
    return np.asarray((above - below) / 2)
