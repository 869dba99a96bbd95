"""What holds China's chips back: memory or logic, over time."""

from typing import Any

import altair as alt
import polars as pl

from premortem.case import year_of
from premortem.charts.marks import PHONE, muted_title, years
from premortem.charts.theme import BREAKS, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import share

SUBJECT = "HBM or logic as China's binding constraint"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = (
    "share of futures in which memory, more than logic dies, limits the accelerators that China packages in a quarter"
)
SOURCE = "simulated, under each policy of the run"
METHOD = (
    "An accelerator needs dies and stacks of high-bandwidth memory; what is short binds. Memory is said to bind in a "
    "future where it limits more than logic does; counted over the first 1,024 futures of each policy, or all where the run has fewer. "
    "The ban of December 2024 leaves a stockpile that runs down."
)
# Degree from which memory limits more than logic does.
HALF = 0.5
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"memory": "memory binds (share of futures)", "logic": "dies bind (share of futures)"}


def data(run: Any) -> pl.DataFrame:
    """By policy and quarter: policy, quarter, year, memory (share of futures in which memory binds), logic (the rest)."""
    parts = []
    for policy in run.policies:
        paths = run.paths(policy)
        mean = (
            paths.group_by("quarter", maintain_order=True)
            .agg(memory=(pl.col("cn_hbm_bound") > HALF).mean())
            .sort("quarter")
        )
        parts.append(
            mean.with_columns(
                policy=pl.lit(policy),
                quarter=pl.Series([run.study.steps[q] for q in mean["quarter"]]),
                year=year_of(run.study.steps[0]) + (pl.col("quarter") + 0.5) / 4,
                logic=1 - pl.col("memory"),
            )
        )
    return pl.concat(parts).filter(pl.col("year") >= 2024).select("policy", "quarter", "year", "memory", "logic")


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """Memory's share as an area from below and logic's from above, for the run's leading policy; other policies as lines."""
    lead = frame["policy"][0]
    rows = frame.filter(pl.col("policy") == lead)
    x = years(2024, 2033, tickCount=4 if width < PHONE else 8)
    y: dict[str, Any] = {"scale": alt.Scale(domain=[0, 1]), "title": None, "axis": alt.Axis(format="%", tickCount=5)}
    base = alt.Chart(rows, title=muted_title(f"Under {lead}")).encode(x=x)
    memory = base.mark_area(color=BREAKS, opacity=0.8).encode(y=alt.Y("memory:Q", **y))
    logic = base.mark_area(color=HOLDS, opacity=0.25).encode(y=alt.Y("memory:Q", **y), y2=alt.datum(1))
    words = pl.DataFrame(
        {"year": [2030.0, 2030.0], "at": [0.2, 0.9], "text": ["memory binds", "logic binds"], "ink": ["white", INK]}
    )
    named = (
        alt.Chart(words)
        .mark_text(fontSize=14, fontWeight=600)
        .encode(x=x, y="at:Q", text="text:N", color=alt.Color("ink:N", scale=None))
    )
    return apply_theme(logic + memory + named, height=250, width=width - 50)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    lead = frame["policy"][0]
    rows = frame.filter(pl.col("policy") == lead).sort("year")
    start, end = rows.filter(pl.col("year") > 2025.0).row(0, named=True), rows.row(-1, named=True)
    top = rows.sort("memory").row(-1, named=True)
    title = (
        f"Memory binds China's accelerators in {share(start['memory'])} of futures early in 2025, in {share(top['memory'])} at its height "
        f"in {int(top['year'])} and in {share(end['memory'])} at the end of 2032"
    )
    alternative = (
        f"Area of the share of futures in which memory binds, under {lead}: {share(start['memory'])} early in 2025, "
        f"{share(top['memory'])} in {int(top['year'])}, {share(end['memory'])} at the end of 2032; logic binds in the rest. "
        + "; ".join(
            f"{p}: {share(float(g['memory'][-1]))} at the end"
            for (p,), g in frame.group_by("policy", maintain_order=True)
        )
        + "."
    )
    return Says(
        title, alternative, "Ours. The note says that memory and not logic may become the bottleneck, without a series."
    )
