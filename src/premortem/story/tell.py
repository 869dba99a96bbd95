"""The parts of a story in order: quick ones at once, those that simulate or weigh by name, and why one is left out."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from premortem import facts
from premortem.questions.unanswerable import UNANSWERABLE
from premortem.story import bets, day, next_steps, surprise, track_record, trade_off
from premortem.story.parts import Section, Story
from premortem.story.story_basis import Ground
from premortem.study import Run
from premortem.text import phrases

# Sections that take seconds, in order, each from a stored run.
LONG: Mapping[str, Callable[[Run], Section | None]] = {
    "source": track_record.disagreements,
    "record": track_record.record,
    "watch": track_record.signposts,
}


def opening(ground: Ground) -> Story:
    """What can be told at once from a board: the answer, the bets, the surprise, the trade-off."""
    settings = ground.study.case.settings
    asked = day.day(ground.day) if ground.day else None
    found = [asked, bets.bets(ground), surprise.surprise(ground), trade_off.trade_off(ground)]
    return Story(
        bets.title(ground),
        bets.answer(ground),
        f"{day_lede(ground)}The bets are those of {settings.claims}. Each is tested in {phrases.count_noun(ground.futures, 'simulated future')}, from what was "
        f"known on {phrases.day_in_words(settings.day)}.{_compared(ground)}",
        tuple(s for s in found if s),
        ground.source,
    )


def day_lede(ground: Ground) -> str:
    """That a day leads and the rest is of the day of the case; empty where no other day was asked for."""
    if ground.day is None:
        return ""
    on, since = (phrases.day_in_words(d) for d in (ground.day.day, ground.day.since))
    return f"First what stands on {on}; all else here is as asked of {since}. "


def _compared(ground: Ground) -> str:
    """How many policies are tried, as every screen counts them, and which of them is no choice; empty for one alone."""
    many, choices = len(ground.policies), len(ground.chosen)
    if many < 2:
        return ""
    said = (
        f" {phrases.capital(phrases.spell_count(many))} {phrases.plural(many, 'policy')} are tried on the same futures"
    )
    if choices == many:
        return f"{said}."
    left_out = ground.title(ground.study.case.settings.record)
    return f"{said}: {phrases.spell_count(choices)} to choose from, and \u2018{left_out}\u2019, what became of the law, which is no choice."


def held(ground: Ground) -> tuple[str, ...]:
    """Which of the long sections the study can have."""
    study = ground.study
    has = {
        "record": track_record.has_record(study) and "readings" in facts.catalogue(study.case),
        "watch": bool(study.signposts),
    }
    return tuple(name for name in LONG if has.get(name, True))


asks = track_record.asks


def long_section(name: str, run: Run) -> Section | str | None:
    """One of the long sections; why it cannot be told, where it cannot; None where the case has nothing to tell."""
    try:
        return LONG[name](run)
    except UNANSWERABLE as error:
        return f"{name}: {' '.join(str(error).split())}"


def whole(ground: Ground, run: Run, screens: Collection[str]) -> Story:
    """The whole story of a stored run."""
    story = opening(ground)
    told = [long_section(name, run) for name in held(ground)]
    sections = (*story.sections, *(s for s in told if isinstance(s, Section)), next_steps.doors(screens))
    return replace(story, sections=sections, left_out=tuple(s for s in told if isinstance(s, str)))
