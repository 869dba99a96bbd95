"""The lists of parties that a case holds: their rows as the table gives them, made ready for lookups by name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.law.near_names import Near, near
from premortem.law.spelling import key, telling
from premortem.law.transfers import transfers

# What stands for a list in a row of a party that is known to be on none.
NOT_LISTED = "not listed"
# Columns of a table of firms that holds none.
NO_FIRMS = {"name": pl.String, "entity_listed": pl.Date}
# Fewest letters of what a name must hold to be near.
FEWEST = 3


class Held(NamedTuple):
    """A list that is held: its name, the day as of which, and how many rows."""

    name: str
    date: str
    rows: int


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

    def in_force(self, day: date) -> bool:
        """Whether the row stands that day; one without a first day stands on every day until it is removed."""
        return (self.effective is None or self.effective <= day) and (self.removed is None or day < self.removed)


def lists(case: Case) -> tuple[str, ...]:
    """Names of lists that a table of parties may hold rows of."""
    told = transfers(case).parties
    return (*told.lists, *filter(None, (told.owned.list,)), NOT_LISTED)


def listed(table: pl.DataFrame, lists: Collection[str], file: str = "parties.csv") -> tuple[Listed, ...]:
    """Rows of a table of parties. Raises `BadInput`, every fault at once, for a day or a list that cannot be read."""
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
            )
        )
    raise_all(errors)
    return tuple(rows)


def _unlisted(name: str) -> Listed:
    return Listed(name, (name,), NOT_LISTED, None, None, "", None, "", "", "")


class Index(NamedTuple):
    """The table made ready for lookups."""

    rows: tuple[Listed, ...]
    by_key: dict[str, tuple[int, ...]]
    telling: dict[str, tuple[int, ...]]  # by the telling words of listed names, run together
    near: Near  # listed names by all their words, for those that hold no telling one and for slips of the pen
    free: frozenset[str]  # telling words of those known not to be listed, where no listed one shares them


@cache
def index(case: Case) -> Index:
    """A case's table, with the firms of `entities` for which no listing was found, indexed.

    One whose name a listed party bears on a list that is not held is left out: its name alone says nothing.
    """
    held = listed(facts.read("parties", case), lists(case)) if facts.held("parties", case) else ()
    firms = facts.read("entities", case) if facts.held("entities", case) else pl.DataFrame(schema=NO_FIRMS)
    shared = pl.col("homonym").is_not_null() if "homonym" in firms.columns else pl.lit(False)
    free = firms.filter(pl.col("entity_listed").is_null() & ~shared)["name"].unique(maintain_order=True)
    return indexed([*held, *(_unlisted(name) for name in free)])


def indexed(rows: Sequence[Listed]) -> Index:
    """Rows by the keys of all their names, and by the words of those that are listed."""
    by_key: dict[str, list[int]] = {}
    telling_: dict[str, list[int]] = {}
    named = [(i, row, name) for i, row in enumerate(rows) for name in row.names]
    for i, row, name in named:
        by_key.setdefault(key(name), []).append(i)
        short = "".join(telling(name))
        if row.list != NOT_LISTED and len(short) >= FEWEST:
            telling_.setdefault(short, []).append(i)
    free = {"".join(telling(name)) for _, row, name in named if row.list == NOT_LISTED} - {*telling_}
    return Index(
        tuple(rows),
        {k: tuple(dict.fromkeys(v)) for k, v in by_key.items()},
        {t: tuple(dict.fromkeys(v)) for t, v in telling_.items()},
        near(
            [(name, i) for i, row, name in named if row.list != NOT_LISTED],
            [name for _, row, name in named if row.list == NOT_LISTED],
        ),
        frozenset(free),
    )


def lists_held(case: Case) -> tuple[Held, ...]:
    """The lists that a case's table holds rows of."""
    rows = [row.list for row in index(case).rows]
    held = [name for name in transfers(case).parties.lists if name in rows]
    return tuple(Held(name, facts.catalogue(case)["parties"].date, rows.count(name)) for name in held)


@cache
def turning_days(case: Case) -> frozenset[date]:
    """Days on which a party joins or leaves a list, or takes a footnote."""
    rows = index(case).rows
    return frozenset(day for row in rows for day in (row.effective, row.removed, row.footnote_from) if day)
