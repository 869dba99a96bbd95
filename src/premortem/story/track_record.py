"""Where the model disagrees with its source, how it did against the record, misses first, and what to watch next."""

from collections.abc import Collection, Sequence
from datetime import date

from premortem import exhibits
from premortem.propositions.assumption import Assumption
from premortem.questions import answers_of_run, day_asked
from premortem.questions.attribution import Carried, against, contrary
from premortem.questions.signpost_worth import CANNOT
from premortem.questions.unanswerable import UNANSWERABLE
from premortem.questions.watch import Latest, SignpostRow
from premortem.story.parts import Point, Section
from premortem.study import Run, Study
from premortem.text import phrases
from premortem.watch import hindcast_words as words

# Misses and signposts that are shown.
MISSES, SIGNPOSTS = 6, 5
# Statements of which the model has it the other way that are shown: the largest.
LARGEST = 3
# The badge of an exhibit that finds what its source says.
AGREES = "replicates"


def asks(name: str, study: Study) -> str:
    """The question that a section answers."""
    return {
        "source": f"Where does this differ from {study.case.text.source or 'its source'}?",
        "record": "Why believe it?",
        "watch": "What should one watch next?",
    }[name]


def disagreements(run: Run) -> Section | None:
    """What the model has otherwise than the document that the assumptions are from, and figures that do not come out; None where
    nothing is.
    """
    study = run.study
    other_way = sorted(_other_way(run), key=lambda found: -abs(found[1].effect))
    told = {row.statement for _, row in other_way[:LARGEST]}
    points = [
        *(_moved(a, row) for a, row in other_way[:LARGEST]),
        *(p for a in study.assumptions for p in _otherwise(a, told)),
        *_figures(run),
    ]
    if not points:
        return None
    source = study.case.text.source or "its source"
    many = phrases.count_noun(len(points), "point")
    return Section(
        "source",
        asks("source", study),
        _largest(*other_way[0], source) if other_way else f"The model and the data part with {source} on {many}",
        text=(_rest(len(other_way) - LARGEST),),
        points=tuple(points),
        source=f"The assumptions are those of {study.case.settings.claims}.",
        link="/exhibits" if exhibits.rebuilt(study.case) else "",
        more="See every table and figure, rebuilt",
    )


def _other_way(run: Run) -> list[tuple[Assumption, Carried]]:
    """Statements of which more moves a share the other way than it is meant to, under the run's first policy."""
    first = run.policies[0]
    return [(a, row) for a in run.study.assumptions for row in contrary(answers_of_run.carried(run, a.id, first))]


def _largest(a: Assumption, row: Carried, source: str) -> str:
    meant, does = ("holds it up", "lowers") if row.kind == "driver" else ("brings it down", "raises")
    by = phrases.points(abs(row.effect)).removeprefix("+")
    return f"The model differs most from {source} on {a.id}: what {source} says {meant} {does} its share of futures by {by} here"


def _moved(a: Assumption, row: Carried) -> Point:
    reasons = {item.id: item.disagrees for _, item in a.items}
    said = ". ".join(filter(None, (against(row), reasons.get(row.item, ""))))
    return Point(phrases.sentence(row.statement), phrases.sentence(said), a.id, f"/a/{a.id}")


def _rest(more: int) -> str:
    """What is not shown, and where it stands."""
    if more <= 0:
        return "Statements that hardly move a share are listed in the brief, at each assumption."
    others = "the one other that moves" if more == 1 else f"the {phrases.spell_count(more)} others that move"
    return f"The brief lists at each assumption {others} a share the other way by less, and statements that hardly move one."


def _otherwise(a: Assumption, told: Collection[str]) -> list[Point]:
    return [
        Point(f"{item.statement}.", f"{item.disagrees}.", a.id, f"/a/{a.id}")
        for _, item in a.items
        if item.disagrees and item.statement not in told
    ]


