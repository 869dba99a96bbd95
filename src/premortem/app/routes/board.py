"""The board: assumptions by policy, and what moves them most."""

import asyncio
import time
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from premortem.app import controls, labels, nudges
from premortem.app.live_model import Live
from premortem.app.pages import AtDesk, View, render, wait_for
from premortem.app.schema import Board, Movers, Refined
from premortem.app.session import Desk
from premortem.app.view_state import FUTURES, MOST_FUTURES, STRENGTH, State
from premortem.propositions.verdicts import DEPENDS
from premortem.questions.single_changes import largest_first, strongest
from premortem.text.numbers import day_in_words
from premortem.text.phrases import count_noun, weak
from premortem.text.result import Document

router = APIRouter()
# Levers, and beliefs, that are shown of those that move the board most.
SHOWN = 5
# How long a finer answer stands back where others wait, between two of its steps [s].
PAUSE = 1.0


@router.get("/board", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View) -> HTMLResponse:
    """Which assumptions survive this policy?"""
    if view.weights and (
        early := wait_for(
            request,
            "Which assumptions survive?",
            f"Weighing futures by what was known on {view.asof}, or drawing them anew by it; some seconds the first time.",
            there=_is_known(desk, view),
        )
    ):
        return early
    found = answer(desk, view, only=False)
    return render(
        request,
        "board.html",
        answer=found,
        said=labels,
        weak=weak(found["effective_futures"]),
        beside=beside_run(desk, view),
    )


def _is_known(desk: Desk, view: State) -> bool:
    """Whether a weighted board is at hand: the run's own where nothing is changed, else that of every policy."""
    if desk.live.asks_run(view):
        return desk.knows(("board of day", view.asof))
    return all(desk.live.knows(view.under(p)) for p in desk.study.policies)


@router.get("/api/board")
def board(desk: AtDesk, view: View, response: Response, only: bool = False, first: bool = False) -> Board:
    """The scored table for a view; with `only`, the columns of its policy and of the one compared with. Where many readers
    wait, or a `first` answer is asked for, it rests on fewer `futures`, and intervals are as wide as those make them.
    """
    return Board.model_validate(answer(desk, quick(desk, view, response, first), only) | {"query": view.query})


def quick(desk: Desk, view: State, response: Response, first: bool = False) -> State:
    """The view as it can be answered now; an answer of fewer futures is not kept."""
    found = desk.live.affordable(view, first)
    if found.n != view.n:
        response.headers["cache-control"] = "no-store"
    return found


@router.get("/api/board/refined")
async def refined(request: Request, desk: AtDesk, view: View) -> Refined:
    """The board of the view's policies with 20,000 futures, in steps between which it stops when nobody waits any longer."""
    few, many = replace(view, n=FUTURES), replace(view, n=MOST_FUTURES)
    against = replace(view.pinned or view.plain(), n=MOST_FUTURES)
    for state in (many, many.under(view.vs or view.policy), against):
        for step in desk.live.steps(state):
            if desk.closing.is_set() or await request.is_disconnected():
                raise HTTPException(503, "nobody waits for it any longer")
            if desk.live.turns.waiting:  # first those who have no answer yet
                await asyncio.sleep(PAUSE)
            await run_in_threadpool(step)
    first, found = [await run_in_threadpool(answer, desk, state, True) for state in (few, many)]
    return Refined.model_validate(found | {"first": FUTURES, "outside": _outside(first["board"], found["board"])})


