"""Charts of the brief: each a picture of a table, without title or source, which the figure around it carries.

Over 300 lines: a function a picture, with the axes and marks that they share.
"""

import math
from textwrap import wrap
from typing import Any

import altair as alt
import polars as pl

from premortem.case import year_of
from premortem.charts.marks import CLIP, highest, lowest, margin_fan, middle_of
from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK, MUTED, apply_theme
from premortem.ensemble.bands import BANDS

# A second cue beside colour where lines of several families meet.
DASHES = [[1, 0], [8, 3], [2, 2], [8, 3, 2, 3], [12, 4], [4, 4], [1, 3]]
# Letters of a label before it goes on in a second line.
LABEL = 54
# Rows from which a picture is set closer.
MANY = 14
# Makes an axis break a label at `|`.
TWO_LINES = "split(datum.label, '|')"


def fan(rows: pl.DataFrame, unit: str, first: int) -> Any:
    """The fan of a margin by step of the clock from a year on, with the line at 0 below which it breaks."""
    frame = rows.with_columns([pl.col(b).clip(-CLIP, CLIP) for b in BANDS], year=middle_of(pl.col("quarter"))).filter(
        pl.col("year") >= first
    )
    end = math.ceil(highest(frame, "year"))
    top, low = max(highest(frame, "p95"), 0.3), min(lowest(frame, "p5"), -0.3)
    drawn = margin_fan(alt.Chart(frame), first, end, unit, alt.Scale(domain=[low, top]))
    words = [
        alt.Chart(pl.DataFrame({"year": [float(end)], "y": [side * 0.09 * (top - low)], "text": [word]}))
        .mark_text(align="left", dx=6, color=colour, fontWeight=600)
        .encode(x=alt.X("year:Q"), y=alt.Y("y:Q"), text=alt.Text("text:N"))
        for word, colour, side in (("holds", HOLDS, 1), ("breaks", BREAKS, -1))
    ]
    return apply_theme(alt.layer(*drawn, *words), height=125)


