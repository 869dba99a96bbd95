"""May this shipment go: the decision with its ladder, what would change it, the answer through time, and two days compared."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from premortem import facts
from premortem.app import shipment_form
from premortem.app.pages import AtDesk, View, holds, render
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.errors import BadInput, BadInputs
from premortem.law import diff as rules
from premortem.law import memo
from premortem.law.book import Book
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.items import named
from premortem.law.transactions import parse_date
from premortem.law.vocabulary import vocabulary

router = APIRouter(
    dependencies=[
        Depends(holds("chips", "decides no shipments; ask its rules with `premortem check --set FIELD=VALUE`"))
    ]
)
STATUSES = {"none": "none", "uveu": "universal VEU", "nveu": "national VEU"}
END_USES = ("data_centre", "development", "production", "storage", "packaging", "supercomputer")
# Days between which the note's own period lies.
BEFORE, AFTER = "2025-02-26", "2026-02-01"
Under = Annotated[str, Query(max_length=60)]


@router.get("/rules", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View, under: Under = "") -> HTMLResponse:
    """The form, the answer, the ladder and the strip of time."""
    fields, errors = shipment_form.read(request.query_params), list[BadInput]()
    case, words = desk.study.case, vocabulary(desk.study.case)
    policy = under if under in desk.study.policies else view.policy
    found: dict[str, Any] = {"decision": None, "changes": [], "periods": []}
    try:
        book = book_of(desk, view, policy)
        transaction = Transaction(fields, case=book.case)
        found = answered(transaction, book, view, policy)
    except BadInputs as several:
        errors = list(several.errors)
    except BadInput as one:
        errors = [one]
    return render(
        request, "rules.html", fields=fields, errors=errors, under=policy, chips=named(case).to_dicts(), kinds=words.kinds,
        countries=facts.read("countries").select("iso3", "name").to_dicts(), statuses=STATUSES, end_uses=END_USES,
        asked=bool(set(request.query_params) & set(shipment_form.SHORT)), vocabulary=words.fields, long=shipment_form.LONG,
        edited=bool(view.levers or view.days) and policy == view.policy, **found,
    )  # fmt: skip


def answered(transaction: Transaction, book: Book, view: State, policy: str) -> dict[str, Any]:
    """The decision, its changes each with the address that tries it, and the periods of the strip."""
    decision = explain(transaction, book, policy)
    given = decision.transaction
    today = date.today()
    periods = shipment_form.periods(transaction, book, max(today, given["date"]))
    first = periods[0]["from"]
    whole = (periods[-1]["to"] - first).days or 1
    for p in periods:
        p["x"], p["width"] = 100 * (p["from"] - first).days / whole, 100 * ((p["to"] - p["from"]).days + 1) / whole
        p["link"] = shipment_form.link({**given, "date": p["from"]}, view, policy)
    return {
        "decision": decision,
        "kind": shipment_form.kind(decision.outcome, book.vocabulary),
        "changes": changes(decision, view, policy),
        "question": memo.question(decision),
        "asked_of": memo.by_instrument(decision.asked),
        "hits": memo.hits(decision),
        "supposed": memo.supposed(decision),
        "verified": memo.current(book.case),
        "met_word": memo.met_word,
        "periods": periods,
        "mark": min(max(100 * (given["date"] - first).days / whole, 0), 100),
        "h100e": rules.h100e(str(given.get("item", "")), float(given.get("quantity", 1)), book.case),
    }


def changes(decision: Decision, view: State, policy: str) -> list[dict[str, str]]:
    """What would change the answer: the sentence, and the address of the changed shipment where there is one."""
    return [
        {
            "text": change.says[0].upper() + change.says[1:],
            "link": shipment_form.link(change.row, view, policy) if change.row else "",
        }
        for change in decision.changes
    ]


def book_of(desk: Desk, view: State, policy: str) -> Book:
    """The rulebook asked: with the view's changed numbers when it is the view's policy."""
    return desk.live.book(view) if policy == view.policy else desk.study.book(policy)


class Shipment(BaseModel):
    """A shipment by the fields of the vocabulary, and under which policy it is asked about."""

    model_config = ConfigDict(extra="allow")

    item: str | None = Field(default=None, max_length=100)
    quantity: float | str = 1
    destination: str | None = Field(default=None, max_length=60)
    date: str | None = Field(default=None, max_length=10)
    under: str = Field(default="", max_length=60)


@router.post("/api/check")
def check(asked: Shipment, desk: AtDesk, view: View) -> Answer:
    """One decision, explained: the keys of `premortem check --json`."""
    fields = {k: v for k, v in dict(asked).items() if v is not None and k != "under"}
    under = asked.under or desk.study.case.settings.stands
    return Answer.model_validate(explain(_transaction(fields, desk), book_of(desk, view, under), under).as_dict())


def _transaction(fields: dict[str, Any], desk: Desk) -> Transaction:
    """A transaction; nested values are no values of a field."""
    nested = [k for k, v in fields.items() if isinstance(v, dict | list)]
    if nested:
        raise BadInput("transaction", nested[0][:60], "is not one value", allowed="text, a number, or true or false")
    return Transaction(fields, case=desk.study.case)


@router.get("/api/timeline")
def through_time(request: Request, desk: AtDesk, view: View, under: Under = "") -> Answer:
    """The answer to a shipment from August 2022 to today, as periods of one outcome each."""
    under = under or desk.study.case.settings.stands
    transaction = Transaction(shipment_form.read(request.query_params), case=desk.study.case)
    given = {"date": date.today(), **transaction.fields}
    periods = shipment_form.periods(transaction, book_of(desk, view, under), date.today())
    return Answer.model_validate({"periods": periods, "under": under, "transaction": given})


@router.get("/rules/diff", response_class=HTMLResponse, include_in_schema=False)
def diff_page(request: Request, desk: AtDesk, view: View, a: Under = "", b: Under = "") -> HTMLResponse:
    """What changed between two days or two policies."""
    sides = (a or BEFORE, b or AFTER)
    found, error = None, None
    try:
        found = desk.answer(("diff", sides), lambda: compared(desk, *sides))
    except BadInput as wrong:
        error = wrong
    return render(request, "diff.html", found=found, error=error, a=sides[0], b=sides[1], events=_events())


@router.get("/api/diff")
def diff(desk: AtDesk, a: Under, b: Under) -> Answer:
    """Clauses, numbers, and who gains and loses between two sides: a day, a policy, or POLICY@DAY."""
    return Answer.model_validate(compared(desk, a, b))


def compared(desk: Desk, a: str, b: str) -> dict[str, Any]:
    """The difference of two sides, each a day of the record, a policy, or `POLICY@DAY`."""
    return rules.diff(_side(desk, a), _side(desk, b))


def _side(desk: Desk, text: str) -> tuple[Book, date]:
    policy, _, day = text.partition("@")
    if policy[:1].isdigit():
        return desk.study.book(desk.study.case.settings.stands), parse_date(policy, desk.study.case)
    return desk.study.book(policy), parse_date(day or "2025-06-01", desk.study.case)


def _events() -> list[dict[str, Any]]:
    return facts.read("events").filter(facts.read("events")["kind"] == "rule").to_dicts()
