"""What a single thing changes that a view moves, or might: whoever moves something himself goes first."""

from collections.abc import Iterable

import numpy as np

from premortem.app.live_model import Live
from premortem.app.view_state import State
from premortem.questions.move import Standing
from premortem.questions.single_changes import Change, single_changes


def changes(live: Live, at: Standing, of: Iterable[str]) -> list[Change]:
    """What a standard step of each thing changes, one after the other; between two of them those who wait for an answer go first."""
    found: list[Change] = []
    for key in of:
        live.turns.give_way()
        found += single_changes(at, [key])
    return found


def moves_world(live: Live, state: State, name: str) -> bool:
    """Whether a changed clause number or day changes anything that the simulated world reads."""
    numbers = tuple(pair for pair in state.levers if pair[0] != name)
    days = tuple(pair for pair in state.days if pair[0] != name)
    without = State(state.policy, levers=numbers, days=days, known_by=state.law[-1])
    pairs = zip(live.pulled(state), live.pulled(without), strict=True)
    return not all(np.array_equal(a, b) for a, b in pairs)
