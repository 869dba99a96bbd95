"""The first section of a brief of a day: what stands, what fell and why, and what to watch next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from premortem.briefing.content import Block, Heading, Section, Strong, Table, bullets, text
from premortem.questions import day_words as words
from premortem.questions.as_of import AsOfDay
from premortem.study import Run
from premortem.text import phrases


def as_of_section(run: Run, result: AsOfDay) -> Section:
    """Assumptions with their shares then and now, what came and what moved, the next things to watch with dates and numbers."""
    blocks: list[Block] = [
        text(words.basis(result)),
        Table(
            f"Share of futures in which each assumption holds: on {phrases.day_in_words(result.since)} and on {phrases.day_in_words(result.day)}.",
            ("Assumption", "Then", "Now", "95%", "Verdict", "Depends on", "Fails first"),
            tuple(
                (
                    s.says if s.assumption == "all" else f"{s.assumption} {s.says}",
                    phrases.share(s.before),
                    phrases.share(s.holds),
                    phrases.interval(s.low, s.high),
                    words.verdict(s),
                    s.depends,
                    s.fails_first,
                )
                for s in result.standing
            ),
            numeric=(1, 2, 3),
            wide=(0, 5, 6),
        ),
    ]
    for heading, lines in (
        ("What changed, and by what", words.changes(result)),
        ("The same limits at the end of the horizon", words.further(result)),
        ("What rests on little", [result.rests_on] if result.rests_on else []),
        ("Events of the policy process that came since", words.came(result)),
        ("The latest dated events", words.latest_events(result)),
        ("What the readings moved", words.moved(result)),
    ):
        if lines:
            blocks += [Heading(heading), bullets(*lines)]
    if result.next:
        blocks.append(
            Table(
                f"What to watch next, most worth watching first (100: its next figure would remove all doubt). {result.alone}".rstrip(),
                ("Signpost", "What to read", "Value", "Look again", "Now"),
                tuple(
                    (
                        f"{s.name} ({s.assumption})",
                        s.observable,
                        words.worth(s),
                        words.threshold(s.threshold, s.unit).removeprefix("; look again ")
                        or f"by {phrases.day_in_words(study_day(run, s.id))}",
                        words.latest(s).removeprefix("; "),
                    )
                    for s in result.next
                ),
                numeric=(2,),
                wide=(1, 4),
            )
        )
    if lines := words.settled(result):
        blocks += [Heading("No longer worth watching"), bullets(*lines)]
    blocks += [text(warning) for warning in result.warnings]
    return Section("as-of", words.title(result), "What stands now", tuple(blocks), finding=True)


def lead(
    result: AsOfDay, day: Section, summary: Section, title: str, sections: Sequence[Section]
) -> tuple[Section, list[Section]]:
    """The first page and the chapters of a brief of a day: `day` leads, the page of the day of the case, with its `title`, follows, and every
    chapter after it says once of which day it is.
    """
    since = phrases.day_in_words(result.since)
    asked = f"As asked of {since}, not of {phrases.day_in_words(result.day)}."
    then = replace(
        summary,
        id="then",
        title=f"As asked of {since}: {title}",
        nav=phrases.capital(since),
        blocks=(text(f"{words.then(result)}."), *summary.blocks),
        new_page=True,
    )
    chapters = [replace(s, blocks=(text(asked, look="small"), *s.blocks)) for s in sections if s is not day]
    # headings of a chapter are of the third rank; right below the title none of the second stands between
    blocks = tuple(text(Strong(b.text)) if isinstance(b, Heading) else b for b in day.blocks)
    return replace(day, id="summary", title="", blocks=blocks, new_page=False), [then, *chapters]


def study_day(run: Run, signpost: str) -> date:
    """The day by which a signpost counts."""
    return run.study.signposts[signpost].by
