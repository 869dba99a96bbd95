"""Table 2 of the note: who stands where on which family of clauses, as a matrix."""

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE
from premortem.charts.theme import BREAKS, GRID, HOLDS, INK, MUTED, WIDTH, apply_theme
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import listing

from ._tables import read

SUBJECT = "Positions of actors on families of clauses"
BADGE: Badge = "replicates in part"
UNIT = (
    "position from −2 (strongly against the clause) to +2 (strongly for it); larger circles where the actor spends more on it; "
    "blue: for, orange: against; dashed: not proved by a source of the note's day"
)
TABLES = ("positions", "table2_positions")
SOURCE = "{tables}"
METHOD = (
    "Positions and salience are coded by judgement from filings, statements and press, row by row; treat as ±1. On open weights the clause is a limit on "
    "releasing them. Dashed circles cannot be proved by a source of the note's day or before: a later source, or none with a day."
)
NOTE_DAY = date(2025, 2, 26)
# Groups of US firms that the note's table has, first; then who else spoke.
GROUPS = (
    "closed labs",
    "open model",
    "hyperscale clouds",
    "NVIDIA",
    "US toolmakers",
    "US energy",
    "US government",
    "Congress",
    "allies' toolmakers",
    "foundries",
    "allied governments",
    "EU",
    "Tier-2 governments",
    "PRC firms",
    "PRC government",
)
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "clause_family": "clauses",
    "position": "position (\u22122 against to +2 for)",
    "salience": "how much it spends on it (0 to 1)",
    "after_note": "said after the note",
}


def data() -> pl.DataFrame:
    """Positions: actor, group, clause_family, position (-2 to 2), salience (0 to 1), after_note, basis, source.

    One row an actor and family: what could be proved known by the note, else what was said later or has no day.
    """
    frame = read("positions").with_columns(after_note=~(pl.col("known_on") <= NOTE_DAY).fill_null(False))
    order = frame.sort("after_note", "known_on", nulls_last=True, maintain_order=True)
    one = order.unique(["actor", "clause_family"], keep="first", maintain_order=True)
    place = pl.col("group").replace_strict({g: i for i, g in enumerate(GROUPS)}, default=len(GROUPS))
    columns = ["actor", "group", "clause_family", "position", "salience", "after_note", "basis", "source"]
    return one.sort(place, "actor", "clause_family").select(columns)


def chart(frame: pl.DataFrame | None = None, width: int = WIDTH) -> Any:
    """Actors by families: a circle with the position, blue for and orange against, dashed where no source by the note proves it."""
    frame = data() if frame is None else frame
    narrow = width < PHONE
    families = (
        frame.group_by("clause_family", maintain_order=True)
        .len()
        .sort("len", descending=True)["clause_family"]
        .to_list()
    )
    actors = list(dict.fromkeys(frame["actor"]))
    text = pl.col("position").cast(pl.String).str.replace("-", "−")
    rows = frame.with_columns(text=pl.when(pl.col("position") > 0).then(pl.lit("+") + text).otherwise(text))
    axis = alt.Axis(
        orient="top", labelAngle=-50, labelPadding=8, ticks=False, domain=False, grid=True, labelFontSize=12
    )
    base = alt.Chart(rows).encode(
        x=alt.X("clause_family:N", sort=families, title=None, axis=axis),
        y=alt.Y(
            "actor:N",
            sort=actors,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, grid=True, labelFontSize=12, labelLimit=190 if narrow else 320),
        ),
    )
    signed = alt.Color(
        "sign:N",
        legend=None,
        scale=alt.Scale(domain=["for", "neither", "against"], range=[HOLDS, MUTED, BREAKS]),
    )
    sign = "datum.position > 0 ? 'for' : datum.position < 0 ? 'against' : 'neither'"
    marked = base.transform_calculate(sign=sign)
    size = alt.Size("salience:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[60, 260 if narrow else 420]))
    circles = marked.mark_point(filled=False, strokeWidth=1.8).encode(
        color=signed,
        size=size,
        fill=alt.condition("abs(datum.position) == 2", alt.value(GRID), alt.value("white")),
        strokeDash=alt.condition("datum.after_note", alt.value([3, 2]), alt.value([1, 0])),
    )
    words = base.mark_text(fontSize=12, color=INK).encode(text="text:N")
    return apply_theme(circles + words, height=22 * len(actors), width=width - (118 if narrow else 190))


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    known = frame.filter(~pl.col("after_note"))
    caps = known.filter(pl.col("clause_family") == "tier caps")
    against, in_favour = (caps.filter(pl.col("position") * side > 0)["actor"].to_list() for side in (-1, 1))
    title = f"By February 2025 {len(against)} of the {caps.height} actors whose stand on the tier caps can be proved stood against them"
    told = "; ".join(
        f"{family[0]}: " + ", ".join(f"{r['actor']} {r['position']:+d}" for r in rows.to_dicts())
        for family, rows in frame.group_by("clause_family", maintain_order=True)
    )
    alternative = f"Matrix of {frame['actor'].n_unique()} actors and {frame['clause_family'].n_unique()} families of clauses, positions from -2 to +2. {told}."
    first = read("table2_positions")
    both = first.join(frame, on=["actor", "clause_family"], suffix="_now", maintain_order="left")
    same = both.filter((pl.col("position") - pl.col("position_now")).abs() <= 1).height
    check = (
        f"The note's table is in words, so no number of it can be compared; a first coding of it and this fuller one share {both.height} cells and agree within one step in {same}. "
        f"Its lines come out: closed labs for tighter controls, Meta against limits on open weights, clouds and NVIDIA against the caps"
        f"{_firms_against(frame)}. For the caps by then: {listing(in_favour)}."
    )
    return Says(title, alternative, check)


def _firms_against(frame: pl.DataFrame) -> str:
    caps = frame.filter(
        (pl.col("clause_family") == "tier caps") & pl.col("group").is_in(["hyperscale clouds", "NVIDIA"])
    )
    return f" ({caps.filter(pl.col('position') < 0).height} of {caps.height})"