def _outside(first: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[str]:
    """Rows whose share lies outside the interval that it had at first, in words."""
    pairs = zip(first, found, strict=True)
    return [f"{a['assumption']} under {a['policy']}" for a, b in pairs if _moved(a, b)]


def _moved(first: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether a share lies outside the interval that it had at first, or only now can or cannot be told."""
    if first["holds"] is None or found["holds"] is None:
        return first["holds"] is not found["holds"]
    return not first["low"] <= found["holds"] <= first["high"]


@router.get("/api/movers")
def sensitivity_list(desk: AtDesk, view: View) -> Movers:
    """Levers and beliefs by what a tenth of each changes."""
    found = desk.answer(("movers", replace(view, n=FUTURES)), lambda: movers(desk.live, view))
    return Movers(movers=[row | {"control": vars(_control(desk, view, row["key"]))} for row in found])


def movers(live: Live, view: State) -> list[Document]:
    """Levers and beliefs by the largest change of a share that a standard step brings, five of each."""
    at = live.standing(view)
    found = largest_first(nudges.changes(live, at, strongest(at)))
    rows = [
        {
            "key": c.key, "kind": "belief" if c.key.startswith("p.") else "lever", "title": c.title, "unit": c.unit, "move": c.move,
            "changes": dict(c.changes), "assumption": c.most, "change": c.changes[c.most],
        }
        for c in found
    ]  # fmt: skip
    return [row for kind in ("lever", "belief") for row in [r for r in rows if r["kind"] == kind][:SHOWN]]


def answer(desk: Desk, view: State, only: bool) -> Document:
    """Rows by policy, the sentence over them, and what they rest on."""
    began = time.perf_counter()
    live, study = desk.live, desk.study
    shown = [p for p in study.policies if p in (view.policy, view.vs)] if only else list(study.policies)
    rows = [row(r) for p in shown for r in live.rows(view.under(p))]
    mine = [r for r in rows if r["policy"] == view.policy]
    before, (effective, warnings) = base(desk, view), rests_on(live, view)
    return {
        "board": rows,
        "base": before,
        "moved": labels.moves(mine, before),
        "sentence": labels.headline(
            mine,
            study.law(view.policy).policy.title,
            len(view.levers) + len(view.days),
            day_in_words(view.asof) if view.weights else "",
        ),
        "futures": view.n,
        "seed": view.seed,
        "effective_futures": effective,
        "warnings": warnings,
        "unmoved": [
            f"{kind}.{name}"
            for kind, changed in (("l", view.levers), ("d", view.days))
            for name, _ in changed
            if not nudges.moves_world(live, view, name)
        ],
        "notices": list(view.notices),
        "query": view.query,
        "edits": view.edits,
        "milliseconds": round(1000 * (time.perf_counter() - began), 1),
    }


def beside_run(desk: Desk, view: State) -> str:
    """How far shares of this page's futures lie from those of the stored run, which other screens tell; empty without one, and of a
    weighted view, which tells the run's own where it can.
    """
    run = desk.stored
    if run is None or view.weights or run.futures <= view.n:
        return ""

    def most() -> int:
        live = {
            (r["assumption"], r["policy"]): r["holds"]
            for p in desk.study.policies
            for r in desk.live.own_rows(State(p, usual=view.usual))
        }
        told = {(c.assumption, c.policy): c.holds for c in run.board_rows()}
        return max(
            (
                abs(round(100 * there) - round(100 * share))  # as both are read
                for at, share in live.items()
                if share is not None and (there := told.get(at)) is not None
            ),
            default=0,
        )

    apart = int(desk.keep(("apart",), most))
    return (
        f"The story, Compare and Exhibits tell the run's {count_noun(run.futures, 'future')}, without changes of yours: "
        f"by sampling, a share there differs from the same one here by up to {count_noun(apart, 'point')}."
    )


def rests_on(live: Live, view: State) -> tuple[float | None, list[str]]:
    """Effective futures of a weighted board, and warnings; None and none where all count alike."""
    told = live.told_by_run(view)
    if told and told.weights:
        return told.weights.effective_futures, list(told.weights.warnings)
    record = live.record(view)
    return (record.at_full_strength, list(record.warnings)) if record else (None, [])


def base(desk: Desk, view: State) -> list[Document]:
    """Rows of what the view is shown against: what is pinned, else the policy with nothing changed, where something is."""
    if view.pinned:
        return [row(r) for r in desk.live.rows(replace(view.pinned, n=view.n))]
    return [row(r) for r in desk.live.own_rows(view.plain())] if view.edits else []


def row(found: Document) -> Document:
    """A row of the board with what fails first in words, and whether its share by itself is no verdict."""
    return found | {"first": found["fails_words"] or "", "depends": found["verdict"].startswith(DEPENDS)}


def _control(desk: Desk, view: State, key: str) -> controls.Control:
    kind, _, name = key.partition(".")
    if kind == "p":
        held = controls.belief(desk.study, name, view)
        middle = float(desk.study.priors.central[desk.study.priors.names.index(name), 0])
        value = (held.first + held.last) / 2 if held.changed else middle
        return controls.Control(key, held.row.meaning, value, middle, held.low, held.high, held.step, held.row.unit)
    clause, _, number = name.rpartition(".")
    book = desk.study.law(view.policy)
    if clause == STRENGTH:
        return controls.strength(book, number, view)
    return replace(controls.clause_number(book, clause, number, view), note=book.by_id[clause].says)
