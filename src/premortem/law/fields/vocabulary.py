"""The words of a body of law, as a case's `vocabulary.toml` gives them: the fields that a clause may speak of, the answers
that it may give, what a requirement may say, what no clause says, and lists of names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Literal

import polars as pl
from pydantic import Field as Key

from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.toml import Toml, read_toml
from premortem.files.typed import Strict, to_typed
from premortem.law.fields.word_types import Classes, Instrument, Kind, Known, Measure, Outcome, Requirements, Since

FILE = "vocabulary.toml"
TYPES: dict[str, Any] = {
    "text": pl.String,
    "country": pl.String,
    "number": pl.Float64,
    "flag": pl.Boolean,
    "date": pl.Date,
    "set": pl.List(pl.String),
}
# How an answer begins that asks for a field, or for a look at a name.
NEEDS = "needs:"


class Instead(Strict):
    """The value that says that a field does not apply, where one of some others is given: a fab that makes NAND makes no
    logic.
    """

    value: float
    of: tuple[str, ...]
    unless: tuple[str, ...] = Key(
        default=(), description="others of which one asks for it all the same: what the same test asks of the same fab"
    )


class Field(Strict):
    """A field of a transaction: its type, unit and meaning, and what is assumed when it is left out."""

    type: Literal["text", "number", "flag", "country", "date", "set"]
    unit: str = ""
    says: str
    default: str | bool | int | float | None = None
    given: bool = Key(default=True, description="whether a user may give it; else it is worked out")
    choices: tuple[str, ...] = Key(default=(), description="the only texts that it may hold; none where any will do")
    folded: bool = Key(default=False, description="whether capitals mean nothing in its texts")
    spelt: Mapping[str, str] = Key(default_factory=dict, description="other spellings of its texts, in small letters")
    by: Literal["", "lists", "clauses", "totals"] = Key(
        default="", description="what settles it, where nobody gives it"
    )
    of: tuple[str, ...] = Key(default=(), description="fields that it is worked out from, of those that may be given")
    asks: str = Key(default="", description="the field to ask for where it is missing, if not itself")
    instead: Instead | None = None
    open: tuple[str, ...] = Key(
        default=(), description="choices that mean that it is not settled: each other one is a reading"
    )
    like: str = Key(default="", description="the field whose value it has where it is left out")
    today: bool = Key(default=False, description="whether it is the day asked about, by default today")
    telling: bool = Key(default=False, description="whether its words tell of most clauses that they reach no row")
    usual: bool = Key(default=False, description="whether its default is taken for granted where places are sought")
    certify: bool = Key(default=False, description="whether a party can bring it about and certify it")
    action: str = Key(default="", description="how that reads, with {numbers} of the clause that asks it")
    actions: Mapping[str, str] = Key(default_factory=dict, description="values worth obtaining, and how each reads")
    supposed: str = Key(
        default="", description="how it reads as a condition of an answer, with its {value}, where nobody gave it"
    )
    supposed_not: str = Key(
        default="", description="how that reads of a flag that is not raised, or of the choice none"
    )
    label: str = Key(default="", description="how a sentence calls it, where its name does not say it")

    @property
    def most(self) -> float:
        """Largest value that a number may take; 1 for a share."""
        return 1.0 if self.unit == "share" else 1e31


class _File(Strict):
    first: date = Key(default=date(1900, 1, 1), description="first day for which rules are held")
    last: date = Key(default=date(2100, 12, 31), description="last day for which rules are held")
    since: Since = Key(default="complies", description="the day of a clause from which it is in force")
    strip_from: date | None = Key(
        default=None, description="day before the first rule, from which a strip of time runs"
    )
    moved_from: date | None = Key(default=None, description="day from which a strength that a user moves holds")
    large: tuple[str, ...] = Key(default=(), description="units in which thousands are common, parted in writing")
    lists: Mapping[str, tuple[str, ...]] = Key(default_factory=dict)
    answers: Mapping[str, Kind] = Key(default_factory=dict)
    outcomes: Mapping[str, Outcome]
    requirements: Requirements = Requirements()
    measure: Measure = Measure()
    classes: Classes = Classes()
    known: Known = Known()
    instruments: Mapping[str, Instrument] = Key(default_factory=dict)
    levers: Mapping[str, str] = Key(
        default_factory=dict, description="what the world takes from the law, and what a reader calls it"
    )
    fields: Mapping[str, Field]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Fields, outcomes from free to barred, instruments, and lists of names, each by name in the order of the file."""

    case: Case
    first: date
    last: date
    since: Since
    strip_from: date
    moved_from: date | None
    large: tuple[str, ...]
    fields: Mapping[str, Field]
    answers: Mapping[str, Kind]
    outcomes: Mapping[str, Outcome]
    requirements: Requirements
    measure: Measure
    classes: Classes
    known: Known
    instruments: Mapping[str, Instrument]
    levers: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]

    @cached_property
    def given(self) -> tuple[str, ...]:
        """Fields that a transaction or a ledger may hold."""
        return tuple(name for name, field in self.fields.items() if field.given)

    def speaks_since(self, gives: Iterable[str]) -> tuple[Since, ...]:
        """The days from which a clause that gives these outcomes would be in force: one, unless its kinds say several."""
        kinds = (self.answers.get(self.outcomes[o].kind) for o in gives if o in self.outcomes)
        return tuple(dict.fromkeys(kind.since or self.since for kind in kinds if kind)) or (self.since,)

    def called(self, instrument: str) -> str:
        """How an instrument is called."""
        return self.instruments[instrument].name or instrument.replace("_", " ")

    def lever(self, name: str) -> str:
        """What a reader calls what moves the world: an answer of the law, or an instrument."""
        if name in self.levers:
            return self.levers[name]
        told = self.instruments.get(name)
        return (told.name or told.says) if told else name.replace("_", " ")

    @cached_property
    def total_unit(self) -> str:
        """The unit of what running totals add up: that of the measure, else pieces."""
        return self.fields[self.measure.one].unit if self.measure.one else "number"

    @cached_property
    def headroom(self) -> str:
        """The key under which an answer tells what is left under the limit that decides."""
        return f"headroom_{self.measure.one}" if self.measure.one else "headroom"

    @cached_property
    def names_item(self) -> tuple[str, ...]:
        """Fields of which one says what a transaction is of: an item, or what measures one; none where the law knows no items."""
        one_of = ("item", self.measure.one)
        return tuple(name for name in one_of if name) if "item" in self.fields else ()

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Fields that hold a country."""
        return tuple(name for name, field in self.fields.items() if field.type == "country")

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """Fields that lists of parties settle."""
        return self._settled_by("lists")

    @cached_property
    def defined(self) -> tuple[str, ...]:
        """Flags that clauses of the stage `define` settle."""
        return self._settled_by("clauses")

    @cached_property
    def totals(self) -> tuple[str, ...]:
        """Fields that running totals settle."""
        return self._settled_by("totals")

    def _settled_by(self, what: str) -> tuple[str, ...]:
        return tuple(name for name, field in self.fields.items() if field.by == what)

    @cached_property
    def telling(self) -> tuple[str, ...]:
        """Fields whose words or flags tell of most clauses that they reach no row at all."""
        return (*(name for name, field in self.fields.items() if field.telling), *self.listed)

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

    @cached_property
    def first_denial(self) -> int:
        """How strict the mildest of these is; stricter than any outcome where none denies."""
        return min((self.strictness[name] for name in self.denied), default=len(self.outcomes) + 1)

    @cached_property
    def free(self) -> frozenset[str]:
        """Outcomes that let a transaction go without a licence."""
        return frozenset(name for name, outcome in self.outcomes.items() if outcome.free)

    @cached_property
    def unrequired(self) -> str:
        """The outcome where no clause requires anything: the first, since they run from free to barred."""
        return next(iter(self.outcomes))

    @cached_property
    def screening(self) -> str:
        """The outcome that asks a person to look; empty where there is none."""
        return next((name for name, outcome in self.outcomes.items() if outcome.asks), "")

    @cached_property
    def asked(self) -> str:
        """The field that holds the day asked about, where answers are of several kinds."""
        return next((name for name, field in self.fields.items() if field.today), "")

    @cached_property
    def unsettled(self) -> str:
        """The outcome where readings of an unsettled field differ."""
        return next((name for name, outcome in self.outcomes.items() if outcome.open), "")

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of item, where the case knows any."""
        return self.lists.get("kinds", ())


