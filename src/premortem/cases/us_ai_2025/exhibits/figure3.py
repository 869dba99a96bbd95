"""Figure 3 of the note: capital expenditure of the big four, the projections of February 2025, and what came."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, muted_title
from premortem.charts.theme import CONTEXT, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits import run_bands
from premortem.exhibits.form import Badge, Says

from ._tables import read

SUBJECT = "Capital expenditure of the big four"
BADGE: Badge = "replicates"
RUN = "used"
UNIT = "billion USD a year; the two panels count differently and do not add up"
TABLES = ("figure3_capex",)
SOURCE = "{tables}"
METHOD = (
    "First: purchases of property and equipment from filings, calendar years. Then the note's basis, which counts finance leases for Microsoft and their principal for Meta: "
    "2024, 2025 as projected in February 2025 (Microsoft's fiscal 2025 less its first half, doubled), and 2025 as reported later. "
    "With a stored run, the model's band for 2025 stands beside them; its futures were drawn from what was known in February."
)
COMPANIES = {"Amazon": "#12457F", "Microsoft": HOLDS, "Alphabet": "#5B9BD0", "Meta": "#C9DDF0"}
# The note's basis for each company, where it is not cash.
LEASES = {"Microsoft": "with finance leases", "Meta": "with principal payments on finance leases"}
PROJECTED = "projected Feb 2025"
NOTE_TOTAL = 312
# What the model's band is, under it.
BAND_SAID = "nine in ten\nfutures"
BARS = ("2024", "2025 as projected", "2025 as it came")
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "panel": "what is counted",
    "bar": "year",
    "busd": "billion USD",
    "low": "lowest of nine in ten (billion USD)",
    "high": "highest of nine in ten (billion USD)",
}
NAMES = {
    "panel": {"cash": "cash paid", "note's basis": "as the note counts", "model": "in the model"},
    "source": {"as-written": "simulated, as written"},
}


def data(run: Any = None) -> pl.DataFrame:
    """By company: panel (`cash`, `note's basis`, `model`), bar, company, busd, low, high [billion USD a year], basis, source."""
    rows = read("figure3_capex").filter(pl.col("period") == "calendar")
    cash = rows.filter(
        pl.col("kind") == "actual", pl.col("year") <= 2024, ~pl.col("basis").is_in(list(LEASES.values()))
    )
    noted = rows.filter(
        pl.col("year") >= 2024,
        pl.col("basis") == pl.col("company").replace_strict(LEASES, default=None).fill_null(pl.col("basis")),
    )
    bar = (
        pl.when(pl.col("year") == 2024)
        .then(pl.lit(BARS[0]))
        .when(pl.col("kind") == PROJECTED)
        .then(pl.lit(BARS[1]))
        .otherwise(pl.lit(BARS[2]))
    )
    columns = ["panel", "bar", "company", pl.col("capex_bn_usd").cast(pl.Float64).alias("busd"), "basis", "source"]
    parts = [
        cash.with_columns(panel=pl.lit("cash"), bar=pl.col("year").cast(pl.String)).select(columns),
        noted.with_columns(panel=pl.lit("note's basis"), bar=bar).select(columns),
    ]
    if run is not None:
        year = (
            run_bands.bands(run, "capex")
            .filter(pl.col("quarter").str.starts_with("2025"))
            .select(*run_bands.BANDS)
            .mean()
        )
        parts.append(
            year.select(
                panel=pl.lit("model"),
                bar=pl.lit("2025 in the model"),
                company=pl.lit("big four"),
                busd="p50",
                low="p5",
                high="p95",
                basis=pl.lit("simulated"),
                source=pl.lit(run_bands.policy(run)),
            )
        )
    return pl.concat(parts, how="diagonal_relaxed")


def chart(frame: pl.DataFrame | None = None, width: int = WIDTH) -> Any:
    """History by company, and 2025 as projected and as it came, stacked, with totals above."""
    frame = data() if frame is None else frame
    narrow = width < PHONE
    left, right = (width - 50, width - 50) if narrow else (round(width * 0.48), round(width * 0.4))
    panels = [
        _stack(frame, "cash", "Cash purchases, 2018 to 2024", left),
        _stack(frame, "note's basis", "2025, on the note's basis", right),
    ]
    drawn = alt.concat(*panels, columns=1 if narrow else 2, spacing=16).resolve_scale(color="shared")
    return apply_theme(drawn, width=None)


def _stack(frame: pl.DataFrame, panel: str, title: str, width: int) -> Any:
    rows = frame.filter(pl.col("panel") == panel).with_columns(
        place=pl.col("company").replace_strict({c: i for i, c in enumerate(COMPANIES)})
    )
    order = list(dict.fromkeys(rows.sort("bar")["bar"])) if panel == "cash" else list(BARS)
    model = frame.filter(pl.col("panel") == "model") if panel != "cash" else frame.clear()
    order += model["bar"].to_list()
    x = alt.X(
        "bar:N",
        sort=order,
        scale=alt.Scale(domain=order),
        title=None,
        axis=alt.Axis(
            labelAngle=0,
            ticks=False,
            labelExpr="length(datum.label) > 4 ? [slice(datum.label, 0, 4), slice(datum.label, 5)] : datum.label",
        ),
    )
    y = alt.Y("busd:Q", title=None, scale=alt.Scale(domain=[0, 480]), axis=alt.Axis(tickCount=5))
    colour = alt.Color(
        "company:N",
        sort=list(COMPANIES),
        legend=None,
        scale=alt.Scale(domain=list(COMPANIES), range=list(COMPANIES.values())),
    )
    bars = (
        alt.Chart(rows, title=muted_title(title))
        .mark_bar(stroke="white", strokeWidth=0.6)
        .encode(x=x, y=y, color=colour, order="place:O")
    )
    totals = (
        rows.group_by("bar", maintain_order=True)
        .agg(pl.col("busd").sum())
        .with_columns(text=pl.col("busd").round(0).cast(pl.Int64).cast(pl.String))
    )
    sums = (
        alt.Chart(totals)
        .mark_text(dy=-9, fontWeight=600, fontSize=13, color=INK)
        .encode(x=x, y="busd:Q", text="text:N")
    )
    layers = [bars, sums]
    if panel != "cash":
        layers.append(_companies(rows, x))
    if model.height:
        layers += _of_model(model, x)
    return alt.layer(*layers).properties(width=width, height=250)


def _companies(rows: pl.DataFrame, x: alt.X) -> alt.Chart:
    """The names of the companies, each in its part of the first bar."""
    named = (
        rows.filter(pl.col("bar") == BARS[0])
        .sort("place")
        .with_columns(middle=pl.col("busd").cum_sum() - pl.col("busd") / 2)
    )
    white = alt.condition("datum.company == 'Meta' || datum.company == 'Alphabet'", alt.value(INK), alt.value("white"))
    return alt.Chart(named).mark_text(fontSize=12).encode(x=x, y="middle:Q", text="company:N", color=white)


def _of_model(model: pl.DataFrame, x: alt.X) -> list[alt.Chart]:
    """What the model gives: its range, its middle, and both in numbers."""
    low, high = (pl.col(end).round(0).cast(pl.Int64) for end in ("low", "high"))
    base = alt.Chart(model.with_columns(text=pl.format("{} to {}", low, high))).encode(x=x)
    return [
        base.mark_rule(color=CONTEXT, strokeWidth=14).encode(y="low:Q", y2="high:Q"),
        base.mark_tick(color=INK, thickness=2.5, size=26).encode(y="busd:Q"),
        base.mark_text(dy=-9, fontSize=12, color=INK).encode(y="high:Q", text="text:N"),
        base.mark_text(dy=14, fontSize=12, color=INK, lineBreak="\n").encode(y="low:Q", text=alt.value(BAND_SAID)),
    ]


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    sums = {
        (p, b): v for p, b, v in frame.group_by("panel", "bar", maintain_order=True).agg(pl.col("busd").sum()).rows()
    }
    before, planned, came = (sums["note's basis", bar] for bar in BARS)
    title = f"In February 2025 the big four planned {planned:.0f} billion USD for 2025; they spent {came:.0f}, {100 * abs(came / planned - 1):.0f}% {'more' if came >= planned else 'less'}"
    model = frame.filter(pl.col("panel") == "model").to_dicts()
    band = (
        f" The model's nine in ten futures span {model[0]['low']:.0f} to {model[0]['high']:.0f}, median {model[0]['busd']:.0f}, not weighted; the hindcast judges what came."
        if model
        else ""
    )
    told = ", ".join(f"{bar} {sums['cash', bar]:.0f}" for bar in sorted(b for p, b in sums if p == "cash"))
    alternative = f"Billion USD a year. Cash purchases: {told}. On the note's basis: 2024 {before:.0f}, 2025 as projected {planned:.0f}, 2025 as it came {came:.0f}.{band}"
    check = (
        f"The projections add up to {planned:.0f} by the note's method (its total: about {NOTE_TOTAL}). "
        "Its 2025 mixes bases: Microsoft's part holds finance leases, so on one basis the rise "
        f"from 2024 is {100 * (planned / before - 1):.0f}%, where cash history under it would show {100 * (planned / sums['cash', '2024'] - 1):.0f}%.{band}"
    )
    return Says(title, alternative, check)
