"""Pieces that several charts are made of: fans, words at the ends of lines, values next to bars."""

from typing import Any

import altair as alt
import polars as pl

from premortem.case import middle
from premortem.charts.render import VegaLite
from premortem.charts.theme import HOLDS, INK, MUTED

# Narrower than this a chart is for a phone: fewer ticks, words above lines and not beside them.
PHONE = 480
# A line of small text takes this share of the height of a chart, more or less.
LINE_SHARE = 0.085
# Margins beyond this are all the same to a reader: far from breaking, or far beyond it.
CLIP = 3.0
# How an axis writes numbers: in full, large ones in words, never with a prefix such as k, m, u or G.
PLAIN = (
    "abs(datum.value) >= 1e15 ? replace(format(datum.value, '~e'), 'e+', 'e') : abs(datum.value) >= 1e9 ? format(datum.value / 1e9, ',~r') + ' billion' : "
    "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',~r') + ' million' : format(datum.value, ',~r')"
)


def years(first: float, last: float, **ticks: Any) -> Any:
    """A quiet axis of years from the first to the last; `ticks` are Altair's, the `values` or about how many by `tickCount`."""
    return alt.X(
        "year:Q",
        title=None,
        axis=alt.Axis(format="d", grid=False, **ticks),
        scale=alt.Scale(domain=[first, last], nice=False),
    )


def fan(
    frame: pl.DataFrame,
    x: Any,
    y_title: str | None,
    colour: str = HOLDS,
    scale: Any = alt.Undefined,
    form: str = "",
    ticks: Any = 5,
) -> Any:
    """Bands 5 to 95% and 25 to 75% of futures and the median as a line; columns year, p5, p25, p50, p75, p95."""
    places: dict[str, Any] = {"values": ticks} if isinstance(ticks, list) else {"tickCount": ticks}
    axis = alt.Axis(format=form or alt.Undefined, **places)
    return bands(alt.Chart(frame).encode(x=x), {"scale": scale, "title": y_title, "axis": axis}, colour)


def bands(base: Any, y: VegaLite, colour: str = HOLDS, suffix: str = "") -> Any:
    """The one fan: bands 5 to 95% and 25 to 75% of futures and the median as a line, over a chart with its x.

    `y` is how the axis looks; columns are p5 to p95, with a suffix where they were worked out in the chart.
    """
    return alt.layer(*_bands(base, y, colour, suffix))


def _bands(base: Any, y: dict[str, Any], colour: str = HOLDS, suffix: str = "") -> list[Any]:
    """Its layers, each by itself."""
    outer, inner, line = (
        base.mark_area(opacity=0.18, color=colour, clip=True),
        base.mark_area(opacity=0.3, color=colour, clip=True),
        base.mark_line(color=colour, strokeWidth=2.5, clip=True),
    )
    at = {name: alt.Y(f"{name}{suffix}:Q", **y) for name in ("p5", "p25", "p50")}
    return [
        outer.encode(y=at["p5"], y2=alt.Y2(f"p95{suffix}:Q")),
        inner.encode(y=at["p25"], y2=alt.Y2(f"p75{suffix}:Q")),
        line.encode(y=at["p50"]),
    ]


def margin_fan(base: Any, first: int, end: int, title: str, scale: Any, suffix: str = "") -> list[Any]:
    """The layers of the fan of a margin from a year to the end of the last, with the line at 0 below which it breaks: to be laid over each
    other with whatever else, all at once, since Altair copies layers within layers over and over.
    """
    domain = alt.Scale(domain=[first, end], nice=False)
    x = alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=8), scale=domain)
    drawn = _bands(base.encode(x=x), {"title": title, "scale": scale}, suffix=suffix)
    once = alt.Chart(base.data).transform_aggregate(n="count()")  # one line, not one a step
    return [*drawn, once.mark_rule(color=INK, strokeWidth=1.2).encode(y=alt.datum(0))]


def middle_of(step: pl.Expr) -> pl.Expr:
    """The middle of a step of the clock on an axis of years, as the clock has it."""
    return step.map_elements(middle, return_dtype=pl.Float64)


def fan_words(frame: pl.DataFrame, x: Any, ceiling: float | None = None) -> Any:
    """What the parts of a fan are, at its right end: the median, the middle half, nine in ten."""
    last = frame.filter(pl.col("year") == pl.col("year").max()).row(0, named=True)
    heights = [last["p50"], (last["p50"] + last["p75"]) / 2, last["p95"]]
    top = ceiling if ceiling is not None else max(frame["p95"])
    placed = spread([min(height, top) for height in heights], top * LINE_SHARE)
    rows = [(last["year"], *spot) for spot in zip(placed, ("median", "half of futures", "nine in ten"), strict=True)]
    return end_words(pl.DataFrame(rows, schema=["year", "value", "text"], orient="row"), x, MUTED)


def end_words(frame: pl.DataFrame, x: Any, colour: Any = INK, size: int = 12, align: Any = "left") -> Any:
    """Words beside points, to the right unless aligned right; columns year, value, text."""
    mark = alt.Chart(frame).mark_text(
        align=align, dx=6 if align == "left" else -6, fontSize=size, color=colour if isinstance(colour, str) else INK
    )
    drawn = mark.encode(x=x, y=alt.Y("value:Q"), text=alt.Text("text:N"))
    return drawn if isinstance(colour, str) else drawn.encode(color=colour)


def points(frame: pl.DataFrame, x: Any, colour: str = INK) -> Any:
    """What was recorded, as diamonds with their values; columns year, value, text."""
    base = alt.Chart(frame).encode(x=x, y=alt.Y("value:Q"))
    marks = base.mark_point(shape="diamond", filled=True, size=90, opacity=1, color=colour)
    return marks + base.mark_text(align="left", dx=8, dy=-2, fontSize=12, color=colour).encode(text=alt.Text("text:N"))


def highest(frame: pl.DataFrame, column: str) -> float:
    """The largest value of a column."""
    return float(frame.select(pl.col(column).max()).item())


def lowest(frame: pl.DataFrame, column: str) -> float:
    """The smallest value of a column."""
    return float(frame.select(pl.col(column).min()).item())


def spread(values: list[float], least: float) -> list[float]:
    """Values moved apart so that no two are nearer than `least`, each as near its place as order allows."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed = [values[i] for i in order]
    for _ in range(200):
        moved = False
        for a in range(len(placed) - 1):
            lack = least - (placed[a + 1] - placed[a])
            if lack > 1e-9 * max(abs(least), 1e-12):
                placed[a], placed[a + 1], moved = placed[a] - lack / 2, placed[a + 1] + lack / 2, True
        if not moved:
            break
    out = [0.0] * len(values)
    for place, i in enumerate(order):
        out[i] = placed[place]
    return out


def rule(value: float, text: str, width: int, colour: str = INK, dash: bool = True) -> Any:
    """A horizontal line at a value with its meaning above it at the left."""
    frame = pl.DataFrame({"value": [value], "text": [text]})
    line = alt.Chart(frame).mark_rule(color=colour, strokeWidth=1.2, strokeDash=[4, 3] if dash else [1, 0])
    words = alt.Chart(frame).mark_text(align="left", dx=4, dy=-8, fontSize=12, color=colour)
    return line.encode(y=alt.Y("value:Q")) + words.encode(y=alt.Y("value:Q"), x=alt.value(0), text=alt.Text("text:N"))


def muted_title(text: str | list[str]) -> Any:
    """The title of a panel: what it shows, in the weight of a label; in several lines where it is a list."""
    return alt.TitleParams(text=text, fontSize=13, fontWeight=600, color=MUTED, anchor="start", frame="bounds")
