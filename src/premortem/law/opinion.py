"""One answer of several kinds, explained: what is said of each kind, by which clause, what was assumed, and what would change it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypedDict

from premortem.errors import BadInput, raise_all
from premortem.law.answers import Answer, Said, complete, merged_answers, parse, readings
from premortem.law.book import Book
from premortem.law.clauses.citations import Citation, citation, weakest
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers, parts
from premortem.law.fields import field_words
from premortem.law.fields.named_fields import Fields, FieldValue
from premortem.law.fields.vocabulary import NEEDS
from premortem.law.known_items import ITEM, Row, named
from premortem.law.rulebook_version import shipped_version
from premortem.text.numbers import capital, limit, listing, lower_first
from premortem.text.result import Document, Shown


class Reading(NamedTuple):
    """A way in which unsettled fields can be read, and the answer in short under it."""

    fields: Fields
    outcome: str


class Looked(TypedDict):
    """A test of a clause, and the fields that it looked at with their values."""

    test: str
    value: str


class Rung(TypedDict):
    """A clause in force: whether it applies (None where that hangs on a field), the outcomes that it gives, and its tests."""

    clause: str
    says: str
    applies: bool | None
    gives: list[str]
    tests: list[Looked]


class Change(NamedTuple):
    """Another value of a field that nobody gave, and what the answer in short would then be."""

    field: str
    value: str
    outcome: str


@dataclass(frozen=True, repr=False)
class Opinion(Shown):
    """What a rulebook says of one question."""

    book: Book
    given: Fields
    row: Fields  # every field, with what was assumed
    answer: Answer
    readings: tuple[Reading, ...]  # none where nothing is unsettled
    changes: tuple[Change, ...]
    assumed: tuple[str, ...]  # fields at their default on which the answer hangs
    item: Row = field(default_factory=Row)  # what it is asked of by name, where it is

    @property
    def outcome(self) -> str:
        """The answer in short: that of the first kind."""
        said = self.answer.outcomes[next(iter(self.book.vocabulary.answers))]
        return said if isinstance(said, str) else "; ".join(said)

    @property
    def outcomes(self) -> dict[str, str | list[str]]:
        """The answer of each kind: one outcome or several."""
        return {kind: _listed(said) for kind, said in self.answer.outcomes.items()}

    @property
    def clause(self) -> str:
        """The clause that gives the answer in short; nothing where it holds because no clause speaks."""
        return self.answer.by.get(self.outcome, "")

    @property
    def settled(self) -> bool:
        """Whether the answer in short can be told."""
        return not self.outcome.startswith(NEEDS) and self.outcome != self.book.vocabulary.unsettled

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Each clause that says part of the answer, the one of the answer in short first."""
        said = [self.clause, *self.answer.by.values()]
        current = shipped_version(self.book.case)
        return tuple(citation(self.book.by_id[c], current) for c in dict.fromkeys(filter(None, said)))

    @property
    def citation(self) -> str:
        """Where the answer in short is written."""
        if self.clause:
            return self.book.by_id[self.clause].citation
        told = self.book.vocabulary.outcomes.get(self.outcome)
        return told.citation if told else ""

    @property
    def day(self) -> date:
        """The day asked about."""
        asked = self.row[self.book.vocabulary.asked]
        assert isinstance(asked, date)
        return asked

    @property
    def question(self) -> str:
        """What was asked: each field that was given, on which day, under which policy."""
        words = self.book.vocabulary
        asked = words.asked
        each = [
            f"{field_words.called(n, words)} {field_words.told(n, v, words)}"
            for n, v in self.given.items()
            if n != asked
        ]
        today = "" if asked in self.given else " (today, since no day was given)"
        of = f"{self.item.name}: " if self.item.name else ""
        return f"{of}{', '.join(each) or 'no field given'}; on {self.day}{today}, under {self.book.name}"

    @property
    def hypothetical(self) -> bool:
        """Whether the policy is another than the law as it stands."""
        return self.book.name != self.book.case.settings.stands

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What the answer does not cover: what is never checked, and what the age of the rulebook leaves out."""
        current = shipped_version(self.book.case)
        return tuple(filter(None, (self.item.caution, *current.not_checked, current.warning(self.day))))

    @property
    def sentence(self) -> str:
        """The answer in short as a sentence, with what it hangs on, that the policy is no law, and that the rulebook is stale."""
        current = shipped_version(self.book.case)
        policy = f"Under the hypothetical policy {self.book.name}: " if self.hypothetical else ""
        stale = current.warning(self.day) if current.stale(self.day) else ""
        return " ".join(filter(None, (policy + (lower_first(self._verdict) if policy else self._verdict), stale)))

    @property
    def _verdict(self) -> str:
        if self.outcome.startswith(NEEDS):
            return f"{capital(self.in_words(self.outcome))}."
        reads = self.book.vocabulary.outcomes[self.outcome].reads
        if self.settled:
            return f"{reads} ({self.citation})." if self.citation else f"{reads}."
        told = (f"{self.reads(r.outcome)} if {_worded(r.fields)}" for r in self.readings)
        return f"{reads}: {'; '.join(told)}."

    def reads(self, outcome: str) -> str:
        """An outcome and how it reads."""
        known = outcome in self.book.vocabulary.outcomes
        return f"{outcome} ({self.in_words(outcome)})" if known else self.in_words(outcome)

    def in_words(self, outcome: str) -> str:
        """How an outcome reads, without its key; what it lacks where it cannot be told."""
        words = self.book.vocabulary
        if told := words.outcomes.get(outcome):
            return told.reads
        return f"it cannot be told without {field_words.called(outcome.removeprefix(NEEDS), words)}"

    def kinds(self) -> Iterator[tuple[str, str]]:
        """What is asked of each kind, and what is said."""
        for says, told in self.grounds():
            yield says, "; ".join(told) or "nothing"

    def grounds(self) -> Iterator[tuple[str, dict[str, str]]]:
        """What is asked of each kind, and what is said with the clause that says it; no clause for what holds where none speaks."""
        for name, kind in self.book.vocabulary.answers.items():
            said = self.answer.outcomes[name]
            each = said if isinstance(said, tuple) else (said,) if said else ()
            yield kind.says, {self._told(o): self.answer.by.get(o, "") for o in each}

    def _told(self, outcome: str) -> str:
        told = self.book.vocabulary.outcomes.get(outcome)
        worth = self.answer.amounts.get(outcome)
        return self.in_words(outcome) + (f": {limit(worth, told.unit)}" if told and worth is not None else "")

    def trace(self) -> Iterator[Rung]:
        """Clauses in force, in order, with their tests and what each looked at."""
        for c in self.book.clauses:
            if c.id not in self.answer.met:
                continue
            tests = [Looked(test=test, value=self._looked_at(test, c)) for test in parts(c.applies)]
            yield {
                "clause": c.id,
                "says": c.says,
                "applies": self.answer.met[c.id],
                "gives": [*c.gives],
                "tests": tests,
            }

    def _looked_at(self, test: str, clause: Clause) -> str:
        numbers = {name: clause.number(name, self.day) for name in clause.numbers}
        known = {**self.row, **self.answer.flags, **numbers}
        named = [name for name in dict.fromkeys(identifiers(test)) if name in known]
        return ", ".join(f"{name} = {_plain(known[name])}" for name in named)

    def as_dict(self) -> Document:
        """The keys that the command line prints."""
        current = shipped_version(self.book.case)
        return {
            "outcome": self.outcome,
            "outcomes": self.outcomes,
            "may_go": None,  # such a law says nothing of what may go
            "clause": self.clause,
            "citation": self.citation,
            "citations": [c._asdict() for c in self.citations],
            "confidence": weakest(self.citations),
            "sentence": self.sentence,
            "policy": self.book.name,
            "amounts": dict(self.answer.amounts),
            "needs": [*self.answer.needs],
            "readings": [{**r.fields, "outcome": r.outcome} for r in self.readings],
            "assumed": [{"field": name, "value": _plain(self.row[name])} for name in self.assumed],
            "would_change": [f"{c.field} = {c.value}: {self.reads(c.outcome)}" for c in self.changes],
            "not_checked": [*self.not_checked],
            "trace": [*self.trace()],
            "transaction": ({ITEM: self.item.name} if self.item.name else {})
            | {name: _plain(value) for name, value in self.given.items()}
            | {self.book.vocabulary.asked: self.day.isoformat()},
            "rulebook": current.as_dict(),
            "stale": current.stale(self.day),
        }


def told_by(options: Fields, book: Book) -> dict[str, FieldValue]:
    """Fields from options of the command line, of which the day is that asked about. Raises `BadInput`, every fault at once, for
    options that the case does not know.
    """
    words = book.vocabulary
    told: dict[str, FieldValue] = {
        words.asked if name == "date" else name: value for name, value in options.items() if value is not None
    }
    raise_all(
        [
            BadInput("command line", name, f"no field of {book.case.name}", got=value, allowed="--set FIELD=VALUE")
            for name, value in told.items()
            if name not in words.given and not (name == ITEM and words.known.table)
        ]
    )
    return told


def opine(given: Fields, book: Book) -> Opinion:
    """What a rulebook says of a question; `item` names what it is asked of, in the case's table of these, which fills what is not
    given. Raises `BadInput`, every fault of its fields at once.
    """
    words = book.vocabulary
    item = named(given, words)
    told = {
        **item.fields,
        **parse({name: value for name, value in given.items() if not item.name or name != ITEM}, words),
    }
    row = complete(told, words)
    ways = [way for way in readings(row, words) if way]
    tries = [*_other_values(told, row, book)]
    rows = [row, *(row | way for way in ways), *(row | {name: value} for name, value in tries)]
    answer, *rest = merged_answers(rows, book)
    first = next(iter(words.answers))
    short = tuple(Reading(way, str(a.outcomes[first])) for way, a in zip(ways, rest, strict=False))
    differ = [(*each, a) for each, a in zip(tries, rest[len(ways) :], strict=True) if a.outcomes != answer.outcomes]
    changes = [
        Change(n, v, str(a.outcomes[first])) for n, v, a in differ if a.outcomes[first] != answer.outcomes[first]
    ]
    hangs = tuple(dict.fromkeys(name for name, _, _ in differ))
    return Opinion(book, told, row, answer, short, tuple(changes), hangs, item)


def _other_values(told: Fields, row: Fields, book: Book) -> Iterator[tuple[str, str]]:
    """Other settled values of fields that nobody gave and that have few."""
    for name, of in book.vocabulary.fields.items():
        if name not in told and of.type == "text" and of.given and row[name] is not None:
            yield from ((name, value) for value in of.choices if value != row[name] and value not in of.open)


def _worded(fields: Fields) -> str:
    return listing([f"{name} is {value}" for name, value in fields.items()])


def _listed(said: Said) -> str | list[str]:
    return [*said] if isinstance(said, tuple) else said


def _plain(value: FieldValue) -> str | float | bool | None:
    if isinstance(value, tuple):
        return "; ".join(value)
    return str(value) if isinstance(value, date) else value
