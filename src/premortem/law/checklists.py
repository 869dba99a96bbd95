"""Checklists: what a rule asks for, paragraph by paragraph, of who applies for a licence or uses an exception; and red flags to
ask about first. They stand in a case's `checklists.toml` and `red_flags.toml`; a case need not have them.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from pydantic import Field as Key

from premortem.case import Case
from premortem.files.typed import Strict, read_entries
from premortem.law.fields.named_fields import Fields

CHECKLISTS, RED_FLAGS = "checklists.toml", "red_flags.toml"


class Ask(Strict):
    """One thing that a rule asks for, and where."""

    says: str
    citation: str
    read: bool = Key(default=False, description="whether the text of that paragraph was read")
    source: str = Key(description="by what it is known")
    where: Mapping[str, tuple[str, ...]] = Key(
        default_factory=dict, description="fields with the values of which any must have been given"
    )


class Checklist(Strict):
    """What must be in hand before something is filed or sent."""

    id: str
    title: str
    outcomes: tuple[str, ...] = Key(default=(), description="answers that it goes with")
    clauses: tuple[str, ...] = Key(default=(), description="clauses of which the answer must rest on one")
    offers: Mapping[str, tuple[str, ...]] = Key(
        default_factory=dict, description="fields with values, of which a change that would help has one"
    )
    asks: tuple[Ask, ...]


class RedFlag(Strict):
    """Something to ask about before anything is sent, by the number that the guidance gives it."""

    id: str
    asks: str
    citation: str
    kinds: tuple[str, ...] = Key(default=(), description="kinds of item that it speaks of; none: any")
    since: date | None = None
    read: bool = False
    source: str


@cache
def checklists(case: Case) -> tuple[Checklist, ...]:
    """The checklists of a case. Raises `BadInput`, every fault at once."""
    return tuple(read_entries(case / CHECKLISTS, Checklist, missing_ok=True).values())


@cache
def red_flags(case: Case) -> tuple[RedFlag, ...]:
    """The red flags of a case. Raises `BadInput`, every fault at once."""
    return tuple(read_entries(case / RED_FLAGS, RedFlag, missing_ok=True).values())


def fitting(
    given: Fields, outcome: str, clauses: Sequence[str], helped: Sequence[Fields], case: Case
) -> tuple[Checklist, ...]:
    """The checklists that go with an answer, each with what it asks of this transaction. `clauses` are those that the answer
    rests on, `helped` transactions after a change that would help.
    """
    found = (
        c.model_copy(update={"asks": tuple(a for a in c.asks if _given(a.where, given))})
        for c in checklists(case)
        if (not c.outcomes or outcome in c.outcomes)
        and (not c.clauses or not {*c.clauses}.isdisjoint(clauses))
        and (not c.offers or any(_given(c.offers, row) for row in helped))
    )
    return tuple(c for c in found if c.asks)


def to_ask(kind: str, day: date, case: Case) -> tuple[RedFlag, ...]:
    """The red flags that speak of a kind of item on a day."""
    return tuple(
        flag for flag in red_flags(case) if (not flag.kinds or kind in flag.kinds) and (flag.since or day) <= day
    )


def _given(told: Mapping[str, tuple[str, ...]], row: Fields) -> bool:
    return all(row.get(name) in values for name, values in told.items())
