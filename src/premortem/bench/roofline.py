"""How far the engine is from what this machine can do: operations a future against the rates it reaches at best.

Operations are counted in the model's own equations, an element an operation; roots, logarithms and the like apart, since
one of them costs as much as several sums. Rates are those of compiled loops over arrays that fit the first cache.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from premortem.bench.timing import Row, median, row
from premortem.ensemble.part import CHUNK, draw
from premortem.study import Study

HARD = frozenset({"exp", "log", "log1p", "expm1", "tanh", "pow", "logistic", "sqrt", "rsqrt"})
FREE = frozenset(
    {"slice", "squeeze", "reshape", "broadcast_in_dim", "convert_element_type", "iota", "concatenate", "stack"}
)
# Elements of an array that fits the first cache, and times that a loop runs over it.
SMALL, LOOPS = 4096, 2000


def row_of(study: Study, times: int) -> Row:
    """Futures a second on one core as measured, beside the most that its arithmetic allows."""
    given = study.levers(study.case.settings.baseline), study.scorer.thresholds
    values = draw(study.priors, "sobol", 7, 0, CHUNK)
    easy, hard, kept = operations(study.model(), values, given)
    sums, roots, copied = _rate_of_sums(times), _rate_of_exponentials(times), _bandwidth(times)
    most = 1 / (easy / sums + hard / roots)
    model = jax.jit(study.model())
    took = median(lambda: jax.block_until_ready(model(values, given)), times)
    return row(
        "share of what the arithmetic allows",
        CHUNK / took,
        most,
        "futures/s",
        "operations a future over this machine's measured rates",
        easy_operations=easy,
        hard_operations=hard,
        bytes_kept=kept,
        sums_per_second=sums,
        exponentials_per_second=roots,
        copied_bytes_per_second=copied,
        futures_per_second_by_bandwidth=copied / kept,
    )


def operations(model: Any, values: Any, given: Any) -> tuple[float, float, float]:
    """Easy and hard operations a future, and bytes of results a future."""
    closed = jax.make_jaxpr(lambda v: model(v, given))(values)
    easy, hard = _count(closed.jaxpr)
    kept = sum(v.aval.size * v.aval.dtype.itemsize for v in closed.jaxpr.outvars)
    return easy / values.shape[1], hard / values.shape[1], kept / values.shape[1]


def _count(jaxpr: Any) -> tuple[float, float]:
    easy = hard = 0.0
    for equation in jaxpr.eqns:
        inner = next((equation.params[k] for k in ("jaxpr", "call_jaxpr") if k in equation.params), None)
        if inner is not None:
            a, b = _count(getattr(inner, "jaxpr", inner))  # a checkpointed step comes open, others closed
            times = equation.params.get("length", 1)
            easy, hard = easy + times * a, hard + times * b
        elif equation.primitive.name in HARD:
            hard += equation.outvars[0].aval.size
        elif equation.primitive.name not in FREE:
            # a reduction reads more than it gives
            easy += max(v.aval.size for v in [*equation.outvars, *(v for v in equation.invars if hasattr(v, "aval"))])
    return easy, hard


def _rate_of_sums(times: int) -> float:
    return _rate(lambda x: x * 0.999 + 0.001, 2, times)


def _rate_of_exponentials(times: int) -> float:
    return _rate(lambda x: jnp.exp(-x), 1, times)


def _rate(step: Any, each: int, times: int) -> float:
    loop = jax.jit(lambda x: jax.lax.fori_loop(0, LOOPS, lambda i, y: step(y), x))
    x = np.full(SMALL, 0.5, np.float32)
    return each * SMALL * LOOPS / median(lambda: jax.block_until_ready(loop(x)), times)


def _bandwidth(times: int) -> float:
    """Bytes a second of copying an array far larger than the caches."""
    source = np.ones(2**24, np.float32)
    target = np.empty_like(source)
    return source.nbytes / median(lambda: np.copyto(target, source), times)
