"""The hindcast: what the model said on 26 February 2025 of what was read later, misses first."""

from typing import Any

import altair as alt
import polars as pl

from premortem import analysis
from premortem.exhibits.form import Badge, Says, sources
from premortem.exhibits.marks import PHONE
from premortem.exhibits.theme import BREAKS, CONTEXT, HOLDS, INK, WIDTH, themed
from premortem.words import number

SUBJECT = "The hindcast of what was read later"
BADGE: Badge = "ours"
RUN, ANEW = "needed", True
UNIT = "place of the reading within its prediction, each row on its own scale: bar from 5 to 95% of futures, tick at the median"
SOURCE = "20,000 futures simulated anew along paths of policy that futures draw; " + sources("observations")
METHOD = (
    "Futures weighted by what was known on 26 February 2025 say what would be read; readings that became known later are laid beside them. "
    "A miss lies outside the bar and is a cross, a hit a dot. Nothing was changed because of a later reading."
)
# How far outside its bar a reading is still drawn in its place, in widths of the bar.
EDGE = 0.35


def data(run: Any) -> pl.DataFrame:
    """By reading, misses first: quantity, date, unit, observed, p5, p50, p95, inside, rank, crps and its baselines, source."""
    # drawn anew: a large run holds more futures than paths of policy are worth drawing for
    scored = analysis.hindcast(study=run.study).weighted.observables
    columns = ("quantity", "unit", "observed", "p5", "p50", "p95", "inside", "rank", "crps", "crps_persistence")
    rows = [{name: getattr(s, name) for name in columns} | {"date": str(s.date), "source": s.source} for s in scored]
    frame = pl.DataFrame(rows, schema_overrides={"crps_persistence": pl.Float64})
    return frame.sort("inside", (pl.col("rank") - 0.5).abs(), descending=[False, True])


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A row a reading: its bar, the median as a tick and the reading as a dot, or a cross where it misses."""
    narrow = width < PHONE
    room = 40 if narrow else 500
    span = pl.col("p95") - pl.col("p5")
    said = [f"{number(r['observed'], 3)} ({number(r['p5'], 3)} to {number(r['p95'], 3)})" for r in frame.to_dicts()]
    rows = frame.with_columns(
        name=pl.col("quantity").str.replace_all("_", " ")
        + pl.format(", {}, {}", "unit", pl.col("date").str.slice(0, 7)),
        place=((pl.col("observed") - pl.col("p5")) / span).clip(-EDGE, 1 + EDGE),
        middle=(pl.col("p50") - pl.col("p5")) / span,
        said=pl.Series(said),
        low=pl.lit(0.0),
        high=pl.lit(1.0),
    )
    axis = None if narrow else alt.Axis(ticks=False, domain=False, labelLimit=420, labelFontSize=12)
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=rows["name"].to_list(), title=None, axis=axis))
    x: dict[str, Any] = {"scale": alt.Scale(domain=[-EDGE - 0.1, 1 + EDGE + 0.1]), "title": None, "axis": None}
    bar = base.mark_rule(color=CONTEXT, opacity=0.5, strokeWidth=7).encode(x=alt.X("low:Q", **x), x2="high:Q")
    tick = base.mark_tick(color=INK, thickness=2, size=13).encode(x=alt.X("middle:Q", **x))
    hits = base.transform_filter("datum.inside").mark_point(filled=True, size=75, color=HOLDS, opacity=1)
    misses = base.transform_filter("!datum.inside").mark_point(
        shape="cross", filled=True, size=120, color=BREAKS, opacity=1
    )
    points = [marks.encode(x=alt.X("place:Q", **x)) for marks in (hits, misses)]
    words = base.mark_text(align="left", fontSize=12).encode(x=alt.value(width - room + 6), text="said:N")
    step = 22
    if narrow:  # the name above its bar, the numbers under it
        step = 54
        names = base.mark_text(align="left", fontSize=12, dy=-16).encode(x=alt.value(0), text="name:N")
        words = names + base.mark_text(align="left", fontSize=12, dy=16, color=INK).encode(
            x=alt.value(0), text="said:N"
        )
    return themed(bar + tick + points[0] + points[1] + words, height=step * rows.height, width=width - room)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    inside = int(frame["inside"].sum())
    title = f"{inside} of {frame.height} readings after February 2025 fell inside the range of nine in ten futures"
    told = "; ".join(
        f"{r['quantity']} {r['date']}: {number(r['observed'], 3)} {r['unit']}, said {number(r['p50'], 3)} ({number(r['p5'], 3)} to {number(r['p95'], 3)})"
        for r in frame.to_dicts()
    )
    judged = frame.drop_nulls("crps_persistence")
    better = judged.filter(pl.col("crps") < pl.col("crps_persistence")).height
    check = f"Ours. The model is nearer than carrying the last value forward in {better} of {judged.height} readings that have one; `premortem hindcast` has the scores."
    return Says(title, f"Bars of predictions with what was read. {told}.", check)
