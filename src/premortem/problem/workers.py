"""Processes that run a model: a pool of joblib, to which the model is sent once a piece of work; what ends its process is found."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any, Protocol

from numpy.typing import NDArray

from premortem.problem.answers import Answers
from premortem.problem.calls import Task
from premortem.problem.in_process import answer, answer_in_child
from premortem.problem.model_values import LeverValues
from premortem.study.model_identity import is_installed


class Piece(Protocol):
    """Futures under a policy."""

    @property
    def values(self) -> Mapping[str, NDArray[Any]]:
        """By uncertainty."""

    @property
    def levers(self) -> LeverValues:
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
    """Answers of pieces of work, in their order. Once a process has ended, what was under way and what is left are run in children of the
    processes, so that only the futures that end one have failed.
    """
    from joblib import Parallel, delayed  # slow to import, and only long work needs it
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    sent, pieces, done = _bytes(task), [*pieces], 0

    def all_of(ask: Callable[..., Answers], pieces: Iterable[Piece]) -> Iterator[Answers]:
        pool = Parallel(n_jobs=processes, return_as="generator", batch_size=1, max_nbytes=None)
        return iter(pool(delayed(ask)(sent, piece.values, piece.levers, piece.seeds) for piece in pieces))

    try:
        for found in all_of(answer, pieces):
            done += 1
            yield found
    except TerminatedWorkerError:
        yield from all_of(answer_in_child, pieces[done:])


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
