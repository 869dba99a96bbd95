"""Which consignees of a ledger count as one for its totals, and which only look alike."""

from collections.abc import Iterable

import polars as pl

from premortem.law.ledger.summary import Consignees
from premortem.law.parties.spelling import key, telling

# Most groups of names that only look alike that are told.
MOST_TOLD = 200


def alike(decided: pl.DataFrame) -> Consignees:
    """Consignees of the decided rows that are one (`consignees_merged`), and those that may be (`consignees_near`); lists of names.

    Names that differ in case, punctuation or legal form alone are one. Those that differ in a number or a whole word never
    are: they are shown where their telling words are the same.
    """
    if "consignee" not in decided.columns:
        return {"consignees_merged": [], "consignees_near": []}
    names = decided.filter(pl.col("rejected").is_null())["consignee"].cast(pl.String).str.strip_chars()
    distinct = sorted({name for name in names.unique().drop_nulls() if name})
    merged = _groups((key(name), name) for name in distinct)
    first = [group[0] for group in merged.values()]
    near = _groups(("".join(w for w in telling(name) if not w.isdecimal()), name) for name in first)
    return {
        "consignees_merged": [group for group in merged.values() if len(group) > 1],
        "consignees_near": [group for said, group in near.items() if said and len(group) > 1][:MOST_TOLD],
    }


def _groups(named: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Names by what they share; one that says nothing is in none."""
    found: dict[str, list[str]] = {}
    for shared, name in named:
        if shared:
            found.setdefault(shared, []).append(name)
    return found
