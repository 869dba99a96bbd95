"""Electricity for AI against straight and exponential paths, and the yearly surge against the surplus of figure 5."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, end_words, fan, highest, lowest, muted_title, rule, spread, years
from premortem.charts.theme import BREAKS, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import number

from ._tables import read

SUBJECT = "AI electricity against linear and exponential paths"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = "TWh a year; line: median, bands: half and nine in ten of futures; first panel, dashed and dotted: the two paths"
SOURCE = "simulated, the rule as written where the run has it; surplus of the US from figure 5"
METHOD = (
    "First: AI's electricity in the world, with two paths that go on from the median of 2024 and 2025: the same TWh more every year, and the same growth rate every year. "
    "Then: what AI adds in the US in a year, beside the surplus net generation of figure 5 as the note states its method."
)
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"series": "what"}
NAMES = {
    "series": {
        "world": "AI in the world",
        "linear": "the same TWh more every year",
        "exponential": "the same growth every year",
        "us_added": "added by AI in the US",
        "surplus": "surplus generation of the US",
    }
}


def data(run: Any) -> pl.DataFrame:
    """Bands and paths [TWh a year]: series (`world`, `linear`, `exponential`, `us_added`, `surplus`), quarter, year, p5 to p95."""
    bands = run_bands.bands(run, "ai_twh_world", start=2024.5)
    a, b = (run_bands.row_at(run_bands.bands(run, "ai_twh_world"), q)["p50"] for q in ("2024Q4", "2025Q4"))
    lag = pl.col("year") - 2024.875
    paths = [
        bands.select("quarter", "year", p50=a + (b - a) * lag, series=pl.lit("linear")),
        bands.select("quarter", "year", p50=a * (b / a) ** lag, series=pl.lit("exponential")),
    ]
    surplus = float(read("regions").filter(pl.col("id") == "USA")["surplus_twh_yr"][0])
    added = run_bands.bands(run, "us_surge_ratio", start=2024.5).with_columns(
        [pl.col(c) * surplus for c in run_bands.BANDS]
    )
    level = bands.select("quarter", "year", p50=pl.lit(surplus), series=pl.lit("surplus"))
    parts = [bands.with_columns(series=pl.lit("world")), *paths, added.with_columns(series=pl.lit("us_added")), level]
    return pl.concat(parts, how="diagonal_relaxed").select("series", "quarter", "year", *run_bands.BANDS)


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """The world's electricity for AI with both paths, and the yearly addition in the US with the surplus."""
    narrow = width < PHONE
    size = width - 140 if narrow else (width - 250) // 2
    x = years(2024.5, 2033, values=[2026, 2028, 2030, 2032])
    world = frame.filter(pl.col("series") == "world")
    top = highest(world, "p95")
    left = _paths(frame, x, top)
    added = frame.filter(pl.col("series") == "us_added")
    high = highest(added, "p95")
    surplus = float(frame.filter(pl.col("series") == "surplus")["p50"][0])
    right = fan(
        added, x, None, HOLDS, alt.Scale(domain=[min(0.0, lowest(added, "p5")), max(high, surplus * 1.2)])
    ) + rule(surplus, "", size)
    panels = [
        left.properties(width=size, height=230, title=muted_title("World, for AI")),
        right.properties(
            width=size,
            height=230,
            title=muted_title(f"Asked for a year in the US, beyond flexible room; dashed: surplus, {surplus:.0f}"),
        ),
    ]
    return apply_theme(alt.concat(*panels, columns=1 if narrow else 2, spacing=20), width=None)


def _paths(frame: pl.DataFrame, x: Any, top: float) -> Any:
    scale = alt.Scale(domain=[0, top])
    drawn = fan(frame.filter(pl.col("series") == "world"), x, None, HOLDS, scale, ",d")
    ends = {"median": frame.filter(pl.col("series") == "world")["p50"][-1]}
    for series, dash in (("linear", [2, 2]), ("exponential", [6, 3])):
        rows = frame.filter((pl.col("series") == series) & (pl.col("p50") <= top))
        colour = INK if series == "linear" else BREAKS
        drawn += (
            alt.Chart(rows)
            .mark_line(color=colour, strokeDash=dash, strokeWidth=2, clip=True)
            .encode(x=x, y=alt.Y("p50:Q", scale=scale))
        )
        ends[series] = rows["p50"][-1]
        if rows["year"][-1] < 2032:
            ends.pop(series)
            word = pl.DataFrame({"year": [rows["year"][-1]], "value": [rows["p50"][-1]], "text": [series]})
            drawn += end_words(word, x, colour, align="right")
    placed = spread(list(ends.values()), top * 0.08)
    words = pl.DataFrame({"year": [32.9 + 2000] * len(ends), "value": placed, "text": list(ends)})
    return drawn + end_words(words, x)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    world, linear, exponential = (run_bands.row_at(frame, "2030Q4", s) for s in ("world", "linear", "exponential"))
    added, surplus = (
        run_bands.row_at(frame, "2028Q4", "us_added"),
        frame.filter(pl.col("series") == "surplus")["p50"][0],
    )
    near = (
        "between a straight and an exponential path"
        if linear["p50"] < world["p50"] < exponential["p50"]
        else "below a straight path"
        if world["p50"] <= linear["p50"]
        else "above an exponential path"
    )
    title = f"In the median future AI's electricity lies {near} from 2025 on: {number(world['p50'])} TWh a year at the end of 2030"
    alternative = (
        f"World, TWh a year at the end of 2030: {number(world['p50'])} ({number(world['p5'])} to "
        f"{number(world['p95'])}); linear path {number(linear['p50'])}, exponential {number(exponential['p50'])}. "
        f"Added in the US over 2028: {number(added['p50'])} ({number(added['p5'])} to {number(added['p95'])}) against a surplus of {surplus:.0f}."
    )
    check = (
        f"Ours. The surplus is this product's replication of figure 5 as stated ({surplus:.0f}; the note: about 90)."
    )
    return Says(title, alternative, check)
