"""The map of the world: shapes by country, circles for the places that the map is too coarse for, no network."""

from functools import cache
from importlib.resources import files
from typing import Any

import altair as alt
import polars as pl

from premortem.charts.theme import GRID, MUTED

GEO = files("premortem.charts") / "geo"
# Said under every map.
BORDERS = "Borders: Natural Earth."
NO_DATA = GRID


@cache
def topology() -> str:
    """The world as the text of TopoJSON (object `countries`); the id of each shape is its country's ISO alpha-3 code.

    Text, since a chart copies and checks its data again and again, and text in one step.
    """
    return (GEO / "countries-110m.json").read_text("utf-8")


@cache
def centres() -> pl.DataFrame:
    """Where each place is: iso3, lon, lat [degrees], drawn (`shape` or `circle`), source."""
    return pl.read_csv((GEO / "centres.csv").read_bytes())


def world_map(frame: pl.DataFrame, colour: Any, size: float = 20.0) -> Any:
    """Countries of `frame` (column `iso3`) in the colour of an `alt.Color`; a place without a row is grey, never the lowest
    colour.

    Small states are circles of `size` square units; shapes and circles share the one scale.
    """
    shapes = alt.InlineData(values=topology(), format=alt.TopoDataFormat(feature="countries", type="topojson"))
    columns = [name for name in frame.columns if name != "iso3"]
    land = alt.Chart(shapes).mark_geoshape(fill=NO_DATA, stroke="white", strokeWidth=0.4)
    known = (
        alt.Chart(shapes)
        .mark_geoshape(stroke=MUTED, strokeWidth=0.4)
        .transform_lookup(lookup="id", from_=alt.LookupData(frame, "iso3", columns))
        .transform_filter(alt.FieldOneOfPredicate(field="id", oneOf=frame["iso3"].to_list()))
        .encode(color=colour)
    )
    small = frame.join(centres().filter(pl.col("drawn") == "circle"), on="iso3")
    circles = (
        alt.Chart(small)
        .mark_circle(size=size, stroke=MUTED, strokeWidth=0.6, opacity=1)
        .encode(longitude="lon:Q", latitude="lat:Q", color=colour)
    )
    return alt.layer(land, known, circles).project(type="equalEarth")
