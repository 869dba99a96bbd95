"""Models written in JAX: compiled once, for batches of a fixed size, or from one future to many by `jax.vmap`."""

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble import cores
from premortem.ensemble.compiled import use_compilation_cache
from premortem.problem._attempts import plain
from premortem.problem.answers import Answers, Asked, WrongAnswer, empty, joined, of_batch, of_one, turned_series
from premortem.problem.model_values import Arguments, Constants, LeverValues, Output

Array = NDArray[Any]
# Futures in a compiled call: few for a search, many for a run.
SMALL, LARGE = 64, 1024
TRIED = 3
# Combinations of categories with which a model is compiled at most, since a text cannot be traced: a program each.
COMBINED = 32
# How near compiled answers must come to the function's own, in single precision; and in what part of the futures tried.
NEAR, ENOUGH = 1e-3, 0.5


def is_jax(function: Callable[..., Any]) -> bool:
    """Whether a function may be of JAX: compiled by it, or written where JAX is at hand."""
    if "jax" not in sys.modules:
        return False
    inner = function.func if isinstance(function, partial) else function
    if type(inner).__module__.partition(".")[0] in ("jax", "jaxlib"):
        return True
    code = inner if hasattr(inner, "__globals__") else getattr(inner, "__func__", None) or type(inner).__call__
    held = getattr(code, "__globals__", {})
    return any(isinstance(v, ModuleType) and v.__name__.partition(".")[0] == "jax" for v in held.values())


class Compiled:
    """A model compiled for batches. `each` says that the function is of one future; `fixed` that its levers must be known when it is compiled."""

    def __init__(
        self, function: Callable[..., Any], asked: Asked, constants: Constants, each: bool, fixed: bool
    ) -> None:
        import jax  # at hand already: the model is of JAX

        self.function, self.asked, self.constants, self.each, self.fixed = function, asked, dict(constants), each, fixed
        self.turned: frozenset[str] = frozenset()
        self._jax, self._made = jax, dict[Any, Callable[..., Any]]()
        use_compilation_cache()

    def answers(self, values: Mapping[str, Array], levers: LeverValues) -> Answers:
        """Answers of futures, batch by batch in as many threads as there are cores. Raises what the model raises."""
        groups = _alike(values)
        if len(groups) == 1:
            return self._of_alike(values, levers)
        parts = [self._of_alike({k: v[at] for k, v in values.items()}, levers) for at in groups]
        return joined(parts).part(np.argsort(np.concatenate(groups)))

    def _of_alike(self, values: Mapping[str, Array], levers: LeverValues) -> Answers:
        """Answers of futures that have the same texts."""
        n = len(next(iter(values.values())))
        size = SMALL if n <= SMALL else LARGE
        starts = range(0, n, size)
        if len(starts) == 1:
            return self._batch(values, levers, size)
        batches = [{k: v[s : s + size] for k, v in values.items()} for s in starts]
        first = self._batch(batches[0], levers, size)  # compiles
        with ThreadPoolExecutor(cores.count()) as pool:
            return joined([first, *pool.map(lambda b: self._batch(b, levers, size), batches[1:])])

    def pulled_back(
        self, values: Mapping[str, Array], levers: LeverValues, weights: Mapping[str, Array]
    ) -> dict[str, Array]:
        """Slopes of a weighted sum of answers to each value that is no whole number and no text, (future,), by one pass backwards. `weights` by
        outcome are (future,), by series (future, time). Raises what JAX raises for a model that has no way back.
        """
        n, texts = len(next(iter(values.values()))), _texts(values)
        padded = {k: _padded(v, n, SMALL) for k, v in values.items() if k not in texts}
        smooth = {k: self._jax.numpy.asarray(v) for k, v in padded.items() if v.dtype.kind == "f"}
        rest = {k: v for k, v in padded.items() if k not in smooth}
        turned = {k: _padded(w, n, SMALL).T if k in self.turned else _padded(w, n, SMALL) for k, w in weights.items()}
        slopes = self._backwards(levers, texts)(smooth, rest, {} if self.fixed else dict(levers), turned)
        return {k: np.asarray(v, float)[:n] for k, v in slopes.items()}

    def _backwards(self, levers: LeverValues, texts: Mapping[str, str]) -> Callable[..., Any]:
        key, program = ("back", *self._key(levers, texts)), self.program(levers, texts)
        if key not in self._made:

            def total(smooth: Any, rest: Any, pulled: Any, weights: Output) -> Any:
                answer = program({**smooth, **rest}, pulled)
                return sum((w * answer[k].reshape(w.shape)).sum() for k, w in weights.items())

            self._made[key] = self._jax.jit(self._jax.grad(total))
        return self._made[key]

    def _batch(self, values: Mapping[str, Array], levers: LeverValues, size: int) -> Answers:
        n = len(next(iter(values.values())))
        texts = _texts(values)
        padded = {k: _padded(v, n, size) for k, v in values.items() if k not in texts}
        answer = self.program(levers, texts)(padded, {} if self.fixed else dict(levers))
        return of_batch({k: np.asarray(v) for k, v in answer.items()}, self.asked, size, self.turned).part(slice(n))

    def _key(self, levers: LeverValues, texts: Mapping[str, str]) -> tuple[Any, ...]:
        """By what programs are kept: texts, and levers that must be known when they are compiled."""
        held = tuple((k, np.asarray(v).tobytes()) for k, v in sorted(levers.items())) if self.fixed else ()
        return (*held, *sorted(texts.items()))

    def program(self, levers: LeverValues, texts: Mapping[str, str]) -> Callable[..., Any]:
        """What answers a batch of futures that have the same texts, compiled when it is first called."""
        key = self._key(levers, texts)
        if key not in self._made:
            held, names = dict(levers) if self.fixed else {}, self.asked.names

            def answer(given: Arguments, pulled: LeverValues) -> Output:
                said = (
                    texts if self.each else {k: np.full(len(next(iter(given.values()))), v) for k, v in texts.items()}
                )
                found = self.function(**given, **said, **pulled, **held, **self.constants)
                if isinstance(found, Mapping):
                    return {name: found[name] for name in names}
                return dict(zip(names, found if isinstance(found, tuple | list) else (found,), strict=True))

            made = self._jax.vmap(answer, in_axes=(0, None)) if self.each else answer
            self._made[key] = self._jax.jit(made)
        return self._made[key]