@cache
def vocabulary(case: Case) -> Vocabulary:
    """The words of a case. Raises `BadInput`, every fault at once."""
    document = read_toml(case / FILE)
    lists, fields = document.get("lists", {}), document.get("fields", {})
    raise_all([error for name, field in fields.items() if (error := _unlisted(name, field, lists))])
    filled = {name: _filled(field, lists) for name, field in fields.items()}
    told = to_typed(document | {"fields": filled}, _File, FILE)
    held = {name: getattr(told, name) for name in _File.model_fields}
    return Vocabulary(case, **held | {"strip_from": told.strip_from or told.first})


def _unlisted(name: str, field: Toml, lists: Toml) -> BadInput | None:
    """That a field names a list which is not there."""
    named = field.get("choices")
    if not isinstance(named, str) or named in lists:
        return None
    allowed, hint = f"a list of texts, or the name of one: {', '.join(lists)}", nearest(named, [*lists])
    return BadInput(FILE, f"fields.{name}.choices", f"no such list: {named}", got=named, allowed=allowed, hint=hint)


def _filled(field: Toml, lists: Mapping[str, Sequence[str]]) -> Toml:
    """A field's table with the lists that it names by `choices = "NAME"`, or as {NAME} in its meaning."""
    choices, says = field.get("choices", ()), field.get("says")
    for word, names in lists.items():
        says = says.replace(f"{{{word}}}", ", ".join(names)) if isinstance(says, str) else says
    only = lists[choices] if isinstance(choices, str) else choices
    # a text of several words is told with spaces, as answers print it, or with hyphens as well
    spaced = {choice.replace("_", between): choice for choice in only for between in " -" if "_" in choice}
    return {**field, "choices": only, "says": says, "spelt": {**spaced, **field.get("spelt", {})}}
