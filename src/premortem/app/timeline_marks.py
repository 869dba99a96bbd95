"""Days on which something became known or changed: the marks of the as-of timeline."""

from collections import Counter
from datetime import date
from functools import cache
from typing import Any

from premortem import facts
from premortem.case import Case
from premortem.law.book import Book
from premortem.law.fields.vocabulary import vocabulary
from premortem.text.result import Document

# The kind of event that is a change of the rules.
RULE = "rule"


@cache
def days(case: Case) -> list[Document]:
    """Days of events since before the first rule with what happened, the rules among them told apart; in order."""
    begins = vocabulary(case).strip_from
    by: dict[date, list[dict[str, Any]]] = {}
    for event in sorted(facts.rows("events", case), key=lambda row: row["date"]):
        day = event["date"] if isinstance(event["date"], date) else date.fromisoformat(event["date"])
        if day >= begins:
            by.setdefault(day, []).append(event)
    return [
        {
            "day": day.isoformat(),
            "says": "; ".join(e["title"] for e in found),
            "rule": any(e["kind"] == RULE for e in found),
        }
        for day, found in by.items()
    ]


def on_chart(asof: date, book: Book) -> list[tuple[float, str]]:
    """Days that a chart over years marks: that as of which a view stands, and the next on which most clauses come into force."""
    marks = [(_as_year(asof), f"as of {asof.day} {asof:%b %Y}")]
    coming = Counter(c.complies for c in book.clauses if not c.hypothetical and c.complies and c.complies > asof)
    if coming:
        day = max(sorted(coming), key=lambda d: coming[d])
        marks.append((_as_year(day), f"rule in force {day.day} {day:%b %Y}"))
    return marks


def _as_year(day: date) -> float:
    return day.year + (day.timetuple().tm_yday - 1) / 365.25


def stops(book: Book) -> list[Document]:
    """The days of events, and those on which clauses of a rulebook are published, bind or end, in order."""
    by = {row["day"]: dict(row) for row in days(book.case)}
    for day, said in sorted(_of_clauses(book)):
        held = by.setdefault(day.isoformat(), {"day": day.isoformat(), "says": "", "rule": True})
        held |= {"rule": True, "says": "; ".join(dict.fromkeys(filter(None, [held["says"], said])))}
    return [by[day] for day in sorted(by)]


def _of_clauses(book: Book) -> set[tuple[date, str]]:
    found = set()
    for c in (c for c in book.clauses if not c.hypothetical):
        title = book.title_of(c.instrument).partition(",")[0]
        for day, what in ((c.published, "published"), (c.complies, "in force"), (c.ends, "end")):
            if day and day >= book.vocabulary.strip_from:
                found.add((day, f"{title} (clauses {what})"))
    return found
