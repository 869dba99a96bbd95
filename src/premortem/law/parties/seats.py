"""Where named firms are known to sit: the shipped tables of firms and parties, by name."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.law.fields.named_fields import Fields, day_of, text_of
from premortem.law.fields.places import country_codes, strict
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.parties.clearing import reason_of
from premortem.law.parties.lists import index
from premortem.law.parties.lookup import ROLES
from premortem.law.parties.spelling import all_words, beginnings, branch_words, key, telling, words
from premortem.law.parties.stems import stem
from premortem.law.parties.table import NOT_LISTED, Listed
from premortem.law.parties.telltale import signs_of

# Fewest letters of a known firm's name by which a longer name that begins with it, and goes on as no branch's does, may be the firm's.
FEWEST = 5
# Parties beside the consignee whose seats count.
BESIDE = ("end_user", "intermediate", "purchaser")
# Fields of a seat, and the roles whose named firm tells it where nobody gave it, the first that is known.
TOLD_BY = {
    "headquarters": ("consignee",),
    "parent_headquarters": ("parent", "consignee"),
    "exporter_hq": ("exporter",),
    **{f"{role}_headquarters": (role,) for role in BESIDE},
}
# Of these, seats of the parties beside the consignee, all that are seats of an ultimate parent, and all but the exporter's.
OF_OTHERS = tuple(f"{role}_headquarters" for role in BESIDE)
OF_PARENTS = ("parent_headquarters", *OF_OTHERS)
SEATED = ("headquarters", *OF_PARENTS)
# Columns of the table of firms: name, seat, its parent's, who says so, and of `Seat` listed, first, last, disputed.
COLUMNS = ("name", "hq_iso3", "ultimate_parent_hq_iso3", "source", "entity_listed", "from", "to", "disputed")
# Roles whose own seat, beside their parent's, a field holds.
ITSELF = ("consignee", "exporter")


class Seat(NamedTuple):
    """Where a firm sits, as ISO 3166-1 alpha-3 codes."""

    headquarters: str | None  # None where only the firm that a name belongs to is known
    parent: str  # headquarters of its ultimate parent
    firm: str  # the firm as the table names it
    source: str
    listed: date | None = None  # first day on a list
    first: date | None = None  # days between which it holds, both included; None where no other seat is known
    last: date | None = None
    disputed: bool = False  # whether it is contested, so that no permission stands on it
    begins: bool = False  # whether a name only begins as its firm's, and goes on as another firm's may

    def holds(self, day: date) -> bool:
        """Whether it is the seat on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    @property
    def says(self) -> str:
        """Whose seat it is and who says so."""
        doubt = ", which is disputed" if self.disputed else ""
        return f"seat of {self.firm} in the table of firms{doubt}: {self.source}"


def seat(name: str, case: Case, day: date | None = None) -> Seat | None:
    """Where a firm sits on a day, or last, that the tables know by name; None where they do not (`seats_of`)."""
    found = [s for s in seats_of(name, case) if day is None or s.holds(day)]
    return found[-1] if found else None


@lru_cache(maxsize=400_000)
def seats_of(name: str, case: Case) -> tuple[Seat, ...]:
    """Where a firm sits, one seat after the other, that the tables know by name; none where they do not.

    A name with a known firm's telling words and no other gives its parent's seat. One that only begins as a known firm's
    gives it where that is in the strict group alone: a likeness of names may ask for a licence, and never spares one. Where what
    follows says only a place, or what many firms share, it is a branch of that firm and no likeness.
    Of a listed firm's likes a person is to look at the name, and until then the seat says nothing. A reason that clears it says
    that a party is not the listed one: it takes away a likeness, and no seat that is told by all telling words.
    """
    held, told, said = _known(case), telling(name), words(name)
    if found := held.by_key.get(key(name)):
        return found
    same = held.by_telling.get("".join(told), ())
    if not same and said and said[0] in held.begin:
        for start, rest in _starts(said, held.begin):
            is_branch = held.branches.issuperset(rest)
            stricter = (s for s in held.by_key.get(start, ()) if s.parent in strict(case))
            same = tuple(s._replace(begins=not is_branch) for s in stricter if is_branch or len(key(s.firm)) >= FEWEST)
            if same:
                break
    return tuple(s._replace(headquarters=None) for s in same)


