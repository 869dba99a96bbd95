"""The first page: what was asked, what was found, why to believe it and what to watch, live from the stored run."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, quote, urlsplit

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response

from premortem.app import one_line
from premortem.app.pages import AtDesk, View, render, rules_screens, screens_of
from premortem.app.session import Desk
from premortem.app.view_state import State, state_from_address
from premortem.case import Case
from premortem.charts.render import png_of, with_font
from premortem.charts.share_card import HEIGHT, WIDTH
from premortem.errors import MissingData
from premortem.law.fields.items import catalogued
from premortem.story import cards, next_steps, oembed, tell
from premortem.story.page import CSS
from premortem.story.parts import Section, Story
from premortem.story.story_basis import Ground, ground_of_run
from premortem.study import Run

router = APIRouter()
# The picture of the whole story by its name; others are those of sections.
FRONT = "story"
# Where a reader who comes with a question goes at once, by screen.
STRAIGHT = {"/rules": "May this go?", "/rules/ledger": "Check a spreadsheet", "/watch": "Enter a reading", "/board": "Move a lever", "/rules/diff": "What changed in the rules"}  # fmt: skip
Long = Annotated[str, Query(max_length=4000)]


@router.get("/", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View, whole: bool = False) -> HTMLResponse:
    """The story; sections that take seconds are there once they are known, else the page asks for them and says so."""
    story, ground = opening(desk, view), ground_of(desk, view)
    names = tell.held(ground)
    known = {n: section(desk, n) for n in names if whole or desk.knows(("story", n))}
    last = next_steps.doors({*screens_of(desk.study), *rules_screens(desk.study.case), "/about"})
    waits = {n: tell.asks(n, desk.study) for n in names}
    told = {n: found.finding if isinstance(found := known.get(n), Section) else asks for n, asks in waits.items()}
    root = str(request.base_url).rstrip("/")  # what another page shows needs whole addresses
    told_of = f"/oembed?url={quote(root + view.link('/'), safe='')}"
    screens = {*screens_of(desk.study), *rules_screens(desk.study.case)}
    return render(
        request, "story.html", rests_on=ground, story=story, waits=waits, told=told, known=known, doors=last, stored=desk.stored, root=root,
        straight=_straight(desk.study.case, screens), one_line=" or ".join(one_line.examples(desk.study).values()),
        by_day=replace(view, weights="record"), told_day=ground.day.day if ground.day else None, told_of=told_of, oembed=oembed.TYPE,
    )  # fmt: skip


def _straight(case: Case, screens: Collection[str]) -> dict[str, str]:
    """What a reader may go straight to, among the screens that there are."""
    asks = STRAIGHT if catalogued(case) else STRAIGHT | {"/rules": "Ask the rules"}
    return {path: says for path, says in asks.items() if path in screens}


@router.get("/story.css", include_in_schema=False)
def css() -> FileResponse:
    """The look of the story, here and on a static site."""
    return FileResponse(CSS, media_type="text/css")


@router.get("/story/{name}", response_class=HTMLResponse, include_in_schema=False)
def part(request: Request, name: str, desk: AtDesk, view: View) -> HTMLResponse:
    """One of the sections that take seconds, as a fragment of the page."""
    if name not in tell.held(ground_of(desk, view)):
        raise HTTPException(404, f"no such section; allowed: {', '.join(tell.LONG)}")
    return render(request, "story-part.html", found=section(desk, name), name=name)


@router.get("/oembed", include_in_schema=False)
def embedded(
    request: Request,
    desk: AtDesk,
    url: Long,
    form: Annotated[str, Query(alias="format", max_length=10)] = "json",
    most_wide: Annotated[int, Query(alias="maxwidth", ge=1)] = WIDTH,
    most_high: Annotated[int, Query(alias="maxheight", ge=1)] = HEIGHT,
) -> JSONResponse:
    """The picture of a finding for a page that shows a link to it: the address of the story, with a section after `#` or none."""
    if form != "json":
        raise HTTPException(501, f"no such format: {form}; allowed: json")
    asked, here = urlsplit(url), urlsplit(str(request.base_url))
    if (asked.netloc, asked.path or "/") != (here.netloc, "/"):
        raise HTTPException(404, f"no finding at {url[:80]}; allowed: the address of the first page of this server")
    view = state_from_address(parse_qsl(asked.query), desk.study)
    story = opening(desk, view)
    titles = {FRONT: f"{story.title}. {story.answer}"} | {s.id: s.finding for s in story.sections}
    name = asked.fragment if asked.fragment in titles else FRONT
    picture = f"{str(request.base_url).rstrip('/')}{view.link(f'/share/{name}.png')}"
    return JSONResponse(oembed.photo(titles[name], picture, (most_wide, most_high)))


@router.get("/share/{name}.{kind}", include_in_schema=False)
def share(name: str, kind: Literal["png", "svg"], desk: AtDesk, view: View) -> Response:
    """The picture of the story or of one of its sections, 1200 by 630."""
    drawn = desk.keep(("share", name, view.policy), lambda: _card(desk, view, name))
    if drawn is None:
        raise HTTPException(404, "no such picture; allowed: the id of a section of the story")
    made = desk.keep(
        ("share", name, view.policy, kind), lambda: png_of(drawn, 1) if kind == "png" else with_font(drawn).encode()
    )
    return Response(made, media_type="image/png" if kind == "png" else "image/svg+xml")


def opening(desk: Desk, view: State) -> Story:
    """What is told at once, under the policy of a view."""
    told: Story = desk.keep(("story", "opening", view.policy), lambda: tell.opening(ground_of(desk, view)))
    return told


def ground_of(desk: Desk, view: State) -> Ground:
    """What the story rests on: the stored run, where one was given or made; else the futures that every screen starts with."""
    if run := desk.stored:
        try:
            return desk.keep(("ground", view.policy), lambda: ground_of_run(run, view.policy))
        except (
            MissingData
        ) as error:  # damaged, or without something that it should hold: the story is told all the same
            desk.put_aside(error)
    return desk.keep(("ground", view.policy), lambda: _live(desk, State(view.policy, usual=view.usual)))


def _live(desk: Desk, view: State) -> Ground:
    live, study = desk.live, desk.study
    board = tuple(cell for p in study.policies for cell in live.cells(replace(view, policy=p)))
    margins = {a.id: live.margins(view)[f"margin.{a.id}"] for a in study.assumptions}
    return Ground(study, board, study.policies, view.policy, view.n, view.seed, live.values(view), margins)


def section(desk: Desk, name: str) -> Section | str | None:
    """A section that takes seconds, worked out once; why there is none where it cannot be told."""
    found: Section | str | None = desk.answer(("story", name), lambda: tell.long_section(name, run_of(desk)))
    return found


def foretell(desk: Desk) -> None:
    """Work out the sections of a stored run that take seconds before a reader comes to them; stops between them when closed."""
    if desk.stored is None:
        return
    for name in tell.held(ground_of(desk, State(desk.study.policies[0]))):
        if not desk.closing.is_set():
            section(desk, name)


def run_of(desk: Desk) -> Run:
    """The run that long sections ask."""
    return desk.stored or desk.run


def _card(desk: Desk, view: State, name: str) -> str | None:
    story = opening(desk, view)
    if name == FRONT:
        return cards.front(story)
    held: dict[str, Any] = {s.id: s for s in story.sections}
    if name in tell.held(ground_of(desk, view)):
        held[name] = section(desk, name)
    found = held.get(name)
    return cards.card(found) if isinstance(found, Section) else None
