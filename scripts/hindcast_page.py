"""The page of the docs on the hindcast: every miss first, with why, then everything else, and how it was scored."""

from premortem import questions
from premortem.case import Case
from premortem.study import Study
from premortem.text import phrases
from premortem.watch import hindcast_words as words
from premortem.watch.event_scores import EventScored
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.reading_scores import Scored

# Ranks beyond these are near misses: said to be so, and explained.
NEAR = (0.1, 0.9)

HEAD = """# The hindcast: what the model said, and what happened

Written by `make docs`; the same with `premortem hindcast`. Priors, maps and rates rest on sources dated by 26 February 2025 (a test checks the dates).
A part of the observations is kept from the project on purpose, and is scored with `premortem hindcast --observations FILE`.

**Not all of it is blind.** How a future draws its path of policy was reworked after its author had scored a table of later values: the miss on H20 sales
showed that a ban on chips led to a whole shipped policy, with levers that have nothing to do with it. Since then each event acts through its own levers, from the quarter in which it
comes. The change was made on principle and no number was fitted; every packaged reading lay inside before and after it. The miss itself stays
(see known weaknesses). No prior, map or rate was changed because of a later observation; quantities that were mapped after their readings had been seen are named
below and count as no blind test. Priors were recomputed from their sources once (`premortem evidence`), by
people who had seen later values: eighteen of them moved, each to numbers that were public by 26 February 2025, and with them the scores below.

**Count groups, not readings.** Readings of one group tell of one fact, and a group lies inside only where all of its outcomes do.
An *outcome* speaks of a period that was over when it became known, and that ended after the day of the hindcast. A *nowcast*
reaches far back, mixes in a forecast, or speaks of a period that was over by that day; a *projection* was made before its period ended. Only outcomes count in the headline.
"""

WEAK = """## Known weaknesses

- `h20_units_year` does not fall under a ban: the model then buys a lesser chip in like numbers, while reports count the H20 alone. It is left so, since the
  reports are later than the note; read it as chips below the line of any name.
- An event of the list is scored against the event of the process that comes nearest to it. Where the list denies an event that the process knows to have come,
  its title is narrower, and the table says so; it is scored all the same.
- Most dated events have none in the process (acts of Congress, of Beijing, of firms, releases of models): the model says nothing of them.
- The Chinese share of tokens is read on one router, which is not the third markets that the model means; the router is a quantity of its own beside it.
"""

METHOD = """## How it is scored

- A prediction is the distribution over futures of what would be *read*: the model's outcome, blurred by how far reports of one thing differ (`discrepancy`
  in `watch/quantities.toml` of the case), by the share of the outcome that a report covers (`map`), and by the reading's own stated range. A reading of a stretch of
  time is held against the mean over its days.
- Futures are weighted by the readings known on the day. The same without weights stands beside it.
- What policy became is not used. Each future draws its own path: events come at yearly rates from the record before the day (`watch/process.toml` there), moved by
  stakeholders' positions, partners' goodwill and China's progress. The framework's fate leads to a shipped policy, other events set their levers in the
  quarter in which they come.
- CRPS and log score (Gneiting and Raftery 2007), in the quantity's unit: a smaller CRPS and a larger log score are better. *Persistence* and *line* in the table are points.
- Others' forecasts are distributions that were public on the day (table `public_views`); of several of one kind the first stands. By rule, where none was published: an exponential
  trend with the error of its fit, a random walk with drift with the error of its drift, and the last value. Series with few values are held to the spread of a year in the other
  series. Who wins is counted by groups, by the mean ratio of CRPS in each.
- Places in the prediction (probability integral transforms) are counted by fifths, each group once. All outcomes as one: the energy score of their normal scores, and the
  share of futures that lie nearer to the others than the record does (Gneiting and others 2008).
- The base rate of an event rests on its own record alone: a gamma prior, with no push of positions, goodwill or progress. Brier's score is taken apart as by Murphy 1973,
  each chain of events counted once.
- A miss is a reading outside the 5 to 95% range; for an event, a share that did worse than one half would have (Brier over 0.25).
- Not modelled, and so a source of misses: wars and shocks to the economy, what Beijing forbids its own firms to buy, firms' single decisions.
"""


def hindcast(case: Case) -> str:
    """The page as Markdown; simulates 20,000 futures along paths of policy that they draw."""
    judged = questions.hindcast(study=Study(case=case))
    found, plain = judged.weighted, judged.unweighted
    return "\n".join(
        [
            HEAD,
            f"**{words.verdict(found)}.** {words.beside(found)}",
            f"{phrases.number(judged.weights.effective, 3)} effective of {phrases.count_noun(judged.futures, 'future')}.",
            "",
            *_misses(found),
            *_against(found),
            *_table(found),
            *_events(found),
            *_scores(found, plain),
            WEAK,
            METHOD,
        ]
    )


