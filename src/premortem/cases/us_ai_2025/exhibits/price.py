"""Price of a unit of quality and the markup in it."""

import math
from itertools import pairwise
from typing import Any

import altair as alt
import polars as pl

from premortem.case import year_of
from premortem.cases.us_ai_2025.exhibits._tables import read
from premortem.charts.marks import PHONE, fan, fan_words, highest, lowest, muted_title, years
from premortem.charts.theme import HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import listing, number, share, trend

SUBJECT = "Price of AI services and the markup in it"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = (
    "price in USD per million tokens, log scale; gross margin as a share of the price; line: median, bands: half and "
    "nine in ten of futures"
)
SOURCE = "simulated, the rule as written where the run has it"
METHOD = (
    "Price is unit cost and the markup that survives rivals: the nearer the open follower, the less is "
    "kept. Unit cost falls with cheaper compute and better methods and rises as answers get heavier. Where more is asked for than the "
    "fleet can serve, labs or clouds may charge what clears."
)
# The row of what is known in which the note's margin stands.
NOTED = "gross margin on API"
# A margin stays where its median never leaves a band as wide as this [share].
LITTLE = 0.06
PANELS = {"price": "Price of closed models", "gross_margin": "Gross margin in it"}
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"series": "what"}
NAMES = {
    "series": {
        "price": "Price of closed models (USD per million tokens)",
        "gross_margin": "Gross margin in it (of 1)",
        "price_open": "Price of open models (USD per million tokens)",
    }
}


def data(run: Any) -> pl.DataFrame:
    """Bands: series, quarter, year, p5, p25, p50, p75, p95; `price` in USD per million tokens, `gross_margin` a share."""
    return run_bands.bands(run, *PANELS, "price_open").select("series", "quarter", "year", *run_bands.BANDS)


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A fan of the price and a fan of the margin."""
    narrow = width < PHONE
    size = width - 130 if narrow else (width - 220) // 2
    x = years(2024, 2033, values=[2024, 2028, 2032])
    price = frame.filter(pl.col("series") == "price")
    low, high = lowest(price, "p5"), highest(price, "p95")
    margin = frame.filter(pl.col("series") == "gross_margin")
    log = alt.Scale(type="log", domain=[low * 0.8, high * 1.2])
    tens = [10.0**k for k in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    first = fan(price, x, None, HOLDS, log, "$,~g", tens).properties(
        width=size, height=220, title=muted_title(PANELS["price"])
    )
    drawn = fan(margin, x, None, HOLDS, alt.Scale(domain=[0, 1]), "%") + fan_words(margin, x, 1.0) + _beside(x)
    second = drawn.properties(width=size, height=220, title=muted_title(PANELS["gross_margin"]))
    return apply_theme(alt.concat(first, second, columns=1 if narrow else 2, spacing=20), width=None)


def noted() -> tuple[float, float, int]:
    """The margin that the note gives: its ends [share] and the year."""
    row = read("quantities").row(by_predicate=pl.col("quantity") == NOTED, named=True)
    return float(row["low"]), float(row["high"]), int(row["period"])


def _beside(x: Any) -> Any:
    """What the note says of the margin, hollow beside what is simulated."""
    low, high, year = noted()
    frame = pl.DataFrame({"year": [year + 0.5], "low": [low], "high": [high], "text": [f"the note, {year}"]})
    base = alt.Chart(frame).encode(x=x)
    bar = base.mark_bar(filled=False, stroke=INK, strokeWidth=1.5, width=9).encode(y="low:Q", y2="high:Q")
    return bar + base.mark_text(align="left", dx=9, dy=-6, fontSize=12, color=INK).encode(y="high:Q", text="text:N")


def _course(price: pl.DataFrame) -> str:
    """How the median price goes from the end of 2024 to that of 2032: by its lowest and highest year-ends in between."""
    ends = price.filter(pl.col("quarter").str.ends_with("Q4") & (pl.col("quarter") >= "2024Q4")).sort("quarter")
    path = {year_of(r["quarter"]): r["p50"] for r in ends.to_dicts()}
    first, last = min(path), max(path)
    turns = {min(path, key=lambda y: path[y]), max(path, key=lambda y: path[y])} - {first, last}
    stops = [first, *sorted(turns), last]
    told = []
    for start, end in pairwise(stops):
        rate, way = (path[end] / path[start]) ** (1 / (end - start)) - 1, trend(path[start], path[end])
        told.append(
            way if way == "stays level" else f"{way} by {share(abs(rate)) if abs(rate) < 1 else f'{rate:.0%}'} a year"
        )
        told[-1] += f" to {end}"
    return f"In the median future the price of closed models {', then '.join(told)}"


def _margin(margin: pl.DataFrame) -> str:
    """How the median margin goes, over all quarters that are drawn: between which ends, or from where to where."""
    path = margin.sort("year")["p50"]
    low, high = lowest(margin, "p50"), highest(margin, "p50")
    if high - low >= LITTLE:
        return f"goes from {share(path[0])} to {share(path[-1])}"
    ends = list(dict.fromkeys((share(low), share(high))))
    return f"stays {'at' if len(ends) == 1 else 'between'} {listing(ends)}"


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    price, margin = (frame.filter(pl.col("series") == s) for s in PANELS)
    then, later, last = (run_bands.row_at(price, q) for q in ("2024Q4", "2028Q4", "2032Q4"))
    kept, left = (run_bands.row_at(margin, q) for q in ("2024Q4", "2032Q4"))
    title = f"{_course(price)}, and the gross margin {_margin(margin)}"
    alternative = (
        f"Fans. Price in USD per million tokens: {number(then['p50'])} at the end of 2024, {number(later['p50'])} "
        f"({number(later['p5'])} to {number(later['p95'])}) at the end of 2028, {number(last['p50'])} at the end of 2032. "
        f"Gross margin: {share(kept['p50'])}, at the end of 2032 {share(left['p50'])} ({share(left['p5'])} to {share(left['p95'])})."
    )
    low, high, _ = noted()
    check = f"Ours. The note puts OpenAI's API margin at {100 * low:.0f} to {share(high)}; the model starts at {share(kept['p50'])} ({share(kept['p5'])} to {share(kept['p95'])})."
    return Says(title, alternative, check)
