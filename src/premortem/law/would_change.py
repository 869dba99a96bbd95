"""What would change an answer, as actions: wait, certify, a status, a smaller quantity, a licence.

Another product, another place, another party, a day that is past and another end use are never among them: advice to
change those reads as advice to evade.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from premortem.law.clauses.binding import limit_of
from premortem.law.clauses.candidate_clauses import announced_days, operative
from premortem.law.clauses.clause import Clause, Rulebook
from premortem.law.clauses.conditions import parts
from premortem.law.fields.field_words import CLEAR, unknown
from premortem.law.fields.items import measures
from premortem.law.fields.named_fields import Fields, FieldValue, day_of, number_of, text_of
from premortem.law.fields.vocabulary import NEEDS, Vocabulary
from premortem.law.parties import lists as party_lists
from premortem.law.parties import lookup
from premortem.law.rulebook_version import shipped_version
from premortem.text.numbers import plain, small
from premortem.text.syntax import Compare, Missing, Name, Node, Not, parse

MOST_CHANGES = 8
# Kinds of action, the nearest first.
NEAREST = ("quantity", "certify", "standing", "date")
# A number or word of a clause that an action tells.
NUMBER = re.compile(r"{(\w+)")


class Try(NamedTuple):
    """One action: its kind, in words, and the transaction after it."""

    kind: str
    words: str
    row: dict[str, FieldValue]


class Change(NamedTuple):
    """An action that changes the answer, as a sentence, and the transaction after it; none where it is a licence."""

    says: str
    row: dict[str, FieldValue] | None = None


def tries(given: Fields, book: Rulebook) -> list[Try]:
    """Actions worth asking about."""
    words, clauses = book.vocabulary, operative(book, day_of(given), day_of(given))
    asked = (*_quantities(given, clauses, words), *_certificates(given, clauses, words))
    return [*asked, *_statuses(given, words), *_days(given, book)]


def changes(
    asked: Sequence[Try], outcomes: Sequence[str], now: str, words: Vocabulary, question: str = ""
) -> tuple[Change, ...]:
    """The actions that give another answer, each answer once a kind; what helps first, then what a later day worsens. `question` is
    what must be asked where a word given could mean several things.
    """
    found: dict[tuple[str, str], tuple[bool, int, int, Change]] = {}
    rank = words.rank
    for i, (t, outcome) in enumerate(zip(asked, outcomes, strict=True)):
        asks = now.startswith(NEEDS)
        if t.kind == "date" and asks and outcome not in words.denied:
            continue  # waiting answers no question
        worse = rank.get(outcome, 0) > rank.get(now, len(rank)) or (asks and t.kind == "date")
        if outcome != now and outcome in words.reads and (not worse or t.kind == "date"):
            wait = "wait, " if t.kind == "date" and not worse else ""
            told = f"{wait}{t.words}: {small(words.reads[outcome])}"
            found.setdefault((t.kind, outcome), (worse, NEAREST.index(t.kind), i, Change(told, t.row)))
    ranked = [change for *_, change in sorted(found.values(), key=lambda f: f[:3])]
    return (*_asking(now, question, words), *ranked)[:MOST_CHANGES]


def _asking(now: str, question: str, words: Vocabulary) -> Iterator[Change]:
    """What the answer itself asks for: a licence, a look at a name, a fact."""
    if now in words.outcomes and (then := words.outcomes[now].then):
        yield Change(then)
    elif now == words.screening:
        yield Change(f"name each party, look at each name shown, and if it is another firm, {CLEAR}")
    elif now.startswith(NEEDS) and question:
        yield Change(f"say which one is meant ({question})")
    elif now.startswith(NEEDS):
        yield Change(f"say {unknown(now.removeprefix(NEEDS), words)}")


def _quantities(given: Fields, clauses: Sequence[Clause], words: Vocabulary) -> Iterator[Try]:
    """The largest quantities, smaller than the one asked about, that limits in force would still take; the largest first, so
    that no smaller one is told where a larger one helps as much.
    """
    one = number_of(given, words.measure.one) or _measures(words).get(text_of(given, "item"))
    fitting = set()
    for c in clauses:
        if c.total and one:
            less = number_of(given, c.total.less) if c.total.less else 0.0
            room = limit_of(c, given, words) - number_of(given, c.total.start) + less
            # NaN: the clause says no number that day
            if room == room and 1 <= (units := int(room // one)) < number_of(given, "quantity", 1):
                fitting.add(units)
    for units in sorted(fitting, reverse=True):
        yield Try("quantity", f"with a quantity of {units:,}", {**given, "quantity": float(units)})


@cache
def _measures(words: Vocabulary) -> dict[str, float | None]:
    """What one unit of each item that has a name measures."""
    return measures(words.case) if words.measure.one else {}


def _certificates(given: Fields, clauses: Sequence[Clause], words: Vocabulary) -> Iterator[Try]:
    """What some clause in force asks to be certified, or kept to, and is not."""
    seen = set()
    for c in clauses:
        for name, value in _asked(c, day_of(given), words):
            if given.get(name, value) != value and (name, value) not in seen:
                seen.add((name, value))
                yield Try("certify", _action(c, name, value, words), {**given, name: value})


def _action(clause: Clause, name: str, value: bool | float, words: Vocabulary) -> str:
    """An action in words: its field's own where the clause has the numbers that those tell, such as the days of a notice."""
    told = {key: clause.number(key) for key in clause.numbers} | {"citation": clause.citation}
    if (own := words.fields[name].action) and {*NUMBER.findall(own)} <= told.keys():
        return own.format_map(told)
    return f"with {name.replace('_', ' ')} {plain(value)}"


