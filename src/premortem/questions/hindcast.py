"""The hindcast of a study: what its futures, on paths of policy that they draw, said on a day of what was read later."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from premortem.ensemble.design import check_seed
from premortem.errors import MissingData
from premortem.progress import LOG
from premortem.questions import futures_under_policies, weighted_board
from premortem.questions.policy_paths import along
from premortem.questions.redraw import redraw
from premortem.study import Run, Study
from premortem.text.numbers import count_noun
from premortem.text.result import Shown
from premortem.watch import dated_events, hindcast_words, process, quantities, reading_files
from premortem.watch import forecasts as forecast_tables
from premortem.watch import hindcast as scoring
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.readings import Readings, contradictions
from premortem.watch.weights import Weights, thinned, weigh

# Most weighted futures that are simulated along the paths that they draw: of 20,000 worth 1,879 they are worth 1,840.
HEAVY = 4096


@dataclass(frozen=True, repr=False)
class Judged(Shown):
    """A hindcast by futures weighted with what was known on the day, and by all futures alike where that was asked for."""

    weighted: Hindcast
    unweighted: Hindcast | None
    weights: Weights
    futures: int
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The keys of `premortem hindcast --json`."""
        plain = self.unweighted.as_dict() if self.unweighted else {}
        scores = ("coverage90", "beats_persistence", "beats_trend", "skill_persistence", "skill_trend", "events_brier")
        return self.weighted.as_dict() | {
            "futures": self.futures,
            "effective_futures": self.weights.effective,
            "unweighted": {key: plain[key] for key in scores} if plain else None,
            "warnings": list(self.warnings),
            "sentences": hindcast_words.sentences(self.weighted),
        }


def hindcast(
    as_of: date | None = None,
    file: str | Path | None = None,
    *,
    events: str | Path | None = None,
    forecasts: str | Path | None = None,
    study: Study | None = None,
    run: Run | None = None,
    futures: int = futures_under_policies.AT_ONCE,
    seed: int = futures_under_policies.SEED,
    alike: bool = True,
) -> Judged:
    """Scores of everything that became known after a day: of the study's record, or of tables of readings (`file`), `events` and others'
    `forecasts`. Where only readings or only events are given, only these are scored.

    `futures` are simulated at once, or are the first so many of a `run`. They are weighted by what was known on the day, and where
    `alike` also all counted alike. Each follows the policy that its own path of events has come to by the day of a reading; what really
    became of policy is not used. Raises `BadInput` for a table that cannot be read, and for a forecast that was made after the day.
    """
    check_seed(seed)
    file, events, forecasts = (Path(given) if given else None for given in (file, events, forecasts))
    study = study or (run.study if run else Study())
    as_of = as_of or study.case.settings.day
    study, case = study.on(as_of), study.case
    table = _table(study, file, events)
    theirs = forecast_tables.read(forecasts, case, as_of) if forecasts else forecast_tables.shipped_forecasts(case)
    everything = study.readings.joined(table)
    known = everything.telling(weighted_board.past(case, as_of, reading_files.first_day(case)))
    every, later = quantities.shipped_quantities(case), table.later(as_of)
    if not later and not any(event.known_on > as_of for event in table.events):
        whose = (file or events or Path(case.name)).name
        raise MissingData(f"no reading of {whose} became known after {as_of}, so there is nothing to judge by")
    asked = [(every[r.quantity], r.over) for r in (*known, *later)]
    LOG.info("hindcast: looking at the futures by what was known on %s", as_of)
    found = _in_view(study, run, as_of, asked, futures, seed)
    under = weighted_board.reading_policy(case, found.policies, as_of)
    weights = weigh(found.columns[under], known, every)
    if weights.collapsed:
        found, weights = redraw(study, known, under, found.policies, asked, found.seed)
    LOG.info("hindcast: scoring %s and %s", count_noun(len(later), "reading"), count_noun(len(table.events), "event"))
    read_later = [(every[r.quantity], r.over) for r in later]
    happened = everything.happened(as_of, case)
    paths, base = (
        found.paths(as_of, happened),
        process.draw(case, found.count, found.seed, as_of, happened=happened, pushed=False),
    )
    # hardly anything rests on the futures that agree least: those are simulated along their paths only where all count alike
    at, heavy = thinned(weights.values, HEAVY, found.seed)
    run_on = np.arange(found.count) if alike else at
    drawn = along(study, found.seed, found.values[:, run_on], paths.of(run_on), read_later, scored=False)
    predicted = drawn.columns(read_later)
    by_weight = {name: column[at] for name, column in predicted.items()} if alike else predicted
    on_the_day = scoring.Known(
        [*scoring.record(case), *known], theirs, scoring.explanations(case), quantities.unmapped(case)
    )
    judged = [
        scoring.hindcast(table, columns, as_of, every, paths.shares(of_events), w, on_the_day, base.shares())
        for columns, w, of_events in ((by_weight, heavy, weights.values), *([(predicted, None, None)] if alike else []))
    ]
    warnings = (*_warnings(as_of, case.settings.day), *_contradictory(table, every, file), *weights.warnings)
    return Judged(judged[0], judged[1] if alike else None, weights, found.count, warnings)


def _contradictory(table: Readings, every: Mapping[str, quantities.Quantity], file: Path | None) -> list[str]:
    """Readings of a file that contradict each other, each pair in a line with what to do: both are scored."""
    return [str(pair) for pair in contradictions(table.mapped, every, file.name)] if file else []


def _table(study: Study, file: Path | None, events: Path | None) -> Readings:
    """What is scored: the study's record, or what the given tables hold."""
    if not file and not events:
        return study.readings
    held = reading_files.read(file, study.case) if file else Readings((), (), ())
    return replace(held, events=(*held.events, *dated_events.read(events, study.case))) if events else held


def _in_view(
    study: Study, run: Run | None, as_of: date, asked: futures_under_policies.Asked, futures: int, seed: int
) -> futures_under_policies.Futures:
    """The futures under the policy by which the past is read."""
    settings = study.case.settings
    policies = [
        weighted_board.reading_policy(study.case, tuple(filter(None, (settings.baseline, settings.record))), as_of)
    ]
    if run:
        return futures_under_policies.stored(
            run, asked, policies, first=min(futures, futures_under_policies.MOST), on=as_of
        )
    return futures_under_policies.simulated(study, asked, policies, futures, seed)


def _warnings(as_of: date, day: date) -> tuple[str, ...]:
    if as_of >= day:
        return ()
    return (f"Priors rest on what was known on {day}: standing on {as_of} the model knows more than it should.",)