def _starts(said: Sequence[str], begin: Container[str]) -> list[tuple[str, Sequence[str]]]:
    """How a name begins, in whole words but not in all of them, the longest first, of those beginnings that `begin` holds; each
    with the words that are left.
    """
    found, start = [], ""
    for i, word in enumerate(said[:-1], 1):
        start += word
        if start not in begin:
            break
        found.append((start, said[i:]))
    return found[::-1]


class _Known(NamedTuple):
    by_key: dict[str, tuple[Seat, ...]]
    by_telling: dict[str, tuple[Seat, ...]]
    begin: frozenset[str]  # how the keys begin
    branches: frozenset[str]  # words that tell only which branch of a firm it is: places, and what many firms share


@cache
def _known(case: Case) -> _Known:
    """Firms of `entities`, then parties at the strictest of their addresses, the firm of their group being their parent."""
    by_key: dict[str, tuple[Seat, ...]] = {}
    for n, hq, parent, source, listed, first, last, disputed in _rows("entities", COLUMNS, case):
        found = Seat(hq, parent, n, source or "", listed, first, last, bool(disputed))
        by_key[key(n)] = (*by_key.get(key(n), ()), found)
    places = _rows("parties", ("name", "country", "group"), case)
    for row, (name, country, group) in zip(index(case).rows, places, strict=False):
        assert row.name == name
        owner = next((by_key[key(n)] for n in (*row.names, group or "") if key(n) in by_key), ())
        place = _strictest(country, case)
        own = Seat(place, place, name, row.source, _first(row))
        told = tuple(own._replace(parent=o.parent, first=o.first, last=o.last, disputed=o.disputed) for o in owner)
        for n in row.names if place else ():
            by_key.setdefault(key(n), told or (own,))
    by_telling: dict[str, tuple[Seat, ...]] = {}
    for seats in by_key.values():
        short = "".join(telling(seats[0].firm))
        if len(short) >= FEWEST or short == key(seats[0].firm):
            by_telling.setdefault(short, seats)
    places_named = frozenset(word for name in country_codes(case) for word in words(name))
    return _Known(by_key, by_telling, beginnings(by_key), places_named | branch_words())


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
    known = [(name, found) for name in names if name for found in seats_of(name, case)]
    if not known:
        return
    parents, gone = _told(role, [(name, found, found.parent) for name, found in known]), []
    for name, found in ((name, found) for name, found in known if not found.headquarters):
        by = [text for text in cleared if reason_of(name, text)]
        is_cleared = pl.col("cleared").is_in(by).fill_null(False) if by else pl.lit(False)
        to_look_at = pl.col("date") >= found.listed if found.listed else pl.lit(False)
        gone.append((pl.col(role) == name) & pl.when(is_cleared).then(found.begins).otherwise(to_look_at))
    yield (pl.when(~pl.any_horizontal(gone).fill_null(False)).then(parents) if gone else parents).alias(f"_seat_{role}")
    if role in ITSELF:
        yield _told(role, [(name, found, found.headquarters) for name, found in known]).alias(f"_hq_{role}")


def _told(role: str, seats: Sequence[tuple[str, Seat, str | None]]) -> pl.Expr:
    """The place that is told by each name, where its seat holds on the day."""
    always = {name: place for name, found, place in seats if not (found.first or found.last)}
    by_name = (pl.Series([*always], dtype=pl.String), pl.Series([*always.values()], dtype=pl.String))
    dated = [
        pl.when((pl.col(role) == name) & _holds(found)).then(pl.lit(place, pl.String))
        for name, found, place in seats
        if found.first or found.last
    ]
    return pl.coalesce(*dated, pl.col(role).replace_strict(*by_name, default=None))


