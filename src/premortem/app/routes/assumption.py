"""One assumption: its conditions and thresholds, its margin over time, and why it breaks."""

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from premortem import questions
from premortem.app import axes, break_charts, chart_specs, choices, controls, labels, timeline_marks
from premortem.app.pages import AtDesk, View, render
from premortem.app.routes.board import quick, row
from premortem.app.schema import Answer, AssumptionAnswer, Curves
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.case import year_of
from premortem.errors import BadInput
from premortem.propositions.assumption import Assumption
from premortem.questions import answers_of_run
from premortem.questions.breaking_points import Place, single_thresholds, sought_breaks
from premortem.questions.describe import amount, stands_for
from premortem.questions.signposts_since import came_since
from premortem.questions.single_changes import Curve
from premortem.text import phrases
from premortem.text.phrases import holds, share
from premortem.text.result import Document
from premortem.text.units import bracketed, quantity
from premortem.watch import signposts

router = APIRouter()
Of = Annotated[str, Query(max_length=100)]
# A year within the words of a condition.
YEAR = re.compile(r"\b20\d\d\b")
# Thresholds that are tried across a slider.
TRIED = 21
# Nearest breaks that are shown.
NEAREST = 3


@router.get("/a/{name}", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, name: str, desk: AtDesk, view: View) -> HTMLResponse:
    """When does it break, and how little does it take?"""
    a = _of_page(desk, name)
    found = answer(desk, view, a)
    under = desk.study.law(view.policy).policy.title + (", changed" if view.edits else "")
    step, first, end = desk.study.case.clock.word, desk.study.case.settings.day.year, year_of(desk.study.steps[-1]) + 1
    fan = chart_specs.Chart(
        "fan", f"{a.id} {a.name}, {under}: margin over time", f"Bands of the margin of {a.id} by {step}, {first} to {year_of(desk.study.steps[-1])}. {found['sentence']}",
        f"premortem, {view.n:,} simulated futures, seed {view.seed}, not forecasts; line: median, bands: half and nine in ten; it holds above 0: {'; '.join(c.says for c in a.condition)}",
        chart_specs.fan(first, end, timeline_marks.on_chart(view.asof, desk.live.book(view))), found["fan"],
        {"quarter": step.capitalize(), "p5": "5%", "p25": "25%", "p50": "median", "p75": "75%", "p95": "95%", "breaks": "share that breaks"},
    )  # fmt: skip
    strip = chart_specs.Chart(
        "strip", f"{a.id} {a.name}, {under}: share of futures in which it stands broken, by {step}", f"Share of futures in which {a.id} is broken as things stand in each {step}",
        f"{fan.source}. Here {phrases.step_by_step(step)}; {asked_by(a)}",
        chart_specs.strip(first, end), found["fan"], {"quarter": step.capitalize(), "breaks": "share that breaks"},
    )  # fmt: skip
    return render(
        request, "assumption.html", a=a, answer=found, fan=fan, strip=strip, thresholds=controls.thresholds(a, view),
        curves=curves_of(desk, view, a), signposts=informing(desk, view, a), stands=standing_for(desk, a),
        choices=(tried := choices.choices(desk.live, view)), picks=choices.first_tried(tried, desk.study.case),
    )  # fmt: skip


def asked_by(a: Assumption) -> str:
    """By which year the limits ask, which tells what a break before it is worth."""
    years = sorted({year for c in a.condition for year in YEAR.findall(c.says)})
    if not years:
        return "the share above is at the dates that the conditions name"
    return f"the share above is read by {' and '.join(years)}, as its conditions ask: what stands broken before may still come right, and is no verdict"


@router.get("/api/assumption/{name}")
def assumption(name: str, desk: AtDesk, view: View, response: Response, only: bool = True) -> AssumptionAnswer:
    """An assumption under a view: its rows, its fan, and the sentence over them; of fewer `futures` where many readers wait."""
    found = answer(desk, quick(desk, view, response), find(desk, name), only)
    return AssumptionAnswer.model_validate(found | {"query": view.query})


@router.get("/api/assumption/{name}/curves")
def curves(name: str, desk: AtDesk, view: View) -> Curves:
    """Share that holds against each threshold of the assumption."""
    return Curves.model_validate(curves_of(desk, view, find(desk, name)))


@router.get("/api/assumption/{name}/why")
def why(name: str, desk: AtDesk, view: View) -> Answer:
    """Boxes that break it, and the effects of its drivers and arrestors, for the policy with nothing changed."""
    a = find(desk, name)
    run = desk.run_of(view.policy)
    policy = view.policy if view.policy in run.policies else run.policies[0]
    found = desk.answer(("why", a.id, policy, run.folder), lambda: answers_of_run.explained(run, a.id, policy))
    of = {"policy": policy, "title": run.study.law(policy).policy.title, "futures": run.futures}
    return Answer.model_validate(break_charts.break_figures(found, run, policy) | of)


@router.get("/api/assumption/{name}/takes")
def what_it_takes(name: str, desk: AtDesk, view: View, of: Of) -> Answer:
    """Share of futures in which it holds against one uncertainty, strength or clause number, and where it crosses one half."""
    a = find(desk, name)
    found = questions.curve(desk.live.standing(view), of)
    prior, flip = desk.study.priors[of[2:]] if of.startswith("p.") else None, found.crosses(a.id)

    def said(value: float) -> str:
        return amount(prior, value) if prior else quantity(value, found.unit)

    if prior:
        drawn = chart_specs.takes(axes.title_of(prior), "", axes.labels_of(prior))
    else:
        words_of = {key: label for _, rows in choices.choices(desk.live, view) for key, label in rows}
        short = (*desk.study.case.text.app.found_by.get(of, ()), words_of.get(of, of[2:]))[0]
        drawn = chart_specs.takes(short + bracketed(found.unit), found.unit)
    told = {"rows": _points(found, a.id), "now": found.now, "unit": found.unit, "key": of, "now_said": said(found.now)}
    told |= {"flip": flip, "flip_said": "" if flip is None else said(flip)}
    return Answer.model_validate(told | {"spec": chart_specs.Chart("", "", "", "", drawn, []).spec})


