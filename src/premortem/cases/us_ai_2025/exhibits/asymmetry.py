"""What time is worth to each side: faster patches, and warnings that come earlier."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, highest, muted_title
from premortem.charts.theme import BREAKS, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.questions import answers_of_run
from premortem.text.numbers import change_in_points, points, share

SUBJECT = "The asymmetry of time"
BADGE: Badge = "ours"
RUN, ANEW = "needed", True
UNIT = "change in the share of futures in which an assumption holds, in points"
SOURCE = "simulated anew on 8,192 futures, the rule as written where the run has it"
METHOD = (
    "The same futures three times: as they are; with every loophole patched one quarter sooner; and with the coming memory "
    "ban known two quarters earlier, so that more is stockpiled. Differences are of the same futures, so small ones count."
)
BASE = "as it is"
# A change under this is said to be little [share of futures].
LITTLE = 0.03
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"change": "change in it", "low": "change, low end of 95%", "high": "change, high end of 95%"}


def data(run: Any) -> pl.DataFrame:
    """By case and assumption: case, assumption, holds (share), change (share)."""
    moved = answers_of_run.time_moved(run, run_bands.policy(run))
    return pl.DataFrame([row.as_dict() for row in moved.cases])


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A panel a case, bars of the change by assumption."""
    narrow = width < PHONE
    cases = [c for c in dict.fromkeys(frame["case"]) if c != BASE]
    size = width - 70 if narrow else (width - 110) // 2
    most = max(highest(frame.select(pl.col("change").abs()), "change"), 0.005) * 1.35
    panels = []
    for case in cases:
        rows = frame.filter(pl.col("case") == case).with_columns(text=pl.col("change").map_elements(_signed, pl.String))
        base = alt.Chart(rows, title=muted_title(case[0].upper() + case[1:])).encode(
            y=alt.Y("assumption:N", title=None, axis=alt.Axis(ticks=False, domain=False))
        )
        scale = alt.Scale(domain=[-most, most])
        x = alt.X("change:Q", title=None, scale=scale, axis=None)
        bars = base.mark_bar(height=16).encode(
            x=x, color=alt.condition("datum.change < 0", alt.value(BREAKS), alt.value(HOLDS))
        )
        zero = (
            base.mark_rule(color=INK)
            .transform_calculate(zero="0")
            .encode(x=alt.X("zero:Q", title=None, scale=scale, axis=None))
        )
        sides: Any = ((">=", "left", 5), ("<", "right", -5))
        words = [
            base.transform_filter(f"datum.change {sign} 0")
            .mark_text(align=align, dx=dx, fontSize=13)
            .encode(x=x, text="text:N")
            for sign, align, dx in sides
        ]
        panels.append((bars + zero + words[0] + words[1]).properties(width=size, height=150))
    return apply_theme(alt.concat(*panels, columns=1 if narrow else 2, spacing=20), width=None)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    moved = frame.filter(pl.col("case") != BASE)
    most = moved.sort(pl.col("change").abs()).row(-1, named=True)
    small = abs(most["change"]) < LITTLE
    lead = f"A quarter or two moves no assumption by more than {100 * abs(most['change']):.1f} points"
    title = (
        f"{lead}; {most['assumption']} moves most, when {_told(most['case'])}"
        if small
        else f"{most['assumption']} moves by {points(most['change'])} when {_told(most['case'])}"
    )
    told = "; ".join(
        f"{r['case']}, {r['assumption']}: {share(r['holds'])} ({change_in_points(r['change'])} points)"
        for r in frame.to_dicts()
    )
    return Says(
        title,
        f"Bars of the change by assumption. {told}.",
        "Ours. The note says that limits reported six months before they came let China stockpile; it gives no number for what that was worth.",
    )


def _told(case: str) -> str:
    """A case within a sentence, after `when`: `loopholes are patched a quarter slower`."""
    return (
        case.replace(" patched", " are patched")
        .replace(" announced", " is announced")
        .replace(" without", " comes without")
    )


def _signed(change: float) -> str:
    """A change in points with its sign; one that a tenth of a point does not show as `under 0.1`, `0` where there is none."""
    return change_in_points(change).replace("-", "−")
