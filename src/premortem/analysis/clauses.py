"""Which clause numbers are likely to be heavily edited, and how that ranking did."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem import facts
from premortem.analysis.margins import margins_of
from premortem.ensemble.run import draw
from premortem.regime.levers import levers
from premortem.stress import edits
from premortem.study import Study

Array = NDArray[Any]
# Futures in which clauses are priced.
PRICED = 1024

KNOWN = date(2025, 2, 26)


def heavy_edits(study: Study, policy: str = "as-written", as_of: date = KNOWN) -> dict[str, Any]:
    """Which clause numbers are likely to be heavily edited, and how that ranking did: the keys of `premortem edits
    --json`.
    """
    book, values = study.book(policy), draw(study.priors, "sobol", 0, 0, PRICED)
    families = {r["clause"]: r["family"] for r in facts.read("clause_edits").to_dicts()}
    numbers = [
        (r["clause"], r["parameter"]) for r in facts.read("clause_edits").to_dicts() if r["clause"] in book.by_id
    ]

    @cache
    def margins(clause: str, key: str, factor: float) -> Array:
        changed = book.with_number(clause, key, book.number(clause, key) * factor)
        return np.tanh(margins_of(study, values, levers(changed, facts.read("regions"))))

    prices, halves, binds = edits.shadow_prices(numbers, margins)
    ranked = edits.rank(numbers, prices, binds, families, as_of)
    ids = [a.id for a in study.assumptions]
    rows = [
        {
            "clause": r["clause"],
            "parameter": r["parameter"],
            "shadow_price": dict(zip(ids, prices[r["row"]].tolist(), strict=True)),
            "shadow_price_half_step": dict(zip(ids, halves[r["row"]].tolist(), strict=True)),
            "binds": r["binds"],
            "pressure": r["pressure"],
            "index": r["index"],
            "rank": r["rank"],
            "citation": book.by_id[r["clause"]].citation,
        }
        for r in ranked.to_dicts()
    ]
    published = {c.id: c.published for c in book.clauses}
    return {
        "policy": policy,
        "as_of": str(as_of),
        "clauses": rows,
        "hindcast": edits.score(ranked, published, {c.id: c.says for c in book.clauses}),
    }
