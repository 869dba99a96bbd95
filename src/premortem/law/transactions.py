"""Transactions as a person gives them: each field read in its type, every fault told at once; and frames of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.law import days, items, numbers
from premortem.law.clearing import as_text, clearings
from premortem.law.places import could_be, iso3
from premortem.law.transfers import transfers
from premortem.law.vocabulary import TYPES, Vocabulary, vocabulary

# Fields that are told to who names one that is not there; the whole list is a page of the docs.
FIRST = ("item", "quantity", "destination", "headquarters", "parent_headquarters", "date")
# Most units in one shipment: beyond it a quantity is a slip of the keyboard.
MOST_UNITS = 1_000_000_000
# Most letters of a text that a field may hold, but for reasons by which names are cleared: no name has more.
MOST_LETTERS, REASONS = 1_000, "cleared"
TRUE, FALSE = frozenset({"1", "true", "yes", "y"}), frozenset({"0", "false", "no", "n"})


def such_as(words: Vocabulary) -> str:
    """What to tell who names a field that is not there."""
    first = [name for name in FIRST if name in words.given] or words.given[: len(FIRST)]
    return f"a field of docs/fields.md, such as {', '.join(first)}"


def parse(given: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """One transaction's fields from texts or values, typed. Raises every fault at once."""
    words = vocabulary(case)
    errors: list[BadInput] = []
    row: dict[str, Any] = {}
    unread: set[str] = set()
    for name, value in given.items():
        if value is None or value == "":
            continue
        try:
            row[name] = _typed(name, value, words)
        except BadInput as error:
            errors.append(error)
            unread.add(name)
    raise_all(errors + items.contradictions(row, case) + _missing(row, unread, words))
    return row


def _missing(row: Mapping[str, Any], unread: Collection[str], words: Vocabulary) -> list[BadInput]:
    """What a transaction lacks; a field that was given and could not be read is not missing."""
    errors = (
        [BadInput("transaction", "destination", "is missing", allowed="ISO 3166 code or name")]
        if "destination" in words.given and "destination" not in {*row, *unread}
        else []
    )
    item = row.get("item")
    if "item" in unread or "item" not in words.given:
        return errors
    if item is None:
        if words.measure.one not in {*row, *unread}:
            allowed = f"a chip by name, a kind of item, or --{words.measure.one}"
            errors.append(BadInput("transaction", "item", "is missing", allowed=allowed))
    elif not items.is_known(item, words.case):
        errors.append(
            BadInput(
                "transaction",
                "item",
                f"no such item: {item}",
                got=item,
                allowed="a name in the catalogue, or a kind of item",
                hint=items.near(str(item), words.case),
            )
        )
    return errors


def _typed(name: str, value: Any, words: Vocabulary) -> Any:
    if name not in words.given:
        raise BadInput(
            "transaction",
            name,
            "no such field",
            got=value,
            allowed=such_as(words),
            hint=nearest(name, words.given),
        )
    kind = words.fields[name].type
    if kind == "country":
        return iso3(str(value), name, words.case)
    if kind == "flag":
        text = str(value).strip().lower()
        if text not in TRUE | FALSE:
            raise BadInput("transaction", name, f"{value!r} is not yes or no", got=value, allowed="1 or 0")
        return text in TRUE
    if kind == "number":
        return _number(name, value, words)
    if kind == "date":
        return parse_date(value, words.case)
    text = str(value).strip()
    if len(text) > MOST_LETTERS and name != REASONS:
        what, allowed = f"has {len(text):,} letters", f"at most {MOST_LETTERS:,}"
        raise BadInput("transaction", name, what, got=text[:40], allowed=allowed)
    if name == REASONS:
        return as_text(clearings(text))
    return items.item(text, words.case) if name == "item" else _text(name, text, words)


def _text(name: str, text: str, words: Vocabulary) -> str:
    field = words.fields[name]
    folded = field.spelt.get(text.lower(), text.lower()) if field.folded else text
    choices = field.choices
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


def _number(name: str, value: Any, words: Vocabulary) -> float:
    field = words.fields[name]
    number = float(value) if isinstance(value, int | float) else numbers.number(str(value), field.unit in words.large)
    whole = f"whole units, 1 to {MOST_UNITS:,}"
    if number is None:
        what = f"{value!r} is not a number"
        if two := numbers.readings(str(value), field.unit in words.large):
            what = f"{value!r} can be read two ways, as {two[0]} or as {two[1]}: write it without a separator"
        raise BadInput("transaction", name, what, got=value, allowed=whole if name == "quantity" else field.unit)
    if name == "quantity" and not (1 <= number <= MOST_UNITS and number == int(number)):
        raise BadInput("transaction", name, f"{value} is not a count", got=value, allowed=whole)
    if not (0 <= number <= field.most):
        most = "1" if field.most == 1 else "any"
        allowed = f"0 to {most} [{field.unit}]"
        raise BadInput("transaction", name, f"{value} is out of range", got=value, allowed=allowed)
    return number


def parse_date(value: Any, case: Case) -> date:
    """A day within the years for which rules are held. Raises `BadInput`."""
    day = days.day(value)
    if day is None:
        raise BadInput("transaction", "date", f"{str(value)!r} is not a date", got=value, allowed="YYYY-MM-DD")
    words = vocabulary(case)
    if not words.first <= day <= words.last:
        allowed = f"{words.first} to {words.last}"
        raise BadInput("transaction", "date", f"no rule is held for {day}", got=value, allowed=allowed)
    return day


def which(item: str, case: Case, told: bool | None = None) -> tuple[str, str]:
    """The field to ask for where an item's spelling could mean several, "" where the flag that parts them, `told`, settles
    it; and the item that it then is.

    That flag is asked first where it parts them: the seller knows it, and the law hangs on it.
    """
    offered, parts = items.could_be(item, case) or (), transfers(case).items.parts
    flags = dict(items.named(case).select("item", f"c_{parts}").iter_rows()) if parts else dict.fromkeys(offered)
    left = [name for name in offered if name in flags and told in (None, flags[name])]
    if told is not None and len(left) == 1:
        return "", left[0]
    return (parts if len({flags[name] for name in left}) > 1 else "item"), ""


def question(fields: Mapping[str, Any], case: Case) -> str:
    """What to ask of a transaction whose item or country could mean several, with the choices; "" where none does."""
    asked, words, parts = [], vocabulary(case), transfers(case).items.parts
    for name, value in fields.items():
        offered = could_be(str(value), case) if name in words.countries else None
        if name == "item" and words.measure.one not in fields and which(value, case, fields.get(parts))[0]:
            offered = items.could_be(value, case)
        if offered is not None:
            choices = f" may be {' or '.join(offered)}: say which" if offered else " may be several: say which"
            asked.append(f"{name}: {value}{choices}")
    return "; ".join(asked)


def frame_of(rows: Sequence[Mapping[str, Any]], case: Case) -> pl.DataFrame:
    """Parsed transactions as a frame with typed columns."""
    used: set[str] = set().union(*rows)
    types = {f: TYPES[vocabulary(case).fields[f].type] for f in vocabulary(case).given if f in used}
    return pl.DataFrame({f: pl.Series([row.get(f) for row in rows], dtype=kind) for f, kind in types.items()})
