"""Tiers and country groups as of a day: memberships move, and a policy may move tiers."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import polars as pl
from rapidfuzz.distance import Levenshtein

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, raise_all
from premortem.facts.tables import Row
from premortem.law.fields.items import ASK, aliases, choices
from premortem.law.fields.transfers import Places, Tiers, transfers
from premortem.text.numbers import strip_accents

DAY_ONE = date(1900, 1, 1)
# Kind of the rows of `aliases` that say of which country a place is a part.
PART = "country: part"
# How the kind of a row begins that is a name in another language than English.
IN_LANGUAGE = "country: name in "
# Words up to this length say too little for a hint, and more countries than this are no hint.
SHORT, MOST_HINTS = 3, 4
# Words of many places' names, which tell of none.
SHARED = frozenset(
    {
        "north", "northern", "south", "southern", "east", "eastern", "west", "western", "central", "republic", "democratic",
        "peoples", "islands", "island", "states", "territory", "territories", "federal", "federation", "kingdom", "saint",
    }
)  # fmt: skip


class TierChange(NamedTuple):
    """A policy's move of places to another tier from a day on."""

    countries: tuple[str, ...]
    tier: int
    start: date


@cache
def country_codes(case: Case) -> dict[str, str]:
    """Every spelling of a country (alpha-3, alpha-2, names), folded, to its alpha-3 code; none where a case has no table of
    places: any text may then be one.
    """
    tables = [facts.read(name, case).to_dicts() for name in ("countries", "iso_numeric") if facts.held(name, case)]
    return read_spellings([row for rows in tables for row in rows], aliases("country", case)) if tables else {}


def read_spellings(places: Sequence[Row], rows: Sequence[Row]) -> dict[str, str]:
    """Spellings, folded, from rows of countries and of aliases. Raises `BadInput` for an alias of no country."""
    names = {fold_country(str(row[key])): row["iso3"] for row in places for key in ("iso3", "iso2", "name") if row[key]}
    codes = {row["iso3"] for row in places}
    told = [row for row in rows if not row["target"].startswith(ASK)]
    raise_all(
        [
            BadInput(
                "aliases.csv", row["alias"], f"points at nothing: {row['target']}", allowed="a code of countries.csv"
            )
            for row in told
            if row["target"] not in codes
        ]
    )
    asks = {fold_country(row["alias"]) for row in rows if row["target"].startswith(ASK)}
    means = {fold_country(row["alias"]): row["target"] for row in told} | names
    whole = {row["alias"]: row["target"] for row in told if row.get("kind") == PART}
    return {name: whole.get(code, code) for name, code in means.items() if name not in asks}


def fold_country(text: str) -> str:
    """A country's spelling without capitals, accents, punctuation and the article before it.

    >>> fold_country("the U.A.E") == fold_country("uae")
    True
    """
    return " ".join(re.findall(r"\w+", re.sub(r"[.'’]", "", strip_accents(text)))).removeprefix("the ")


def iso3(text: str, key: str, case: Case, what: str = "transaction") -> str:
    """Alpha-3 code of a country given by code or name; the text itself where it could mean several, or where the case has no
    table of places. Raises `BadInput`, told of `what` is asked.
    """
    code = found(text, case)
    if code is None and country_codes(case) and could_be(text, case) is None:
        raise BadInput(
            what,
            key,
            f"no such country: {text}",
            got=text,
            allowed="ISO 3166 code or name",
            hint=_near(text, case),
        )
    return code or text


def found(text: str, case: Case) -> str | None:
    """The code of the one place that a spelling means: by itself, or in each of its parts (`SG - Singapore`, `Singapore (SG)`)."""
    places = country_codes(case)
    if code := places.get(fold_country(text)):
        return code
    parts = [fold_country(part) for part in re.split(r"\s[-–/|]\s|[/(),:]", text)]
    means = {places.get(part) for part in parts if part}
    return means.pop() if len(means) == 1 and len(parts) > 1 and could_be(text, case) is None else None