def _holds(found: Seat) -> pl.Expr:
    return pl.col("date").is_between(found.first or date.min, found.last or date.max)


def assumed_seat(given: Fields, field: str, case: Case) -> Seat | None:
    """The seat that stands for a field which nobody gave, None where no named party tells it."""
    found = (_counted(role, given, case) for role in TOLD_BY.get(field, ()))
    return next((s for s in found if s and (field in OF_PARENTS or s.headquarters)), None)


def asked(given: Fields, case: Case) -> tuple[str, ...]:
    """Fields of the parties' seats, but for the exporter's, that the names given do not settle: the tables hold no seat
    under the very name of the party whose it is. A party beside the consignee that nobody named, or that is the consignee, has none
    of its own.
    """
    named = {
        field: [role for role in roles if given.get(role) and not is_consignee(role, given)]
        for field, roles in TOLD_BY.items()
    }
    own = {
        field: roles for field, roles in named.items() if field != "exporter_hq" and (roles or field not in OF_OTHERS)
    }
    return tuple(field for field, roles in own.items() if not (roles and _settled(roles[0], given, case)))


def is_consignee(role: str, given: Fields) -> bool:
    """Whether the party beside the consignee is the consignee itself, by its very name: its seats are those of that one."""
    return role in BESIDE and given.get(role) == given.get("consignee")


def _settled(role: str, given: Fields, case: Case) -> bool:
    """Whether the tables hold, under its very name, a seat of a party that nobody disputes."""
    found = _counted(role, given, case)
    return found is not None and found.headquarters is not None and not found.disputed


def _counted(role: str, given: Fields, case: Case) -> Seat | None:
    """The known seat of the party in a role, None where it is not known or is known by a likeness that does not count."""
    name = text_of(given, role)
    found = seat(name, case, day_of(given)) if name else None
    if found is None or found.headquarters:
        return found
    if reason_of(name, text_of(given, "cleared")):
        return None if found.begins else found
    return None if found.listed is not None and found.listed <= day_of(given) else found


def seat_contradictions(given: Fields, case: Case) -> Iterator[str]:
    """A sentence on each seat that was given and that the tables hold to be another."""
    for field in TOLD_BY:
        known = assumed_seat(given, field, case)
        place = known and (known.parent if field in OF_PARENTS else known.headquarters)
        if known and place and field in given and given[field] != place:
            role = vocabulary(case).fields[field].says.split(" [")[0].capitalize()
            yield f"{role} given as {given[field]}, but {place} is the {known.says}; look at which is right."


def name_contradictions(given: Fields, case: Case) -> Iterator[str]:
    """A sentence on each party whose own name says a place or a firm of the strict group and whose seat was given as one outside it,
    once a word; none where a reason says the word.
    """
    told: set[str] = set()
    for field in (field for field in TOLD_BY if given.get(field) and given[field] not in strict(case)):
        for role in (role for role in TOLD_BY[field] if role not in told and given.get(role)):
            told.add(role)
            for word in places_said(text_of(given, role), case):
                if word not in said_of(reason_of(text_of(given, role), text_of(given, "cleared")), case):
                    party, what = role.replace("_", " "), vocabulary(case).fields[field].says.split(" [")[0]
                    yield f"The name of the {party} says {word.title()}, and {what} is given as {given[field]}: look at which is right (a reason that clears the name says {word.title()})."


def places_said(name: str, case: Case) -> tuple[str, ...]:
    """Words of a party's name that mean a place of the strict group, or a firm of it; none of a name that a table knows."""
    if not name or key(name) in _known(case).by_key:
        return ()
    return said_of(name, case)


def said_of(text: str, case: Case) -> tuple[str, ...]:
    """Words of a text that mean a place of the strict group, or tell a firm that is listed or of it."""
    if not text:
        return ()
    places = [s.text for s in signs_of([text], case).get(text, ()) if s.place in strict(case)]
    return (*places, *dict.fromkeys(found for word in all_words(text) if (found := stem(word, case))))
