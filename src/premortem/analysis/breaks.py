"""How little it takes: nearest breaks, and thresholds of single uncertainties and clause numbers."""

import itertools
from datetime import date
from typing import Any

import jax
import numpy as np

from premortem import facts
from premortem.analysis.margins import SMALL, margins_of
from premortem.analysis.sentences import _unit
from premortem.ensemble.run import draw
from premortem.regime.levers import Levers, levers
from premortem.stress import breaking
from premortem.study import Study


def breaking_points(
    study: Study, place: int, pulled: Levers, top: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Nearest breaks of the central future, and the value of each uncertainty that alone breaks or mends it."""
    priors, a = study.priors, study.assumptions[place]
    free = np.array([row.varies and row.distribution != "categorical" for row in priors.rows], float)

    def margin(z: jax.Array) -> jax.Array:
        outcomes = study.simulate(priors.from_normal_jax(z), pulled)
        return study.scorer.margins(outcomes, study.scorer.thresholds)[a.id]

    # one start a parameter: the same shape as the search along single parameters, so that the model compiles once
    slope = breaking.slope_of(margin)
    points = breaking.search(slope, free, starts=len(free))[:top]
    centre = priors.central[:, 0]
    shown = []
    for point in points:
        z = np.zeros((len(priors.rows), 1))
        for i, score in point.scores.items():
            z[i] = score
        to = priors.from_normal(z)[:, 0]
        by_size = sorted(point.scores, key=lambda i: -abs(point.scores[i]))
        moves = [(priors.rows[i].meaning, _unit(priors.rows[i].unit), float(centre[i]), float(to[i])) for i in by_size]
        shown.append(
            {
                "moves": {priors.names[i]: [float(centre[i]), float(to[i])] for i in by_size},
                "distance": point.distance,
                "margin_before": point.margin_before,
                "margin_after": point.margin_after,
                "story": breaking.story(moves[:4], point.margin_before > 0, a.id),
            }
        )
    scores = breaking.thresholds(slope, free)
    alone = np.nan_to_num(scores)[:, None]
    values = priors.from_normal(alone)[:, 0]
    order = sorted((i for i in range(len(scores)) if not np.isnan(scores[i])), key=lambda i: abs(scores[i]))
    single = [
        {"param": priors.names[i], "value": float(values[i]), "from": float(centre[i]), "score": float(scores[i])}
        for i in order
    ]
    return shown, single


# Clause numbers whose effect on the world is one of degree, with the multiples of them that are tried.
AMOUNTS = (
    ("diffusion.country_allocation", "tpp"),
    ("diffusion.lpp", "tpp_year"),
    ("diffusion.nveu", "ceiling"),
    ("diffusion.uveu", "country_max"),
    ("diffusion.uveu", "outside_max"),
    ("diffusion.uveu", "us_min"),
    ("diffusion.country_raise", "raise_max"),
)


MULTIPLES = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0)


def clause_thresholds(study: Study, place: int, policy: str) -> list[dict[str, Any]]:
    """For each amount in a clause: the value at which the share that holds crosses one half, or none, and the shares
    tried.
    """
    book, values = study.book(policy), draw(study.priors, "sobol", 0, 0, SMALL)
    rows = []
    for clause, key in AMOUNTS:
        if clause not in book.by_id or not book.in_force(clause, date(2026, 6, 1)):
            continue
        legal = book.number(clause, key)

        def share(multiple: float, clause: str = clause, key: str = key, legal: float = legal) -> float:
            changed = levers(book.with_number(clause, key, legal * multiple), facts.read("regions"))
            return float((margins_of(study, values, changed)[place] > 0).mean())

        tried = [(m, share(m)) for m in MULTIPLES]
        crossing = next(((a, b) for a, b in itertools.pairwise(tried) if (a[1] - 0.5) * (b[1] - 0.5) < 0), None)
        at = breaking.knob_threshold(share, crossing[0][0], crossing[1][0], steps=6) if crossing else None
        rows.append(
            {
                "param": f"{clause}.{key}",
                "value": None if at is None else at * legal,
                "from": legal,
                "shares": [{"value": m * legal, "holds": s} for m, s in tried],
            }
        )
    return rows
