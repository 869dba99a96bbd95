"""The app of a problem of one's own: one page, and its answers as JSON. It holds no word of any case."""

import re
from collections.abc import Callable
from importlib.resources import files

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.requests import Request

from premortem.app.http_server import Say, listen
from premortem.app.request_limits import Guard
from premortem.errors import BadInput, MissingData
from premortem.problem import brief
from premortem.problem.page import Pages
from premortem.problem.run import Run
from premortem.text.result import Document

STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
FONT = files("premortem.charts") / "fonts" / "source-sans-3-latin.woff2"
ICON = files("premortem.app") / "static" / "favicon.svg"


def site(run: Run) -> FastAPI:
    """The app of a run; `Guard` stands before it."""
    app, pages = FastAPI(title=run.plan.definition.name, docs_url=None, redoc_url=None), Pages(run)

    @app.exception_handler(BadInput)
    @app.exception_handler(MissingData)
    def refused(request: Request, error: Exception) -> JSONResponse:
        told = error.as_dict() if isinstance(error, BadInput) else {"hint": str(error)}
        return JSONResponse({"error": str(error), **told}, 400)

    @app.get("/", response_class=HTMLResponse)
    def page(assumption: str = "", policy: str = "", outcome: str = "") -> str:
        return _linked(pages.html(assumption, policy, outcome))

    @app.get("/brief.html", response_class=HTMLResponse)
    def whole() -> str:
        return _linked(str(pages.once("brief", lambda: brief.page(run))))

    @app.get("/look.css")
    def look() -> Response:
        font = '@font-face { font-family: "Source Sans 3"; src: url("/font.woff2") format("woff2"); font-weight: 200 900; }\n'
        return Response(font + (brief.TEMPLATES / "brief.css").read_text("utf-8"), media_type="text/css")

    @app.get("/font.woff2")
    def font() -> Response:
        return Response(FONT.read_bytes(), media_type="font/woff2")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(ICON.read_bytes(), media_type="image/svg+xml")

    @app.get("/api/board")
    def board() -> list[Document]:
        return run.board().to_dicts()

    @app.get("/api/boxes")
    def boxes(assumption: str, policy: str = "") -> Document:
        return dict(pages.boxes(assumption, policy or run.policies[0]).as_dict())

    @app.get("/api/breaking-points")
    def breaking_points(assumption: str, policy: str = "") -> Document:
        return dict(pages.turns(assumption, policy or run.policies[0]).as_dict())

    @app.get("/api/sensitivity")
    def sensitivity(outcome: str, policy: str = "") -> Document:
        return dict(pages.sensitivity(outcome, policy or run.policies[0]).as_dict())

    return app


def _linked(page: str) -> str:
    """A page whose style sheet is asked for: the door lets none stand within a page, as a brief of one file has it."""
    return STYLE.sub('<link rel="stylesheet" href="/look.css">', page, count=1)


def serve_problem(
    host: str,
    port: int,
    make: Callable[[], Run],
    *,
    browser: bool = True,
    token: str = "",
    names: tuple[str, ...] = (),
    say: Say = print,
    warn: Say = print,
) -> None:
    """Serve a run until interrupted, to whom `serve` would; it is made once the port is held. Raises `BadInput` as `serve` does."""
    at = listen(host, port, token, names)
    try:
        run = make()
        server = at.server(Guard(site(run), at.hosts, at.token))
        at.greet(f"premortem serves {run.plan.definition.name}", browser, say, warn)
        server.run(sockets=[at.held])
        server.tell_of_stop()
    finally:
        at.held.close()
