"""Figure 4 of the note: DeepSeek's services by day, from its status feed, in two measures; and the model's mechanism."""

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, fan, fan_words, muted_title
from premortem.charts.theme import BREAKS, HOLDS, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says

from ._tables import read

SUBJECT = "DeepSeek's service status by day"
BADGE: Badge = "replicates"
RUN = "used"
UNIT = "% of the day (UTC), 27 December 2024 to 24 February 2025"
TABLES = ("figure4_uptime", "figure4_phases")
SOURCE = "{tables}"
METHOD = (
    "From the operator's own incident records. Two measures: uptime as the status page counts it (full outage counts whole, partial 0.3, degraded nothing), which has the note's shape; "
    "and the share of the day at full performance, which counts a service that the page calls degraded as not at it. "
    "A status page says what the operator admits. In the model an app answers no more than it can serve: "
    "China's serving capacity for third markets (by memory bandwidth) bounds its share of their tokens, "
    "except as others host its open weights."
)
MEASURES = {"uptime": "Uptime as the status page counts it", "full performance": "Full performance"}
SERVICES = {"api": "API", "chat": "Web chat"}
LAST = "2025-02-24"
# Uptime that counts as whole [%]; and full performance on a day that counts as next to none [%].
WHOLE, NONE = 99.5, 1.0
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"panel": "what", "percent": "% of the day"}
NAMES = {"service": SERVICES, "measure": MEASURES, "panel": {"status": "status page", "model": "in the model"}}


def data(run: Any = None) -> pl.DataFrame:
    """By day, service and measure: panel, date, service, measure, percent; with a run the band of China's serving capacity."""
    days = read("figure4_uptime").filter(pl.col("date").cast(pl.String) <= LAST)
    parts = [
        days.select(
            panel=pl.lit("status"),
            date=pl.col("date").cast(pl.String),
            service="service",
            measure=pl.lit(name),
            percent=column,
        )
        for name, column in (("uptime", "uptime_statuspage_pct"), ("full performance", "full_performance_pct"))
    ]
    if run is not None:
        band = run_bands.bands(run, "cn_serving").filter(pl.col("year") < 2028)
        parts.append(band.select("quarter", "year", *run_bands.BANDS, panel=pl.lit("model")))
    return pl.concat(parts, how="diagonal_relaxed")


def chart(frame: pl.DataFrame | None = None, width: int = WIDTH) -> Any:
    """A panel a service with both measures; below, with a run, the serving capacity of the model."""
    frame = data() if frame is None else frame
    narrow = width < PHONE
    half = width - 50 if narrow else (width - 110) // 2
    panels = [_service(frame, key, name, half) for key, name in SERVICES.items()]
    drawn = alt.concat(*panels, columns=1 if narrow else 2, spacing=20)
    model = frame.filter(pl.col("panel") == "model")
    if model.height:
        drawn = alt.concat(drawn, _capacity(model, width - 50), columns=1, spacing=18)
    return apply_theme(drawn, width=None)


def _service(frame: pl.DataFrame, service: str, name: str, width: int) -> Any:
    rows = frame.filter((pl.col("panel") == "status") & (pl.col("service") == service)).select(
        "date", "measure", "percent"
    )
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%-d %b", tickCount=4, grid=False))
    y = alt.Y(
        "percent:Q",
        title=None,
        scale=alt.Scale(domain=[0, 108]),
        axis=alt.Axis(values=[0, 25, 50, 75, 100], labelExpr="datum.label + '%'"),
    )
    colour = alt.Color("measure:N", legend=None, scale=alt.Scale(domain=list(MEASURES), range=[HOLDS, BREAKS]))
    dash = alt.StrokeDash("measure:N", legend=None, scale=alt.Scale(domain=list(MEASURES), range=[[1, 0], [4, 3]]))
    lines = (
        alt.Chart(rows, title=muted_title(name))
        .mark_line(interpolate="step", strokeWidth=2)
        .encode(x=x, y=y, color=colour, strokeDash=dash)
    )
    words = pl.DataFrame(
        {
            "date": ["2024-12-28", "2025-02-23"],
            "percent": [86.0, 10.0],
            "measure": list(MEASURES),
            "text": ["uptime", "full performance"],
            "align": ["left", "right"],
        }
    )
    drawn = [
        alt.Chart(words.filter(pl.col("align") == align))
        .mark_text(align=align, fontSize=12, fontWeight=600)
        .encode(x=x, y="percent:Q", text="text:N", color=colour)
        for align in ("left", "right")
    ]
    return (lines + drawn[0] + drawn[1]).properties(width=width, height=170)


