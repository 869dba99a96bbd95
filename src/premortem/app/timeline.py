"""One transaction through time: the periods over which its outcome and the clause that decides stay the same."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from premortem.regime.book import Book
from premortem.regime.countries import DAY_ONE, atlas
from premortem.regime.engine import decide
from premortem.regime.transactions import frame_of
from premortem.regime.vocabulary import DENIED, READS

# First day of the strip: the first chip controls.
START = date(2022, 10, 7)


def turning_days(book: Book, until: date) -> list[date]:
    """Days on which an answer may change: clauses begin or end, numbers change, places move, totals start again."""
    days = {START}
    for c in book.clauses:
        days |= {d for d in (c.complies, c.ends and c.ends + timedelta(1)) if d}
        for dated in c.numbers.values():
            for d in dated:
                days |= {day for day in (d.start, d.end and d.end + timedelta(1)) if day}
    days |= set(atlas(book.moves).breaks) - {DAY_ONE}
    return sorted(day for day in days if START <= day <= until)


def timeline(given: Mapping[str, Any], book: Book, until: date) -> list[dict[str, Any]]:
    """Periods in order: from, to, outcome, how it reads, the clause that decides and what that says."""
    days = turning_days(book, until)
    answers = decide(frame_of([{**given, "date": day} for day in days]), book)
    says = {c.id: c.says for c in book.clauses}
    periods: list[dict[str, Any]] = []
    for day, row in zip(days, answers.to_dicts(), strict=True):
        outcome, clause = row["outcome"], row["clause"] or ""
        if periods and (periods[-1]["outcome"], periods[-1]["clause"]) == (outcome, clause):
            continue
        if periods:
            periods[-1]["to"] = day - timedelta(1)
        periods.append(
            {
                "from": day,
                "to": until,
                "outcome": outcome,
                "reads": READS.get(outcome, outcome),
                "kind": kind(outcome),
                "clause": clause,
                "says": says.get(clause, "no clause asks for a licence"),
            }
        )
    return periods


def kind(outcome: str) -> str:
    """How an outcome is coloured: it may go, it is judged, it is barred, or it cannot be said."""
    if outcome.startswith("needs:"):
        return "unknown"
    if outcome in DENIED:
        return "barred"
    return "judged" if outcome.startswith("licence:") else "free"
