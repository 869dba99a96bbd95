"""Figure 2 of the note: Chinese data centres abroad. Its series is not public; announced projects stand in for it."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, muted_title
from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import number

from ._tables import read

SUBJECT = "Announced Chinese data-centre investment abroad"
BADGE: Badge = "substitute data"
UNIT = "million USD announced a year, where a value was published; above each bar the number of projects; pale and dashed: announced after the note"
TABLES = ("figure2_ofdi_projects",)
SOURCE = "{tables}"
METHOD = (
    "The note's series (greenfield investment by year) is not public. Shown instead: projects that firms or governments announced, by year of announcement and region, "
    "with the value where one was published. A project without a value counts as a project and not as zero. February view: solid; what was announced after 26 February 2025: pale."
)
OTHER = "elsewhere"
REGIONS = {"Southeast Asia": HOLDS, "Middle East and North Africa": BREAKS, OTHER: CONTEXT}
AFTER = "after the note"
# Above this part a region has most of the value.
HALF = 0.5
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "known": "announced",
    "value_musd": "value (million USD)",
    "projects": "projects",
    "with_value": "of these with a published value",
    "huawei": "of Huawei",
    "huawei_musd": "value of Huawei's (million USD)",
}


def data() -> pl.DataFrame:
    """Projects by year, region and view: year, region, known (`by the note`, `after the note`), value_musd, projects, with_value."""
    projects = read("figure2_ofdi_projects")
    known = pl.when(pl.col("kind") == AFTER).then(pl.lit(AFTER)).otherwise(pl.lit("by the note"))
    region = pl.when(pl.col("region").is_in(list(REGIONS))).then("region").otherwise(pl.lit(OTHER))
    rows = projects.with_columns(year=pl.col("announced").str.slice(0, 4).cast(pl.Int64), region=region, known=known)
    valued = pl.col("value_musd").is_not_null()
    return (
        rows.group_by("year", "region", "known", maintain_order=True)
        .agg(
            value_musd=pl.when(valued.any()).then(pl.col("value_musd").sum()),
            projects=pl.len(),
            with_value=valued.sum(),
            huawei=(pl.col("company") == "Huawei").sum(),
            huawei_musd=pl.col("value_musd").filter(pl.col("company") == "Huawei").sum(),
        )
        .sort("year", "region", "known")
    )


def chart(frame: pl.DataFrame | None = None, width: int = WIDTH) -> Any:
    """Value by region and year over the number of projects, one panel a region."""
    frame = data() if frame is None else frame
    narrow = width < PHONE
    size = width - 60 if narrow else (width - 3 * 50) // 3
    panels = [
        _panel(frame.filter(pl.col("region") == region), region, colour, size) for region, colour in REGIONS.items()
    ]
    drawn = alt.concat(*panels, columns=1 if narrow else 3, spacing=14)
    return apply_theme(drawn.resolve_scale(y="shared"), width=None)


def _panel(rows: pl.DataFrame, region: str, colour: str, size: int) -> Any:
    every = [str(year) for year in range(2017, 2026)]
    by_year = rows.group_by("year", maintain_order=True).agg(pl.col("projects").sum(), top=pl.col("value_musd").sum())
    words = by_year.with_columns(year=pl.col("year").cast(pl.String))
    x = alt.X(
        "year:O",
        title=None,
        scale=alt.Scale(domain=every),
        axis=alt.Axis(values=["2017", "2021", "2025"], labelAngle=0, ticks=False),
    )
    y = alt.Y("value_musd:Q", title=None, axis=alt.Axis(format=",d", tickCount=4), scale=alt.Scale(domain=[0, 15000]))
    valued = rows.drop_nulls("value_musd").with_columns(year=pl.col("year").cast(pl.String))
    bars = (
        alt.Chart(valued, title=muted_title(f"{region[0].upper()}{region[1:]}"))
        .mark_bar(color=colour, stroke=colour)
        .encode(
            x=x,
            y=y,
            order=alt.Order("known:N", sort="descending"),
            fillOpacity=alt.condition(f"datum.known == '{AFTER}'", alt.value(0.15), alt.value(1)),
            strokeDash=alt.condition(f"datum.known == '{AFTER}'", alt.value([3, 2]), alt.value([1, 0])),
        )
    )
    counts = alt.Chart(words).mark_text(dy=-8, fontSize=12, color=INK).encode(x=x, y="top:Q", text="projects:Q")
    return (bars + counts).properties(width=size, height=120 if size > 230 else 200)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    then, after = (frame.filter(pl.col("known") == known) for known in ("by the note", AFTER))
    by_region = {region: then.filter(pl.col("region") == region) for region in REGIONS}
    gulf = by_region["Middle East and North Africa"]
    total = float(then["value_musd"].sum())
    part = {region: float(rows["value_musd"].sum()) / total for region, rows in by_region.items()}
    most = max(part, key=lambda region: part[region])
    title = (
        f"Announced Chinese data centres abroad are {'mostly' if part[most] > HALF else 'most often'} in {most} ({100 * part[most]:.0f}% of published value "
        f"by February 2025); the Middle East and North Africa have {100 * part['Middle East and North Africa']:.0f}%"
    )
    valued, projects = int(then["with_value"].sum()), int(then["projects"].sum())
    told = "; ".join(
        f"{region}: {int(rows['projects'].sum())} projects, {number(float(rows['value_musd'].sum()), 2)} million USD for the {int(rows['with_value'].sum())} with a value"
        for region, rows in by_region.items()
    )
    later = f"announced after the note: {int(after['projects'].sum())} projects, {number(float(after['value_musd'].sum()), 2)} million USD"
    alternative = f"Bars of announced value by year and region, numbers above bars count projects. By February 2025 {projects} projects. {told}; {later}."
    huawei = float(then["huawei_musd"].sum())
    gulf_huawei = int(gulf["huawei"].sum())
    check = (
        f"The note's series cannot be checked: it is not public. Of {projects} announced projects only {valued} have a published value. "
        f"Huawei's part of that value is {100 * huawei / total:.0f}%; {gulf_huawei} of its {int(then['huawei'].sum())} projects are in the Middle East and North Africa, where it leads "
        f"({gulf_huawei} of {int(gulf['projects'].sum())} projects), as the note says. "
        "ByteDance's two announcements dwarf the rest, so the note's series likely counts spending under way and not announcements."
    )
    return Says(title, alternative, check)
