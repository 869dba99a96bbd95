"""Values worth trying of the fields that a clause tests: its own words, its numbers and what lies about them, its days."""

import itertools
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.tested_values import Tested
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary

# Texts that a condition compares a field with.
QUOTED = re.compile(r"(\w+)\s*(?:=|<>|(?:not\s+)?in\s*\()\s*('[^)]*?'(?:\s*,\s*'[^']*')*)")
# Multiples of a number that lie at it and about it.
ABOUT = (0.99, 1.0, 1.01)
# Days after its first on which a clause is tried as well.
LATER = (30, 400)


def words_tested(text: str) -> Iterator[tuple[str, str]]:
    """Fields of a condition with each text that it compares them with."""
    for name, words in QUOTED.findall(text):
        yield from ((name, word.strip().strip("'")) for word in words.split(","))


def values_tested(clause: Clause, vocabulary: Vocabulary) -> dict[str, list[Any]]:
    """Values worth trying of every field that a clause tests and a user may give: its words, its numbers and what lies about
    them, and what makes a flag or a class of it be met.
    """
    text, probes = f"{clause.applies} {clause.within}", transfers(vocabulary.case).probes
    found: dict[str, list[Any]] = {}
    tested = Tested([clause], vocabulary)
    for name, word in words_tested(text):
        if name in vocabulary.fields:
            found.setdefault(name, []).append(word)
    for name in identifiers(text):
        field = vocabulary.fields.get(name)
        if field and field.given and field.type == "flag":
            found[name] = [True, False]
        elif field and field.given and field.type == "number" and name not in clause.numbers:
            spoken = sorted(tested.against.get(name, ())) or lines(clause)  # its own, where it is compared by itself
            found[name] = [v for line in spoken for v in about(line, field.most)]
    for name in identifiers(text):
        found |= {key: list(values) for key, values in probes.met_by.get(name, {}).items()}
    for named in found.pop(vocabulary.classes.field, []):
        for name, values in probes.classed.get(named, {}).items():
            found.setdefault(name, []).extend(values)
    return {name: values for name, values in found.items() if values}


def lines(clause: Clause) -> tuple[float, ...]:
    """The numbers of a clause on all its days."""
    return tuple(d.value for d in itertools.chain(*clause.numbers.values()))


def about(value: float, most: float) -> list[float]:
    """A number and what lies just about it, from 0 to the most that its field may be."""
    return [v for v in (value * times for times in ABOUT) if 0 <= v <= most]


def days_tested(clause: Clause, words: Vocabulary) -> list[date]:
    """Days on which a clause is in force: its first and last, later ones, and those on which its numbers begin."""
    assert clause.begins is not None
    first, last = max(clause.begins, words.first), min(clause.ends or words.last, words.last)
    starts = [d.start for numbers in clause.numbers.values() for d in numbers if d.start]
    later = [first + timedelta(days=n) for n in LATER]
    return [d for d in dict.fromkeys([first, last, *later, *starts]) if first <= d <= last]
