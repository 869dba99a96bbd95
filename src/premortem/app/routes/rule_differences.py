"""Two days or two policies compared: what of the rules changed, and who gains and loses."""

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from premortem import facts
from premortem.app import law_changes
from premortem.app.pages import AtDesk, View, render
from premortem.app.routes.rules import Under, rules_of
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.case import Case
from premortem.errors import BadInput
from premortem.law import compare_books as rules
from premortem.law.book import Book
from premortem.law.book_differences import Comparison
from premortem.law.fields.transfers import transfers
from premortem.law.transactions import parse_date
from premortem.text.numbers import days_in_words

router = APIRouter(dependencies=[Depends(rules_of)])
TODAY = "today"


@router.get("/rules/diff", response_class=HTMLResponse, include_in_schema=False)
def diff_page(request: Request, desk: AtDesk, view: View, a: Under = "", b: Under = "") -> HTMLResponse:
    """What changed between two days or two policies."""
    sides, case = sides_of(desk, a, b), desk.study.case
    found, told, error = None, None, None
    try:
        found = desk.answer(("diff", sides), lambda: rule_differences(desk, *sides))
        told = law_changes.told(found, *(_side(desk, side)[0] for side in sides))
    except BadInput as wrong:
        error = wrong
    return render(
        request,
        "diff.html",
        found=found,
        error=error,
        changes=told,
        from_side=_called(desk, sides[0]),
        to_side=_called(desk, sides[1]),
        a=sides[0],
        b=sides[1],
        events=_events(case),
        old=law_changes.stale_said(found, case) if found else "",
        comparison=transfers(case).comparison,
        a_day=case.settings.day,
        a_policy=case.settings.policies[1 % len(case.settings.policies)],
    )


def sides_of(desk: Desk, a: str, b: str) -> tuple[str, str]:
    """Two sides, those that the case shows first where none are asked for; `today` is the day of asking."""
    case = desk.study.case
    usual = case.text.app.changed or (str(case.settings.day), str(case.settings.binding))
    first, second = (str(date.today()) if side == TODAY else side for side in (a or usual[0], b or usual[1]))
    return first, second


def _called(desk: Desk, side: str) -> str:
    """A side in words: a day, a policy, or a policy on a day."""
    policy, _, day = days_in_words(side).partition("@")
    title = desk.study.law(policy).policy.title if policy in desk.study.policies else policy
    return f"{title} on {day}" if day else title


@router.get("/api/diff")
def diff(desk: AtDesk, a: Under = "", b: Under = "") -> Answer:
    """Clauses, numbers, and who gains and loses between two sides: a day, a policy, or POLICY@DAY."""
    return Answer.model_validate(rule_differences(desk, *sides_of(desk, a, b)))


def rule_differences(desk: Desk, a: str, b: str) -> Comparison:
    """The difference of two sides, each a day of the record, a policy, or `POLICY@DAY`."""
    return rules.between(_side(desk, a), _side(desk, b))


def _side(desk: Desk, text: str) -> tuple[Book, date | None]:
    policy, _, day = text.partition("@")
    if policy[:1].isdigit():
        return desk.study.law(desk.study.case.settings.stands), parse_date(policy, desk.study.case)
    return desk.study.law(policy), parse_date(day, desk.study.case) if day else None


def _events(case: Case) -> list[dict[str, Any]]:
    return [e for e in facts.rows("events", case) if e["kind"] == "rule"]
