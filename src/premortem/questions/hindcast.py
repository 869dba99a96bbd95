"""The hindcast of a study: what its futures, on paths of policy that they draw, said on a day of what was read later."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from premortem.errors import MissingData
from premortem.questions import futures_under_policies, weighted_board
from premortem.questions.policy_paths import along
from premortem.study import Run, Study
from premortem.watch import hindcast as scoring
from premortem.watch import observations, quantities
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.weights import Weights, weigh


@dataclass(frozen=True)
class Judged:
    """A hindcast by futures weighted with what was known on the day, and by all futures alike."""

    weighted: Hindcast
    unweighted: Hindcast
    weights: Weights
    futures: int
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The keys of `premortem hindcast --json`."""
        plain = self.unweighted.as_dict()
        scores = ("coverage90", "beats_persistence", "beats_trend", "skill_persistence", "skill_trend", "events_brier")
        return self.weighted.as_dict() | {
            "futures": self.futures,
            "effective_futures": self.weights.effective,
            "unweighted": {key: plain[key] for key in scores},
            "warnings": list(self.warnings),
        }


def hindcast(
    as_of: date | None = None,
    file: Path | None = None,
    *,
    study: Study | None = None,
    run: Run | None = None,
    futures: int = futures_under_policies.AT_ONCE,
    seed: int = futures_under_policies.SEED,
) -> Judged:
    """Scores of everything that became known after a day: of the study's record, or of a table of readings.

    `futures` are simulated at once, or are the first so many of a `run`. They are weighted by what was known on the day. Each follows the policy that its own path of events has come to by
    the day of a reading; what really became of policy is not used. Raises `BadInput` for a table that cannot be read.
    """
    study = study or (run.study if run else Study())
    as_of = as_of or study.case.settings.day
    table = observations.read(file, study.case) if file else study.readings
    everything = study.readings.joined(table)
    known = everything.known(weighted_board.past(study.case, as_of))
    every, later = quantities.shipped_quantities(study.case), table.later(as_of)
    if not later and not any(event.known_on > as_of for event in table.events):
        whose = file.name if file else study.case.name
        raise MissingData(f"no reading of {whose} became known after {as_of}, so there is nothing to judge by")
    asked = [(every[r.quantity], r.on) for r in (*known, *later)]
    found = _in_view(study, run, as_of, asked, futures, seed)
    weights = weigh(found.columns[weighted_board.reading_policy(study.case, found.policies, as_of)], known, every)
    read_later = [(every[r.quantity], r.on) for r in later]
    paths = found.paths(as_of, everything.happened(as_of, study.case))
    drawn = along(study, found.seed, found.values, paths, read_later)
    predicted = drawn.columns(read_later)
    why = scoring.explanations(study.case)
    judged = [
        scoring.hindcast(
            table, predicted, as_of, every, drawn.paths.shares(w), w, [*scoring.record(study.case), *known], why
        )
        for w in (weights.values, None)
    ]
    return Judged(
        judged[0], judged[1], weights, found.count, (*_warnings(as_of, study.case.settings.day), *weights.warnings)
    )


def _in_view(
    study: Study, run: Run | None, as_of: date, asked: futures_under_policies.Asked, futures: int, seed: int
) -> futures_under_policies.Futures:
    """The futures under the policy by which the past is read."""
    settings = study.case.settings
    policies = [
        weighted_board.reading_policy(study.case, tuple(filter(None, (settings.baseline, settings.record))), as_of)
    ]
    if run:
        return futures_under_policies.stored(run, asked, policies, first=min(futures, futures_under_policies.MOST))
    return futures_under_policies.simulated(study, asked, policies, futures, seed)


def _warnings(as_of: date, day: date) -> tuple[str, ...]:
    if as_of >= day:
        return ()
    return (f"Priors rest on what was known on {day}: standing on {as_of} the model knows more than it should.",)
