"""Table 1 of the note: API prices of o1 and R1, confirmed by an independent table, and what became of them."""

from typing import Any

import altair as alt
import polars as pl

from premortem.charts.marks import PHONE, muted_title
from premortem.charts.theme import BREAKS, CONTEXT, HOLDS, INK, WIDTH, apply_theme
from premortem.exhibits.form import Badge, Says
from premortem.text.numbers import share

from ._tables import read

SUBJECT = "API prices of o1 and R1"
BADGE: Badge = "replicates"
UNIT = "USD per million tokens (log scale); share of hosts in a price table"
TABLES = ("table1_api_prices", "api_prices_2025_02", "api_prices", "api_price_history", "open_model_hosts")
SOURCE = "{tables}"
METHOD = (
    "The note's three pairs of prices beside the same pairs in an independent price table: of about 20 February 2025 for o1 and R1, "
    "and a later one for R1 at Nebius, which the February table lacks. List prices since, by snapshot of that table, and how many of its hosts serve a DeepSeek model. "
    "The table grows too, so its share and not the count is shown."
)
# Rows of the independent tables that are the note's: their table, model and provider.
JUDGES = {
    "o1": ("api_prices_2025_02", "o1", "openai"),
    "r1": ("api_prices_2025_02", "deepseek/deepseek-reasoner", "deepseek"),
    "r1-nebius": ("api_prices", "nebius/deepseek-ai/DeepSeek-R1", "nebius"),
}
SINCE = {"o1": "o1", "deepseek/deepseek-reasoner": "DeepSeek reasoner", "gpt-5": "GPT-5"}
NOTE_SHARE = 0.04
# Columns of the data as a reader's table heads them; one without words is for files alone.
HEADINGS = {
    "panel": "when",
    "input": "a token read (USD per million)",
    "output": "a token written (USD per million)",
    "judged_input": "read, in our own price table",
    "judged_output": "written, in our own price table",
    "share": "share of hosts with it (share of hosts)",
    "hosts": "hosts with it",
    "of": "of so many hosts",
}
NAMES = {"panel": {"then": "by the note", "since": "since the note", "hosts": "who hosts it"}}


def data() -> pl.DataFrame:
    """Prices then, prices since and hosts: panel, name, date, input, output [USD per million tokens], judged input and output, share, hosts, of."""
    then = []
    for row in read("table1_api_prices").to_dicts():
        table, model, provider = JUDGES[row["item"]]
        held = read(table).filter((pl.col("model") == model) & (pl.col("provider") == provider)).row(0, named=True)
        then.append(
            {
                "panel": "then",
                "name": f"{row['model'].split()[-1]} at {row['host']}",
                "date": str(row["date"]),
                "input": row["input_usd_per_m"],
                "output": row["output_usd_per_m"],
                "judged_input": held["input_usd_per_m"],
                "judged_output": held["output_usd_per_m"],
            }
        )
    history = read("api_price_history").filter(
        pl.col("model").is_in(list(SINCE)), pl.col("snapshot_month") >= "2025-01"
    )
    since = history.select(
        panel=pl.lit("since"),
        name=pl.col("model").replace_strict(SINCE),
        date=pl.col("snapshot_month") + "-15",
        input="input_usd_per_m",
        output="output_usd_per_m",
    ).unique(["name", "date"], keep="last", maintain_order=True)
    hosts = read("open_model_hosts").select(
        panel=pl.lit("hosts"),
        name=pl.lit("DeepSeek"),
        date=pl.col("snapshot").str.slice(0, 7)
        + pl.when(pl.col("snapshot").str.contains("start")).then(pl.lit("-01")).otherwise(pl.lit("-20")),
        share=pl.col("hosts_deepseek") / pl.col("hosts_all"),
        hosts="hosts_deepseek",
        of="hosts_all",
    )
    return pl.concat([pl.DataFrame(then), since, hosts], how="diagonal_relaxed")


def chart(frame: pl.DataFrame | None = None, width: int = WIDTH) -> Any:
    """Prices then as dots, prices since as steps, hosts as a line."""
    frame = data() if frame is None else frame
    narrow = width < PHONE
    half = width - 50 if narrow else (width - 130) // 2
    below = alt.concat(_since(frame, half), _hosts(frame, half), columns=1 if narrow else 2, spacing=30)
    return apply_theme(alt.concat(_then(frame, width - 130), below, columns=1, spacing=22), width=None)


def _then(frame: pl.DataFrame, width: int) -> Any:
    rows = frame.filter(pl.col("panel") == "then")
    long = rows.unpivot(["input", "output"], index="name", variable_name="side", value_name="price")
    long = long.with_columns(text=pl.format("{}", pl.col("price").map_elements(lambda v: f"${v:.2f}", pl.String)))
    y = alt.Y(
        "name:N", sort=rows["name"].to_list(), title=None, axis=alt.Axis(ticks=False, domain=False, labelLimit=160)
    )
    x = alt.X(
        "price:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[0.15, 160]),
        axis=alt.Axis(values=[0.5, 1, 5, 10, 50], format="$~g"),
    )
    base = alt.Chart(long, title=muted_title("The note's Table 1, February 2025: input ○ and output ●")).encode(y=y)
    ends = alt.Chart(rows).mark_rule(color=CONTEXT, strokeWidth=2).encode(y=y, x="input:Q", x2="output:Q")
    shape = alt.condition("datum.side == 'output'", alt.value(HOLDS), alt.value("white"))
    dots = base.mark_point(size=110, opacity=1, stroke=HOLDS, strokeWidth=2).encode(x=x, fill=shape)
    sides: Any = (("input", "right", -9), ("output", "left", 9))
    words = [
        base.transform_filter(f"datum.side == '{side}'")
        .mark_text(align=align, dx=dx, fontSize=12)
        .encode(x=x, text="text:N")
        for side, align, dx in sides
    ]
    return (ends + dots + words[0] + words[1]).properties(width=width, height=34 * rows.height)


