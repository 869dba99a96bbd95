"""How far the US leads: over China and over open models, in months."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, fan, fan_words, highest, muted_title, points, years
from premortem.charts.theme import BREAKS, HOLDS, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import number

from ._tables import read

SUBJECT = "The lead of US models, in months"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = "months behind the best US closed model; diamonds: what was recorded by 26 February 2025"
SOURCE = "simulated, the rule as written where the run has it; recorded gaps row by row in the observations"
METHOD = (
    "The gap is the time since the leader had the capability that the follower has now. Bands over all futures of the run, none weighted. "
    "What was read later is shown once, in the exhibit `hindcast`, beside what was said of it by what was known on the day."
)
SERIES = {
    "gap_months_cn": ("Chinese models", HOLDS, "us_cn_gap_months"),
    "gap_months_open": ("Open models", BREAKS, "open_closed_gap_months"),
}
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"series": "who follows"}
NAMES = {"series": {s: name for s, (name, _, _) in SERIES.items()}}


def data(run: Any) -> pl.DataFrame:
    """Bands and records [months]: series, kind (`simulated`, `recorded`), quarter, year, p5, p25, p50, p75, p95."""
    bands = run_bands.bands(run, *SERIES).with_columns(kind=pl.lit("simulated"))
    held = read("observations").filter(
        pl.col("quantity").is_in([q for _, _, q in SERIES.values()]), pl.col("known_on") <= run.study.case.settings.day
    )
    day = pl.col("date").dt
    seen = held.select(
        series=pl.col("quantity").replace_strict({q: s for s, (_, _, q) in SERIES.items()}),
        kind=pl.lit("recorded"),
        quarter=pl.format("{}Q{}", day.year(), day.quarter()),
        year=day.year() + (day.ordinal_day() - 1) / 365,
        p50=pl.col("value").cast(pl.Float64),
    )
    return pl.concat([bands, seen], how="diagonal_relaxed").select(
        "series", "kind", "quarter", "year", *run_bands.BANDS
    )


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A fan a rival, on one scale, with what was recorded."""
    narrow = width < PHONE
    size = width - 120 if narrow else (width - 190) // 2
    top = highest(frame, "p95")
    panels = [
        _panel(frame.filter(pl.col("series") == s), name, colour, size, top) for s, (name, colour, _) in SERIES.items()
    ]
    return apply_theme(alt.concat(*panels, columns=1 if narrow else 2, spacing=16), width=None)


def _panel(rows: pl.DataFrame, name: str, colour: str, width: int, top: float) -> Any:
    x = years(2024, 2033, values=[2024, 2026, 2028, 2030, 2032] if width > 250 else [2024, 2028, 2032])
    bands = rows.filter(pl.col("kind") == "simulated")
    seen = rows.filter(pl.col("kind") == "recorded").select(
        "year", value="p50", text=pl.col("p50").round(0).cast(pl.Int64).cast(pl.String)
    )
    drawn = fan(bands, x, None, colour, alt.Scale(domain=[0, top])) + fan_words(bands, x, top) + points(seen, x)
    return drawn.properties(width=width, height=230, title=muted_title(name))


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    spots = {s: _at(frame, s, 2028.875) for s in SERIES}
    china, opened = spots.values()
    title = f"China trails by {number(china['p50'])} months at the end of 2028 in the median future, anywhere from {number(china['p5'])} to {number(china['p95'])} in nine of ten"
    seen = frame.filter(pl.col("kind") == "recorded").sort("series", "year").to_dicts()
    told = "; ".join(f"{SERIES[r['series']][0]} {r['quarter']}: {r['p50']:.0f}" for r in seen)
    alternative = (
        f"Fans of the gap in months. Chinese models at the end of 2028: {number(china['p50'])} ({number(china['p5'])} to {number(china['p95'])}); "
        f"open models {number(opened['p50'])} ({number(opened['p5'])} to {number(opened['p95'])}). Recorded: {told or 'nothing by 26 February 2025'}."
    )
    check = "Ours. What was recorded after 26 February 2025 is judged in the exhibit `hindcast`, and nowhere else."
    return Says(title, alternative, check)


def _at(frame: pl.DataFrame, series: str, year: float) -> dict[str, Any]:
    rows = frame.filter((pl.col("series") == series) & (pl.col("kind") == "simulated"))
    return rows.sort((pl.col("year") - year).abs()).row(0, named=True)
