"""Transactions as frames: typed columns for every field of the vocabulary, filled from the catalogue and the atlas."""

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

import polars as pl

from premortem import facts
from premortem.errors import BadInput, nearest, raise_all
from premortem.regime import parties
from premortem.regime.clause import Rulebook
from premortem.regime.countries import TierChange, atlas, iso3
from premortem.regime.vocabulary import FIELDS, INSTEAD, KINDS, TYPES, given_fields

# Texts in which capitals mean nothing.
FOLDED = ("status", "exporter", "end_use", "designer", "packaged_by", "destination_region")
# What to tell who names a field that is not there; the whole list is a page of the docs.
SUCH_AS = "a field of docs/fields.md, such as item, quantity, destination, headquarters, parent_headquarters, date"
# American spellings of the words that clauses use.
SPELT = {"authorized": "authorised", "data_center": "data_centre", "data center": "data_centre"}
# Fields that the catalogue of chips holds.
FROM_CATALOGUE = (
    "tpp",
    "performance_density",
    "memory_gb_s",
    "interconnect_gb_s",
    "datacentre",
    "transistors_bn",
    "hbm",
)
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
COUNTRIES = tuple(name for name, field in FIELDS.items() if field.type == "country")
# Most units in one shipment: beyond it a quantity is a slip of the keyboard.
MOST_UNITS = 1_000_000_000
# Days for which rules are held.
EARLIEST, LATEST = date(2020, 1, 1), date(2035, 12, 31)
TRUE, FALSE = frozenset({"1", "true", "yes", "y"}), frozenset({"0", "false", "no", "n"})


@cache
def catalogue() -> pl.DataFrame:
    """Chips of the catalogue under the vocabulary's names: item, vendor, tpp, performance_density, memory_gb_s, ..."""
    return facts.read("chips").select(
        item=pl.col("name"),
        vendor=pl.col("vendor").str.to_lowercase(),
        c_tpp=pl.col("tpp").cast(pl.Float64),
        c_performance_density=(pl.col("tpp") / pl.col("applicable_die_area_mm2")).cast(pl.Float64),
        c_memory_gb_s=pl.col("memory_bw_tb_s") * 1000,
        c_interconnect_gb_s=pl.col("interconnect_gb_s").cast(pl.Float64),
        c_datacentre=pl.col("marketed_for_datacentre") == 1,
        c_transistors_bn=pl.col("transistors_bn"),
        c_hbm=pl.col("has_hbm") == 1,
        c_designer_hq=pl.col("hq_iso3"),
        released=pl.col("released"),
    )


def parse(given: Mapping[str, Any]) -> dict[str, Any]:
    """One transaction's fields from texts or values, typed. Raises every fault at once."""
    errors: list[BadInput] = []
    row: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or value == "":
            continue
        try:
            row[name] = _typed(name, value)
        except BadInput as error:
            errors.append(error)
    failed = {error.key for error in errors}
    raise_all(errors + [error for error in _missing(row) if error.key not in failed])
    return row


def _missing(row: Mapping[str, Any]) -> list[BadInput]:
    errors = (
        [BadInput("transaction", "destination", "is missing", allowed="ISO 3166 code or name")]
        if "destination" not in row
        else []
    )
    item, items = row.get("item"), catalogue()["item"].to_list()
    if item is None and "tpp" not in row:
        errors.append(BadInput("transaction", "item", "is missing", allowed="a chip by name, a kind of item, or --tpp"))
    elif item is not None and item not in items and item not in KINDS and "tpp" not in row:
        errors.append(
            BadInput(
                "transaction",
                "item",
                f"no such chip: {item}",
                got=item,
                allowed="a name in the catalogue, a kind of item, or --tpp",
                hint=near_items(str(item)),
            )
        )
    return errors


def near_items(text: str) -> str:
    """Up to four chips and kinds whose names hold the text, or else are near it, as a question."""
    names = [*catalogue()["item"].to_list(), *KINDS]
    low = text.lower().replace("-", " ")
    folded = {name.lower(): name for name in names}
    near = [folded[n] for n in get_close_matches(low, list(folded), n=4, cutoff=0.6)]
    close = [n for n in names if low and low in n.lower()] or near
    return f"did you mean {', '.join(close[:4])}?" if close else "give its --tpp, and what else a test needs with --set"


