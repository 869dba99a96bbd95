"""Every uncertainty with its prior, its source, and a range that the user can narrow."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from premortem.app import basis_words, controls
from premortem.app.pages import AtDesk, View, render
from premortem.app.routes import board
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.app.view_state import State, ends
from premortem.questions.sensitivity import goes_with

router = APIRouter()
# Points of the curve of a prior.
POINTS = 40


@router.get("/beliefs", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View) -> HTMLResponse:
    """All uncertainties, the ones that matter most first."""
    return render(
        request, "beliefs.html", rows=rows_of(desk, view), answer=board.answer(desk, view, only=True), beside=board.beside_run(desk, view),
        rooms=sorted({r.module for r in desk.study.priors.rows}), record=desk.live.record(view),
        with_sources=basis_words.with_sources, sources=desk.keep(("quantity sources",), lambda: basis_words.quantity_sources(desk.study.case)),
    )  # fmt: skip


@router.get("/api/beliefs")
def beliefs(desk: AtDesk, view: View) -> Answer:
    """Each uncertainty: its prior, the range believed, source, and the assumption that it goes with most."""
    rows = [
        {
            "name": b.row.name, "meaning": b.row.meaning, "unit": b.row.unit, "low": b.low, "high": b.high, "from": b.first,
            "to": b.last, "distribution": b.row.distribution, "basis": b.row.basis, "known_on": b.row.known_on,
            "confidence": b.row.confidence, "most": r.most, "correlation": r.correlation,
        }
        for r in rows_of(desk, view) for b in [r.belief]
    ]  # fmt: skip
    return Answer.model_validate({"beliefs": rows, "notices": view.notices})


@dataclass(frozen=True)
class BeliefRow:
    """An uncertainty with the assumption that it goes with most, how strongly, and the curve of its prior as points."""

    belief: controls.Belief
    most: str
    correlation: float
    curve: str


def rows_of(desk: Desk, view: State) -> list[BeliefRow]:
    """Uncertainties by how much they move any assumption under the view's policy, with the curve of each prior."""
    plain = view.plain()
    at = State(plain.policy, seed=plain.seed)
    strength = desk.answer(
        ("strength", plain.policy, plain.seed), lambda: goes_with(desk.live.values(at), desk.live.standing(at).margins)
    )
    rows = []
    for i, prior in enumerate(desk.study.priors.rows):
        if prior.varies:
            most, correlation = strength[i]
            rows.append(BeliefRow(controls.belief(desk.study, prior.name, view), most, correlation, curve(desk, i)))
    return sorted(rows, key=lambda r: (not r.belief.changed, -abs(r.correlation)))


def curve(desk: Desk, i: int) -> str:
    """The density of a prior as points of a picture 100 wide and 24 high; its steps where it has categories."""
    prior = desk.study.priors.rows[i]
    heights = prior.heights(*ends(desk.study, prior.name), POINTS)
    return " ".join(f"{100 * (j + 0.5) / POINTS:.1f},{24 - 23 * h:.1f}" for j, h in enumerate(heights))
