"""The map of the case: tiers by the rule, and what regions hold; countries of a block share its figure."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from premortem import case, facts
from premortem.case import Measure, Panel, Place, Simulated
from premortem.cases.us_ai_2025.world.policy_levers import UNCAPPED, days
from premortem.law.fields.places import atlas
from premortem.text.numbers import number

TITLE = "Where the chips may go and where they go"
SOURCE = "Tiers come from the rule, not from the map."
FIRST, USUAL, PLACE = "2025Q1", "2026Q4", "ARE"
SERIES = ("stock_us", "stock_cn", "unmet")
MEASURES = {
    "tier": Measure("Tier of the framework", classes=("Tier 1", "Tier 2", "Tier 3")),
    "stock": Measure("AI chips installed, a country", "million H100e"),
    "unmet": Measure("Demand that caps leave unmet, a country", "million H100e a quarter"),
    "cap": Measure("US-aligned stock over the country allocation opened so far", "share"),
    "chinese": Measure("Chinese share of the stock", "share"),
}
ABSENT = "The model does not simulate {name}; the rulebook decides shipments to it all the same, under Rules."
ASKED = ("May 1,000 H100 go to {name}?", {"item": "H100 SXM", "quantity": "1000", "date": "2025-06-01"})
# From this day on the framework would have placed every country.
PLACED = date(2025, 6, 1)


@cache
def members() -> dict[str, tuple[str, str, int]]:
    """Country to its region of the model: id, name, and number in the order of the regions."""
    rows = enumerate(facts.read("regions", case.default()).to_dicts())
    return {code: (r["id"], r["name"], i) for i, r in rows for code in r["countries"].split(";")}


def regions() -> Mapping[str, str]:
    """Name of the region that each country is part of."""
    return {code: name for code, (_, name, _) in members().items()}


def values(measure: str, seen: Simulated, places: Sequence[str]) -> Mapping[str, Sequence[float | None]]:
    """A measure by country and step: a tier, or the figure of its region."""
    if measure == "tier":
        return _tiers(seen.book, places)
    found = _by_region(measure, seen)
    return {code: [_plain(x) for x in found[:, i]] for code, (_, _, i) in members().items()}


def _tiers(book: Any, places: Sequence[str]) -> dict[str, list[float | None]]:
    """Tier of each country by quarter, by the list and the policy's moves, whether or not the framework is in force."""
    held = atlas(book.case, book.moves)
    by = {(r["iso3"], r["period"]): r["tier"] for r in held.table.to_dicts()}
    periods = [held.period(day) for day in days()]
    return {code: [by.get((code, i)) for i in periods] for code in places}


def _by_region(measure: str, seen: Simulated) -> Any:
    """The measure by quarter and region, NaN where there is nothing to show; an amount of a block is parted evenly."""
    found = {name: cuts[1] for name, cuts in seen.quantiles.items()}
    many = facts.read("regions", case.default())["n_countries"].to_numpy()[None].astype(float)
    if measure == "stock":
        return (found["stock_us"] + found["stock_cn"]) / many
    if measure == "unmet":
        return found["unmet"] / many
    if measure == "chinese":
        return found["stock_cn"] / np.maximum(found["stock_us"] + found["stock_cn"], 1e-9)
    cap = seen.levers.allocation_mh.astype(float)
    return np.where((cap < float(UNCAPPED)) & (cap > 0), found["stock_us"] / np.maximum(cap, 1e-9), np.nan)


def _plain(x: float) -> float | None:
    return None if np.isnan(x) else round(float(x), 6)


def country(code: str, name: str, seen: Simulated, on: date) -> Place:
    """One country: tier, region, and its region's stock with bands, allocation and unmet demand through time."""
    tier = seen.book.tier(code, max(on, PLACED)) if name else None
    if code not in members():
        return Place(code, name or code, more={"tier": tier})
    _, region, i = members()[code]
    cuts = dict(zip(("p5", "p50", "p95"), seen.quantiles["stock_us"][:, :, i], strict=True))
    middle = {name: q[1] for name, q in seen.quantiles.items()}
    cap, clock = seen.levers.allocation_mh[:, i], seen.book.case.clock
    rows = tuple(
        {
            "quarter": q, "year": clock.middle(q), **{k: float(c[j]) for k, c in cuts.items()},
            "cap": float(cap[j]) if 0 < cap[j] < UNCAPPED else None, "unmet": float(middle["unmet"][j, i]), "chinese": float(middle["stock_cn"][j, i]),
        }
        for j, q in enumerate(seen.steps) if q >= FIRST
    )  # fmt: skip
    alone = sum(r == region for _, r, _ in members().values()) == 1
    return Place(code, name or code, region, rows, alone, {"tier": tier})


def heading(found: Place) -> str:
    """Its tier."""
    return f"Tier {found.more['tier']}" if found.more["tier"] else "no tier"


def panel(found: Place) -> Panel:
    """Stock of US-aligned chips with its band, beside the allocation."""
    whose = found.name if found.alone else f"{found.region} (the block that {found.name} is part of)"
    last = found.rows[-1]
    return Panel(
        _cap_and_when(found, whose), f"Stock of US-aligned chips in {whose} by quarter: median {last['p50']:.2g} million H100e at the end of 2032",
        "premortem; band 5 to 95% of futures, line the median; orange, where there is one: the country allocations opened so far", "million H100e", found.rows,
        {"quarter": "Quarter", "p5": "5%", "p50": "median [million H100e]", "p95": "95%", "cap": "allocation [million H100e]",
         "unmet": "unmet [million H100e a quarter]", "chinese": "Chinese stock [million H100e]"},
    )  # fmt: skip


def _cap_and_when(found: Place, whose: str) -> str:
    """What a country may take in under its first allocation, and when the median future has it."""
    capped = [row for row in found.rows if row["cap"]]
    if not capped:
        return f"US-aligned chips in {whose}: no country allocation limits them"
    cap = capped[0]["cap"]
    passed = next((row["quarter"] for row in capped if row["p50"] >= row["cap"]), None)
    last = next((a["quarter"] for a, b in pairwise(capped) if b["cap"] > cap), capped[-1]["quarter"])
    when = f"has more than was allowed from {passed} on" if passed else "never has as much"
    allowed = number(1e6 * cap)
    return f"{whose} may take in {allowed} H100s by {last} under its allocation; in the median future it {when}"
