"""Where chips may go and where they go: a map by quarter, and one country's region through time."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from premortem import facts
from premortem.app import chart_specs
from premortem.app.pages import AtDesk, View, holds, render, wait_for
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.app.view_state import State
from premortem.cases.us_ai_2025.world.policy_levers import UNCAPPED, days
from premortem.charts import worldmap
from premortem.errors import BadInput
from premortem.law.places import atlas, iso3
from premortem.text.numbers import counted

router = APIRouter(dependencies=[Depends(holds("regions", "holds no table of regions, so there is no map of it"))])
# What the map can show: title, unit, and whether it is a share.
MEASURES: dict[str, tuple[str, str]] = {
    "tier": ("Tier of the framework", ""),
    "stock": ("AI chips installed, a country", "MH"),
    "unmet": ("Demand that caps leave unmet, a country", "MH a quarter"),
    "cap": ("US-aligned stock over the country allocation opened so far", "share"),
    "chinese": ("Chinese share of the stock", "share"),
}
FIRST = "2025Q1"
# The quarter that is shown unless the address says another.
USUAL = "2026Q4"


@router.get("/world", response_class=HTMLResponse, include_in_schema=False)
def page(
    request: Request, desk: AtDesk, view: View, measure: str = "tier", place: str = "ARE", quarter: str = USUAL
) -> HTMLResponse:
    """The map with its time control, the list of countries, and one of them."""
    if measure not in MEASURES:
        raise BadInput("address", "measure", "no such measure", got=measure[:20], allowed=", ".join(MEASURES))
    labels = [q for q in desk.study.steps if q >= FIRST]
    if early := wait_for(
        request,
        "Where the chips may go and where they go",
        "Simulating every region; this takes some seconds the first time.",
        there=desk.live.knows_regions(view),
    ):
        return early
    quarter = quarter if quarter in labels else USUAL
    code = iso3(place, "place", desk.study.case)
    found = mapped(desk, view, measure)
    rows = rows_at(found, quarter)
    title, unit = MEASURES[measure]
    chart = chart_specs.Chart(
        "map", f"{title}, {quarter}", f"Map of {title.lower()} in {quarter}; the table holds every country",
        f"{worldmap.BORDERS} Tiers come from the rule, not from the map. premortem, medians of {counted(view.n, 'future')}; countries of a block share its figure",
        chart_specs.world(measure, unit, found["top"]), rows, {"name": "Country", "region": "Region of the model", "said": title},
    )  # fmt: skip
    one = country(desk, view, code)
    return render(
        request, "world.html", usual=USUAL,
        panel=country_chart(one) if one["rows"] else None, chart=chart, measures=MEASURES, measure=measure, quarter=quarter, quarters=labels, rows=rows, found=found,
        country=one, place=code,
    )  # fmt: skip


@router.get("/api/world")
def api(desk: AtDesk, view: View, measure: str = "tier") -> Answer:
    """A measure by quarter and country: medians over the view's futures, null where the model has nothing."""
    if measure not in MEASURES:
        raise BadInput("address", "measure", "no such measure", got=measure[:20], allowed=", ".join(MEASURES))
    return Answer.model_validate(mapped(desk, view, measure))


@router.get("/api/world/{place}")
def api_country(desk: AtDesk, view: View, place: str) -> Answer:
    """One country: its tier, its region, and stock, allocation and unmet demand by quarter."""
    return Answer.model_validate(country(desk, view, iso3(place, "place", desk.study.case)))


@router.get("/geo/world.json", include_in_schema=False)
def shapes() -> Response:
    """The packaged shapes of countries, as TopoJSON."""
    return Response((worldmap.GEO / "countries-110m.json").read_bytes(), media_type="application/json")


@cache
def members() -> dict[str, tuple[str, str, int]]:
    """Country to its region of the model: id, name, and number in the order of the regions."""
    rows = enumerate(facts.read("regions").to_dicts())
    return {code: (r["id"], r["name"], i) for i, r in rows for code in r["countries"].split(";")}


@cache
def places() -> list[dict[str, Any]]:
    """Every place: code, name, centre, and whether it is a circle on the map."""
    names = {r["iso3"]: r["name"] for r in [*facts.read("iso_numeric").to_dicts(), *facts.read("countries").to_dicts()]}
    return [
        {
            "iso3": r["iso3"],
            "name": names.get(r["iso3"], r["iso3"]),
            "lon": r["lon"],
            "lat": r["lat"],
            "circle": r["drawn"] == "circle",
        }
        for r in worldmap.centres().to_dicts()
    ]


def mapped(desk: Desk, view: State, measure: str) -> dict[str, Any]:
    """Values of a measure, a list a quarter for each country; the largest of them, for a scale that stays put in time."""
    labels = desk.study.steps
    start = labels.index(FIRST)
    values = tiers(desk, view) if measure == "tier" else by_region(desk, view, measure)
    shown = {k: v[start:] for k, v in values.items()}
    numbers = [x for v in shown.values() for x in v if x is not None]
    regions = {k: m[1] for k, m in members().items()}
    return {
        "measure": measure,
        "unit": MEASURES[measure][1],
        "quarters": labels[start:],
        "values": shown,
        "top": max(numbers, default=1.0) or 1.0,
        "places": places(),
        "regions": regions,
    }


