"""The board: the share of futures in which each assumption holds under each policy."""

from textwrap import wrap
from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE
from premortem.charts.theme import HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits.form import Badge, Says
from premortem.propositions.board_cells import cells
from premortem.text.phrases import at_once, headline, month_in_words, share, short

SUBJECT = "The assumptions under each policy"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = "share of futures in which the assumption holds; 95% intervals in the data"
SOURCE = "simulated, under each policy of the run"
ALL = "all"
# From this share on a cell is so dark that white letters stand out more than dark ones.
DARK = 0.86
# Letters of a line of a name; and columns up to which their heads lie nearly flat.
LINE, FLAT = 30, 8
NAMES = {"assumption": {ALL: ""}}


def method(run: Any) -> str:
    """How it is done: under how many policies, and by what was known when."""
    many = len(run.policies) > 1
    same = (
        " The same futures under each policy of the run."
        if many
        else f" Under ‘{run.study.law(run.policies[0]).policy.title}’ alone."
    )
    return (
        f"An assumption holds in a future when all of its conditions do.{same} Shares of futures, not forecasts: they say how much "
        f"of what was thought possible in {month_in_words(run.study.case.settings.day)} an assumption survives."
    )


# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "policy": "",
    "title": "policy",
    "low": "low end of 95% (share of futures)",
    "high": "high end of 95% (share of futures)",
    "fails_first": "what fails first",
}


def data(run: Any) -> pl.DataFrame:
    """By assumption and policy: assumption, name, policy, its title, holds, low, high (shares of futures), fails_first."""
    names = {a.id: a.name for a in run.study.assumptions} | {ALL: at_once(len(run.study.assumptions))}
    titles = {p: run.study.law(p).policy.title for p in run.policies}
    rows = [
        {
            "assumption": c.assumption,
            "name": names[c.assumption],
            "policy": c.policy,
            "title": titles[c.policy],
            "holds": c.holds,
            "low": c.low,
            "high": c.high,
            "fails_first": c.fails_words,
        }
        for c in cells(run.board())
    ]
    return pl.DataFrame(rows)


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """A cell an assumption and policy, darker where it holds in more futures, with the share as text."""
    narrow = width < PHONE
    lines = ["|".join(wrap(name, LINE)) for name in frame["name"]]
    rows = frame.with_columns(lines=pl.Series(lines)).with_columns(
        text=pl.col("holds").map_elements(short, pl.String),
        label=pl.when(pl.col("assumption") == ALL)
        .then("name")
        .otherwise(pl.col("assumption") if narrow else pl.concat_str("assumption", "lines", separator="  ")),
    )
    policies = list(dict.fromkeys(rows["title"]))
    base = alt.Chart(rows).encode(
        x=alt.X(
            "title:N",
            sort=policies,
            title=None,
            axis=alt.Axis(
                orient="top", labelAngle=-60 if narrow or len(policies) > FLAT else -25, ticks=False, domain=False
            ),
        ),
        y=alt.Y(
            "label:N",
            sort=list(dict.fromkeys(rows["label"])),
            title=None,
            axis=alt.Axis(ticks=False, domain=False, labelLimit=300, labelExpr="split(datum.label, '|')"),
        ),
    )
    colour = alt.Color(
        "holds:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=["#F6F7F9", HOLDS], interpolate="rgb")
    )
    ink = alt.condition(f"datum.holds > {DARK}", alt.value("white"), alt.value(INK))
    cells = base.mark_rect(stroke="white", strokeWidth=2).encode(color=colour)
    words = base.mark_text(fontSize=12 if narrow else 14).encode(text="text:N", color=ink)
    return apply_theme(cells + words, height=40 * rows["label"].n_unique(), width=width - (90 if narrow else 300))


def says(frame: pl.DataFrame, run: Any) -> Says:
    """The finding in words."""
    lead = frame["policy"][0]
    shown = frame.filter(pl.col("policy") == lead)
    each = {r["assumption"]: r["holds"] for r in shown.to_dicts()}
    title = headline(run.study.law(lead).policy.title, {k: v for k, v in each.items() if k != ALL}, each[ALL])
    told = "; ".join(
        f"{r['assumption']} under {r['title']}: {share(r['holds'])} ({100 * r['low']:.1f} to {100 * r['high']:.1f}%)"
        for r in frame.to_dicts()
    )
    return Says(
        title,
        f"Table of shares of futures that hold. {told}.",
        "Ours. Shares and their intervals are those of `premortem board`.",
    )