def _since(frame: pl.DataFrame, width: int) -> Any:
    rows = frame.filter(pl.col("panel") == "since").sort("name", "date")
    last = (
        rows.group_by("name", maintain_order=True)
        .agg(pl.all().last())
        .with_columns(
            text=pl.col("name") + pl.format(" ${}", pl.col("output").map_elements(lambda v: f"{v:.2f}", pl.String))
        )
    )
    colour = alt.Color("name:N", legend=None, scale=alt.Scale(domain=list(SINCE.values()), range=[HOLDS, BREAKS, INK]))
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%b %y", tickCount=4, grid=False))
    y = alt.Y(
        "output:Q",
        title=None,
        scale=alt.Scale(type="log", domain=[0.15, 110]),
        axis=alt.Axis(values=[0.5, 1, 5, 10, 50], format="$~g"),
    )
    base = alt.Chart(rows, title=muted_title("List price of output since")).encode(x=x, color=colour)
    lines = base.mark_line(interpolate="step-after", strokeWidth=2.5).encode(
        y=y, strokeDash=alt.StrokeDash("name:N", legend=None)
    )
    words = alt.Chart(last).mark_text(align="right", dy=alt.ExprRef("datum.output < 1 ? 12 : -10"), fontSize=12)
    words = words.encode(x=x, y="output:Q", text="text:N", color=colour)
    return (lines + words).properties(width=width, height=170)


def _hosts(frame: pl.DataFrame, width: int) -> Any:
    rows = frame.filter(pl.col("panel") == "hosts").sort("date")
    x = alt.X("date:T", title=None, axis=alt.Axis(format="%b %y", tickCount=4, grid=False))
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=4), scale=alt.Scale(domain=[0, 0.6]))
    base = alt.Chart(rows, title=muted_title("Hosts that serve a DeepSeek model")).encode(x=x)
    ends = rows.filter(pl.col("date").is_in([_note_week(rows)["date"], rows["date"][-1]]))
    ends = ends.with_columns(text=pl.format("{} of {}", "hosts", "of"))
    words = (
        alt.Chart(ends)
        .mark_text(
            dy=alt.ExprRef("datum.share < 0.3 ? 12 : -12"),
            dx=alt.ExprRef("datum.share < 0.3 ? 26 : -10"),
            fontSize=12,
            color=HOLDS,
        )
        .encode(x=x, y="share:Q", text="text:N")
    )
    return (
        base.mark_line(color=HOLDS, strokeWidth=2.5, point=alt.OverlayMarkDef(color=HOLDS)).encode(y=y) + words
    ).properties(width=width, height=170)


def _note_week(hosts: pl.DataFrame) -> dict[str, Any]:
    """The last snapshot before the note."""
    return (
        hosts.filter((pl.col("panel") == "hosts") & (pl.col("date") <= "2025-02-26")).sort("date").row(-1, named=True)
    )


def says(frame: pl.DataFrame) -> Says:
    """The finding in words."""
    o1, r1, nebius = frame.filter(pl.col("panel") == "then").to_dicts()
    ratios = [r1[side] / o1[side] for side in ("input", "output")]
    hosts = frame.filter(pl.col("panel") == "hosts").sort("date")
    then, now = _note_week(frame), hosts.row(-1, named=True)
    since = (
        frame.filter(pl.col("panel") == "since", pl.col("name") == SINCE["deepseek/deepseek-reasoner"])
        .sort("date")
        .row(-1, named=True)
    )
    title = (
        f"R1 cost {100 * ratios[0]:.0f}% of o1 in February 2025, when {share(then['share'])} of the hosts of a price table served a DeepSeek model; "
        f"in {now['date'][:7]} it was {share(now['share'])}"
    )
    alternative = (
        f"USD per million tokens, input and output: o1 {o1['input']:.2f} and {o1['output']:.2f}; R1 at DeepSeek {r1['input']:.2f} and {r1['output']:.2f}; "
        f"R1 at Nebius {nebius['input']:.2f} and {nebius['output']:.2f}. DeepSeek's reasoner lists {since['output']:.2f} for output in {since['date'][:7]}. "
        f"Hosts serving a DeepSeek model: {then['hosts']} of {then['of']} in {then['date'][:7]}, {now['hosts']} of {now['of']} in {now['date'][:7]}."
    )
    same = all(row[f"judged_{side}"] == row[side] for row in (o1, r1, nebius) for side in ("input", "output"))
    check = (
        f"R1 at DeepSeek is {100 * ratios[0]:.1f}% of o1 for input and {100 * ratios[1]:.1f}% for output (note: about {100 * NOTE_SHARE:.0f}%). "
        f"An independent price table {'gives the same three pairs' if same else 'differs'}. Nebius asked {100 * (nebius['input'] / r1['input'] - 1):.0f}% more for input and "
        f"{100 * (nebius['output'] / r1['output'] - 1):.0f}% more for output than DeepSeek, which the note reads as low cost without subsidy. "
        f"OpenAI's API margin of 50 to 75% is the note's and cannot be checked from prices."
    )
    return Says(title, alternative, check)
