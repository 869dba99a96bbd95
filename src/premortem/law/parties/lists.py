"""The lists of parties that a case holds: their rows as the table gives them, made ready for lookups by name."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.law.fields.transfers import transfers
from premortem.law.parties.near_names import Near, near
from premortem.law.parties.pulled_lists import pulled
from premortem.law.parties.spelling import key, telling
from premortem.law.parties.table import NOT_LISTED, Listed, lists, read_party_table
from premortem.law.rulebook_version import shipped_version

# Columns of a table of firms that holds none.
NO_FIRMS = {"name": pl.String, "entity_listed": pl.Date}
DAY = timedelta(days=1)
# Fewest letters of what a name must hold to be near.
FEWEST = 3


class Held(NamedTuple):
    """A list that is held: its name in the table, the day as of which, and how many rows."""

    name: str
    date: str
    rows: int


def _unlisted(name: str, searched: bool) -> Listed:
    return Listed(name, (name,), NOT_LISTED, None, None, "", None, "", "", "", searched=searched)


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

    One whose name a listed party bears on a list that is not held is left out: its name alone says nothing. One of which the
    seat alone is told was looked up in no list.
    """
    held = (
        read_party_table(facts.read("parties", case), lists(case), owned=transfers(case).parties.owned.list)
        if facts.held("parties", case)
        else ()
    )
    firms = facts.read("entities", case) if facts.held("entities", case) else pl.DataFrame(schema=NO_FIRMS)
    shared = pl.col("homonym").is_not_null() if "homonym" in firms.columns else pl.lit(False)
    looked_up = pl.col("seat_only").is_null() if "seat_only" in firms.columns else pl.lit(True)
    unlisted = firms.filter(pl.col("entity_listed").is_null() & ~shared)
    free = unlisted.select("name", looked_up.alias("searched")).unique("name", maintain_order=True, keep="first").rows()
    return index_names([*_spelt(held, case), *_fetched(held, case), *(_unlisted(*firm) for firm in free)])


def _spelt(held: Sequence[Listed], case: Case) -> Iterator[Listed]:
    """Rows with the names that their parties bear in other writings. Raises `BadInput` for one of nobody."""
    told = (
        facts.read("party_spellings", case).select("name", "spelling").rows()
        if facts.held("party_spellings", case)
        else []
    )
    known = {row.name for row in held}
    allowed = "a name of parties.csv"
    raise_all([BadInput("party_spellings.csv", name, "is no party's name", got=name, allowed=allowed) for name, _ in told if name not in known])  # fmt: skip
    for row in held:
        yield row._replace(names=(*row.names, *(spelling for name, spelling in told if name == row.name)))


def _fetched(held: Sequence[Listed], case: Case) -> Iterator[Listed]:
    """Rows of the lists that were pulled, but those of which the table says the same, and more."""
    known = {(key(name), row.list, row.policy) for row in held for name in row.names if row.removed is None}
    for row in fetched.rows if (fetched := pulled(case)) else ():
        policy = row.policy or transfers(case).parties.unread
        if not {(key(row.name), row.list, p) for p in (row.policy, policy)} & known:
            yield row


def index_names(rows: Sequence[Listed]) -> Index:
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


@cache
def lists_held(case: Case) -> tuple[Held, ...]:
    """The lists of which rows are held: of a case's table, and those that were pulled."""
    rows = [row.list for row in index(case).rows]
    fetched = dict(found.counts) if (found := pulled(case)) else {}
    day = str(found.day) if found else ""
    return tuple(
        Held(name, day, fetched[name])
        if fetched.get(name)
        else Held(name, facts.catalogue(case)["parties"].date, rows.count(name))
        for name in transfers(case).parties.lists
        if name in rows
    )


def called(name: str, case: Case) -> str:
    """How a reader calls a list: `Unverified List, UVL`; by its name in the table where the case tells no other."""
    full = {short: long for long, short in transfers(case).parties.barring.items() if long != short}
    return f"{full[name]} List, {name}" if name in full else name


def whole(case: Case, day: date) -> bool:
    """Whether the lists that are held are whole on a day: those that were pulled are on that of the pull, since nobody knows who
    joined them later, nor who was on them before and has left.
    """
    found = pulled(case)
    return found is not None and found.day == day


def searched_to(case: Case) -> date:
    """The last day on which a firm that was found on no list is known to stand on none: nobody looked who joined one later."""
    return shipped_version(case).news


@cache
def turning_days(case: Case) -> frozenset[date]:
    """Days on which a party joins or leaves a list, or takes a footnote."""
    rows, found = index(case).rows, pulled(case)
    turns = {found.day, found.day + DAY} if found else set()  # before it and after it the lists are not whole
    turns |= {searched_to(case) + DAY}
    return frozenset(turns.union(day for row in rows for day in (row.effective, row.removed, row.footnote_from) if day))
