"""What a law of several kinds of answers says of a question: the answer with its clauses, what would change it, and its course in time."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from premortem import facts
from premortem.app import question_form
from premortem.app.pages import render
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.errors import BadInput, BadInputs
from premortem.law import memo
from premortem.law.book import Book
from premortem.law.fields.field_words import called
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.opinion import Opinion, opine
from premortem.law.timeline import Span, opinions
from premortem.text.numbers import capital, listing
from premortem.text.result import Document


def page(request: Request, desk: Desk, view: State, under: str, book: Book) -> HTMLResponse:
    """The form of the case's fields, the answer of each kind, and the strip of time."""
    case, words = desk.study.case, vocabulary(desk.study.case)
    fields, errors = question_form.read(request.query_params, case.text.app.example), list[BadInput]()
    found: dict[str, Any] = {"opinion": None}
    try:
        found = answered(opine(fields, book), view, under)
    except BadInputs as several:
        errors = list(several.errors)
    except BadInput as one:
        errors = [one]
    first, others = question_form.form(fields, words)
    countries = facts.read("countries", case)["name"].to_list() if words.countries else []
    return render(
        request, "opinion.html", first=first, others=others, errors=errors, under=under, countries=countries, says=case.text.app,
        asked=bool(question_form.given(request.query_params)), last_day=words.last,
        edited=bool(view.levers or view.days) and under == view.policy, **found,
    )  # fmt: skip


def answered(opinion: Opinion, view: State, under: str) -> Document:
    """The opinion, its changes each with the address that tries it, and the periods of the strip."""
    book = opinion.book
    words = book.vocabulary
    asked = words.asked
    spans = opinions(opinion.given, book, max(date.today(), opinion.day))
    first, whole = spans[0].first, (spans[-1].last - spans[0].first).days or 1

    def along(day: date) -> float:
        return 100 * (day - first).days / whole

    def link(changed: Mapping[str, object]) -> str:
        return question_form.link({**opinion.as_dict()["transaction"], **changed}, view, under)

    return {
        "opinion": opinion,
        "kind": kind(opinion.outcome, opinion),
        "short": short(opinion),
        "changes": [
            {"text": f"With '{called(c.field, words)}: {c.value}': {opinion.in_words(c.outcome)}", "link": link({c.field: c.value})}
            for c in opinion.changes
        ],
        "readings": [
            {"text": f"If {listing([f'{called(n, words)} is {v}' for n, v in r.fields.items()])}: {opinion.in_words(r.outcome)}", "link": link(dict(r.fields))}
            for r in opinion.readings
        ],
        "assumed": "; ".join(f"{called(name, words)}: {opinion.row[name]}" for name in opinion.assumed),
        "needs": ", ".join(called(name, words) for name in opinion.answer.needs),
        "verified": memo.current(book.case),
        "not_checked": opinion.as_dict()["not_checked"],
        "periods": [
            {"span": s, "kind": kind(s.outcome, opinion), "reads": reads(s, opinion), "x": along(s.first),
             "width": along(s.last) - along(s.first) + 100 / whole, "link": link({asked: s.first})}
            for s in spans
        ],
        "mark": min(max(along(opinion.day), 0), 100),
    }  # fmt: skip


def kind(outcome: str, opinion: Opinion) -> str:
    """How an answer in short is coloured: nothing is asked, something is, or it cannot be told."""
    words = opinion.book.vocabulary
    if outcome not in words.outcomes or outcome == words.unsettled:
        return "unknown"
    return "free" if outcome == next(iter(words.answers.values())).otherwise else "judged"


def short(opinion: Opinion) -> str:
    """The answer in short, in words."""
    return capital(opinion.in_words(opinion.outcome))


def reads(span: Span, opinion: Opinion) -> str:
    """How a period's answer in short reads."""
    return capital(opinion.in_words(span.outcome))
