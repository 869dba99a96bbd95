"""Alternative futures: families of trajectories with their share under each policy, a real member, and early signs."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from premortem import questions
from premortem.app import chart_specs
from premortem.app.pages import AtDesk, View, render, wait_for
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.case import Case, year_of
from premortem.charts.marks import spread
from premortem.questions.archetypes import STRUCTURE
from premortem.questions.futures import AlternativeFutures
from premortem.text import phrases
from premortem.text.result import Document

router = APIRouter()
Letter = Annotated[str, Query(max_length=10)]
# Room of a letter at the end of a line, in heights of a chart.
LETTER = 0.09


@router.get("/futures", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View, family: Letter = "") -> HTMLResponse:
    """The families, largest first, each beside the others in the same series."""
    if early := wait_for(
        request,
        "Do the futures fall into families?",
        "Looking for families of trajectories; this takes some seconds the first time.",
        there=desk.knows(("futures",)),
    ):
        return early
    found = families(desk)
    titles = {p: desk.study.law(p).policy.title for p in desk.study.policies}
    return render(
        request,
        "futures.html",
        rests_on=desk.run,
        found=found,
        titles=titles,
        grouped=phrases.grouping_phrase(found.k, found.continuum),
        kind=phrases.kind(found.continuum),
        structure=STRUCTURE,
        charts=charts(found, desk.study.case, family),
        chosen=family if family in letters(found).values() else "",
    )


@router.get("/api/futures")
def futures(desk: AtDesk) -> Answer:
    """Families of futures: the keys of `premortem futures --json`."""
    return Answer.model_validate(families(desk).as_dict())


def families(desk: Desk) -> AlternativeFutures:
    """The families of the stored run, worked out once."""
    found: AlternativeFutures = desk.answer(("futures",), lambda: questions.futures(desk.run))
    return found


def letters(found: AlternativeFutures) -> dict[str, str]:
    """The letter of each family by its name, the largest first."""
    return {a.name: chr(65 + i) for i, a in enumerate(found.archetypes)}


def charts(found: AlternativeFutures, case: Case, chosen: str = "") -> list[chart_specs.Chart]:
    """A chart a series: the median and middle half of each family by year; the others grey where one is chosen."""
    first = case.settings.day.year - 1  # the year before what is asked about
    last = year_of(case.clock.labels[-1])
    signs, by, kind = questions.signs(case), letters(found), phrases.kind(found.continuum)
    made = []
    for name, said in signs.items():
        rows = [
            {
                "family": by[a.name], "year": year_of(b.quarter), "p25": b.p25, "p50": b.p50, "p75": b.p75,
                "dim": chosen in by.values() and by[a.name] != chosen,
            }
            for a in found.archetypes for b in a.bands if b.series == name and year_of(b.quarter) >= first
        ]  # fmt: skip
        _set_letters_apart(rows, last)
        made.append(
            chart_specs.Chart(
                f"series-{name}", said["title"], f"{said['title']} by {kind} of the futures and year; the table holds the numbers",
                f"{said['unit']}; line the median of each {kind}, band its middle half", chart_specs.families(said["unit"], list(by.values()), last), rows,
                {"family": kind.capitalize(), "year": "Year", "p25": "25%", "p50": "median", "p75": "75%"},
            )
        )  # fmt: skip
    return made


def _set_letters_apart(rows: list[Document], last: int) -> None:
    """Give each row of the last year the height `named` of its letter, clear of the others."""
    if not rows:
        return
    ends = [row for row in rows if row["year"] == last]
    reach = max(row["p75"] for row in rows) - min(0.0, *(row["p25"] for row in rows))  # an axis begins at 0
    for row, height in zip(ends, spread([row["p50"] for row in ends], LETTER * reach), strict=True):
        row["named"] = height
