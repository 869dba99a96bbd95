"""The ranking of clause numbers scored by acts: numbers that one act edited are one observation, and so are those of a clause that none did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from premortem.facts.tables import Row
from premortem.text.numbers import count_noun
from premortem.text.result import Result


@dataclass(frozen=True, repr=False)
class Act(Result):
    """An act that edited clause numbers: how many, how heavily (0 to 1), and where the ranking has them: the mean place (0 the first, 1 the
    last; a draw by lot has one half).
    """

    date: str
    what: str
    numbers: int
    edited: float
    place: float


@dataclass(frozen=True, repr=False)
class ByAct(Result):
    """The ranking by independent units: acts, and clauses that no act touched; rank correlation between mean place and degree of editing,
    None for fewer than three acts, of which it says nothing.
    """

    acts: tuple[Act, ...]
    untouched: int
    rank_correlation: float | None
    verdict: str


# Fewest acts of which a rank correlation says anything.
FEWEST = 3


def after(edits: pl.DataFrame, day: date) -> pl.DataFrame:
    """What became of the numbers that nobody had edited by a day: of the others nothing was left to foretell."""
    return edits.filter((pl.col("edited") <= 0) | pl.col("date").is_null() | (pl.col("date") > day))


def by_act(ranked: Iterable[tuple[str, str]], edits: Iterable[Row]) -> ByAct:
    """Scores of a ranking by acts: `ranked` are clause and parameter from the first to the last, `edits` rows of what became of each."""
    order = [*ranked]
    places = {key: i / max(len(order) - 1, 1) for i, key in enumerate(order)}
    units: dict[tuple[str, str], list[tuple[float, float]]] = {}
    touched: dict[tuple[str, str], bool] = {}
    for row in edits:
        key = (row["clause"], row["parameter"])
        if key in places:
            unit = (str(row["date"]), row["what"]) if row["edited"] > 0 else ("", row["clause"])
            units.setdefault(unit, []).append((places[key], row["edited"]))
            touched[unit] = row["edited"] > 0
    means = {unit: np.mean(held, axis=0) for unit, held in units.items()}
    acts = tuple(
        Act(day, what, len(units[day, what]), float(means[day, what][1]), float(means[day, what][0]))
        for day, what in sorted(units)
        if touched[day, what]
    )
    found = None
    if len(acts) >= FEWEST and len(units) > len(acts):
        middle = np.array([*means.values()])
        from scipy.stats import spearmanr  # late: it takes half a second to load

        found = float(spearmanr(-middle[:, 0], middle[:, 1]).statistic)
        found = None if np.isnan(found) else found
    return ByAct(acts, len(units) - len(acts), found, _verdict(acts, found))


def _verdict(acts: tuple[Act, ...], found: float | None) -> str:
    count = count_noun(len(acts), "act")
    if found is None:
        return f"Edited by {count}: too few for a score of the ranking."
    early = sum(act.place < 0.5 for act in acts)
    return f"Edited by {count}, of which the ranking has {early} in its first half; rank correlation by acts {found:+.2f}, of so few units little more than chance."
