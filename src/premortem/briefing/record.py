"""The record: how the model, standing on the day of knowledge, did against what was read later; and what to watch."""

from typing import Any

import polars as pl

from premortem import questions
from premortem.briefing.content import Block, Figure, Note, Section, Strong, Table, bullets, see, text
from premortem.case import Case
from premortem.charts import figures
from premortem.questions.signpost_worth import CANNOT
from premortem.study import Run
from premortem.text import phrases
from premortem.watch import process, quantities
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.kinds import apart, outcomes_inside

# Signposts that are shown.
SHOWN = 6
# Futures that are weighed: a weighted share is known to a point or so among them already.
LOOKED_AT = 20_000
# An event's share of futures on the wrong side of this is a miss.
HALF = 0.5


def record(run: Run) -> Section:
    """The hindcast, misses first."""
    judged, said = questions.hindcast(run=run, futures=LOOKED_AT), run.study.case.text.brief.record
    result: dict[str, Any] = judged.as_dict()
    readings = [_reading(o, run.study.case) for o in result["observables"]]
    events = sorted((_event(e, run.study.case) for e in result["events"]), key=lambda e: -e["brier"])
    missed, wrong = [r for r in readings if not r["inside"]], [e for e in events if e["missed"]]
    figure = _figure(readings, judged.weighted)
    lines = [
        *(f"Missed: {r['says']} of {r['day']} was {r['said']}, outside {r['range']}." for r in missed),
        *(f"Missed: {e['sentence']}" for e in wrong),
    ]
    blocks: list[Block] = [
        text(
            f"Weighted by what was known on {phrases.day_in_words(run.study.case.settings.day)}, futures are held against what was read later; no later reading moves them. ",
            see(figure.id),
            f" shows each reading beside its range. Only outcomes test the model{apart(judged.weighted.kinds)}.",
            Note(
                f"{phrases.count_noun(result['futures'], 'future')}, {phrases.number(result['effective_futures'])} effective after weighting; each follows the path of policy that it drew. "
                f"{f'{said} ' if said else ''}Scores: continuous ranked probability score (Gneiting and Raftery 2007) and Brier's."
            ),
        ),
        bullets(*lines) if lines else text("No reading lies outside its range."),
        figure,
        text(_scores(result)),
        Table(
            "Events against the share of futures in which they had come by that day, the worst first.",
            ("Event", "By", "Share", "Came"),
            tuple((e["says"], e["day"], phrases.share(e["share"]), "yes" if e["came"] else "no") for e in events),
            numeric=(2,),
            wide=(0,),
        ),
    ]
    return Section("record", _title(judged.weighted, events), "The record", tuple(blocks), finding=True)


def _title(found: Hindcast, events: list[dict[str, Any]]) -> str:
    right = sum(not e["missed"] for e in events)
    return f"Against what came later: {outcomes_inside(found.kinds)} inside the range of futures, {right} of {len(events)} events on the right side of half"


def _reading(o: dict[str, Any], case: Case) -> dict[str, Any]:
    unit = "" if o["unit"] == "share" else f" {o['unit']}"
    return {
        "says": f"{quantities.shipped_quantities(case)[o['quantity']].says} ({o['kind']})",
        "day": o["date"],
        "inside": o["inside"],
        "said": f"{phrases.number(o['observed'], 3)}{unit}",
        "range": f"{phrases.number(o['p5'])} to {phrases.number(o['p95'])}{unit}",
        "place": (o["observed"] - o["p5"]) / (o["p95"] - o["p5"]),
        "middle": (o["p50"] - o["p5"]) / (o["p95"] - o["p5"]),
        "source": o["source"],
    }


def _event(e: dict[str, Any], case: Case) -> dict[str, Any]:
    name = process.resolve(e["event"], case) or ""
    known = process.events(case).get(name) or process.states(case).get(name)
    says = known.says if known else e["event"].replace("_", " ")
    came = bool(e["happened"])
    verb = "came" if came else "did not come"
    return {
        "says": says,
        "day": str(e["date"]),
        "share": e["share"],
        "came": came,
        "brier": e["brier"],
        "missed": (e["share"] < HALF) == came,
        "sentence": f"\u2018{phrases.lower_first(says)}\u2019 {verb} by {e['date']}; {phrases.share(e['share'])} of futures had it.",
    }


def _figure(readings: list[dict[str, Any]], found: Hindcast) -> Figure:
    rows = pl.DataFrame(
        [{k: r[k] for k in ("says", "day", "inside", "said", "range", "place", "middle")} for r in readings]
    )
    sources = "; ".join(dict.fromkeys(r["source"] for r in readings))
    return Figure(
        "hindcast",
        f"{outcomes_inside(found.kinds)} inside the 5 to 95% of futures",
        figures.hindcast(rows),
        f"Each row on its own scale: line 5 to 95% of weighted futures, tick the median, dot what was read. Sources: {sources}.",
        "; ".join(
            f"{r['says']}, {r['day']}: read {r['said']}, range {r['range']}, {'inside' if r['inside'] else 'outside'}"
            for r in readings
        )
        + ".",
    )


def _scores(result: dict[str, Any]) -> str:
    few = len(result["observables"]) < 30
    won = [
        f"{phrases.share(result[f'beats_{b}'])} of those with such a baseline against {says}"
        for b, says in (("persistence", "the last value carried forward"), ("trend", "a straight line"))
        if result[f"beats_{b}"] is not None
    ]
    said = (
        f"Mean Brier score of the events: {phrases.number(result['events_brier'])} (0 is perfect, 0.25 is one half for all, "
        f"{phrases.number(result['events_brier_unchanged'])} that nothing changes, which has {result['events_right_unchanged']} of {len(result['events'])} right)."
        if result["events_brier"] is not None
        else ""
    )
    wins = f"Closer than naive baselines, readings of every kind: {phrases.listing(won)}. " if won else ""
    doubt = " So few readings, many of them early, cannot tell wide ranges from good ones." if few else ""
    return wins + said + doubt


def watch(run: Run) -> Section:
    """Signposts by the value of their next reading."""
    result = questions.what_to_watch(run.study, run, first=LOOKED_AT)
    top = result.signposts[:SHOWN]
    table = Table(
        "Signposts by the value of their next reading.",
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
    ]
    return Section(
        "watch",
        CANNOT.rstrip(".") if top[0].voi is None else f"Watch first: {phrases.lower_first(top[0].observable)}",
        "Signposts",
        tuple(blocks),
        new_page=False,
        finding=True,
    )
