"""What is to be looked at beside an answer: places whose moves nobody confirmed, seats that contradict, embargoes elsewhere."""

import math
from collections.abc import Iterator, Sequence
from functools import cache

import polars as pl

from premortem.case import Case
from premortem.law.clauses.candidate_clauses import embargoed_places
from premortem.law.clauses.clause import Rulebook
from premortem.law.engine import judge
from premortem.law.fields.column_texts import texts_of
from premortem.law.fields.items import vendor
from premortem.law.fields.named_fields import Fields, day_of, number_of, text_of
from premortem.law.fields.places import unconfirmed_places
from premortem.law.fields.transfers import Caution, transfers
from premortem.law.parties import seats
from premortem.law.parties.lookup import named_parties, standing
from premortem.law.parties.name_matches import EQUAL
from premortem.law.parties.reasons_read import told_by_reasons
from premortem.law.parties.table import Listed
from premortem.law.parties.telltale import saying
from premortem.law.row_defaults import completed


def doubtful_places(
    rows: pl.DataFrame, fields: pl.DataFrame, outcomes: Sequence[str], book: Rulebook
) -> list[tuple[str, ...]]:
    """Of each row, the places of which a move between groups was never confirmed, where the answer would be another without
    it. `fields` are the rows completed, `outcomes` what was decided of them.
    """
    hanging = {day: unconfirmed_places(day, book.case, book.moves) for day in texts_of(fields["date"])}
    named = fields["date", *transfers(book.case).places.roles].rows()
    places = [tuple(sorted(hanging[day].intersection(told))) for day, *told in named]
    at = [i for i, found in enumerate(places) if found]
    if not at:
        return places
    other = judge(completed(rows[at], book, doubting=True), book)["outcome"]
    stands = {i for i, outcome in zip(at, other, strict=True) if outcome == outcomes[i]}
    return [() if i in stands else found for i, found in enumerate(places)]


def elsewhere(given: Fields, fields: Fields, book: Rulebook) -> Iterator[str]:
    """A sentence on each seat given that the tables contradict, on what a reason says itself, on what one knows that no clause weighs, and on each
    embargoed place in another role than the destination, which alone an embargo looks at. `fields` are those of `looked_at`,
    completed.
    """
    words, told = book.vocabulary, transfers(book.case).cautions
    yield from seats.seat_contradictions(given, book.case)
    yield from seats.name_contradictions(given, book.case)
    yield from _owned_contradictions(given, book.case)
    yield from told_by_reasons(given, book.case)
    yield from (caution.says for caution in told.known if _holds(caution, given, fields, book.case))
    if "exporter" not in given and (on := _vendor_on_list(given, book.case)):
        yield told.vendor.format(name=on.name, list=on.list)
    roles = [role for role in words.countries if role != "destination" and role in given]
    barred = embargoed_places(book, day_of(given)) if roles else frozenset()
    for role in roles:
        if given[role] in barred:
            yield told.embargo.format(role=role.replace("_", " ").capitalize(), place=given[role])


def _owned_contradictions(given: Fields, case: Case) -> Iterator[str]:
    """A sentence on each party of which less was given to be owned by listed parties than the tables hold."""
    owned = transfers(case).parties.owned
    said = number_of(given, owned.field, math.inf)
    if said >= owned.share:
        return
    for name in named_parties(given).values():
        for row in (row for row, score in standing(name, day_of(given), case) if score == EQUAL and row.owner):
            yield (
                f"Share owned by listed parties given as {said:g}, but {row.owner}, which is listed, holds {owned.share:.0%} or more "
                f"of {row.name} in the table of parties, which counts: {row.source}; look at which is right."
            )


def _vendor_on_list(given: Fields, case: Case) -> Listed | None:
    """The row of a list on which the vendor of an item stands that day, by its very name."""
    name = vendor(text_of(given, "item"), case)
    return next((row for row, score in standing(name, day_of(given), case) if score == EQUAL), None) if name else None


@cache
def looked_at(case: Case) -> tuple[str, ...]:
    """Fields worked out by which it is told whether a caution applies."""
    return tuple(dict.fromkeys(flag for caution in transfers(case).cautions.known for flag in caution.any))


def _holds(caution: Caution, given: Fields, fields: Fields, case: Case) -> bool:
    """Whether a caution applies to a transaction, by what was given and, for its flags, what was worked out."""
    if not caution.speaks_on(day_of(given)):
        return False
    if any(given.get(name) != value for name, value in caution.where.items()) or any(
        given.get(name) not in values for name, values in caution.among.items()
    ):
        return False
    ruled_out = any(given.get(name) == value for name, value in caution.unless.items())
    if ruled_out or not given.keys().isdisjoint(caution.untold):
        return False
    if caution.unseated and given.keys() >= {*seats.asked(given, case)}:
        return False
    if caution.named and not saying(named_parties(given).values(), caution.named):
        return False
    return not caution.any or any(fields[flag] for flag in caution.any)