def threshold_curve(frame: pl.DataFrame, unit: str) -> Any:
    """Share that holds against the threshold of one condition, with the threshold in use; columns limit, holds, used."""
    base = alt.Chart(frame.filter(~pl.col("used")))
    line = base.mark_line(color=HOLDS, strokeWidth=2.5).encode(
        x=alt.X("limit:Q", title=unit),
        y=alt.Y("holds:Q", title="share that holds", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
    )
    point = (
        alt.Chart(frame.filter(pl.col("used")))
        .mark_point(color=BREAKS, filled=True, size=90, opacity=1)
        .encode(x=alt.X("limit:Q"), y=alt.Y("holds:Q"))
    )
    label = point.mark_text(align="left", dx=8, dy=12, color=MUTED, clip=False).encode(text=alt.value("in use"))
    return apply_theme(alt.layer(line, point, label), height=150, width=300)


def effects(frame: pl.DataFrame) -> Any:
    """Effects of drivers and arrestors as bars from 0 by size, with intervals; columns statement, kind, effect, low, high."""
    rows = frame.with_columns(
        label=pl.format("{} ({})", "statement", "kind").map_elements(two_lines, return_dtype=pl.String),
        said=(pl.col("effect") * 100).round(0).cast(pl.Int32).map_elements(lambda x: f"{x:+d}", return_dtype=pl.String),
        end=pl.when(pl.col("effect") > 0).then(pl.col("high")).otherwise(pl.col("low")),
    )
    y = alt.Y(
        "label:N",
        sort=rows["label"].to_list(),
        title=None,
        axis=alt.Axis(
            labelExpr=TWO_LINES, labelFontSize=12, labelLineHeight=13, labelLimit=0, ticks=False, domain=False
        ),
    )
    base = alt.Chart(rows).encode(y=y)
    reach = max(0.05, float(rows.select(pl.max_horizontal(pl.col("low", "high").abs()).max()).item()) * 1.2)
    x = alt.X(
        "effect:Q",
        title="change of the share that holds, in points",
        axis=alt.Axis(labelExpr="format(datum.value * 100, '+d')", tickCount=6),
        scale=alt.Scale(domain=[-reach, reach]),
    )
    colour = alt.condition("datum.effect > 0", alt.value(HOLDS), alt.value(BREAKS))
    bars = base.mark_bar(height=14).encode(x=x, color=colour)
    rules = base.mark_rule(color=INK, strokeWidth=1.2).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"))
    right = (
        base.transform_filter("datum.effect > 0")
        .mark_text(align="left", dx=5)
        .encode(x=alt.X("end:Q"), text=alt.Text("said:N"))
    )
    left = (
        base.transform_filter("datum.effect <= 0")
        .mark_text(align="right", dx=-5)
        .encode(x=alt.X("end:Q"), text=alt.Text("said:N"))
    )
    zero = alt.Chart(pl.DataFrame({"x": [0.0]})).mark_rule(color=MUTED).encode(x=alt.X("x:Q"))
    return apply_theme(alt.layer(bars, rules, zero, right, left), height=27 * rows.height, width=310)


def two_lines(text: str) -> str:
    """A label with `|` where it goes on in a second line; what does not fit in two ends in an ellipsis."""
    lines = wrap(text, LABEL)
    if len(lines) > 2:
        kind = text[text.rindex("(") :]
        lines = [lines[0], wrap(lines[1], LABEL - len(kind) - 2)[0] + "\u2026 " + kind]
    return "|".join(lines)


def index_bars(frame: pl.DataFrame) -> Any:
    """The edit index of clause numbers as bars; columns clause, index."""
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "clause:N",
            sort=frame["clause"].to_list(),
            title=None,
            axis=alt.Axis(labelLimit=420, ticks=False, domain=False),
        )
    )
    bars = base.mark_bar(height=14, color=HOLDS).encode(x=alt.X("index:Q", title="index of heavy edits (0 to 1)"))
    said = base.mark_text(align="left", dx=4).encode(x=alt.X("index:Q"), text=alt.Text("index:Q", format=".2~g"))
    return apply_theme(alt.layer(bars, said), height=22 * frame.height, width=270)


def families(frame: pl.DataFrame, order: list[str], first: int) -> Any:
    """Small multiples: a panel a series, a line and band a family; columns family, title, quarter, p25, p50, p75."""
    rows = frame.with_columns(year=pl.col("quarter").map_elements(year_of, return_dtype=pl.Int32)).filter(
        pl.col("year") >= first
    )
    colours = ["#0A346F", "#C2500A", "#278770", "#CC60BE", "#AD930D", "#57606A", "#5B9BD0"]
    colour = alt.Color(
        "family:N",
        sort=order,
        title=None,
        scale=alt.Scale(domain=order, range=colours[: len(order)]),
        legend=alt.Legend(
            orient="top", columns=2, labelLimit=0, symbolType="stroke", symbolStrokeWidth=3, symbolOpacity=1
        ),
    )
    dash = alt.StrokeDash(
        "family:N", sort=order, scale=alt.Scale(domain=order, range=DASHES[: len(order)]), legend=None
    )
    base = alt.Chart(rows).encode(x=alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=4)), color=colour)
    band = base.mark_area(opacity=0.12).encode(y=alt.Y("p25:Q", title=None), y2=alt.Y2("p75:Q"))
    lines = base.mark_line(strokeWidth=2).encode(y=alt.Y("p50:Q", title=None), strokeDash=dash)
    chart = (
        alt.layer(band, lines)
        .properties(width=210, height=120)
        .facet(facet=alt.Facet("title:N", title=None), columns=3)
        .resolve_scale(y="independent")
    )
    return apply_theme(chart, width=None)


