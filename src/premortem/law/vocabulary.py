"""The words of a body of law, as a case's `vocabulary.toml` gives them: the fields that a clause may speak of, the answers
that it may give, and lists of names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

import polars as pl
from pydantic import Field as Key

from premortem.case import Case, default
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.toml import read_toml
from premortem.files.typed import Strict, typed

FILE = "vocabulary.toml"
TYPES: dict[str, Any] = {
    "text": pl.String,
    "country": pl.String,
    "number": pl.Float64,
    "flag": pl.Boolean,
    "date": pl.Date,
}


class Instead(Strict):
    """The value that says that a field does not apply, where one of some others is given: a fab that makes NAND makes no
    logic; but a fab of which something else is told that the same test asks, `unless`, is asked by the test of the day.
    """

    value: float
    of: tuple[str, ...]
    unless: tuple[str, ...] = ()


class Field(Strict):
    """A field of a transaction: its type, unit and meaning, and what is assumed when it is left out."""

    type: Literal["text", "number", "flag", "country", "date"]
    unit: str = ""
    says: str
    default: str | bool | int | float | None = None
    given: bool = Key(default=True, description="whether a user may give it; else it is worked out")
    choices: tuple[str, ...] = Key(default=(), description="the only texts that it may hold; none where any will do")
    by: Literal["", "lists", "clauses", "totals"] = Key(
        default="", description="what settles it, where nobody gives it"
    )
    instead: Instead | None = None

    @property
    def most(self) -> float:
        """Largest value that a number may take; 1 for a share."""
        return 1.0 if self.unit == "share" else 1e31


class Outcome(Strict):
    """An answer of the law: how it reads, and whether nothing moves after it without a change of mind by the regulator."""

    reads: str = ""
    denied: bool = False
    notice: bool = Key(default=False, description="whether it is a permission that asks for a notice before")
    asks: bool = Key(default=False, description="whether it asks a person to look before anything else is said")


class _File(Strict):
    lists: Mapping[str, tuple[str, ...]] = Key(default_factory=dict)
    outcomes: Mapping[str, Outcome]
    fields: Mapping[str, Field]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Fields, outcomes from free to barred, and lists of names, each by name in the order of the file."""

    fields: Mapping[str, Field]
    outcomes: Mapping[str, Outcome]
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def given(self) -> tuple[str, ...]:
        """Fields that a transaction or a ledger may hold."""
        return tuple(name for name, field in self.fields.items() if field.given)

    def settled_by(self, what: str) -> tuple[str, ...]:
        """Fields that lists of parties, clauses or running totals settle."""
        return tuple(name for name, field in self.fields.items() if field.by == what)

    @cached_property
    def reads(self) -> dict[str, str]:
        """How each outcome reads."""
        return {name: outcome.reads for name, outcome in self.outcomes.items() if not outcome.asks}

    @cached_property
    def rank(self) -> dict[str, int]:
        """Rank of outcomes from free to barred, to say which changes help."""
        return {name: i for i, name in enumerate(self.reads)}

    @cached_property
    def strictness(self) -> dict[str, int]:
        """How strict each outcome is, from 1: of the requirements left, the strictest policy counts."""
        return {name: i for i, name in enumerate(self.outcomes, start=1)}

    @cached_property
    def denied(self) -> tuple[str, ...]:
        """Outcomes after which nothing moves without a change of mind by the regulator."""
        return tuple(name for name, outcome in self.outcomes.items() if outcome.denied)


@cache
def vocabulary(case: Case) -> Vocabulary:
    """The words of a case. Raises `BadInput`, every fault at once."""
    document = read_toml(case / FILE)
    lists, fields = document.get("lists", {}), document.get("fields", {})
    raise_all([error for name, field in fields.items() if (error := _unlisted(name, field, lists))])
    filled = {name: _filled(field, lists) for name, field in fields.items()}
    told = typed(document | {"fields": filled}, _File, FILE)
    return Vocabulary(told.fields, told.outcomes, told.lists)


def _unlisted(name: str, field: Mapping[str, Any], lists: Mapping[str, Any]) -> BadInput | None:
    """That a field names a list which is not there."""
    named = field.get("choices")
    if not isinstance(named, str) or named in lists:
        return None
    allowed, hint = f"a list of texts, or the name of one: {', '.join(lists)}", nearest(named, [*lists])
    return BadInput(FILE, f"fields.{name}.choices", f"no such list: {named}", got=named, allowed=allowed, hint=hint)


def _filled(field: Mapping[str, Any], lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """A field's table with the lists that it names by `choices = "NAME"`, or as {NAME} in its meaning."""
    choices, says = field.get("choices", ()), field.get("says")
    for word, names in lists.items():
        says = says.replace(f"{{{word}}}", ", ".join(names)) if isinstance(says, str) else says
    return {**field, "choices": lists[choices] if isinstance(choices, str) else choices, "says": says}


# The leading case's words.
_OURS = vocabulary(default())
FIELDS = _OURS.fields
KINDS, END_USES, EXPORTERS = _OURS.lists["kinds"], _OURS.lists["end_uses"], _OURS.lists["exporters"]
DEFINED, TOTALS, LISTED = (_OURS.settled_by(what) for what in ("clauses", "totals", "lists"))
INSTEAD = {name: f.instead for name, f in FIELDS.items() if f.instead}
READS, RANK, STRICTNESS, DENIED = _OURS.reads, _OURS.rank, _OURS.strictness, _OURS.denied
OUTCOMES = tuple(READS)
NOTICE = tuple(name for name, outcome in _OURS.outcomes.items() if outcome.notice)
SCREENING = next(name for name, outcome in _OURS.outcomes.items() if outcome.asks)


def given_fields() -> tuple[str, ...]:
    """Fields that a transaction or a ledger may hold."""
    return _OURS.given
