"""What an answer assumes because nobody said it, and whether a permission rests on that."""

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from premortem.case import Case
from premortem.law.clauses.conditions import identifiers
from premortem.law.fields.items import has_known_design
from premortem.law.fields.named_fields import Fields, FieldValue, text_of
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import Vocabulary, vocabulary
from premortem.law.parties import seats
from premortem.law.parties.lookup import ROLES
from premortem.law.parties.seats import SEATED

# A consignee that no clause and no list names.
ANOTHER = "Qvxjw Kyzzbo"


class Assumed(NamedTuple):
    """A field that nobody gave, and the value that stands for it; None where a missing value counts as met."""

    field: str
    value: FieldValue
    source: str = ""  # who says so, where it is more than a usual value


class Other(NamedTuple):
    """The transaction with another value of a field that nobody gave."""

    field: str
    row: dict[str, FieldValue]


def others(given: Fields, case: Case, addressees: Sequence[str] = (), places: Sequence[str] = ()) -> list[Other]:
    """Transactions by which it is seen whether the answer hangs on what nobody gave; `addressees` are exporters, and
    `places` seats of parties, that some clause of the day names.
    """
    return [Other(name, {**given, name: value}) for name, value in untold(given, case, addressees, places)]


def untold(
    given: Fields, case: Case, addressees: Sequence[str] = (), places: Sequence[str] = ()
) -> tuple[tuple[str, FieldValue], ...]:
    """The fields that nobody gave, each with a value by which it is seen whether the answer hangs on it (`others`); the very
    same tuple for transactions of which the same is tried.
    """
    asked = seats.asked(given, case)
    settled = frozenset(name for name in _may_be_settled(case) if _settled(name, given, asked, case))
    # a chip of the catalogue goes by its vendor
    named = () if has_known_design(text_of(given, "item"), case) else tuple(addressees)
    return _tried(case, frozenset(given), settled, named, tuple(places))


@cache
def telling(case: Case) -> frozenset[str]:
    """Fields whose very values, and not only whether they were given, tell what is `untold`; a party's by its seat alone."""
    tries = transfers(case).unsaid.tries.values()
    return frozenset({"item", "cleared", *ROLES, *(key for told in tries for key in told.where)})


@lru_cache(maxsize=4096)
def _tried(
    case: Case, told: frozenset[str], settled: frozenset[str], addressees: tuple[str, ...], places: tuple[str, ...]
) -> tuple[tuple[str, FieldValue], ...]:
    """What is tried of a transaction that tells some fields, and of which some others are settled."""
    unsaid = transfers(case).unsaid
    sought = {"exporter": addressees, **dict.fromkeys(SEATED, tuple(dict.fromkeys((*unsaid.seats, *places))))}
    names = (n for n in dict.fromkeys((*unsaid.rests_on, *unsaid.tries)) if n not in told and n not in settled)
    return tuple((name, value) for name in names for value in sought.get(name) or _values(name, case))


def _values(name: str, case: Case) -> tuple[Any, ...]:
    """Other values of a field."""
    unsaid, field = transfers(case).unsaid, vocabulary(case).fields[name]
    if name == "consignee":  # a free route names whom it frees; any other firm has none
        return (ANOTHER,)
    if name in unsaid.tries and unsaid.tries[name].values:
        return unsaid.tries[name].values
    if field.type == "flag":
        return (not field.default,)
    if field.type == "number":
        return (0.0, 1.0)
    return tuple(choice for choice in field.choices if choice not in (field.default, *unsaid.anywhere))


@cache
def _may_be_settled(case: Case) -> tuple[str, ...]:
    """Fields that something else that is known or was given may settle."""
    tries = transfers(case).unsaid.tries
    hang = (name for name, told in tries.items() if told.where or told.unless or told.untold)
    return (*SEATED, *(name for name in hang if name not in SEATED))


def _settled(name: str, given: Fields, asked: Sequence[str], case: Case) -> bool:
    """Whether what was given, or what the tables know, leaves nothing to try of a field; `asked` are seats that they do not
    settle.
    """
    if name in SEATED:
        return name not in asked
    told = transfers(case).unsaid.tries[name]
    if any(given.get(key) not in values for key, values in told.where.items()) or not given.keys().isdisjoint(
        told.untold
    ):
        return True
    if told.unless == "seated":  # parties that the tables know
        return not asked
    if told.unless == "designed":  # a chip that the catalogue does not hold may be anybody's design
        return has_known_design(text_of(given, "item"), case)
    return told.unless == "named" and given.get("item") not in vocabulary(case).kinds


@lru_cache(maxsize=4096)
def sources(test: str, words: Vocabulary) -> tuple[str, ...]:
    """Fields that a person may give and that a test looks at, itself or through what is worked out from them."""
    fields = words.fields
    named = (name for name in identifiers(test) if name in fields)
    return tuple(dict.fromkeys(n for name in named for n in fields[name].of or (name,) if fields[n].given))


def assumed_fields(
    given: Fields,
    tests: Sequence[str],
    hangs_on: Sequence[str],
    values: Fields,
    words: Vocabulary,
) -> tuple[Assumed, ...]:
    """What was not given and counts: the day and the number of units, what the tests that were met look at, and what
    another value of would change the answer.
    """
    of = transfers(words.case).items
    catalogued = {*of.columns, *(name for name, says in of.kinds_say.items() if values.get("kind") in says)}
    looked_at = [*_always(given, words), *(name for test in tests for name in sources(test, words)), *hangs_on]
    names = dict.fromkeys(n for n in looked_at if n not in given and (n in hangs_on or n not in catalogued))
    return tuple(Assumed(name, values.get(name)) for name in names)


def _always(given: Fields, words: Vocabulary) -> Iterator[str]:
    yield "date"
    if given.get("item") or given.get(words.measure.one):
        yield "quantity"


def with_sources(found: Sequence[Assumed], given: Fields, case: Case) -> tuple[Assumed, ...]:
    """What was assumed, seats with the table that they are from, and the seats of parties that no field holds."""
    told = ((a, seats.assumed_seat(given, a.field, case)) for a in found)
    named = {a.field for a in found} | given.keys()
    parties = ((field, seats.assumed_seat(given, field, case)) for field in seats.OF_OTHERS if field not in named)
    return (
        *(a._replace(source=known.says) if known else a for a, known in told),
        *(Assumed(field, known.parent, known.says) for field, known in parties if known),
    )
