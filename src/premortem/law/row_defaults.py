"""Frames of transactions completed: every field of the vocabulary, filled from the catalogue, the lists and the atlas."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

import polars as pl

from premortem.law import items, parties, party_fields, seats
from premortem.law.clause import Rulebook
from premortem.law.items import FROM_CATALOGUE
from premortem.law.places import TierChange, atlas, could_be
from premortem.law.transactions import COUNTRIES, which
from premortem.law.vocabulary import FIELDS, INSTEAD, KINDS, TYPES, given_fields

# Kinds of which the exporter's seat, where nobody tells it, is where it is shipped from.
TOOLS = ("sme_tool", "sme_part")
# A plan that asks for every column is carried out as it is written: for a few rows, to mend it takes longer than it saves.
AS_WRITTEN = pl.QueryOptFlags.none()
# What a place in each role implies.
ROLES = {
    "destination": ("tier", "d5", "d1", "d1_d4", "a5_a6"),
    "headquarters": ("tier", "d5", "a5_a6"),
    "parent_headquarters": ("tier", "d5", "a5_a6"),
    "exporter_hq": ("a5",),
    "made_in": ("supp4",),
    "packaged_in": ("d5",),
    "designer_hq": ("d5",),
}


def complete(given: pl.DataFrame, book: Rulebook, doubting: bool = False) -> pl.LazyFrame:
    """The frame with every field of the vocabulary: given values, catalogue values, defaults, and what places imply.

    Expects known items and countries (`parse` or the ledger's checks see to it). Lazy, so that what no clause asks for
    is not worked out. `doubting` reads moves of places that nobody confirmed the other way (`atlas`).
    """
    here = tuple(given.columns)
    frame = given.lazy().with_columns(_told(here))
    said = _said(given)
    known = seats.columns(said)
    frame = frame.with_columns(*known).with_columns(*party_fields.columns(given, said)).with_columns(*_asking(said))
    for step in _worked_out(here, book.moves, tuple(expr.meta.output_name() for expr in known), doubting):
        frame = frame.with_columns(step)
    return frame


@cache
def reached(field: str) -> frozenset[str]:
    """Columns of a completed frame that may hold something else once a field is told: itself, and what is worked out from it."""
    known = tuple(f"{kind}_{role}" for role in parties.ROLES for kind in ("_seat", "_hq"))
    found = {field, *(column for column in known if column.endswith(f"_{field}"))}
    for step in _worked_out(given_fields(), (), known, False):
        found |= {expr.meta.output_name() for expr in step if not found.isdisjoint(expr.meta.root_names())}
    return frozenset(found)


def _said(given: pl.DataFrame) -> dict[str, list[str]]:
    """What a frame's rows name as item, as places and as parties, each name once."""
    names = [c for c in ("item", *COUNTRIES, *parties.ROLES, "cleared") if c in given.columns]
    return given.select(pl.col(c).unique().drop_nulls().implode() for c in names).row(0, named=True) if names else {}


# The columns that are worked out alike for every frame with the same fields given are made once: for a single
# transaction, making them takes longer than working them out.
@lru_cache(maxsize=256)
def _told(here: tuple[str, ...]) -> list[pl.Expr]:
    """Every field that may be given, in its type."""
    return [pl.col(f).cast(TYPES[FIELDS[f].type]) if f in here else _absent(f) for f in given_fields()]


@lru_cache(maxsize=256)
def _worked_out(
    here: tuple[str, ...], moves: tuple[TierChange, ...], known: tuple[str, ...], doubting: bool
) -> tuple[list[pl.Expr], ...]:
    """Columns to add one after the other: the catalogue's values, what stands for others, defaults, what places imply.

    `known` are the columns of seats that the names of parties tell.
    """
    designer = pl.lit(items.named()["c_designer_hq"]).gather("_chip")
    beside = [field for field in seats.OF_OTHERS if field in here]
    defaults = {name: FIELDS[name].default for name in here if name in FIELDS and FIELDS[name].default is not None}
    # all of a destination's nameless consignees count as one
    consignee = pl.when(pl.col("consignee") == "").then(pl.col("destination")).otherwise(pl.col("consignee"))
    shipped = pl.coalesce("from", "made_in", pl.lit(FIELDS["made_in"].default))
    serves = pl.coalesce("person", pl.lit(FIELDS["person"].default))
    # who ships a foreign tool, or serves one, is not taken to be a US person; one row of a table may leave the seat empty
    abroad = (
        pl.when(pl.col("kind").is_in(TOOLS))
        .then(shipped)
        .when(pl.col("kind") == "servicing")
        .then(serves)
        .otherwise(pl.lit(FIELDS["exporter_hq"].default))
    )
    seat = pl.coalesce("exporter_hq", abroad) if "exporter_hq" in here else abroad
    return (
        *_from_catalogue(here),
        [pl.coalesce(*_told_by("exporter_hq", here, known), seat).alias("exporter_hq")],
        [
            pl.coalesce(*_told_by("headquarters", here, known), "destination").alias("headquarters"),
            pl.coalesce("designer_hq", designer, "exporter_hq"),
        ],
        [
            pl.coalesce(*_told_by("parent_headquarters", here, known), "headquarters").alias("parent_headquarters"),
            shipped.alias("from"),
            *(pl.col(f).alias(f"_given_{f}") for f in beside),
        ],
        [pl.coalesce(*_told_by(f, here, known), "parent_headquarters").alias(f) for f in seats.OF_OTHERS],
        [pl.col(name).fill_null(default) for name, default in defaults.items() if name != "datacentre"],
        _instead(here),
        [
            consignee.alias("consignee"),
            (pl.col("quantity") * pl.col("chips_held") * pl.col("tpp")).alias("shipment_tpp"),
        ],
        *_of_places(
            moves,
            [*(c for c in known if c.startswith("_seat_") and c != "_seat_exporter"), *(f"_given_{f}" for f in beside)],
            doubting,
        ),
    )


def _asking(said: Mapping[str, Sequence[str]]) -> list[pl.Expr]:
    """`asks` (`needs:FIELD`) of rows whose item or country could be several, where there are any; an item that a told
    `datacentre` settles is filled in.
    """
    asked: list[pl.Expr] = []
    settled = pl.col("item")
    nameless = pl.col("tpp").is_null()  # a TPP that is given needs no catalogue
    for name in said.get("item", ()):
        here = (pl.col("item") == name) & nameless
        for flag in (None, True, False) if items.could_be(name) is not None else ():
            field, only = which(name, flag)
            same = here & pl.col("datacentre").eq_missing(pl.lit(flag, pl.Boolean))
            settled = pl.when(same).then(pl.lit(only)).otherwise(settled) if only else settled
            asked += [pl.when(same).then(pl.lit(f"needs:{field}"))] if field else []
    for role in [c for c in COUNTRIES if c in said]:
        several = [place for place in said[role] if could_be(place) is not None]
        if several:
            asked.append(pl.when(pl.col(role).is_in(several)).then(pl.lit(f"needs:{role}")))
    return [pl.coalesce(*asked).alias("asks"), settled.alias("item")] if asked else []


def _absent(name: str) -> pl.Expr:
    """A field that nobody gave: its default, but for what the catalogue may know better."""
    default = None if name in FROM_CATALOGUE else FIELDS[name].default
    return pl.lit(default, TYPES[FIELDS[name].type]).alias(name)


def _instead(here: Sequence[str]) -> list[pl.Expr]:
    """Fields that others rule out, where one of those is given."""
    filled = []
    for name, by in INSTEAD.items():
        told, asked = ([pl.col(other).is_not_null() for other in of if other in here] for of in (by.of, by.unless))
        if told:
            ruled_out = pl.any_horizontal(told) & ~pl.any_horizontal(False, *asked)
            filled.append(pl.when(ruled_out).then(pl.col(name).fill_null(by.value)).otherwise(name))
    return filled


def _from_catalogue(here: Sequence[str]) -> tuple[list[pl.Expr], list[pl.Expr]]:
    """Given values first, then the catalogue's, then the default."""
    chips = items.named()
    chip = pl.col("item").cast(pl.Enum(chips["item"]), strict=False).to_physical().alias("_chip")
    known_as = {name: pl.lit(chips[name]).gather("_chip") for name in ("vendor", "kind", "chips_held")}
    itself = pl.when(pl.col("item").is_in(KINDS)).then(pl.col("item"))
    columns = [
        pl.coalesce("exporter", known_as["vendor"], pl.lit("")).alias("exporter"),
        pl.coalesce(itself, known_as["kind"], pl.lit("chip")).alias("kind"),
        known_as["chips_held"].fill_null(1.0).alias("chips_held"),
    ]
    for name in FROM_CATALOGUE:
        known = pl.lit(chips[f"c_{name}"]).gather("_chip")
        told = pl.coalesce(name, known) if name in here else known
        default = FIELDS[name].default
        columns.append((told if default is None else told.fill_null(default)).alias(name))
    return [chip], columns


def _told_by(field: str, here: Sequence[str], known: Sequence[str]) -> list[str]:
    """Columns that tell a seat: what was given, then what is known of the parties named."""
    kind = "seat" if field in seats.OF_PARENTS else "hq"
    told = [f"_{kind}_{role}" for role in seats.TOLD_BY[field]]
    return [*([field] if field in here else []), *(column for column in told if column in known)]


def _of_places(moves: tuple[TierChange, ...], named: Sequence[str], doubting: bool) -> tuple[list[pl.Expr], ...]:
    """Tiers and groups of places as of each row's date, and what they imply of the parties.

    `named` are the columns of the seats that named parties are known to have, whatever else was given, and of those given
    of parties beside the consignee.
    """
    places = atlas(moves, doubting)
    names, implied = _looked_up(moves, doubting)
    roles = ROLES | dict.fromkeys(named, ROLES["headquarters"])
    later = [(pl.col("date") >= start).cast(pl.UInt32) for start in places.breaks[1:]]
    period = sum(later, pl.lit(0, pl.UInt32)) * len(names.categories)
    numbered = [
        (pl.col(role).cast(names, strict=False).to_physical().cast(pl.UInt32) + pl.col("_period")).alias(f"_{role}")
        for role in roles
    ]
    us = (pl.col("headquarters") == "USA") & (pl.col("parent_headquarters") == "USA")
    named_d5 = pl.any_horizontal(False, *[pl.col(f"{r}_d5").fill_null(False) for r in named])
    allied = pl.all_horizontal(True, *[((pl.col(r) == "USA") | pl.col(f"{r}_a5_a6")).fill_null(True) for r in named])
    of_parties = {
        "party_tier": pl.max_horizontal("headquarters_tier", "parent_headquarters_tier", *[f"{r}_tier" for r in named]),
        "parent_tier": pl.col("parent_headquarters_tier"),
        "party_d5": pl.col("headquarters_d5") | pl.col("parent_headquarters_d5") | named_d5,
        "named_d5": named_d5,
        "party_us_a5_a6": (us | (pl.col("headquarters_a5_a6") & pl.col("parent_headquarters_a5_a6"))) & allied,
        "exporter_us_a5": (pl.col("exporter_hq") == "USA") | pl.col("exporter_hq_a5"),
        "designer_d5": pl.col("designer_hq_d5"),
    }
    return (
        [period.alias("_period")],
        numbered,
        [pl.lit(implied[c]).gather(f"_{role}").alias(f"{role}_{c}") for role, wanted in roles.items() for c in wanted],
        [value.alias(name) for name, value in of_parties.items()],
    )


@lru_cache(maxsize=64)
def _looked_up(moves: tuple[TierChange, ...], doubting: bool) -> tuple[pl.Enum, pl.DataFrame]:
    """Codes of all places, and what each implies, period after period in the order of the codes."""
    table = atlas(moves, doubting).table.sort("period", "iso3")
    return pl.Enum(table.filter(pl.col("period") == 0)["iso3"]), table
