"""What a standard nudge of each lever does to each share: simulated wherever the simulated world reads the lever at all."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from premortem.app import clause_dates, perturbations
from premortem.app.live_model import Live
from premortem.app.perturbations import Nudge
from premortem.app.view_state import FUTURES, STRENGTH, State
from premortem.errors import BadInput
from premortem.law.book import Book


def effects(live: Live, view: State, group: str = "") -> list[dict[str, Any]]:
    """For each lever its key, the move in words, whether the world reads it, and the change of each assumption's share.

    `group` is an instrument, or `strength`; all levers without one. Raises `BadInput` for an unknown group.
    """
    view = replace(view, n=FUTURES)
    book, values = live.book(view), live.values(view)
    before, pulled = live.score(values, view), live.pulled(view)
    ids = [a.id for a in live.study.assumptions]
    rows = []
    for nudge in _nudges(book, view, group):
        there = live.study.case.world.levers(live.book(nudge.there))
        read = not all(np.array_equal(a, b) for a, b in zip(pulled, there, strict=True))
        after = live.score(values, nudge.there) if read else before
        changes = {k: float((after[k] > 0).mean() - (before[k] > 0).mean()) for k in ids}
        rows.append({"key": nudge.key, "move": nudge.move, "read": read, "changes": changes})
    return rows


def _nudges(book: Book, view: State, group: str) -> Iterator[Nudge]:
    known = [STRENGTH, *dict.fromkeys(c.instrument for c in book.clauses)]
    if group and group not in known:
        raise BadInput("address", "of", "no such group of levers", got=group[:60], allowed=", ".join(known))
    for name in known if not group else [group]:
        yield from _of_strengths(book, view) if name == STRENGTH else _of_instrument(book, view, name)


def _of_strengths(book: Book, view: State) -> Iterator[Nudge]:
    return (perturbations.of_strength(book, view, name) for name in book.vocabulary.instruments)


def _of_instrument(book: Book, view: State, name: str) -> Iterator[Nudge]:
    yield perturbations.of_days(book, view, name)
    for clause in clause_dates.of(book, name):
        yield from (perturbations.of_number(book, view, clause.id, key) for key in clause.numbers)
        yield perturbations.of_days(book, view, clause.id)
