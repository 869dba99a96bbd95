"""Exhibits of the brief: the tables and figures of the case's source that can be rebuilt, and some of the case's own."""

from collections import Counter
from typing import Any

from premortem import exhibits
from premortem.briefing.content import Block, Figure, Note, Section, Table, see, text
from premortem.errors import MissingData
from premortem.study import Run
from premortem.text import phrases


def exhibit_section(run: Run) -> Section:
    """Those that rebuild tables and figures of the case's source, with what was checked, then those that the case shows.

    One that cannot be made is left out. Raises `MissingData` where the case has no exhibits of its own.
    """
    case = run.study.case
    rebuilt, shown = exhibits.rebuilt(case), exhibits.shown_in_brief(case)
    if not (asked := tuple(dict.fromkeys((*rebuilt, *shown)))):
        raise MissingData(f"the case {case.name} has no exhibits of its own")
    made = {name: e for name, e, _ in exhibits.exhibits(asked, run) if e}
    again, figures = [made[n] for n in rebuilt if n in made], [_figure(made[n]) for n in shown if n in made]
    source = case.text.source
    opening = f"{phrases.capital(source)}'s {_kinds(rebuilt)}, made again from cited data. " if again else ""
    blocks: list[Block] = [
        text(
            opening,
            *([see(*(f.id for f in figures))] if figures else []),
            f" {'shows' if len(figures) == 1 else 'show'} {phrases.count_noun(len(figures), 'exhibit')}; the command premortem exhibits makes all."
            if figures
            else "The command premortem exhibits makes all.",
            Note("Checks and methods of every exhibit: premortem exhibits --json, and the files that it writes."),
        ),
        *([_table(again, source)] if again else []),
        *figures,
    ]
    title = _title(again, source) if again else "Exhibits"
    return Section("exhibits", title, "Exhibits", tuple(blocks), finding=bool(again))


def _kinds(names: tuple[str, ...]) -> str:
    """How many of each kind, by their names: `two tables and five figures`."""
    counts = Counter(name.partition("-")[0] for name in names)
    said = [f"{phrases.spell_count(n)} {phrases.plural(n, kind)}" for kind, n in sorted(counts.items(), reverse=True)]
    return phrases.listing(said)


def _title(again: list[Any], source: str) -> str:
    badges = [e.badge for e in again]
    whole, part = badges.count("replicates"), badges.count("replicates in part")
    return (
        f"Of {source}'s {len(again)} tables and figures {whole} {'replicates' if whole == 1 else 'replicate'}, {part} in part, "
        f"{len(again) - whole - part} with other data"
    )


def _table(made: list[Any], source: str) -> Table:
    return Table(
        f"{phrases.capital(source)}'s tables and figures, made again.",
        ("Exhibit", "About", "Result", "What the data say"),
        tuple((e.name.replace("-", " ").capitalize(), e.subject, e.badge, e.title) for e in made),
        wide=(1, 3),
    )


def _figure(e: Any) -> Figure:
    source = f"{e.unit[0].upper()}{e.unit[1:]}. Source: {e.source.rstrip('.')}. Exhibit {e.name}, {e.badge}."
    return Figure(f"exhibit-{e.name}", e.title, e.chart, source, e.alternative)
