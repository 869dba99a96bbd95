"""How a page is made: the template, the view of its address, and the words that every template may use."""

import json
import time
from importlib.resources import files
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from premortem import exhibits, facts
from premortem.app import labels as said
from premortem.app import timeline_marks
from premortem.app import view_state as states
from premortem.app.chart_specs import Chart, Rows
from premortem.app.page_words import on_page
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.briefing.memo_file import linked
from premortem.case import Case
from premortem.charts import theme
from premortem.errors import BadInputs
from premortem.exhibits.form import coded
from premortem.law.condition_words import condition_words
from premortem.law.fields.items import catalogued
from premortem.law.fields.places import names as places_of
from premortem.law.fields.vocabulary import vocabulary
from premortem.questions.describe import span
from premortem.questions.futures import SIGNS
from premortem.story.page import TEMPLATES
from premortem.study import Study
from premortem.text import phrases
from premortem.text.numbers import day_in_words, days_in_words
from premortem.text.places import without_folders
from premortem.text.tables import plain
from premortem.text.units import quantity, read_whole, unit_name
from premortem.watch import hindcast_words


class NotUnderstood(BadInputs):
    """Settings of an address of the API that nothing reads."""


# In the scope of a request: the view that its address asks for.
VIEW = "premortem.view"
# Screens in the order of their tabs.
SCREENS = {
    "/": "Story",
    "/board": "Board",
    "/a": "Assumptions",
    "/levers": "Levers",
    "/beliefs": "Beliefs",
    "/compare": "Compare",
    "/world": "World",
    "/rules": "Rules",
    "/watch": "Watch",
    "/futures": "Futures",
    "/exhibits": "Exhibits",
}
ASSUMED = "Assumptions"
# The key that goes to a screen, after `g`.
GO = {
    "Story": "s", "Board": "b", "Levers": "l", "Beliefs": "e", "Compare": "c", "World": "w", "Rules": "r", "Watch": "h", "Futures": "f", "Exhibits": "x",
}  # fmt: skip
# Colours of the light look and what each becomes in the dark one.
DARK = {
    "#FFFFFF": "#14181D", "#F6F7F9": "#1C2229", "#1B1F24": "#E6EAEE", "#57606A": "#A3ADB8", "#1F6FB2": "#6CB4F0",
    "#C2500A": "#FF9A57", "#8B949E": "#8E99A4", "#E3E7EC": "#2C343D", "#C9DDF0": "#23425F", "#5B9BD0": "#4B8AC4",
    "#12457F": "#BFDDF7", "#0A346F": "#478EF6", "#9E351B": "#CC4D29", "#278770": "#3FF2BA", "#CC60BE": "#B35E94",
    "#AD930D": "#F3D03F",
}  # fmt: skip

