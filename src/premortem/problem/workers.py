"""Processes that run a model: a pool of joblib, to which the model is sent once a piece of work."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any, Protocol

from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.problem.answers import Answers
from premortem.problem.calls import Task
from premortem.study.model_identity import is_installed


class Piece(Protocol):
    """Futures under a policy."""

    @property
    def values(self) -> Mapping[str, NDArray[Any]]:
        """By uncertainty."""

    @property
    def levers(self) -> Mapping[str, Any]:
        """Of the policy."""

    @property
    def seeds(self) -> NDArray[Any]:
        """One a future."""


def can_send(task: Task) -> bool:
    """Whether a model can be sent to another process; one that holds a lock or an open file stays here."""
    try:
        _bytes(task)
    except Exception:
        return False
    return True


def answers(task: Task, pieces: Iterable[Piece], processes: int) -> Iterator[Answers]:
    """Answers of pieces of work, in their order. Raises `BadInput` where a process dies."""
    from joblib import Parallel, delayed  # slow to import, and only long work needs it
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    sent = _bytes(task)
    pool = Parallel(n_jobs=processes, return_as="generator", batch_size=1, max_nbytes=None)
    try:
        yield from pool(delayed(_answer)(sent, piece.values, piece.levers, piece.seeds) for piece in pieces)
    except TerminatedWorkerError as error:
        raise BadInput(
            "model", "", "ended the process that ran it (out of memory, or an exit within it)", allowed="a function that returns",
            hint="processes=1 runs it in this process",
        ) from error  # fmt: skip


def _answer(sent: bytes, values: Any, levers: Any, seeds: Any) -> Answers:
    return _task(sent).answers(values, levers, seeds)


@lru_cache(4)
def _task(sent: bytes) -> Task:
    import cloudpickle  # only long work needs it

    return cloudpickle.loads(sent)


def _bytes(task: Task) -> bytes:
    """A task; with it what it needs of modules that another process cannot import, such as a file that was loaded by its path."""
    import cloudpickle

    lost = [module for name, module in [*sys.modules.items()] if _is_lost(name, module)]
    for module in lost:
        cloudpickle.register_pickle_by_value(module)
    try:
        return cloudpickle.dumps(task)
    finally:
        for module in lost:
            cloudpickle.unregister_pickle_by_value(module)


def _is_lost(name: str, module: ModuleType) -> bool:
    """Whether a module of the user's own is found under its name by nobody else."""
    file = getattr(module, "__file__", None)
    if not file or "." in name or name == "__main__" or is_installed(file) or not file.endswith(".py"):
        return False
    found = PathFinder.find_spec(name)
    return found is None or found.origin != file
