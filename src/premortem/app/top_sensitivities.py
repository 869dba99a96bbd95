"""What moves the board most: each clause number, strength and belief moved by a tenth, simulated, and set side by side."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from premortem.app import perturbations
from premortem.app.live_model import Live
from premortem.app.perturbations import TENTH
from premortem.app.view_state import FUTURES, State, ends
from premortem.questions.clause_sweeps import amounts
from premortem.questions.sensitivity import rank_correlation

# Beliefs that are simulated, of which the strongest are shown; and how many of each kind are shown.
TRIED, SHOWN = 8, 5


def movers(live: Live, state: State) -> list[dict[str, Any]]:
    """Levers and beliefs by the largest change of a share that a tenth brings, five of each; changes are shares."""
    state = replace(state, n=FUTURES)
    before = _holds(live, state)
    found = [*_levers(live, state, before), *_beliefs(live, state, before)]
    ranked = sorted(found, key=lambda row: -abs(row["change"]))
    return [row for kind in ("lever", "belief") for row in [r for r in ranked if r["kind"] == kind][:SHOWN]]


def _holds(live: Live, state: State) -> dict[str, Any]:
    margins = live.margins(state)
    return {a.id: margins[f"margin.{a.id}"] > 0 for a in live.study.assumptions}


def _row(
    key: str, kind: str, title: str, unit: str, move: str, before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    changes = {k: float(after[k].mean() - before[k].mean()) for k in before}
    most = max(changes, key=lambda k: abs(changes[k]))
    return {
        "key": key,
        "kind": kind,
        "title": title,
        "unit": unit,
        "move": move,
        "changes": changes,
        "assumption": most,
        "change": changes[most],
    }


def _levers(live: Live, state: State, before: dict[str, Any]) -> list[dict[str, Any]]:
    book, values = live.book(state), live.values(state)
    # clause numbers of degree, so that a tenth of them is a step in the simulated world
    numbers = [name.rpartition(".") for name in amounts(live.study.case)["amounts"]]
    binding = live.study.case.settings.binding
    moves = [perturbations.of_number(book, state, c, key) for c, _, key in numbers if book.in_force(c, binding)]
    moves += [perturbations.of_strength(book, state, name) for name in book.vocabulary.instruments]
    rows = []
    for n in moves:
        margins = live.score(values, n.there)
        rows.append(_row(n.key, "lever", n.title, n.unit, n.move, before, {k: margins[k] > 0 for k in before}))
    return rows


def _beliefs(live: Live, state: State, before: dict[str, Any]) -> list[dict[str, Any]]:
    priors, values = live.study.priors, live.values(state)
    free = [i for i, row in enumerate(priors.rows) if row.varies and np.ptp(values[i]) > 0]
    rows = []
    for i in _strongest(
        values[free], free, [m for k, m in live.margins(state).items() if k.removeprefix("margin.") in before]
    ):
        row = priors.rows[i]
        chances = priors.cdf(values)[i]
        moved = values.copy()
        moved[i] = np.clip(row.quantile(np.clip(chances + TENTH, 1e-6, 1 - 1e-6)), *ends(live.study, row.name))
        margins = live.score(moved, state)
        after = {k: margins[k] > 0 for k in before}
        rows.append(_row(f"p.{row.name}", "belief", row.meaning, row.unit, "ten percentiles up", before, after))
    return rows


def _strongest(values: Any, names: Sequence[int], margins: list[Any]) -> list[int]:
    """Uncertainties whose ranks go most with the rank of any margin."""
    strength = np.max([np.abs(rank_correlation(values, m[: values.shape[1]])) for m in margins], axis=0)
    return [names[i] for i in np.argsort(-strength)[:TRIED]]
