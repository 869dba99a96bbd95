"""What every screen works with: the study and its live model, a stored run, and what was worked out from them."""

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from premortem.app.live_model import Live
from premortem.app.temp_folders import Temporary
from premortem.app.view_state import State
from premortem.ensemble import cores
from premortem.ensemble import run as ensemble
from premortem.ensemble.compiled import Kept
from premortem.errors import BadInput, PremortemError
from premortem.files.reader import read_bytes
from premortem.questions import redraw
from premortem.questions.breaking_points import prepare
from premortem.questions.margins import check_inputs
from premortem.questions.weighted_board import Board, board_of
from premortem.study import Run, Study
from premortem.text.places import without_folders

# Futures of the run that is made when the study has none: enough for boxes, quick enough to wait for.
SMALL_RUN = 4096
ANSWERS = 128
# Longest that a stop waits for an answer under way [s].
PATIENCE = 20.0
# How long nothing has been asked when the server gets ready for what is asked later [s].
PAUSE = 15.0


class Desk:
    """A study with its live model. `heavy` lets one long answer be worked out at a time; `generation` counts what is shown anew."""

    generation = 0

    def __init__(self, folder: Path | None = None, case: str | None = None, run: Path | None = None) -> None:
        """Of a study's folder, or of a case by its name or folder; `run` is shown first, where it serves."""
        self.folder, self._case, self._stored = folder, case, run
        self.heavy = threading.Lock()
        self.closing = threading.Event()
        self._answers = Kept(ANSWERS)
        self._small_runs = Temporary()
        self.fault = ""
        self.asked = time.monotonic()
        self._runs: dict[str, Run] = {}
        self._open()

    def _open(self) -> None:
        self.stamp, self.fingerprint = self._on_disk(), self._fingerprint()
        self.study = Study(self.folder, case=self._case)
        self.live = Live(self.study, self.board_of_day)
        self._answers, self._runs = Kept(ANSWERS), {}
        self.set_aside = ""
        for kept in ("run", "stored"):
            self.__dict__.pop(kept, None)
        self.generation += 1

    def _files(self) -> list[Path]:
        """The study's own files, in order; none without a folder."""
        kinds = ("*.toml", "*.csv", "policies/*.toml", "assumptions/*.toml")
        return sorted(p for kind in kinds for p in (self.folder.glob(kind) if self.folder else ()))

    def _on_disk(self) -> list[tuple[str, int, int]]:
        """The study's own files, when each last changed, and its size."""
        found = []
        for path in self._files():
            with suppress(FileNotFoundError):  # gone between the two looks
                stat = path.stat()
                found.append((str(path), stat.st_mtime_ns, stat.st_size))
        return found

    def _fingerprint(self) -> str:
        """A short hash of what answers rest on: the program's version, and the study's own files."""
        parts = hashlib.sha256(version("premortem").encode())
        for path in self._files():
            with suppress(BadInput):
                parts.update(path.name.encode() + b"\0" + read_bytes(path, "a file of a study") + b"\0")
        return parts.hexdigest()[:8]

    @property
    def stale(self) -> bool:
        """Whether the study changed on disk since it was read."""
        return self._on_disk() != self.stamp

    def refresh(self) -> None:
        """Read a changed study again; one that no longer reads is named in `fault`, and the old one stays."""
        if not self.stale:
            return
        with self.heavy:
            if not self.stale:
                return  # another page read it meanwhile
            try:
                self.fault = ""
                self._open()
            except PremortemError as error:
                self.stamp, self.fault = self._on_disk(), str(error)
                self.generation += 1

    def first(self) -> None:
        """Simulate what the board shows, so that the first visitor does not wait; stops between policies when closed."""

        def rows(policy: str) -> None:
            if not self.closing.is_set():
                self.live.rows(State(policy))

        with ThreadPoolExecutor(cores.count()) as pool:  # simulating leaves the interpreter free
            list(pool.map(rows, self.study.policies))

    def warm(self) -> None:
        """Work out what other screens show first; stops between steps when closed."""
        if not self.closing.is_set():
            self.live.fan(State(self.study.policies[0]), self.study.assumptions[0].id)
        if not self.closing.is_set() and self.study.case.map:
            self.live.regional(State(self.study.policies[0]))
        # compiling gradients takes a core for seconds: not while somebody moves something
        while not self.closing.is_set() and (left := self.asked + PAUSE - time.monotonic()) > 0:
            self.closing.wait(left)
        if not self.closing.is_set():
            redraw.prepare(self.study)
        if not self.closing.is_set():
            prepare(self.study, self.study.levers(self.study.policies[0]))

    def close(self, patience: float = PATIENCE) -> bool:
        """Let no thread be in the middle of a long answer when the process ends, since that would abort it; nothing temporary
        stays. Whether none is, after so many seconds.
        """
        self.closing.set()
        if is_free := self.heavy.acquire(timeout=max(patience, 0)):
            self.heavy.release()
        self._small_runs.cleanup()
        return is_free

    @cached_property
    def stored(self) -> Run | None:
        """The run that was named, else the study's last; None where there is none, or where it was made of other inputs, which
        `set_aside` then tells.
        """
        if self._stored is None and not self.study.has_run:
            return None
        try:
            check_inputs(found := self.study.stored(self._stored))
            return found
        except PremortemError as error:
            self.set_aside = without_folders(str(error))
            return None

    def put_aside(self, error: PremortemError) -> None:
        """Show the stored run no longer, since it cannot be read, and say why."""
        if "run" in self.__dict__ and self.run is self.stored:
            del self.run
        self.stored, self.set_aside = None, without_folders(str(error))

    @cached_property
    def run(self) -> Run:
        """The stored run, where it serves, or a small one made now in a temporary folder."""
        if self.stored:
            if self._serves(self.stored):
                return self.stored
            self._note(self.stored)
        return self._small()

    def board_of_day(self, day: date) -> Board:
        """The board of the run by what was known on a day, as the command line tells it."""
        found: Board = self.keep(("board of day", day), lambda: board_of(self.run, day))
        return found

    def reopen(self, folder: Path) -> None:
        """Read a run that ended just now, where it serves; answers that were worked out from the old one are dropped."""
        with suppress(PremortemError):  # the study changed meanwhile, or the run is not whole: the old one stays
            check_inputs(found := self.study.stored(folder))
            self._note(found)
            self.generation += 1
            if self._serves(found):
                self.run = self.stored = found
                self._answers = Kept(ANSWERS)

    def run_of(self, policy: str) -> Run:
        """The run to ask about one policy: a run of that policy alone where it holds more futures than the run of all."""
        alone = self._runs.get(policy)
        return alone if alone and alone.futures > self.run.futures else self.run

    def _note(self, found: Run) -> None:
        if found.futures >= SMALL_RUN // 4:
            self._runs |= {policy: found for policy in found.policies}

    def _serves(self, run: Run) -> bool:
        """Whether a run holds enough futures, and every policy of the study."""
        return run.futures >= SMALL_RUN // 4 and set(self.study.policies) <= set(run.policies)

    def _small(self) -> Run:
        study, folder = self.study, self._small_runs.new()
        pulled = {name: (study.levers(name), study.scorer.thresholds) for name in study.policies}
        timing = ensemble.run(
            study.model(),
            study.priors,
            pulled,
            SMALL_RUN,
            7,
            folder / "run",
            inputs=study.hashes(study.policies),
            kept=study.compiled.forward.kept,
            reread=study.compiled.interpreted,
            assumptions=[a.id for a in study.assumptions],
            case=study.case.reference,
            forms=study.forms,
        )
        return Run(study, folder / "run", timing)

    def knows(self, key: Hashable) -> bool:
        """Whether a long answer is at hand."""
        return key in self._answers

    def keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """An answer that is quick enough to be worked out beside others: kept."""
        return self._answers.get(key, make)

    def answer(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """A long answer: kept, and worked out one at a time."""

        def one_at_a_time() -> Any:
            with self.heavy:
                return make()

        return self._answers.get(key, one_at_a_time)
