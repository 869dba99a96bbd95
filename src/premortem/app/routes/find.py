"""Find a place by a word of one's own."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from premortem.app import one_line, search_index
from premortem.app.pages import AtDesk, View, render, rules_screens, screens_of, watch_screens
from premortem.study import Study
from premortem.watch import quantities
from premortem.watch.quantities import Quantity

router = APIRouter()


@router.get("/find", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """What is called so, with the settings of the view kept on the way there; a shipment or a reading in one line is answered at once."""
    study = desk.study
    if shipment := one_line.shipment(q, study.case):
        return RedirectResponse(f"/rules?{urlencode([*shipment.items(), *view.pairs])}", 303)
    if reading := one_line.reading(q, read_by_signposts(study), study.case.text.app.found_by):
        return RedirectResponse(f"/watch?{urlencode([(f'r.{reading[0]}', reading[1]), *view.pairs])}", 303)
    screens = screens_of(study) | rules_screens(study.case) | watch_screens(study.case)
    held = desk.keep(("places",), lambda: search_index.places(study, screens))
    return render(
        request,
        "find.html",
        asked=q,
        lines=[*one_line.examples(study).values()],
        found=search_index.find(held, q),
        to=lambda link: _in_view(view, link),
    )


def read_by_signposts(study: Study) -> dict[str, Quantity]:
    """The quantities of which a reading may be entered, by id."""
    known = quantities.shipped_quantities(study.case)
    return {s.quantity: known[s.quantity] for s in study.signposts.values() if s.quantity}


def _in_view(view: View, link: str) -> str:
    """An address in this view, with its place on the page; one that says its own settings stays as it is."""
    path, _, place = link.partition("#")
    return link if "?" in link else view.link(path) + (f"#{place}" if place else "")
