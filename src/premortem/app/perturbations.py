"""Standard nudges of levers: a clause number 10% up, a strength a tenth up, a clause or an instrument a year later."""

from dataclasses import dataclass, replace
from datetime import date

from premortem.app import clause_dates, labels
from premortem.app.view_state import STRENGTH, State, legal_value
from premortem.law.book import Book

# A tenth: of a clause number, of a strength's range, of the chances of a belief.
TENTH = 0.1


@dataclass(frozen=True)
class Nudge:
    """A lever, the move in words, and the view after it."""

    key: str
    title: str
    unit: str
    move: str
    there: State


def of_number(book: Book, view: State, clause: str, key: str) -> Nudge:
    """A clause number a tenth up; a share no further than 1."""
    name, now, unit = f"{clause}.{key}", book.number(clause, key), book.by_id[clause].numbers[key][0].unit
    moved = min(now * (1 + TENTH), 1.0) if unit == "share" else now * (1 + TENTH)
    return Nudge(f"l.{name}", labels.lever(name), unit, "10% more", with_lever(view, name, moved))


def of_strength(book: Book, view: State, strength: str) -> Nudge:
    """A strength a tenth of its range up, or down where it stands at its end."""
    name = f"{STRENGTH}.{strength}"
    now = legal_value(book, name)
    moved = now + TENTH if now + TENTH <= 1 else now - TENTH
    said = "a tenth stronger" if moved > now else "a tenth weaker"
    return Nudge(f"l.{name}", labels.lever(name), "strength, 0 to 1", said, with_lever(view, name, moved))


def of_days(book: Book, view: State, subject: str) -> Nudge:
    """A clause, or every clause of an instrument, that begins to bind a year later; one without a day stays without."""
    later = {f"{c.id}.complies": _year_on(c.complies) for c in clause_dates.of(book, subject) if c.complies}
    there = replace(view, days=tuple(sorted((dict(view.days) | later).items())))
    return Nudge(f"d.{subject}", subject.replace("_", " "), "day", "a year later", there)


def _year_on(day: date) -> date:
    return day.replace(year=day.year + 1, day=min(day.day, 28))


def with_lever(view: State, name: str, value: float) -> State:
    """A view with one clause number or strength at a value."""
    return replace(view, levers=tuple(sorted((dict(view.levers) | {name: value}).items())))
