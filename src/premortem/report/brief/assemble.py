"""Puts the sections of a brief together; a part that cannot be made is named, and the rest still comes."""

from collections.abc import Callable

import polars as pl

from premortem import analysis
from premortem.errors import PremortemError
from premortem.report.brief import assumption, clauses, exhibited, families, method, moved, page_one, policies, record
from premortem.report.brief.content import Brief, Section, numbered, text
from premortem.report.findings import headline
from premortem.study import Run

# What a section may raise when the run or a table lacks something that it needs.
LACKS = (PremortemError, KeyError, pl.exceptions.PolarsError)
Part = tuple[str, Callable[[], Section]]


def assemble(run: Run, old: Run | None = None) -> Brief:
    """The brief of a run, compared with an older run if one is given."""
    left_out: list[str] = []
    alone = analysis.alone(run.study, run.policies[0])
    parts: list[Part] = [
        *((a.id, lambda a=a: assumption.assumption(run, a, alone[a.id])) for a in run.study.assumptions),
        ("policies", lambda: policies.policies(run)),
        ("heavy edits", lambda: clauses.clauses(run)),
        ("alternative futures", lambda: families.families(run)),
        ("exhibits", lambda: exhibited.exhibited(run)),
        ("the record", lambda: record.record(run)),
        ("what to watch", lambda: record.watch(run)),
        ("method", lambda: method.method(run)),
        ("sources", lambda: method.sources(run)),
    ]
    if old is not None:
        parts.insert(0, ("what moved", lambda: moved.moved(run, old)))
    sections = [section for part in parts if (section := made(part, left_out))]
    summary = page_one.page_one(run, sections)
    if left_out:
        sections.append(
            Section(
                "left-out",
                "Not in this brief",
                "Not in this brief",
                tuple(text(line) for line in left_out),
                new_page=False,
            )
        )
    title = headline(run, run.policies[0])
    return Brief(
        title,
        f"premortem brief \u00b7 what was known on {page_one.DAY} \u00b7 {run.futures:,} futures",
        "premortem brief: five assumptions of US AI policy" if len(run.study.assumptions) == 5 else "premortem brief",
        summary,
        tuple(sections),
        tuple(left_out),
        numbered((summary, *sections)),
    )


def made(part: Part, left_out: list[str]) -> Section | None:
    """The section of a part; none, and one line in `left_out`, where the run or a table lacks what it needs."""
    name, make = part
    try:
        return make()
    except LACKS as error:
        left_out.append(f"{name}: not in this brief: {' '.join(str(error).split())[:200]}")
        return None