def _misses(found: Hindcast) -> list[str]:
    """Every miss with its explanation; near misses after them."""
    near = [s for s in found.furthest if s.inside and not NEAR[0] <= s.rank <= NEAR[1]]
    lines = ["## Misses", ""]
    lines += [
        f"- **{_of(s)}** {_why(s)}" + (f" ({count} readings of this fact missed.)" if count > 1 else "")
        for s, count in found.misses_by_group
    ]
    lines += [f"- **{_event(e)}** {_why(e)}" for e in _by_score(found) if e.missed]
    if not found.misses:
        lines.append("- No quantity of the packaged record lies outside its range.")
    if near:
        lines += ["", "Near misses, in the outer tenths of their prediction:", ""]
        lines += [f"- {_of(s)} {_why(s)}" for s in sorted(near, key=lambda s: -abs(s.rank - 0.5))]
    return [*lines, ""]


def _against(found: Hindcast) -> list[str]:
    """Who was nearer, by kind of forecast, and by group."""
    kinds = [*found.wins]
    lines = [
        "## Against others' forecasts, by independent groups of outcomes",
        "",
        *(f"- {line}" for line in words.against(found)),
    ]
    lines += ["", f"| group | readings | inside | {' | '.join(kinds)} |", "| --- | --- | --- |" + " --- |" * len(kinds)]
    for g in found.groups:
        told = ["-" if k not in g["won"] else "model" if g["won"][k] else "they" for k in kinds]
        lines.append(f"| {g['says']} | {g['readings']} | {g['inside']} | {' | '.join(told)} |")
    return [*lines, ""]


def _of(s: Scored) -> str:
    middle = words.amount(s.p50, s.unit, 3)
    return f"{words.measured(s)} ({s.kind}), {s.date}: {words.observed(s)}, said {middle} ({words.span(s)}). Source: {s.source}."


def _event(e: EventScored) -> str:
    came = "came" if e.happened else "did not come"
    return f"{e.title} by {e.date}: in {phrases.share(e.share)} of futures; it {came}."


def _why(scored: Scored | EventScored) -> str:
    if isinstance(scored, EventScored) and scored.narrower:
        return f"Its title is {scored.narrower}."
    return scored.explanation or "Not explained yet."


def _by_score(found: Hindcast) -> list[EventScored]:
    return sorted(found.events, key=lambda e: -e.brier)


def _table(found: Hindcast) -> list[str]:
    ordered = [*found.misses, *sorted((s for s in found.observables if s.inside), key=lambda s: -abs(s.rank - 0.5))]
    lines = [
        "## Every quantity, the worst first",
        "",
        "| | quantity | day | kind | observed | 5% | 50% | 95% | unit | CRPS | persistence | line | source |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for s in ordered:
        numbers = (s.observed, s.p5, s.p50, s.p95)
        scores = (s.crps, s.crps_persistence, s.crps_trend)
        seen = " | ".join(phrases.number(x, 3) for x in numbers)
        told = " | ".join("-" if x is None else phrases.number(x, 3) for x in scores)
        mark = "" if s.inside else "**miss**"
        lines.append(
            f"| {mark} | `{s.quantity}` | {s.date} | {s.kind} | {seen} | {s.unit} | {told} | {s.source} ({s.confidence}) |"
        )
    return [*lines, ""]


def _events(found: Hindcast) -> list[str]:
    lines = [
        "## Events, the worst first",
        "",
        "| | event | by | share of futures | base rate | what happened | Brier |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for e in _by_score(found):
        mark, came = "**miss**" if e.missed else "", "came" if e.happened else "did not come"
        base = "-" if e.base_rate is None else phrases.share(e.base_rate)
        title = f"{e.title} (`{e.event}`{'; ' + e.narrower if e.narrower else ''})"
        lines.append(f"| {mark} | {title} | {e.date} | {phrases.share(e.share)} | {base} | {came} | {e.brier:.2f} |")
    return [*lines, ""]


def _scores(found: Hindcast, plain: Hindcast) -> list[str]:
    lines = [
        "## Scores",
        "",
        "| | by what was known on the day | all futures alike |",
        "| --- | --- | --- |",
        f"| inside the 90% range, readings of every kind | {found.coverage90:.0%} | {plain.coverage90:.0%} |",
    ]
    for name, said in (("persistence", "persistence"), ("trend", "a straight line")):
        lines.append(f"| better than {said} on | {found.beats(name):.0%} | {plain.beats(name):.0%} |")
        lines.append(f"| skill against {said} | {found.skill(name):.2f} | {plain.skill(name):.2f} |")
    lines += [
        f"| mean Brier score of events | {found.events_brier:.2f} | {plain.events_brier:.2f} |",
        "",
        words.events(found),
        "",
        words.calibration(found),
        "",
        words.mapped_after(found),
        "",
        "Not scored:",
        "",
        *(f"- {line}" for line in words.left_out(found)),
        "",
    ]
    return lines
