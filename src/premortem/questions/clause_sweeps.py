"""Clause numbers tried one at a time: the value at which a number breaks or mends an assumption."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.run import draw
from premortem.law.book import Book
from premortem.questions import nearest_break
from premortem.questions._amounts import Amount, Amounts, amounts
from premortem.questions.breaking_points import Place
from premortem.questions.move import moved, standing
from premortem.study.model import FEW
from premortem.text.result import FROM, Result

Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class ShareAt(Result):
    """The share of futures that holds with a clause number at a value."""

    value: float
    holds: float


@dataclass(frozen=True, repr=False)
class ClauseThreshold(Result):
    """A clause number tried alone, in its own unit: the `value` at which it turns the future looked at, where it stands now (`start`),
    where the share of futures that holds crosses a half; None where no multiple tried does.
    """

    param: str
    value: float | None
    start: float = field(metadata=FROM)
    half_at: float | None
    shares: tuple[ShareAt, ...]
    kind: str = field(default="clause", kw_only=True)
    says: str
    sentence: str


def clause_thresholds(place: Place, number: int, policy: str) -> tuple[ClauseThreshold, ...]:
    """For each clause number of the policy's rulebook: the value at which it breaks (or mends) the future looked at,
    and the value at which the share of futures that holds crosses a half; none where no multiple tried does.
    """
    study, book, subject = place.study, place.study.law(policy), place.study.assumptions[number].id
    values = np.concatenate([place.values[:, None], draw(study.priors, "sobol", 0, 0, FEW - 1)], axis=1)
    now = standing(study, policy, values)
    base = now.margins[subject]

    def margins(clause: str, key: str, value: float) -> Array:
        return moved(now, f"l.{clause}.{key}", value).margins[subject]

    return tuple(
        _threshold(
            subject, clause, key, entry, book.number(clause, key), multiples, partial(margins, clause, key), base
        )
        for clause, key, entry, multiples in _tried(amounts(study.case), book)
    )


def _tried(known: Amounts, book: Book) -> Iterator[tuple[str, str, Amount, list[float]]]:
    """Numbers of the book that are in force at some time, with the multiples to try; a share stays within 1."""
    for named, multiples in ((known.amounts, known.multiples.amount), (known.lines, known.multiples.line)):
        for name, entry in named.items():
            clause, _, key = name.rpartition(".")
            if clause in book.by_id and key in book.by_id[clause].numbers and book.by_id[clause].begins:
                most = np.inf if entry.most is None else entry.most / book.number(clause, key)
                yield clause, key, entry, sorted({min(m, most) for m in multiples})


def _threshold(
    subject: str,
    clause: str,
    key: str,
    entry: Amount,
    legal: float,
    multiples: list[float],
    margins: Callable[[float], Array],
    base: Array,
) -> ClauseThreshold:
    @cache
    def effect(multiple: float) -> tuple[float, float]:
        found = base if multiple == 1.0 else margins(legal * multiple)
        return float(found[0]), float((found > 0).mean())

    places = sorted({*multiples, 1.0})
    at = _crossing(places, lambda m: effect(m)[0])
    half = _crossing(places, lambda m: effect(m)[1] - 0.5)
    tried = [(m, *effect(m)) for m in places]
    return ClauseThreshold(
        param=f"{clause}.{key}",
        value=None if at is None else at * legal,
        start=legal,
        half_at=None if half is None else half * legal,
        shares=tuple(ShareAt(m * legal, share) for m, _, share in tried),
        says=entry.says,
        sentence=_sentence(subject, entry, legal, at, half, tried),
    )


def _crossing(places: list[float], value: Callable[[float], float]) -> float | None:
    """The multiple at which a value changes sign, nearest to the number as it stands, by bisection."""
    ends = [(a, b) for a, b in pairwise(places) if np.sign(value(a)) != np.sign(value(b))]
    if not ends:
        return None
    low, high = min(ends, key=lambda pair: abs(np.log((pair[0] + pair[1]) / 2 + 1e-9)))
    return nearest_break.knob_threshold(value, low, high, steps=7)


def _sentence(
    subject: str,
    entry: Amount,
    legal: float,
    at: float | None,
    half: float | None,
    tried: list[tuple[float, float, float]],
) -> str:
    says, now = entry.says, _written(entry, legal)
    if at is not None:
        verb = "breaks" if next(margin for m, margin, _ in tried if m == 1.0) > 0 else "mends"
        return f"{says} {verb} {subject} {'below' if at < 1 else 'above'} {_written(entry, at * legal)} (now {now})"
    if half is not None:
        side = "below" if half < 1 else "above"
        more = tried[0 if half < 1 else -1][2] > 0.5
        return f"{subject} {'holds' if more else 'breaks'} in over half of futures when {says} is {side} {_written(entry, half * legal)} (now {now})"
    low, high = (f"{tried[i][2]:.0%} at {_written(entry, tried[i][0] * legal)}" for i in (0, -1))
    return f"{says} alone decides nothing: {subject} holds in {low} and in {high} (now {now})"


def _written(entry: Amount, value: float) -> str:
    number = value / entry.scale
    shown = f"{number:,.0f}" if 100 <= number < 1e9 else f"{number:.3g}"
    return f"{shown}{'' if entry.unit.startswith('%') else ' '}{entry.unit}"
