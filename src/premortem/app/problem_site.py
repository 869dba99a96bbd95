"""The app of a problem of one's own: one page, and its answers as JSON. It holds no word of any case."""

import socket
import webbrowser
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request

from premortem.app.serve import PATIENCE, bound
from premortem.errors import BadInput, MissingData
from premortem.problem import brief
from premortem.problem.page import Pages
from premortem.problem.run import Run


def site(run: Run, hosts: list[str]) -> FastAPI:
    """The app of a run, for requests to these hosts."""
    app, pages = FastAPI(title=run.plan.definition.name, docs_url=None, redoc_url=None), Pages(run)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)

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
    host: str, port: int, make: Callable[[], Run], *, browser: bool = True, say: Callable[[str], None] = print
) -> None:
    """Serve a run until interrupted; it is made once the port is held. Raises `BadInput` for a port that is taken."""
    held = bound(host, port)
    try:
        import uvicorn  # late: a wrong port is told at once

        run = make()
        hosts = [
            host,
            "localhost",
            "127.0.0.1",
            "[::1]",
            *([socket.gethostname()] if host in ("0.0.0.0", "::") else []),
        ]
        config = uvicorn.Config(
            site(run, hosts),
            log_level="critical",
            timeout_graceful_shutdown=PATIENCE,
            server_header=False,
            lifespan="off",
        )
        address = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{held.getsockname()[1]}"
        say(f"premortem serves {run.plan.definition.name} at {address} (Ctrl-C stops it)")
        if browser:
            webbrowser.open(address)
        uvicorn.Server(config).run(sockets=[held])
    finally:
        held.close()