def tiers(desk: Desk, view: State) -> dict[str, list[float | None]]:
    """Tier of each country by quarter, by the list and the policy's moves, whether or not the framework is in force."""
    book = desk.live.book(view)
    held = atlas(book.case, book.moves)
    by = {(r["iso3"], r["period"]): r["tier"] for r in held.table.to_dicts()}
    periods = [held.period(day) for day in days()]
    return {p["iso3"]: [by.get((p["iso3"], i)) for i in periods] for p in places()}


def by_region(desk: Desk, view: State, measure: str) -> dict[str, list[float | None]]:
    """A simulated measure of each country's region by quarter; a country of a block has its share of the block's total."""
    values = region_values(desk, view, measure)
    return {code: [_plain(x) for x in values[:, i]] for code, (_, _, i) in members().items()}


def region_values(desk: Desk, view: State, measure: str) -> Any:
    """The measure by quarter and region, NaN where there is nothing to show."""
    found = {name: cuts[1] for name, cuts in desk.live.regional(view).items()}
    many = facts.read("regions")["n_countries"].to_numpy()[None].astype(float)
    if measure == "stock":
        return (found["stock_us"] + found["stock_cn"]) / many
    if measure == "unmet":
        return found["unmet"] / many
    if measure == "chinese":
        return found["stock_cn"] / np.maximum(found["stock_us"] + found["stock_cn"], 1e-9)
    cap = desk.live.pulled(view).allocation_mh.astype(float)
    return np.where((cap < float(UNCAPPED)) & (cap > 0), found["stock_us"] / np.maximum(cap, 1e-9), np.nan)


def _plain(x: float) -> float | None:
    return None if np.isnan(x) else round(float(x), 6)


def rows_at(found: dict[str, Any], quarter: str) -> list[dict[str, Any]]:
    """Rows of the map in a quarter: a country, its value, and the value in words."""
    i = found["quarters"].index(quarter)
    rows = []
    for p in found["places"]:
        value = found["values"].get(p["iso3"], [None] * (i + 1))[i]
        rows.append(
            p
            | {
                "region": found["regions"].get(p["iso3"], "not in the model"),
                "value": value,
                "said": said(value, found["measure"], found["unit"]),
            }
        )
    return rows


def said(value: float | None, measure: str, unit: str) -> str:
    """A value in words; what is missing is said, never zero."""
    if value is None:
        return "no data"
    if measure == "tier":
        return f"Tier {value:.0f}"
    return f"{100 * value:.3g}%" if unit == "share" else f"{value:.3g} {unit}"


def country(desk: Desk, view: State, code: str) -> dict[str, Any]:
    """One country: tier, region, and its region's stock with bands, allocation and unmet demand through time."""
    name = next((p["name"] for p in places() if p["iso3"] == code), code)
    tier = (
        desk.live.book(view).tier(code, max(view.asof, date(2025, 6, 1)))
        if any(p["iso3"] == code for p in places())
        else None
    )
    out: dict[str, Any] = {"iso3": code, "name": name, "tier": tier, "region": None, "rows": []}
    if code not in members():
        return out
    _, region, i = members()[code]
    held = desk.live.regional(view)
    cuts = dict(zip(("p5", "p50", "p95"), held["stock_us"][:, :, i], strict=True))
    middle = {name: q[1] for name, q in held.items()}
    cap = desk.live.pulled(view).allocation_mh[:, i]
    rows = [
        {
            "quarter": q, "year": desk.study.case.clock.middle(q), **{k: float(c[j]) for k, c in cuts.items()},
            "cap": float(cap[j]) if 0 < cap[j] < UNCAPPED else None, "unmet": float(middle["unmet"][j, i]), "chinese": float(middle["stock_cn"][j, i]),
        }
        for j, q in enumerate(desk.study.steps) if q >= FIRST
    ]  # fmt: skip
    alone = sum(r == region for _, r, _ in members().values()) == 1
    return out | {"region": region, "alone": alone, "rows": rows}


def country_chart(found: dict[str, Any]) -> chart_specs.Chart:
    """Stock of US-aligned chips with its band, beside the allocation."""
    whose = found["name"] if found["alone"] else f"{found['region']} (the block that {found['name']} is part of)"
    last = found["rows"][-1]
    return chart_specs.Chart(
        "country", f"US-aligned chips in {whose}", f"Stock of US-aligned chips in {whose} by quarter: median {last['p50']:.2g} MH at the end of 2032",
        "premortem; band 5 to 95% of futures, line the median; orange, where there is one: the country allocations opened so far", chart_specs.stock(), found["rows"],
        {"quarter": "Quarter", "p5": "5%", "p50": "median [MH]", "p95": "95%", "cap": "allocation [MH]", "unmet": "unmet [MH a quarter]", "chinese": "Chinese stock [MH]"},
    )  # fmt: skip
