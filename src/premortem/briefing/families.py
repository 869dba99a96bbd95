"""Alternative futures: families of trajectories with names, shares and early signposts."""

import polars as pl

from premortem import questions
from premortem.briefing.content import Block, Bullets, Figure, Inline, Note, Section, Strong, see, text
from premortem.charts import figures
from premortem.questions.archetypes import STRUCTURE
from premortem.questions.findings import title_of
from premortem.questions.futures import AlternativeFutures, Archetype
from premortem.study import Run
from premortem.text import phrases, steps


def families(run: Run) -> Section:
    """Families as small multiples, then each in two lines. Raises `BadInput` for a run too small to group."""
    result = questions.futures(run, boxes=False)
    figure = _figure(run, result)
    blocks: list[Block] = [
        text(
            f"{phrases.grouping_phrase(result.k, result.continuum)}, by their trajectories {phrases.policy_phrase(title_of(run, result.policy))} (",
            see(figure.id),
            "). Names say in what each differs most from the rest.",
            _axes_said(result),
            Note(
                f"k-means on {phrases.count_noun(result.futures_seen, 'future')}; silhouette {result.silhouette[result.nearest]:.2f} (under {STRUCTURE} no families are claimed; "
                f"Kaufman and Rousseeuw 1990), stability {result.stability[result.nearest]:.2f} (1 is perfect)."
            ),
        ),
        figure,
        Bullets(tuple(_line(run, r) for r in result.archetypes)),
    ]
    return Section(
        "futures",
        phrases.grouping_phrase(result.k, result.continuum),
        "Alternative futures",
        tuple(blocks),
        finding=True,
    )


def _axes_said(result: AlternativeFutures) -> str:
    """What cuts a continuum into parts, as a sentence that follows; nothing for families."""
    if not result.continuum:
        return ""
    first, second = (
        f"{phrases.lower_first(a.name)} ({phrases.share(a.share)} of all differences)" for a in result.axes[:2]
    )
    return f" The parts are cut at the middle of the two lines along which futures differ most: {first} and {second}."


def _line(run: Run, r: Archetype) -> tuple[Inline, ...]:
    sign = r.signposts[0]
    shares = phrases.listing(
        [f"{phrases.share(s)} {phrases.policy_phrase(title_of(run, p))}" for p, s in list(r.share.items())[:3]]
    )
    return (
        Strong(f"{r.name}. "),
        f"{shares}. Early signpost: {phrases.lower_first(sign.observable)} {sign.way} {sign.reading} by {steps.end(sign.by)}.",
    )


def _figure(run: Run, result: AlternativeFutures) -> Figure:
    told, day = run.study.case.text, run.study.case.settings.day
    shown = told.shown or run.study.steps[-1]
    signs, first = questions.signs(run.study.case), result.policy
    rows = [
        {**vars(b), "family": r.name, "title": f"{signs[b.series]['title']} [{signs[b.series]['unit']}]"}
        for r in result.archetypes
        for b in r.bands
    ]
    largest = result.archetypes[0]
    ends = "; ".join(
        f"{r.name} ({phrases.share(r.share[first])}): "
        + ", ".join(
            f"{phrases.lower_first(signs[b.series]['title'])} {phrases.number(b.p50)}"
            for b in r.bands
            if b.quarter == shown
        )
        for r in result.archetypes
    )
    return Figure(
        "families",
        f"The largest {phrases.kind(result.continuum)} is \u2018{largest.name}\u2019, {phrases.share(largest.share[first])} of futures",
        figures.families(pl.DataFrame(rows), [r.name for r in result.archetypes], day.year - 1),
        f"Line: median of the {phrases.kind(result.continuum)}; band: its middle half.{phrases.explained(told.glossary, *(row['title'] for row in rows))}",
        f"Medians {steps.at(shown)} by {phrases.kind(result.continuum)} (share of futures). {ends}.",
    )
