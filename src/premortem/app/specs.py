"""Charts of the app as Vega-Lite with named data: the page fills `rows`, and fills it again when something moves."""

from dataclasses import dataclass, field
from typing import Any

import altair as alt

from premortem.exhibits.theme import BREAKS, CONTEXT, HOLDS, INK, MUTED, themed

Rows = list[dict[str, Any]]
ROWS = alt.NamedData("rows")


@dataclass(frozen=True)
class Chart:
    """A chart with what a reader needs: the finding, its words for who cannot see it, its source, and its table."""

    name: str
    title: str
    says: str
    source: str
    chart: Any
    rows: Rows
    columns: dict[str, str] = field(default_factory=dict)  # of the table: key to heading

    @property
    def spec(self) -> dict[str, Any]:
        """Vega-Lite without its data."""
        found: dict[str, Any] = self.chart.to_dict()
        found.pop("datasets", None)
        return found


def _wide(chart: Any, height: int) -> Any:
    """The project's look, as wide as its place."""
    spec = themed(chart, height=height, width=None).to_dict()
    spec |= {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
    spec["config"]["aria"] = False  # the table is the data for who cannot see the marks
    return alt.Chart.from_dict(spec)


def fan(unit: str = "margin (log units; above 0 it holds)") -> Any:
    """Bands of a margin by year with the line at 0; rows year, p5 to p95."""
    base = alt.Chart(ROWS).encode(
        x=alt.X(
            "year:Q",
            title=None,
            axis=alt.Axis(format="d", tickCount=8),
            scale=alt.Scale(domain=[2025, 2033], nice=False),
        )
    )
    clip = "clamp(datum.{}, -4, 4)"
    for band in ("p5", "p25", "p50", "p75", "p95"):
        base = base.transform_calculate(**{f"{band}c": clip.format(band)})
    y = alt.Scale(zero=True, nice=True)
    outer = base.mark_area(opacity=0.18, color=HOLDS).encode(y=alt.Y("p5c:Q", title=unit, scale=y), y2="p95c:Q")
    inner = base.mark_area(opacity=0.3, color=HOLDS).encode(y=alt.Y("p25c:Q", title=unit, scale=y), y2="p75c:Q")
    line = base.mark_line(color=HOLDS, strokeWidth=2.5).encode(y=alt.Y("p50c:Q", title=unit, scale=y))
    zero = alt.Chart(ROWS).mark_rule(color=INK, strokeWidth=1.2).encode(y=alt.datum(0))
    return _wide(alt.layer(outer, inner, line, zero), 260)


def strip() -> Any:
    """Share of futures in which it breaks, by year; rows year, breaks."""
    base = alt.Chart(ROWS).encode(
        x=alt.X(
            "year:Q",
            title=None,
            axis=alt.Axis(format="d", tickCount=8),
            scale=alt.Scale(domain=[2025, 2033], nice=False),
        )
    )
    bars = base.mark_area(color=BREAKS, opacity=0.75, interpolate="step").encode(
        y=alt.Y(
            "breaks:Q",
            title="share that breaks",
            axis=alt.Axis(format="%", tickCount=3),
            scale=alt.Scale(domain=[0, 1]),
        )
    )
    return _wide(bars, 90)


def diverging(title: str, name: str = "label") -> Any:
    """Bars from 0 by size; rows label, change (share), optional low and high."""
    base = alt.Chart(ROWS).encode(
        y=alt.Y(f"{name}:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=230))
    )
    x = alt.X("change:Q", title=title, axis=alt.Axis(format="+.0%", tickCount=5))
    colour = alt.condition("datum.change > 0", alt.value(HOLDS), alt.value(BREAKS))
    bars = base.mark_bar(height=14).encode(x=x, color=colour)
    spans = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=1.2)
        .encode(x=alt.X("low:Q", title=title), x2="high:Q")
    )
    zero = alt.Chart(ROWS).mark_rule(color=MUTED).encode(x=alt.datum(0))
    return _wide(alt.layer(bars, spans, zero), {"step": 24})  # type: ignore[arg-type]


def ranges() -> Any:
    """A box as ranges: one row an uncertainty, grey the prior, orange the box; rows label, plo, phi, lo, hi (chances)."""
    base = alt.Chart(ROWS).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=230))
    )
    x = alt.Scale(domain=[0, 1])
    title = "where in the prior (percentile)"
    prior = base.mark_bar(height=6, color=CONTEXT, opacity=0.5).encode(
        x=alt.X("plo:Q", scale=x, title=title, axis=alt.Axis(format="%")), x2="phi:Q"
    )
    box = base.mark_bar(height=12, color=BREAKS).encode(x=alt.X("lo:Q", scale=x, title=title), x2="hi:Q")
    return _wide(prior + box, {"step": 28})  # type: ignore[arg-type]


def lines(y: str, title: str, colour: str = "policy", percent: bool = True) -> Any:
    """Lines by year, one colour each with direct labels at the end; rows year, value and the colour's column."""
    base = alt.Chart(ROWS).encode(
        x=alt.X("year:Q", title=None, axis=alt.Axis(format="d")),
        color=alt.Color(f"{colour}:N", title=None, legend=alt.Legend(orient="top")),
    )
    axis = alt.Axis(format="%") if percent else alt.Axis()
    return _wide(base.mark_line(strokeWidth=2).encode(y=alt.Y(f"{y}:Q", title=title, axis=axis)), 240)


def heat(x: str, y: str, value: str, legend: str, percent: bool = False) -> Any:
    """A heat map with its values as text."""
    shown = ".0%" if percent else ".2f"
    base = alt.Chart(ROWS).encode(
        x=alt.X(
            f"{x}:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=-30, ticks=False, domain=False)
        ),
        y=alt.Y(f"{y}:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
    )
    cells = base.mark_rect(stroke="white").encode(
        color=alt.Color(
            f"{value}:Q",
            title=legend,
            scale=alt.Scale(range=["#F6F7F9", BREAKS], domainMin=0, interpolate="rgb"),
            legend=None,
        )
    )
    text = base.mark_text().encode(text=alt.Text(f"{value}:Q", format=shown))
    return _wide(cells + text, {"step": 32})  # type: ignore[arg-type]


def families(unit: str) -> Any:
    """A line and band a family, labelled at its end; rows family, year, p25, p50, p75."""
    colour = alt.Color(
        "family:N",
        legend=None,
        scale=alt.Scale(range=["#0A346F", "#C2500A", "#278770", "#CC60BE", "#AD930D", "#57606A", "#5B9BD0"]),
    )
    base = alt.Chart(ROWS).encode(x=alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=4)), color=colour)
    band = base.mark_area(opacity=0.14).encode(y=alt.Y("p25:Q", title=unit), y2="p75:Q")
    line = base.mark_line(strokeWidth=2).encode(y=alt.Y("p50:Q", title=unit))
    last = (
        base.transform_filter("datum.year === 2032")
        .mark_text(align="left", dx=5, fontWeight=600)
        .encode(y=alt.Y("p50:Q", title=unit), text="family:N")
    )
    return _wide(alt.layer(band, line, last), 150)
