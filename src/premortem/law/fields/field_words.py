"""How sentences call the fields of a transaction and their values."""

import re
from datetime import date
from typing import Any

from premortem.law.fields import places
from premortem.law.fields.vocabulary import Field, Vocabulary

# What is done about a name that is another firm's: as it is typed, and as a document or a screen says it.
CLEAR = "give --clear NAME=REASON"
CLEAR_IN_WORDS = "clear it, with the reason on record"
# How a field is given on the command line, as a sentence there ends.
GIVEN = re.compile(r" \(give it with --set \w+=VALUE\)")


def words_of(field: str) -> str:
    """A field's name as words."""
    return field.replace("_", " ")


def called(field: str, words: Vocabulary) -> str:
    """How a sentence calls a field: as its case has it, else by its name."""
    told = words.fields.get(field)
    return told.label if told and told.label else words_of(field)


def unknown(field: str, words: Vocabulary) -> str:
    """What is asked where a field is missing, as a clause: `what the TPP of one unit is`, `whether the fab is new`."""
    told = words.fields.get(field)
    return f"whether {told.says}" if told and told.type == "flag" else f"what the {called(field, words)} is"


def described(field: str, words: Vocabulary) -> str:
    """A field by its name and meaning, by its meaning alone where that says the name."""
    name, says = called(field, words), words.fields[field].says
    return says if name in says else f"{name}: {says}"


def shown(value: Any) -> str:
    """A value as it is read aloud."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(value)
    return "not given" if value is None else f"{value:,.12g}" if isinstance(value, float) else str(value)


def told(field: str, value: Any, words: Vocabulary) -> str:
    """A value of a field as it is read aloud: a place by its name, a choice without underscores, a number with its unit."""
    kind = words.fields.get(field)
    if isinstance(value, str):
        return (
            places.names(words.case).get(value, value)
            if kind and kind.type == "country"
            else value.replace("_", " ") or ("none" if kind and kind.choices else "nobody named")
        )
    return f"{shown(value)}{_unit(kind)}" if isinstance(value, float) else shown(value)


def place(code: str, words: Vocabulary) -> str:
    """A place by its name; by its code where that has none."""
    return places.names(words.case).get(code, code)


def _unit(field: Field | None) -> str:
    return f" {field.unit}" if field and field.unit not in ("", "share", "ratio", "units") else ""


def untyped(text: str) -> str:
    """A sentence without the words of the command line, for a document or a screen."""
    return GIVEN.sub("", text.replace(CLEAR, CLEAR_IN_WORDS))
