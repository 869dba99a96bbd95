"""Tiers and country groups as of a day: memberships move, and a policy may move tiers."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

import polars as pl
from rapidfuzz.distance import Levenshtein

from premortem import facts
from premortem.errors import BadInput, raise_all
from premortem.law.items import ASK, aliases, choices
from premortem.text.numbers import unaccented

GROUPS = ("in_A5", "in_A6", "in_D1", "in_D4", "in_D5", "in_supp4_742")
DAY_ONE = date(1900, 1, 1)
TIER_3, MACAU = 3, "MAC"
# Kind of the rows of `aliases` that say of which country a place is a part.
PART = "country: part"
# Words up to this length say too little for a hint, and more countries than this are no hint.
SHORT, MOST_HINTS = 3, 4
# Words of many places' names, which tell of none.
SHARED = frozenset(
    "north northern south southern east eastern west western central republic democratic peoples islands island states "
    "territory territories federal federation kingdom saint".split()
)


class TierChange(NamedTuple):
    """A policy's move of places to another tier from a day on."""

    countries: tuple[str, ...]
    tier: int
    start: date


@cache
def known() -> dict[str, str]:
    """Every spelling of a country (alpha-3, alpha-2, names), folded, to its alpha-3 code; of a place that the law counts as
    part of another, to that one's.
    """
    return spelt([*facts.read("countries").to_dicts(), *facts.read("iso_numeric").to_dicts()], aliases("country"))


def spelt(places: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Spellings, folded, from rows of countries and of aliases. Raises `BadInput` for an alias of no country."""
    names = {folded(str(row[key])): row["iso3"] for row in places for key in ("iso3", "iso2", "name") if row[key]}
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
    asks = {folded(row["alias"]) for row in rows if row["target"].startswith(ASK)}
    means = {folded(row["alias"]): row["target"] for row in told} | names
    whole = {row["alias"]: row["target"] for row in told if row["kind"] == PART}
    return {name: whole.get(code, code) for name, code in means.items() if name not in asks}


def folded(text: str) -> str:
    """A country's spelling without capitals, accents and punctuation.

    >>> folded("U.A.E") == folded("uae")
    True
    """
    return " ".join(re.findall(r"\w+", re.sub(r"[.'’]", "", unaccented(text))))


def iso3(text: str, key: str) -> str:
    """Alpha-3 code of a country given by code or name; the text itself where it could mean several. Raises `BadInput`."""
    found = known().get(folded(text))
    if found is None and could_be(text) is None:
        raise BadInput(
            "transaction",
            key,
            f"no such country: {text}",
            got=text,
            allowed="ISO 3166 code or name",
            hint=_near(text),
        )
    return found or text


@cache
def _asks() -> dict[str, tuple[str, ...]]:
    return {folded(row["alias"]): choices(row["target"]) for row in aliases("country") if row["target"].startswith(ASK)}


def could_be(text: str) -> tuple[str, ...] | None:
    """What a spelling could mean, where it could mean several places; None where it does not ask."""
    return _asks().get(folded(text))


def _near(text: str) -> str:
    """Countries of which the text holds a whole word, or the one from which it is a letter away, as a question.

    Nearness of letters alone would send Saudi to Sudan, so that one must be near and no other.
    """
    told = folded(text)
    long = {word for word in told.split() if len(word) > SHORT} - SHARED
    names = {row["iso3"]: str(row["name"]) for row in facts.read("countries").to_dicts()}
    holding = [[c for c, name in names.items() if word in folded(name).split()] for word in long]
    close = min(filter(None, holding), key=len, default=[])  # by the word that fewest share: Iran, not Republic
    if not close and len(told) > SHORT:
        far = {name: Levenshtein.distance(told, name, score_cutoff=2) for name in known() if len(name) > SHORT}
        about = {known()[name] for name, letters in far.items() if letters <= 2}
        close = [*about] if len(about) == 1 and 1 in far.values() else []
    said = " or ".join(f"{names.get(code, code)} ({code})" for code in close)
    return f"did you mean {said}?" if 0 < len(close) <= MOST_HINTS else ""


class Atlas(NamedTuple):
    """Memberships of every place between days on which something moves."""

    breaks: tuple[date, ...]  # first days of the periods, the first `DAY_ONE`
    table: pl.DataFrame  # iso3, period, tier, d5, d1, d1_d4, a5_a6, a5, supp4

    def period(self, day: date) -> int:
        """Number of the period that a day lies in."""
        return sum(start <= day for start in self.breaks) - 1


@cache
def atlas(moves: tuple[TierChange, ...] = (), doubting: bool = False) -> Atlas:
    """Memberships by period, with a policy's moves of tiers; `doubting` reads each move that nobody confirmed as if it had
    not been.
    """
    changes = [change | {"value": _value(change, doubting)} for change in _changes()]
    days = {c["from_date"] for c in changes} | {c["to_date"] + timedelta(1) for c in changes if c["to_date"]}
    breaks = (DAY_ONE, *sorted((days - {None}) | {move.start for move in moves}))
    base = facts.read("countries").select("iso3", "diffusion_tier", *GROUPS).to_dicts()
    rows = [_as_of(dict(row), i, start, changes, moves) for row in base for i, start in enumerate(breaks)]
    return Atlas(breaks, pl.DataFrame(rows))


@cache
def _changes() -> list[dict[str, Any]]:
    """Moves of places between groups."""
    return facts.read("country_changes").filter(pl.col("field").is_in(GROUPS)).to_dicts()


def unconfirmed(day: date, moves: tuple[TierChange, ...] = ()) -> frozenset[str]:
    """Places whose groups on a day hang on a move that nobody confirmed."""
    period = atlas(moves).period(day)
    return frozenset(place for place, of in _hanging(moves) if of == period)


@cache
def _hanging(moves: tuple[TierChange, ...]) -> tuple[tuple[str, int], ...]:
    """Places and periods in which an unconfirmed move, read the other way, changes what a clause may ask of the place."""
    sure, doubted = atlas(moves).table, atlas(moves, doubting=True).table
    return tuple(sure.join(doubted, on=sure.columns, how="anti").select("iso3", "period").rows())


def _value(change: Mapping[str, Any], doubting: bool) -> int:
    """Whether a place is in a group while a move stands, 1 or 0."""
    value = int(change["value"])
    return 1 - value if doubting and change["verified"] != "yes" else value


def _as_of(
    row: dict[str, int | str], period: int, day: date, changes: Sequence[dict[str, object]], moves: Sequence[TierChange]
) -> dict[str, object]:
    for change in changes:
        if change["iso3"] == row["iso3"]:
            begins, ends = change["from_date"] or DAY_ONE, change["to_date"] or date.max
            value = int(str(change["value"]))
            row[str(change["field"])] = value if begins <= day <= ends else 1 - value  # type: ignore[operator]
    d5 = bool(row["in_D5"]) or row["iso3"] == MACAU or row["iso3"] == "HKG"
    tier = int(row["diffusion_tier"])
    tier = TIER_3 if d5 else 2 if tier == TIER_3 else tier
    for move in moves:
        if row["iso3"] in move.countries and day >= move.start and not d5:
            tier = move.tier
    return {
        "iso3": row["iso3"],
        "period": period,
        "tier": tier,
        "d5": d5,
        "d1": bool(row["in_D1"]),
        "d1_d4": bool(row["in_D1"] or row["in_D4"]),
        "a5_a6": bool(row["in_A5"] or row["in_A6"]),
        "a5": bool(row["in_A5"]),
        "supp4": bool(row["in_supp4_742"]),
    }
