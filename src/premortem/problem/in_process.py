"""What runs in a process of `workers`, and loads no more than that needs; a child of it takes what may end a process."""

import faulthandler
import os
import pickle
import warnings
from collections.abc import Callable
from functools import lru_cache

from premortem.problem.answers import Answers, empty, joined
from premortem.problem.calls import Array, Task, Values
from premortem.problem.model_values import LeverValues
from premortem.problem.muted_output import silence

# Why a future failed whose call never came back.
ENDED = "ended the process that ran it: a crash, an exit or too little memory"


def answer(sent: bytes, values: Values, levers: LeverValues, seeds: Array) -> Answers:
    """Answers of a piece of work of a task that was sent."""
    silence()
    return _task(sent).answers(values, levers, seeds)


def answer_in_child(sent: bytes, values: Values, levers: LeverValues, seeds: Array) -> Answers:
    """Answers of a piece from a child of this process; where the child ends before, from one for each half."""
    found = _from_child(lambda: answer(sent, values, levers, seeds))
    if found is not None:
        return found
    n = len(seeds)
    if n == 1:
        return empty(_task(sent).asked, 1, ENDED)
    halves = (slice(None, n // 2), slice(n // 2, None))
    return joined(
        [answer_in_child(sent, {k: v[half] for k, v in values.items()}, levers, seeds[half]) for half in halves]
    )


def _from_child(call: Callable[[], Answers]) -> Answers | None:
    """What a call gives in a child of this process; nothing where the child ends before it has told."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads, which a process that only waits for its children has no use for
        child = os.fork()
    if not child:
        faulthandler.disable()  # a crash is told by the answer
        try:
            told = pickle.dumps(call())
            with os.fdopen(write, "wb") as pipe:
                pipe.write(told)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(told) if told and not status else None


@lru_cache(4)
def _task(sent: bytes) -> Task:
    import cloudpickle  # only long work needs it

    return cloudpickle.loads(sent)
