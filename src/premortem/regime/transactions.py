"""Transactions as frames: typed columns for every field of the vocabulary, filled from the catalogue and the atlas."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from premortem import facts
from premortem.errors import BadInput, nearest, raise_all
from premortem.regime.clause import Rulebook
from premortem.regime.countries import atlas, iso3
from premortem.regime.vocabulary import FIELDS, KINDS, TYPES, given_fields

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
# What a place in each role implies, and the role that a silent one repeats.
ROLES = {
    "destination": ("tier", "d5", "d1_d4", "a5_a6"),
    "headquarters": ("tier", "d5", "a5_a6"),
    "parent_headquarters": ("tier", "d5", "a5_a6"),
    "exporter_hq": ("a5",),
    "made_in": ("supp4",),
    "packaged_in": ("d5",),
}
SAME_AS = {"headquarters": "destination", "parent_headquarters": "headquarters"}
COUNTRIES = tuple(name for name, field in FIELDS.items() if field.type == "country")
# Most units in one shipment: beyond it a quantity is a slip of the keyboard.
MOST_UNITS = 1_000_000_000
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
                hint=nearest(item, [*items, *KINDS]),
            )
        )
    return errors


def _typed(name: str, value: Any) -> Any:
    if name not in given_fields():
        raise BadInput(
            "transaction",
            name,
            "no such field",
            got=value,
            allowed=", ".join(given_fields()),
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
    return (
        _chip_name(str(value))
        if name == "item"
        else str(value).strip().lower()
        if name in ("status", "exporter", "end_use", "designer", "packaged_by")
        else str(value).strip()
    )


def _chip_name(text: str) -> str:
    folded = {name.lower(): name for name in catalogue()["item"]} | {kind: kind for kind in KINDS}
    return folded.get(text.strip().lower(), text.strip())


def _number(name: str, value: Any) -> float:
    try:
        number = float(str(value).replace("_", "").replace(",", ""))
    except ValueError:
        raise BadInput(
            "transaction", name, f"{value!r} is not a number", got=value, allowed=FIELDS[name].unit
        ) from None
    if not (0 <= number < 1e31):
        raise BadInput(
            "transaction", name, f"{value} is out of range", got=value, allowed=f"0 or more {FIELDS[name].unit}"
        )
    if name == "quantity" and (number != int(number) or not 1 <= number <= MOST_UNITS):
        raise BadInput(
            "transaction", name, f"{value} is not a count", got=value, allowed=f"whole units, 1 to {MOST_UNITS:,}"
        )
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
    if not 2020 <= day.year <= 2035:
        raise BadInput(
            "transaction", "date", f"no rule is held for {day}", got=value, allowed="2020-01-01 to 2035-12-31"
        )
    return day


def complete(given: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """The frame with every field of the vocabulary: given values, catalogue values, defaults, and what places imply.

    Expects known items and countries (`parse` or the ledger's checks see to it).
    """
    here = given.columns
    frame = given.with_columns(
        [pl.col(f).cast(TYPES[FIELDS[f].type]) if f in here else _absent(f) for f in given_fields()]
    )
    frame = frame.with_columns(kind=pl.when(pl.col("item").is_in(KINDS)).then(pl.col("item")).otherwise(pl.lit("chip")))
    frame = _from_catalogue(frame, here)
    frame = frame.with_columns(headquarters=pl.coalesce("headquarters", "destination"))
    frame = frame.with_columns(parent_headquarters=pl.coalesce("parent_headquarters", "headquarters"))
    defaults = {name: FIELDS[name].default for name in here if name in FIELDS and FIELDS[name].default is not None}
    frame = frame.with_columns(
        [pl.col(name).fill_null(default) for name, default in defaults.items() if name != "datacentre"]
    )
    # without a name, all of a destination's consignees count as one
    named = pl.col("consignee").str.to_lowercase().str.strip_chars()
    nameless = pl.concat_str(pl.lit("someone in "), "destination")
    frame = frame.with_columns(
        consignee=pl.when(named == "").then(nameless).otherwise(named),
        shipment_tpp=pl.col("quantity") * pl.col("tpp"),
    )
    return _with_places(frame, book, here)


def _absent(name: str) -> pl.Expr:
    """A field that nobody gave: its default, but for what the catalogue may know better."""
    default = None if name in FROM_CATALOGUE else FIELDS[name].default
    return pl.lit(default, TYPES[FIELDS[name].type]).alias(name)


def _from_catalogue(frame: pl.DataFrame, here: Sequence[str]) -> pl.DataFrame:
    """Given values first, then the catalogue's, then the default."""
    chips = catalogue().drop("released")
    looked_up = [pl.col("item").replace_strict(chips["item"], chips[f"c_{f}"], default=None) for f in FROM_CATALOGUE]
    vendor = pl.col("item").replace_strict(chips["item"], chips["vendor"], default=None)
    told = [pl.coalesce(f, known) if f in here else known for f, known in zip(FROM_CATALOGUE, looked_up, strict=True)]
    return frame.with_columns(
        exporter=pl.coalesce("exporter", vendor, pl.lit("")),
        **{
            f: value if FIELDS[f].default is None else value.fill_null(FIELDS[f].default)
            for f, value in zip(FROM_CATALOGUE, told, strict=True)
        },
    )


def _with_places(frame: pl.DataFrame, book: Rulebook, here: Sequence[str]) -> pl.DataFrame:
    """The frame with tiers and groups of its places as of each row's date."""
    places = atlas(book.moves)
    later = [(pl.col("date") >= start).cast(pl.Int32) for start in places.breaks[1:]]
    frame = frame.with_columns(period=sum(later, pl.lit(0, pl.Int32)))
    for role, wanted in ROLES.items():
        same = SAME_AS.get(role)
        if same and role not in here:
            frame = frame.with_columns(pl.col(f"{same}_{c}").alias(f"{role}_{c}") for c in wanted)
            continue
        table = places.table.select(
            pl.col("iso3").alias(role),
            pl.col("period").cast(pl.Int32),
            *(pl.col(c).alias(f"{role}_{c}") for c in wanted),
        )
        frame = frame.join(table, on=[role, "period"], how="left", maintain_order="left")
    us = (pl.col("headquarters") == "USA") & (pl.col("parent_headquarters") == "USA")
    return frame.with_columns(
        party_tier=pl.max_horizontal("headquarters_tier", "parent_headquarters_tier"),
        party_d5=pl.col("headquarters_d5") | pl.col("parent_headquarters_d5"),
        party_us_a5_a6=us | (pl.col("headquarters_a5_a6") & pl.col("parent_headquarters_a5_a6")),
        exporter_us_a5=(pl.col("exporter_hq") == "USA") | pl.col("exporter_hq_a5"),
    )


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Parsed transactions as a frame with typed columns."""
    present = [f for f in given_fields() if any(f in row for row in rows)]
    return pl.DataFrame({f: pl.Series([row.get(f) for row in rows], dtype=TYPES[FIELDS[f].type]) for f in present})
