"""What the numbers of a transaction are, beside the lines that clauses draw through them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from premortem.law.clauses.clause import Clause
from premortem.law.fields.named_fields import Fields, day_of, number_of
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.syntax import Compare, Joined, Name, Node, parse

# How a line is told, by the sign of its test.
READS = {">=": "at least", ">": "more than", "<=": "at most", "<": "under", "=": "exactly"}
TURNED = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "=": "="}


class Figure(NamedTuple):
    """A number of a transaction and the lines of one clause through it, each as `(READS, value)` in the field's unit."""

    field: str
    value: float
    lines: tuple[tuple[str, float], ...]
    clause: str


def figures(clauses: Sequence[Clause], values: Fields, words: Vocabulary) -> tuple[Figure, ...]:
    """Of each clause, in order, each number that it compares with one of its own on the transaction's day; none that nobody knows."""
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for clause in clauses:
        for field, sign, number in _compared(parse(clause.applies), clause) if clause.applies else ():
            value, line = values.get(field), clause.number(number, day_of(values))
            if isinstance(value, int | float) and not isinstance(value, bool) and value == value and line == line:
                told = found.setdefault((field, clause.id), [])
                told += [(READS[sign], line)] if (READS[sign], line) not in told else []
    known = ((f, c) for f, c in found if f in words.fields and words.fields[f].type == "number")
    return tuple(Figure(f, number_of(values, f), tuple(found[f, c]), c) for f, c in known)


def _compared(node: Node, clause: Clause) -> Iterator[tuple[str, str, str]]:
    """Fields, signs and numbers of a condition's comparisons, as if each field stood first."""
    match node:
        case Joined(_, tests):
            for test in tests:
                yield from _compared(test, clause)
        case Compare(sign, Name(left), Name(right)) if sign in READS:
            if right in clause.numbers and left not in clause.numbers:
                yield left, sign, right
            elif left in clause.numbers and right not in clause.numbers:
                yield right, TURNED[sign], left
