"""What developing models earns back: profit over research, and clouds' revenue over AI capital."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, fan, fan_words, highest, muted_title, rule, years
from premortem.charts.theme import HOLDS, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import number, share

SUBJECT = "Return on model investment"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = "ratio; at 1 discounted gross profit since 2025 has paid back discounted research"
SOURCE = "simulated, the rule as written where the run has it"
METHOD = (
    "Closed labs: discounted gross profit over discounted research, both counted from 2025. Clouds: value of AI "
    "services a year over the AI capital behind them, on what found power. Neither is a forecast of any firm."
)
PANELS = {"roi_closed": "Closed labs: profit over research", "roi_hyperscaler": "Clouds: AI revenue over AI capital"}
FIRST = 2026.0
# Columns of the data as a reader's table heads them; one without words is for files alone.
NAMES = {"series": PANELS}
HEADINGS = {"series": "whose", "paid": "have paid back (share of futures)"}


def data(run: Any) -> pl.DataFrame:
    """Bands of both ratios, and the share of the first futures in which labs have paid back: series, quarter, year, p5 to p95, paid."""
    bands = run_bands.bands(run, *PANELS, start=FIRST)
    paths = run.paths(run_bands.policy(run))
    paid = (
        paths.group_by("quarter", maintain_order=True)
        .agg(paid=(pl.col("roi_closed") >= 1).mean())
        .with_columns(year=2023 + (pl.col("quarter") + 0.5) / 4)
    )
    joined = bands.join(paid.select("year", "paid"), on="year", how="left")
    paid_of = pl.when(pl.col("series") == "roi_closed").then("paid")
    return joined.with_columns(paid=paid_of).select("series", "quarter", "year", *run_bands.BANDS, "paid")


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A fan a ratio, with the line at which it pays."""
    narrow = width < PHONE
    size = width - 120 if narrow else (width - 210) // 2
    x = years(FIRST, 2033, values=[2026, 2028, 2030, 2032])
    panels = []
    for series, name in PANELS.items():
        rows = frame.filter(pl.col("series") == series)
        top = highest(rows, "p95")
        drawn = fan(rows, x, None, HOLDS, alt.Scale(domain=[0, top])) + fan_words(rows, x, top)
        if series == "roi_closed":
            drawn += rule(1.0, "paid back", size)
        panels.append(drawn.properties(width=size, height=220, title=muted_title(name)))
    return apply_theme(alt.concat(*panels, columns=1 if narrow else 2, spacing=20), width=None)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    last = run_bands.row_at(frame, "2030Q4", "roi_closed")
    cloud = run_bands.row_at(frame, "2030Q4", "roi_hyperscaler")
    title = f"By the end of 2030 closed labs have earned back their research in {share(last['paid'])} of futures; the median return is {number(last['p50'])}"
    alternative = (
        f"Fans of two ratios at the end of 2030. Closed labs, discounted profit over research: {number(last['p50'])} ({number(last['p5'])} to {number(last['p95'])}), "
        f"at 1 or above in {share(last['paid'])} of futures. Clouds, AI revenue over AI capital: {number(cloud['p50'])} ({number(cloud['p5'])} to {number(cloud['p95'])})."
    )
    check = (
        "Ours. The note's point of departure is OpenAI's loss of 5 billion on 3.7 billion of revenue "
        "in 2024; it gives no path. Shares come from the first 1,024 futures (all where the run has fewer), bands from all."
    )
    return Says(title, alternative, check)