def _typed(name: str, value: Any) -> Any:
    if name not in given_fields():
        raise BadInput(
            "transaction",
            name,
            "no such field",
            got=value,
            allowed=SUCH_AS,
            hint=nearest(name, given_fields()),
        )
    kind = FIELDS[name].type
    if kind == "country":
        return iso3(str(value), name)
    if kind == "flag":
        text = str(value).strip().lower()
        if text not in TRUE | FALSE:
            raise BadInput("transaction", name, f"{value!r} is not yes or no", got=value, allowed="1 or 0")
        return text in TRUE
    if kind == "number":
        return _number(name, value)
    if kind == "date":
        return parse_date(value)
    text = str(value).strip()
    return item_names().get(text.lower(), text) if name == "item" else _text(name, text)


def _text(name: str, text: str) -> str:
    folded = SPELT.get(text.lower(), text.lower()) if name in FOLDED else text
    choices = FIELDS[name].choices
    if choices and folded not in choices:
        raise BadInput(
            "transaction",
            name,
            f"{text!r} is none of its values",
            got=text,
            allowed=", ".join(choices),
            hint=nearest(folded, choices),
        )
    return folded


@cache
def item_names() -> Mapping[str, str]:
    """Chips and kinds of item by every spelling that means one: small letters, and first words that only one has
    (`h200` is `H200 SXM`; `h100` could be two, so it is none).
    """
    spelt = {name.lower().replace("_", " "): name for name in [*catalogue()["item"], *KINDS]}
    starts = {" ".join(full.split()[:n]) for full in spelt for n in range(1, len(full.split()))}
    short = {start: [full for full in spelt if full.startswith(f"{start} ")] for start in starts}
    unique = {start: spelt[fitting[0]] for start, fitting in short.items() if len(fitting) == 1}
    return unique | spelt | {kind: kind for kind in KINDS}


def _number(name: str, value: Any) -> float:
    try:
        number = float(str(value).replace("_", "").replace(",", ""))
    except ValueError:
        raise BadInput(
            "transaction", name, f"{value!r} is not a number", got=value, allowed=FIELDS[name].unit
        ) from None
    if name == "quantity" and not (1 <= number <= MOST_UNITS and number == int(number)):
        allowed = f"whole units, 1 to {MOST_UNITS:,}"
        raise BadInput("transaction", name, f"{value} is not a count", got=value, allowed=allowed)
    if not (0 <= number <= FIELDS[name].most):
        most = "1" if FIELDS[name].most == 1 else "any"
        allowed = f"0 to {most} [{FIELDS[name].unit}]"
        raise BadInput("transaction", name, f"{value} is out of range", got=value, allowed=allowed)
    return number


def parse_date(value: Any) -> date:
    """A day within the years for which rules are held. Raises `BadInput`."""
    if isinstance(value, date):
        day = value
    else:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            raise BadInput("transaction", "date", f"{value!r} is not a date", got=value, allowed="YYYY-MM-DD") from None
    if not EARLIEST <= day <= LATEST:
        raise BadInput(
            "transaction", "date", f"no rule is held for {day}", got=value, allowed=f"{EARLIEST} to {LATEST}"
        )
    return day


def complete(given: pl.DataFrame, book: Rulebook) -> pl.LazyFrame:
    """The frame with every field of the vocabulary: given values, catalogue values, defaults, and what places imply.

    Expects known items and countries (`parse` or the ledger's checks see to it). Lazy, so that what no clause asks for
    is not worked out.
    """
    here = given.columns
    frame = given.lazy().with_columns(
        [pl.col(f).cast(TYPES[FIELDS[f].type]) if f in here else _absent(f) for f in given_fields()]
    )
    frame = frame.with_columns(*_of_parties(given))
    frame = frame.with_columns(kind=pl.when(pl.col("item").is_in(KINDS)).then(pl.col("item")).otherwise(pl.lit("chip")))
    frame = _from_catalogue(frame, here)
    frame = frame.with_columns(
        headquarters=pl.coalesce("headquarters", "destination"),
        designer_hq=pl.coalesce("designer_hq", pl.lit(catalogue()["c_designer_hq"]).gather("_chip"), "exporter_hq"),
    )
    frame = frame.with_columns(parent_headquarters=pl.coalesce("parent_headquarters", "headquarters"))
    defaults = {name: FIELDS[name].default for name in here if name in FIELDS and FIELDS[name].default is not None}
    frame = frame.with_columns(
        [pl.col(name).fill_null(default) for name, default in defaults.items() if name != "datacentre"]
    )
    frame = frame.with_columns(_instead(here))
    frame = frame.with_columns(
        # all of a destination's nameless consignees count as one
        consignee=pl.when(pl.col("consignee") == "").then(pl.col("destination")).otherwise(pl.col("consignee")),
        shipment_tpp=pl.col("quantity") * pl.col("tpp"),
    )
    return _with_places(frame, book)


