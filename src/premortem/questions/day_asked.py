"""The day that a brief was asked of, kept with its run, so that whatever shows the run can lead with it."""

from contextlib import suppress

from premortem.ensemble import layout
from premortem.errors import PremortemError
from premortem.files import plain_data, writer
from premortem.questions.as_of import AsOfDay
from premortem.study import Run


def keep(run: Run, result: AsOfDay | None) -> None:
    """Note with a run what stands on the day that its brief is of; None, for a brief of the day of the case, takes such a note away.

    Raises `BadInput` where the folder cannot be written.
    """
    path = run.folder / layout.AS_OF
    if result is not None:
        writer.write(path, plain_data.to_text(result).encode())
        return
    writer.discard(path)


def kept(run: Run) -> AsOfDay | None:
    """What stands on the day that a run's brief is of; None where it is of the day of the case, or another version wrote it."""
    with suppress(OSError, ValueError, PremortemError):
        held = plain_data.from_text((run.folder / layout.AS_OF).read_text("utf-8"))
        return held if isinstance(held, AsOfDay) else None
    return None
