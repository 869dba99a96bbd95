"""What would it take: the share of futures in which an assumption holds, against one uncertainty or clause number."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from premortem.app import controls, perturbations
from premortem.app.live_model import Live
from premortem.app.view_state import FUTURES, State, belief, ends, lever
from premortem.errors import BadInput

# Values that are tried, each with all futures simulated anew.
TRIED = 13


def choices(live: Live, state: State) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be tried, by kind: keys of the address with their words."""
    book, priors = live.book(state), live.study.priors.rows
    strengths = [(row["control"].key, row["control"].label) for row in controls.strengths(book, state)]
    numbers = [
        (c.key, f"{row['clause'].id}: {c.label}")
        for group in controls.instruments(book, state) for row in group["clauses"] if row["binds"] for c in row["controls"]
    ]  # fmt: skip
    beliefs = sorted(
        (f"p.{row.name}", row.meaning) for row in priors if row.varies and row.distribution != "categorical"
    )
    return [("Uncertainties", beliefs), ("Strengths", strengths), ("Clause numbers in force in mid-2026", numbers)]


def curve(live: Live, state: State, assumption: str, key: str) -> dict[str, Any]:
    """Rows of value and share that holds, where the view stands now, and the unit. Raises `BadInput` for an unknown key."""
    kind, _, name = key.partition(".")
    state = replace(state, n=FUTURES)
    try:
        now, low, high, unit = (_belief if kind == "p" else _lever)(live, state, name)
    except (ValueError, BadInput) as error:
        raise BadInput("address", "of", str(error), got=key[:60], allowed="a key of the list") from error
    tried = np.linspace(low, high, TRIED)
    rows = [
        {"value": float(x), "holds": _holds(live, there, assumption)} for x, there in _views(state, kind, name, tried)
    ]
    return {"rows": rows, "now": now, "unit": unit, "key": key}


def _belief(live: Live, state: State, name: str) -> tuple[float, float, float, str]:
    """Median of what is believed, ends of the prior, unit."""
    low, high = ends(live.study, name) if name in live.study.priors.names else belief("", name, live.study)
    now = float(np.median(live.values(state)[live.study.priors.names.index(name)]))
    return now, low, high, live.study.priors[name].unit


def _lever(live: Live, state: State, name: str) -> tuple[float, float, float, str]:
    """Value under the view, ends of its slider, unit."""
    book = live.study.book(state.policy)
    lever("0", name, book)
    clause, _, key = name.rpartition(".")
    c = (
        controls.strength(book, key, state)
        if clause == "strength"
        else controls.clause_number(book, clause, key, state)
    )
    return c.value, c.low, c.high, c.unit


def _views(state: State, kind: str, name: str, tried: Any) -> Iterator[tuple[float, State]]:
    for x in map(float, tried):
        if kind == "p":
            yield x, replace(state, beliefs=(*(b for b in state.beliefs if b[0] != name), (name, x, x)))
        else:
            yield x, perturbations.with_lever(state, name, x)


def _holds(live: Live, state: State, assumption: str) -> float:
    return float((live.score(live.values(state), state)[assumption] > 0).mean())
