"""Write your own policy: every clause number as a control, what it changes, and the policy as a file."""

import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import Field

from premortem import questions
from premortem.app import controls, nudges, policy_export
from premortem.app.live_model import Live
from premortem.app.pages import AtDesk, View, render
from premortem.app.routes import board
from premortem.app.schema import Answer, Effect, Effects, Sent
from premortem.app.session import Desk
from premortem.app.view_state import FUTURES, State
from premortem.errors import BadInput
from premortem.files import writer
from premortem.law import compare_books
from premortem.law.book import load

router = APIRouter()
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@router.get("/levers", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View) -> HTMLResponse:
    """Every provision on one page."""
    book = desk.study.law(view.policy)
    return render(
        request, "levers.html", groups=controls.instruments(book, view), strengths=controls.strengths(book, view),
        answer=board.answer(desk, view, only=True), beside=board.beside_run(desk, view),
        changes=policy_export.changes(book, view), may_save=desk.folder is not None, toml=policy_export.toml(book, view, "mine"),
    )  # fmt: skip


@router.get("/api/levers")
def levers(desk: AtDesk, view: View) -> Answer:
    """Every clause and strength of the view's policy: legal value and yours of each number, days as the law has them and yours, citation."""
    book = desk.study.law(view.policy)
    rows = [
        {
            "key": c.key, "clause": row.clause.id, "value": c.value, "legal": c.usual, "unit": c.unit, "says": row.clause.says,
            "citation": row.clause.citation, "complies": row.clause.complies, "ends": row.clause.ends,
        }
        for group in controls.instruments(book, view) for row in group.clauses for c in row.controls
    ]  # fmt: skip
    spans = [
        {"key": s.key, "complies": s.complies, "ends": s.ends, "legal_complies": s.usual_complies, "legal_ends": s.usual_ends}
        for group in controls.instruments(book, view) for s in [group.span, *(row.span for row in group.clauses)]
    ]  # fmt: skip
    strengths = [vars(s.control) | {"why": s.why} for s in controls.strengths(book, view)]
    return Answer.model_validate({"levers": rows, "days": spans, "strengths": strengths, "notices": view.notices})


@router.get("/api/levers/effects")
def effect(
    desk: AtDesk,
    view: View,
    of: Annotated[str, Query(max_length=60, description="an instrument, or `strength`; all levers when empty")] = "",
) -> Effects:
    """What a standard nudge of each lever does to each share: 10% more, a tenth stronger, a year later; `of` an instrument, `strength`, or all."""
    found = desk.answer(("effects", replace(view, n=FUTURES), of), lambda: effects(desk.live, view, of))
    return Effects(effects=found, futures=FUTURES)


def effects(live: Live, view: State, group: str = "") -> list[Effect]:
    """What a standard step of each lever of a group changes; of all levers without one."""
    at = live.standing(view)
    found = nudges.changes(live, at, questions.levers_of(at, group))
    return [Effect(key=c.key, move=c.move, read=c.read, changes=dict(c.changes)) for c in found]


@router.get("/api/levers/changes")
def changes(desk: AtDesk, view: View) -> Answer:
    """What the view changes of its policy, and the policy compared with: numbers, and who gains and loses."""
    book = desk.study.law(view.policy)
    found: dict[str, Any] = {
        "changes": policy_export.changes(book, view),
        "toml": policy_export.toml(book, view, "mine"),
    }
    if view.vs:
        other = desk.study.law(view.vs)
        binding = desk.study.case.settings.binding_on
        found["against"] = compare_books.between((desk.live.book(view), binding), (other, binding))
    return Answer.model_validate(found)


@router.get("/api/levers/policy.toml", response_class=PlainTextResponse)
def download(desk: AtDesk, view: View, name: str = "mine") -> PlainTextResponse:
    """The view's policy as a file for `premortem run --policy` in a study."""
    text = policy_export.toml(desk.study.law(view.policy), view, _named(name))
    return PlainTextResponse(text, headers={"content-disposition": f'attachment; filename="{_named(name)}.toml"'})


class Save(Sent):
    """Under which name a policy is saved."""

    name: str = Field(max_length=40)


@router.post("/api/levers/save")
def save(given: Save, desk: AtDesk, view: View) -> Answer:
    """Write the view's policy into the study's `policies`, under a new name; never over a file that is there."""
    name = _named(given.name)
    path = _place(desk, name)
    text = policy_export.toml(desk.study.law(view.policy), view, name)
    with writer.system_failure(path):
        try:
            writer.put(
                path, text, new=True, parents=True, check=partial(load, file=path.name)
            )  # what is written must read
        except FileExistsError:
            raise BadInput("policies", name, "is there already", got=name, allowed="a new name") from None
    return Answer.model_validate({"saved": f"policies/{path.name}", "policy": name})


def _place(desk: Desk, name: str) -> Path:
    if desk.folder is None:
        raise BadInput(
            "study",
            "",
            "no study folder was given",
            allowed="premortem app --study DIR",
            hint="download the TOML instead",
        )
    if name in desk.study.policies:
        raise BadInput("policies", name, "is there already", got=name, allowed="a new name")
    return desk.folder / "policies" / f"{name}.toml"


def _named(name: str) -> str:
    if not NAME.fullmatch(name):
        raise BadInput(
            "policies",
            "name",
            "is no name for a policy",
            got=name[:60],
            allowed="small letters, digits and hyphens, up to 40",
        )
    return name
