"""The timeline: dated events against the assumptions, what each moved, and how long controls and answers took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from premortem import facts
from premortem.case import Case
from premortem.propositions.assumption import Assumption, id_order
from premortem.text.numbers import lower_first
from premortem.text.result import Document

DAYS_A_MONTH = 365.25 / 12
# The kind of link whose months are an event's own: from the day on which it was announced.
ANNOUNCED = "announcement to effect"


@dataclass(frozen=True)
class Move:
    """A driver or arrestor that an event made stronger (1) or weaker (-1): coded by judgement."""

    assumption: str
    kind: str
    item: str
    statement: str
    moves: int


@dataclass(frozen=True)
class Link:
    """An earlier event that a later one answers, and the months between them."""

    kind: str
    begins: date
    begin: str
    ends: date
    end: str

    @property
    def months(self) -> float:
        """Months from the earlier to the later event."""
        return (self.ends - self.begins).days / DAYS_A_MONTH


@dataclass(frozen=True)
class Event:
    """A dated event, the assumptions that it bears on, what it moved, and what it answered."""

    on: date
    title: str
    kind: str
    instrument: str
    assumptions: tuple[str, ...]
    summary: str
    source: str
    confidence: str
    moved: tuple[Move, ...]
    answers: tuple[Link, ...]

    @property
    def told(self) -> str:
        """Its title, with what is said of it where it is hardly sure that it came so."""
        return f"{self.title} ({lower_first(self.summary).rstrip('.')})" if self.confidence == "low" else self.title

    @property
    def months(self) -> float | None:
        """Months from its announcement to its effect; None where no event announced it."""
        return next((link.months for link in self.answers if link.kind == ANNOUNCED), None)


def timeline(
    case: Case, assumptions: Sequence[Assumption], assumption: str | None = None, until: date | None = None
) -> tuple[Event, ...]:
    """Events by date, up to a day and of one assumption if given."""
    moved, answered = _moves(case, assumptions), _answers(case)
    found = []
    for row in sorted(facts.rows("events", case), key=lambda row: row["date"]):
        key = (row["date"], row["title"])
        here = tuple(moved.get(key, ()))
        bears_on = tuple(sorted({*row["assumptions"].split(";"), *(m.assumption for m in here)}, key=id_order))
        if (until is None or row["date"] <= until) and (assumption is None or assumption in bears_on):
            found.append(
                Event(
                    on=row["date"],
                    title=row["title"],
                    kind=row["kind"],
                    instrument=row["instrument"] or "",
                    assumptions=bears_on,
                    summary=row["summary"],
                    source=row["source"],
                    confidence=row["confidence"],
                    moved=here,
                    answers=tuple(answered.get(key, ())),
                )
            )
    return tuple(found)


@dataclass(frozen=True)
class Took:
    """How long links of a kind took [months], and how many `events` are so linked."""

    kind: str
    events: int
    median: float
    shortest: float
    longest: float


def lags(events: Iterable[Event]) -> tuple[Took, ...]:
    """Months between linked events by kind of link: how many, the median, the shortest and the longest."""
    by_kind: dict[str, list[float]] = {}
    for event in events:
        for link in event.answers:
            by_kind.setdefault(link.kind, []).append(link.months)
    return tuple(Took(kind, len(m), median(m), min(m), max(m)) for kind, m in sorted(by_kind.items()))


def timeline_document(events: Sequence[Event]) -> Document:
    """The keys of `premortem timeline --json`."""
    return {
        "events": [
            {
                "date": e.on,
                "title": e.title,
                "kind": e.kind,
                "instrument": e.instrument,
                "assumptions": list(e.assumptions),
                "summary": e.summary,
                "source": e.source,
                "confidence": e.confidence,
                "moved": [vars(m) for m in e.moved],
                "months": e.months,
                "answers": [
                    {"kind": a.kind, "date": a.begins, "title": a.begin, "months": a.months} for a in e.answers
                ],
            }
            for e in events
        ],
        "lags": [vars(took) for took in lags(events)],
    }


def _moves(case: Case, assumptions: Sequence[Assumption]) -> Mapping[tuple[date, str], list[Move]]:
    """What each event moved. An item that several assumptions share moves in each."""
    items: dict[str, list[tuple[str, str, str]]] = {}
    for a in assumptions:
        for kind, item in a.items:
            items.setdefault(item.id, []).append((a.id, kind, item.statement))
    found: dict[tuple[date, str], list[Move]] = {}
    for row in facts.rows("event_moves", case):
        for where, role, statement in items.get(row["item"], []):
            move = Move(where, role, row["item"], statement, row["moves"])
            found.setdefault((row["date"], row["title"]), []).append(move)
    return found


def _answers(case: Case) -> Mapping[tuple[date, str], list[Link]]:
    found: dict[tuple[date, str], list[Link]] = {}
    for row in facts.rows("event_links", case):
        link = Link(row["kind"], row["from"], row["from_title"], row["to"], row["to_title"])
        found.setdefault((link.ends, link.end), []).append(link)
    return found
