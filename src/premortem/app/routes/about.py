"""About the numbers: tables with their sources, versions, and whether the study changed on disk."""

from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse

from premortem import facts
from premortem.app.pages import AtDesk, render
from premortem.app.request_limits import KEPT_FONT
from premortem.app.schema import Answer
from premortem.charts.render import FONTS

router = APIRouter()


@router.get("/about", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk) -> HTMLResponse:
    """Where every number comes from."""
    return render(
        request,
        "about.html",
        about=desk.study.case.text.brief,
        tables=facts.status(desk.study.case),
        titles={table.name: table.title for table in facts.catalogue(desk.study.case).values()},
        versions={n: version(n) for n in ("premortem", "jax", "altair", "vl-convert-python")},
    )


@router.get("/favicon.ico", include_in_schema=False)
def favicon() -> RedirectResponse:
    """The icon, where browsers look for it."""
    return RedirectResponse("/static/favicon.svg")


@router.get("/font.woff2", include_in_schema=False)
def font() -> FileResponse:
    """The typeface of charts and pages alike."""
    kept = {"cache-control": KEPT_FONT}
    return FileResponse(str(FONTS / "source-sans-3-latin.woff2"), media_type="font/woff2", headers=kept)


@router.get("/api/health")
def health(desk: AtDesk) -> Answer:
    """Whether the server is up, and whether the study changed on disk since it was read."""
    return Answer.model_validate(
        {"version": version("premortem"), "stale": desk.stale, "fault": desk.fault, "study": desk.fingerprint}
    )
