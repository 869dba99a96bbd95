"""Transactions as a person gives them: each field read in its type, every fault told at once; and frames of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from premortem.errors import BadInput, nearest, raise_all
from premortem.law import items, numbers
from premortem.law.clearing import as_text, clearings
from premortem.law.places import could_be, iso3
from premortem.law.vocabulary import FIELDS, TYPES, given_fields

# Texts in which capitals mean nothing.
FOLDED = ("status", "exporter", "end_use", "designer", "packaged_by", "destination_region")
# What to tell who names a field that is not there; the whole list is a page of the docs.
SUCH_AS = "a field of docs/fields.md, such as item, quantity, destination, headquarters, parent_headquarters, date"
# American spellings of the words that clauses use.
SPELT = {"authorized": "authorised", "data_center": "data_centre", "data center": "data_centre"}
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
    unread: set[str] = set()
    for name, value in given.items():
        if value is None or value == "":
            continue
        try:
            row[name] = _typed(name, value)
        except BadInput as error:
            errors.append(error)
            unread.add(name)
    raise_all(errors + items.contradictions(row) + _missing(row, unread))
    return row


def _missing(row: Mapping[str, Any], unread: Collection[str]) -> list[BadInput]:
    """What a transaction lacks; a field that was given and could not be read is not missing."""
    errors = (
        [BadInput("transaction", "destination", "is missing", allowed="ISO 3166 code or name")]
        if "destination" not in {*row, *unread}
        else []
    )
    item = row.get("item")
    if "item" in unread:
        return errors
    if item is None:
        if "tpp" not in {*row, *unread}:
            allowed = "a chip by name, a kind of item, or --tpp"
            errors.append(BadInput("transaction", "item", "is missing", allowed=allowed))
    elif not items.is_known(item):
        errors.append(
            BadInput(
                "transaction",
                "item",
                f"no such item: {item}",
                got=item,
                allowed="a name in the catalogue, or a kind of item",
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
    if name == "cleared":
        return as_text(clearings(text))
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


def frame_of(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Parsed transactions as a frame with typed columns."""
    used: set[str] = set().union(*rows)
    present = [f for f in given_fields() if f in used]
    return pl.DataFrame({f: pl.Series([row.get(f) for row in rows], dtype=TYPES[FIELDS[f].type]) for f in present})
