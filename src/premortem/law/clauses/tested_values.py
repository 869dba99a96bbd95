"""What clauses compare fields with: numbers, days and words; and the fields of which they work something out."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from premortem.law.clauses.clause import Clause
from premortem.law.clauses.conditions import quoted_texts
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.syntax import Among, Between, Compare, Joined, Missing, Name, Node, Not, Value, parse

DAY = timedelta(days=1)


class Tested:
    """What clauses compare fields with: numbers, days, words; and the fields of which they work something out."""

    def __init__(self, clauses: Sequence[Clause], words: Vocabulary) -> None:
        self.fields = words.fields
        self.against: dict[str, set[float]] = {}
        self.days: set[date] = set()
        self.whole: set[str] = set()
        self.words: frozenset[str] = frozenset(transfers(words.case).places.apart)
        self.apart = self.words
        self.tests: dict[str, set[int]] = {}  # tests that name a word, by their number: one that lists several is one
        self._count = 0
        for c in clauses:
            for text in filter(None, (c.applies, "" if c.total else c.within)):
                self.words |= quoted_texts(text)
                self._look(parse(text), c)

    def _look(self, node: Node, clause: Clause) -> None:
        match node:
            case Joined(_, tests):
                for test in tests:
                    self._look(test, clause)
            case Not(of):
                self._look(of, clause)
            case Compare(_, left, right):
                self._count += 1
                self._pair(left, right, clause)
                self._pair(right, left, clause)
            case Between(of, low, high):
                self._pair(of, low, clause)
                self._pair(of, high, clause)
            case Among(of, values):
                self._count += 1
                for value in values:
                    self._pair(of, value, clause)
            case Missing(_) | Name(_) | Value(_):
                return

    def _pair(self, side: Node, other: Node, clause: Clause) -> None:
        """One side of a comparison, with what it is compared with."""
        if isinstance(other, Value) and isinstance(other.value, str):
            self.tests.setdefault(other.value, set()).add(self._count)
        if isinstance(side, Compare):  # worked out: every value may count
            self.whole |= {n.name for n in _names(side)}
        elif isinstance(side, Name) and side.name not in clause.numbers:
            if isinstance(other, Value) and self.fields[side.name].type == "date":
                day = date.fromisoformat(str(other.value))
                self.days |= {day, day + DAY}
            elif isinstance(other, Value) and not isinstance(other.value, bool | str):
                self.against.setdefault(side.name, set()).add(float(other.value))
            elif isinstance(other, Name) and other.name in clause.numbers:
                self.against.setdefault(side.name, set()).update(d.value for d in clause.numbers[other.name])
            elif not isinstance(other, Value):
                self.whole.add(side.name)


def _names(node: Node) -> Iterator[Name]:
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Compare):
        yield from _names(node.left)
        yield from _names(node.right)
