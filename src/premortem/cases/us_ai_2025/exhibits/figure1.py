"""Figure 1 of the note: the framework in one picture, tiers as a map and its numbers read from the clauses."""

from datetime import date
from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE
from premortem.charts.theme import GRID, INK, MUTED, STEPS, WIDTH, apply_theme
from premortem.charts.worldmap import BORDERS, world_map
from premortem.exhibits.form import Badge, Says
from premortem.law import book as rules
from premortem.text.numbers import number

from ._tables import CASE, countries, read

SUBJECT = "The AI Diffusion Framework in one picture"
BADGE: Badge = "replicates"
UNIT = "tier of each place under the rule of 15 January 2025, and the numbers of its clauses; H100s by total processing performance"
TABLES = ("countries", "figure1_framework")
SOURCE = "{tables}; clause files of the rulebook, citations in the data"
METHOD = (
    "Tiers as the rulebook answers for each place on the day of compliance; every number is read from the clause that decides shipments, "
    "and stands beside the note's. "
    + BORDERS
    + " Tiers come from the rule; territories follow their states where it is silent."
)
DAY = date(2025, 5, 15)
POLICY = "as-written"
# What the note counts, its clause number in the rulebook, how it reads, and the note's own value in the same unit.
NUMBERS = (
    ("Tier 2: each country, 2025 to 2027", "diffusion.country_allocation", "tpp", None, "TPP", 790_000_000),
    ("Raised for aligned governments by at most", "diffusion.country_raise", "raise_max", None, "%", 100),
    ("Universal VEU: least in Tier 1", "diffusion.uveu", "home_min", None, "%", 75),
    ("Universal VEU: most outside Tier 1", "diffusion.uveu", "outside_max", None, "%", 25),
    ("Universal VEU: most in one such country", "diffusion.uveu", "country_max", None, "%", 7),
    ("US universal VEU: least in the US", "diffusion.uveu", "us_min", None, "%", 50),
    (
        "National VEU: each firm and country, early 2025",
        "diffusion.nveu",
        "ceiling",
        date(2025, 2, 15),
        "TPP",
        40_000 * 15_824,
    ),
    (
        "National VEU: each firm and country, 2027",
        "diffusion.nveu",
        "ceiling",
        date(2027, 11, 15),
        "TPP",
        320_000 * 15_824,
    ),
    ("Exception LPP: each buyer, a year", "diffusion.lpp", "tpp_year", None, "TPP", None),
    ("Closed weights: licence from", "diffusion.weights", "line", None, "operations", None),
)
# Exceptions, and who may use them; a clause without a limit of its own has none.
EXCEPTIONS = (
    ("Exception AIA: buyers of Tier 1", "diffusion.aia"),
    ("Exception ACM: makers and their stores", "diffusion.acm"),
)
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {"kind": "what", "value": "value in the rule", "clause": "", "note": "value in the note"}


def data() -> pl.DataFrame:
    """Places with their tier and numbers with their clause: kind, name, iso3, tier, value, unit, clause, citation, note."""
    book = rules.load(POLICY, CASE)
    places = read("countries").select("iso3").filter(pl.col("iso3") != "ATA")["iso3"]
    rows = [{"kind": "place", "name": countries()[iso3], "iso3": iso3, "tier": book.tier(iso3, DAY)} for iso3 in places]
    rows += [
        {
            "kind": "number",
            "name": name,
            "value": book.number(clause, key, day) * (100 if unit == "%" else 1),
            "unit": unit,
            "clause": f"{clause}.{key}",
            "citation": book.by_id[clause].citation,
            "note": note,
        }
        for name, clause, key, day, unit, note in NUMBERS
    ]
    rows += [
        {
            "kind": "exception",
            "name": name,
            "unit": "limit of its own" if book.by_id[clause].within else "no limit",
            "clause": clause,
            "citation": book.by_id[clause].citation,
        }
        for name, clause in EXCEPTIONS
    ]
    kinds = {"kind": pl.String, "name": pl.String, "iso3": pl.String, "tier": pl.Int64}
    more = {"value": pl.Float64, "unit": pl.String, "clause": pl.String, "citation": pl.String, "note": pl.Float64}
    return pl.DataFrame(rows, schema=kinds | more)


