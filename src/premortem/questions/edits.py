"""Which clause numbers are likely to be heavily edited, and how that ranking did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem import facts
from premortem.ensemble.run import draw
from premortem.errors import MissingData
from premortem.law.book import Book
from premortem.law.fields.number_names import TABLE, number_names
from premortem.propositions import positions
from premortem.questions._amounts import label
from premortem.questions._edit_acts import ByAct, after, by_act
from premortem.questions._shadow_prices import Prices, shadow_prices
from premortem.questions.instrument_costs import InstrumentCost, instrument_costs
from premortem.questions.margins import check_inputs, margins_of
from premortem.study import Run, Study
from premortem.text.result import Result

Array = NDArray[Any]
# Clause numbers that were coded by what became of each.
# Degree of editing above which a number counts as edited, and how many of the first are looked at.
EDITED, TOP = 0.5, 5
# Futures in which clauses are priced.
PRICED = 1024


@dataclass(frozen=True, repr=False)
class Priced(Result):
    """A number of a clause by how likely it looked to be heavily edited. Prices by assumption: the change of the expected softened margin,
    between -1 and 1, when the number rises by 10%; `binds` the share of futures in which it moves a margin; `pressure` of those who spoke
    by the day; `index` from 0 to 1.
    """

    clause: str
    parameter: str
    says: str
    shadow_price: Mapping[str, float]
    finite_difference: Mapping[str, float]
    gradient: Mapping[str, float | None] | None  # None where it is no number, or the model has none
    method: str
    binds: float
    pressure: float
    index: float
    rank: int
    citation: str
    called: str = ""  # the number in words, with its value


@dataclass(frozen=True, repr=False)
class Hits(Result):
    """How a ranking did: its rank correlation with what was edited, and how many of its first five were; a fraction where places tie."""

    rank_correlation: float
    top5_hits: float


@dataclass(frozen=True, repr=False)
class Scored(Hits):
    """The index against what became of the numbers, beside naive rankings: how many numbers are scored, how many were edited by how many
    acts, and what a draw by lot would hit.
    """

    acts: int
    scored: int
    edited: int
    chance_top5_hits: float
    baselines: Mapping[str, Hits]
    verdict: str
    by_act: ByAct


@dataclass(frozen=True, repr=False)
class HeavyEdits(Result):
    """Clause numbers by how likely a heavy edit looked on a day, and how that ranking did: the keys of `premortem edits --json`."""

    policy: str
    as_of: str
    measure: str
    failed: int  # futures left out, since a margin is no number there
    clauses: tuple[Priced, ...]  # the highest index first
    costs: tuple[InstrumentCost, ...]  # what no clause says that the policy puts effort into
    hindcast: Scored


def heavy_edits(
    study: Study, policy: str | None = None, as_of: date | None = None, run: Run | None = None
) -> HeavyEdits:
    """Which clause numbers are likely to be heavily edited, and how that ranking did.

    A shadow price is the gradient of an assumption's expected softened margin (tanh) along a change of 10%, measured over a tenth of
    it and checked by running the model at +10% and -10% (`finite_difference`). Where a threshold lies within those 10% the margin
    jumps and a gradient says nothing: there the finite difference is the price, as `method` says, and so it is where the model
    has none. Prices are of the softened margin, between -1 and 1, not in the margin's own unit: a future far from a threshold must not
    outweigh those near it (`measure`). Futures that failed are left out, `failed` of them. Priced in the first futures of
    `run`, which must be of the study, or in as many new ones.
    """
    policy, as_of = policy or study.case.settings.baseline, as_of or study.case.settings.day
    study = study.on(as_of)
    if not facts.held(TABLE, study.case):
        raise MissingData(
            f"{study.case.name} holds no table {TABLE} of clause numbers and what became of them, so none is priced"
        )
    values, failed = _values(study, policy, run)
    book = study.law(policy)
    known = {
        (r["clause"], r["parameter"]): r["family"]
        for r in facts.read(TABLE, study.case).to_dicts()
        if r["clause"] in book.by_id
    }
    priced = shadow_prices(study, policy, [*known], values)
    families = {clause: family for (clause, _), family in known.items()}
    ranked = rank([*known], priced.prices, priced.binds, families, positions.pressure(as_of, study.case))
    told, names = facts.read(TABLE, study.case), number_names(study.case)
    rows = [_row(study, book, r, priced, names) for r in ranked.to_dicts()]
    published = {c.id: c.published for c in book.clauses}
    return HeavyEdits(
        policy=policy,
        as_of=str(as_of),
        measure="expected softened margin (tanh of the margin, between -1 and 1)",
        failed=failed,
        clauses=tuple(rows),
        costs=instrument_costs(study, policy),
        hindcast=scored(ranked, published, {c.id: c.says for c in book.clauses}, after(told, as_of)),
    )


def _values(study: Study, policy: str, run: Run | None) -> tuple[Array, int]:
    """The futures that are priced, of a run or new ones, without those that failed; and how many failed. Raises `MissingData` where
    none is left.
    """
    if run is not None:
        check_inputs(run)
    values = draw(study.priors, "sobol", 0, 0, PRICED) if run is None else run.values(PRICED)
    fine = np.isfinite(margins_of(study, values, study.levers(policy))).all(0)
    if not fine.any():
        raise MissingData(f"{policy}: every future failed, so no clause has a price")
    return values[:, fine], int((~fine).sum())


def _row(
    study: Study, book: Book, r: Mapping[str, Any], priced: Prices, names: Mapping[tuple[str, str], str]
) -> Priced:
    """A ranked number with its prices by assumption, and how they were found; no slopes where the model has no gradient."""
    ids, at = [a.id for a in study.assumptions], r["row"]
    why = "the model has no gradient" if priced.slopes is None else "the margin jumps or bends within 10%"
    return Priced(
        clause=r["clause"],
        parameter=r["parameter"],
        says=book.by_id[r["clause"]].says,
        shadow_price=dict(zip(ids, priced.prices[at].tolist(), strict=True)),
        finite_difference=dict(zip(ids, priced.differences[at].tolist(), strict=True)),
        gradient=None
        if priced.slopes is None
        else {k: v if np.isfinite(v) else None for k, v in zip(ids, priced.slopes[at].tolist(), strict=True)},
        method="gradient" if priced.smooth[at] else f"finite difference: {why}",
        binds=r["binds"],
        pressure=r["pressure"],
        index=r["index"],
        rank=r["rank"],
        citation=book.by_id[r["clause"]].citation,
        called=label(book, names, r["clause"], r["parameter"]),
    )


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


def scored(
    ranked: pl.DataFrame, published: Mapping[str, date], texts: Mapping[str, str], edits: pl.DataFrame
) -> Scored:
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
    by_order = {
        name: Hits(_correlation(order, happened), _hits(order, happened > EDITED)) for name, order in orders.items()
    }
    ours = by_order.pop("index")
    edited = happened > EDITED
    acts = {r["date"] for r in edits.to_dicts() if r["edited"] > EDITED}
    return Scored(
        **vars(ours),
        acts=len(acts),
        scored=len(happened),
        edited=int(edited.sum()),
        chance_top5_hits=float(TOP * edited.mean()),
        baselines=by_order,
        verdict=_verdict(ours, by_order),
        by_act=by_act(known.select("clause", "parameter").rows(), edits.to_dicts()),
    )


def _verdict(ours: Hits, naive: Mapping[str, Hits]) -> str:
    """Which naive rankings the index beat by each measure, in words, flattering or not."""
    said = []
    for measure, name in (("rank_correlation", "rank correlation"), ("top5_hits", "hits among the first five")):
        better = [f"'{other}'" for other, one in naive.items() if getattr(one, measure) >= getattr(ours, measure)]
        verdict = f"did no better than {' and '.join(better)}" if better else "beat every naive ranking"
        said.append(f"by {name} the index {verdict}")
    return "; ".join(said)


def _correlation(order: Array, happened: Array) -> float:
    if len(set(order.tolist())) < 2 or len(set(happened.tolist())) < 2:
        return 0.0
    from scipy.stats import spearmanr  # late: it takes half a second to load

    return float(spearmanr(order, happened).statistic)


def _hits(order: Array, edited: NDArray[np.bool_]) -> float:
    """How many of the first five were edited; where places are tied, what a fair draw among the tied would give."""
    last = np.sort(order)[::-1][TOP - 1]
    sure, tied = order > last, order == last
    hits = float(edited[sure].sum() + edited[tied].mean() * (TOP - sure.sum()))
    return int(hits) if hits.is_integer() else round(hits, 1)
