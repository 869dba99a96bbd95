"""Figure 5 of the note: surplus net generation by country, computed anew in three readings of its method."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, highest, lowest, muted_title
from premortem.charts.theme import BREAKS, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import listing

from ._tables import countries, read
from .surplus import FIRST, LAST, readings

SUBJECT = "Surplus net generation by country"
BADGE: Badge = "replicates in part"
UNIT = "TWh a year, average of 2019 to 2023; each panel on its own scale"
TABLES = ("irena_capacity", "capacity", "ember_capacity_extra", "generation", "ember_demand", "planning_factors")
SOURCE = "{tables}"
METHOD = (
    "Gross additions of capacity by fuel times capacity factors, less the growth of demand. As the note states it: each country's own factors. "
    "Beside it the same before demand growth is taken off, and the same with factors such as planners assume for new plants, an assumption "
    "(coal 0.85, gas 0.87, solar 0.29, wind 0.41; other fuels keep their own). One source of capacity a country: Ember, else IRENA. "
    "Generation and capacity are compared over the same years. A country without one of the tables is missing, never zero."
)
TITLES = {
    "as_stated": "As the note states it",
    "without_demand": "Demand growth not taken off",
    "planners": "Planners' capacity factors",
}
# What the note gives: levels in TWh a year, the ratio of the US to Germany, and the ten largest beside six of Tier 1.
NOTE_US, NOTE_RATIO, NOTE_CHINA, NOTE_OTHERS = 90, 3, 400, ("CHN", "BRA", "MEX", "IDN")
# Room for names of countries left of the bars.
LABELS = 110
# Shown in every panel, since the note names them.
NAMED = ("CHN", "USA", "DEU", "IND", "IDN")
TOP = 10
# Within this a country agrees with the table made by other hands [TWh a year].
APART = 0.1
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "as_stated": "as the note states it (TWh a year)",
    "without_demand": "demand growth not taken off (TWh a year)",
    "planners": "with planners' capacity factors (TWh a year)",
    "added": "generation added (TWh a year)",
    "demand_growth": "growth of demand (TWh a year)",
    "capacity_from": "capacity by",
    "tier1": "of Tier 1",
}


def data() -> pl.DataFrame:
    """Surplus by country in three readings [TWh a year]: iso3, country, tier1, as_stated, without_demand, planners, and their parts."""
    tiers = read("countries").select("iso3", tier1=pl.col("diffusion_tier") == 1)
    names = pl.col("iso3").replace_strict(countries()).alias("country")
    return readings().join(tiers, on="iso3", how="left").with_columns(names).sort("as_stated", descending=True)


def chart(frame: pl.DataFrame | None = None, width: int = WIDTH) -> Any:
    """A panel a reading: its ten largest and the countries that the note names; beside each other, on a phone below."""
    frame = data() if frame is None else frame
    narrow = width < PHONE
    size = width - LABELS if narrow else (width - 3 * LABELS) // 3
    panels = [_panel(frame, reading, size) for reading in TITLES]
    return apply_theme(alt.concat(*panels, columns=1 if narrow else 3, spacing=10, align="none"), width=None)


def _panel(frame: pl.DataFrame, reading: str, size: int) -> Any:
    ranked = frame.sort(reading, descending=True).with_row_index("rank", offset=1)
    shown = ranked.filter((pl.col("rank") <= TOP) | pl.col("iso3").is_in(NAMED))
    rows = shown.select("country", value=pl.col(reading), named=pl.col("iso3").is_in((*NAMED, *NOTE_OTHERS)))
    rows = rows.with_columns(
        text=pl.col("value").round(0).cast(pl.Int64).cast(pl.String).str.replace("-", "−"), end=pl.col("value").clip(0)
    )
    low, high = lowest(rows, "value"), highest(rows, "value")
    x = alt.X(
        "value:Q", title=None, axis=None, scale=alt.Scale(domain=[min(low, 0), high * (1.25 if high < 100 else 1.35)])
    )
    y = alt.Y(
        "country:N",
        sort=rows["country"].to_list(),
        title=None,
        axis=alt.Axis(ticks=False, domain=False, labelLimit=110),
    )
    base = alt.Chart(rows, title=muted_title(TITLES[reading])).encode(y=y)
    colour = alt.condition("datum.value < 0", alt.value(BREAKS), alt.value(HOLDS))
    bars = base.mark_bar(height=13).encode(x=x, color=colour)
    ends = base.mark_text(align="left", dx=4, fontSize=12, color=INK).encode(x=alt.X("end:Q"), text="text:N")
    return (bars + ends).properties(width=size, height=18 * rows.height)


def claims(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The note's claims beside each reading: claim, note, a value a reading, and whether it comes within a fifth or in kind."""
    by = {row["iso3"]: row for row in frame.to_dicts()}
    rows = []
    for reading in TITLES:
        us, de, cn, india, idn = (by[c][reading] for c in NAMED[1:2] + NAMED[2:3] + NAMED[0:1] + NAMED[3:])
        top = set(frame.sort(reading, descending=True)["iso3"].head(TOP))
        tier1 = sum(by[c]["tier1"] for c in top)
        rows.append(
            {
                "reading": reading,
                "us": us,
                "us_reproduces": abs(us / NOTE_US - 1) <= 0.2,
                "ratio": us / de,
                "ratio_reproduces": abs(us / de / NOTE_RATIO - 1) <= 0.2,
                "china": cn,
                "china_reproduces": cn > NOTE_CHINA,
                "india": india,
                "india_reproduces": india <= 0,
                "indonesia": idn,
                "ten_reproduce": top >= set(NOTE_OTHERS) and tier1 == TOP - len(NOTE_OTHERS),
                "indonesia_in_ten": "IDN" in top,
            }
        )
    return rows


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    stated, without, planners = claims(frame)
    both = stated["us_reproduces"] and stated["ratio_reproduces"]
    title = (
        f"The method as stated gives the US {stated['us']:.0f} and Germany {stated['us'] / stated['ratio']:.0f} TWh a year, "
        f"{'near' if both else 'unlike'} the note's; {'but ' if both else ''}China {stated['china']:.0f}{'' if stated['china_reproduces'] else f', not over {NOTE_CHINA}'}"
    )
    words = {"as_stated": "as stated", "without_demand": "without demand growth", "planners": "with planners' factors"}
    told = [
        f"{words[row['reading']]}: US {row['us']:.0f} ({row['ratio']:.1f} times Germany), China {row['china']:.0f}, India {row['india']:.0f}, Indonesia {row['indonesia']:.0f}"
        for row in (stated, without, planners)
    ]
    alternative = (
        f"Bars of surplus net generation in TWh a year for {frame.height} countries, the largest ten shown, in three readings; "
        + "; ".join(told)
        + "."
    )
    return Says(title, alternative, _check(stated, without, planners, frame))


