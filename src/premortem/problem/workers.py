"""Processes that run a model: a pool of joblib, to which the model is sent once a piece of work."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Protocol

from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.problem.answers import Answers
from premortem.problem.calls import Task


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
    """A task with the user's own module in it, which another process may not find."""
    import cloudpickle

    return cloudpickle.dumps(task)
