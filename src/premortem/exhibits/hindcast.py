"""The hindcast: what the model said by what was known on a day, and what was read later, misses first."""

from textwrap import wrap
from typing import Any

import altair as alt
import polars as pl

from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK, MUTED, WIDTH, apply_theme
from premortem.exhibits.form import Badge, Says
from premortem.questions import answers_of_run
from premortem.text.numbers import capital, day_in_words, number
from premortem.text.tables import plain as in_full
from premortem.watch import hindcast_words as words
from premortem.watch import quantities
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.reading_kinds import apart
from premortem.watch.reading_scores import Scored

SUBJECT = "The hindcast of what was read later"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = (
    "place of the reading within its prediction, each row on its own scale: bar from 5 to 95% of futures, tick at the median; "
    "dot: the reading, cross: one outside the bar; at the right the reading and the ends of the bar"
)
TABLES = ("observations", "readings")
SOURCE = f"futures of the run, the first {answers_of_run.LOOKED_AT:,} where it has more, each along the path of policy that it draws; {{tables}}"
# How far outside its bar a reading is still drawn in its place, in widths of the bar.
EDGE = 0.35
# Room of a letter of a name, and of a line of them, in units of the picture.
LETTER, LINE = 6, 15


def method(run: Any) -> str:
    """How it is done, and by what was known when."""
    return (
        f"Futures weighted by what was known on {day_in_words(run.study.case.settings.day)} say what would be read; readings that became known later are laid beside them. "
        f"A miss lies outside the bar and is a cross, a hit a dot. No later reading weighs a future. {run.study.case.text.brief.record}".rstrip()
    )


# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "quantity": "",
    "group": "",
    "says": "what was read",
    "observed": "reading",
    "inside": "inside nine in ten",
    "rank": "place among futures (share of futures)",
    "crps": "error of the model",
    "crps_persistence": "error of 'nothing changes'",
    "readings_inside": "of these inside",
}


def data(run: Any) -> pl.DataFrame:
    """The reading furthest out of each group and kind, misses first: quantity, kind, group, date, unit, observed, p5, p50, p95, inside, rank,
    crps and its baselines, source, says; and how many readings the group has of that kind, and how many of these lie inside.
    """
    # of the run, as the brief and the app do, so that a reading has one verdict
    found = answers_of_run.judged(run).weighted
    known = quantities.shipped_quantities(run.study.case)
    columns = (
        "quantity",
        "kind",
        "group",
        "unit",
        "observed",
        "p5",
        "p50",
        "p95",
        "inside",
        "rank",
        "crps",
        "crps_persistence",
    )
    rows = [
        {name: getattr(s, name) for name in columns}
        | {"date": str(s.date), "source": s.source, "says": known[s.quantity].says}
        | _of_group(s, found)
        for s in found.furthest
    ]
    frame = pl.DataFrame(rows, schema_overrides={"crps_persistence": pl.Float64})
    return frame.sort("inside", (pl.col("rank") - 0.5).abs(), descending=[False, True])


def _of_group(s: Scored, found: Hindcast) -> dict[str, int]:
    alike = [o for o in found.observables if (o.group, o.kind) == (s.group, s.kind)]
    return {"readings": len(alike), "readings_inside": sum(o.inside for o in alike)}


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A row a reading: its name over its bar, the median as a tick and the reading as a dot, or a cross where it misses."""
    span = pl.col("p95") - pl.col("p5")
    said = [f"{in_full(r['observed'])} ({number(r['p5'], 3)} to {number(r['p95'], 3)})" for r in frame.to_dicts()]
    names = [
        "\n".join(
            wrap(
                f"{r['says']}, {r['unit']}, {r['date'][:7]}, {r['kind']}",
                width // LETTER,
            )
        )
        for r in frame.to_dicts()
    ]
    rows = frame.with_columns(
        name=pl.Series(names),
        place=((pl.col("observed") - pl.col("p5")) / span).clip(-EDGE, 1 + EDGE),
        middle=(pl.col("p50") - pl.col("p5")) / span,
        said=pl.Series(said),
        lines=pl.Series([name.count("\n") + 1 for name in names]),
        beside=pl.lit(1 + EDGE),
        low=pl.lit(0.0),
        high=pl.lit(1.0),
    )
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=names, title=None, axis=None))
    x: dict[str, Any] = {"scale": alt.Scale(domain=[-EDGE, 1 + 2 * EDGE]), "title": None, "axis": None}
    bar = base.mark_rule(color=CONTEXT, opacity=0.5, strokeWidth=7).encode(x=alt.X("low:Q", **x), x2="high:Q")
    tick = base.mark_tick(color=INK, thickness=2, size=13).encode(x=alt.X("middle:Q", **x))
    hits = base.transform_filter("datum.inside").mark_point(filled=True, size=75, color=HOLDS, opacity=1)
    misses = base.transform_filter("!datum.inside").mark_point(
        shape="cross", filled=True, size=120, color=BREAKS, opacity=1
    )
    points = [marks.encode(x=alt.X("place:Q", **x)) for marks in (hits, misses)]
    words = base.mark_text(align="left", dx=8, fontSize=12).encode(x=alt.X("beside:Q", **x), text="said:N")
    lines = max(name.count("\n") + 1 for name in names)
    above = [_name(base, lines) for lines in sorted({*rows["lines"]})]
    drawn = alt.layer(bar, tick, *points, words, *above)
    return apply_theme(drawn, height=(30 + LINE * lines) * rows.height, width=width)


def _name(base: alt.Chart, lines: int) -> Any:
    """The names of so many lines, which stand above their bars: a text of several lines begins as much higher."""
    marks = base.transform_filter(f"datum.lines == {lines}").mark_text(
        align="left", baseline="bottom", fontSize=12, dy=-9 - LINE * (lines - 1), lineBreak="\n", color=MUTED
    )
    return marks.encode(x=alt.value(0), text="name:N")


def says(frame: pl.DataFrame, run: Any) -> Says:
    """The finding in words."""
    found = answers_of_run.judged(run).weighted
    told = "; ".join(
        f"{r['says']}, {r['date']}, {r['kind']}: {in_full(r['observed'])} {r['unit']}, said {number(r['p50'], 3)} ({number(r['p5'], 3)} to {number(r['p95'], 3)})"
        for r in frame.to_dicts()
    )
    check = (
        f"Ours. Of each group of readings that tell of one fact the one that lies furthest out is shown{apart(found.kinds)}. {words.beside(found)} "
        + " ".join(f"{capital(line)}." for line in words.against(found))
    )
    return Says(words.title(found), f"Bars of predictions with what was read. {told}.", check)
