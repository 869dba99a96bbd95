"""Addresses that people guess, each led to the screen that they mean, with the settings of the address kept."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from premortem.app.pages import ASSUMED, AtDesk

router = APIRouter()
# Guess and screen; `Assumptions` is the first assumption of the study.
GUESSED = {
    "/story": "/",
    "/home": "/",
    "/index.html": "/",
    "/search": "/find",
    "/scores": "/board",
    "/a": ASSUMED,
    "/assumption": ASSUMED,
    "/assumptions": ASSUMED,
    "/stress": ASSUMED,
    "/policies": "/compare",
    "/comparison": "/compare",
    "/tradeoffs": "/compare",
    "/policy": "/levers",
    "/lever": "/levers",
    "/edits": "/levers",
    "/belief": "/beliefs",
    "/priors": "/beliefs",
    "/uncertainties": "/beliefs",
    "/map": "/world",
    "/countries": "/world",
    "/law": "/rules",
    "/shipment": "/rules",
    "/check": "/rules",
    "/ledger": "/rules/ledger",
    "/screen": "/rules/screen",
    "/screening": "/rules/screen",
    "/names": "/rules/screen",
    "/diff": "/rules/diff",
    "/changes": "/rules/diff",
    "/timeline": "/rules/diff",
    "/hindcast": "/watch/hindcast",
    "/record": "/watch/hindcast",
    "/track-record": "/watch/hindcast",
    "/signposts": "/watch",
    "/indicators": "/watch",
    "/scenarios": "/futures",
    "/exhibit": "/exhibits",
    "/figures": "/exhibits",
    "/runs": "/jobs",
    "/brief": "/jobs",
    "/report": "/jobs",
    "/data": "/about",
    "/sources": "/about",
    "/methods": "/about",
    "/method": "/about",
    "/api": "/api/openapi.json",
    "/docs": "/api/openapi.json",
}


def _led(request: Request, desk: AtDesk) -> RedirectResponse:
    """The screen that is meant, with the settings of this address; a screen says itself where the case holds nothing for it."""
    meant = GUESSED[request.url.path]
    to = f"/a/{desk.study.assumptions[0].id}" if meant == ASSUMED else meant
    return RedirectResponse(f"{to}?{request.url.query}" if request.url.query else to)


for guess in GUESSED:
    router.add_api_route(guess, _led, methods=["GET"], include_in_schema=False)
