"""What alone is enough: the one uncertainty that, moved from its centre, breaks or mends an assumption."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.questions._nearest_break import BISECTIONS
from premortem.questions.describe import move
from premortem.questions.margins import margins_of
from premortem.study import Study

Array = NDArray[Any]
# How far an uncertainty is moved, in standard normal scores of its prior: to about 1 in 40 on either side.
REACH = 1.96


def single_changes(study: Study, policy: str) -> dict[str, list[dict[str, Any]]]:
    """By assumption: uncertainties that alone turn its verdict in the central future, the smallest move first.

    Each row has `param`, `meaning`, `unit`, `from`, `to`, `says` (the move in words), `score` (standard normal score of the move)
    and `breaks` (True where the move breaks it, False where it mends it). Bisection on both sides, all assumptions and uncertainties at once.
    """
    priors, pulled = study.priors, study.levers(policy)
    free = [i for i, row in enumerate(priors.rows) if row.varies and row.distribution != "categorical"]
    assumptions = len(study.assumptions)
    owner, moved = np.repeat(np.arange(assumptions), len(free)), np.tile(free, assumptions)
    columns = np.arange(len(owner))

    def verdict(scores: Array) -> Array:
        """1 where it holds, -1 where it breaks, 0 where the future fails."""
        z = np.zeros((len(priors.rows), len(columns)))
        z[moved, columns] = scores
        margins = margins_of(study, priors.from_normal(z), pulled)[owner, columns]
        return np.where(np.isfinite(margins), np.where(margins > 0, 1, -1), 0)

    centre = verdict(np.zeros(len(columns)))
    best = np.full(len(columns), np.nan)
    for side in (-REACH, REACH):
        inside, outside = np.zeros(len(columns)), np.full(len(columns), side)
        turns = verdict(outside) * centre < 0
        for _ in range(BISECTIONS):
            middle = (inside + outside) / 2
            same = verdict(middle) * centre >= 0
            inside, outside = np.where(same, middle, inside), np.where(same, outside, middle)
        best = np.where(turns & ~(np.abs(best) < np.abs(outside)), outside, best)
    return {
        a.id: _rows(study, moved[owner == k], best[owner == k], bool((centre[owner == k] > 0).any()))
        for k, a in enumerate(study.assumptions)
    }


def _rows(study: Study, moved: Array, scores: Array, breaks: bool) -> list[dict[str, Any]]:
    priors = study.priors
    z = np.zeros((len(priors.rows), len(moved)))
    z[moved, np.arange(len(moved))] = np.nan_to_num(scores)
    to, centre = priors.from_normal(z), priors.central[:, 0]
    rows = [
        {
            "param": priors.names[i],
            "meaning": priors.rows[i].meaning,
            "unit": priors.rows[i].unit,
            "from": float(centre[i]),
            "to": float(to[i, k]),
            "says": move(priors.rows[i], float(centre[i]), float(to[i, k])),
            "score": float(scores[k]),
            "breaks": breaks,
        }
        for k, i in enumerate(moved)
        if not np.isnan(scores[k])
    ]
    return sorted(rows, key=lambda r: abs(r["score"]))
