"""The map of a case: what places hold by step, and one place through time."""

from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from premortem import facts
from premortem.app import chart_specs
from premortem.app.pages import AtDesk, View, desk_of, render, wait_for
from premortem.app.schema import Answer
from premortem.app.session import Desk
from premortem.app.shipment_form import link
from premortem.app.view_state import State
from premortem.case import Case, Map, Measure, Place, Simulated
from premortem.charts import worldmap
from premortem.errors import BadInput, MissingData
from premortem.law.fields.places import iso3
from premortem.text.numbers import count_noun
from premortem.text.result import Document


def map_of(request: Request) -> Map:
    """The map of the case. Raises `MissingData` where it has none."""
    case = desk_of(request).study.case
    if case.map is None:
        raise MissingData("this case holds no map: its world has no places")
    return case.map


router = APIRouter(dependencies=[Depends(map_of)])
AtMap = Annotated[Map, Depends(map_of)]


@router.get("/world", response_class=HTMLResponse, include_in_schema=False)
def page(
    request: Request, desk: AtDesk, view: View, drawn: AtMap, measure: str = "", place: str = "", quarter: str = ""
) -> HTMLResponse:
    """The map with its time control, the list of places, and one of them."""
    measure, shown = _measure(drawn, measure)
    labels = [step for step in desk.study.steps if step >= drawn.FIRST]
    if early := wait_for(
        request,
        drawn.TITLE,
        "Simulating every region; this takes some seconds the first time.",
        there=desk.live.knows_regions(view),
    ):
        return early
    step = quarter if quarter in labels else drawn.USUAL
    code = iso3(place or drawn.PLACE, "place", desk.study.case)
    found = map_values(desk, view, drawn, measure)
    rows = rows_at(found, step, shown)
    sources = (worldmap.BORDERS, drawn.SOURCE, f"premortem, medians of {count_noun(view.n, 'future')}; countries of a block share its figure")  # fmt: skip
    chart = chart_specs.Chart(
        "map", f"{shown.title}, {step}", f"Map of {shown.title.lower()} in {step}; the table holds every country",
        " ".join(filter(None, sources)), chart_specs.world(shown, found["top"]), rows, {"name": "Country", "region": "Region of the model", "said": shown.title},
    )  # fmt: skip
    one = country(desk, view, drawn, code)
    asked, fields = drawn.ASKED
    return render(
        request, "world.html", usual=drawn.USUAL, title=drawn.TITLE, word=desk.study.case.clock.word, classes=shown.classes,
        panel=country_chart(drawn, one) if one.rows else None, chart=chart, measures=drawn.MEASURES, measure=measure, quarter=step, steps=labels, rows=rows, found=found,
        country=one, heading=drawn.heading(one), absent=drawn.ABSENT.format(name=one.name), place=code,
        asked=asked.format(name=one.name), ask=link({**fields, "destination": code}, view, desk.study.case.text.app),
    )  # fmt: skip


@router.get("/api/world")
def api(desk: AtDesk, view: View, drawn: AtMap, measure: str = "") -> Answer:
    """A measure by step and place: medians over the view's futures, null where the model has nothing."""
    return Answer.model_validate(map_values(desk, view, drawn, _measure(drawn, measure)[0]))


@router.get("/api/world/{place}")
def api_country(desk: AtDesk, view: View, drawn: AtMap, place: str) -> Answer:
    """One place: what the case says of it, its region, and what that holds by step."""
    return Answer.model_validate(country(desk, view, drawn, iso3(place, "place", desk.study.case)).as_dict())


@router.get("/geo/world.json", include_in_schema=False)
def shapes() -> Response:
    """The packaged shapes of countries, as TopoJSON."""
    return Response((worldmap.GEO / "countries-110m.json").read_bytes(), media_type="application/json")


def _measure(drawn: Map, asked: str) -> tuple[str, Measure]:
    """A measure by name, the first where none is asked for. Raises `BadInput`."""
    name = asked or next(iter(drawn.MEASURES))
    if name not in drawn.MEASURES:
        raise BadInput("address", "measure", "no such measure", got=name[:20], allowed=", ".join(drawn.MEASURES))
    return name, drawn.MEASURES[name]


@cache
def places(case: Case) -> list[Document]:
    """Every place: code, name, centre, and whether it is a circle on the map."""
    tables = [facts.read(name, case).to_dicts() for name in ("iso_numeric", "countries") if facts.held(name, case)]
    names = {row["iso3"]: row["name"] for rows in tables for row in rows}
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


def simulated(desk: Desk, view: State) -> Simulated:
    """What a map is drawn from, under a view."""
    return Simulated(desk.live.book(view), desk.live.pulled(view), desk.live.regional(view), desk.study.steps)


def map_values(desk: Desk, view: State, drawn: Map, measure: str) -> Document:
    """Values of a measure, a list by step for each place; the largest of them, for a scale that stays put in time."""
    case, labels = desk.study.case, desk.study.steps
    start = labels.index(drawn.FIRST)
    values = drawn.values(measure, simulated(desk, view), [p["iso3"] for p in places(case)])
    shown = {code: list(row)[start:] for code, row in values.items()}
    return {
        "measure": measure,
        "unit": drawn.MEASURES[measure].unit,
        "quarters": labels[start:],
        "values": shown,
        "top": max((x for row in shown.values() for x in row if x is not None), default=1.0) or 1.0,
        "places": places(case),
        "regions": dict(drawn.regions()),
    }


def rows_at(found: Document, step: str, measure: Measure) -> list[Document]:
    """Rows of the map at a step: a place, its value, and the value in words."""
    i = found["quarters"].index(step)
    values = {p["iso3"]: found["values"][p["iso3"]][i] if p["iso3"] in found["values"] else None for p in found["places"]}  # fmt: skip
    return [
        place
        | {
            "region": found["regions"].get(place["iso3"], "not in the model"),
            "value": values[place["iso3"]],
            "said": value_in_words(values[place["iso3"]], measure),
        }
        for place in found["places"]
    ]


def value_in_words(value: float | None, measure: Measure) -> str:
    """A value in words; what is missing is said, never zero."""
    if value is None:
        return "no data"
    if measure.classes:
        return measure.classes[int(value) - 1]
    return f"{100 * value:.3g}%" if measure.unit == "share" else f"{value:.3g} {measure.unit}"


def country(desk: Desk, view: State, drawn: Map, code: str) -> Place:
    """One place by its code: its name, and what the case says of it."""
    name = next((p["name"] for p in places(desk.study.case) if p["iso3"] == code), "")
    return drawn.country(code, name, simulated(desk, view), view.asof)


def country_chart(drawn: Map, found: Place) -> chart_specs.Chart:
    """What a place holds through time, with its band and its limit."""
    panel = drawn.panel(found)
    rows, columns = [dict(row) for row in panel.rows], dict(panel.columns)
    first, end = int(rows[0]["year"]), int(rows[-1]["year"]) + 1
    picture = chart_specs.stock(panel.unit, first, end, columns.get("cap", "limit").partition(" [")[0])
    return chart_specs.Chart("country", panel.title, panel.says, panel.source, picture, rows, columns)