def _padded(values: Array, held: int, size: int) -> Array:
    """As many futures as a compiled call takes, the last one repeated."""
    return np.concatenate([values, np.repeat(values[-1:], size - held, axis=0)]) if held < size else values


def _texts(values: Mapping[str, Array]) -> dict[str, str]:
    """Texts of futures that have the same: they cannot be traced, so a program is made for them."""
    return {k: str(v[0]) for k, v in values.items() if _is_text(v)}


def _is_text(values: Any) -> bool:
    return np.asarray(values).dtype.kind not in "biuf"


def _alike(values: Mapping[str, Array]) -> list[Array]:
    """Places of the futures that have the same texts."""
    texts = [np.asarray(v).astype(str) for v in values.values() if _is_text(v)]
    if not texts:
        return [np.arange(len(next(iter(values.values()))))]
    _, which = np.unique(np.stack(texts), axis=1, return_inverse=True)
    return [np.flatnonzero(which.ravel() == k) for k in range(int(which.max()) + 1)]


def compiled(
    function: Callable[..., Any],
    asked: Asked,
    constants: Constants,
    values: Mapping[str, Array],
    levers: LeverValues,
) -> Compiled | None:
    """The model compiled, where it can be and gives what it gives by itself; else None. `values` are of a few futures, one of them at least."""
    if all(map(_is_text, values.values())):
        return None
    few = {k: v[_alike(values)[0][:TRIED]] for k, v in values.items()}
    numbers = not any(map(_is_text, levers.values()))
    for each in (False, True):
        for fixed in (False, True) if numbers else (True,):
            made = Compiled(function, asked, constants, each, fixed)
            try:
                whole = made._batch(few, levers, TRIED + 2) if asked.series else made._batch(few, levers, SMALL)
            except WrongAnswer:
                try:
                    made.turned = _turned(made, few, levers)
                    whole = made._batch(few, levers, LARGE)
                except Exception:
                    continue
            except Exception:
                continue
            if _agrees(made, whole, few, levers):
                return made
    return None


def _turned(made: Compiled, few: Mapping[str, Array], levers: LeverValues) -> frozenset[str]:
    texts = _texts(few)
    padded = {k: _padded(v, len(v), LARGE + 1) for k, v in few.items() if k not in texts}
    return turned_series(made.program(levers, texts)(padded, {} if made.fixed else dict(levers)), made.asked, LARGE + 1)


def _agrees(made: Compiled, whole: Answers, few: Mapping[str, Array], levers: LeverValues) -> bool:
    """Whether compiled answers are those of the function called future by future."""
    same = []
    for i in range(len(whole)):
        given = {k: plain(v[i]) if made.each else v[i : i + 1] for k, v in few.items()}
        try:
            answer = made.function(**given, **levers, **made.constants)
            if made.each:
                outcomes, series = of_one(answer, made.asked)
            else:
                alone = of_batch(answer, made.asked, 1, made.turned)
                outcomes, series = (
                    {n: float(v[0]) for n, v in alone.outcomes.items()},
                    {n: v[0] for n, v in alone.series.items()},
                )
        except Exception:
            continue
        near = [
            bool(np.isclose(whole.outcomes[n][i], v, rtol=NEAR, atol=NEAR, equal_nan=True)) for n, v in outcomes.items()
        ]
        near += [
            bool(np.isclose(whole.series[n][i], v, rtol=NEAR, atol=NEAR, equal_nan=True).mean() > ENOUGH)
            for n, v in series.items()
        ]
        same.append(bool(np.all(near)))
    return bool(same) and float(np.mean(same)) > ENOUGH


__all__ = ["Compiled", "compiled", "empty", "is_jax"]
