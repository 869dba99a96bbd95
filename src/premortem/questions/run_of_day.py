"""A run as it would be on another day: futures drawn by what was known on it, under the policy in force first."""

from datetime import date
from tempfile import TemporaryDirectory
from weakref import finalize

from premortem.questions import weighted_board
from premortem.questions.margins import check_inputs
from premortem.questions.redraw import draw_by, values_of
from premortem.study import Run


def run_of_day(run: Run, day: date) -> Run:
    """Futures by the posterior of the readings known on a day, under the policies of a run, the one in force on the day first: a run of
    its own in a folder that goes with it. What is asked of it is told as of the day.

    Raises `BadInput` for a day in the future, `MissingData` where no future comes near what was known.
    """
    check_inputs(run)
    day = weighted_board.past(run.study.case, day)
    study = run.study.on(day)
    under = weighted_board.reading_policy(study.case, run.policies, day)
    drawn, _ = draw_by(study, study.readings.telling(day), under, run.seed)
    folder = TemporaryDirectory(prefix="premortem-")
    policies = (under, *(p for p in run.policies if p != under))
    made = study.run(policies, seed=run.seed, out=f"{folder.name}/out", given=values_of(study, drawn.z))
    finalize(made, folder.cleanup)
    return made
