"""Short names of long addresses."""

from fastapi import APIRouter, Request
from pydantic import Field

from premortem.app.schema import Answer, Sent
from premortem.app.short_links import LONGEST

router = APIRouter()


class Long(Sent):
    """An address after its `?`."""

    query: str = Field(max_length=LONGEST)


@router.post("/api/states")
def save(given: Long, request: Request) -> Answer:
    """Keep the settings of a long address; `?state=` with the name that is answered stands for them, on this server."""
    return Answer.model_validate({"state": request.app.state.saved.save(given.query)})
