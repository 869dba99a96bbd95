"""Transactions as frames: typed columns for every field of the vocabulary, filled from the catalogue and the atlas."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from premortem.errors import BadInput, nearest, raise_all
from premortem.regime import items, numbers, screened
from premortem.regime.clause import Rulebook
from premortem.regime.countries import TierChange, atlas, could_be, iso3
from premortem.regime.items import FROM_CATALOGUE
from premortem.regime.parties import ROLES as PARTIES
from premortem.regime.vocabulary import FIELDS, INSTEAD, KINDS, TYPES, given_fields

# Texts in which capitals mean nothing.
FOLDED = ("status", "exporter", "end_use", "designer", "packaged_by", "destination_region")
# What to tell who names a field that is not there; the whole list is a page of the docs.
SUCH_AS = "a field of docs/fields.md, such as item, quantity, destination, headquarters, parent_headquarters, date"
# American spellings of the words that clauses use.
SPELT = {"authorized": "authorised", "data_center": "data_centre", "data center": "data_centre"}
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
    errors += items.contradictions(row)
    failed = {error.key for error in errors}
    raise_all(errors + [error for error in _missing(row) if error.key not in failed])
    return row


def _missing(row: Mapping[str, Any]) -> list[BadInput]:
    errors = (
        [BadInput("transaction", "destination", "is missing", allowed="ISO 3166 code or name")]
        if "destination" not in row
        else []
    )
    item = row.get("item")
    if item is None and "tpp" not in row:
        errors.append(BadInput("transaction", "item", "is missing", allowed="a chip by name, a kind of item, or --tpp"))
    elif item is not None and not items.is_known(item) and "tpp" not in row:
        errors.append(
            BadInput(
                "transaction",
                "item",
                f"no such chip: {item}",
                got=item,
                allowed="a name in the catalogue, a kind of item, or --tpp",
                hint=items.near(str(item)),
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
    return items.item(text) if name == "item" else _text(name, text)


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


def _number(name: str, value: Any) -> float:
    number = float(value) if isinstance(value, int | float) else numbers.number(str(value), FIELDS[name].unit)
    whole = f"whole units, 1 to {MOST_UNITS:,}"
    if number is None:
        what = f"{value!r} is not a number"
        if two := numbers.readings(str(value), FIELDS[name].unit):
            what = f"{value!r} can be read two ways, as {two[0]} or as {two[1]}: write it without a separator"
        raise BadInput("transaction", name, what, got=value, allowed=whole if name == "quantity" else FIELDS[name].unit)
    if name == "quantity" and not (1 <= number <= MOST_UNITS and number == int(number)):
        raise BadInput("transaction", name, f"{value} is not a count", got=value, allowed=whole)
    if not (0 <= number <= FIELDS[name].most):
        most = "1" if FIELDS[name].most == 1 else "any"
        allowed = f"0 to {most} [{FIELDS[name].unit}]"
        raise BadInput("transaction", name, f"{value} is out of range", got=value, allowed=allowed)
    return number


def parse_date(value: Any) -> date:
    """A day within the years for which rules are held. Raises `BadInput`."""
    day = numbers.day(value)
    if day is None:
        raise BadInput("transaction", "date", f"{str(value)!r} is not a date", got=value, allowed="YYYY-MM-DD")
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
    here = tuple(given.columns)
    frame = given.lazy().with_columns(_told(here))
    said = _said(given)
    frame = frame.with_columns(*screened.columns(given, said)).with_columns(*_asking(said))
    for step in _worked_out(here, book.moves):
        frame = frame.with_columns(step)
    return frame


def _said(given: pl.DataFrame) -> dict[str, list[str]]:
    """What a frame's rows name as item, as places and as parties, each name once."""
    names = [c for c in ("item", *COUNTRIES, *PARTIES) if c in given.columns]
    return given.select(pl.col(c).unique().drop_nulls().implode() for c in names).row(0, named=True) if names else {}


# The columns that are worked out alike for every frame with the same fields given are made once: for a single
# transaction, making them takes longer than working them out.
@lru_cache(maxsize=256)
def _told(here: tuple[str, ...]) -> list[pl.Expr]:
    """Every field that may be given, in its type."""
    return [pl.col(f).cast(TYPES[FIELDS[f].type]) if f in here else _absent(f) for f in given_fields()]


