"""One answer of several kinds, explained: what is said of each kind, by which clause, what was assumed, and what would change it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from premortem.law.answers import Answer, Said, answers, complete, merged, parse, readings
from premortem.law.book import Book
from premortem.law.citations import Citation, cited, weakest
from premortem.law.conditions import identifiers, parts
from premortem.law.rulebook_version import verified
from premortem.law.vocabulary import NEEDS
from premortem.text.numbers import limit, listing


class Reading(NamedTuple):
    """A way in which unsettled fields can be read, and the answer in short under it."""

    fields: Mapping[str, str]
    outcome: str


class Change(NamedTuple):
    """Another value of a field that nobody gave, and what the answer in short would then be."""

    field: str
    value: str
    outcome: str


@dataclass(frozen=True)
class Opinion:
    """What a rulebook says of one question."""

    book: Book
    given: Mapping[str, Any]
    row: Mapping[str, Any]  # every field, with what was assumed
    answer: Answer
    readings: tuple[Reading, ...]  # none where nothing is unsettled
    changes: tuple[Change, ...]
    assumed: tuple[str, ...]  # fields at their default on which the answer hangs

    @property
    def outcome(self) -> str:
        """The answer in short: that of the first kind."""
        said = self.answer.outcomes[next(iter(self.book.vocabulary.answers))]
        return said if isinstance(said, str) else "; ".join(said)

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
        return tuple(cited(self.book.by_id[c]) for c in dict.fromkeys(filter(None, said)))

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
        asked: date = self.row[self.book.vocabulary.asked]
        return asked

    @property
    def sentence(self) -> str:
        """The answer in short as a sentence, with what it hangs on."""
        if self.outcome.startswith(NEEDS):
            return f"It cannot be told without {self.outcome.removeprefix(NEEDS)}."
        reads = self.book.vocabulary.outcomes[self.outcome].reads
        if self.settled:
            return f"{reads} ({self.citation})."
        told = (f"{self.reads(r.outcome)} if {_worded(r.fields)}" for r in self.readings)
        return f"{reads}: {'; '.join(told)}."

    def reads(self, outcome: str) -> str:
        """An outcome and how it reads."""
        told = self.book.vocabulary.outcomes.get(outcome)
        return f"{outcome} ({told.reads})" if told else outcome

    def kinds(self) -> Iterator[tuple[str, str]]:
        """What is asked of each kind, and what is said."""
        for name, kind in self.book.vocabulary.answers.items():
            said = self.answer.outcomes[name]
            each = said if isinstance(said, tuple) else (said,) if said else ()
            yield kind.says, "; ".join(self._told(o) for o in each) or "nothing"

    def _told(self, outcome: str) -> str:
        told = self.book.vocabulary.outcomes.get(outcome)
        worth = self.answer.amounts.get(outcome)
        if told is None:
            return outcome
        return told.reads + (f": {limit(worth, told.unit)}" if worth is not None else "")

    def trace(self) -> Iterator[dict[str, Any]]:
        """Clauses in force, in order, with their tests and what each looked at."""
        for c in self.book.clauses:
            if c.id not in self.answer.met:
                continue
            tests = [{"test": test, "value": self._looked_at(test)} for test in parts(c.applies)]
            yield {"clause": c.id, "says": c.says, "applies": self.answer.met[c.id], "gives": [*c.gives], "tests": tests}

    def _looked_at(self, test: str) -> str:
        named = [name for name in dict.fromkeys(identifiers(test)) if name in self.row]
        return ", ".join(f"{name} = {_plain(self.row[name])}" for name in named)

    def as_dict(self) -> dict[str, Any]:
        """The keys that the command line prints."""
        current = verified(self.book.case)
        return {
            "outcome": self.outcome,
            "outcomes": {kind: _listed(said) for kind, said in self.answer.outcomes.items()},
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
            "not_checked": [*current.not_checked],
            "trace": [*self.trace()],
            "transaction": {name: _plain(value) for name, value in self.given.items()},
            "rulebook": {"version": current.version, "verified_to": str(current.news)},
            "stale": current.stale(self.day),
        }


def opine(given: Mapping[str, Any], book: Book) -> Opinion:
    """What a rulebook says of a question. Raises `BadInput`, every fault of its fields at once."""
    words = book.vocabulary
    told = parse(given, words)
    row = complete(told, words)
    ways = readings(row, words)
    tries = [*_other_values(told, row, book)]
    asked = [row | way for way in ways]
    for name, value in tries:
        asked += [row | {name: value} | way for way in readings(row | {name: value}, words)]
    found = answers(asked, book)
    answer, rest = merged(found[: len(ways)], words), found[len(ways) :]
    first = next(iter(words.answers))
    short = tuple(Reading(way, str(a.outcomes[first])) for way, a in zip(ways, found, strict=False) if way)
    changes: list[Change] = []
    hangs: list[str] = []
    for name, value in tries:
        size = len(readings(row | {name: value}, words))
        other, rest = merged(rest[:size], words), rest[size:]
        if other.outcomes != answer.outcomes:
            hangs.append(name)
            if other.outcomes[first] != answer.outcomes[first]:
                changes.append(Change(name, str(value), str(other.outcomes[first])))
    return Opinion(book, told, row, answer, short, tuple(changes), tuple(dict.fromkeys(hangs)))


def _other_values(told: Mapping[str, Any], row: Mapping[str, Any], book: Book) -> Iterator[tuple[str, str]]:
    """Other settled values of fields that nobody gave and that have few."""
    for name, field in book.vocabulary.fields.items():
        if name not in told and field.type == "text" and field.given and row[name] is not None:
            yield from ((name, value) for value in field.choices if value != row[name] and value not in field.open)


def _worded(fields: Mapping[str, str]) -> str:
    return listing([f"{name} is {value}" for name, value in fields.items()])


def _listed(said: Said) -> Any:
    return [*said] if isinstance(said, tuple) else said


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return "; ".join(value)
    return str(value) if isinstance(value, date) else value
