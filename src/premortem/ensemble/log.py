"""The log of a run, beside its parts: a line an event, with the time. A log that cannot be written stops nothing."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from premortem.files.writer import append


class Log:
    """Appends lines to a run's log; call it with what happened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> "Log":
        with suppress(OSError):
            self._file = open(append(self._path), "a", encoding="utf-8")
        return self

    def __call__(self, what: str) -> None:
        """Note an event."""
        if self._file is not None:
            with suppress(OSError):
                self._file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {what}\n")
                self._file.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self(f"stopped: {type(error).__name__}: {error}")
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