@lru_cache(maxsize=256)
def _worked_out(here: tuple[str, ...], moves: tuple[TierChange, ...]) -> tuple[list[pl.Expr], ...]:
    """Columns to add one after the other: the catalogue's values, what stands for others, defaults, what places imply."""
    designer = pl.lit(items.named()["c_designer_hq"]).gather("_chip")
    defaults = {name: FIELDS[name].default for name in here if name in FIELDS and FIELDS[name].default is not None}
    # all of a destination's nameless consignees count as one
    consignee = pl.when(pl.col("consignee") == "").then(pl.col("destination")).otherwise(pl.col("consignee"))
    seat = pl.col("exporter_hq").fill_null(FIELDS["exporter_hq"].default)  # one row of a table may leave it empty
    return (
        *_from_catalogue(here),
        [pl.coalesce("headquarters", "destination"), pl.coalesce("designer_hq", designer, seat)],
        [pl.coalesce("parent_headquarters", "headquarters")],
        [pl.col(name).fill_null(default) for name, default in defaults.items() if name != "datacentre"],
        _instead(here),
        [
            consignee.alias("consignee"),
            (pl.col("quantity") * pl.col("chips_held") * pl.col("tpp")).alias("shipment_tpp"),
        ],
        *_of_places(moves),
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


def which(item: str, datacentre: bool | None = None) -> tuple[str, str]:
    """The field to ask for where an item's spelling could mean several, "" where `datacentre` settles it; and the item
    that it then is.

    Whether it is for data centres is asked first where that parts them: the seller knows it, and the law hangs on it.
    """
    offered = items.could_be(item) or ()
    for_centres = dict(items.named().select("item", "c_datacentre").iter_rows())
    left = [name for name in offered if name in for_centres and datacentre in (None, for_centres[name])]
    if datacentre is not None and len(left) == 1:
        return "", left[0]
    return ("datacentre" if len({for_centres[name] for name in left}) > 1 else "item"), ""


def question(fields: Mapping[str, Any]) -> str:
    """What to ask of a transaction whose item or country could mean several, with the choices; "" where none does."""
    asked = []
    for name, value in fields.items():
        offered = could_be(str(value)) if name in COUNTRIES else None
        if name == "item" and "tpp" not in fields and which(value, fields.get("datacentre"))[0]:
            offered = items.could_be(value)
        if offered is not None:
            choices = f" may be {' or '.join(offered)}: say which" if offered else " may be several: say which"
            asked.append(f"{name}: {value}{choices}")
    return "; ".join(asked)


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


def _of_places(moves: tuple[TierChange, ...]) -> tuple[list[pl.Expr], ...]:
    """Tiers and groups of places as of each row's date, and what they imply of the parties."""
    places = atlas(moves)
    names, implied = _looked_up(moves)
    later = [(pl.col("date") >= start).cast(pl.UInt32) for start in places.breaks[1:]]
    period = sum(later, pl.lit(0, pl.UInt32)) * len(names.categories)
    numbered = [
        (pl.col(role).cast(names, strict=False).to_physical().cast(pl.UInt32) + pl.col("_period")).alias(f"_{role}")
        for role in ROLES
    ]
    us = (pl.col("headquarters") == "USA") & (pl.col("parent_headquarters") == "USA")
    parties = {
        "party_tier": pl.max_horizontal("headquarters_tier", "parent_headquarters_tier"),
        "parent_tier": pl.col("parent_headquarters_tier"),
        "party_d5": pl.col("headquarters_d5") | pl.col("parent_headquarters_d5"),
        "party_us_a5_a6": us | (pl.col("headquarters_a5_a6") & pl.col("parent_headquarters_a5_a6")),
        "exporter_us_a5": (pl.col("exporter_hq") == "USA") | pl.col("exporter_hq_a5"),
        "designer_d5": pl.col("designer_hq_d5"),
    }
    return (
        [period.alias("_period")],
        numbered,
        [pl.lit(implied[c]).gather(f"_{role}").alias(f"{role}_{c}") for role, wanted in ROLES.items() for c in wanted],
        [value.alias(name) for name, value in parties.items()],
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
