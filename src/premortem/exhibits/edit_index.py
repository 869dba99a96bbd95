"""Which clause numbers are likely to be heavily edited, by what they move and who pushes."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, highest
from premortem.charts.theme import BREAKS, CONTEXT, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.facts import read
from premortem.questions import answers_of_run
from premortem.questions.edits import TOP
from premortem.text.numbers import day_in_words, listing, lower_first, spell_count

SUBJECT = "The index of heavy edits"
BADGE: Badge = "ours"
RUN, ANEW = "needed", True
UNIT = "index from 0 to 1: what the clause moves, times how often it binds, times who pushes against it; filled: replaced or not enforced since"
TABLES = ("positions", "clause_edits")
SOURCE = "simulated on 1,024 futures; {tables}"
SHOWN = 12
# An index under this rounds to none.
LEAST = 0.005


def method(run: Any) -> str:
    """How it is done, and by what was known when."""
    return (
        "Shadow price over the largest, times the share of futures in which the number binds, times the pressure of those "
        f"who had spoken by {day_in_words(run.study.case.settings.day)}. What became of each number was looked at only afterwards, to score the ranking."
    )


# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "clause": "",
    "parameter": "",
    "name": "clause and number",
    "binds": "binds (share of futures)",
    "pressure": "who pushes against it",
    "edited": "replaced or not enforced since (0 to 1)",
}


def data(run: Any) -> pl.DataFrame:
    """By clause number: clause, parameter, index, rank, binds, pressure, name, edited (0 to 1, null where not coded)."""
    found = answers_of_run.edited(run, run_bands.policy(run))
    rows = pl.DataFrame(
        [
            {k: getattr(r, k) for k in ("clause", "parameter", "index", "rank", "binds", "pressure")}
            for r in found.clauses
        ]
    )
    edited = read("clause_edits", run.study.case).select(
        "clause", "parameter", "name", pl.col("edited").cast(pl.Float64)
    )
    return rows.join(edited, on=["clause", "parameter"], how="left").sort("rank")


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """Bars by rank, filled where the number was edited later."""
    narrow = width < PHONE
    rows = _shown(frame).with_columns(text=pl.col("index").map_elements(lambda v: f"{v:.2f}", pl.String))
    base = alt.Chart(rows).encode(
        y=alt.Y(
            "name:N",
            sort=rows["name"].to_list(),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=480),
        )
    )
    colour = alt.condition("datum.edited > 0.5", alt.value(BREAKS), alt.value("white"))
    bars = base.mark_bar(height=14, stroke=BREAKS).encode(
        x=alt.X("index:Q", title=None, axis=None, scale=alt.Scale(domain=[0, highest(rows, "index") * 1.15])),
        fill=colour,
    )
    words = base.mark_text(align="left", dx=5, fontSize=12).encode(x="index:Q", text="text:N")
    line = base.mark_rule(color=CONTEXT).encode(x=alt.datum(0))
    return apply_theme(bars + line + words, height=24 * rows.height, width=width - (200 if narrow else 240))


def says(frame: pl.DataFrame, run: Any) -> Says:
    """The finding in words."""
    names = [lower_first(name) for name in frame["name"].head(3)]
    first = frame.head(TOP)
    hits = first.filter(pl.col("edited") > 0.5).height
    title = (
        f"Under most pressure: {listing(names)}; {hits} of the first {spell_count(first.height)} numbers {'was' if hits == 1 else 'were'} "
        "later replaced or not enforced"
    )
    told = "; ".join(f"{r['name']} {r['index']:.2f}" for r in _shown(frame).to_dicts())
    edited = frame.drop_nulls("edited")
    check = (
        f"Ours. Of {edited.height} numbers whose fate is coded {edited.filter(pl.col('edited') > 0.5).height} were replaced "
        "or not enforced; `premortem edits` compares with naive rankings."
    )
    return Says(title, f"Bars of the index, the first by rank: {told}.", check)


def _shown(frame: pl.DataFrame) -> pl.DataFrame:
    """The first by rank, without those whose index is as good as none."""
    return frame.head(SHOWN).filter(pl.col("index") >= LEAST)
