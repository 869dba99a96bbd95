"""Which clause numbers are likely to be heavily edited, and how that ranking did."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem import facts
from premortem.case import Levers
from premortem.ensemble.run import draw
from premortem.errors import MissingData
from premortem.law.book import Book
from premortem.propositions import positions
from premortem.questions import edit_index
from premortem.questions.margins import check_inputs, derivatives_of, has_gradient, margins_of
from premortem.study import Run, Study

Array = NDArray[Any]
# Futures in which clauses are priced.
PRICED = 1024


def heavy_edits(
    study: Study, policy: str | None = None, as_of: date | None = None, run: Run | None = None
) -> dict[str, Any]:
    """Which clause numbers are likely to be heavily edited, and how that ranking did: the keys of `premortem edits
    --json`.

    A shadow price is the gradient of an assumption's expected softened margin (tanh) along a change of 10%, checked by
    running the model at +10% and -10% (`finite_difference`). Where a chip or node crosses the line within those 10% the
    margin jumps and a gradient says nothing: there the finite difference is the price, as `method` says, and so it is where the model
    has none. Prices are of the softened margin, between -1 and 1, not in the margin's own unit: a future far from a threshold must not
    outweigh those near it (`measure`). Futures that failed are left out, `failed` of them. Priced in the first futures of
    `run`, which must be of the study, or in as many new ones.
    """
    policy, as_of = policy or study.case.settings.baseline, as_of or study.case.settings.day
    if run is not None:
        check_inputs(run)
    values = draw(study.priors, "sobol", 0, 0, PRICED) if run is None else run.parameters(first=PRICED)
    book = study.book(policy)
    fine = np.isfinite(margins_of(study, values, study.levers(policy))).all(0)
    values, failed = values[:, fine], int((~fine).sum())
    if not fine.any():
        raise MissingData(f"{policy}: every future failed, so no clause has a price")
    known = [r for r in facts.read("clause_edits", study.case).to_dicts() if r["clause"] in book.by_id]
    numbers = [(r["clause"], r["parameter"]) for r in known]
    priced = [_priced(study, book, values, study.levers(policy), *number) for number in numbers]
    slopes, differences = np.array([p[0] for p in priced]), np.array([p[1] for p in priced])
    traced = has_gradient(study)
    smooth = np.array([traced and edit_index.agree(a, b) for a, b in zip(slopes, differences, strict=True)])
    otherwise = "finite difference: " + (
        "the margin jumps or bends within 10%" if traced else "the model has no gradient"
    )
    prices, binds = np.where(smooth[:, None], slopes, differences), np.array([p[2] for p in priced])
    ranked = edit_index.rank(
        numbers, prices, binds, {r["clause"]: r["family"] for r in known}, positions.pressure(as_of, study.case)
    )
    ids = [a.id for a in study.assumptions]
    rows = [
        {
            "clause": r["clause"],
            "parameter": r["parameter"],
            "says": book.by_id[r["clause"]].says,
            "shadow_price": dict(zip(ids, prices[r["row"]].tolist(), strict=True)),
            "finite_difference": dict(zip(ids, differences[r["row"]].tolist(), strict=True)),
            "gradient": dict(zip(ids, slopes[r["row"]].tolist(), strict=True)) if traced else None,
            "method": "gradient" if smooth[r["row"]] else otherwise,
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
        "measure": "expected softened margin (tanh of the margin, between -1 and 1)",
        "failed": failed,
        "clauses": rows,
        "hindcast": edit_index.score(
            ranked, published, {c.id: c.says for c in book.clauses}, facts.read("clause_edits", study.case)
        ),
    }


def _priced(study: Study, book: Book, values: Array, now: Levers, clause: str, key: str) -> tuple[Array, Array, float]:
    """Shadow price of a number by assumption, the finite difference that checks it, and how often the number binds."""
    legal, levers = book.number(clause, key), study.case.world.levers
    up, down = (levers(book.with_number(clause, key, legal * (1 + s * edit_index.CHANGE))) for s in (1, -1))
    if all(np.array_equal(a, b) for a, b in zip(up, down, strict=True)):
        nothing = np.zeros(len(study.assumptions))
        return nothing, nothing, 0.0
    halves = [np.asarray((a - b) / 2, np.float32) for a, b in zip(up, down, strict=True)]
    change = now._replace(**dict(zip(now._fields, halves, strict=True)))
    difference = np.tanh(margins_of(study, values, up)) - np.tanh(margins_of(study, values, down))
    fine = np.isfinite(difference).all(0)
    binds = float((np.abs(difference[:, fine]).max(0) > edit_index.MOVES).mean())
    price = difference[:, fine].mean(1) / 2
    slope = derivatives_of(study, values, now, change)[1][:, fine].mean(1) if has_gradient(study) else price
    return slope, price, binds
