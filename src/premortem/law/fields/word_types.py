"""What a vocabulary tells of each of its words but fields: outcomes, kinds of answers, what a requirement may say, strengths, what
measures and classes things, and the table of what a question may be asked of.
"""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field as Key

from premortem.files.typed import Strict

# Which of its days a clause is in force from: its entry into force, or the day from which it must be complied with.
Since = Literal["effective", "complies"]


class Outcome(Strict):
    """An answer of the law: how it reads, and what it lets happen."""

    reads: str = ""
    free: bool = Key(default=False, description="whether it lets a transaction go without a licence")
    denied: bool = Key(
        default=False, description="whether nothing moves after it without a change of mind by the regulator"
    )
    notice: bool = Key(default=False, description="whether it is a permission that asks for a notice before")
    asks: bool = Key(default=False, description="whether it asks a person to look before anything else is said")
    under: tuple[str, ...] = Key(default=(), description="authorisations by whose names a requirement may admit it")
    also: tuple[str, ...] = Key(default=(), description="outcomes that count as the same where a case expects one")
    then: str = Key(default="", description="what to do about it")
    kind: str = Key(default="", description="kind of answer that it is, where a law gives several")
    citation: str = Key(default="", description="where it is written, where no clause says it")
    open: bool = Key(default=False, description="whether it says that readings of an unsettled field differ")
    unit: str = Key(default="", description="unit of what it works out to")


class Kind(Strict):
    """A kind of answer of a law that gives several at once."""

    says: str
    combine: Literal["first", "all"] = Key(description="the first clause that speaks, or what all say")
    since: Since | None = Key(
        default=None, description="the day from which its clauses speak; as the law's if left out"
    )
    where: str = Key(default="", description="flag without which nothing of the kind is said")
    otherwise: str = Key(default="", description="the answer where no clause speaks")


class Requirements(Strict):
    """What a requirement and a condition may say."""

    authorisations: tuple[str, ...] = Key(default=(), description="what may lift a requirement")
    standing: str = Key(default="", description="the authorisation that clauses of the stage `standing` give")
    prohibitions: tuple[str, ...] = Key(default=(), description="prohibitions to one of which a requirement belongs")
    at_home: tuple[str, ...] = Key(default=(), description="those that reach dealings at home as well")
    embargo: str = Key(default="", description="that of embargoes")

    def holds(self, prohibition: str) -> bool:
        """Whether a requirement may name this prohibition; none where the case names none."""
        return prohibition in (self.prohibitions or ("",))


class Instrument(Strict):
    """What no clause says: the strength of an instrument under a policy."""

    says: str
    name: str = Key(default="", description="how it is called in short, where its key does not say it")
    ends: str = Key(default="", description="what its two ends stand for")
    low: float = 0.0
    high: float = 1.0
    rest: float = Key(default=0.0, description="its strength where no policy speaks of it")
    off: float | None = Key(
        default=None, description="the strength at which it is not there: any other is another rule, no step"
    )


class Measure(Strict):
    """The numbers that running totals add up."""

    one: str = Key(default="", description="the field that measures one unit")
    all: str = Key(default="", description="the field that measures a shipment: the units times that")


class Classes(Strict):
    """The field that clauses of the stage `classify` settle."""

    field: str = ""
    label: str = Key(default="", description="how it is called in a sentence")
    none: str = Key(default="none", description="the class of what no clause classifies")
    systems: Mapping[str, str] = Key(default_factory=dict, description="class of a system by that of its chips")
    stated: tuple[str, ...] = Key(default=(), description="headings, folded, of columns in which a table states it")
    form: str = Key(
        default="", description="a pattern of what it looks like, by which a column of other heading states it"
    )
    alike: Mapping[str, str] = Key(
        default_factory=dict, description="pattern of the classes that go with one worked out, as people state them"
    )


class Known(Strict):
    """A table of the case whose rows fill the fields of a question: `--item NAME` asks of one of them."""

    table: str = ""
    name: str = Key(default="name", description="the column of names")
    fields: Mapping[str, str] = Key(default_factory=dict, description="the column that holds each field")
    doubt: str = Key(default="", description="the column that says how sure its figures are")
