"""Single words that tell a firm that is listed, or seated in the strict group, from all others."""

from functools import cache

from premortem import facts
from premortem.case import Case
from premortem.law.fields.places import strict
from premortem.law.parties.lists import index
from premortem.law.parties.spelling import ordinary_words, telling
from premortem.law.parties.table import NOT_LISTED

# Fewest letters of such a word.
FEWEST = 5
# The same of one that may begin a longer word.
FEWEST_BEGINNING = 6


@cache
def stems(case: Case) -> frozenset[str]:
    """The words, small; none that are words of much else."""
    listed = [name for row in index(case).rows if row.list != NOT_LISTED for name in row.names]
    single = {found[0] for name in (*listed, *strictly_seated(case)) if len(found := telling(name)) == 1}
    return (
        frozenset(word for word in single if len(word) >= FEWEST and word.isalpha() and word.isascii())
        - ordinary_words()
    )


def stem(word: str, case: Case) -> str:
    """Which of these a word of a name is, or begins with (`alibabacloud`); "" for none."""
    if word in stems(case):
        return word
    return next(s for s in _long(case) if word.startswith(s)) if word.startswith(_long(case)) else ""


@cache
def _long(case: Case) -> tuple[str, ...]:
    return tuple(sorted((s for s in stems(case) if len(s) >= FEWEST_BEGINNING), key=lambda s: (-len(s), s)))


@cache
def strictly_seated(case: Case) -> tuple[str, ...]:
    """Firms that the tables of firms and of parties have seated, or owned, in the strict group."""
    columns = (("entities", "ultimate_parent_hq_iso3"), ("parties", "country"))
    rows = ((row["name"], row[place]) for table, place in columns for row in facts.rows(table, case))
    return tuple(dict.fromkeys(name for name, place in rows if place in strict(case)))
