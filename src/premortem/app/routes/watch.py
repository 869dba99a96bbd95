"""What to watch: the most telling indicators first, how your own figures change the results, and how the model did."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from premortem import questions
from premortem.app import one_line, signpost_charts
from premortem.app.labels import noise
from premortem.app.pages import AtDesk, View, render, wait_for
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.errors import BadInput, BadInputs
from premortem.questions.watch import ToWatch
from premortem.text import phrases
from premortem.text.result import Document
from premortem.watch import quantities, reading_kinds

router = APIRouter()
# Readings come in the address as `r.QUANTITY=VALUE`; more of them than this are a slip.
READING, MOST = "r.", 20


@router.get("/watch", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View) -> HTMLResponse:
    """Cards by value, the board before and after readings."""
    given, error = readings_of(request), None
    if early := wait_for(
        request,
        "What to look at next",
        "Valuing the next reading of each signpost over the stored futures; this takes some seconds the first time.",
        there=desk.knows(key(desk, view, given)),
    ):
        return early
    try:
        found = signpost_values(desk, view, given)
    except (BadInput, BadInputs) as wrong:
        error, given = wrong, ()
        found = signpost_values(desk, view, ())
    every = quantities.shipped_quantities(desk.study.case)
    before = {r.assumption: r for r in found.board_before if r.policy == found.policy}
    after = {r.assumption: r for r in found.board_after if r.policy == found.policy}
    noisy = {k for k, r in after.items() if noise(r.as_dict(), before[k].as_dict())}
    return render(
        request, "watch.html", rests_on=desk.run, found=found, noisy=noisy, weak=phrases.weak(found.effective_futures), before=before, after=after, given=given, error=error,
        readable=sorted({s.quantity for s in found.signposts if s.quantity}), every=every, held=dict(_pairs(request)), without=without_each(request),
        asks=one_line.examples(desk.study).get("/watch", ""),
        charts=desk.answer(("observing", view.policy, view.seed, view.asof), lambda: signpost_charts.charts(desk.live, view)),
    )  # fmt: skip


@router.get("/api/watch")
def watch(request: Request, desk: AtDesk, view: View) -> Answer:
    """Signposts and the board before and after readings: the keys of `premortem watch --json`."""
    return Answer.model_validate(signpost_values(desk, view, readings_of(request)).as_dict())


@router.get("/watch/hindcast", response_class=HTMLResponse, include_in_schema=False)
def hindcast_page(request: Request, desk: AtDesk, view: View) -> HTMLResponse:
    """What the model said, standing on a day, against what became known later: misses first."""
    if early := wait_for(
        request,
        "How did the model do?",
        "Scoring what was said against what became known; some seconds the first time.",
        there=desk.knows(("hindcast", view.asof)),
    ):
        return early
    found = hindcast_view(desk, view)
    rows = sorted((band_position(r) for r in found["observables"]), key=lambda r: (r["inside"], -abs(r["rank"] - 0.5)))
    headline, aside = found["sentences"]["title"], reading_kinds.apart(found["kinds"])
    every = quantities.shipped_quantities(desk.study.case)
    return render(
        request, "hindcast.html", rests_on=desk.run, found=found, rows=rows, every=every, headline=headline, aside=aside
    )


@router.get("/api/hindcast")
def hindcast(desk: AtDesk, view: View) -> Answer:
    """The scores as of the view's day: the keys of `premortem hindcast --json`."""
    return Answer.model_validate(hindcast_view(desk, view))


def _pairs(request: Request) -> list[tuple[str, str]]:
    return [
        (k.removeprefix(READING), v)
        for k, v in request.query_params.multi_items()
        if k.startswith(READING) and v.strip()
    ]


def without_each(request: Request) -> dict[str, str]:
    """By each reading of the address: the address without it."""
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k != "now"]
    return {
        name: f"/watch?{urlencode([(k, v) for k, v in pairs if k != f'{READING}{name}'])}".rstrip("?")
        for name, _ in _pairs(request)
    }


def readings_of(request: Request) -> tuple[str, ...]:
    """Readings of the address as the command line writes them."""
    pairs = _pairs(request)
    if len(pairs) > MOST:
        raise BadInput("address", READING, f"{len(pairs)} readings", allowed=f"up to {MOST}")
    return tuple(f"{name}={value}" for name, value in pairs)


def key(desk: Desk, view: State, given: tuple[str, ...]) -> tuple[Any, ...]:
    """Under what the answer is kept."""
    return ("watch", shown_policy(desk, view), view.asof, given)


def shown_policy(desk: Desk, view: State) -> str | None:
    """The view's policy where the run holds it."""
    return view.policy if view.policy in desk.run.policies else None


def signpost_values(desk: Desk, view: State, given: tuple[str, ...]) -> ToWatch:
    """Signposts by value for the view's policy and day, worked out once."""
    found: ToWatch = desk.answer(
        key(desk, view, given),
        lambda: questions.what_to_watch(desk.study, desk.run, view.asof, given, shown_policy(desk, view)),
    )
    return found


def hindcast_view(desk: Desk, view: State) -> Document:
    """The hindcast as of the view's day, worked out once."""
    found: dict[str, Any] = desk.answer(
        ("hindcast", view.asof), lambda: questions.hindcast(view.asof, study=desk.study, run=desk.run).as_dict()
    )
    return found


def band_position(row: Document) -> Document:
    """An observable on its own scale, 0 to 100: the band from 25 to 75, the observed where it lies, held at the edges."""
    width = (row["p95"] - row["p5"]) or 1.0

    def at(value: float) -> float:
        return min(max(25 + 50 * (value - row["p5"]) / width, 1.0), 99.0)

    return row | {"at": at(row["observed"]), "middle": at(row["p50"])}