@lru_cache(4096)
def _asked(clause: Clause, day: date, words: Vocabulary) -> tuple[tuple[str, bool | float], ...]:
    """What a clause asks to be certified or kept to on a day: fields, with values that meet it."""
    texts = [*parts(clause.applies), *parts(clause.within)]
    found = (met for text in texts for met in _meets(parse(text), clause, day, words))
    return tuple((name, value) for name, value in found if name in words.fields and words.fields[name].certify)


def _meets(test: Node, clause: Clause, day: date, words: Vocabulary) -> Iterator[tuple[str, bool | float]]:
    """Values of fields that meet a test or one of its alternatives, and those by which a closing condition is not met."""
    fields = words.fields
    match test:
        case Name(name) if name in fields and fields[name].type == "flag":
            yield name, clause.stage not in ("condition", "requires")
        case Not(Name(name)) if name in fields and fields[name].type == "flag":
            yield name, clause.stage in ("condition", "requires")
        case Not(Missing()):
            return
        case Compare("<=" | ">=", Name(name), Name(number)) if number in clause.numbers:
            yield name, clause.number(number, day)
        case _ if tests := getattr(test, "tests", ()):
            for part in tests:
                yield from _meets(part, clause, day, words)


def _statuses(given: Fields, words: Vocabulary) -> Iterator[Try]:
    """Values of fields that are worth obtaining, where nothing but the usual one was given."""
    for name, field in words.fields.items():
        if field.actions and given.get(name, field.default) == field.default:
            yield from (Try("standing", says, {**given, name: value}) for value, says in field.actions.items())


def _days(given: Fields, book: Rulebook) -> Iterator[Try]:
    """Later days on which the tables announce a change, the nearest first; one after the last verified day says so."""
    named = any(given.get(role) for role in lookup.ROLES)
    turns = {*announced_days(book, day_of(given)), *(party_lists.turning_days(book.case) if named else ())}
    current = shipped_version(book.case)
    for day in sorted(turns):
        if day_of(given) < day <= book.vocabulary.last:
            beyond = f" (as announced: the rulebook is verified to {current.news} only)" if current.stale(day) else ""
            yield Try("date", f"from {day}{beyond}", {**given, "date": day})
