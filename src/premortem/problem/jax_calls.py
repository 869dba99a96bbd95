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
from premortem.problem.answers import Answers, Asked, WrongAnswer, empty, joined, of_batch, of_one, turned_series

Array = NDArray[Any]
# Futures in a compiled call: few for a search, many for a run.
SMALL, LARGE = 64, 1024
TRIED = 3
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
        self, function: Callable[..., Any], asked: Asked, constants: Mapping[str, Any], each: bool, fixed: bool
    ) -> None:
        import jax  # at hand already: the model is of JAX

        self.function, self.asked, self.constants, self.each, self.fixed = function, asked, dict(constants), each, fixed
        self.turned: frozenset[str] = frozenset()
        self._jax, self._made = jax, dict[Any, Callable[..., Any]]()
        use_compilation_cache()

    def answers(self, values: Mapping[str, Array], levers: Mapping[str, Any]) -> Answers:
        """Answers of futures, batch by batch in as many threads as there are cores. Raises what the model raises."""
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
        self, values: Mapping[str, Array], levers: Mapping[str, Any], weights: Mapping[str, Array]
    ) -> dict[str, Array]:
        """Slopes of a weighted sum of answers to each value that is no whole number and no text, (future,), by one pass backwards. `weights` by
        outcome are (future,), by series (future, time). Raises what JAX raises for a model that has no way back.
        """
        n = len(next(iter(values.values())))
        padded = {k: _padded(v, n, SMALL) for k, v in values.items()}
        smooth = {k: self._jax.numpy.asarray(v) for k, v in padded.items() if v.dtype.kind == "f"}
        rest = {k: v for k, v in padded.items() if k not in smooth}
        turned = {k: _padded(w, n, SMALL).T if k in self.turned else _padded(w, n, SMALL) for k, w in weights.items()}
        slopes = self._backwards(levers)(smooth, rest, {} if self.fixed else dict(levers), turned)
        return {k: np.asarray(v, float)[:n] for k, v in slopes.items()}

    def _backwards(self, levers: Mapping[str, Any]) -> Callable[..., Any]:
        key, program = ("back", *self._key(levers)), self._program(levers)
        if key not in self._made:

            def total(smooth: Any, rest: Any, pulled: Any, weights: Mapping[str, Any]) -> Any:
                answer = program({**smooth, **rest}, pulled)
                return sum((w * answer[k].reshape(w.shape)).sum() for k, w in weights.items())

            self._made[key] = self._jax.jit(self._jax.grad(total))
        return self._made[key]

    def _batch(self, values: Mapping[str, Array], levers: Mapping[str, Any], size: int) -> Answers:
        n = len(next(iter(values.values())))
        padded = {k: _padded(v, n, size) for k, v in values.items()}
        answer = self._program(levers)(padded, {} if self.fixed else dict(levers))
        return of_batch({k: np.asarray(v) for k, v in answer.items()}, self.asked, size, self.turned).part(slice(n))

    def _key(self, levers: Mapping[str, Any]) -> tuple[Any, ...]:
        """By what programs are kept: levers that must be known when they are compiled."""
        return tuple((k, np.asarray(v).tobytes()) for k, v in sorted(levers.items())) if self.fixed else ()

    def _program(self, levers: Mapping[str, Any]) -> Callable[..., Any]:
        key = self._key(levers)
        if key not in self._made:
            held, names = dict(levers) if self.fixed else {}, self.asked.names

            def plain(given: Mapping[str, Any], pulled: Mapping[str, Any]) -> dict[str, Any]:
                found = self.function(**given, **pulled, **held, **self.constants)
                if isinstance(found, Mapping):
                    return {name: found[name] for name in names}
                return dict(zip(names, found if isinstance(found, tuple | list) else (found,), strict=True))

            made = self._jax.vmap(plain, in_axes=(0, None)) if self.each else plain
            self._made[key] = self._jax.jit(made)
        return self._made[key]


def _padded(values: Array, held: int, size: int) -> Array:
    """As many futures as a compiled call takes, the last one repeated."""
    return np.concatenate([values, np.repeat(values[-1:], size - held, axis=0)]) if held < size else values


def compiled(
    function: Callable[..., Any],
    asked: Asked,
    constants: Mapping[str, Any],
    values: Mapping[str, Array],
    levers: Mapping[str, Any],
) -> Compiled | None:
    """The model compiled, where it can be and gives what it gives by itself; else None. `values` are of a few futures, one of them at least."""
    if not values:
        return None
    few = {k: v[:TRIED] for k, v in values.items()}
    numbers = all(np.asarray(v).dtype.kind in "biuf" for v in (*few.values(), *levers.values()))
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


def _turned(made: Compiled, few: Mapping[str, Array], levers: Mapping[str, Any]) -> frozenset[str]:
    padded = {k: np.concatenate([v, np.repeat(v[-1:], LARGE + 1 - len(v), axis=0)]) for k, v in few.items()}
    return turned_series(made._program(levers)(padded, {} if made.fixed else dict(levers)), made.asked, LARGE + 1)


def _agrees(made: Compiled, whole: Answers, few: Mapping[str, Array], levers: Mapping[str, Any]) -> bool:
    """Whether compiled answers are those of the function called future by future."""
    same = []
    for i in range(len(whole)):
        given = {k: v[i].item() if made.each else v[i : i + 1] for k, v in few.items()}
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
