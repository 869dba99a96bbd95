"""Names of parties looked up in the lists that the case holds."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from premortem.app.pages import AtDesk, render, rules_screens
from premortem.errors import PremortemError
from premortem.law import memo
from premortem.law.parties.lists import called
from premortem.law.parties.pulled_lists import Lists, pulled_on, with_lists
from premortem.law.screening import screen
from premortem.law.transactions import parse_date

router = APIRouter()
PATH = "/rules/screen"
# Most letters of all names together.
MOST = 20_000


@router.get(PATH, response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk) -> HTMLResponse:
    """An empty form, and what is held."""
    return _answer(request, desk, "", "")


@router.post(PATH, response_class=HTMLResponse, include_in_schema=False)
def look_up(
    request: Request,
    desk: AtDesk,
    names: Annotated[str, Form(max_length=MOST)] = "",
    on: Annotated[str, Form(max_length=20)] = "",
    data: Annotated[Lists, Form()] = "shipped",
) -> HTMLResponse:
    """The hits of some names, a name a line: they come in the body, so that no address holds them."""
    return _answer(request, desk, names, on, data)


def _answer(request: Request, desk: AtDesk, names: str, on: str, data: Lists = "shipped") -> HTMLResponse:
    case = desk.study.case
    if PATH not in rules_screens(case):
        raise HTTPException(404, "this case holds no lists of parties")
    found, error = None, ""
    try:
        day: date | None = parse_date(on, case) if on else None
        found = screen(names.splitlines(), day, with_lists(case, data))
    except PremortemError as wrong:
        error = str(wrong)
    return render(
        request, "screening.html", found=found, error=error, names=names, on=on, advice=memo.ADVICE, data=data,
        pulled_on=pulled_on(case), called={one.name: called(one.name, case) for one in found.lists} if found else {},
    )  # fmt: skip
