"""What a model answers, read into arrays: a number a future for each outcome, a row a future for each series, and why futures failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import nearest
from premortem.problem.model_values import Output
from premortem.text.numbers import count_noun

Array = NDArray[Any]
# Why a future failed that gave no finite number.
NOT_FINITE = "not a finite number"
LONGEST = 200


class WrongAnswer(ValueError):
    """An answer that cannot be read, with what is wrong with it."""


class Left(Exception):
    """A model asked Python to end, as `sys.exit()` does; what it raised is the cause. One future fails by it, and the run goes on."""


@dataclass(frozen=True)
class Asked:
    """What must be in an answer: outcomes in order, and the lengths of the series."""

    outcomes: tuple[str, ...]
    series: Mapping[str, int]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, outcomes first."""
        return (*self.outcomes, *self.series)


@dataclass(frozen=True)
class Answers:
    """Outcomes (future,), series (future, time), and by future why it failed, an empty text where it did not."""

    outcomes: dict[str, Array]
    series: dict[str, Array]
    failed: Array

    def __len__(self) -> int:
        return len(self.failed)

    def part(self, which: Any) -> "Answers":
        """Those of some futures."""
        return Answers(
            {n: v[which] for n, v in self.outcomes.items()},
            {n: v[which] for n, v in self.series.items()},
            self.failed[which],
        )


def empty(asked: Asked, futures: int, why: str = "") -> Answers:
    """Answers of futures that failed, or are not run yet."""
    failed = np.empty(futures, object)
    failed[:] = why
    return Answers(
        {n: np.full(futures, np.nan) for n in asked.outcomes},
        {n: np.full((futures, t), np.nan) for n, t in asked.series.items()},
        failed,
    )


def joined(parts: Sequence[Answers]) -> Answers:
    """Answers one after the other."""
    first = parts[0]
    if len(parts) == 1:
        return first
    return Answers(
        {n: np.concatenate([p.outcomes[n] for p in parts]) for n in first.outcomes},
        {n: np.concatenate([p.series[n] for p in parts]) for n in first.series},
        np.concatenate([p.failed for p in parts]),
    )


def marked(answers: Answers) -> Answers:
    """The same, with each future that gave no finite number counted as failed."""
    failed = answers.failed.copy()
    for name, values in answers.outcomes.items():
        failed[(failed == "") & ~np.isfinite(values)] = f"{name} is {NOT_FINITE}"
    for name, rows in answers.series.items():
        failed[(failed == "") & ~np.isfinite(rows).all(1)] = f"{name} is {NOT_FINITE}"
    return Answers(answers.outcomes, answers.series, failed)


def in_words(error: BaseException) -> str:
    """An error in one line."""
    error = (error.__cause__ or error) if isinstance(error, Left) else error
    lines = str(error).strip().splitlines()
    said = lines[0] if lines else ""
    return f"{type(error).__name__}: {said}"[:LONGEST] if said else type(error).__name__


def named(answer: Any, asked: Asked) -> Output:
    """An answer by name: of a mapping, of values in the order of the outcomes, or of the one outcome alone. Raises `WrongAnswer`."""
    if answer is None:
        raise WrongAnswer("returns nothing; return a dict of outcomes by name")
    if isinstance(answer, Mapping) or hasattr(answer, "keys"):
        missing = [name for name in asked.names if name not in answer]
        if missing:
            held = [str(key) for key in answer.keys()]  # noqa: SIM118  # also of a table or a dataset
            near = nearest(missing[0], held)
            raise WrongAnswer(
                "; ".join(
                    filter(
                        None,
                        (
                            f"returns no {', '.join(missing)}",
                            f"it returns {', '.join(held[:20]) or 'an empty dict'}",
                            near,
                        ),
                    )
                )
            )
        return {name: answer[name] for name in asked.names}
    if len(asked.names) == 1:
        return {asked.names[0]: answer[0] if isinstance(answer, tuple | list) and len(answer) == 1 else answer}
    if isinstance(answer, tuple | list) and len(answer) == len(asked.names):
        return dict(zip(asked.names, answer, strict=True))
    if isinstance(answer, np.ndarray) and answer.ndim and len(answer) == len(asked.names):
        return dict(zip(asked.names, answer, strict=True))
    many = f" of {len(answer)}" if isinstance(answer, tuple | list) else ""
    raise WrongAnswer(f"returns a {type(answer).__name__}{many}; return a dict with {', '.join(asked.names[:6])}")


def of_one(answer: Any, asked: Asked) -> tuple[dict[str, float], dict[str, Array]]:
    """The answer of one future. Raises `WrongAnswer`."""
    found = named(answer, asked)
    outcomes, series = {}, {}
    for name in asked.outcomes:
        value = _numbers(found[name], name)
        if value.size != 1:
            raise WrongAnswer(
                f"gives {name} with shape {value.shape}, not one number; declare pm.Series({name!r}, times) for values over time"
            )
        outcomes[name] = float(value.reshape(()))
    for name, times in asked.series.items():
        value = _numbers(found[name], name)
        if value.size != times:
            raise WrongAnswer(f"gives {name} with shape {value.shape}, not {times} values, one for each of its times")
        series[name] = value.reshape(times)
    return outcomes, series


def of_batch(answer: Any, asked: Asked, futures: int, turned: frozenset[str]) -> Answers:
    """The answer of a batch of futures; of series in `turned` time comes first. Raises `WrongAnswer`."""
    found, made = named(answer, asked), empty(asked, futures)
    for name in asked.outcomes:
        value = _numbers(found[name], name)
        if value.shape not in ((futures,), (futures, 1), (1, futures), (), (1,)):
            raise WrongAnswer(f"gives {name} with shape {value.shape} for {count_noun(futures, 'future')}")
        made.outcomes[name][:] = value if value.size == 1 else value.reshape(futures)
    for name, times in asked.series.items():
        value = _numbers(found[name], name)
        value = value.T if name in turned else value
        if value.shape not in ((futures, times), (times,), (1, times)):
            raise WrongAnswer(
                f"gives {name} with shape {value.shape} for {count_noun(futures, 'future')} and {times} times"
            )
        made.series[name][:] = value
    return made


def turned_series(answer: Any, asked: Asked, futures: int) -> frozenset[str]:
    """Series of which time is the first axis of a batch's answer, where the number of futures is none of their lengths."""
    found = named(answer, asked)
    return frozenset(n for n, times in asked.series.items() if np.shape(found[n]) == (times, futures))


def _numbers(value: Any, name: str) -> Array:
    """A value as numbers. Raises `WrongAnswer`."""
    try:
        made = np.asarray(value)
        if made.dtype.kind in "biuf":
            return made.astype(float)
        if made.dtype.kind == "c" and not made.imag.any():
            return made.real.astype(float)
        if made.dtype.kind == "O":  # such as None where there is no value
            return np.array([np.nan if v is None else v for v in made.ravel()], float).reshape(made.shape)
    except (TypeError, ValueError):
        pass
    raise WrongAnswer(f"gives {name} as {type(value).__name__}, not a number")
