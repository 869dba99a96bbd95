"""No country is lost between a table and the map."""

import json
from functools import cache

import altair as alt
import polars as pl
import pytest

from premortem import facts
from premortem.charts import render, worldmap
from premortem.charts.theme import apply_theme

# Among them one that a numeric code with a lost zero would blank, one without a code, and the smallest.
FIVE = ("ARG", "MLT", "SGP", "TUV", "XKX")
DRAWN = json.loads(worldmap.topology())["objects"]["countries"]["geometries"]
SHAPES = {shape["id"] for shape in DRAWN}


def test_every_place_of_the_rulebook_is_a_shape_or_a_circle():
    places = set(facts.read("countries")["iso3"])
    circles = set(worldmap.centres().filter(pl.col("drawn") == "circle")["iso3"])
    assert places - SHAPES - circles == {"ATA"}, "Antarctica is left out on purpose"
    assert not SHAPES & circles
    assert places >= SHAPES


def test_the_three_shapes_without_a_code_have_one_by_name():
    names = {shape["properties"]["name"]: shape["id"] for shape in DRAWN}
    assert names["Kosovo"] == "XKX"
    assert names["N. Cyprus"] == "CYP"
    assert names["Somaliland"] == "SOM"


@pytest.mark.parametrize(
    ("iso3", "lon", "lat"),
    [("SGP", 103.8, 1.35), ("BHR", 50.55, 26.05), ("FJI", 178, -17.8), ("RUS", 97, 62), ("GIB", -5.35, 36.13)],
)
def test_centres_lie_where_an_atlas_has_them(iso3, lon, lat):
    row = worldmap.centres().row(by_predicate=pl.col("iso3") == iso3, named=True)
    assert row["lon"] == pytest.approx(lon, abs=3)
    assert row["lat"] == pytest.approx(lat, abs=1)


@cache
def drawn(red: str) -> bytes:
    """Five places in black, one of them in red."""
    kinds = {iso3: "b" if iso3 == red else "a" for iso3 in FIVE}
    frame = pl.DataFrame({"iso3": [*kinds], "kind": [*kinds.values()]})
    colour = alt.Color("kind:N", scale=alt.Scale(domain=["a", "b"], range=["#000000", "#FF0000"]), legend=None)
    return render.png(apply_theme(worldmap.world_map(frame, colour), height=150, width=320), scale=1)


@pytest.mark.parametrize("iso3", FIVE)
def test_each_place_shows_its_own_colour(iso3):
    assert drawn(iso3) != drawn("")


def test_a_place_without_a_row_is_grey_and_not_the_lowest_colour():
    svg = render.svg(
        apply_theme(
            worldmap.world_map(
                pl.DataFrame({"iso3": ["USA"], "kind": ["a"]}),
                alt.Color("kind:N", scale=alt.Scale(domain=["a"], range=["#000000"]), legend=None),
            ),
            height=150,
        )
    )
    assert svg.count(worldmap.NO_DATA) >= len(SHAPES) - 1
    assert svg.count('fill="#000000"') == 1