def _of_parties(given: pl.DataFrame) -> list[pl.Expr]:
    """What the lists say of the named parties, and each consignee under one spelling, so that totals count it once."""
    found = parties.looked_up(given)
    one = found.height == 1
    told = [pl.lit(found[c][0] if one else found[c], TYPES[FIELDS[c].type]).alias(c) for c in found.columns]
    if "consignee" not in given.columns:
        return told
    names = given["consignee"].unique().drop_nulls()
    keys = pl.Series([parties.key(name) for name in names], dtype=pl.String)
    return [*told, pl.col("consignee").replace_strict(names, keys, default=None).alias("consignee")]


def _absent(name: str) -> pl.Expr:
    """A field that nobody gave: its default, but for what the catalogue may know better."""
    default = None if name in FROM_CATALOGUE else FIELDS[name].default
    return pl.lit(default, TYPES[FIELDS[name].type]).alias(name)


def _instead(here: Sequence[str]) -> list[pl.Expr]:
    """Fields that others rule out, where one of those is given."""
    filled = []
    for name, (value, others) in INSTEAD.items():
        if told := [pl.col(other).is_not_null() for other in others if other in here]:
            filled.append(pl.when(pl.any_horizontal(told)).then(pl.col(name).fill_null(value)).otherwise(name))
    return filled


def _from_catalogue(frame: pl.LazyFrame, here: Sequence[str]) -> pl.LazyFrame:
    """Given values first, then the catalogue's, then the default."""
    chips = catalogue()
    frame = frame.with_columns(_chip=pl.col("item").cast(pl.Enum(chips["item"]), strict=False).to_physical())
    columns = [pl.coalesce("exporter", pl.lit(chips["vendor"]).gather("_chip"), pl.lit("")).alias("exporter")]
    for name in FROM_CATALOGUE:
        known = pl.lit(chips[f"c_{name}"]).gather("_chip")
        told = pl.coalesce(name, known) if name in here else known
        default = FIELDS[name].default
        columns.append((told if default is None else told.fill_null(default)).alias(name))
    return frame.with_columns(columns)


def _with_places(frame: pl.LazyFrame, book: Rulebook) -> pl.LazyFrame:
    """The frame with tiers and groups of its places as of each row's date."""
    places = atlas(book.moves)
    names, implied = _looked_up(book.moves)
    later = [(pl.col("date") >= start).cast(pl.UInt32) for start in places.breaks[1:]]
    period = sum(later, pl.lit(0, pl.UInt32)) * len(names.categories)
    frame = frame.with_columns(
        (pl.col(role).cast(names).to_physical().cast(pl.UInt32) + period).alias(f"_{role}") for role in ROLES
    )
    frame = frame.with_columns(
        pl.lit(implied[c]).gather(f"_{role}").alias(f"{role}_{c}") for role, wanted in ROLES.items() for c in wanted
    )
    us = (pl.col("headquarters") == "USA") & (pl.col("parent_headquarters") == "USA")
    return frame.with_columns(
        party_tier=pl.max_horizontal("headquarters_tier", "parent_headquarters_tier"),
        parent_tier=pl.col("parent_headquarters_tier"),
        party_d5=pl.col("headquarters_d5") | pl.col("parent_headquarters_d5"),
        party_us_a5_a6=us | (pl.col("headquarters_a5_a6") & pl.col("parent_headquarters_a5_a6")),
        exporter_us_a5=(pl.col("exporter_hq") == "USA") | pl.col("exporter_hq_a5"),
        designer_d5=pl.col("designer_hq_d5"),
    )


@lru_cache(maxsize=64)
def _looked_up(moves: tuple[TierChange, ...]) -> tuple[pl.Enum, pl.DataFrame]:
    """Codes of all places, and what each implies, period after period in the order of the codes."""
    table = atlas(moves).table.sort("period", "iso3")
    return pl.Enum(table.filter(pl.col("period") == 0)["iso3"]), table


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Parsed transactions as a frame with typed columns."""
    used: set[str] = set().union(*rows)
    present = [f for f in given_fields() if f in used]
    return pl.DataFrame({f: pl.Series([row.get(f) for row in rows], dtype=TYPES[FIELDS[f].type]) for f in present})
