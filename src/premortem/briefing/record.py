"""The record: how the model, standing on the day of knowledge, did against what was read later; and what to watch."""

from dataclasses import asdict
from typing import Any

import polars as pl

from premortem.briefing.content import Block, Figure, Fold, Note, Section, Strong, Table, bullets, see, text
from premortem.case import Case
from premortem.charts import figures
from premortem.questions import answers_of_run
from premortem.questions.signpost_worth import CANNOT
from premortem.questions.watch import ToWatch
from premortem.study import Run
from premortem.text import phrases
from premortem.watch import hindcast_words as words
from premortem.watch import quantities
from premortem.watch.event_scores import EventScored
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.reading_kinds import apart, outcomes_inside
from premortem.watch.reading_scores import Scored

# Signposts that are shown.
SHOWN = 6
# Misses that are told in print, the worst of readings first; all are where there is room.
MISSED = 10
_FIFTHS = ("lowest", "second", "middle", "fourth", "highest")


def record(run: Run) -> Section:
    """The hindcast: misses first, then whom the model beat, whether its ranges are right, and the events."""
    judged, said = answers_of_run.judged(run), run.study.case.text.brief.record
    case, found = run.study.case, judged.weighted
    figure, widths = _figure(found, case), _widths(found)
    events = sorted(found.events, key=lambda e: -e.brier)
    lines = [f"Missed: {said}" for said in words.misses(found, case)]
    shown, more = lines[:MISSED], lines[MISSED:]
    blocks: list[Block] = [
        text(
            f"Weighted by what was known on {phrases.day_in_words(case.settings.day)}, futures are held against what was read later; no later reading moves them. ",
            see(figure.id),
            f" shows of each group of outcomes the reading that lies furthest out. Only outcomes test the model{apart(found.kinds)}.",
            Note(
                f"{phrases.count_noun(judged.futures, 'future')}, {phrases.number(judged.weights.effective)} effective after weighting; each follows the path of policy that it drew. "
                f"{f'{said} ' if said else ''}Scores: continuous ranked probability score and log score (Gneiting and Raftery 2007), and Brier's."
            ),
        ),
        *([text(beside)] if (beside := words.beside(found)) else []),
        bullets(*shown) if lines else text("No reading lies outside its range."),
        *([Fold(f"{len(more)} more that missed", (bullets(*more),))] if more else []),
        figure,
        *_compared(found),
    ]
    if widths:
        blocks += [widths, text(see(widths.id), ": ", phrases.lower_first(words.calibration(found)))]
    if tuned := words.mapped_after(found):
        blocks.append(text(tuned))
    if events:
        blocks += [text(words.events(found)), Fold("Every event", (_events(events),))]
    return Section("record", words.title(found), "The record", tuple(blocks), finding=True)


def _compared(found: Hindcast) -> list[Block]:
    """The model against what others said, by kind; nothing where nobody did."""
    rows = sorted(found.wins.items(), key=lambda pair: -pair[1].crps_ratio)
    table = Table(
        "The model against what others said in public by the day, and against rules, by groups of outcomes, the hardest to beat first.",
        ("Who, or by what rule", "Groups", "Model closer", "Its error over theirs", "Gain in log score, median"),
        tuple(
            (kind, str(w.groups), str(w.won), phrases.number(w.crps_ratio), f"{w.log_score_gain_median:+.1f}")
            for kind, w in rows
        ),
        numeric=(1, 2, 3, 4),
        wide=(0,),
    )
    return [table] if rows else []


def _shown(s: Scored, case: Case) -> dict[str, Any]:
    wide = (s.p95 - s.p5) or 1.0
    return {
        "says": quantities.shipped_quantities(case)[s.quantity].says,
        "day": s.date.isoformat(),
        "inside": s.inside,
        "said": words.observed(s),
        "range": words.span(s),
        "place": (s.observed - s.p5) / wide,
        "middle": (s.p50 - s.p5) / wide,
    }


def _events(events: list[EventScored]) -> Table:
    return Table(
        "Events against the share of futures in which they had come by that day, the worst first.",
        ("Event", "By", "Share", "Base rate", "Came"),
        tuple(
            (
                e.title,
                str(e.date),
                phrases.share(e.share),
                "-" if e.base_rate is None else phrases.share(e.base_rate),
                "yes" if e.happened else "no",
            )
            for e in events
        ),
        numeric=(2, 3),
        wide=(0,),
    )


def _figure(found: Hindcast, case: Case) -> Figure:
    outcomes = [s for s in found.furthest if s.kind == "outcome"] or [*found.furthest]
    shown = [_shown(s, case) for s in outcomes]
    sources = "; ".join(dict.fromkeys(s.source for s in outcomes))
    return Figure(
        "hindcast",
        f"{outcomes_inside(found.kinds)} inside the 5 to 95% of futures",
        figures.hindcast(pl.DataFrame(shown)),
        f"Each row on its own scale: line 5 to 95% of weighted futures, tick the median, dot what was read. Sources: {sources}.",
        "; ".join(
            f"{r['says']}, {r['day']}: read {r['said']}, range {r['range']}, {'inside' if r['inside'] else 'outside'}"
            for r in shown
        )
        + ".",
    )


def _widths(found: Hindcast) -> Figure | None:
    bins = found.calibration
    if not bins:
        return None
    rows = pl.DataFrame([{"fifth": i + 1, **asdict(b)} for i, b in enumerate(bins)])
    far = max(range(len(bins)), key=lambda i: abs(bins[i].groups - bins[i].expected))
    return Figure(
        "widths",
        f"The {_FIFTHS[far]} fifth of what futures said holds {bins[far].groups:.1f} of {sum(b.groups for b in bins):.0f} groups of outcomes; "
        f"a right model has {bins[far].expected:.1f} in each",
        figures.places(rows),
        "Groups of outcomes by fifths of what futures said, lowest first, each group counted once; the band is what chance gives a right model.",
        words.calibration(found),
    )


def _came(result: ToWatch) -> list[Block]:
    """Signposts that came true after the day asked of: they are told, and not among those to watch."""
    told = "; ".join(
        f"{phrases.lower_first(s.name)} ({s.assumption}: {s.came.partition(';')[0]})" for s in result.since
    )
    return [text(Strong(f"{result.since_title}, and no longer to watch: "), f"{told}.")] if told else []


def watch(run: Run) -> Section:
    """Signposts by the value of their next reading."""
    result = answers_of_run.watched(run)
    top = result.ahead[:SHOWN]
    table = Table(
        "What would change our mind: signposts by the value of their next reading.",
        ("Signpost", "What to read", "Value", "What it would do"),
        tuple(
            (
                f"{s.name} ({s.assumption})",
                s.observable,
                "-" if s.voi is None else f"{100 * s.voi:.1f}",
                s.sentence or "within the noise",
            )
            for s in top
        ),
        numeric=(2,),
        wide=(1, 3),
    )
    blocks: list[Block] = [
        text(
            Strong("What a reading is worth: "),
            "how much regret it would save the choice of policy and how much doubt about the assumptions it would take away; 100 would settle everything.",
            Note(
                f"Mean of the two shares, by binning {phrases.count_noun(result.futures, 'future')} on the reading with its error. Weighted shares are by what was known on "
                + phrases.day_in_words(run.study.case.settings.day)
                + "."
            ),
        ),
        table,
        *_came(result),
    ]
    return Section(
        "watch",
        CANNOT.rstrip(".")
        if not top or top[0].voi is None
        else f"Watch first: {phrases.lower_first(top[0].observable)}",
        "Signposts",
        tuple(blocks),
        new_page=False,
        finding=True,
    )
