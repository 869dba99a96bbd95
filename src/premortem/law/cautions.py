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
from premortem.law.vocabulary import LISTED


def doubted(given: Mapping[str, Any], fields: pl.DataFrame, outcome: str, book: Rulebook) -> tuple[str, ...]:
    """Places of which a move between groups was never confirmed, where the answer would be another without it."""
    places = unconfirmed(given["date"], book.moves) & {fields[role][0] for role in ROLES}
    if not places:
        return ()
    other = judge(complete(frame_of([given]), book, doubting=True), book)["outcome"][0]
    return tuple(sorted(places)) if other != outcome else ()


def elsewhere(given: Mapping[str, Any], fields: pl.DataFrame, book: Rulebook) -> Iterator[str]:
    """A sentence on each seat given that the tables contradict, on what one knows that no clause weighs, and on each
    embargoed place in another role than the destination, which alone part 746 looks at.
    """
    yield from seats.contradicted(given)
    yield from _known(given, fields)
    barred = embargoed(book, given["date"])
    for role in COUNTRIES:
        if role != "destination" and given.get(role) in barred:
            told = f"{role.replace('_', ' ').capitalize()} {given[role]} is under embargo"
            yield f"{told}: sanctions of OFAC, General Prohibition 10 and the risk of diversion are not looked at."


def _known(given: Mapping[str, Any], fields: pl.DataFrame) -> Iterator[str]:
    """A sentence on a listed party, or one of Macau or D:5, in the United States, and on training models for weapons: no
    clause asks for a licence there, and what one knows may (15 CFR 736.2(b)(10), 744.6(b)).
    """
    if fields["destination"][0] == "USA" and any(fields[flag][0] for flag in ("party_d5", *LISTED)):
        yield (
            "A party in the US is listed, near a listed name, or headquartered in Macau or D:5: what goes abroad later, "
            "releases of technology and General Prohibition 10 are not looked at."
        )
    if given.get("end_use") == "training_for_weapons":
        yield "Training models for weapons: whether US persons support a use of 744.6(b), or 744.2 to 744.4, is not looked at."
