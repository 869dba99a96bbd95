"""Charts of any table of futures: the plots that modellers of deep uncertainty know, each a picture of a frame."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK, LINES, MUTED, apply_theme
from premortem.text.numbers import share
from premortem.text.phrases import plainly

# Futures that a picture of points or lines shows; more hide each other.
POINTS, PATHS = 1500, 300
CELL = 150
# Bars of a distribution.
BINS = 25
VERDICTS = ("holds", "breaks")


def board(frame: pl.DataFrame) -> Any:
    """Shares that hold as bars with their intervals, a panel a proposition; columns assumption, policy, holds, low, high."""
    worded = pl.col("assumption", "policy").str.replace_all("_", " ", literal=True)
    rows = frame.drop_nulls("holds").with_columns(
        worded.replace("all", "all at once"),
        text=pl.Series([share(held).removeprefix("about ") for held in frame["holds"].drop_nulls()], dtype=pl.String),
    )
    y = alt.Y(
        "policy:N",
        sort=rows["policy"].unique(maintain_order=True).to_list(),
        title=None,
        axis=alt.Axis(ticks=False, domain=False),
    )
    x = alt.X(
        "holds:Q",
        title="share of futures in which it holds",
        axis=alt.Axis(format="%", tickCount=5),
        scale=alt.Scale(domain=[0, 1]),
    )
    base = alt.Chart(rows).encode(y=y)
    bars = base.mark_bar(color=HOLDS, height=14).encode(x=x)
    rules = base.mark_rule(color=INK, strokeWidth=1.5).encode(x="low:Q", x2="high:Q")
    words = base.mark_text(align="left", dx=6).encode(x="high:Q", text="text:N")
    order = rows["assumption"].unique(maintain_order=True).to_list()
    panel = alt.layer(bars, rules, words).properties(width=480, height=22 * rows["policy"].n_unique())
    return apply_theme(
        panel.facet(
            row=alt.Row("assumption:N", sort=order, title=None, header=alt.Header(orient="top", labelAnchor="start"))
        ),
        width=None,
    )


def indices(frame: pl.DataFrame) -> Any:
    """What an outcome depends on: columns param, kind, value, low, high; a bar a kind, such as first and total."""
    order = frame["param"].unique(maintain_order=True).to_list()
    kinds = frame["kind"].unique(maintain_order=True).to_list()
    base = alt.Chart(frame).encode(
        y=alt.Y("param:N", sort=order, title=None, axis=alt.Axis(ticks=False, domain=False)),
        yOffset=alt.YOffset("kind:N", sort=kinds),
    )
    colour = alt.Color(
        "kind:N", sort=kinds, title=None, scale=alt.Scale(domain=kinds, range=[HOLDS, "#9CC3E6", CONTEXT][: len(kinds)])
    )
    low, high = min(0.0, float(frame["low"].min() or 0)), max(1.0, float(frame["high"].max() or 1))  # type: ignore[arg-type]
    ticks = [k / 5 for k in range(int(np.ceil(low * 5)), int(np.floor(high * 5)) + 1)]  # 0 among them
    x = alt.X(
        "value:Q",
        title="share of the variance",
        scale=alt.Scale(domain=[low, high], nice=False),
        axis=alt.Axis(values=ticks, format=".1f"),
    )
    bars = base.mark_bar(height=8).encode(x=x, color=colour)
    rules = base.mark_rule(color=INK, strokeWidth=1.2).encode(x="low:Q", x2="high:Q")
    return apply_theme(alt.layer(bars, rules), height=28 * len(order), width=480)


def pairs(frame: pl.DataFrame, names: Sequence[str], box: dict[str, tuple[float, float]] | None = None) -> Any:
    """Columns against each other, a point a future by its `verdict`, with the limits of a box; at most four columns."""
    chosen, rows = list(names)[:4], frame.head(POINTS)
    panels = [
        [_pair(rows, across, down, box or {}) for across in chosen[:-1] if chosen.index(across) < i]
        for i, down in enumerate(chosen)
        if i
    ]
    if not panels:
        return strip(rows, chosen[0], (box or {}).get(chosen[0]))
    return apply_theme(alt.vconcat(*(alt.hconcat(*row) for row in panels)), width=None)


def strip(frame: pl.DataFrame, name: str, limits: tuple[float, float] | None = None) -> Any:
    """One column by verdict, as two distributions, between the limits of a box where it has any."""
    if not frame[name].dtype.is_numeric():
        bars = alt.Chart(frame).mark_bar(opacity=0.75).encode(x=alt.X(f"{name}:N"), y=alt.Y("count()", title="futures"), color=_verdict())  # fmt: skip
        return apply_theme(bars, height=160, width=480)
    values = frame[name].cast(pl.Float64).to_numpy()
    edges = np.histogram_bin_edges(values, BINS)
    counts = [(v, np.histogram(values[(frame["verdict"] == v).to_numpy()], edges)[0]) for v in VERDICTS]
    rows = [
        {"from": edges[i], "to": edges[i + 1], "futures": int(count[i]), "verdict": v}
        for v, count in counts
        for i in range(BINS)
    ]
    bars = alt.Chart(pl.DataFrame(rows)).mark_bar(opacity=0.75).encode(
        x=alt.X("from:Q", bin="binned", title=plainly(name), scale=alt.Scale(zero=False, nice=False)), x2="to:Q", y=alt.Y("futures:Q", stack="zero"), color=_verdict()
    )  # fmt: skip
    if limits:
        ends = (
            alt.Chart(pl.DataFrame({"from": list(limits)}))
            .mark_rule(color=INK, strokeWidth=1.5)
            .encode(x=alt.X("from:Q", title=plainly(name)))
        )
        return apply_theme(bars + ends, height=160, width=480)
    return apply_theme(bars, height=160, width=480)


def _verdict() -> Any:
    return alt.Color("verdict:N", title=None, scale=alt.Scale(domain=list(VERDICTS), range=[HOLDS, BREAKS]))


def _axis(kind: Any, rows: pl.DataFrame, name: str) -> Any:
    numeric = rows[name].dtype.is_numeric()
    return (
        kind(f"{name}:Q", scale=alt.Scale(zero=False), title=plainly(name))
        if numeric
        else kind(f"{name}:N", title=plainly(name))
    )


def _pair(rows: pl.DataFrame, across: str, down: str, box: dict[str, tuple[float, float]]) -> Any:
    points = alt.Chart(rows).mark_circle(size=14, opacity=0.55).encode(
        x=_axis(alt.X, rows, across), y=_axis(alt.Y, rows, down), color=_verdict()
    ).properties(width=CELL, height=CELL)  # fmt: skip
    if not ({across, down} & {*box}):
        return points
    numeric = [n for n in (across, down) if rows[n].dtype.is_numeric()]
    if len(numeric) < 2:
        return points
    (x, x2), (y, y2) = (box.get(n, (float(rows[n].min()), float(rows[n].max()))) for n in (across, down))  # type: ignore[arg-type]
    edge = pl.DataFrame({"x": [x], "x2": [x2], "y": [y], "y2": [y2]})
    return points + alt.Chart(edge).mark_rect(fillOpacity=0, stroke=INK, strokeWidth=1.5).encode(
        x=alt.X("x:Q", title=plainly(across)), x2="x2:Q", y=alt.Y("y:Q", title=plainly(down)), y2="y2:Q"
    )


def parallel_axes(frame: pl.DataFrame, names: Sequence[str], colour: str = "verdict") -> Any:
    """A line a future, or a policy, across an axis a column, each from its least to its most; coloured by a column."""
    rows = frame.head(PATHS).with_row_index("line")
    scaled = [
        ((pl.col(n) - pl.col(n).min()) / pl.max_horizontal(pl.col(n).max() - pl.col(n).min(), pl.lit(1e-300))).alias(n)
        for n in names
    ]
    long = rows.with_columns(scaled).unpivot(
        list(names), index=["line", colour], variable_name="axis", value_name="place"
    )
    drawn = alt.Chart(long).mark_line(opacity=0.35 if rows.height > 30 else 0.9).encode(
        x=alt.X("axis:N", sort=list(names), title=None, axis=alt.Axis(labelAngle=0, grid=True)),
        y=alt.Y("place:Q", title="least to most", axis=alt.Axis(labels=False, ticks=False)), detail="line:N",
        color=_verdict() if colour == "verdict" else alt.Color(f"{colour}:N", title=None, scale=alt.Scale(range=list(LINES))),
    )  # fmt: skip
    return apply_theme(drawn, height=220)


def trade_off(frame: pl.DataFrame, across: str, down: str, label: str = "policy") -> Any:
    """Policies by two measures, each a point with its name; a click keeps one in colour."""
    pick = alt.selection_point(fields=[label])
    base = alt.Chart(frame).encode(
        x=alt.X(f"{across}:Q", scale=alt.Scale(zero=False)), y=alt.Y(f"{down}:Q", scale=alt.Scale(zero=False))
    )
    points = base.mark_circle(size=90).encode(
        color=alt.condition(pick, alt.value(HOLDS), alt.value(CONTEXT)), tooltip=[label, across, down]
    )
    words = base.mark_text(align="left", dx=8, color=MUTED).encode(text=f"{label}:N")
    return apply_theme(points.add_params(pick) + words, height=260, width=460)


def envelopes(frame: pl.DataFrame, unit: str) -> Any:
    """A series over time by policy, bands 5 to 95% with the median; columns policy, time, p5, p50, p95."""
    order = frame["policy"].unique(maintain_order=True).to_list()
    colour = alt.Color("policy:N", sort=order, title=None, scale=alt.Scale(domain=order, range=list(LINES)))
    kind = "Q" if frame["time"].dtype.is_numeric() else "O"
    base = alt.Chart(frame).encode(x=alt.X(f"time:{kind}", title=None, axis=alt.Axis(grid=False)), color=colour)
    band = base.mark_area(opacity=0.18).encode(y=alt.Y("p5:Q", title=unit), y2="p95:Q")
    return apply_theme(band + base.mark_line(strokeWidth=2.5).encode(y="p50:Q"), height=200)


def regional(frame: pl.DataFrame) -> Any:
    """Distributions of each column among futures that hold and those that break; columns param, value, share, verdict."""
    drawn = alt.Chart(frame).mark_line(strokeWidth=2).encode(
        x=alt.X("value:Q", title=None, scale=alt.Scale(zero=False, nice=False)),
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=3)), color=_verdict(),
    ).properties(width=CELL, height=100)  # fmt: skip
    order = frame["param"].unique(maintain_order=True).to_list()
    facet = alt.Facet("param:N", sort=order, title=None)
    return apply_theme(drawn.facet(facet, columns=4).resolve_scale(x="independent"), width=None)


def importance(frame: pl.DataFrame) -> Any:
    """How much each column matters to each outcome, as a grid of colours; columns param, outcome, value."""
    drawn = alt.Chart(frame).encode(
        x=alt.X("outcome:N", title=None, sort=frame["outcome"].unique(maintain_order=True).to_list(), axis=alt.Axis(labelAngle=0, orient="top")),
        y=alt.Y("param:N", title=None, sort=frame["param"].unique(maintain_order=True).to_list()),
    )  # fmt: skip
    cells = drawn.mark_rect().encode(
        color=alt.Color("value:Q", title=None, scale=alt.Scale(range=["#FFFFFF", HOLDS]), legend=None)
    )
    words = drawn.mark_text().encode(
        text=alt.Text("value:Q", format=".2f"),
        color=alt.condition("datum.value > 0.6", alt.value("white"), alt.value(INK)),
    )
    return apply_theme(
        cells + words, height=26 * frame["param"].n_unique(), width=max(90 * frame["outcome"].n_unique(), 90)
    )


def stacking(frame: pl.DataFrame, across: Sequence[str], down: Sequence[str]) -> Any:
    """Dimensional stacking: the share that breaks in each cell of columns cut into bins, one within the other; columns across, down, share."""
    orders = {k: frame[k].unique(maintain_order=True).to_list() for k in ("across", "down")}
    drawn = alt.Chart(frame).mark_rect(stroke="white").encode(
        x=alt.X("across:N", sort=orders["across"], title=" within ".join(reversed(across)), axis=alt.Axis(labelAngle=-90)),
        y=alt.Y("down:N", sort=orders["down"], title=" within ".join(reversed(down))),
        color=alt.Color("share:Q", title="share that breaks", scale=alt.Scale(domain=[0, 1], range=["#FFFFFF", BREAKS]), legend=alt.Legend(format="%")),
        tooltip=["across", "down", alt.Tooltip("share:Q", format=".0%"), "futures:Q"],
    )  # fmt: skip
    return apply_theme(drawn, height=22 * len(orders["down"]), width=30 * len(orders["across"]))
