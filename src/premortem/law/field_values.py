"""One field of what is asked of a law, as a person gives it: read in its type. Of a transaction and of a question alike."""

import re
from datetime import date
from typing import Any

from premortem.errors import BadInput, nearest
from premortem.law.fields import days, items, numbers
from premortem.law.fields.places import iso3
from premortem.law.fields.vocabulary import Field, Vocabulary
from premortem.law.parties.clearing import as_text, clearings

# The fault of a name that no field has.
NO_FIELD = "no such field"
# Fields that are told to who names one that is not there; the whole list is a page of the docs.
FIRST = ("item", "quantity", "destination", "headquarters", "parent_headquarters", "date")
# Most units in one shipment: beyond it a quantity is a slip of the keyboard.
MOST_UNITS = 1_000_000_000
# Most letters of a text that a field may hold, but for reasons by which names are cleared: no name has more.
MOST_LETTERS, REASONS = 1_000, "cleared"
TRUE, FALSE = frozenset({"1", "true", "yes", "y"}), frozenset({"0", "false", "no", "n"})


def such_as(words: Vocabulary) -> str:
    """What to tell who names a field that is not there."""
    if words.answers:
        return ", ".join(words.given)
    first = [name for name in FIRST if name in words.given] or words.given[: len(FIRST)]
    return f"a field of docs/fields.md, such as {', '.join(first)}"


def typed(name: str, value: Any, words: Vocabulary, what: str) -> Any:
    """The value of a field of a case, from a text or a value; `what` the fault is said to be of.

    Raises `BadInput` for a field that may not be given, and for what is no value of it.
    """
    if name not in words.given:
        hint = nearest(name, words.given)
        raise BadInput(what, name, NO_FIELD, got=value, allowed=such_as(words), hint=hint)
    field, text = words.fields[name], str(value).strip()
    match field.type:
        case "country":
            return iso3(text, name, words.case, what)
        case "flag":
            return _flag(name, value, what)
        case "number":
            return _number(name, value, words, what)
        case "date":
            return _day(name, value, words, what)
        case "set":
            return tuple(_text(name, one.strip(), field, what) for one in re.split(r"[;,]", text) if one.strip())
    if name == REASONS:
        return as_text(clearings(text))
    if len(text) > MOST_LETTERS:
        wrong, allowed = f"has {len(text):,} letters", f"at most {MOST_LETTERS:,}"
        raise BadInput(what, name, wrong, got=text[:40], allowed=allowed)
    return items.item(text, words.case) if name == "item" else _text(name, text, field, what)


def day_asked(name: str, value: Any, words: Vocabulary, what: str) -> date:
    """A day within the years for which rules are held. Raises `BadInput`."""
    day = _read_day(name, value, what)
    if not words.first <= day <= words.last:
        held = f"{words.first} to {words.last}"
        raise BadInput(what, name, f"no rule is held for {day}", got=value, allowed=held)
    return day


def _day(name: str, value: Any, words: Vocabulary, what: str) -> date:
    """A day; the one that is asked about is one for which rules are held."""
    asked = name == "date" or words.fields[name].today
    return day_asked(name, value, words, what) if asked else _read_day(name, value, what)


def _read_day(name: str, value: Any, what: str) -> date:
    day = days.day(value)
    if day is None:
        raise BadInput(what, name, f"{str(value)!r} is not a date", got=value, allowed="YYYY-MM-DD")
    return day


def _flag(name: str, value: Any, what: str) -> bool:
    text = str(value).strip().lower()
    if text not in TRUE | FALSE:
        raise BadInput(what, name, f"{value!r} is not yes or no", got=value, allowed="1 or 0")
    return text in TRUE


def _text(name: str, text: str, field: Field, what: str) -> str:
    folded = field.spelt.get(text.lower(), text.lower()) if field.folded else text
    if field.choices and folded not in field.choices:
        allowed, hint = ", ".join(field.choices), nearest(folded, field.choices)
        raise BadInput(what, name, f"{text!r} is none of its values", got=text, allowed=allowed, hint=hint)
    return folded


def _number_of(field: Field) -> str:
    """What a number may be, in words: `a number, in nights/yr`."""
    return f"a number, in {field.unit}" if field.unit else "a number"


def _number(name: str, value: Any, words: Vocabulary, what: str) -> float:
    field = words.fields[name]
    number = float(value) if isinstance(value, int | float) else numbers.number(str(value), field.unit in words.large)
    whole = f"whole units, 1 to {MOST_UNITS:,}"
    if number is None:
        wrong = f"{value!r} is not a number"
        if two := numbers.readings(str(value), field.unit in words.large):
            wrong = f"{value!r} can be read two ways, as {two[0]} or as {two[1]}: write it without a separator"
        raise BadInput(what, name, wrong, got=value, allowed=whole if name == "quantity" else _number_of(field))
    if name == "quantity" and not (1 <= number <= MOST_UNITS and number == int(number)):
        raise BadInput(what, name, f"{value} is not a count", got=value, allowed=whole)
    if not (0 <= number <= field.most):
        most = "1" if field.most == 1 else "any"
        allowed = f"0 to {most} [{field.unit}]"
        raise BadInput(what, name, f"{value} is out of range", got=value, allowed=allowed)
    return number
