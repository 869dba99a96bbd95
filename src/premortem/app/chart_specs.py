"""Charts of the app as Vega-Lite with named data: the page fills `rows`, and fills it again when something moves.

Over 300 lines: a function a chart, with the axes and marks that they share.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt

from premortem.app.axes import STACKED, in_lines
from premortem.case import Measure
from premortem.charts.marks import CLIP, PLAIN, margin_fan
from premortem.charts.theme import BREAKS, CONTEXT, GRID, HOLDS, INK, MUTED, STEPS, apply_theme
from premortem.ensemble.bands import BANDS
from premortem.text.result import Document

Rows = list[dict[str, Any]]
ROWS = alt.NamedData("rows")
# Labels beside bars, in as many lines as they were stacked in.
_LABELS = alt.Axis(labelExpr=STACKED, labelLimit=0, labelFontSize=12, labelLineHeight=13, ticks=False, domain=False)


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
    def spec(self) -> Document:
        """Vega-Lite without its data."""
        found: dict[str, Any] = self.chart.to_dict()
        found.pop("datasets", None)
        return found


@dataclass(frozen=True)
class Side:
    """One direction of a scatter: its title, its ends, those of the box, whether it runs in ratios, and where it is marked if not in even steps."""

    title: str
    low: float
    high: float
    box: tuple[float, float]
    log: bool = False
    labels: str = PLAIN
    ticks: Sequence[float] = ()


def wide(chart: Any, height: int, right: int | None = 5) -> Any:
    """The chart itself with the project's look, as wide as its place; room of so many pixels at the right for words at the ends of lines,
    none for a map.
    """
    drawn = apply_theme(chart, height=height, width=None)
    drawn.width, drawn.autosize = "container", {"type": "fit-x", "contains": "padding"}
    if right is not None:
        drawn.padding = {"left": 5, "top": 5, "bottom": 5, "right": right}
    drawn.config = drawn.config.copy(deep=False)
    drawn.config.aria = False  # the table is the data for who cannot see the marks
    return drawn


def fan(first: int, end: int, marks: Sequence[tuple[float, str]] = ()) -> Any:
    """The fan of a margin by year, with what lies on either side of 0 at its end, and days that are marked as years with their words;
    rows year, p5 to p95.
    """
    clipped = {f"{band}c": f"clamp(datum.{band}, {-CLIP}, {CLIP})" for band in BANDS}
    base = alt.Chart(ROWS).transform_calculate(**clipped)
    scale = alt.Scale(zero=True, nice=True)
    drawn = margin_fan(base, first, end, "margin (above 0 it holds)", scale, suffix="c")
    once = alt.Chart(ROWS).transform_aggregate(n="count()")  # one word, not one a step
    sides = [
        once.mark_text(text=word, align="left", dx=6, dy=dy, fontWeight=600, color=colour).encode(
            x=alt.datum(end), y=alt.datum(0)
        )
        for word, colour, dy in (("holds", HOLDS, -11), ("breaks", BREAKS, 11))
    ]
    return wide(alt.layer(*drawn, *sides, *_days(once, marks)), 260, right=12)


def _days(once: Any, marks: Sequence[tuple[float, str]]) -> list[Any]:
    """Upright lines at days, each with its words at the top, one below the other."""
    found = []
    for place, (year, text) in enumerate(marks):
        found += [
            once.mark_rule(color=MUTED, strokeDash=[3, 3]).encode(
                x=alt.datum(year), y=alt.value(16 * place), y2=alt.value("height")
            ),
            once.mark_text(text=text, align="left", dx=5, fontSize=12, color=INK).encode(
                x=alt.datum(year), y=alt.value(8 + 16 * place)
            ),
        ]
    return found


def strip(first: int, end: int) -> Any:
    """Share of futures in which it breaks, by year; rows year, breaks."""
    base = alt.Chart(ROWS).encode(
        x=alt.X(
            "year:Q",
            title=None,
            axis=alt.Axis(format="d", tickCount=8),
            scale=alt.Scale(domain=[first, end], nice=False),
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
    return wide(bars, 90)


def diverging(title: str, count: int) -> Any:
    """Bars from 0 by size, each with its number; rows label (stacked), change (share), low, high, said."""
    base = alt.Chart(ROWS).encode(y=alt.Y("label:N", sort=None, title=None, axis=_LABELS))
    axis = alt.Axis(labelExpr="format(100 * datum.value, '+d')")
    x = alt.X("change:Q", title=title, axis=axis, scale=alt.Scale(padding=34))
    colour = alt.condition("datum.change > 0", alt.value(HOLDS), alt.value(BREAKS))
    bars = base.mark_bar(height=14).encode(x=x, color=colour)
    spans = (
        base.transform_filter("isValid(datum.low)")
        .mark_rule(color=INK, strokeWidth=1.2)
        .encode(x=alt.X("low:Q", title=title), x2="high:Q")
    )
    zero = alt.Chart(ROWS).mark_rule(color=MUTED).encode(x=alt.datum(0))
    ends: list[tuple[str, Any, int, str]] = [
        ("datum.change > 0", "left", 5, "high"),
        ("datum.change <= 0", "right", -5, "low"),
    ]
    words = [
        base.transform_filter(side)
        .mark_text(align=align, dx=dx)
        .encode(x=alt.X(f"{end}:Q", title=title), text="said:N")
        for side, align, dx, end in ends
    ]
    return wide(alt.layer(bars, spans, zero, *words), 30 + 44 * count)


def ranges(count: int) -> Any:
    """A box as ranges: one row an uncertainty, grey the prior, orange the box; rows label (stacked), plo, phi, lo, hi (chances)."""
    base = alt.Chart(ROWS).encode(y=alt.Y("label:N", sort=None, title=None, axis=_LABELS))
    x = alt.Scale(domain=[0, 1])
    title = "percentile of the prior"
    prior = base.mark_bar(height=6, color=CONTEXT, opacity=0.5).encode(
        x=alt.X("plo:Q", scale=x, title=title, axis=alt.Axis(format="%")), x2="phi:Q"
    )
    box = base.mark_bar(height=12, color=BREAKS).encode(x=alt.X("lo:Q", scale=x, title=title), x2="hi:Q")
    return wide(prior + box, 30 + 44 * count)


def scatter(sides: Sequence[Side]) -> Any:
    """Futures across and up two uncertainties: circles hold, triangles break; the box outlined; rows x, y, breaks (text)."""
    x, y = (_side(axis, side) for axis, side in zip((alt.X, alt.Y), sides, strict=True))
    shape = alt.Scale(domain=["holds", "breaks"], range=["circle", "triangle-up"])
    colour = alt.Scale(domain=["holds", "breaks"], range=[HOLDS, BREAKS])
    legend = alt.Legend(title=None, orient="top")
    points = (
        alt.Chart(ROWS).mark_point(filled=True, size=34, opacity=0.7, clip=True)
        .encode(x=x, y=y, shape=alt.Shape("breaks:N", scale=shape, legend=legend), color=alt.Color("breaks:N", scale=colour, legend=legend))
    )  # fmt: skip
    ends = {f"{axis}{i}": alt.datum(side.box[i]) for axis, side in zip("xy", sides, strict=True) for i in (0, 1)}
    at = {"x": ends["x0"], "x2": ends["x1"], "y": ends["y0"], "y2": ends["y1"]}
    once = alt.Chart(ROWS).transform_aggregate(n="count()")  # one box, not one a future
    box = once.mark_rect(fill=None, stroke=INK, strokeWidth=2.5, clip=True).encode(**at)
    return wide(alt.layer(points, box), 300)


def _side(axis: Any, side: Side) -> Any:
    ends: dict[str, Any] = {"domain": [side.low, side.high], "nice": False}
    scale = alt.Scale(type="log", **ends) if side.log else alt.Scale(zero=False, **ends)
    return axis(
        f"{axis.__name__.lower()}:Q",
        title=in_lines(side.title),
        scale=scale,
        axis=alt.Axis(**({"values": [*side.ticks]} if side.ticks else {"tickCount": 5}), labelExpr=side.labels),
    )


def path() -> Any:
    """The curve that a box is chosen from: density against coverage, the chosen point marked; rows coverage, density, chosen."""
    share = alt.Axis(format="%", tickCount=6)
    x = alt.X("coverage:Q", title="coverage: share of the breaks inside", axis=share, scale=alt.Scale(domain=[0, 1]))
    y = alt.Y("density:Q", title="density: share of the inside that breaks", axis=share, scale=alt.Scale(domain=[0, 1]))
    base = alt.Chart(ROWS).encode(x=x, y=y, order="step:Q")
    points = base.mark_point(filled=True, size=24, color=MUTED, opacity=1)
    chosen = base.transform_filter("datum.chosen").mark_point(filled=True, size=130, color=BREAKS, opacity=1)
    return wide(alt.layer(base.mark_line(color=CONTEXT), points, chosen), 220)


def takes(title: str, unit: str, labels: str = PLAIN) -> Any:
    """Share that holds against one number, with a rule where it stands now and one at a half; rows value, holds, now."""
    axis = alt.Axis(format="%", tickCount=6) if unit in ("share", "0-1") else alt.Axis(labelExpr=labels, tickCount=6)
    x = alt.X("value:Q", title=in_lines(title), axis=axis, scale=alt.Scale(zero=False, nice=False))
    y = alt.Y(
        "holds:Q", title="share of futures in which it holds", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
    )
    base = alt.Chart(ROWS).encode(x=x, y=y)
    half = alt.Chart(ROWS).mark_rule(color=MUTED, strokeDash=[4, 3]).encode(y=alt.datum(0.5))
    now = alt.Chart(ROWS).mark_rule(color=INK, strokeWidth=1.5).encode(x=alt.X("min(now):Q", title=in_lines(title)))
    line = base.mark_line(color=HOLDS, strokeWidth=2.5, point=alt.OverlayMarkDef(filled=True, size=30, color=HOLDS))
    return wide(alt.layer(half, now, line), 220)


def families(unit: str, letters: Sequence[str], named: int) -> Any:
    """A line and band a family, labelled in the year `named` at the height `named` of its row, grey and bare where another is chosen; rows family, year, p25, p50,
    p75, dim, named.
    """
    hues = ["#0A346F", "#C2500A", "#278770", "#CC60BE", "#AD930D", "#57606A", "#5B9BD0"][: len(letters)]
    family = alt.Color("family:N", legend=None, scale=alt.Scale(domain=list(letters), range=hues))
    colour = alt.condition("datum.dim", alt.value(CONTEXT), family)
    base = alt.Chart(ROWS).encode(
        x=alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=4)), detail="family:N"
    )
    axis = alt.Axis(format="%") if unit == "share" else alt.Axis()

    def height(key: str) -> alt.Y:
        return alt.Y(f"{key}:Q", title=unit, axis=axis)

    lit = base.transform_filter("!datum.dim")
    band = lit.mark_area(opacity=0.14).encode(y=height("p25"), y2="p75:Q", color=family)
    grey = base.transform_filter("datum.dim").mark_line(strokeWidth=1, color=CONTEXT)
    line = lit.mark_line(strokeWidth=2).encode(color=family)
    last = (
        base.transform_filter(f"datum.year === {named}")
        .mark_text(align="left", dx=5, fontWeight=600)
        .encode(text="family:N", color=colour)
    )
    y = height("p50")
    return wide(alt.layer(band, grey.encode(y=y), line.encode(y=y), last.encode(y=height("named"))), 150)


def observable(unit: str, share: bool, lowest: float | None) -> Any:
    """An observable by year with the model's band, a threshold and what was read; rows year, p5, p50, p95, limit, read.

    From `lowest` on a logarithmic scale, on which what is below stands at its foot; None for a straight one.
    """
    axis = alt.Axis(format="%", tickCount=4) if share else alt.Axis(labelExpr=PLAIN, tickCount=4)
    base = alt.Chart(ROWS).encode(x=alt.X("year:Q", title=None, axis=alt.Axis(format="d", tickCount=4)))
    known = base.transform_filter("isValid(datum.p50)")

    def y(key: str) -> alt.Y:
        return alt.Y(f"{key}:Q", title=unit, axis=axis, scale=scale)

    scale = alt.Scale(type="log", nice=False, domainMin=lowest, clamp=True) if lowest else alt.Scale(zero=False)
    band = known.mark_area(opacity=0.2, color=HOLDS).encode(y=y("p5"), y2="p95:Q")
    line = known.mark_line(color=HOLDS, strokeWidth=2).encode(y=y("p50"))
    limit = (
        base.transform_filter("isValid(datum.limit)")
        .mark_line(color=BREAKS, strokeDash=[5, 3], strokeWidth=1.5)
        .encode(y=y("limit"))
    )
    seen = base.transform_filter("isValid(datum.read)").mark_point(filled=True, shape="diamond", size=70, color=INK, opacity=1)  # fmt: skip
    return wide(alt.layer(band, line, limit, seen.encode(y=y("read"))), 120)


def world(measure: Measure, top: float) -> Any:
    """The map: countries of `rows` (iso3, value, said) as shapes, small states as circles; what has no value is grey."""
    land = alt.UrlData("/geo/world.json", format=alt.TopoDataFormat(feature="countries", type="topojson"))
    colour = _classes(measure.classes) if measure.classes else _amounts(measure.unit, top)
    tip = [
        alt.Tooltip("name:N", title="Country"),
        alt.Tooltip("said:N", title="Value"),
        alt.Tooltip("region:N", title="Region"),
    ]
    ground = alt.Chart(land).mark_geoshape(fill=GRID, stroke="white", strokeWidth=0.4)
    known = (
        alt.Chart(land).mark_geoshape(stroke=MUTED, strokeWidth=0.4)
        .transform_lookup(lookup="id", from_=alt.LookupData(ROWS, "iso3", ["value", "said", "name", "region"]))
        .transform_filter("isValid(datum.value)").encode(color=colour, tooltip=tip)
    )  # fmt: skip
    small = (
        alt.Chart(ROWS).mark_circle(size=28, stroke=MUTED, strokeWidth=0.6, opacity=1)
        .transform_filter("datum.circle && isValid(datum.value)").encode(longitude="lon:Q", latitude="lat:Q", color=colour, tooltip=tip)
    )  # fmt: skip
    return wide(alt.layer(ground, known, small).project(type="equalEarth"), 460, right=None)


def _classes(words: Sequence[str]) -> Any:
    """Classes from 1 on, each in its colour and by its word."""
    legend = alt.Legend(orient="top", labelExpr=f"{json.dumps([*words])}[datum.value - 1]")
    domain = list(range(1, len(words) + 1))
    colours = alt.Scale(domain=domain, range=list(STEPS)[: len(words)])
    return alt.Color("value:O", title="grey: no data", scale=colours, legend=legend)


def _amounts(unit: str, top: float) -> Any:
    """Shares on a straight scale from 0; amounts on a logarithmic one over four decades, since a few places hold most."""
    share = unit == "share"
    scale = alt.Scale(
        type="linear" if share else "log",
        domain=[0 if share else top / 1e4, top],
        range=list(STEPS),
        interpolate="rgb",
        clamp=True,
    )
    title = "grey: no data" if share else f"{unit}, logarithmic; grey: no data"
    legend = alt.Legend(orient="top", gradientLength=260, titleLimit=0, format="%" if share else ".1~r", tickCount=5)
    return alt.Color("value:Q", title=title, scale=scale, legend=legend)


def stock(unit: str, first: int, end: int, limit: str = "limit") -> Any:
    """A stock with its band beside a limit, which is named at its end; rows year, p5, p50, p95, cap."""
    base = alt.Chart(ROWS).encode(
        x=alt.X("year:Q", title=None, axis=alt.Axis(format="d"), scale=alt.Scale(domain=[first, end], nice=False))
    )
    band = base.mark_area(opacity=0.2, color=HOLDS).encode(y=alt.Y("p5:Q", title=unit), y2="p95:Q")
    line = base.mark_line(color=HOLDS, strokeWidth=2.5).encode(y=alt.Y("p50:Q", title=unit))
    capped = base.transform_filter("isValid(datum.cap)")
    cap = capped.mark_line(color=BREAKS, strokeDash=[5, 3], strokeWidth=2, interpolate="step").encode(
        y=alt.Y("cap:Q", title=unit)
    )
    ends = capped.transform_joinaggregate(last="max(year)").transform_filter("datum.year === datum.last")
    word = ends.mark_text(text=limit, align="right", dy=-9, fontSize=12, color=BREAKS).encode(
        y=alt.Y("cap:Q", title=unit)
    )
    return wide(alt.layer(band, line, cap, word), 240)
