"""Clauses in line for heavy edits, and how that ranking did."""

from typing import Any

import polars as pl

from premortem.briefing.content import Block, Figure, Note, Section, Table, see, text
from premortem.charts import figures
from premortem.errors import MissingData
from premortem.questions import answers_of_run
from premortem.questions.edits import TOP, Scored
from premortem.study import Run
from premortem.text import phrases

# Clause numbers shown.
SHOWN = 10
# An index below this is as good as none.
LEAST = 0.001


def clauses(run: Run) -> Section:
    """The edit index as a figure, each number in words with its citation, and the score against what happened."""
    case = run.study.case
    result = answers_of_run.edited(run, case.settings.baseline)
    day = phrases.day_in_words(case.settings.day)
    rows = [vars(r) | {"label": r.called} for r in result.clauses[:SHOWN] if r.index > LEAST]
    if not rows:
        raise MissingData("no number of a clause is under pressure in these futures")
    figure = _index(rows, day)
    table = Table(
        "The same clause numbers: how often each binds, the pressure on it, its index and its citation.",
        ("Clause number", "Binds in", "Pressure", "Index", "Citation"),
        tuple(
            (
                r["label"],
                phrases.share(r["binds"]),
                phrases.number(r["pressure"]),
                phrases.number(r["index"]),
                r["citation"],
            )
            for r in rows
        ),
        numeric=(1, 2, 3),
        wide=(0, 4),
    )
    blocks: list[Block] = [
        text(
            "A number in a clause is under pressure when the assumptions move with it, when it binds, and when those who can change it want "
            "to. ",
            see(figure.id),
            f" ranks the numbers of {case.text.brief.clauses or 'the rules'} by the product of the three.",
            Note(
                f"Pressure is coded from positions known by {day} (table positions); what happened since is coded "
                "from the rule changes (table clause_edits). Both codings are judgement."
            ),
        ),
        figure,
        table,
        text(_score(result.hindcast, case.text.brief.edited_until)),
    ]
    return Section(
        "edits",
        f"In line for heavy edits: {phrases.lower_first(rows[0]['label'])}",
        "Clauses",
        tuple(blocks),
        finding=True,
    )


def _index(rows: list[dict[str, Any]], day: str) -> Figure:
    return Figure(
        "edit-index",
        f"Most under pressure: {phrases.lower_first(rows[0]['label'])}",
        figures.index_bars(pl.DataFrame([{"clause": r["label"], "index": r["index"]} for r in rows])),
        "Index = size of the shadow price (change of expected softened margins for a change of 10%) x how often the number binds x pressure "
        f"of stakeholders known by {day}; price and pressure over the largest of all.",
        "Index of heavy edits. " + "; ".join(f"{r['label']}: {phrases.number(r['index'])}" for r in rows) + ".",
    )


def _score(h: Scored, until: str) -> str:
    naive = "; ".join(
        f"{k.replace('_', ' ')} {v.rank_correlation:.2f} ({v.top5_hits} of {phrases.spell_count(TOP)})"
        for k, v in h.baselines.items()
    )
    return (
        f"How it did: of {h.scored} clause numbers {h.edited} were dropped or replaced{f' by {until}' if until else ''}. Rank correlation {h.rank_correlation:.2f}, "
        f"{h.top5_hits} of the first {phrases.spell_count(TOP)} edited. Naive rankings get: {naive}."
        f"{phrases.one_act(h.acts, h.edited)} {h.by_act.verdict}"
    )