def _check(stated: dict[str, Any], without: dict[str, Any], planners: dict[str, Any], frame: pl.DataFrame) -> str:
    kept = [
        name
        for name, key in (("the US level", "us"), ("three times Germany", "ratio"), ("India at zero or less", "india"))
        if stated[f"{key}_reproduces"]
    ]
    ten = [TITLES[row["reading"]].lower() for row in (stated, without, planners) if row["ten_reproduce"]]
    japan, germany = (frame.filter(pl.col("iso3") == c)["as_stated"][0] for c in ("JPN", "DEU"))
    return (
        f"As stated, what reproduces: {listing(kept)} (US {stated['us']:.0f} against about {NOTE_US}; {stated['ratio']:.1f} times Germany; India {stated['india']:.0f}). "
        f"China over {NOTE_CHINA} does not ({stated['china']:.0f}); it does when demand growth is not "
        f"taken off ({without['china']:.0f}), and nearly with planners' factors ({planners['china']:.0f}). "
        f"The note's ten (China, Brazil, Mexico, Indonesia and six of Tier 1) come with: {listing(ten)}. "
        "Its text has Indonesia among the ten and its figure's note has it at zero: here it is "
        f"{stated['indonesia']:.0f} to {planners['indonesia']:.0f}, so the text is right on the data. "
        f"Japan ({japan:.0f}) stands above Germany ({germany:.0f}), which the note has second. No reading meets all of the note's values. "
        f"{frame.height} countries have all the data; the others are missing, not zero. {_apart(frame)}"
    )


def _apart(frame: pl.DataFrame) -> str:
    """How the reading as stated compares with a table made by other hands from the same sources."""
    both = frame.join(read("figure5"), on="iso3")
    off = both.filter((pl.col("as_stated") - pl.col("surplus_twh_yr")).abs() > APART)
    years = read("generation").filter(pl.col("year").is_between(FIRST, LAST))
    short = (
        years.group_by("iso3", maintain_order=True)
        .agg(pl.col("year").n_unique())
        .filter(pl.col("year") <= LAST - FIRST)
    )
    lack = off.join(short, on="iso3", how="semi").height
    return (
        f"A table made by other hands from the same sources agrees for {both.height - off.height} of {both.height} countries within {APART} TWh; "
        f"of the {off.height} others {lack} lack a year of generation, which that table counts as zero and this one leaves out."
    )
