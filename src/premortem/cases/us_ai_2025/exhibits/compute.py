"""Compute by place and origin over time: what stands where under the rule as written, and who made it."""

from typing import Any

import altair as alt
import numpy as np
import polars as pl

from premortem.case import year_of
from premortem.charts.marks import PHONE, muted_title
from premortem.charts.theme import BREAKS, HOLDS, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import number, share

from ._tables import read

SUBJECT = "Compute by place and origin"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = "million H100 equivalents by total processing performance, log scale; band: nine in ten of the first 1,024 futures (all where the run has fewer), line: median"
SOURCE = "simulated, the rule as written where the run has it"
METHOD = (
    "Stock at the end of each quarter in 26 regions, added up to five places: the US, its allies of Tier 1, Tier 2, China and the rest of Tier 3. "
    "Origin: chips of US make or under US rules against Chinese make; China's own stock holds both and counts whole as Chinese."
)
# Regions of the model by place; the rest of the blocs is what the rule capped.
PLACES = {"US": "us", "Allies, Tier 1": "ally", "Tier 2": "other", "China": "china", "Rest of Tier 3": "denied"}
ORIGINS = {"stock_us": "US-aligned", "stock_cn": "Chinese"}


def data(run: Any) -> pl.DataFrame:
    """Stock by place, origin and year-end [MH]: place, origin, quarter, year, p5, p50, p95."""
    held = run.regional(run_bands.policy(run), list(ORIGINS))
    bloc = np.array(read("regions")["bloc"].to_list())
    labels = run.study.steps
    rows = []
    for place, key in PLACES.items():
        for series, origin in ORIGINS.items():
            sums = held[series][:, bloc == key].sum(1)
            low, middle, high = np.quantile(sums, [0.05, 0.5, 0.95], axis=1)
            rows += [
                {
                    "place": place,
                    "origin": origin,
                    "quarter": q,
                    "year": year_of(q),
                    "p5": low[i],
                    "p50": middle[i],
                    "p95": high[i],
                }
                for i, q in enumerate(labels)
                if q.endswith("Q4") and q >= "2023Q4"
            ]
    return pl.DataFrame(rows)


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A panel a place, all on one log scale, US-aligned and Chinese stock as bands with medians."""
    narrow = width < PHONE
    shown = [p for p in PLACES if p != "Rest of Tier 3"]
    columns = 2 if narrow else 4
    size = (width - 44 * columns) // columns
    panels = [_panel(frame.filter(pl.col("place") == place), place, size, i) for i, place in enumerate(shown)]
    return apply_theme(alt.concat(*panels, columns=columns, spacing=12), width=None)


def _panel(rows: pl.DataFrame, place: str, width: int, number_: int) -> Any:
    x = alt.X(
        "year:Q",
        title=None,
        axis=alt.Axis(format="d", values=[2024, 2028, 2032], grid=False),
        scale=alt.Scale(domain=[2023.6, 2033.2]),
    )
    y: dict[str, Any] = {
        "scale": alt.Scale(type="log", domain=[0.01, 1000]),
        "title": None,
        "axis": alt.Axis(values=[0.01, 0.1, 1, 10, 100, 1000], format="~g"),
    }
    colour = alt.Color("origin:N", legend=None, scale=alt.Scale(domain=list(ORIGINS.values()), range=[HOLDS, BREAKS]))
    # a year's end lies where the next year begins
    rows = rows.with_columns(pl.col("year") + 1, *(pl.col(c).clip(0.005) for c in ("p5", "p50", "p95")))
    base = alt.Chart(rows, title=muted_title(place)).encode(x=x, color=colour)
    band = base.mark_area(opacity=0.22, clip=True).encode(y=alt.Y("p5:Q", **y), y2="p95:Q")
    dash = alt.StrokeDash(
        "origin:N", legend=None, scale=alt.Scale(domain=list(ORIGINS.values()), range=[[1, 0], [5, 3]])
    )
    line = base.mark_line(strokeWidth=2.5, clip=True).encode(y=alt.Y("p50:Q", **y), strokeDash=dash)
    layers = [band, line]
    if number_ == 2:  # named once, in the panel where both are apart
        spots = pl.DataFrame(
            {
                "year": [2024.0, 2033.0],
                "at": [300.0, 0.018],
                "origin": list(ORIGINS.values()),
                "align": ["left", "right"],
            }
        )
        layers += [
            alt.Chart(spots.filter(pl.col("align") == align))
            .mark_text(fontSize=12, fontWeight=600, align=align)
            .encode(x=x, y=alt.Y("at:Q", **y), text="origin:N", color=colour)
            for align in ("left", "right")
        ]
    return alt.layer(*layers).properties(width=width, height=210)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    ends = {q: frame.filter(pl.col("quarter") == q) for q in ("2024Q4", "2030Q4")}
    shares = {q: _share(rows, "US") for q, rows in ends.items()}
    tier2 = ends["2030Q4"].filter(pl.col("place") == "Tier 2")
    chinese = tier2.filter(pl.col("origin") == "Chinese")["p50"][0] / tier2["p50"].sum()
    total = {q: float(rows["p50"].sum()) for q, rows in ends.items()}
    title = (
        f"The world's AI compute at the end of 2030 is {number(total['2030Q4'] / total['2024Q4'], 2)} times that at the end of 2024; "
        f"the US then has {share(shares['2030Q4'])} of it after {share(shares['2024Q4'])}, and {share(chinese)} of Tier 2's is Chinese"
    )
    told = "; ".join(
        f"{r['place']}, {r['origin']}: {number(r['p50'])} ({number(r['p5'])} to {number(r['p95'])})"
        for r in ends["2030Q4"].to_dicts()
    )
    alternative = f"Bands by place over time. Medians at the end of 2030 in million H100 equivalents, nine in ten futures in brackets: {told}."
    check = f"Ours: the note has no such figure. Medians of parts need not add up to the median of the whole. The US holds {share(shares['2024Q4'])} at the end of 2024 in the model."
    return Says(title, alternative, check)


def _share(rows: pl.DataFrame, place: str) -> float:
    return float(rows.filter(pl.col("place") == place)["p50"].sum()) / float(rows["p50"].sum())