def _figures(run: Run) -> list[Point]:
    """Rebuilt tables and figures that come out in part, or from data other than the source's."""
    points = []
    for name in exhibits.rebuilt(run.study.case):
        try:
            found = exhibits.exhibit(name, run)
        except UNANSWERABLE:
            continue  # a run without what it needs: the gallery says so
        if found.badge != AGREES:
            points.append(
                Point(phrases.sentence(found.title), found.badge.capitalize() + ".", link=f"/exhibits/{name}")
            )
    return points


def record(run: Run) -> Section:
    """How the model did against what became known later, misses first. Raises `MissingData` where nothing did."""
    judged = answers_of_run.judged(run)
    found, case = judged.weighted, run.study.case
    missed = words.misses(found, case)
    shown = [Point(said, mark="Missed") for said in missed[:MISSES]]
    more = [f"{len(missed) - MISSES} more misses are told with the record."] if len(missed) > MISSES else []
    events = words.events_right(found)
    return Section(
        "record",
        asks("record", run.study),
        words.title(found),
        text=(
            f"The model stands on {phrases.day_in_words(case.settings.day)} and is held against what was read later. No later reading moves it.",
            *filter(None, [words.beside(found)]),
            *([events] if events else []),
            *more,
        ),
        points=tuple(shown),
        source=f"{phrases.count_noun(judged.futures, 'future')}, weighted by what was known on that day. Shares of futures, not forecasts.",
        link="/watch/hindcast",
        more="See every reading",
    )


def signposts(run: Run) -> Section:
    """What to read next, the worthiest first, on the day that the run was asked of. Raises `MissingData` where the study has no signposts."""
    if (asked := day_asked.kept(run)) and asked.next:
        on, shown, many = asked.day, asked.next[:SIGNPOSTS], f"{asked.effective_futures:,.0f} effective futures"
        came: list[Point] = []  # what is settled by then is told with the day
    else:
        found = answers_of_run.watched(run)
        on, shown, many = found.as_of, found.ahead[:SIGNPOSTS], phrases.count_noun(found.futures, "future")
        came = [_come(s, found.since_title) for s in found.since]
    return Section(
        "watch",
        asks("watch", run.study),
        _first(shown),
        points=(*(_signpost(s, on) for s in shown), *came),
        source=(
            f"Signposts by what their next reading is worth: the regret that it would save and the doubt that it would take away, over "
            f"{many} by what was known on {phrases.day_in_words(on)}. Weighted shares are by that record; shares that are not called so count all futures alike."
        ),
        link="/watch",
        more="Enter a reading and see what it changes",
    )


def _first(shown: Sequence[SignpostRow]) -> str:
    if not shown or shown[0].voi is None:
        return CANNOT.rstrip(".")
    return f"Watch first: {phrases.lower_first(shown[0].observable)}"


def _signpost(s: SignpostRow, on: date) -> Point:
    """A signpost with what was read of it by a day: what came later is among the later readings, and not here."""
    latest = f" Latest by {phrases.day_in_words(on)}: {s.latest.says} ({_on(s.latest)})." if s.latest else ""
    # a finding says by when; without one the day is told alone
    by = f" Due by {phrases.day_in_words(s.threshold.by)}." if s.threshold and not s.sentence else ""
    # the mark is of the assumption that the sentence tells of, which is the one that moves most, where any moves clearly
    told_of = s.shifts[0].assumption if s.shifts and s.shifts[0].clear else s.assumption
    return Point(phrases.sentence(s.observable), f"{s.sentence}{by}{latest}".strip(), told_of)


def _on(latest: Latest) -> str:
    """The day of what was said last, in words; nothing where none is known."""
    day = latest.said_on or latest.on
    return phrases.day_in_words(day) if day else ""


def _come(s: SignpostRow, title: str) -> Point:
    """A signpost that is known since to have come true, which nobody watches for any more."""
    return Point(
        phrases.sentence(s.observable),
        f"{s.name}. {phrases.sentence(s.came)}",
        title,
    )


def has_record(study: Study) -> bool:
    """Whether anything became known after the day of the case."""
    return bool(study.readings.later(study.case.settings.day))
