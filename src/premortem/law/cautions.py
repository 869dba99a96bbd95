"""What is to be looked at beside an answer: places whose moves nobody confirmed, seats that contradict, embargoes elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from premortem.law import seats
from premortem.law.candidate_clauses import embargoed
from premortem.law.clause import Rulebook
from premortem.law.engine import judge
from premortem.law.items import vendor
from premortem.law.parties import EQUAL, standing
from premortem.law.places import unconfirmed
from premortem.law.row_defaults import ROLES, complete
from premortem.law.transactions import COUNTRIES
from premortem.law.vocabulary import LISTED

# Fields by which it is told of what one knows that no clause weighs.
LOOKED_AT = ("destination", "party_d5", *LISTED)

# Uses that a US person may not support even with what is published, which the rules on items do not reach (744.6(b)).
SUPPORTED = ("nuclear", "missile", "chemical_biological", "military_intelligence")


def doubted(rows: pl.DataFrame, fields: pl.DataFrame, outcomes: Sequence[str], book: Rulebook) -> list[tuple[str, ...]]:
    """Of each row, the places of which a move between groups was never confirmed, where the answer would be another without
    it. `fields` are the rows completed, `outcomes` what was decided of them.
    """
    hanging = {day: unconfirmed(day, book.moves) for day in fields["date"].unique()}
    named = fields.select("date", *ROLES).rows()
    places = [tuple(sorted(hanging[day].intersection(told))) for day, *told in named]
    at = [i for i, found in enumerate(places) if found]
    if not at:
        return places
    other = judge(complete(rows[at], book, doubting=True), book)["outcome"]
    stands = {i for i, outcome in zip(at, other, strict=True) if outcome == outcomes[i]}
    return [() if i in stands else found for i, found in enumerate(places)]


def elsewhere(given: Mapping[str, Any], fields: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    """A sentence on each seat given that the tables contradict, on what one knows that no clause weighs, and on each
    embargoed place in another role than the destination, which alone part 746 looks at. `fields` are those of `LOOKED_AT`, completed.
    """
    yield from seats.contradicted(given)
    yield from _known(given, fields)
    if "exporter" not in given and (on := _listed(vendor(given.get("item", "")), given["date"])):
        yield f"Who exports it is not told, and {on}: look at who it is."
    roles = [role for role in COUNTRIES if role != "destination" and role in given]
    barred = embargoed(book, given["date"]) if roles else frozenset()
    for role in roles:
        if given[role] in barred:
            told = f"{role.replace('_', ' ').capitalize()} {given[role]} is under embargo"
            yield f"{told}: sanctions of OFAC, General Prohibition 10 and the risk of diversion are not looked at."


def _listed(name: str, day: date) -> str:
    """That a name is on a list on a day, "" where it is on none."""
    found = next((row for row, score in standing(name, day) if score == EQUAL), None) if name else None
    return f"{found.name}, whose design it is, is on the {found.list}" if found else ""


def _known(given: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    """A sentence on a listed party, or one of Macau or D:5, in the United States, on training models for weapons, and on what
    is published for uses that no US person may support: no clause asks for a licence there, and what one knows may (15 CFR
    736.2(b)(10), 744.6(b)).
    """
    place, *flags = (fields[name] for name in LOOKED_AT)
    if place == "USA" and any(flags):
        yield (
            "A party in the US is listed, near a listed name, or headquartered in Macau or D:5: what goes abroad later, "
            "releases of technology and General Prohibition 10 are not looked at."
        )
    end_use, published = given.get("end_use"), given.get("item") == "open_weights" or given.get("published")
    if end_use == "training_for_weapons" or (published and end_use in SUPPORTED):
        said = "Training models for weapons" if end_use == "training_for_weapons" else f"An end use {end_use.replace('_', ' ')}"
        yield f"{said}: whether US persons support a use of 744.6(b), or 744.2 to 744.4, is not looked at."