@cache
def names(case: Case) -> dict[str, str]:
    """The places of a case by code, each with its name."""
    return dict(facts.read("countries", case).select("iso3", "name").rows()) if facts.held("countries", case) else {}


@cache
def _asks(case: Case) -> dict[str, tuple[str, ...]]:
    asking = (row for row in aliases("country", case) if row["target"].startswith(ASK))
    return {fold_country(row["alias"]): choices(row["target"]) for row in asking}


def could_be(text: str, case: Case) -> tuple[str, ...] | None:
    """What a spelling could mean, where it could mean several places; None where it does not ask."""
    return _asks(case).get(fold_country(text))


def _near(text: str, case: Case) -> str:
    """Where the town that a text begins with lies; else countries of which it holds a whole word, or the one from which it is a
    letter away, as a question.

    Nearness of letters alone would send one place to another, so that one must be near and no other, and begin alike.
    """
    told = fold_country(text)
    if lies_in := next(
        (p for town, p in transfers(case).unread.towns.items() if f"{told} ".startswith(f"{town} ")), ""
    ):
        return _of_town(text.split(",")[0].strip(), lies_in, case)
    long = {word for word in told.split() if len(word) > SHORT} - SHARED
    holding = [[c for c, name in names(case).items() if word in fold_country(name).split()] for word in long]
    close = min(filter(None, holding), key=len, default=[])  # by the word that fewest share: Iran, not Republic
    if not close and len(told) > SHORT:
        spellings = {name: code for name, code in country_codes(case).items() if name not in _elsewhere(case)}
        far = {name: Levenshtein.distance(told, name, score_cutoff=2) for name in spellings if len(name) > SHORT}
        about = {spellings[name] for name, letters in far.items() if letters <= 2}
        close = [*about] if len(about) == 1 and 1 in far.values() else []
        close = [code for code in close if fold_country(names(case).get(code, code))[0] == told[0]]
    said = " or ".join(f"{names(case).get(code, code)} ({code})" for code in close)
    return f"did you mean {said}?" if 0 < len(close) <= MOST_HINTS else ""


@cache
def _elsewhere(case: Case) -> frozenset[str]:
    """Spellings in other languages: so many that a slip of the pen is near one by chance."""
    rows = aliases("country", case)
    return frozenset(fold_country(row["alias"]) for row in rows if (row.get("kind") or "").startswith(IN_LANGUAGE))


def _of_town(town: str, place: str, case: Case) -> str:
    """Where a town lies, and how that is given."""
    country = transfers(case).unread.regions.get(place)
    if not country:
        return f"{town} lies in {names(case).get(place, place)}: give {place}"
    return f"{town} lies in an occupied region of {names(case).get(country, country)}: give {country}, and {transfers(case).unread.region_field}={place}"


class Atlas(NamedTuple):
    """Memberships of every place between days on which something moves."""

    breaks: tuple[date, ...]  # first days of the periods, the first `DAY_ONE`
    table: pl.DataFrame  # iso3, period, tier, and a flag for each group of the case

    def period(self, day: date) -> int:
        """Number of the period that a day lies in."""
        return sum(start <= day for start in self.breaks) - 1


@cache
def atlas(case: Case, moves: tuple[TierChange, ...] = (), doubting: bool = False) -> Atlas:
    """Memberships by period, with a policy's moves of tiers; `doubting` reads each move that nobody confirmed as if it had
    not been. No rows where the case has no table of places.
    """
    told = transfers(case).places
    changes = [change | {"value": _value(change, doubting)} for change in _changes(case)]
    days = {c["from_date"] for c in changes} | {c["to_date"] + timedelta(1) for c in changes if c["to_date"]}
    breaks = (DAY_ONE, *sorted((days - {None}) | {move.start for move in moves}))
    if not facts.held("countries", case):
        types = {"iso3": pl.String, "period": pl.Int64, "tier": pl.Int64}
        return Atlas(breaks, pl.DataFrame(schema=types | dict.fromkeys(told.groups, pl.Boolean)))
    columns = [c for c in (told.tiers.column, *told.columns) if c]
    base = facts.read("countries", case).select("iso3", *columns).to_dicts()
    rows = [_as_of(dict(row), i, start, changes, moves, told) for row in base for i, start in enumerate(breaks)]
    return Atlas(breaks, pl.DataFrame(rows))


