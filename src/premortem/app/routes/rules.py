"""What the rules say: of a shipment the decision with its ladder, what would change it, and the answer through time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from premortem import facts
from premortem.app import labels, question_form, shipment_form
from premortem.app.pages import AtDesk, View, desk_of, render
from premortem.app.routes import opinion
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.case import Case
from premortem.errors import BadInput, BadInputs, MissingData
from premortem.law import compare_books as rules
from premortem.law import currency, memo, memo_parts, verdict
from premortem.law.ambiguous_items import possible
from premortem.law.book import Book
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.fields.field_words import called, untyped
from premortem.law.fields.items import catalogued, named_items
from premortem.law.fields.named_fields import number_of, text_of
from premortem.law.fields.vocabulary import NEEDS, vocabulary
from premortem.law.opinion import Opinion, opine
from premortem.law.parties.pulled_lists import Lists, pulled_on, with_lists
from premortem.law.timeline import opinions
from premortem.law.unchecked import to_clear
from premortem.text.numbers import capital, listing, small
from premortem.text.result import Document


def rules_of(request: Request) -> None:
    """What every screen of rules asks first. Raises `MissingData` where the case has neither items nor kinds of answers."""
    case = desk_of(request).study.case
    if not (vocabulary(case).answers or catalogued(case)):
        raise MissingData(f"{case.name} has no catalogue of items; ask its rules with `premortem check`")


router = APIRouter(dependencies=[Depends(rules_of)])
Under = Annotated[str, Query(max_length=60)]
Data = Annotated[Lists, Query(description="lists of parties: those that ship, or those that were pulled as well")]


@router.get("/rules", response_class=HTMLResponse, include_in_schema=False)
def page(request: Request, desk: AtDesk, view: View, under: Under = "", data: Data = "shipped") -> HTMLResponse:
    """The form, the answer, the ladder and the strip of time."""
    case, words = desk.study.case, vocabulary(desk.study.case)
    policy = under if under in desk.study.policies else _asked_under(request, view, case)
    if words.answers:
        return opinion.page(request, desk, view, policy, book_of(desk, view, policy))
    fields, errors = shipment_form.fields_from_address(request.query_params, case.text.app), list[BadInput]()
    found: dict[str, Any] = {"decision": None, "changes": [], "periods": []}
    try:
        book = book_of(desk, view, policy, data)
        transaction = Transaction(fields, case=book.case)
        found = decision_view(transaction, book, view, policy)
    except BadInputs as several:
        errors = list(several.errors)
    except BadInput as one:
        errors = [one]
    except MissingData as nothing:  # the lists that are asked for
        errors = [BadInput("address", "lists of parties", str(nothing))]
    first, parties = shipment_form.form(fields, words)
    counted = words.measure.one
    items = named_items(case).with_columns(measure=f"c_{counted}" if counted else pl.lit(None))
    return render(
        request, "rules.html", fields=fields, first=first, parties=parties, errors=errors, under=policy, items=items.to_dicts(), 
        unit=words.fields[counted].unit if counted else "", kinds=[k for k in words.kinds if k not in {*items["kind"]}], says=case.text.app,
        countries=facts.read("countries", case).select("iso3", "name").to_dicts(),
        asked=bool(set(request.query_params) & set(case.text.app.form)), vocabulary=words.fields,
        long={one.field for one in case.text.app.form.values()},
        edited=bool(view.levers or view.days) and policy == view.policy,
        data=data, pulled_on=pulled_on(case), **found,
    )  # fmt: skip


def decision_view(transaction: Transaction, book: Book, view: State, policy: str) -> Document:
    """The decision, its changes each with the address that tries it, and the periods of the strip."""
    decision = explain(transaction, book, policy)
    given = decision.transaction
    today = date.today()
    periods = shipment_form.periods(transaction, book, max(today, decision.day))
    first = periods[0]["from"]
    whole = (periods[-1]["to"] - first).days or 1
    for p in periods:
        p["x"], p["width"] = 100 * (p["from"] - first).days / whole, 100 * ((p["to"] - p["from"]).days + 1) / whole
        p["link"] = shipment_form.link({**given, "date": p["from"]}, view, book.case.text.app, policy, lists_of(book))
    told = untyped(verdict.answer_alone(decision))
    conditions = [capital(untyped(one)) for one in verdict.conditions(decision)]
    several = possible(given, book) if decision.outcome == f"{NEEDS}item" else ()
    meant = {item: explain(transaction.of(item), book, policy) for item in several}
    return {
        "decision": decision,
        "kind": "unknown" if decision.may_go is None else shipment_form.kind(decision.outcome, book.vocabulary),
        "changes": changes(decision, view, policy, book),
        "choices": [
            {
                "text": item,
                "link": shipment_form.link({**given, "item": item}, view, book.case.text.app, policy, lists_of(book)),
                "standing": standing(one),
            }
            for item, one in meant.items()
        ],
        "whichever": whichever(meant),
        "standing": standing(decision),
        "step_words": labels.step_words(decision, book),
        "question": verdict.question(decision),
        "said": f"If all that is listed here is so: {small(told)}" if conditions and decision.may_go is None else told,
        "conditions": conditions,
        "memo": memo_parts.of_decision(decision),
        "to_clear": to_clear(decision),
        "to_give": to_give(decision),
        "verified": memo.current(book.case),
        "currency": currency.status(book, today),
        "met_word": memo.met_word,
        "periods": periods,
        "mark": min(max(100 * (decision.day - first).days / whole, 0), 100),
        "h100e": rules.h100e(text_of(given, "item"), number_of(given, "quantity", 1), book.case),
    }


def standing(decision: Decision) -> str:
    """Whether it may go, in a few words of its case."""
    say = decision.case.text.app.verdicts
    if decision.may_go is None:
        return say.undecided if decision.outcome.startswith(NEEDS) else say.unsure
    return say.free if decision.may_go else say.denied if decision.denied else say.bound


def whichever(meant: Mapping[str, Decision]) -> str:
    """Whether each item that a spelling could mean has the same answer, and which; else in what they differ. A permission is still given of a
    named item alone, since its numbers are another for each.
    """
    if not meant:
        return ""
    parts: dict[str, Callable[[Decision], object]] = {
        "outcome": lambda d: d.outcome,
        "clause that decides": lambda d: d.clause,
        "what they hang on": lambda d: (d.may_go, verdict.conditions(d), d.elsewhere),
        "class": lambda d: d.own_class,
    }
    first, *others = meant.values()
    differ = [name for name, of in parts.items() if any(of(other) != of(first) for other in others)]
    if differ:
        return f"They differ in: {listing(differ)}."
    return f"The answer is the same for {listing([*meant])}: {small(untyped(verdict.answer(first)))}{_points(first)} Choose one for its numbers and memo."


def _points(decision: Decision) -> str:
    """The points that an answer leaves open, after it."""
    return f" Left open: {' '.join(decision.elsewhere)}" if decision.elsewhere else ""


def to_give(decision: Decision) -> list[dict[str, str]]:
    """What was assumed, as a field of the form: how it is called and reads, and under which name it is sent."""
    words = decision.vocabulary
    short = {one.field: name for name, one in words.case.text.app.form.items()}
    ordered = (*decision.rests_on, *(a for a in decision.assumed if a not in decision.rests_on))
    return [
        {"text": text, "name": "" if a.field in short else f"{shipment_form.OTHER}{a.field}", "short": short.get(a.field, ""), "called": called(a.field, words)}
        for a, text in zip(ordered, memo.assumptions(decision), strict=True)
        if a.field in words.given
    ]  # fmt: skip


def changes(decision: Decision, view: State, policy: str, book: Book) -> list[dict[str, str]]:
    """What would change the answer: the sentence, and the address of the changed shipment where there is one."""
    return [
        {
            "text": untyped(change.says[0].upper() + change.says[1:]),
            "link": shipment_form.link(change.row, view, book.case.text.app, policy, lists_of(book))
            if change.row
            else "",
        }
        for change in decision.changes
    ]


def book_of(desk: Desk, view: State, policy: str, data: Lists = "shipped") -> Book:
    """The rulebook asked: with the view's changed numbers when it is the view's policy, and the lists of parties asked for.

    Raises `BadInput` and `MissingData` for lists that there are not.
    """
    book = desk.live.book(view) if policy == view.policy else desk.study.law(policy)
    return replace(book, case=with_lists(book.case, data))


def lists_of(book: Book) -> Lists:
    """Which lists of parties a rulebook is asked with."""
    return "pulled" if book.case.lists else "shipped"


class Shipment(BaseModel):
    """A shipment by the fields of the vocabulary, and under which policy it is asked about."""

    model_config = ConfigDict(extra="allow")

    item: str | None = Field(default=None, max_length=100)
    quantity: float | str = 1
    destination: str | None = Field(default=None, max_length=60)
    date: str | None = Field(default=None, max_length=10)
    under: str = Field(default="", max_length=60)
    data: Lists = "shipped"


@router.post("/api/check")
def check(asked: Shipment, desk: AtDesk, view: View) -> Answer:
    """One answer, explained: the keys of `premortem check --json`."""
    fields = {k: v for k, v in dict(asked).items() if v is not None and k not in ("under", "data")}
    under = asked.under or desk.study.case.settings.stands
    book = book_of(desk, view, under, asked.data)
    if book.vocabulary.answers:
        return Answer.model_validate(
            opine(_flat({k: v for k, v in fields.items() if k in asked.model_fields_set}), book).as_dict()
        )
    return Answer.model_validate(explain(Transaction(_flat(fields), case=book.case), book, under).as_dict())


@router.get("/api/rules")
def answer_of(request: Request, desk: AtDesk, view: View, under: Under = "", data: Data = "shipped") -> Answer:
    """The answer to the question of the address, whose fields come as `f.NAME`: the keys of `premortem check --json`."""
    under = under or _asked_under(request, view, desk.study.case)
    return Answer.model_validate(answer_to(request, desk, view, under, data).as_dict())


def _asked_under(request: Request, view: State, case: Case) -> str:
    """The policy of the address where it names or changes one, else what stands: who asks of a shipment means the law in force."""
    return view.policy if "policy" in request.query_params or view.levers or view.days else case.settings.stands


def answer_to(request: Request, desk: Desk, view: State, policy: str, data: Lists = "shipped") -> Decision | Opinion:
    """The answer to the question of the address under a policy. Raises `BadInput` for a question that cannot be read."""
    book, told = book_of(desk, view, policy, data), desk.study.case.text.app
    if book.vocabulary.answers:
        return opine(question_form.read(request.query_params, told.example), book)
    asked = Transaction(shipment_form.fields_from_address(request.query_params, told), case=book.case)
    return explain(asked, book, policy)


def _flat(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields; nested values are no values of one. Raises `BadInput`."""
    nested = [k for k, v in fields.items() if isinstance(v, dict | list)]
    if nested:
        raise BadInput("transaction", nested[0][:60], "is not one value", allowed="text, a number, or true or false")
    return fields


@router.get("/api/timeline")
def through_time(request: Request, desk: AtDesk, view: View, under: Under = "", data: Data = "shipped") -> Answer:
    """The answer from the first rule to today, as periods of one outcome each."""
    under = under or desk.study.case.settings.stands
    book, told = book_of(desk, view, under, data), desk.study.case.text.app
    if book.vocabulary.answers:
        fields: Any = question_form.read(request.query_params, told.example)
        periods = [s._asdict() for s in opinions(fields, book)]
        return Answer.model_validate({"periods": periods, "under": under, "transaction": fields})
    transaction = Transaction(shipment_form.fields_from_address(request.query_params, told), case=book.case)
    given = {"date": date.today(), **transaction.fields}
    periods = shipment_form.periods(transaction, book, date.today())
    return Answer.model_validate({"periods": periods, "under": under, "transaction": given})
