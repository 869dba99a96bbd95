"""The question that an address asks of a law of several kinds of answers: its fields, and how a form shows each."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from premortem.app.shipment_form import OTHER
from premortem.app.view_state import State
from premortem.law.fields.field_words import called
from premortem.law.fields.vocabulary import Vocabulary

# How a form asks for a value of each type; what has choices is chosen.
INPUTS = {"date": "date"}


@dataclass(frozen=True)
class Asked:
    """A field of a form: the name under which it is sent, how it is called and explained, what it holds, and its choices."""

    name: str
    label: str
    says: str
    value: str
    default: str
    choices: tuple[str, ...]
    input: str
    country: bool


def read(query: Mapping[str, str], example: Mapping[str, str]) -> dict[str, str]:
    """Fields as texts; the example's where the address asks nothing."""
    return given(query) or dict(example)


def given(query: Mapping[str, str]) -> dict[str, str]:
    """Fields that the address gives, as texts."""
    return {key.removeprefix(OTHER): text for key, text in query.items() if key.startswith(OTHER) and text.strip()}


def link(fields: Mapping[str, object], view: State, under: str) -> str:
    """Address of the answer to a question, in this view."""
    query = urlencode([*((f"{OTHER}{name}", str(value)) for name, value in fields.items()), ("under", under)])
    return f"/rules?{query}{'&' + view.query if view.query else ''}"


def form(fields: Mapping[str, str], words: Vocabulary) -> tuple[list[Asked], list[Asked]]:
    """Fields that are given, in the order of the vocabulary, and the others that may be."""
    every = [_asked(name, fields.get(name, ""), words) for name in words.given]
    first = [field for field in every if field.value]
    return first, [field for field in every if not field.value]


def _asked(name: str, value: str, words: Vocabulary) -> Asked:
    told = words.fields[name]
    choices = () if told.type == "set" else told.choices
    default = "today" if told.today else "" if told.default is None else str(told.default)
    label = called(name, words) + (f" [{told.unit}]" if told.unit else "")
    return Asked(
        f"{OTHER}{name}",
        label,
        told.says,
        value,
        default,
        choices,
        INPUTS.get(told.type, "text"),
        told.type == "country",
    )
