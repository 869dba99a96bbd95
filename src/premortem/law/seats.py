"""Where named firms are known to sit: the shipped tables of firms and parties, by name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.law.clearing import clearings
from premortem.law.parties import NOT_LISTED, ROLES, Listed, index
from premortem.law.places import strict
from premortem.law.spelling import key, telling, words
from premortem.law.vocabulary import vocabulary

# Fewest letters of a known firm's name by which a longer name that begins with it is the firm's.
FEWEST = 5
# Fields of a seat, and the roles whose named firm tells it where nobody gave it, the first that is known.
TOLD_BY = {
    "headquarters": ("consignee",),
    "parent_headquarters": ("parent", "consignee"),
    "exporter_hq": ("exporter",),
}
# Roles whose own seat, beside their parent's, a field holds.
ITSELF = ("consignee", "exporter")


class Seat(NamedTuple):
    """Where a firm sits, as ISO 3166-1 alpha-3 codes."""

    headquarters: str | None  # None where only the firm that a name belongs to is known
    parent: str  # headquarters of its ultimate parent
    firm: str  # the firm as the table names it
    source: str
    listed: date | None = None  # first day on a list

    @property
    def says(self) -> str:
        """Whose seat it is and who says so."""
        return f"seat of {self.firm} in the table of firms: {self.source}"


@lru_cache(maxsize=400_000)
def seat(name: str, case: Case) -> Seat | None:
    """Where a firm sits that the tables know by name, None where they do not.

    A name with a known firm's telling words and no other gives its parent's seat. One that only begins as a known firm's
    gives it where that is in the strict group alone: a likeness of names may ask for a licence, and never spares one.
    A likeness counts no more once a person cleared the name, nor from the day on which the firm is listed: from then on
    its likes are screened.
    """
    held, told, said = _known(case), telling(name), words(name)
    if found := held.by_key.get(key(name)):
        return found
    same = held.by_telling.get("".join(told))
    if same is None:
        starts = (held.by_key.get("".join(said[:i])) for i in range(len(said) - 1, 0, -1))
        same = next((s for s in starts if s and len(key(s.firm)) >= FEWEST and s.parent in strict(case)), None)
    return same and same._replace(headquarters=None)


class _Known(NamedTuple):
    by_key: dict[str, Seat]
    by_telling: dict[str, Seat]


@cache
def _known(case: Case) -> _Known:
    """Firms of `entities`, then parties at the strictest of their addresses, the firm of their group being their parent."""
    firms = _rows("entities", ("name", "hq_iso3", "ultimate_parent_hq_iso3", "source", "entity_listed"), case)
    by_key = {key(n): Seat(hq, parent, n, source or "", listed) for n, hq, parent, source, listed in firms}
    places = _rows("parties", ("name", "country", "group"), case)
    for row, (name, country, group) in zip(index(case).rows, places, strict=False):
        assert row.name == name
        owner = next((by_key[key(n)] for n in (*row.names, group or "") if key(n) in by_key), None)
        place = _strictest(country, case)
        for n in row.names if place else ():
            by_key.setdefault(key(n), Seat(place, owner.parent if owner else place, name, row.source, _first(row)))
    by_telling: dict[str, Seat] = {}
    for found in by_key.values():
        short = "".join(telling(found.firm))
        if len(short) >= FEWEST or short == key(found.firm):
            by_telling.setdefault(short, found)
    return _Known(by_key, by_telling)


def _rows(table: str, columns: Sequence[str], case: Case) -> list[tuple[Any, ...]]:
    """Some columns of a table, none where the case does not hold it."""
    return facts.read(table, case).select(columns).rows() if facts.held(table, case) else []


def _first(row: Listed) -> date | None:
    """First day on a list, None for a party that is on none."""
    return None if row.list == NOT_LISTED else row.effective or date.min


def _strictest(places: str | None, case: Case) -> str:
    """Of places separated by semicolons the first that is, or was, in the strict group, else the first."""
    said = [place.strip() for place in (places or "").split(";")]
    return next((place for place in said if place in strict(case)), said[0])


def columns(said: Mapping[str, Sequence[str]], case: Case) -> list[pl.Expr]:
    """Seats of a frame's named parties where any is known: `_seat_ROLE` of its ultimate parent, `_hq_ROLE` its own
    where a field holds it.

    `said` are the names of each role, and the texts that clear names, once each.
    """
    return [expr for role in ROLES for expr in _of_role(role, said.get(role, ()), said.get("cleared", ()), case)]


def _of_role(role: str, names: Sequence[str], cleared: Sequence[str], case: Case) -> Iterator[pl.Expr]:
    known = {name: found for name in names if name and (found := seat(name, case))}
    if not known:
        return
    alike = {name: found for name, found in known.items() if not found.headquarters}
    gone = [
        *((pl.col(role) == name) & (pl.col("date") >= found.listed) for name, found in alike.items() if found.listed),
        *((pl.col(role) == n) & pl.col("cleared").is_in(by) for n in alike if (by := _clearing(n, cleared))),
    ]
    parents = _told(role, known, [found.parent for found in known.values()])
    yield (pl.when(~pl.any_horizontal(gone).fill_null(False)).then(parents) if gone else parents).alias(f"_seat_{role}")
    if role in ITSELF:
        yield _told(role, known, [found.headquarters for found in known.values()]).alias(f"_hq_{role}")


def _told(role: str, names: Iterable[str], places: Sequence[str | None]) -> pl.Expr:
    by_name = (pl.Series([*names], dtype=pl.String), pl.Series(places, dtype=pl.String))
    return pl.col(role).replace_strict(*by_name, default=None)


def _clearing(name: str, texts: Sequence[str]) -> list[str]:
    """The texts that clear a name."""
    return [text for text in texts if key(name) in {key(n) for n in clearings(text)}]


def assumed(given: Mapping[str, Any], field: str, case: Case) -> Seat | None:
    """The seat that stands for a field which nobody gave, None where no named party tells it."""
    found = (_counted(role, given, case) for role in TOLD_BY.get(field, ()))
    return next((s for s in found if s and (field == "parent_headquarters" or s.headquarters)), None)


def settled(given: Mapping[str, Any], field: str, case: Case) -> bool:
    """Whether the tables hold, under its very name, the seat of the firm that tells a field which nobody gave."""
    found = assumed(given, field, case)
    return found is not None and found.headquarters is not None


def others(given: Mapping[str, Any], case: Case) -> Iterator[tuple[str, Seat]]:
    """Named parties whose seats no field holds, with the seats."""
    for role in ("intermediate", "end_user"):
        if found := _counted(role, given, case):
            yield role, found


def _counted(role: str, given: Mapping[str, Any], case: Case) -> Seat | None:
    """The known seat of the party in a role, None where it is not known or is known by a likeness that does not count."""
    name, found = given.get(role, ""), seat(given[role], case) if given.get(role) else None
    if found is None or found.headquarters:
        return found
    gone = found.listed is not None and found.listed <= given["date"]
    return None if gone or key(name) in {key(n) for n in clearings(given.get("cleared", ""))} else found


def contradicted(given: Mapping[str, Any], case: Case) -> Iterator[str]:
    """A sentence on each seat that was given and that the tables hold to be another."""
    for field in TOLD_BY:
        known = assumed(given, field, case)
        place = known and (known.parent if field == "parent_headquarters" else known.headquarters)
        if known and place and field in given and given[field] != place:
            role = vocabulary(case).fields[field].says.split(" [")[0].capitalize()
            yield f"{role} given as {given[field]}, but {place} is the {known.says}; look at which is right."
