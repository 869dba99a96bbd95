"""Tiers and country groups as of a day: memberships move, and a policy may move tiers."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

import polars as pl

from premortem import facts
from premortem.errors import BadInput, nearest

GROUPS = ("in_A5", "in_A6", "in_D1", "in_D4", "in_D5", "in_supp4_742")
DAY_ONE = date(1900, 1, 1)
TIER_3, MACAU = 3, "MAC"


class TierChange(NamedTuple):
    """A policy's move of places to another tier from a day on."""

    countries: tuple[str, ...]
    tier: int
    start: date


@cache
def known() -> dict[str, str]:
    """Every accepted spelling of a country (alpha-3, alpha-2, name, lower case) to its alpha-3 code."""
    names: dict[str, str] = {}
    for row in [*facts.read("countries").to_dicts(), *facts.read("iso_numeric").to_dicts()]:
        for key in ("iso3", "iso2", "name"):
            if row[key]:
                names[str(row[key]).lower()] = row["iso3"]
    return names | {"uae": "ARE", "uk": "GBR", "us": "USA", "usa": "USA", "south korea": "KOR", "taiwan": "TWN"}


def iso3(text: str, key: str) -> str:
    """Alpha-3 code of a country given by code or name. Raises `BadInput` with the nearest name."""
    found = known().get(text.strip().lower())
    if found is None:
        raise BadInput(
            "transaction",
            key,
            f"no such country: {text}",
            got=text,
            allowed="ISO 3166 code or name",
            hint=_near(text),
        )
    return found


def _near(text: str) -> str:
    """The nearest country by name, spelt as its table has it."""
    names = {str(row["name"]).lower(): row for row in facts.read("countries").to_dicts()}
    close = nearest(text.lower(), list(names)).removeprefix("did you mean ").removesuffix("?")
    return f"did you mean {names[close]['name']} ({names[close]['iso3']})?" if close else ""


class Atlas(NamedTuple):
    """Memberships of every place between days on which something moves."""

    breaks: tuple[date, ...]  # first days of the periods, the first `DAY_ONE`
    table: pl.DataFrame  # iso3, period, tier, d5, d1, d1_d4, a5_a6, a5, supp4

    def period(self, day: date) -> int:
        """Number of the period that a day lies in."""
        return sum(start <= day for start in self.breaks) - 1


@cache
def atlas(moves: tuple[TierChange, ...] = ()) -> Atlas:
    """Memberships by period, with a policy's moves of tiers."""
    changes = facts.read("country_changes").filter(pl.col("field").is_in(GROUPS)).to_dicts()
    days = {c["from_date"] for c in changes} | {c["to_date"] + timedelta(1) for c in changes if c["to_date"]}
    breaks = (DAY_ONE, *sorted((days - {None}) | {move.start for move in moves}))
    base = facts.read("countries").select("iso3", "diffusion_tier", *GROUPS).to_dicts()
    rows = [_as_of(dict(row), i, start, changes, moves) for row in base for i, start in enumerate(breaks)]
    return Atlas(breaks, pl.DataFrame(rows))


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