def chart(frame: pl.DataFrame | None = None, width: int = WIDTH) -> Any:
    """The map by tier over the list of numbers."""
    frame = data() if frame is None else frame
    narrow = width < PHONE
    counts = dict(frame.drop_nulls("tier").group_by("tier", maintain_order=True).len().rows())
    words = {
        1: f"Tier 1: no cap ({counts[1]} places)",
        2: f"Tier 2: capped ({counts[2]})",
        3: f"Tier 3: denied ({counts[3]})",
    }
    colour = alt.Color(
        "kind:N",
        title=None,
        scale=alt.Scale(domain=list(words.values()), range=list(STEPS)),
        legend=alt.Legend(orient="top", symbolType="square", columns=1 if narrow else 3, labelLimit=240),
    )
    places = frame.drop_nulls("tier").select("iso3", kind=pl.col("tier").replace_strict(words))
    drawn = world_map(places, colour, size=10 if narrow else 20).properties(width=width, height=round(width * 0.45))
    return apply_theme(
        alt.concat(drawn, _numbers(frame, width), columns=1, spacing=10).resolve_legend(color="independent"), width=None
    )


def _numbers(frame: pl.DataFrame, width: int) -> Any:
    rows = frame.filter(pl.col("kind") != "place")
    rows = rows.with_columns(shown=pl.Series([_shown(row) for row in rows.to_dicts()]))
    base = alt.Chart(rows).encode(y=alt.Y("name:N", sort=rows["name"].to_list(), axis=None))
    lines = base.mark_rule(color=GRID, yOffset=13).encode(x=alt.value(0), x2=alt.value(width))
    names = base.mark_text(align="left", color=MUTED, fontSize=13).encode(x=alt.value(0), text="name:N")
    values = base.mark_text(align="right", color=INK, fontSize=13, fontWeight=600).encode(
        x=alt.value(width), text="shown:N"
    )
    step = 26
    if width < PHONE:  # the number under its name
        names = base.mark_text(align="left", color=MUTED, fontSize=13, dy=-8).encode(x=alt.value(0), text="name:N")
        values = base.mark_text(align="left", color=INK, fontSize=13, fontWeight=600, dy=8).encode(
            x=alt.value(0), text="shown:N"
        )
        lines = base.mark_rule(color=GRID, yOffset=20).encode(x=alt.value(0), x2=alt.value(width))
        step = 42
    return (lines + names + values).properties(width=width, height=step * rows.height)


def _shown(row: dict[str, Any]) -> str:
    if row["kind"] == "exception":
        return str(row["unit"])
    if row["unit"] == "%":
        return f"{row['value']:.0f}%"
    if row["unit"] != "TPP":
        return f"10²⁶ {row['unit']}" if row["value"] == 1e26 else f"{row['value']:g} {row['unit']}"
    return f"{number(row['value'] / 1e6, 3)} million TPP, about {number(h100s(row['value']), 2)} H100"


def h100s(tpp: float) -> float:
    """How many H100s a total processing performance is."""
    return float(tpp / read("chips").filter(pl.col("name") == "H100 SXM")["tpp"][0])


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    numbers = frame.filter(pl.col("kind") == "number")
    tiers = dict(frame.drop_nulls("tier").group_by("tier", maintain_order=True).len().rows())
    cap = numbers["value"][0]
    allies = int(read("regions").filter(pl.col("bloc") == "ally")["n_countries"].sum())
    title = f"The framework leaves {allies} allies free, caps most of the world at about {number(h100s(cap), 2)} H100s a country, and denies Tier 3"
    told = "; ".join(f"{r['name']}: {_shown(r)}" for r in numbers.to_dicts())
    alternative = f"World map by tier: {tiers[1]} places in Tier 1, {tiers[2]} in Tier 2, {tiers[3]} in Tier 3, territories counted. Numbers: {told}."
    known = numbers.drop_nulls("note")
    same = known.filter((pl.col("value") / pl.col("note") - 1).abs() < 0.001).height
    check = (
        f"{same} of the {known.height} numbers that the note gives equal those of the clauses, and so do its {allies} allies of Tier 1. "
        f"The cap is {number(h100s(cap), 3)} H100s, which the note rounds to 50,000. LPP and the line for closed weights are added from the rule."
    )
    return Says(title, alternative, check)
