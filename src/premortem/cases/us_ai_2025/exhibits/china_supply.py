"""China's gains of compute by source, year by year."""

from typing import Any

import altair as alt
import polars as pl

from premortem.case import year_of
from premortem.charts.marks import PHONE, highest, muted_title
from premortem.charts.theme import HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import number, share

SUBJECT = "China's supply of compute by source"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = "million H100 equivalents gained a year; bar: median, line: nine in ten futures"
SOURCE = "simulated, the rule as written where the run has it"
METHOD = (
    "Quarters of a year added up. Own fabs; dies that foreign foundries made for fronts; chips under the thresholds of the rule; smuggled chips; and compute rented abroad by wire. "
    "Bands of years are sums of the quarters' bands, which is right when a future that is high in one quarter is high in the next."
)
SOURCES = {
    "cn_domestic": "Own fabs",
    "cn_foundry_leak": "Foundries abroad",
    "cn_below_threshold": "Chips below the thresholds",
    "cn_smuggled": "Smuggled",
    "cn_cloud": "Rented in clouds abroad",
}
LAST = 2030
# Letters of a panel's name that fit into one line.
ONE_LINE = 12
# The axis goes on above the longest line, so that its end is seen to be one.
ROOM = 1.06
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"largest": "brings most (share of futures)"}


def data(run: Any) -> pl.DataFrame:
    """By source and year [MH]: source, year, p5, p50, p95, and largest: the share of the first futures in which it brings most."""
    rows = run_bands.bands(run, *SOURCES).filter(pl.col("year") < LAST + 1)
    bands = (
        rows.with_columns(pl.col("year").floor().cast(pl.Int64), source=pl.col("series").replace_strict(SOURCES))
        .group_by("source", "year", maintain_order=True)
        .agg(pl.col("p5", "p50", "p95").sum())
        .sort(pl.col("source").replace_strict({s: i for i, s in enumerate(SOURCES.values())}), "year")
    )
    return bands.join(_largest(run), on=["source", "year"], how="left").with_columns(pl.col("largest").fill_null(0.0))


def _largest(run: Any) -> pl.DataFrame:
    """By source and year: the share of the first futures in which it brings more than any other."""
    held = run.paths(run_bands.policy(run)).with_columns(year=year_of(run.study.steps[0]) + pl.col("quarter") // 4)
    yearly = held.group_by("future", "year", maintain_order=True).agg(pl.col(*SOURCES).sum())
    long = yearly.unpivot([*SOURCES], index=["future", "year"], variable_name="series", value_name="mh")
    first = (
        long.sort("mh", descending=True).group_by("future", "year", maintain_order=True).agg(pl.col("series").first())
    )
    share_of = first.group_by("series", "year", maintain_order=True).agg(
        largest=pl.len() / pl.lit(yearly["future"].n_unique())
    )
    return share_of.select(pl.col("year").cast(pl.Int64), "largest", source=pl.col("series").replace_strict(SOURCES))


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A panel a source, one scale for all, so that the sources compare."""
    narrow = width < PHONE
    columns = 2 if narrow else 5
    size = (width - (46 if narrow else 34) * columns) // columns
    top = highest(frame, "p95") * ROOM
    panels = [_panel(frame.filter(pl.col("source") == s), s, size, top) for s in SOURCES.values()]
    return apply_theme(alt.concat(*panels, columns=columns, spacing=10), width=None)


def _panel(rows: pl.DataFrame, source: str, width: int, top: float) -> Any:
    title = muted_title("")
    title.text = _two_lines(source)
    x = alt.X("year:O", title=None, axis=alt.Axis(values=[2024, 2027, 2030], labelAngle=0, ticks=False))
    y: dict[str, Any] = {"scale": alt.Scale(domain=[0, top]), "title": None, "axis": alt.Axis(tickCount=4)}
    base = alt.Chart(rows, title=title).encode(x=x)
    bars = base.mark_bar(color=HOLDS).encode(y=alt.Y("p50:Q", **y))
    rules = base.mark_rule(color=INK, strokeWidth=1.3).encode(y=alt.Y("p5:Q", **y), y2="p95:Q")
    return (bars + rules).properties(width=width, height=190)


def _two_lines(text: str) -> list[str]:
    words = text.split()
    if len(text) <= ONE_LINE:
        return [text]
    cut = (len(words) + 1) // 2
    return [" ".join(words[:cut]), " ".join(words[cut:])]


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    largest = {
        year: dict(frame.filter(pl.col("year") == year).select("source", "largest").rows()) for year in (2025, LAST)
    }
    later = max(largest[LAST], key=lambda s: largest[LAST][s])
    title = (
        f"{_plural(later)} China's largest source of compute in {share(largest[2025][later])} of futures in 2025 and in "
        f"{share(largest[LAST][later])} in {LAST}"
    )
    told = "; ".join(
        f"{r['source']} {r['year']}: {number(r['p50'])} ({number(r['p5'])} to {number(r['p95'])}), largest in {share(r['largest'])} of futures"
        for r in frame.filter(pl.col("year").is_in([2025, 2027, LAST])).to_dicts()
    )
    alternative = f"Bars of million H100 equivalents gained a year by source, median and nine in ten futures: {told}."
    return Says(
        title,
        alternative,
        "Ours: the note names the sources and gives no series. Which source is the largest is counted future by future, over the first 1,024, or all where the run has fewer.",
    )


def _plural(source: str) -> str:
    """A source with its verb: `Own fabs are`, `Smuggled chips are`, `Clouds abroad are`."""
    return (
        f"{ {'Smuggled': 'Smuggled chips', 'Rented in clouds abroad': 'Clouds rented abroad'}.get(source, source) } are"
    )