@cache
def _changes(case: Case) -> list[Row]:
    """Moves of places between groups; one that came after the day by which the case knows them as if it had not been."""
    if not facts.held("country_changes", case):
        return []
    table = facts.read("country_changes", case)
    changes = table.filter(pl.col("field").is_in(transfers(case).places.columns)).to_dicts()
    return [_as_known(change, case.known_by) for change in changes] if case.known_by else changes


def _as_known(change: Row, day: date) -> Row:
    begins, ends = change["from_date"], change["to_date"]
    if begins and begins > day:
        return change | {"from_date": None, "to_date": None, "value": 1 - change["value"], "verified": "yes"}
    return change | {"to_date": None} if ends and ends >= day else change


def last_move(case: Case) -> date | None:
    """The first day on which no place moves any more between groups; None where none ever moved."""
    changes = _changes(case)
    began, ended = ({c[key] for c in changes} - {None} for key in ("from_date", "to_date"))
    return max([*began, *(day + timedelta(1) for day in ended)], default=None)


def unconfirmed_places(day: date, case: Case, moves: tuple[TierChange, ...] = ()) -> frozenset[str]:
    """Places whose groups on a day hang on a move that nobody confirmed."""
    period = atlas(case, moves).period(day)
    return frozenset(place for place, of in _hanging(case, moves) if of == period)


@cache
def _hanging(case: Case, moves: tuple[TierChange, ...]) -> tuple[tuple[str, int], ...]:
    """Places and periods in which an unconfirmed move, read the other way, changes what a clause may ask of the place."""
    sure, doubted = atlas(case, moves).table, atlas(case, moves, doubting=True).table
    return tuple(sure.join(doubted, on=sure.columns, how="anti").select("iso3", "period").rows())


def _value(change: Row, doubting: bool) -> int:
    """Whether a place is in a group while a move stands, 1 or 0."""
    value = int(change["value"])
    return 1 - value if doubting and change["verified"] != "yes" else value


def _as_of(
    row: Row,
    period: int,
    day: date,
    changes: Sequence[Row],
    moves: Sequence[TierChange],
    told: Places,
) -> Row:
    """A place in a period: its tier, and whether it is in each group."""
    for change in changes:
        if change["iso3"] == row["iso3"]:
            begins, ends = change["from_date"] or DAY_ONE, change["to_date"] or date.max
            row[change["field"]] = change["value"] if begins <= day <= ends else 1 - change["value"]
    groups = {
        name: row["iso3"] in group.places or any(row[column] for column in group.columns)
        for name, group in told.groups.items()
    }
    return {"iso3": row["iso3"], "period": period, "tier": _tier(row, groups, day, moves, told.tiers), **groups}


def _tier(row: Row, groups: Mapping[str, bool], day: date, moves: Sequence[TierChange], told: Tiers) -> int | None:
    """A place's tier: the last for the strict group alone; None where the case has no tiers."""
    if not told.column:
        return None
    if groups.get(told.strict):
        return told.values[-1]
    tier = int(row[told.column])
    tier = told.otherwise if tier == told.values[-1] and told.strict else tier
    for move in moves:
        if row["iso3"] in move.countries and day >= move.start:
            tier = move.tier
    return tier


@cache
def strict(case: Case) -> frozenset[str]:
    """Places that are, or were, in the group of the strictest tier."""
    group = transfers(case).places.tiers.strict
    return frozenset(atlas(case).table.filter(pl.col(group))["iso3"]) if group else frozenset()
