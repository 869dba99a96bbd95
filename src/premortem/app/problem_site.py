"""The app of a problem of one's own: one page, and its answers as JSON. It holds no word of any case."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.requests import Request

from premortem.app.listening import Say, listen
from premortem.app.request_limits import Guard
from premortem.errors import BadInput, MissingData
from premortem.problem import brief
from premortem.problem.page import Pages
from premortem.problem.run import Run


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
        return pages.html(assumption, policy, outcome)

    @app.get("/brief.html", response_class=HTMLResponse)
    def whole() -> str:
        return str(pages.once("brief", lambda: brief.page(run)))

    @app.get("/api/board")
    def board() -> list[dict[str, Any]]:
        return run.board().to_dicts()

    @app.get("/api/boxes")
    def boxes(assumption: str, policy: str = "") -> dict[str, Any]:
        return dict(pages.boxes(assumption, policy or run.policies[0]).as_dict())

    @app.get("/api/breaking-points")
    def breaking_points(assumption: str, policy: str = "") -> dict[str, Any]:
        return dict(pages.turns(assumption, policy or run.policies[0]).as_dict())

    @app.get("/api/sensitivity")
    def sensitivity(outcome: str, policy: str = "") -> dict[str, Any]:
        return dict(pages.sensitivity(outcome, policy or run.policies[0]).as_dict())

    return app


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
