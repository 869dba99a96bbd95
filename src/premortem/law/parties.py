"""Named parties looked up in the shipped lists of parties: equal names are listed, near ones are shown until cleared."""

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.law.near_names import Near, near
from premortem.law.near_names import rows as near_rows
from premortem.law.spelling import compounds, key, telling, unread, words
from premortem.law.transfers import transfers
from premortem.law.vocabulary import vocabulary

# Who may be named on a transaction.
ROLES = ("exporter", "intermediate", "consignee", "end_user", "parent")
# What stands for a list in a row of a party that is known to be on none.
NOT_LISTED = "not listed"
# What stands for a list where a name cannot be compared with the listed ones.
NOT_LOOKED_UP = "cannot be looked up"
# Columns of a table of firms that holds none.
NO_FIRMS = {"name": pl.String, "entity_listed": pl.Date}
# From this likeness on a name is near a listed one [of 100].
NEAR = 80.0
# A name that holds a whole listed name and more is this like it [of 100].
HOLDS = 90.0
# A near name is at most this like.
MOST_NEAR = 99.0
# Fewest letters of what a name must hold to be near.
FEWEST = 3
# Most near names that are shown of one party.
SHOWN = 5


@dataclass(frozen=True)
class Hit:
    """A named party that is equal to a listed one, or near it."""

    party: str  # its role on the transaction
    given: str  # the name as given
    name: str  # the name as listed
    list: str
    date: date | None  # first day on the list; None where it is not known, which counts as always
    score: float  # 100 for equal names
    source: str  # where the row is from; why a name cannot be looked up
    policy: str  # policy by which a licence is reviewed
    equal: bool
    cleared: str  # the reason for which the user cleared it, "" where not


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

    def in_force(self, day: date) -> bool:
        """Whether the row stands that day; one without a first day stands on every day until it is removed."""
        return (self.effective is None or self.effective <= day) and (self.removed is None or day < self.removed)


@cache
def _addressees(case: Case) -> dict[str, tuple[tuple[str, ...], ...]]:
    path = case / "addressees.toml"
    told = tomllib.loads(path.read_text("utf-8")) if path.is_file() else {}
    return {firm: tuple(words(name) for name in names) for firm, names in told.items()}


@lru_cache(maxsize=400_000)
def addressee(name: str, case: Case) -> str:
    """The firm that letters were sent to, where a name begins as one's does; else the name."""
    said = words(name)
    starts = ((firm, start) for firm, names in _addressees(case).items() for start in names)
    return next((firm for firm, start in starts if said[: len(start)] == start), name)


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
    """A case's table, with the firms of `entities` for which no listing was found, indexed."""
    held = listed(facts.read("parties", case), lists(case)) if facts.held("parties", case) else ()
    firms = facts.read("entities", case) if facts.held("entities", case) else pl.DataFrame(schema=NO_FIRMS)
    free = firms.filter(pl.col("entity_listed").is_null())["name"]
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


@lru_cache(maxsize=400_000)
def matches(name: str, case: Case) -> tuple[tuple[int, float], ...]:
    """Rows of the table that a name is equal to (100) or near (less), whatever the day; nearest first.

    A name equal to one that is known not to be listed, and to no listed one, is near none.
    """
    held = index(case)
    equal = held.by_key.get(key(name), ())
    found = {i: 100.0 for i in equal if held.rows[i].list != NOT_LISTED}
    if not equal or found:
        for i, score in (*_by_telling(name, case), *near_rows(held.near, name)):
            found[i] = max(found.get(i, 0.0), score)
    return tuple(sorted(found.items(), key=lambda kv: (-kv[1], kv[0])))


def _by_telling(name: str, case: Case) -> list[tuple[int, float]]:
    """Rows near a name by the words that tell firms apart."""
    held, told = index(case), telling(name)
    joined = "".join(told)
    if len(joined) < FEWEST or joined in held.free:
        return []
    like = OSA.normalized_similarity
    alike = process.extract(joined, held.telling.keys(), scorer=like, score_cutoff=NEAR / 100, limit=None)
    scores = {text: min(MOST_NEAR, 100 * score) for text, score, _ in alike}
    joint = {part for word in told for part in compounds(word)}
    parts = {*_runs(told, 1), *_runs(words(name), 2), *joint} - {joined}
    scores |= {part: max(HOLDS, scores.get(part, 0.0)) for part in parts if part in held.telling}
    return [(i, score) for text, score in scores.items() for i in held.telling[text]]


def _runs(said: Sequence[str], fewest: int) -> Iterator[str]:
    """Neighbouring words of a name, so many or more, run together."""
    return ("".join(said[i:j]) for i in range(len(said)) for j in range(i + fewest, len(said) + 1))


def standing(name: str, day: date, case: Case) -> tuple[tuple[Listed, float], ...]:
    """Rows of the table in force on a day that a name is equal to (100), else those that it is near; nearest first.

    A name that is equal to a row's is that row's, whatever the day: before its first day and after its last that row
    says nothing of it, and only the rows of others, in force that day, may be near.
    """
    rows = index(case).rows
    found = tuple((row, score) for i, score in matches(name, case) if (row := rows[i]).in_force(day))
    return tuple((row, score) for row, score in found if score == 100.0) or found


def suspect(name: str, case: Case) -> bool:
    """Whether a name is to be looked at on some day: listed, near a listed one, or not to be looked up."""
    return bool(matches(name, case)) or not_looked_up(name, case)


def not_looked_up(name: str, case: Case) -> bool:
    """Whether a name is in no table and cannot be compared with one: it names nobody, or is in another script."""
    return key(name) not in index(case).by_key and bool(unread(name))


def named(given: Mapping[str, Any]) -> dict[str, str]:
    """The parties that a transaction names, by role."""
    return {role: given[role] for role in ROLES if given.get(role)}


def screen(
    named: Mapping[str, str], day: date, case: Case, cleared: Mapping[str, str] | None = None
) -> tuple[Hit, ...]:
    """Listed names that the named parties (by role) are equal or near to on a day, and names that cannot be looked up.

    Equal names are listed; near ones are only shown, until cleared with a reason (by name).
    """
    reasons = {key(name): reason for name, reason in (cleared or {}).items() if key(name)}
    hits: list[Hit] = []
    for role, name in named.items():
        found = standing(name, day, case)
        shown = found if found and found[0][1] == 100.0 else found[:SHOWN]
        reason = reasons.get(key(name), "")
        hits += [_hit(role, name, row, score, reason) for row, score in shown]
        if not_looked_up(name, case):
            hits.append(Hit(role, name, "", NOT_LOOKED_UP, None, 0.0, unread(name), "", False, reason))
    return tuple(hits)


def unscreened(named: Mapping[str, str], case: Case, cleared: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Names of the named parties (by role) that stand in no table and that nobody cleared.

    The lists are held in part, so that nothing is known of them; a reason to clear one stands for a look at the whole lists.
    None where the case has no lists.
    """
    told, held = transfers(case).parties, index(case).by_key
    settled = {*(key(name) for name in cleared or {}), *vocabulary(case).lists.get(told.words, ())}
    named = named if told.lists else {}
    unknown = (name for name in named.values() if key(name) not in held and key(name) not in settled)
    return tuple(dict.fromkeys(unknown))


def _hit(role: str, given: str, row: Listed, score: float, reason: str) -> Hit:
    return Hit(
        role, given, row.name, row.list, row.effective, round(score, 1), row.source, row.policy, score == 100.0, reason
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
