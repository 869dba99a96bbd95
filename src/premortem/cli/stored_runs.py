"""The stored run that a command looks at: made with the numbers that the study has now, or refused."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from premortem.cli.shared import day, size, study_of
from premortem.errors import PremortemError


def stored_run(study: Path | None, case: str | None, run: Path | None, memory: str | None = None) -> Any:
    """The run to look at: the given folder, or the last run of the study."""
    return run_in(study_of(study, case, run), run, memory)


def run_in(within: Any, run: Path | None = None, memory: str | None = None) -> Any:
    """The run of a study that is at hand. Raises `BadInput` for one that was made with other numbers than the study has now."""
    from premortem.questions.margins import check_inputs

    check_inputs(made := within.stored(run, size(memory, "--memory") if memory else None))
    return made


def last_run_in(within: Any) -> Any:
    """The last run of a study, where there is one that serves; else None."""
    with suppress(PremortemError):
        return run_in(within)
    return None


def run_on(made: Any, as_of: str | None) -> Any:
    """A stored run as it would be on the day of `--as-of`; as it is where none is given."""
    from premortem.questions import run_of_day

    return run_of_day(made, day(as_of, "--as-of")) if as_of else made
