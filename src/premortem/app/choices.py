"""What can be tried of 'what would it take': every uncertainty, strength and clause number in force, by its key."""

from premortem.app import controls
from premortem.app.live_model import Live
from premortem.app.view_state import State


def choices(live: Live, state: State) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be tried, by kind: keys of the address with their words."""
    book, priors = live.book(state), live.study.priors.rows
    strengths = [(row["control"].key, row["control"].label) for row in controls.strengths(book, state)]
    numbers = [
        (c.key, f"{row['clause'].id}: {c.label}")
        for group in controls.instruments(book, state) for row in group["clauses"] if row["binds"] for c in row["controls"]
    ]  # fmt: skip
    beliefs = sorted(
        (f"p.{row.name}", row.meaning) for row in priors if row.varies and row.distribution != "categorical"
    )
    return [("Uncertainties", beliefs), ("Strengths", strengths), ("Clause numbers in force in mid-2026", numbers)]