def moves(frame: pl.DataFrame) -> Any:
    """Change of every cell of the board as a dot with its interval; columns assumption, policy, change, low, high."""
    base = alt.Chart(frame).encode(y=alt.Y("policy:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)))
    x = alt.X("change:Q", title="points", axis=alt.Axis(labelExpr="format(datum.value * 100, '+d')", tickCount=4))
    sure = alt.condition("datum.low > 0 || datum.high < 0", alt.value(HOLDS), alt.value(CONTEXT))
    rules = base.mark_rule(strokeWidth=1.5).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"), color=sure)
    dots = base.mark_point(filled=True, size=50, opacity=1).encode(x=x, color=sure)
    panels = (
        alt.layer(rules, dots)
        .properties(width=165, height=17 * frame["policy"].n_unique())
        .facet(facet=alt.Facet("assumption:N", title=None, header=alt.Header(labelFontWeight=600)), columns=3)
    )
    return apply_theme(panels, width=None)


def places(frame: pl.DataFrame) -> Any:
    """Groups of outcomes by fifths of their predictions as bars, with what chance gives a right model as a band; columns fifth, groups,
    expected, least, most.
    """
    base = alt.Chart(frame)
    x = alt.X("fifth:O", title="fifth of what futures said, lowest first", axis=alt.Axis(labelAngle=0))
    y: dict[str, Any] = {"title": "groups", "scale": alt.Scale(domainMin=0)}
    bars = base.mark_bar(color=HOLDS, opacity=0.85).encode(x=x, y=alt.Y("groups:Q", **y))
    band = base.mark_rule(color=INK, strokeWidth=2).encode(x=x, y=alt.Y("least:Q", **y), y2=alt.Y2("most:Q"))
    middle = base.mark_tick(color=INK, thickness=2, size=16).encode(x=x, y=alt.Y("expected:Q", **y))
    return apply_theme(alt.layer(bars, band, middle), height=110)


def hindcast(frame: pl.DataFrame) -> Any:
    """A row a reading on its own scale: the range as a line from 0 to 1, its median as a tick, what was read as a dot, misses
    as another shape; columns says, day, inside, said, range, place, middle.
    """
    rows = frame.with_columns(
        label=pl.format("{}, {}", "says", pl.col("day").str.slice(0, 7)).map_elements(
            first_two_lines, return_dtype=pl.String
        ),
        text=pl.format("{} (range {})", "said", "range"),
        low=pl.lit(0.0),
        high=pl.lit(1.0),
        end=pl.lit(1.0),
    )
    y = alt.Y(
        "label:N",
        sort=rows["label"].to_list(),
        title=None,
        axis=alt.Axis(
            labelExpr=TWO_LINES,
            labelFontSize=12,
            labelLineHeight=13,
            labelLimit=0,
            ticks=False,
            domain=False,
            grid=False,
        ),
    )
    reach = [min(-0.1, float(rows["place"].min()) - 0.05), max(1.1, float(rows["place"].max()) + 0.05)]  # type: ignore[arg-type]
    scale = alt.Scale(domain=reach, nice=False)
    base = alt.Chart(rows).encode(y=y)
    line = base.mark_rule(color=CONTEXT, strokeWidth=5).encode(
        x=alt.X("low:Q", scale=scale, axis=None), x2=alt.X2("high:Q")
    )
    middle = base.mark_tick(color=INK, thickness=2, size=14).encode(x=alt.X("middle:Q"))
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=alt.X("place:Q"),
        color=alt.condition("datum.inside", alt.value(HOLDS), alt.value(BREAKS)),
        shape=alt.condition("datum.inside", alt.value("circle"), alt.value("triangle-up")),
    )
    said = base.mark_text(align="left", dx=8, fontSize=12).encode(x=alt.datum(reach[1]), text=alt.Text("text:N"))
    # rows lie closer where they are many
    return apply_theme(
        alt.layer(line, middle, dots, said), height=(32 if rows.height < MANY else 29) * rows.height, width=190
    )


def first_two_lines(text: str) -> str:
    """A label that ends with a day, with `|` where it goes on in a second line."""
    lines = wrap(text, LABEL)
    if len(lines) > 2:  # what does not fit is left out before the day
        day = text.rpartition(", ")[2]
        lines = [lines[0], f"{wrap(lines[1], LABEL - len(day) - 2)[0]}\u2026 {day}"]
    return "|".join(lines)
