"""The world model in NumPy: its equations, operation by operation, as a modeller without a compiler would run them.

Made from the model itself, so that it is the same model to the last equation; `tests/bench` holds the two together. It
gives the peers, which call NumPy models, a fair one: one future a call, or a batch a call.
"""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[Any]
Run = Callable[[Sequence[Any]], list[Any]]

_POINTWISE: dict[str, Callable[..., Any]] = {
    "mul": np.multiply,
    "add": np.add,
    "sub": np.subtract,
    "div": np.divide,
    "max": np.maximum,
    "min": np.minimum,
    "log": np.log,
    "exp": np.exp,
    "neg": np.negative,
    "square": np.square,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "sign": np.sign,
    "logistic": expit,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "log1p": np.log1p,
    "expm1": np.expm1,
    "tanh": np.tanh,
    "pow": np.power,
    "floor": np.floor,
    "ne": np.not_equal,
    "eq": np.equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "lt": np.less,
    "le": np.less_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "stop_gradient": lambda x: x,
    "copy": lambda x: x,
}
_SHAPING: dict[str, Callable[..., Any]] = {
    "integer_pow": lambda x, y, **_: x**y,
    "select_n": lambda which, *cases, **_: np.where(which, cases[1], cases[0]),
    "slice": lambda x, start_indices, limit_indices, strides, **_: x[
        tuple(slice(*s) for s in zip(start_indices, limit_indices, strides or [1] * len(start_indices), strict=True))
    ],
    "squeeze": lambda x, dimensions, **_: np.squeeze(x, axis=tuple(dimensions)),
    "reshape": lambda x, new_sizes, **_: np.reshape(x, new_sizes),
    "transpose": lambda x, permutation, **_: np.transpose(x, permutation),
    "concatenate": lambda *xs, dimension, **_: np.concatenate(xs, axis=dimension),
    "stack": lambda *xs, axis=0, **more: np.stack(xs, axis=more.get("dimension", axis)),
    "reduce_sum": lambda x, axes, **_: np.sum(x, axis=tuple(axes)),
    "reduce_max": lambda x, axes, **_: np.max(x, axis=tuple(axes)),
    "reduce_min": lambda x, axes, **_: np.min(x, axis=tuple(axes)),
    "cumsum": lambda x, axis, **_: np.cumsum(x, axis=axis),
    "rev": lambda x, dimensions, **_: np.flip(x, axis=tuple(dimensions)),
    "split": lambda x, sizes, axis, **_: np.split(x, np.cumsum(sizes)[:-1], axis=axis),
}
_INNER = ("jaxpr", "call_jaxpr", "fun_jaxpr")


def in_numpy(model: Callable[..., Any], values: Array, levers: Any) -> Callable[[Array], Any]:
    """`model` with these levers in NumPy: from values (parameter, future), of the given shape and type, to what it
    returns.

    Raises `NotImplementedError` naming an operation that no mechanism used before.
    """
    shape = jax.ShapeDtypeStruct(values.shape, values.dtype)
    closed, out = jax.make_jaxpr(lambda v: model(v, levers), return_shape=True)(shape)
    structure, run = jax.tree.structure(out), _interpret(closed.jaxpr)

    def call(v: Array) -> Any:
        with np.errstate(all="ignore"):
            return jax.tree.unflatten(structure, run([*closed.consts, v]))

    return call


def _interpret(jaxpr: Any) -> Run:
    """A function from constants and inputs to outputs that walks the equations in order."""
    steps = [(_operation(e), [_reader(v) for v in e.invars], e.outvars) for e in jaxpr.eqns]
    inputs, outputs = [*jaxpr.constvars, *jaxpr.invars], [_reader(v) for v in jaxpr.outvars]

    def run(given: Sequence[Any]) -> list[Any]:
        held = dict(zip(inputs, given, strict=True))
        for operation, readers, outs in steps:
            made = operation([read(held) for read in readers])
            held.update(zip(outs, made, strict=True))
        return [read(held) for read in outputs]

    return run


def _reader(var: Any) -> Callable[[dict[Any, Any]], Any]:
    if hasattr(var, "val"):
        constant = np.asarray(var.val, var.aval.dtype)
        return lambda held: constant
    return lambda held: held[var]


def _operation(equation: Any) -> Run:
    name, params = equation.primitive.name, equation.params
    shape, kind = equation.outvars[0].aval.shape, equation.outvars[0].aval.dtype
    if name in _POINTWISE:
        return lambda xs: [_POINTWISE[name](*xs)]
    if name == "split":
        return lambda xs: list(_SHAPING[name](*xs, **params))
    if name in _SHAPING:
        return lambda xs: [_SHAPING[name](*xs, **params)]
    if name == "convert_element_type":
        return lambda xs: [np.asarray(xs[0]).astype(kind)]
    if name == "broadcast_in_dim":
        return lambda xs: [_broadcast(np.asarray(xs[0]), shape, params["broadcast_dimensions"])]
    if name == "iota":
        return lambda xs: [_broadcast(np.arange(shape[params["dimension"]], dtype=kind), shape, (params["dimension"],))]
    if name == "gather":
        return lambda xs: [_gather(xs[0], xs[1], params["dimension_numbers"], params["slice_sizes"])]
    if name == "scan":
        return _scan(params)
    inner = next((params[key] for key in _INNER if key in params), None)
    if inner is None:
        raise NotImplementedError(f"the model uses {name}, which its NumPy form does not know")
    # a checkpointed step is open: it has no constants of its own
    run, constants = _interpret(getattr(inner, "jaxpr", inner)), getattr(inner, "consts", ())
    return lambda xs: run([*constants, *xs])


def _broadcast(x: Array, shape: tuple[int, ...], places: tuple[int, ...]) -> Array:
    sizes = [1] * len(shape)
    for i, place in enumerate(places):
        sizes[place] = x.shape[i]
    return np.broadcast_to(x.reshape(sizes), shape)


def _gather(x: Array, at: Array, numbers: Any, sizes: tuple[int, ...]) -> Array:
    """Rows of `x` by number along one axis: all that the world's own look-ups need."""
    if len(numbers.start_index_map) != 1 or numbers.operand_batching_dims:
        raise NotImplementedError("the model uses a gather along several axes, which its NumPy form does not know")
    axis = numbers.start_index_map[0]
    picked = np.take(x, np.clip(at[..., 0], 0, x.shape[axis] - sizes[axis]), axis=axis)
    return picked if axis in numbers.collapsed_slice_dims else np.expand_dims(picked, axis)


def _scan(params: Any) -> Run:
    run, consts = _interpret(params["jaxpr"].jaxpr), params["jaxpr"].consts
    fixed, carried = params["num_consts"], params["num_carry"]

    def operation(xs: Sequence[Any]) -> list[Any]:
        constants, carry, rows = xs[:fixed], list(xs[fixed : fixed + carried]), xs[fixed + carried :]
        shown: list[list[Any]] = []
        for i in range(params["length"]):
            out = run([*consts, *constants, *carry, *(row[i] for row in rows)])
            carry = out[:carried]
            shown.append(out[carried:])
        return [*carry, *(np.stack(series) for series in zip(*shown, strict=True))]

    return operation
