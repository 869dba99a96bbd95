"""What a reader calls the numbers of clauses: the names in the table of what became of them."""

from functools import cache

from premortem import facts
from premortem.case import Case

TABLE = "clause_edits"


@cache
def number_names(case: Case) -> dict[tuple[str, str], str]:
    """`Tier-2 country allocation` by clause and number; none where the case holds no such table."""
    if not facts.held(TABLE, case):
        return {}
    return {(r["clause"], r["parameter"]): r["name"] for r in facts.read(TABLE, case).to_dicts()}