def _capacity(model: pl.DataFrame, width: int) -> Any:
    x = alt.X(
        "year:Q", title=None, axis=alt.Axis(format="d", tickCount=4, grid=False), scale=alt.Scale(domain=[2024, 2028.7])
    )
    rows = model.select("year", *run_bands.BANDS)
    drawn = fan(rows, x, None) + fan_words(rows, x)
    return drawn.properties(
        width=width,
        height=150,
        title=muted_title(["In the model: China's serving capacity,", "million H100s by memory bandwidth"]),
    )


def worst(frame: pl.DataFrame) -> dict[str, Any]:
    """The API's worst day by uptime, the last on which it is not whole; the first day from which full performance stays next to
    none, and the most that it is on a day from there on [%].
    """
    api = frame.filter((pl.col("panel") == "status") & (pl.col("service") == "api"))
    uptime = api.filter(pl.col("measure") == "uptime").sort("date")
    low = uptime.row(int(uptime["percent"].arg_min() or 0), named=True)
    broken = uptime.filter(pl.col("percent") < WHOLE)["date"].max()
    full = api.filter(pl.col("measure") == "full performance").sort("date")
    better = full.filter(pl.col("percent") >= NONE)["date"].max()
    rest = full if better is None else full.filter(pl.col("date") > better)
    return {
        "day": low["date"],
        "percent": low["percent"],
        "until": broken,
        "none_from": rest["date"].min(),
        "full": rest["percent"].max(),
    }


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    found = worst(frame)
    chat = frame.filter((pl.col("service") == "chat") & (pl.col("measure") == "uptime"))
    low = chat.sort("percent").row(0, named=True)
    after = f", and stayed at {WHOLE}% or more after {_day(found['until'])}" if found["until"] else ""
    title = (
        f"By its status page's count DeepSeek's API fell to {found['percent']:.0f}% uptime on {_day(found['day'])}{after}; "
        f"{_performance(found)}"
    )
    alternative = (
        "Lines by day for API and web chat. API uptime as the status page counts it: lowest "
        f"{found['percent']:.0f}% on {found['day']}, under {WHOLE}% for the last time on {found['until']}. "
        f"Web chat: lowest {low['percent']:.0f}% on {low['date']}. The API: {_performance(found)}."
    )
    model = frame.filter(pl.col("panel") == "model")
    said = ""
    if model.height:
        then, later = (model.filter((pl.col("year") - y).abs() < 0.2).row(0, named=True) for y in (2025.1, 2027.1))
        said = f" In the model China's serving capacity goes from a median of {then['p50']:.1f} to {later['p50']:.1f} million H100s by memory bandwidth from early 2025 to early 2027."
    check = (
        "The note's shape (a stall in late January, over by mid-February) reproduces with the status "
        f"page's own weights: API {found['percent']:.0f}% at worst, {WHOLE}% or more after {found['until']}. "
        "It does not with the measure that its axis names, time at full performance: "
        f"{_performance(found)}, while the note says that the trouble had gone by mid-February.{said}"
    )
    return Says(title, alternative, check)


def _performance(found: dict[str, Any]) -> str:
    """From when the API was at full performance next to never, and on no day for more than what, as the drawing has it."""
    if found["none_from"] is None:
        return f"on {_day(LAST)} it was at full performance"
    most = f" for more than {found['full']:.2g}% of the day" if found["full"] else ""
    return f"on no day from {_day(found['none_from'])} to {_day(LAST)} was it at full performance{most}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B}"
