"""Long runs: start, watch, cancel."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from premortem.app.jobs import MOST, Jobs
from premortem.app.pages import AtDesk, render
from premortem.app.schema import Answer, Sent
from premortem.app.view_state import MOST_SEED
from premortem.errors import BadInput, nearest

router = APIRouter()


def jobs_of(request: Request) -> Jobs:
    """The jobs of this server."""
    found: Jobs = request.app.state.jobs
    return found


TheJobs = Annotated[Jobs, Depends(jobs_of)]


@router.get("/jobs", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, jobs: TheJobs) -> HTMLResponse:
    """Runs in the background."""
    return render(request, "jobs.html", jobs=[job.as_dict() for job in jobs.all()], home=jobs.place)


class Asked(Sent):
    """A run: which policies (all when empty), how many futures, which seed."""

    policies: list[str] = Field(default_factory=list, max_length=40)
    futures: int = Field(default=100_000, ge=1000, le=MOST)
    seed: int = Field(default=7, ge=0, le=MOST_SEED)


@router.get("/api/jobs")
def job_list(jobs: TheJobs) -> Answer:
    """Every job, the newest first."""
    return Answer.model_validate({"jobs": [job.as_dict() for job in jobs.all()]})


@router.post("/api/jobs", status_code=202)
def start(asked: Asked, jobs: TheJobs, desk: AtDesk) -> Answer:
    """Start a run in the background."""
    for policy in asked.policies:
        if policy not in desk.study.policies:
            known = desk.study.policies
            raise BadInput(
                "jobs",
                "policies",
                f"no such policy of {desk.study.case.name}",
                got=policy[:60],
                allowed=", ".join(known),
                hint=nearest(policy, known),
            )
    chosen = tuple(dict.fromkeys(asked.policies)) or desk.study.policies
    return Answer.model_validate({"job": jobs.start(chosen, asked.futures, asked.seed).as_dict()})


@router.get("/api/jobs/{name}")
def one(name: str, jobs: TheJobs) -> Answer:
    """One job."""
    return Answer.model_validate({"job": jobs.find(name).as_dict()})


@router.post("/api/jobs/{name}/cancel")
def cancel(name: str, jobs: TheJobs) -> Answer:
    """Stop a job; what it has finished stays on disk."""
    return Answer.model_validate({"job": jobs.cancel(name).as_dict()})


@router.get("/api/jobs/{name}/brief", response_class=HTMLResponse)
def brief(name: str, jobs: TheJobs) -> HTMLResponse:
    """The brief that a finished run wrote, to download."""
    path = jobs.find(name).folder / "brief.html"
    if not path.is_file():
        raise BadInput("jobs", name, "has no brief", allowed="a finished run")
    headers = {"content-disposition": f'attachment; filename="premortem-brief-{name}.html"'}
    return HTMLResponse(path.read_text("utf-8"), headers=headers)