@router.get("/api/assumption/{name}/breaks")
def breaks(name: str, desk: AtDesk, view: View) -> Answer:
    """The nearest breaks of the central future under the view's policy, each with the address of a view that goes there; and what must be
    said of them, such as why none was found.
    """
    a = find(desk, name)
    place = [b.id for b in desk.study.assumptions].index(a.id)
    centre, pulled = Place(desk.study), desk.study.levers(view.policy)
    found = desk.answer(
        ("breaks", a.id, view.policy),
        lambda: (sought_breaks(centre, place, pulled, NEAREST), single_thresholds(centre, place, pulled)),
    )
    points = [p.as_dict() | {"query": _there(view, p.moves)} for p in found[0].rows]
    alone = [threshold.as_dict() for threshold in found[1]]
    return Answer.model_validate({"breaking": points, "said": found[0].said, "alone": alone, "policy": view.policy})


def _there(view: State, moves: Mapping[str, tuple[float, float]]) -> str:
    """The view in which the uncertainties that move are pinned where they break it."""
    pinned = {name: (name, to, to) for name, (_, to) in moves.items()}
    kept = {b[0]: b for b in view.beliefs} | pinned
    return replace(view, beliefs=tuple(kept[k] for k in sorted(kept))).query


def _of_page(desk: Desk, name: str) -> Assumption:
    """The assumption that a page is of. There is no such page where there is none."""
    try:
        return find(desk, name)
    except BadInput as error:
        raise HTTPException(404, str(error)) from error


def find(desk: Desk, name: str) -> Assumption:
    """An assumption by its id. Raises `BadInput` with the known ones."""
    for a in desk.study.assumptions:
        if a.id == name.upper():
            return a
    known = ", ".join(a.id for a in desk.study.assumptions)
    what = f"no such assumption of {desk.study.case.name}: {name[:20]}"
    raise BadInput("address", "assumption", what, got=name[:20], allowed=known)


def answer(desk: Desk, view: State, a: Assumption, only: bool = False) -> Document:
    """Rows of the assumption by policy, its fan and its sentence."""
    began = time.perf_counter()
    shown = [p for p in desk.study.policies if p in (view.policy, view.vs)] if only else list(desk.study.policies)
    rows = [row(r) for p in shown for r in desk.live.rows(view.under(p)) if r["assumption"] == a.id]
    mine = next(r for r in rows if r["policy"] == view.policy)
    fails = {c.id: c.failure for c in a.condition}
    return {
        "assumption": a.id,
        "claim": a.claim,
        "board": rows,
        "base": [row(r) for r in desk.live.own_rows(view.plain()) if r["assumption"] == a.id] if view.edits else [],
        "fan": desk.live.fan(view, a.id),
        "headline": f"{a.id}: {share(None)}" if mine["holds"] is None else f"{a.id} {holds(mine['holds'])}",
        "sentence": labels.verdict(mine, fails),
        "futures": view.n,
        "notices": list(view.notices),
        "query": view.query,
        "edits": view.edits,
        "milliseconds": round(1000 * (time.perf_counter() - began), 1),
    }


def curves_of(desk: Desk, view: State, a: Assumption) -> Document:
    """By threshold: the share of futures in which the assumption holds across its slider, and where it crosses one half."""
    at = desk.live.standing(view)
    limits = {f"{a.id}.{c.id}": np.linspace(c.limit.low, c.limit.high, TRIED) for c in a.condition}
    found = {name: questions.curve(at, f"t.{name}", list(tried)) for name, tried in limits.items()}
    flips = {name: one.crosses(a.id) for name, one in found.items()}
    return {
        "curves": {name: _points(one, a.id) for name, one in found.items()},
        "flips": flips,
        "said": {f"{a.id}.{c.id}": flip_said(flips[f"{a.id}.{c.id}"], c.limit.unit) for c in a.condition},
    }


def flip_said(flip: float | None, unit: str) -> str:
    """Where a threshold flips the verdict, in words; to two digits, since some twenty thresholds are tried between which it is read off."""
    if flip is None:
        return "No threshold in this range flips the verdict."
    return f"The verdict flips at {quantity(float(f'{flip:.2g}'), unit)}."


def _points(found: Curve, assumption: str) -> list[dict[str, float]]:
    return [{"value": x, "holds": share} for x, share in zip(found.values, found.holds[assumption], strict=True)]


def standing_for(desk: Desk, a: Assumption) -> dict[str, str]:
    """By item: what stands for it in the model, in words; nothing for one that is not modelled."""
    return {item.id: "; ".join(stands_for(desk.study, b) for b in item.binds) for _, item in a.items}


def informing(desk: Desk, view: State, a: Assumption) -> list[Document]:
    """Signposts of the assumption with what they say on the view's day, and how those that were open came true since."""
    readings = desk.study.readings
    found = [s for s in desk.study.signposts.values() if s.assumption == a.id]
    return [
        {
            "signpost": s,
            "standing": signposts.standing(s, readings, view.asof),
            "came": came_since(s, desk.study, view.asof),
        }
        for s in found
    ]
