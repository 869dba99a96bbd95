"""Find a place by a word of one's own."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from premortem.app import search_index
from premortem.app.pages import AtDesk, View, render, rules_screens, screens_of, watch_screens

router = APIRouter()


@router.get("/find", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View, q: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
    """What is called so, with the settings of the view kept on the way there."""
    study = desk.study
    screens = screens_of(study) | rules_screens(study.case) | watch_screens(study.case)
    held = desk.keep(("places",), lambda: search_index.places(study, screens))
    return render(request, "find.html", asked=q, found=search_index.find(held, q), to=lambda link: _in_view(view, link))


def _in_view(view: View, link: str) -> str:
    """An address in this view, with its place on the page; one that says its own settings stays as it is."""
    path, _, place = link.partition("#")
    return link if "?" in link else view.link(path) + (f"#{place}" if place else "")
