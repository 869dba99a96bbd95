"""The caps against what countries want: how much of Tier 2's demand stays unmet, by region."""

from math import isfinite
from typing import Any

import altair as alt
import numpy as np
import polars as pl

from premortem.charts.marks import PHONE, highest, lowest
from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import number, share

from ._tables import read

SUBJECT = "The caps against demand, by country"
BADGE: Badge = "ours"
RUN = "needed"
UNIT = (
    "million H100 equivalents a country, 2025 to 2027, log scale; filled: wanted, with nine in "
    "ten futures; ring: placed; at the right: share of futures that want more than the allocation"
)
SOURCE = "simulated; allocations as the rulebook answers"
METHOD = (
    "For each Tier-2 region of the model: what its countries add or would have added over 2025 to 2027 (additions and unmet demand), a country on average, "
    "beside what one country's allocation lets in without a validated end user. Regions of one country are that country; the others show their mean."
)
SPAN = ("2025Q1", "2027Q4")
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "wanted": "wanted, median",
    "low": "wanted, lowest of nine in ten",
    "high": "wanted, highest of nine in ten",
    "unmet": "not met",
    "cap": "allocation",
    "over_cap": "want more than the allocation (share of futures)",
}


def data(run: Any) -> pl.DataFrame:
    """By Tier-2 region, a country on average [MH]: region, countries, wanted, placed, unmet, low and high of wanted, cap, binds (share of futures)."""
    policy = run_bands.policy(run)
    held = run.regional(policy, ["additions", "unmet", "chinese_abroad"])
    labels = run.study.steps
    window = slice(labels.index(SPAN[0]), labels.index(SPAN[1]) + 1)
    regions = read("regions")
    cap = _allocation(run, policy)
    placed, unmet = (held[name][window].sum(0) for name in ("additions", "unmet"))
    wanted = placed + unmet
    rows = []
    for i, region in enumerate(regions.to_dicts()):
        if region["bloc"] != "other":
            continue
        n = region["n_countries"]
        low, middle, high = np.quantile(wanted[i] / n, [0.05, 0.5, 0.95])
        rows.append(
            {
                "region": region["name"],
                "countries": n,
                "wanted": middle,
                "low": low,
                "high": high,
                "placed": float(np.median(placed[i] / n)),
                "unmet": float(np.median(unmet[i] / n)),
                "cap": cap,
                "over_cap": float((wanted[i] / n > cap).mean()),
            }
        )
    return pl.DataFrame(rows).sort("wanted", descending=True)


def _allocation(run: Any, policy: str) -> float:
    """One country's allocation [MH]."""
    h100 = read("chips").filter(pl.col("name") == "H100 SXM")["tpp"][0]
    book = run.study.law(policy)
    clause = "diffusion.country_allocation"
    return float(book.number(clause, "tpp") / h100 / 1e6) if clause in book.by_id else float("nan")


def chart(frame: pl.DataFrame, width: int = WIDTH) -> Any:
    """Wanted and placed by region as dots with the band of what is wanted, and the cap as a line."""
    narrow = width < PHONE
    size = width - (160 if narrow else 240)
    rows = frame.with_columns(text=pl.format("{}", pl.col("over_cap").map_elements(share, pl.String)))
    y = alt.Y(
        "region:N",
        sort=frame["region"].to_list(),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=230 if narrow else 340),
    )
    low = max(lowest(frame, "placed") / 3, 1e-5)
    x = alt.X(
        "wanted:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[low, highest(frame, "high") * 12], clamp=True),
        axis=alt.Axis(tickCount=5, format="~g"),
    )
    base = alt.Chart(rows).encode(y=y)
    band = base.mark_rule(color=CONTEXT, strokeWidth=5, opacity=0.45).encode(x=alt.X("low:Q"), x2="high:Q")
    wanted = base.mark_point(filled=True, size=80, color=BREAKS, opacity=1).encode(x=x)
    placed = base.mark_point(filled=False, size=80, color=HOLDS, strokeWidth=2, opacity=1).encode(x="placed:Q")
    words = base.mark_text(align="right", fontSize=12, color=INK).encode(x=alt.value(size), text="text:N")
    line = alt.Chart(rows.head(1)).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="cap:Q")
    named = (
        alt.Chart(rows.head(1))
        .mark_text(dy=-8, fontSize=12, color=INK, baseline="bottom")
        .encode(x="cap:Q", y=alt.value(0), text=alt.value("one country's allocation"))
    )
    return apply_theme(band + line + named + wanted + placed + words, height=24 * frame.height, width=size)


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    over = frame.filter(pl.col("over_cap") > 0.5)
    first = frame.row(0, named=True)
    title = (
        f"In {over.height} of {frame.height} Tier-2 regions a country wants more than its allocation in most futures; "
        f"{first['region']} wants most, {number(first['wanted'] / first['cap'], 2)} times its own in the median future"
        if isfinite(first["cap"])
        else f"No allocation caps the {frame.height} Tier-2 regions; {first['region']} wants most, {number(first['wanted'])} million H100 "
        "equivalents a country in the median future"
    )
    told = "; ".join(
        f"{r['region']}: wanted {number(r['wanted'])}, placed {number(r['placed'])}, over the cap in {share(r['over_cap'])} of futures"
        for r in frame.to_dicts()
    )
    alternative = f"Dots by region in million H100 equivalents a country, 2025 to 2027, against an allocation of {number(first['cap'])}: filled wanted, hollow placed. {told}."
    check = (
        "Ours. The allocation is the clause's number over an H100's; what is placed can pass it, "
        "since universal and national validated end users and low-volume orders do not use it up."
    )
    return Says(title, alternative, check)
