"""Puts the sections of a brief together; a section that cannot be made is named as left out, and the others are kept."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from threadpoolctl import threadpool_limits

from premortem import exhibits, facts, questions
from premortem.briefing import as_of as day_section
from premortem.briefing import (
    assumption,
    changes,
    clauses,
    exhibited,
    families,
    method,
    page_one,
    page_two,
    policies,
    record,
)
from premortem.briefing.content import Brief, Section, figure_numbers, text
from premortem.ensemble import cores
from premortem.errors import MissingData
from premortem.questions import day_words
from premortem.questions.as_of import AsOfDay
from premortem.questions.breaking_points import Turn
from premortem.questions.findings import headline
from premortem.questions.unanswerable import UNANSWERABLE
from premortem.study import Run
from premortem.text import phrases

Part = tuple[str, Callable[[], Section]]
WATCHED = "what to watch"
# Parts with few figures are begun last: while they are worked out, the figures of the others are drawn.
FEW_FIGURES = ("heavy edits", "the record", WATCHED, "method", "sources")
# Sections of the second page, in order: what stands on a day that was asked for, what to choose, what would change it, how sure it is.
SECOND_PAGE = ("as-of", "choose", "watch", "sure")


def assemble(
    run: Run,
    old: Run | None = None,
    as_of: AsOfDay | None = None,
    ready: Callable[[Section], object] = lambda section: None,
) -> Brief:
    """The brief of a run, compared with an older run if one is given; with what stands and what fell on a day, if one is. `ready` is told of
    each section as soon as it is made.

    Parts are made side by side, since simulating, reading and peeling leave the interpreter free; threads of the linear algebra would
    only wait for a core. Raises `MissingData` where
    no future under any policy has finite results.
    """
    if all(len(run.non_finite.get(policy, ())) == run.stored for policy in run.policies):
        raise MissingData(
            f"{run.folder}: no future has finite results, so there is nothing to tell; "
            "look at the world, the margins of assumptions and the ends of priors"
        )
    with threadpool_limits(limits=1), ThreadPoolExecutor(cores.count()) as pool:
        alone = pool.submit(questions.turns, run.study, run.policies[0])
        parts = _parts(run, old, as_of, alone)
        begun = sorted(parts, key=lambda part: part[0] in FEW_FIGURES)
        under_way = {part[0]: pool.submit(build_section, part, ready) for part in begun}
        tried = [under_way[name].result() for name, _ in parts]
    sections = [s for s in tried if isinstance(s, Section)]
    left_out = [s for s in tried if isinstance(s, str)]
    if broken := phrases.not_finite(run.non_finite, run.stored):
        sections.insert(0, _plain("not-finite", "Futures that are not finite", broken))
    sections = _memo_first([*sections, page_two.sure(run, sections)])
    title, day = headline(run, run.policies[0]), next((s for s in sections if s.id == "as-of"), None)
    summary = page_one.page_one(run, [s for s in sections if s is not day])
    if left_out:
        sections.append(_plain("left-out", "Not in this brief", left_out))
    if as_of and day:  # who asks for a day is told of that day first
        summary, sections = day_section.lead(as_of, day, summary, title, sections)
        title = day_words.title(as_of)
    known = as_of.day if as_of else run.study.case.settings.day
    return Brief(
        title,
        f"premortem brief \u00b7 what was known on {phrases.day_in_words(known)} \u00b7 {phrases.count_noun(run.futures, 'future')}",
        f"premortem brief: {phrases.count_noun(len(run.study.assumptions), 'assumption')} of {run.study.case.settings.subject}",
        summary,
        tuple(sections),
        tuple(left_out),
        figure_numbers((summary, *sections)),
    )


def _parts(
    run: Run, old: Run | None, as_of: AsOfDay | None, alone: "Future[dict[str, tuple[Turn, ...]]]"
) -> list[Part]:
    """Every part in the order in which it is read; `alone` are the single moves that turn each assumption, under way."""
    return [
        *([("the day", lambda: day_section.as_of_section(run, as_of))] if as_of is not None else []),
        *([("what moved", lambda: changes.changes_section(run, old))] if old is not None else []),
        *(
            (a.id, lambda a=a: assumption.assumption(run, a, lambda: alone.result()[a.id]))
            for a in run.study.assumptions
        ),
        ("policies", lambda: policies.policies(run)),
        # the section of a day has what to watch next; that of the day of the case holds what is settled by then
        *(part for part in _of_case(run) if as_of is None or part[0] != WATCHED),
        ("which policy", lambda: page_two.choose(run)),
        ("method", lambda: method.method(run)),
        ("sources", lambda: method.sources(run)),
    ]


def _memo_first(sections: Sequence[Section]) -> list[Section]:
    """The sections with those of the second page first, in their order; the annex after them as it is."""
    return sorted(sections, key=lambda s: SECOND_PAGE.index(s.id) if s.id in SECOND_PAGE else len(SECOND_PAGE))


def _of_case(run: Run) -> list[Part]:
    """Parts that rest on files which a case may have or not."""
    case = run.study.case
    tables = facts.catalogue(case)
    parts: list[tuple[bool, Part]] = [
        ({"positions", "clause_edits"} <= {*tables}, ("heavy edits", lambda: clauses.clauses(run))),
        ((case / "signs.toml").is_file(), ("alternative futures", lambda: families.families(run))),
        (bool(exhibits.shown_in_brief(case)), ("exhibits", lambda: exhibited.exhibit_section(run))),
        (bool(run.study.readings.later(case.settings.day)), ("the record", lambda: record.record(run))),
        ((case / "watch" / "signposts.toml").is_file(), (WATCHED, lambda: record.watch(run))),
    ]
    return [part for there, part in parts if there]


def _plain(name: str, title: str, lines: Sequence[str]) -> Section:
    return Section(name, title, title, tuple(text(line) for line in lines), new_page=False)


def build_section(part: Part, ready: Callable[[Section], object] = lambda section: None) -> Section | str:
    """The section of a part, of which `ready` is told; one line that says why there is none, where the run or a table lacks what it needs."""
    name, make = part
    try:
        made = make()
    except UNANSWERABLE as error:
        return f"{name}: not in this brief: {' '.join(str(error).split())[:200]}"
    ready(made)
    return made
