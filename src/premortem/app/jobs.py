"""Long runs in the background: each is a separate `premortem run` that can be cancelled; its progress is read from its folder."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from premortem.ensemble.part import PART
from premortem.ensemble.store import CHECKSUMS
from premortem.errors import BadInput
from premortem.files import writer
from premortem.text.places import without_folders
from premortem.text.result import Document

# How long a job that is interrupted may take to end by itself [s].
PATIENCE = 2.0
Status = Literal["running", "finished", "cancelled", "failed"]
# Most jobs at once, most that are listed, and most futures that a job may have: of one's own, and on a server for others.
AT_ONCE, LISTED, MOST, MOST_SHARED = 2, 50, 10_000_000, 200_000
# Most bytes that the folders of all jobs may hold on a server for others, and what a disk must keep free in any case.
MOST_HELD, SPARE = 20_000_000_000, 1_000_000_000
# About how many bytes a run keeps of a future, and of it under each policy: as runs of the leading case measure (November 2026); a run of
# policies that are not named is of so many.
OF_FUTURE, OF_POLICY, MANY = 1000, 3000, 8


@dataclass
class Job:
    """One run in a process of its own."""

    id: str
    policies: tuple[str, ...]
    futures: int
    seed: int
    folder: Path
    process: subprocess.Popen[bytes]
    began: float = field(default_factory=time.time)
    ended: float | None = None
    cancelled: bool = False

    @property
    def status(self) -> Status:
        """Where it stands; the end is noted when first seen."""
        code = self.process.poll()
        if code is None:
            return "running"
        if self.ended is None:
            self.ended = time.time()
        return "cancelled" if self.cancelled else "finished" if code == 0 else "failed"

    @property
    def files(self) -> int:
        """Files that the run will write: futures, results, counts and first paths."""
        parts = -(-self.futures // PART)
        return parts * (1 + 2 * len(self.policies)) + 2 * len(self.policies)

    @property
    def done(self) -> float:
        """Share of its files that are written."""
        path = self.folder / CHECKSUMS
        lines = path.read_bytes().count(b"\n") if path.is_file() else 0
        return 1.0 if self.status == "finished" else min(lines / self.files, 0.99)

    def as_dict(self) -> Document:
        """What the list shows: progress, time so far and left, and the last words of its log."""
        took = (self.ended or time.time()) - self.began
        left = took / self.done - took if self.status == "running" and self.done > 0.05 else None
        return {
            "id": self.id,
            "policies": list(self.policies),
            "futures": self.futures,
            "seed": self.seed,
            "status": self.status,
            "progress": round(self.done, 3),
            "seconds": round(took, 1),
            "seconds_left": None if left is None else round(left, 1),
            "log": _tail(self.folder.with_suffix(".log")),
            "brief": f"/api/jobs/{self.id}/brief" if (self.folder / "brief.html").is_file() else None,
        }


class Jobs:
    """The jobs of this server; those that run are stopped with it. `ended` is told the folder of each that finishes."""

    def __init__(
        self,
        study: Path | None,
        ended: Callable[[Path], None] = lambda folder: None,
        case: str | None = None,
        most: int = MOST,
        most_held: int | None = None,
    ) -> None:
        """`most` futures a job; `most_held` bytes of all folders of jobs together, or as many as the disk has."""
        self.study, self.case, self.most, self.most_held, self._ended = study, case, most, most_held, ended
        self._jobs, self._lock = dict[str, Job](), threading.Lock()
        self._told = 0.0  # when whatever runs was told that all stops; 0 before
        self.home = study / ".jobs" if study else Path.home() / ".cache" / "premortem" / "jobs"

    @property
    def place(self) -> str:
        """Where the folders of jobs lie, in words: who reads a page need not know the folders of this machine."""
        return f"{self.home.name} of the study's folder" if self.study else without_folders(str(self.home))

    def start(self, policies: tuple[str, ...], futures: int, seed: int) -> Job:
        """Start a run. Raises `BadInput` for one of too many futures, when too many are under way, or for want of room on the disk."""
        if futures > self.most:
            raise BadInput(
                "jobs", "futures", "are too many", got=futures, allowed=f"up to {self.most:,} on this server"
            )
        with self._lock:
            if sum(job.status == "running" for job in self._jobs.values()) >= AT_ONCE:
                raise BadInput("jobs", "", f"{AT_ONCE} runs are under way", allowed="wait, or cancel one")
            writer.make_folder(self.home)
            self._check_room(futures * (OF_FUTURE + OF_POLICY * (len(policies) or MANY)))
            name = secrets.token_hex(4)
            folder = self.home / name
            command = [
                sys.executable,
                "-m",
                "premortem",
                "run",
                "--quiet",
                "--out",
                str(folder),
                "--futures",
                str(futures),
                "--seed",
                str(seed),
            ]
            command += [part for p in policies for part in ("--policy", p)]
            command += ["--study", str(self.study)] if self.study else []
            command += ["--case", self.case] if self.case else []
            with writer.system_failure(folder), open(writer.append(folder.with_suffix(".log")), "ab") as log:
                process = subprocess.Popen(
                    command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
                )
            job = Job(name, policies, futures, seed, folder, process)
            self._jobs[name] = job
            threading.Thread(target=self._watch, args=(job,), name=f"job {name}", daemon=True).start()
            for old in list(self._jobs)[:-LISTED]:
                del self._jobs[old]
            return job

    def _check_room(self, needed: int) -> None:
        """Raises `BadInput` where a run of about so many bytes would fill the disk, or what jobs may hold."""
        free = shutil.disk_usage(self.home).free - SPARE
        if needed > free:
            what = f"would take about {_giga(needed)} of a disk with {_giga(max(free, 0))} to spare"
            raise BadInput("jobs", "futures", what, allowed="fewer futures or policies, or room on the disk")
        held = sum(path.stat().st_size for path in self.home.rglob("*") if path.is_file())
        if self.most_held is not None and held + needed > self.most_held:
            what = f"would take about {_giga(needed)} beside the {_giga(held)} that earlier runs hold"
            allowed = (
                f"{_giga(self.most_held)} in all on this server; whoever runs it can delete folders in {self.home.name}"
            )
            raise BadInput("jobs", "futures", what, allowed=allowed)

    def _watch(self, job: Job) -> None:
        job.process.wait()
        if job.status == "finished":
            self._ended(job.folder)

    def all(self) -> list[Job]:
        """Every job, the newest first."""
        return list(self._jobs.values())[::-1]

    def find(self, name: str) -> Job:
        """A job by its id. Raises `BadInput`."""
        if name not in self._jobs:
            raise BadInput("jobs", name[:20], "no such job", got=name[:20])
        return self._jobs[name]

    def cancel(self, name: str) -> Job:
        """Interrupt a job; what it has finished stays on disk."""
        job = self.find(name)
        if job.status == "running":
            job.cancelled = True
            _signal(job, signal.SIGINT)
            _end(job)
        return job

    def interrupt(self) -> None:
        """Interrupt whatever runs, all at once, and wait for none; one that was told already is not told twice."""
        self._told = self._told or time.monotonic()
        for job in self._jobs.values():
            if job.status == "running" and not job.cancelled:
                job.cancelled = True
                _signal(job, signal.SIGINT)

    def close(self, patience: float = PATIENCE) -> None:
        """Interrupt whatever runs; what still does so many seconds after it was told is killed. Nobody waits until the system has
        taken a killed one apart, which at load takes it a second and cannot fail.
        """
        self.interrupt()
        ends = self._told + patience
        for job in self._jobs.values():
            with suppress(subprocess.TimeoutExpired):
                job.process.wait(max(ends - time.monotonic(), 0.01))
        for job in self._jobs.values():
            if job.status == "running":
                _signal(job, signal.SIGKILL)


def _giga(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _signal(job: Job, which: int) -> None:
    with suppress(ProcessLookupError):  # it ended by itself meanwhile
        os.killpg(job.process.pid, which)


def _end(job: Job) -> None:
    """Wait for an interrupted job; kill it where it still runs. What it has finished stays on disk either way."""
    try:
        job.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        _signal(job, signal.SIGKILL)
        job.process.wait(PATIENCE)


def _tail(path: Path) -> str:
    """The last line of a log, without control signs and folders."""
    if not path.is_file():
        return ""
    lines = path.read_text("utf-8", "replace").strip().splitlines()
    return json.dumps(without_folders(lines[-1]))[1:-1][:300] if lines else ""
