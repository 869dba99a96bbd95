"""The shipment that an address speaks of: its fields under short names, as the form and the links write them."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from premortem.app.view_state import State
from premortem.law.book import Book
from premortem.law.decide import Transaction
from premortem.law.timeline import timeline
from premortem.law.vocabulary import NEEDS, Vocabulary

# Short names of the address and the command line for fields of the vocabulary.
SHORT = {
    "item": "item",
    "quantity": "quantity",
    "to": "destination",
    "hq": "headquarters",
    "parent": "parent_headquarters",
    "consignee": "consignee",
    "status": "status",
    "used": "used_tpp",
    "end_use": "end_use",
    "on": "date",
}
LONG = {long: short for short, long in SHORT.items()}
# Any other field of the vocabulary comes as `f.NAME`.
OTHER = "f."
# The shipment that is shown when the address names none.
EXAMPLE = {"item": "H100 SXM", "quantity": "2000", "destination": "ARE", "date": "2025-06-01"}


def read(query: Mapping[str, str]) -> dict[str, str]:
    """Fields of the vocabulary as texts; the example's where the address speaks of no shipment."""
    given = {SHORT[k]: v for k, v in query.items() if k in SHORT and v.strip()}
    given |= {k.removeprefix(OTHER): v for k, v in query.items() if k.startswith(OTHER) and v.strip()}
    return given if "item" in given or "destination" in given or "tpp" in given else dict(EXAMPLE)


def pairs(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The address of a shipment."""
    return [(LONG.get(k, f"{OTHER}{k}"), _text(v)) for k, v in fields.items() if v is not None and v != ""]


def link(fields: Mapping[str, Any], view: State, under: str, path: str = "/rules") -> str:
    """Address of the answer to a shipment, in this view."""
    query = urlencode([*pairs(fields), ("under", under)])
    return f"{path}?{query}{'&' + view.query if view.query else ''}"


def kind(outcome: str, words: Vocabulary) -> str:
    """How an outcome is coloured: it may go, it is judged, it is barred, or it cannot be said."""
    if outcome.startswith(NEEDS):
        return "unknown"
    if outcome in words.denied:
        return "barred"
    return "judged" if outcome in words.outcomes and outcome not in words.free else "free"


def periods(transaction: Transaction, book: Book, until: date) -> list[dict[str, Any]]:
    """Its strip of time as rows: from, to, outcome, how it reads and is coloured, the clause and what that says."""
    says = {c.id: c.says for c in book.clauses}
    return [
        {
            "from": span.first,
            "to": span.last,
            "outcome": span.outcome,
            "reads": book.vocabulary.reads.get(span.outcome, span.outcome),
            "kind": kind(span.outcome, book.vocabulary),
            "clause": span.clause,
            "says": says.get(span.clause, "no clause asks for a licence"),
        }
        for span in timeline(transaction, book, last=until)
    ]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.10g}" if isinstance(value, float) else str(value)
