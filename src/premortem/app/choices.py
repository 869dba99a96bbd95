"""What can be tried of 'what would it take': every uncertainty, strength and clause number in force, by its key."""

import textwrap
from collections.abc import Sequence

from premortem.app import controls
from premortem.app.live_model import Live
from premortem.app.view_state import State
from premortem.case import Case
from premortem.questions._amounts import amounts
from premortem.text.numbers import day_in_words

# Most letters of what a clause says, in a list.
MOST = 100
# Clause numbers that are offered by a button each.
PICKS = 6
# Where what a clause says may end, in a list: it goes on with what is less than the number.
ENDS = ("; ", ": ", ", past ")


def choices(live: Live, state: State) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be tried, by kind: keys of the address with their words."""
    book, priors = live.book(state), live.study.priors.rows
    strengths = [(row.control.key, row.control.label) for row in controls.strengths(book, state)]
    numbers = [
        (c.key, _called(row.clause.says, c.label, len(row.controls)))
        for group in controls.instruments(book, state) for row in group.clauses if row.binds for c in row.controls
    ]  # fmt: skip
    beliefs = sorted(
        (f"p.{row.name}", row.meaning) for row in priors if row.varies and row.distribution != "categorical"
    )
    return [
        ("Uncertainties", beliefs),
        ("Instruments and efforts", strengths),
        (f"Clause numbers in force on {day_in_words(book.case.settings.binding)}", numbers),
    ]


def first_tried(every: Sequence[tuple[str, Sequence[tuple[str, str]]]], case: Case) -> list[tuple[str, str]]:
    """Of what can be tried the clause numbers that the case asks of first, each as a reader calls it."""
    held = {key for _, rows in every for key, _ in rows}
    found = [(f"l.{name}", amount.says) for name, amount in amounts(case).amounts.items() if f"l.{name}" in held]
    return [(key, (*case.text.app.found_by.get(key, ()), says)[0]) for key, says in found[:PICKS]]


def _called(says: str, label: str, numbers: int) -> str:
    """A number of a clause in a list: what the clause says, and which of its numbers where it has several."""
    first = next((says.partition(end)[0] for end in ENDS if len(says) > MOST and end in says), says)
    said = textwrap.shorten(first, MOST, placeholder="\u2026")
    return said if numbers == 1 else f"{said} ({label})"
