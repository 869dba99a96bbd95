"""Single words that tell a firm that is listed, or seated in the strict group, from all others."""

from functools import cache

from premortem import facts
from premortem.case import Case
from premortem.law.party_lists import index
from premortem.law.party_table import NOT_LISTED
from premortem.law.places import strict
from premortem.law.spelling import ordinary_words, telling

# Fewest letters of such a word.
FEWEST = 5


@cache
def stems(case: Case) -> frozenset[str]:
    """The words, small; none that are words of much else."""
    listed = [name for row in index(case).rows if row.list != NOT_LISTED for name in row.names]
    single = {found[0] for name in (*listed, *strictly_seated(case)) if len(found := telling(name)) == 1}
    return (
        frozenset(word for word in single if len(word) >= FEWEST and word.isalpha() and word.isascii())
        - ordinary_words()
    )


@cache
def strictly_seated(case: Case) -> tuple[str, ...]:
    """Firms that the table of firms has seated, or owned, in the strict group."""
    if not facts.held("entities", case):
        return ()
    rows = facts.read("entities", case).select("name", "ultimate_parent_hq_iso3").rows()
    return tuple(dict.fromkeys(name for name, parent in rows if parent in strict(case)))
