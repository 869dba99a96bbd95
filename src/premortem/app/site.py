"""The web app as one object: routers, pages, errors in words, and the guard around it all."""

import hashlib
import logging
import secrets
import time
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from premortem.app import page_words, routes
from premortem.app.jobs import MOST, MOST_HELD, MOST_SHARED, Jobs
from premortem.app.pages import NotUnderstood, check_address, render
from premortem.app.request_limits import Guard
from premortem.app.response_cache import Answers, Held
from premortem.app.routes import ledger
from premortem.app.schema import Refusal
from premortem.app.session import PATIENCE, Desk
from premortem.app.short_links import Expanded, Saved
from premortem.app.valid_texts import check_body
from premortem.app.view_state import KEYS
from premortem.errors import BadInputs, PremortemError
from premortem.files.faults import fault
from premortem.text.places import without_folders

STATIC = files("premortem.app") / "static"
log = logging.getLogger("premortem.app")


def make(
    folder: Path | None = None,
    hosts: tuple[str, ...] = (),
    case: str | None = None,
    run: Path | None = None,
    token: str = "",
) -> FastAPI:
    """The app on a study folder, or on a case (the leading one without either). `hosts` are further names it answers to; a
    `token` is asked of everybody, and makes jobs smaller: they are others' to start.
    """
    site = bare()
    site.state.desk = Desk(folder, case, run)
    most, held = (MOST_SHARED, MOST_HELD) if token else (MOST, None)
    site.state.jobs = Jobs(folder, site.state.desk.reopen, case, most, held)
    site.state.saved = Saved(folder)
    answers = Held(site.state.desk)
    site.add_middleware(Answers, held=answers)
    site.add_middleware(Expanded, saved=site.state.saved)
    site.add_middleware(Guard, hosts=hosts, token=token, at_hand=answers.__contains__)
    return site


def interrupt(site: FastAPI) -> None:
    """Tell what runs beside the server, jobs and long answers, that it stops; waits for none of it."""
    site.state.desk.closing.set()
    site.state.jobs.interrupt()


def close(site: FastAPI, patience: float = PATIENCE, jobs: float | None = None) -> bool:
    """Stop what runs beside the server, jobs and long answers; whether all of it ended within so many seconds, or jobs within `jobs`."""
    ends = time.monotonic() + patience
    site.state.jobs.close(patience if jobs is None else jobs)
    ledger.forget()
    return bool(site.state.desk.close(ends - time.monotonic()))


def bare() -> FastAPI:
    """The routers, pages and errors, without a study: enough to describe the API."""
    site = FastAPI(
        title="premortem",
        version=version("premortem"),
        description=f"Assumptions of a policy, tested over thousands of futures. Shares of futures, not forecasts.\n\n{KEYS}",
        dependencies=[Depends(check_body), Depends(check_address)],
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        responses={400: {"model": Refusal}, 422: {"model": Refusal}, 429: {"model": Refusal}},
    )
    site.mount("/static", StaticFiles(directory=str(STATIC)), name="static")
    for router in routes.ALL:
        site.include_router(router)
    _errors(site)
    return site


def _errors(site: FastAPI) -> None:
    @site.exception_handler(PremortemError)
    async def _ours(request: Request, error: PremortemError) -> Response:
        several = error.errors if isinstance(error, BadInputs) else [error]
        dicts = [page_words.fault(e) for e in several]
        return _refuse(request, 422 if isinstance(error, NotUnderstood) else 400, dicts, "This could not be used")

    @site.exception_handler(RequestValidationError)
    async def _theirs(request: Request, error: RequestValidationError) -> Response:
        known = _keys_of_body(request)
        dicts = [
            fault("request", ".".join(str(part) for part in e["loc"][1:] if part != 0) or "body", e, known).as_dict()
            for e in error.errors()
        ]
        return _refuse(request, 422, dicts, "This could not be used")

    @site.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        title = "There is no such page" if error.status_code == 404 else "This was refused"
        return _refuse(request, error.status_code, [_fields(str(error.detail), request.url.path)], title, error.headers)

    @site.exception_handler(ClientDisconnect)
    async def _left(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=499)  # nobody reads it, and nothing is amiss here

    @site.exception_handler(Exception)
    async def _bug(request: Request, error: Exception) -> Response:
        code = secrets.token_hex(4)
        log.error("bug %s at %s", code, request.url.path, exc_info=error)
        said = _fields(f"a bug in premortem, code {code}; the server goes on and your settings are in the address")
        return _refuse(request, 500, [said], "Something went wrong on this screen")


def _keys_of_body(request: Request) -> tuple[str, ...]:
    """Keys that the body of a request may hold; none where it takes none."""
    body = getattr(request.scope.get("route"), "body_field", None)
    return tuple(getattr(body.field_info.annotation, "model_fields", {})) if body else ()


def _fields(what: str, key: str = "", got: object = None) -> dict[str, str]:
    shown = "" if got is None else str(got)[:200]
    return {"file": "request", "key": key, "got": shown, "allowed": "", "hint": without_folders(what)}


def _refuse(request: Request, status: int, dicts: list[dict[str, str]], title: str, headers: Any = None) -> Response:
    if request.url.path.startswith(("/api/", "/static/")):
        body: dict[str, Any] = {"error": dicts[0]} | ({"errors": dicts} if len(dicts) > 1 else {})
        return JSONResponse(body, status_code=status, headers=headers)
    return render(request, "refused.html", status=status, title=title, errors=dicts)


def digest(name: str) -> str:
    """Short SHA-256 of a packaged asset."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