_env = Environment(
    loader=FileSystemLoader([str(files("premortem.app") / "templates"), TEMPLATES]),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_env.filters |= {
    "without_folders": without_folders,
    "share": phrases.share,
    "points": phrases.points,
    "num": phrases.number,
    "interval": said.cell,
    "delta": said.delta,
    "noise": said.noise,
    "json": lambda value: json.dumps(value, default=str, allow_nan=False),
    "quantity": quantity,
    "unit_name": unit_name,
    "span": span,
    "coded": lambda text: Markup(coded(text)),
    "worded": days_in_words,
    "place_name": lambda code, case: places_of(case).get(code, code),
    "field": said.field,
    "range_label": said.range_label,
    "typed_in": said.typed_in,
    "field_unit": said.field_unit,
    "limit": said.limit,
    "lawful": said.lawful,
    "plain": plain,
    "day": day_in_words,
    "under": phrases.policy_phrase,
    "at_once": phrases.at_once,
    "plainly": phrases.plainly,
    "linked": linked,
    "reading": hindcast_words.amount,
    "readings_alone": hindcast_words.amounts_alone,
    "read_whole": read_whole,
    "on_page": on_page,
}
_env.globals |= {"go": GO, "palette": DARK, "condition_words": condition_words}


def desk_of(request: Request) -> Desk:
    """The study and run that the app shows."""
    desk: Desk = request.app.state.desk
    desk.asked = time.monotonic()
    return desk


def view_of(request: Request) -> State:
    """The view that the address asks for, read once a request; an address of more than one value a key takes the last."""
    if VIEW not in request.scope:
        given = request.query_params.multi_items()
        request.scope[VIEW] = states.state_from_address(given, desk_of(request).study)
    found: State = request.scope[VIEW]
    return found


def check_address(request: Request) -> None:
    """Raises `NotUnderstood` for what an address of the API holds and nothing reads; pages leave it out and name it."""
    if request.url.path.startswith("/api/") and request.query_params:
        own = {one.alias for one in request.scope["route"].dependant.query_params}
        left_out = [f for f in view_of(request).left_out if not (f.what == states.UNKNOWN and f.key in own)]
        if left_out:
            raise NotUnderstood(left_out)


def _parted(request: Request, view: State) -> tuple[str, str]:
    """The address without what is left out, after `?`, and what is left out, as an address."""
    keys, pairs = {one.key for one in view.left_out}, request.query_params.multi_items()
    if not keys:
        return (f"?{request.url.query}" if request.url.query else ""), ""
    kept, gone = (urlencode([p for p in pairs if (p[0][:60] in keys) is is_gone]) for is_gone in (False, True))
    return (f"?{kept}" if kept else ""), gone


AtDesk = Annotated[Desk, Depends(desk_of)]
View = Annotated[State, Depends(view_of)]


def render(request: Request, template: str, *, status: int = 200, **more: Any) -> HTMLResponse:
    """A page: the frame with its view, and what the screen adds."""
    desk, view = desk_of(request), view_of(request)
    same, left_out = _parted(request, view)
    desk.refresh()
    context = {
        "request": request,
        "desk": desk,
        "study": desk.study,
        "view": view,
        "policies": {p: desk.study.law(p).policy for p in desk.study.policies},
        "here": request.url.path,
        "same": same,
        "left_out": left_out,
        "screens": screens_of(desk.study),
        "stops": _stops(desk, view.policy),
        "words": vocabulary(desk.study.case),
        "found_by": desk.study.case.text.app.found_by,
        "elsewhere": _elsewhere(request.query_params.get("study", ""), desk),
        **more,
    }
    return HTMLResponse(_env.get_template(template).render(context), status_code=status)


def screens_of(study: Study) -> dict[str, str]:
    """Screens of a study in the order of their tabs: without those of which its case holds nothing."""
    case = study.case
    has = {
        "/world": case.map is not None,
        "/rules": bool(vocabulary(case).answers) or catalogued(case),
        "/exhibits": bool(exhibits.names(case)),
        "/watch": bool(study.signposts),
        "/futures": (case / SIGNS).is_file(),
    }
    first = f"/a/{study.assumptions[0].id}"
    return {first if name == ASSUMED else path: name for path, name in SCREENS.items() if has.get(path, True)}


def rules_screens(case: Case) -> dict[str, str]:
    """Screens of the rules: a ledger where the case decides shipments."""
    shipments = catalogued(case)
    first = {"/rules": "One shipment" if shipments else "One question", "/rules/diff": "What changed"}
    lists = {"/rules/screen": "Names"} if vocabulary(case).listed else {}
    return first | ({"/rules/ledger": "A ledger"} if shipments else {}) | lists


def watch_screens(case: Case) -> dict[str, str]:
    """Screens of what is watched: a hindcast where the case holds baselines to judge it by."""
    judged = {"/watch/hindcast": "How did the model do"} if facts.held("baselines", case) else {}
    return {"/watch": "What to look at next"} | judged


def _stops(desk: Desk, policy: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.keep(("stops", policy), lambda: timeline_marks.stops(desk.study.law(policy)))
    return found


def _elsewhere(made_over: str, desk: Desk) -> str:
    """The files that a link was made over, where they are others than those shown."""
    return made_over[:20] if made_over not in ("", desk.fingerprint) else ""


def wait_for(request: Request, title: str, says: str, *, there: bool) -> HTMLResponse | None:
    """None when a long answer is ready; else a page that asks for it and reloads when it is ready."""
    if there or "now" in request.query_params:
        return None
    page = render(request, "waiting.html", title=title, says=says, now=f"{request.url.path}?{request.url.query}&now=1")
    page.headers["cache-control"] = "no-store"  # kept, it would be shown again in place of the answer, and ask again
    return page


def spec_of(chart: Chart) -> Markup:
    """A chart's specification and rows for the attribute that its script reads."""
    return Markup.escape(json.dumps(chart.spec, allow_nan=False))


def data_of(rows: Rows) -> Markup:
    """Rows for such an attribute."""
    return Markup.escape(json.dumps(rows, default=str, allow_nan=False))


_env.globals |= {"rules_screens": rules_screens, "watch_screens": watch_screens}
_env.globals |= {"spec_of": spec_of, "data_of": data_of, "theme": theme}
