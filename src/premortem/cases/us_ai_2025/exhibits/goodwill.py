"""Goodwill toward the US under each policy."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, end_words, spread, years
from premortem.charts.theme import CONTEXT, INK, LINES, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import listing

SUBJECT = "Goodwill of other governments toward the US"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = "index from 0 (none) to 1 (full), median of all futures by policy; band: nine in ten under the policy with the whole line"
SOURCE = "simulated, under each policy of the run"
METHOD = (
    "Goodwill returns to its base; it falls with the share of partners held in a lower tier, with their demand left unmet and with coercion, "
    "and rises with deals. It moves alignment and the readiness to buy Chinese. All rates are assumptions, and the index has no outside measure."
)
LAST = 2033.0
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"policy": "", "title": "policy"}


def data(run: Any) -> pl.DataFrame:
    """Bands by policy: policy, title, quarter, year, p5, p25, p50, p75, p95."""
    order = [run_bands.policy(run), *(p for p in run.policies if p != run_bands.policy(run))]
    parts = [
        run_bands.bands(run, "goodwill", under=p).with_columns(
            policy=pl.lit(p), title=pl.lit(run.study.law(p).policy.title)
        )
        for p in order
    ]
    return pl.concat(parts).select("policy", "title", "quarter", "year", *run_bands.BANDS)


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A line a policy with its name at the end."""
    narrow = width < PHONE
    room = 120 if narrow else 190
    names = list(dict.fromkeys(frame["title"]))
    x = years(2024, LAST, tickCount=4 if narrow else 8)
    scale = alt.Scale(domain=[0, 1])
    colours = [INK, *LINES, CONTEXT, "#5B9BD0"][: len(names)]
    colour = alt.Color("title:N", sort=names, legend=None, scale=alt.Scale(domain=names, range=colours))
    first = frame.filter(pl.col("title") == names[0])
    band = (
        alt.Chart(first)
        .mark_area(opacity=0.12, color=INK)
        .encode(x=x, y=alt.Y("p5:Q", scale=scale, title=None), y2="p95:Q")
    )
    dash = alt.StrokeDash(
        "title:N",
        legend=None,
        scale=alt.Scale(
            domain=names, range=[[1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [4, 4], [1, 3], [10, 4]][: len(names)]
        ),
    )
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2.2)
        .encode(
            x=x, y=alt.Y("p50:Q", scale=scale, title=None, axis=alt.Axis(tickCount=5)), color=colour, strokeDash=dash
        )
    )
    last = frame.filter(pl.col("year") == pl.col("year").max())
    words = last.select("title", "year", text="title", value=pl.Series(spread(last["p50"].to_list(), 0.062)))
    return apply_theme(band + lines + end_words(words, x, colour), height=260, width=width - room)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    end = frame.filter(pl.col("quarter") == "2028Q4").sort("p50")
    low, high = end.row(0, named=True), end.row(-1, named=True)
    ends = [f"{r['p50']:.2f} under ‘{r['title'].lower()}’" for r in ([low, high] if end.height > 1 else [low])]
    title = f"Goodwill at the end of 2028 is {listing(ends)}, in the median future{', the least and the most' if end.height > 2 else ''}"
    told = "; ".join(f"{r['title']} {r['p50']:.2f} ({r['p5']:.2f} to {r['p95']:.2f})" for r in end.to_dicts())
    alternative = f"Lines by policy of an index from 0 to 1. At the end of 2028: {told}."
    return Says(
        title,
        alternative,
        "Ours, an index of the model: only its order between policies means something, not its level.",
    )
