"""The gallery: tables and figures of the source rebuilt, and ours, each with its check, its data and its files."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from premortem import exhibits as gallery
from premortem.app.pages import AtDesk, render, wait_for
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.charts import render as drawn
from premortem.errors import BadInput, MissingData, PremortemError
from premortem.text.result import Document

router = APIRouter()
# Kind of file to its type; the page of an exhibit carries scripts of its own, so it is only ever a download.
TYPES = {"svg": "image/svg+xml", "png": "image/png", "csv": "text/csv", "html": "application/octet-stream"}
# Rows of an exhibit's table that its page shows.
SHOWN = 30


@router.get("/exhibits", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk) -> HTMLResponse:
    """A card an exhibit: thumbnail, finding, badge."""
    if early := wait_for(
        request,
        "Exhibits",
        "Drawing tables and figures; this takes some seconds the first time.",
        there=desk.knows(("exhibits",)),
    ):
        return early
    rows, case = exhibit_cards(desk), desk.study.case
    told = f"{len(rows)} tables and figures" if len(rows) > 1 else "One table or figure"
    return render(request, "exhibits.html", rests_on=desk.run, rows=rows, rebuilt=gallery.rebuilt(case), counted=told)


@router.get("/exhibits/{name}", response_class=HTMLResponse, include_in_schema=False)
def one(request: Request, name: str, desk: AtDesk) -> HTMLResponse:
    """One exhibit: picture, check, method, source, data, downloads."""
    try:
        found = make_exhibit(desk, name)
    except MissingData as missing:
        return render(request, "exhibit.html", name=name, found=None, missing=str(missing), more=0)
    told = found.readable
    return render(
        request,
        "exhibit.html",
        rests_on=desk.run,
        name=name,
        found=found,
        missing="",
        more=max(len(told) - SHOWN, 0),
        told=told[:SHOWN],
        columns={head: head for head in told[0]} if told else {},
    )


@router.get("/api/exhibits")
def exhibits(desk: AtDesk) -> Answer:
    """Every exhibit: the keys of `premortem exhibits --json`."""
    return Answer.model_validate({"exhibits": desk.answer(("exhibits-api",), lambda: gallery.rows(run=desk.run))})


@router.get("/api/exhibits/{name}.{kind}")
def file(name: str, kind: str, desk: AtDesk, bare: bool = False) -> Response:
    """An exhibit as SVG, PNG, CSV, or one HTML page to download; `bare` is the picture without title and source."""
    if kind not in TYPES:
        raise BadInput("exhibits", "format", f"no such format: {kind[:20]}", got=kind[:20], allowed=", ".join(TYPES))
    content = desk.keep(("exhibit", name, kind, bare), lambda: _bytes(desk, name, kind, bare))
    shown = "inline" if kind in ("svg", "png") else "attachment"
    return Response(
        content, media_type=TYPES[kind], headers={"content-disposition": f'{shown}; filename="{name}.{kind}"'}
    )


def exhibit_cards(desk: Desk) -> list[Document]:
    """What each card shows; an exhibit that cannot be made says why."""
    rows: list[dict[str, Any]] = desk.answer(
        ("exhibits",), lambda: [_card(desk, name) for name in gallery.names(desk.study.case)]
    )
    return rows


def _card(desk: Desk, name: str) -> dict[str, Any]:
    about = gallery.subject(name, desk.study.case)
    card = {
        "name": name,
        "title": about,
        "subject": about,
        "badge": "",
        "alternative": "",
        "error": "",
    }
    try:
        found = make_exhibit(desk, name)
    except PremortemError as error:
        return card | {"error": str(error)}
    return card | {"title": found.title, "badge": found.badge, "alternative": found.alternative}


def make_exhibit(desk: Desk, name: str) -> Any:
    """One exhibit, made once. Raises `BadInput` with the nearest name, `MissingData`."""
    gallery.subject(name, desk.study.case)  # an unknown name is told before anything is made
    return desk.keep(("made", name), lambda: gallery.exhibit(name, desk.run))


def _bytes(desk: Desk, name: str, kind: str, bare: bool) -> bytes:
    found = make_exhibit(desk, name)
    if kind == "csv":
        return bytes(found.csv().encode())
    if kind == "html":
        return bytes(found.html().encode())
    picture = drawn.svg(found.chart) if bare else found.drawn
    return drawn.png_of(picture) if kind == "png" else drawn.with_font(picture).encode()
