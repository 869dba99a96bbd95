"""Move one thing and see: what a standard step of each changes, what the strongest are, and the shares along a whole range (`move`)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.questions._amounts import amounts
from premortem.questions.move import (
    ENDS,
    STRENGTH,
    YEARS,
    Standing,
    levers_of,
    moved,
    reach,
    share_of,
    standing,
    title,
)
from premortem.questions.sensitivity import goes_with
from premortem.study import Study
from premortem.text.result import Rows, Shown

Array = NDArray[Any]
# A standard change: a tenth of a clause number, of a strength's range, of the chances of an uncertainty.
TENTH = 0.1
# Values of a curve.
TRIED = 13
# Uncertainties that are tried where no key is named: those whose ranks go most with a margin.
STRONGEST = 8


@dataclass(frozen=True, repr=False)
class Change(Shown):
    """A thing moved by a standard step: the move in words, whether the world reads the thing, the change of each share that holds."""

    key: str
    title: str
    unit: str
    move: str
    read: bool
    changes: Mapping[str, float]

    @property
    def most(self) -> str:
        """The assumption whose share it changes most."""
        return max(self.changes, key=lambda k: abs(self.changes[k]))


@dataclass(frozen=True, repr=False)
class Curve(Shown):
    """The share of futures in which each assumption holds against the value of one thing, and where the thing stands."""

    key: str
    unit: str
    now: float
    values: tuple[float, ...]
    holds: Mapping[str, tuple[float, ...]]

    def crosses(self, assumption: str) -> float | None:
        """Value at which a share crosses one half, by straight lines; None where it does not."""
        x, share = np.asarray(self.values), np.asarray(self.holds[assumption])
        above = share > 0.5
        at = np.flatnonzero(above[1:] != above[:-1])
        if not len(at):
            return None
        i = int(at[0])
        part = (0.5 - share[i]) / (share[i + 1] - share[i])
        return float(x[i] + part * (x[i + 1] - x[i]))


def strongest(at: Standing) -> list[str]:
    """Keys of what may move the shares most: amounts that bind at some time, strengths, and the uncertainties whose ranks go most with
    a margin.
    """
    named = [name.rpartition(".") for name in amounts(at.study.case).amounts]
    held = at.book.by_id
    numbers = [f"l.{clause}.{number}" for clause, _, number in named if clause in held and held[clause].begins]
    rows = at.study.priors.rows
    free = [i for i, row in enumerate(rows) if row.varies and np.ptp(at.values[i]) > 0]
    strength = np.abs([correlation for _, correlation in goes_with(at.values[free], at.margins)])
    beliefs = [f"p.{rows[free[i]].name}" for i in np.argsort(-strength)[:STRONGEST]]
    return [*numbers, *(key for key in levers_of(at, STRENGTH) if not _off(at, key)), *beliefs]


def _off(at: Standing, key: str) -> bool:
    """Whether an instrument is not there: to bring it in is another policy, which no step of another thing compares with."""
    held = at.book.vocabulary.instruments[key.rpartition(".")[2]]
    return held.off is not None and reach(at, key)[0] == held.off


def single_changes(at: Standing | Study, of: Iterable[str] | None = None) -> tuple[Change, ...]:
    """What a standard step of each thing changes: a tenth of a clause number or of a strength's range, ten percentiles of an
    uncertainty, a year of a day. By default of the strongest, largest change first; of a study under its first policy.
    """
    at = at if isinstance(at, Standing) else standing(at)
    if of is None:
        return Rows(largest_first(_change(at, key) for key in strongest(at)))
    return Rows(_change(at, key) for key in of)


def largest_first(changes: Iterable[Change]) -> list[Change]:
    """Changes by the largest of a share that each brings."""
    return sorted(changes, key=lambda c: -abs(c.changes[c.most]))


def _change(at: Standing, key: str) -> Change:
    to, move = _step(at, key)
    there = moved(at, key, to)
    changes = {k: there.holds[k] - share for k, share in at.holds.items()}
    return Change(key, title(at, key), reach(at, key)[3], move, there.chunks is not at.chunks, changes)


def _step(at: Standing, key: str) -> tuple[Any, str]:
    """Where a standard step leads, and the step in words."""
    if key.startswith("d."):
        return YEARS, "a year later"
    now, low, high, unit = reach(at, key)
    if key.startswith("p."):
        i = at.study.priors.names.index(key[2:])
        row, chances = at.study.priors.rows[i], at.study.priors.cdf(at.values)[i]
        there = row.quantile(np.clip(chances + TENTH, 1e-6, 1 - 1e-6))
        return np.clip(there, *row.quantile(np.array(ENDS))), "ten percentiles up"
    if key.startswith(f"l.{STRENGTH}."):
        step = TENTH * (high - low)
        return (now + step, "a tenth stronger") if now + step <= high else (now - step, "a tenth weaker")
    return min(now * (1 + TENTH), high if unit == "share" else np.inf), "10% more"


def curve(at: Standing | Study, key: str, tried: Sequence[float] | None = None) -> Curve:
    """Shares that hold against the value of one thing, between its ends or at the values given. Raises `BadInput` for an unknown key."""
    at = at if isinstance(at, Standing) else standing(at)
    now, low, high, unit = reach(at, key)
    values = [float(x) for x in (np.linspace(low, high, TRIED) if tried is None else tried)]
    shares = _along(at, key[2:], values) if key.startswith("t.") else [moved(at, key, x).holds for x in values]
    return Curve(key, unit, now, tuple(values), {k: tuple(s[k] for s in shares) for k in at.holds})


def _along(at: Standing, threshold: str, values: Sequence[float]) -> list[dict[str, float]]:
    """Shares that hold at each value of a threshold, which simulates nothing: all values are scored in one go."""
    parts = [at.study.compiled.rescored_along(chunk, at.thresholds, threshold, values) for chunk in at.chunks]
    margins = {a.id: np.concatenate([part[a.id] for part in parts], axis=1) for a in at.study.assumptions}
    return [share_of({k: m[i] for k, m in margins.items()}, at.book.name) for i in range(len(values))]
