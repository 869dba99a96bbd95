"""The basis of an uncertainty for a reader: rows of the table of quantities by what they are of and where they come from."""

import re
from collections.abc import Mapping
from typing import Any

from premortem import facts
from premortem.case import Case

TABLE = "quantities"
CITED = re.compile(r"rows? (\d+(?:(?:, | and )\d+)*) of the quantities")
# A file among the sources.
FILE = re.compile(r"`([\w-]+)\.csv`")
# How the table writes that a row is of what the one above it is of.
SAME = "the same"


def with_sources(basis: str, rows: Mapping[int, str]) -> str:
    """A basis whose rows of quantities are named before their numbers; `rows` tells each by its number.

    >>> with_sources("row 84 of the quantities, wide", {84: "efficiency of hardware (Epoch AI, 2008-24)"})
    'efficiency of hardware (Epoch AI, 2008-24) (row 84 of the quantities), wide'
    """

    def named(found: re.Match[str]) -> str:
        told = [rows[n] for n in map(int, re.findall(r"\d+", found[1])) if n in rows]
        return f"{'; '.join(told)} ({found[0]})" if told else found[0]

    return CITED.sub(named, basis)


def quantity_sources(case: Case) -> dict[int, str]:
    """What each row of the case's quantities is of, with its source and period; nothing where the case has no such table."""
    if not facts.held(TABLE, case):
        return {}
    found, of = dict[int, str](), ""
    for row in facts.rows(TABLE, case):
        of = of if row["quantity"] == SAME else str(row["quantity"])
        found[int(row["number"])] = f"{of} ({_where(row)})"
    return found


def _where(row: Mapping[str, Any]) -> str:
    told = ", ".join(str(row[key]) for key in ("source", "period") if row[key])
    return FILE.sub(lambda found: f"table {found[1].replace('_', ' ')}", told)
