"""What is to be looked at beside an answer: places whose moves nobody confirmed, seats that contradict, embargoes elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from premortem.law import seats
from premortem.law.candidate_clauses import embargoed
from premortem.law.clause import Rulebook
from premortem.law.engine import judge
from premortem.law.places import unconfirmed
from premortem.law.row_defaults import ROLES, complete
from premortem.law.transactions import COUNTRIES, frame_of


def doubted(given: Mapping[str, Any], fields: pl.DataFrame, outcome: str, book: Rulebook) -> tuple[str, ...]:
    """Places of which a move between groups was never confirmed, where the answer would be another without it."""
    places = unconfirmed(given["date"], book.moves) & {fields[role][0] for role in ROLES}
    if not places:
        return ()
    other = judge(complete(frame_of([given]), book, doubting=True), book)["outcome"][0]
    return tuple(sorted(places)) if other != outcome else ()


def elsewhere(given: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    """A sentence on each seat given that the tables contradict, and on each embargoed place in another role than the
    destination, which alone part 746 looks at.
    """
    yield from seats.contradicted(given)
    barred = embargoed(book, given["date"])
    for role in COUNTRIES:
        if role != "destination" and given.get(role) in barred:
            told = f"{role.replace('_', ' ').capitalize()} {given[role]} is under embargo"
            yield f"{told}: sanctions of OFAC, General Prohibition 10 and the risk of diversion are not looked at."
