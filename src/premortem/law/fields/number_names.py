"""What a reader calls the numbers of clauses: the names in the table of what became of them."""

from functools import cache

from premortem import facts
from premortem.case import Case

TABLE = "clause_edits"


@cache
def number_names(case: Case) -> dict[tuple[str, str], str]:
    """`Tier-2 country allocation` by clause and number; none where the case holds no such table."""
    return {(row["clause"], row["parameter"]): row["name"] for row in facts.rows(TABLE, case)}
