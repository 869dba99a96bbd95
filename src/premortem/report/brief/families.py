"""Alternative futures: families of trajectories with names, shares and early signposts."""

from typing import Any

import polars as pl

from premortem import analysis
from premortem.report import charts, words
from premortem.report.brief.content import Block, Bullets, Figure, Inline, Note, Section, Strong, see, text
from premortem.report.findings import title_of
from premortem.stress.archetypes import STRUCTURE
from premortem.study import Run


def families(run: Run) -> Section:
    """Families as small multiples, then each in two lines. Raises `BadInput` for a run too small to group."""
    result = analysis.futures(run)
    figure = _figure(result)
    blocks: list[Block] = [
        text(
            f"{words.grouped(result)}, by their trajectories {words.under(title_of(run, result['policy']))} (",
            see(figure.id),
            "). Names say in what each differs most from the rest.",
            Note(
                f"k-means on {result['futures_seen']:,} futures; silhouette {result['silhouette'][result['k']]:.2f} (under {STRUCTURE} no families are claimed; "
                f"Kaufman and Rousseeuw 1990), stability {result['stability'][result['k']]:.2f} (1 is perfect)."
            ),
        ),
        figure,
        Bullets(tuple(_line(run, r) for r in result["archetypes"])),
    ]
    return Section(
        "futures",
        words.grouped(result),
        "Alternative futures",
        tuple(blocks),
        finding=True,
    )


def _line(run: Run, r: dict[str, Any]) -> tuple[Inline, ...]:
    sign = r["signposts"][0]
    shares = words.listing(
        [f"{words.share(s)} {words.under(title_of(run, p))}" for p, s in list(r["share"].items())[:3]]
    )
    return (
        Strong(f"{r['name']}. "),
        f"{shares}. Early signpost: {words.within(sign['observable'])} {sign['side']} {_reading(sign)} by {sign['by']}.",
    )


def _reading(sign: dict[str, Any]) -> str:
    return (
        words.share(sign["threshold"])
        if sign["unit"] == "share"
        else f"{words.number(sign['threshold'])} {sign['unit']}"
    )


def _figure(result: dict[str, Any]) -> Figure:
    signs, first = analysis.signs(), result["policy"]
    rows = [
        {**b, "family": r["name"], "title": f"{signs[b['series']]['title']} [{signs[b['series']]['unit']}]"}
        for r in result["archetypes"]
        for b in r["bands"]
    ]
    largest = result["archetypes"][0]
    ends = "; ".join(
        f"{r['name']} ({words.share(r['share'][first])}): "
        + ", ".join(
            f"{words.within(signs[b['series']]['title'])} {words.number(b['p50'])}"
            for b in r["bands"]
            if b["quarter"] == "2030Q4"
        )
        for r in result["archetypes"]
    )
    return Figure(
        "families",
        f"The largest {words.kind(result)} is \u2018{largest['name']}\u2019, {words.share(largest['share'][first])} of futures",
        charts.families(pl.DataFrame(rows), [r["name"] for r in result["archetypes"]]),
        f"Line: median of the {words.kind(result)}; band: its middle half. MH: million H100 equivalents by total processing performance.",
        f"Medians at the end of 2030 by {words.kind(result)} (share of futures). {ends}.",
    )
