"""Frames of transactions completed: every field of the vocabulary, filled from the catalogue, the lists and the atlas."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, reduce
from operator import and_, or_

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.clause import Rulebook
from premortem.law.fields import items
from premortem.law.fields.column_texts import texts_of
from premortem.law.fields.places import TierChange, atlas, could_be
from premortem.law.fields.transfers import Implied, Transfers, transfers
from premortem.law.fields.vocabulary import NEEDS, TYPES, Vocabulary
from premortem.law.parties import fields as party_fields
from premortem.law.parties import lookup, seats
from premortem.law.transactions import which


def complete(given: pl.DataFrame, book: Rulebook, doubting: bool = False) -> pl.LazyFrame:
    """The frame with every field of the vocabulary: given values, catalogue values, defaults, and what places imply.

    Expects known items and countries (`parse` or the ledger's checks see to it). Lazy, so that what no clause asks for
    is not worked out. `doubting` reads moves of places that nobody confirmed the other way (`atlas`).
    """
    return reduce(pl.LazyFrame.with_columns, _steps(given, book, doubting), given.lazy())


def completed(given: pl.DataFrame, book: Rulebook, doubting: bool = False) -> pl.DataFrame:
    """The same with every field worked out, step by step: for a few rows, to plan it takes longer than it saves."""
    return reduce(pl.DataFrame.with_columns, filter(None, _steps(given, book, doubting)), given)


def _steps(given: pl.DataFrame, book: Rulebook, doubting: bool) -> Iterator[Sequence[pl.Expr]]:
    """Columns to add one after the other."""
    here, words = tuple(given.columns), book.vocabulary
    said = _said(given, words)
    known = seats.columns(said, words.case)
    yield _told(here, words)
    yield [*known, *party_fields.columns(given, said, words), *_asking(said, words)]
    yield from _worked_out(here, book.moves, tuple(expr.meta.output_name() for expr in known), doubting, words)


@lru_cache(512)
def reached(field: str, words: Vocabulary) -> frozenset[str]:
    """Columns of a completed frame that may hold something else once a field is told: itself, and what is worked out from it."""
    known = tuple(f"{kind}_{role}" for role in lookup.ROLES for kind in ("_seat", "_hq"))
    found = {field, *(column for column in known if column.endswith(f"_{field}"))}
    for step in _worked_out(words.given, (), known, False, words):
        found |= {expr.meta.output_name() for expr in step if not found.isdisjoint(expr.meta.root_names())}
    return frozenset(found)


def _said(given: pl.DataFrame, words: Vocabulary) -> dict[str, list[str]]:
    """What a frame's rows name as item, as places and as parties, each name once."""
    names = [c for c in ("item", *words.countries, *lookup.ROLES, "cleared") if c in given.columns]
    return {name: texts_of(given[name]) for name in names}


# The columns that are worked out alike for every frame with the same fields given are made once: for a single
# transaction, making them takes longer than working them out.
@lru_cache(maxsize=256)
def _told(here: tuple[str, ...], words: Vocabulary) -> list[pl.Expr]:
    """Every field that may be given, in its type."""
    types = {f: TYPES[words.fields[f].type] for f in words.given}
    return [pl.col(f).cast(kind) if f in here else _absent(f, words) for f, kind in types.items()]


@lru_cache(maxsize=256)
def _worked_out(
    here: tuple[str, ...], moves: tuple[TierChange, ...], known: tuple[str, ...], doubting: bool, words: Vocabulary
) -> tuple[list[pl.Expr], ...]:
    """Columns to add one after the other: the catalogue's values, what stands for others, defaults, what places imply.

    `known` are the columns of seats that the names of parties tell.
    """
    told, fields = transfers(words.case), words.fields
    defaults = {name: fields[name].default for name in here if name in fields and fields[name].default is not None}
    kept = (told.items.parts, told.parties.owned.field)  # which are filled where more is known of them
    filled = [pl.col(name).fill_null(default) for name, default in defaults.items() if name not in kept]
    if told == Transfers():  # what was given, and what stands for the rest
        return (filled, _instead(here, words))
    designer = pl.lit(items.named_items(words.case)["c_designer_hq"]).gather("_chip")
    shipped = pl.coalesce("from", "made_in", pl.lit(fields["made_in"].default))
    # who ships a foreign tool, or serves one, is not taken to be a US person; one row of a table may leave the seat empty
    givers = [
        pl.when(pl.col("kind") == kind).then(pl.coalesce(giver, pl.lit(fields[giver].default)))
        for kind, giver in told.items.given_by.items()
    ]
    foreign = pl.when(pl.col("kind").is_in(told.items.foreign)).then(shipped)
    abroad = pl.coalesce(foreign, *givers, pl.lit(fields["exporter_hq"].default))
    beside = [field for field in seats.OF_OTHERS if field in here]
    exporter = pl.coalesce(*_told_by("exporter_hq", here, known), abroad).alias("exporter_hq")
    headquarters = pl.coalesce(*_told_by("headquarters", here, known), "destination").alias("headquarters")
    parent = pl.coalesce(*_told_by("parent_headquarters", here, known), headquarters).alias("parent_headquarters")
    chip, catalogued = _from_catalogue(here, words)
    named = [*(c for c in known if c.startswith("_seat_") and c != "_seat_exporter"), *(f"_given_{f}" for f in beside)]
    period, *of_places = _of_places(moves, named, doubting, words)
    return (
        [chip, period],
        catalogued,
        [  # one step, not one after the other: for a single transaction, each step costs more than all that it works out
            exporter,
            headquarters,
            pl.coalesce("designer_hq", designer, exporter),
            parent,
            shipped.alias("from"),
            *(pl.col(f).alias(f"_given_{f}") for f in beside),
            *(pl.coalesce(*_told_by(f, here, known), parent).alias(f) for f in seats.OF_OTHERS),
        ],
        filled,
        _instead(here, words),
        _counted(words),
        *of_places,
    )


def _counted(words: Vocabulary) -> list[pl.Expr]:
    """What running totals add up, and for whom: all of a destination's nameless consignees count as one."""
    consignee = pl.when(pl.col("consignee") == "").then(pl.col("destination")).otherwise(pl.col("consignee"))
    shipped = pl.col("quantity") * pl.col("chips_held") * pl.col(words.measure.one)
    return [consignee.alias("consignee"), shipped.alias(words.measure.all)]


# What a total adds up in a shipment, and for whom, hangs on these beside the measure of one unit.
COUNTED = ("date", "consignee", "destination", "quantity", "chips_held")


def of_rows(
    given: pl.DataFrame,
    fields: pl.LazyFrame | pl.DataFrame,
    of: NDArray[np.intp],
    wanted: Iterable[str],
    words: Vocabulary,
) -> pl.DataFrame:
    """The `wanted` fields, and what totals add up, of rows of which the kinds are completed in `fields` and `of` tells each
    row's: its own are its day, its units and its parties.
    """
    needed = {*wanted, *COUNTED, words.measure.one, words.measure.all}
    own = [c for c in ("date", "quantity", words.measure.all, *lookup.ROLES) if c in given.columns and c in needed]
    kinds = fields.select(c for c in fields.collect_schema().names() if c in needed).lazy().collect()[of]
    told = given.select(pl.col(c).cast(TYPES[words.fields[c].type]) for c in own)
    spelt = told.with_columns(party_fields.spelt(_said(told, words), words))
    frame = kinds.with_columns(pl.coalesce(spelt[c], kinds[c] if c in kinds.columns else None).alias(c) for c in own)
    return frame.with_columns(_counted(words)) if transfers(words.case) != Transfers() else frame


def _asking(said: Mapping[str, Sequence[str]], words: Vocabulary) -> list[pl.Expr]:
    """`asks` (`needs:FIELD`) of rows whose item or country could be several, where there are any; an item that the flag
    which parts them settles is filled in.
    """
    asked: list[pl.Expr] = []
    settled = pl.col("item")
    case, parts = words.case, transfers(words.case).items.parts
    nameless = pl.col(words.measure.one).is_null()  # a measure that is given needs no catalogue
    for name in said.get("item", ()):
        here = (pl.col("item") == name) & nameless
        for flag in (None, True, False) if items.could_be(name, case) is not None else ():
            field, only = which(name, case, flag)
            same = here & pl.col(parts).eq_missing(pl.lit(flag, pl.Boolean))
            settled = pl.when(same).then(pl.lit(only)).otherwise(settled) if only else settled
            asked += [pl.when(same).then(pl.lit(f"{NEEDS}{field}"))] if field else []
    for role in [c for c in words.countries if c in said]:
        several = [place for place in said[role] if could_be(place, case) is not None]
        if several:
            asked.append(pl.when(pl.col(role).is_in(several)).then(pl.lit(f"{NEEDS}{role}")))
    return [pl.coalesce(*asked).alias("asks"), settled.alias("item")] if asked else []


def _absent(name: str, words: Vocabulary) -> pl.Expr:
    """A field that nobody gave: its default, but for what the catalogue may know better."""
    field, catalogued = words.fields[name], transfers(words.case).items.columns
    return pl.lit(None if name in catalogued else field.default, TYPES[field.type]).alias(name)


def _instead(here: Sequence[str], words: Vocabulary) -> list[pl.Expr]:
    """Fields that others rule out, where one of those is given."""
    filled = []
    for name, field in words.fields.items():
        by = field.instead
        told = [pl.col(other).is_not_null() for other in by.of if other in here] if by else []
        if by and told:
            asked = [pl.col(other).is_not_null() for other in by.unless if other in here]
            ruled_out = pl.any_horizontal(told) & ~pl.any_horizontal(False, *asked)
            filled.append(pl.when(ruled_out).then(pl.col(name).fill_null(by.value)).otherwise(name))
    return filled


def _from_catalogue(here: Sequence[str], words: Vocabulary) -> tuple[pl.Expr, list[pl.Expr]]:
    """Given values first, then the catalogue's, then the default."""
    chips, told = items.named_items(words.case), transfers(words.case).items
    chip = pl.col("item").cast(pl.Enum(chips["item"]), strict=False).to_physical().alias("_chip")
    known_as = {name: pl.lit(chips[name]).gather("_chip") for name in ("vendor", "kind", "chips_held")}
    itself = pl.when(pl.col("item").is_in(words.kinds)).then(pl.col("item"))
    columns = [
        pl.coalesce("exporter", known_as["vendor"], pl.lit("")).alias("exporter"),
        pl.coalesce(itself, known_as["kind"], pl.lit(told.usual)).alias("kind"),
        known_as["chips_held"].fill_null(1.0).alias("chips_held"),
    ]
    for name in told.columns:
        known = pl.lit(chips[f"c_{name}"]).gather("_chip")
        value = pl.coalesce(name, known) if name in here else known
        default = words.fields[name].default
        columns.append((value if default is None else value.fill_null(default)).alias(name))
    return chip, columns


def _told_by(field: str, here: Sequence[str], known: Sequence[str]) -> list[str]:
    """Columns that tell a seat: what was given, then what is known of the parties named."""
    kind = "seat" if field in seats.OF_PARENTS else "hq"
    told = [f"_{kind}_{role}" for role in seats.TOLD_BY[field]]
    return [*([field] if field in here else []), *(column for column in told if column in known)]


def _of_places(
    moves: tuple[TierChange, ...], named: Sequence[str], doubting: bool, words: Vocabulary
) -> tuple[pl.Expr, list[pl.Expr], list[pl.Expr], list[pl.Expr]]:
    """Tiers and groups of places as of each row's date, and what they imply of the parties, one after the other.

    `named` are the columns of the seats that named parties are known to have, whatever else was given.
    """
    places, told = atlas(words.case, moves, doubting), transfers(words.case).places
    names, groups = _looked_up(moves, doubting, words)
    roles = {**told.roles, **dict.fromkeys(named, told.roles.get("headquarters", ()))}
    later = [(pl.col("date") >= start).cast(pl.UInt32) for start in places.breaks[1:]]
    period = sum(later, pl.lit(0, pl.UInt32)) * len(names.categories)
    numbered = [
        (pl.col(role).cast(names, strict=False).to_physical().cast(pl.UInt32) + pl.col("_period")).alias(f"_{role}")
        for role in roles
    ]
    return (
        period.alias("_period"),
        numbered,
        [pl.lit(groups[c]).gather(f"_{role}").alias(f"{role}_{c}") for role, wanted in roles.items() for c in wanted],
        [_together(implied, named, told.home).alias(name) for name, implied in told.implied.items()],
    )


def _together(implied: Implied, named: Sequence[str], home: str) -> pl.Expr:
    """What places in several roles imply together, with the seats of named parties where those count."""
    of, seats_of = implied.of, named if implied.named else ()
    if implied.most:
        return pl.max_horizontal(*[f"{role}_{implied.most}" for role in (*of, *seats_of)])
    if implied.any:
        known = pl.any_horizontal(False, *[pl.col(f"{role}_{implied.any}").fill_null(False) for role in seats_of])
        return reduce(or_, [*(pl.col(f"{role}_{implied.any}") for role in of), *([known] if implied.named else [])])
    at_home = reduce(and_, [pl.col(role) == home for role in of])
    in_group = reduce(and_, [pl.col(f"{role}_{implied.all}") for role in of])
    each = [((pl.col(role) == home) | pl.col(f"{role}_{implied.all}")).fill_null(True) for role in seats_of]
    return (at_home | in_group) & pl.all_horizontal(True, *each) if implied.named else at_home | in_group


@lru_cache(maxsize=64)
def _looked_up(moves: tuple[TierChange, ...], doubting: bool, words: Vocabulary) -> tuple[pl.Enum, pl.DataFrame]:
    """Codes of all places, and what each implies, period after period in the order of the codes."""
    table = atlas(words.case, moves, doubting).table.sort("period", "iso3")
    return pl.Enum(table.filter(pl.col("period") == 0)["iso3"]), table
