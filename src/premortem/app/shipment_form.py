"""The shipment that an address speaks of: its fields under short names, as the form and the links write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from premortem.app.page_words import grounds_in_words
from premortem.app.view_state import State
from premortem.case import AppText
from premortem.law.book import Book
from premortem.law.decide import Transaction
from premortem.law.fields import places
from premortem.law.fields.vocabulary import NEEDS, Vocabulary
from premortem.law.parties.clearing import CLEARED, as_text, check_reasons
from premortem.law.parties.pulled_lists import Lists
from premortem.law.rulebook_version import shipped_version
from premortem.law.timeline import Span, timeline
from premortem.law.verdict import asks_for
from premortem.text.numbers import days_in_words, small
from premortem.text.result import Document

# Any field that the form does not show comes as `f.NAME`, and the reason for which a name is cleared as `clear.NAME`.
OTHER, CLEAR = "f.", "clear."


@dataclass(frozen=True)
class Shown:
    """A field of the form: the name under which it is sent, how it is called, what it holds, and how it is asked for."""

    name: str
    label: str
    value: str
    placeholder: str
    choices: tuple[str, ...]
    input: Literal["text", "number", "date"]
    list: Literal["", "items", "places"]


def fields_from_address(query: Mapping[str, str], told: AppText) -> dict[str, str]:
    """Fields of the vocabulary as texts; where none tells of a shipment, those of the example with what is given in their place."""
    given = {told.form[k].field: v for k, v in query.items() if k in told.form and v.strip()}
    given |= {k.removeprefix(OTHER): v for k, v in query.items() if k.startswith(OTHER) and v.strip()}
    if reasons := {k.removeprefix(CLEAR): v.strip() for k, v in query.items() if k.startswith(CLEAR) and v.strip()}:
        before = given.get(CLEARED)
        given[CLEARED] = ";".join([*([before] if before else []), as_text(check_reasons(reasons))])
    return given if given.keys() & set(told.tells) else {**told.example, **given}


def form(fields: Mapping[str, str], words: Vocabulary) -> tuple[list[Shown], list[Shown]]:
    """Fields of the form: what goes where, and who takes part."""
    told = words.case.text.app
    shown = {name: _shown(name, fields.get(one.field, ""), words) for name, one in told.form.items()}
    first = [s for name, s in shown.items() if name not in told.parties and (s.value or name in _ASKED)]
    return first, [shown[name] for name in told.parties]


# Fields of the first part of the form that it shows though they are empty.
_ASKED = ("item", "quantity", "to", "on")


def _shown(name: str, value: str, words: Vocabulary) -> Shown:
    told = words.case.text.app.form[name]
    field = words.fields[told.field]
    choices = told.only or field.choices
    value = value or (str(field.default or "") if choices else "")
    if field.type == "country":
        value = places.names(words.case).get(value, value)
    kind: Literal["text", "number", "date"] = field.type if field.type in ("number", "date") else "text"
    listed: Literal["", "items", "places"] = (
        "places" if field.type == "country" else "items" if told.field == "item" else ""
    )
    return Shown(name, told.label, value, told.placeholder, choices, kind, listed)


def pairs(fields: Mapping[str, object], told: AppText) -> list[tuple[str, str]]:
    """The address of a shipment."""
    short = {one.field: name for name, one in told.form.items()}
    return [(short.get(k, f"{OTHER}{k}"), _text(v)) for k, v in fields.items() if v is not None and v != ""]


def link(fields: Mapping[str, object], view: State, told: AppText, under: str = "", lists: Lists = "shipped") -> str:
    """Address of the answer to a shipment, in this view; under the view's policy unless another is named; by the lists of
    parties that are asked.
    """
    also = {"under": under, "data": "" if lists == "shipped" else lists}
    query = urlencode([*pairs(fields, told), *((key, value) for key, value in also.items() if value)])
    return f"/rules?{query}{'&' + view.query if view.query else ''}"


def kind(outcome: str, words: Vocabulary) -> str:
    """How an outcome is coloured: it may go, it is judged, it is barred, or it cannot be said."""
    if outcome.startswith(NEEDS):
        return "unknown"
    if outcome in words.denied:
        return "barred"
    return "judged" if outcome in words.outcomes and outcome not in words.free else "free"


def reads(outcome: str, words: Vocabulary) -> str:
    """How an outcome reads, one that asks for something too."""
    return words.reads.get(outcome) or f"Cannot be decided: {asks_for(outcome, words)}"


def periods(transaction: Transaction, book: Book, until: date) -> list[Document]:
    """Its strip of time as rows: from, to, outcome, whether it may go and on what that hangs, how it reads and is coloured, the clause and
    what that says, and what no period says of days after the last to which news was followed.
    """
    says = {c.id: c.says for c in book.clauses}
    return [
        {
            "from": span.first,
            "to": span.last,
            "outcome": span.outcome,
            "may_go": span.may_go,
            "rests_on": span.rests_on,
            "reads": _verdict(span, book.vocabulary),
            "kind": "unknown" if span.may_go is None else kind(span.outcome, book.vocabulary),
            "clause": span.clause,
            "says": f"{says.get(span.clause) or _unclaused(span)}{_hanging(span, book.vocabulary)}",
            "warning": days_in_words(shipped_version(book.case).warning(span.last)),
        }
        for span in timeline(transaction, book, last=until)
    ]


def _verdict(span: Span, words: Vocabulary) -> str:
    """How a period reads: a permission that hangs on something never as a plain one."""
    said = reads(span.outcome, words)
    is_plain = span.may_go is not None or span.outcome not in words.free
    return said if is_plain else f"{words.case.text.app.verdicts.unsure}: {small(said)}"


def _unclaused(span: Span) -> str:
    """What is said of a period in which no clause decides."""
    if span.outcome.startswith(NEEDS):
        return "no clause decides until that is said"
    return "no clause requires anything" if span.may_go else "no clause reaches it"


def _hanging(span: Span, words: Vocabulary) -> str:
    """On what the answer of a period hangs: fields by how they are called, questions as they are asked."""
    on = grounds_in_words(span.rests_on, words)
    return f"; hangs on: {on}" if on else ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
