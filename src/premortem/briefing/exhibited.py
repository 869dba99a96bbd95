"""Exhibits of the brief: what of the note's tables and figures can be made again, and some of ours."""

from typing import Any

from premortem import exhibits
from premortem.briefing.content import Block, Figure, Note, Section, Table, see, text
from premortem.study import Run
from premortem.text import phrases

# Exhibits that are shown, in order; all are made by `premortem exhibits`.
SHOWN = ("figure-5", "china-supply", "figure-4", "caps")


def exhibited(run: Run) -> Section:
    """The note's seven in a table with what was checked, then the exhibits shown. One that cannot be made is left out."""
    made = {name: e for name, e, _ in exhibits.exhibits(tuple(dict.fromkeys((*exhibits.NOTE, *SHOWN))), run) if e}
    again = [made[name] for name in exhibits.NOTE if name in made]
    figures = [_figure(made[name]) for name in SHOWN if name in made]
    blocks: list[Block] = [
        text(
            "The note's two tables and five figures, made again from cited data. ",
            see(*(f.id for f in figures)),
            f" {'shows' if len(figures) == 1 else 'show'} {phrases.counted(len(figures), 'exhibit')}; the command premortem exhibits makes all.",
            Note("Checks and methods of every exhibit: premortem exhibits --json, and the files that it writes."),
        ),
        _table(again),
        *figures,
    ]
    badges = [e.badge for e in again]
    whole, part = badges.count("replicates"), badges.count("replicates in part")
    title = (
        f"Of the note's {len(again)} tables and figures {whole} {'replicates' if whole == 1 else 'replicate'}, {part} in part, "
        f"{len(again) - whole - part} with other data"
    )
    return Section("exhibits", title, "Exhibits", tuple(blocks), finding=True)


def _table(made: list[Any]) -> Table:
    return Table(
        "The note's tables and figures, made again.",
        ("Exhibit", "About", "Result", "What the data say"),
        tuple((e.name.replace("-", " ").capitalize(), e.subject, e.badge, e.title) for e in made),
        wide=(1, 3),
    )


def _figure(e: Any) -> Figure:
    source = f"{e.unit[0].upper()}{e.unit[1:]}. Source: {e.source.rstrip('.')}. Exhibit {e.name}, {e.badge}."
    return Figure(f"exhibit-{e.name}", e.title, e.chart, source, e.alternative)
