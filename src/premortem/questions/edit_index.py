"""Heavy edits: which clause numbers carry most, bind most and are pressed most; and what became of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import spearmanr

Array = NDArray[Any]
# A shadow price is for a change of this share.
CHANGE = 0.10
# A number binds in a future whose margins move by more than this.
MOVES = 1e-3
# Degree of editing above which a number counts as edited, and how many of the first are looked at.
EDITED, TOP = 0.5, 5


def agree(prices: Array, differences: Array) -> bool:
    """Whether gradient and finite difference tell the same price, to a tenth or to 0.0002 of the margin."""
    return bool(np.allclose(prices, differences, rtol=0.1, atol=2e-4))


def rank(
    numbers: Sequence[tuple[str, str]],
    prices: Array,
    binds: Array,
    families: Mapping[str, str],
    pressed: Mapping[str, float],
) -> pl.DataFrame:
    """The ranked table: clause, parameter, largest shadow price in size, binds, pressure, index, rank.

    Index = size of the shadow price over the largest of all, times how often it binds, times pressure over the largest.
    """
    push = np.array([pressed.get(families.get(clause, ""), 0.0) for clause, _ in numbers])
    size = np.abs(prices).max(1)
    index = _relative(size) * binds * _relative(push)
    frame = pl.DataFrame(
        {
            "clause": [c for c, _ in numbers],
            "parameter": [k for _, k in numbers],
            "size": size,
            "binds": binds,
            "pressure": push,
            "index": index,
            "row": np.arange(len(numbers)),
        }
    )
    return frame.sort(["index", "size", "pressure"], descending=True).with_row_index("rank", offset=1)


def _relative(values: Array) -> Array:
    return values / values.max() if values.max() > 0 else values


def score(
    ranked: pl.DataFrame, published: Mapping[str, date], texts: Mapping[str, str], edits: pl.DataFrame
) -> dict[str, Any]:
    """The ranking against what became of each number: rank correlation and hits among the first five, beside naive
    rankings.
    """
    truth = {(r["clause"], r["parameter"]): r["edited"] for r in edits.to_dicts()}
    known = ranked.filter([(c, k) in truth for c, k in ranked.select("clause", "parameter").rows()])
    happened = np.array([truth[row] for row in known.select("clause", "parameter").rows()])
    clauses = known["clause"].to_list()
    orders = {
        "index": -known["rank"].to_numpy().astype(float),
        "age (newest first)": np.array([published[c].toordinal() for c in clauses], float),
        "length (longest first)": np.array([len(texts[c]) for c in clauses], float),
        "alphabetical": -np.argsort(np.argsort(clauses)).astype(float),
        "stakeholder pressure alone": known["pressure"].to_numpy(),
    }
    scored = {
        name: {"rank_correlation": _correlation(order, happened), "top5_hits": _hits(order, happened > EDITED)}
        for name, order in orders.items()
    }
    ours = scored.pop("index")
    edited = happened > EDITED
    acts = {r["date"] for r in edits.to_dicts() if r["edited"] > EDITED}
    return {
        **ours,
        "acts": len(acts),
        "scored": len(happened),
        "edited": int(edited.sum()),
        "chance_top5_hits": float(TOP * edited.mean()),
        "baselines": scored,
        "verdict": _verdict(ours, scored),
    }


def _verdict(ours: dict[str, float], naive: dict[str, dict[str, float]]) -> str:
    """Which naive rankings the index beat by each measure, in words, flattering or not."""
    said = []
    for measure, name in (("rank_correlation", "rank correlation"), ("top5_hits", "hits among the first five")):
        better = [f"'{other}'" for other, one in naive.items() if one[measure] >= ours[measure]]
        verdict = f"did no better than {' and '.join(better)}" if better else "beat every naive ranking"
        said.append(f"by {name} the index {verdict}")
    return "; ".join(said)


def _correlation(order: Array, happened: Array) -> float:
    if len(set(order.tolist())) < 2 or len(set(happened.tolist())) < 2:
        return 0.0
    return float(spearmanr(order, happened).statistic)


def _hits(order: Array, edited: NDArray[np.bool_]) -> float:
    """How many of the first five were edited; where places are tied, what a fair draw among the tied would give."""
    last = np.sort(order)[::-1][TOP - 1]
    sure, tied = order > last, order == last
    hits = float(edited[sure].sum() + edited[tied].mean() * (TOP - sure.sum()))
    return int(hits) if hits.is_integer() else round(hits, 1)
