"""Long answers about a run, each worked out once: the brief, the site and the app ask for them here, in whatever order.

An answer lies in `answers/` of the run's folder, under a hash of all that it follows from: the run, what was asked, the tables of the
case and of the study, and the code of this program. Where it cannot be stored, as in a folder that nobody may write, or is damaged, it is
worked out.
"""

import hashlib
from collections.abc import Callable, Hashable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from premortem.ensemble import layout
from premortem.ensemble.compiled import Kept
from premortem.errors import PremortemError
from premortem.files import plain_data, writer
from premortem.files.folder_hash import hash_of_files, hash_of_program
from premortem.questions.attribution import Attribution
from premortem.questions.edits import HeavyEdits, heavy_edits
from premortem.questions.hindcast import Judged
from premortem.questions.hindcast import hindcast as _hindcast
from premortem.questions.stress import Explained
from premortem.questions.stress import carried as _carried
from premortem.questions.stress import explain as _explain
from premortem.questions.time import TimeAsymmetry, shifts, time_told
from premortem.questions.watch import ToWatch, what_to_watch
from premortem.study import Run, Study

T = TypeVar("T")
# Answers that a process keeps: those of a few runs.
MOST = 64
# Futures that are weighed: a weighted share is known to a point or so among them already.
LOOKED_AT = 20_000
# Kinds of files of a study's folder.
OWN = ("*.toml", "*.csv", "policies/*.toml", "assumptions/*.toml")
_HELD = Kept(MOST)


def explained(run: Run, assumption: str, policy: str) -> Explained:
    """Where an assumption breaks under a policy of the run, and what carries it; see `questions.explain`."""
    return _kept(run, "explained", (assumption, policy), lambda: _explain(run, assumption, policy))


def carried(run: Run, assumption: str, policy: str) -> Attribution:
    """What drivers and arrestors of an assumption carry under a policy of the run: that of `explained` where it is held, which has the
    same numbers; else worked out alone, which is quicker.
    """
    if _is_held(run, "explained", asked := (assumption, policy)):
        return explained(run, assumption, policy).attribution
    return _kept(run, "carried", asked, lambda: _carried(run, assumption, policy))


def edited(run: Run, policy: str) -> HeavyEdits:
    """Clause numbers in line for heavy edits under a policy of the run's study, priced in the run's futures; see `questions.heavy_edits`."""
    return _kept(run, "edited", (policy,), lambda: heavy_edits(run.study, policy, run=run))


def judged(run: Run) -> Judged:
    """What the first futures of a run said on the day of its case, against what came later; see `questions.hindcast`."""
    return _kept(run, "judged", (LOOKED_AT,), lambda: _hindcast(run=run, futures=LOOKED_AT, alike=False))


def watched(run: Run) -> ToWatch:
    """Signposts by what their next reading is worth over the first futures of a run; see `questions.what_to_watch`."""
    return _kept(run, "watched", (LOOKED_AT,), lambda: what_to_watch(run.study, run, first=LOOKED_AT))


def time_moved(run: Run, policy: str) -> TimeAsymmetry:
    """What more or less time changes under a policy of the run's study. Raises `MissingData` for a case that says nothing of time."""
    shifts(run.study.case)
    return cast(TimeAsymmetry, _kept(run, "time_moved", (policy,), lambda: time_told(run.study, policy)))


def _kept(run: Run, question: str, asked: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """An answer as it is held in this process, as it lies with the run, or worked out."""
    if run.study.simulate.function is not None:  # of a model of one's own nobody knows all that it follows from
        return make()
    name = layout.answer_file(question, _key(run, asked))
    return cast(T, _HELD.get(name, lambda: _stored(run.folder / name, make)))


def _is_held(run: Run, question: str, asked: tuple[Hashable, ...]) -> bool:
    """Whether an answer is held in this process or lies with the run."""
    if run.study.simulate.function is not None:
        return False
    name = layout.answer_file(question, _key(run, asked))
    return name in _HELD or (run.folder / name).is_file()


def _stored(path: Path, make: Callable[[], T]) -> T:
    with suppress(OSError, ValueError):
        return cast(T, plain_data.from_text(path.read_text("utf-8")))
    made = make()
    with suppress(PremortemError, OSError, TypeError):
        writer.write(path, plain_data.to_text(made), parents=True)
    return made


def _key(run: Run, asked: tuple[Hashable, ...]) -> str:
    parts = (run.manifest["run"], run.futures, run.memory, asked, _of_study(run.study), hash_of_program())
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


@lru_cache(maxsize=8)
def _of_study(study: Study) -> str:
    """A hash of the files of a study and its case, and of what of it is given elsewhere: forms, pulled tables, policies."""
    given = (study.forms, study.pulled, study.policies, study.hashes(study.policies))
    own = hash_of_files(study.folder, OWN) if study.folder else ""
    return f"{given!r}{hash_of_files(study.case.folder)}{own}"
