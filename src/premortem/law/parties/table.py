"""Rows of a table of listed parties, as the table gives them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

import polars as pl

from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.law.fields.transfers import transfers

# What stands for a list in a row of a party that is known to be on none.
NOT_LISTED = "not listed"


class Listed(NamedTuple):
    """A row of the table of parties."""

    name: str
    names: tuple[str, ...]  # with aliases
    list: str
    effective: date | None
    removed: date | None
    footnote: str
    footnote_from: date | None
    policy: str
    source: str
    confidence: str
    other: str = ""  # lists that ask for no licence, on which it stands as well
    owner: str = ""  # of a firm that is on no list itself, the listed party that owns it
    asks: str = ""  # what its row asks for, in words
    searched: bool = (
        True  # whether its name was looked up in the lists; a row that tells a seat alone says nothing of them
    )

    def in_force(self, day: date) -> bool:
        """Whether the row stands that day; one without a first day stands on every day until it is removed."""
        return (self.effective is None or self.effective <= day) and (self.removed is None or day < self.removed)


def lists(case: Case) -> tuple[str, ...]:
    """Names of lists that a table of parties may hold rows of."""
    told = transfers(case).parties
    return (*told.lists, *filter(None, (told.owned.list,)), NOT_LISTED)


def read_party_table(
    table: pl.DataFrame, lists: Collection[str], file: str = "parties.csv", owned: str = ""
) -> tuple[Listed, ...]:
    """Rows of a table of parties, of which those on the list `owned` are owned by a listed one. Raises `BadInput`, every fault at once, for a day or a list that cannot be read."""
    errors: list[BadInput] = []

    def day(row: Mapping[str, str | None], column: str) -> date | None:
        text = row[column] or ""
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            where = f"{row['name']}, {column}"
            errors.append(BadInput(file, where, f"{text!r} is not a date", got=text, allowed="YYYY-MM-DD, or nothing"))
            return None

    rows = []
    for number, row in enumerate(table.cast(pl.String).to_dicts(), 1):
        if not row["name"]:
            errors.append(BadInput(file, f"row {number}, name", "is missing", allowed="the name as listed"))
            continue
        if row["list"] not in lists:
            errors.append(
                BadInput(file, f"{row['name']}, list", f"no such list: {row['list']}", allowed=", ".join(lists))
            )
        aliases = [a.strip() for a in (row["aliases"] or "").split(";") if a.strip()]
        rows.append(
            Listed(
                row["name"],
                (row["name"], *aliases),
                row["list"] or "",
                day(row, "effective"),
                day(row, "removed"),
                row["footnote"] or "",
                day(row, "footnote_from"),
                row["policy"] or "",
                "; ".join(t for t in (row["fr_citations"], row["source"]) if t),
                row["confidence"] or "",
                row.get("other_lists") or "",
                (row.get("group") or "") if row["list"] == owned else "",
                row.get("licence_requirement") or "",
            )
        )
    raise_all(errors)
    return tuple(rows)
