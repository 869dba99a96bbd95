"""Charts of the brief that set policies side by side, each a picture of a table."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import highest, lowest
from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK, apply_theme
from premortem.text.numbers import share

# Puts each word of a column's heading on a line of its own, so that ten policies stand side by side.
ONE_WORD_A_LINE = "split(datum.label, ' ')"


def shares(rows: pl.DataFrame, titles: dict[str, str]) -> Any:
    """Share of futures that holds, by policy, as bars from 0 with the interval as a rule and the share as text."""
    frame = rows.with_columns(
        title=pl.col("policy").replace_strict(titles),
        text=pl.col("holds").map_elements(share, pl.String),
    )
    order = list(titles.values())
    base = alt.Chart(frame).encode(y=alt.Y("title:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False)))
    x = alt.X(
        "holds:Q",
        title="share of futures in which it holds",
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    bars = base.mark_bar(color=HOLDS, height=16).encode(x=x)
    rules = base.mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    words = base.mark_text(align="left", dx=6).encode(x=alt.X("high:Q"), text=alt.Text("text:N"))
    return apply_theme(alt.layer(bars, rules, words), height=26 * frame.height)


def causes(frame: pl.DataFrame, order: list[str]) -> Any:
    """Which condition fails first, as shares of failures by policy; columns policy, condition, share."""
    colours = [BREAKS, "#E3A06F", CONTEXT]
    conditions = frame["condition"].unique(maintain_order=True).to_list()
    bars = (
        alt.Chart(frame)
        .mark_bar(height=16)
        .encode(
            y=alt.Y("policy:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False)),
            x=alt.X(
                "share:Q",
                title="share of failures",
                axis=alt.Axis(format="%", tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            color=alt.Color(
                "condition:N",
                sort=conditions,
                title=None,
                scale=alt.Scale(domain=conditions, range=colours[: len(conditions)]),
                legend=alt.Legend(orient="top", labelLimit=640, columns=1),
            ),
            order=alt.Order("rank:Q"),
        )
    )
    return apply_theme(bars, height=26 * frame["policy"].n_unique())


def pathways(frame: pl.DataFrame, order: list[str]) -> Any:
    """A panel an assumption, a row a policy: a line over the years in which it is kept; columns policy, assumption, year,
    keeps.
    """
    rows = frame.with_columns(until=pl.col("year") + 1)
    first, end = int(lowest(rows, "year")), int(highest(rows, "until"))
    base = alt.Chart(rows).encode(
        y=alt.Y("policy:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False, grid=False)),
        x=alt.X(
            "year:Q",
            title=None,
            scale=alt.Scale(domain=[first, end], nice=False),
            axis=alt.Axis(format="d", values=list(range(first + 1, end, 3))),
        ),
        x2=alt.X2("until:Q"),
    )
    kept = base.transform_filter("datum.keeps").mark_rule(strokeWidth=6, color=HOLDS)
    lost = base.transform_filter("!datum.keeps").mark_rule(strokeWidth=2, strokeDash=[2, 3], color=BREAKS)
    return apply_theme(
        alt.layer(kept, lost)
        .properties(width=178, height=17 * len(order))
        .facet(
            facet=alt.Facet(
                "assumption:N", title=None, header=alt.Header(labelFontWeight=600, labelFontSize=12, labelLimit=0)
            ),
            columns=3,
        ),
        width=None,
    )


def regret_map(frame: pl.DataFrame, order: list[str]) -> Any:
    """Mean regret by policy and assumption as a heat map with its values; columns policy, assumption, regret."""
    base = alt.Chart(frame).encode(
        x=alt.X(
            "policy:N",
            sort=order,
            title=None,
            axis=alt.Axis(labelAngle=0, orient="top", ticks=False, domain=False, labelExpr=ONE_WORD_A_LINE),
        ),
        y=alt.Y("assumption:N", title=None, axis=alt.Axis(ticks=False, domain=False)),
    )
    top = float(frame["regret"].max())  # type: ignore[arg-type]
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(
        color=alt.Color(
            "regret:Q",
            scale=alt.Scale(range=["#F6F7F9", BREAKS], domain=[0, max(top, 0.01)], interpolate="rgb"),
            legend=None,
        )
    )
    dark = alt.condition(f"datum.regret > {0.6 * top}", alt.value("white"), alt.value(INK))
    words = base.mark_text().encode(text=alt.Text("regret:Q", format=".2f"), color=dark)
    return apply_theme(
        alt.layer(cells, words),
        height=30 * frame["assumption"].n_unique(),
    )
