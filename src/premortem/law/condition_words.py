"""A test of a clause in words, with its numbers in place, and what it looked at: `kind is chip, or kind is logic die and TPP is given`."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from premortem.law.clauses.conditions import identifiers
from premortem.law.fields.field_words import called, place
from premortem.law.fields.vocabulary import Vocabulary
from premortem.text.numbers import in_words, listing, number
from premortem.text.syntax import Among, Between, Compare, Joined, Missing, Name, Node, Not, Value, parse

# What a sign says between its two sides.
SIGNS = {"=": "is", "<>": "is not", ">=": "is at least", ">": "is over", "<=": "is at most", "<": "is under", "+": "plus", "-": "less", "*": "times"}  # fmt: skip
# What was looked at, as the ladder tells it: `FIELD = 15,824, NUMBER = 4,800`.
_LOOKED = re.compile(r"(\w+) = (.*?)(?=, \w+ = |$)")
# A number with its power of ten as programs write it.
POWER = re.compile(r"[\d.]+e\+\d+")
_FLAGS = {"True": "yes", "False": "no", "": "none"}


class ConditionWords(NamedTuple):
    """A test in words, and what it looked at by the names that a sentence gives fields."""

    says: str
    looked_at: str

    def __str__(self) -> str:
        return f"{self.says} ({self.looked_at})" if self.looked_at else self.says


def condition_words(test: str, looked_at: str, words: Vocabulary) -> ConditionWords:
    """A test, and the values that it looked at, as a reader is told of them."""
    values = dict(_LOOKED.findall(looked_at))
    own = {name: _value(value, "", words) for name, value in values.items() if name not in words.fields}
    seen = (
        f"{_called(name, words)}: {_value(value, name, words)}" for name, value in values.items() if name not in own
    )
    return ConditionWords(_said(parse(test), own, words), "; ".join(seen))


def names_of(test: str, words: Vocabulary) -> str:
    """The fields that a test looks at, listed."""
    return listing([_called(name, words) for name in dict.fromkeys(identifiers(test)) if name in words.fields])


def _called(name: str, words: Vocabulary) -> str:
    field = words.fields[name]
    told = field.label or (field.says.partition(" (")[0] if field.type == "flag" else called(name, words))
    return in_words(told, _capitals(words)) if told == called(name, words) else told


def _said(node: Node, own: Mapping[str, str], words: Vocabulary) -> str:
    match node:
        case Name(name):
            return own[name] if name in own else _called(name, words) if name in words.fields else name
        case Value(value):
            return number(value, 12) if isinstance(value, float) else _value(str(value), "", words)
        case Compare(sign, left, right):
            sides = [_side(side, other, own, words) for side, other in ((left, right), (right, left))]
            return f"{sides[0]} {SIGNS[sign]} {sides[1]}"
        case Among(of, values):
            return f"{_said(of, own, words)} is {_one_of([_side(v, of, own, words) for v in values])}"
        case Between(of, low, high):
            return f"{_said(of, own, words)} is from {_side(low, of, own, words)} to {_side(high, of, own, words)}"
        case Missing(of):
            return f"{_said(of, own, words)} is not given"
        case Not(Missing(of)):
            return f"{_said(of, own, words)} is given"
        case Not(Among(of, values)):
            return f"{_said(of, own, words)} is not {_one_of([_side(v, of, own, words) for v in values])}"
        case Not(of):
            return f"not so: {_within(of, own, words)}"
        case Joined(word, tests):
            between = ", or " if word == "or" else " and "
            return between.join(_within(one, own, words) for one in tests)


def _within(node: Node, own: Mapping[str, str], words: Vocabulary) -> str:
    """A part of a joined test, in brackets where it joins others itself."""
    said = _said(node, own, words)
    return f"({said})" if isinstance(node, Joined) else said


def _side(node: Node, beside: Node, own: Mapping[str, str], words: Vocabulary) -> str:
    """A side of a comparison: a literal reads as a value of the field beside it."""
    if isinstance(node, Value) and isinstance(node.value, str):
        return _value(node.value, beside.name if isinstance(beside, Name) else "", words)
    return _said(node, own, words)


def _value(value: str, name: str, words: Vocabulary) -> str:
    field = words.fields.get(name)
    if field and field.type == "country":
        return place(value, words)
    told = _FLAGS.get(value, value)
    if POWER.fullmatch(told):
        return told.replace("e+", "e")
    return in_words(told, _capitals(words)) if re.search(r"[a-z]_|_[a-z]", told) else told


def _capitals(words: Vocabulary) -> list[str]:
    return [*words.case.text.capitals, words.classes.label]


def _one_of(values: list[str]) -> str:
    return listing(values, "or")
