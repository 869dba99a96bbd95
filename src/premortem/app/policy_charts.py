"""Charts of policies side by side: regret as a heat map, ranks by measure, two shares against each other."""

import json
from collections.abc import Sequence
from textwrap import wrap
from typing import Any

import altair as alt

from premortem.app.chart_specs import ROWS, Rows, wide
from premortem.charts.marks import spread
from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK

# A name beside a point takes this share of the height of the chart.
NAME_SHARE = 0.08
# Room below a heat map for its key [px], and letters of a line of the key's title, so that a phone shows it whole.
KEY, KEY_LINE = 28, 36


def heat(x: str, y: str, value: str, legend: str, rows: Rows) -> Any:
    """A heat map with its values as text, and a key below it whose title is `legend`."""
    base = alt.Chart(ROWS).encode(
        x=alt.X(f"{x}:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=0, ticks=False, domain=False)),
        y=alt.Y(f"{y}:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
    )
    cells = base.mark_rect(stroke="white").encode(
        color=alt.Color(
            f"{value}:Q",
            title=wrap(legend, KEY_LINE),
            scale=alt.Scale(range=["#F6F7F9", BREAKS], domainMin=0, interpolate="rgb"),
            legend=alt.Legend(
                orient="bottom",
                direction="horizontal",
                gradientLength=240,
                gradientThickness=10,
                titleLimit=600,
                format=".1f",
            ),
        )
    )
    most = max(row[value] for row in rows)
    strong = alt.condition(f"datum.{value} > {0.6 * most}", alt.value("white"), alt.value(INK))
    text = base.mark_text().encode(text=alt.Text(f"{value}:Q", format=".2f"), color=strong)
    return wide(cells + text, 32 * len({row[y] for row in rows}) + KEY)


def bump(measures: Sequence[str], last: Sequence[str]) -> Any:
    """Ranks of policies by measure, a line a policy, the chosen one blue; rows measure, title, rank, low, high, mine. `last` names the ranks at the right end."""
    x = alt.X(
        "measure:N", sort=list(measures), title=None, scale=alt.Scale(padding=0.15),
        axis=alt.Axis(orient="top", labelAngle=0, labelExpr="split(datum.label, ' ')", ticks=False, domain=False, labelLimit=110, labelOverlap=False, labelPadding=14),
    )  # fmt: skip
    ranks = alt.Scale(domain=[0.6, len(last) + 0.4], reverse=True, nice=False, zero=False)
    values = list(range(1, len(last) + 1))
    style: dict[str, Any] = {"values": values, "grid": False, "ticks": False, "domain": False, "title": None}
    names = f"{json.dumps([*last])}[datum.value - 1]"
    left = alt.Axis(**style, format="d", labelFontWeight=600)
    right = alt.Axis(**style, orient="right", labelExpr=names, labelLimit=130, labelOffset=0)
    base = alt.Chart(ROWS).encode(x=x, detail="title:N")
    colour = alt.condition("datum.mine", alt.value(HOLDS), alt.value(CONTEXT))
    tip = [
        alt.Tooltip("title:N", title="Policy"),
        alt.Tooltip("measure:N", title="By"),
        alt.Tooltip("rank:Q", title="Rank"),
        alt.Tooltip("low:Q", title="from"),
        alt.Tooltip("high:Q", title="to"),
    ]

    def lines(axis: alt.Axis) -> list[Any]:
        y = alt.Y("rank:Q", scale=ranks, axis=axis)
        others = base.transform_filter("!datum.mine").mark_line(color=CONTEXT, strokeWidth=2).encode(y=y)
        mine = base.transform_filter("datum.mine").mark_line(color=HOLDS, strokeWidth=4).encode(y=y)
        dots = base.mark_point(filled=True, opacity=1, size=110).encode(y=y, color=colour, tooltip=tip)
        open_to = base.mark_rule(strokeWidth=1.5, opacity=0.7).encode(
            y=alt.Y("low:Q", scale=ranks, axis=axis), y2="high:Q", color=colour
        )
        return [others, mine, open_to, dots]

    names_only = base.mark_point(opacity=0).encode(y=alt.Y("rank:Q", scale=ranks, axis=right))
    both = alt.layer(alt.layer(*lines(left)), names_only).resolve_scale(y="independent")
    return wide(both, 40 + 36 * len(last))


def names_apart(rows: Rows) -> Rows:
    """Rows with the height `named` at which the name of each stands, clear of the others."""
    heights = [row["y"] for row in rows]
    low, high = _ends(heights)
    apart = spread(heights, NAME_SHARE * (high - low))
    return [row | {"named": height} for row, height in zip(rows, apart, strict=True)]


def _ends(shares: Sequence[float]) -> tuple[float, float]:
    """Between what shares an axis shows these, with some room about them."""
    room = 0.02 + 0.15 * (max(shares) - min(shares))
    return max(min(shares) - room, 0.0), min(max(shares) + room, 1.0)


def tradeoff(x: str, y: str, rows: Rows) -> Any:
    """Policies by two shares, those that no other beats joined; rows title, x, y, best, the ends of both
    intervals where there are any, and the height `named` of its name.
    """
    share = alt.Axis(format="%", tickCount=6)

    def near(key: str) -> alt.Scale:
        return alt.Scale(domain=list(_ends([row[key] for row in rows])), nice=False)

    base = alt.Chart(ROWS).encode(
        x=alt.X("x:Q", title=f"share of futures in which {x} holds", axis=share, scale=near("x")),
        y=alt.Y("y:Q", title=f"share of futures in which {y} holds", axis=share, scale=near("y")),
    )
    joined = base.transform_filter("datum.best").mark_line(color=HOLDS, strokeDash=[4, 3]).encode(order="x:Q")
    colour = alt.condition("datum.best", alt.value(HOLDS), alt.value(CONTEXT))
    points = base.mark_point(filled=True, size=90, opacity=1).encode(color=colour)
    across = (
        base.transform_filter("isValid(datum.x_low)")
        .mark_rule(clip=True)
        .encode(x=alt.X("x_low:Q", scale=near("x")), x2="x_high:Q", color=colour)
    )
    upright = (
        base.transform_filter("isValid(datum.y_low)")
        .mark_rule(clip=True)
        .encode(y=alt.Y("y_low:Q", scale=near("y")), y2="y_high:Q", color=colour)
    )
    middle = sum(near("x").domain) / 2  # names stand towards the middle, so that none is cut
    halos, texts = [], []
    for side, where, dx in (("left", f"datum.x <= {middle}", 8), ("right", f"datum.x > {middle}", -8)):
        here = base.transform_filter(where).encode(y=alt.Y("named:Q", scale=near("y")), text="title:N")
        style: dict[str, Any] = {"align": side, "dx": dx / 2, "dy": -9, "fontSize": 12}  # above the interval
        halos.append(here.mark_text(**style, stroke="white", strokeWidth=4))
        texts.append(here.mark_text(**style, color=INK))
    # halos lie under what is measured, so that they hide the grid and no interval
    return wide(alt.layer(*halos, joined, across, upright, points, *texts), 280)
