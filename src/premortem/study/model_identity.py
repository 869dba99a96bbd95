"""A fingerprint of a user's own model: its code and the values it closes over, so that a changed model is recognised.

The text of a function is what Python will run, its compiled code: a comment or another layout changes nothing, a number does. What
it reads beside its arguments counts too: defaults, closures, global values and functions of the user's own, the state of an object.
Libraries count by name and version; of the user's own code the name of its module does not, so that a script and an import of it are
one model.
"""

import hashlib
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from copyreg import dispatch_table
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import jax
import numpy as np

import premortem

# Where Python itself, installed packages and this one lie: what comes from there is known by name and version.
LIBRARIES = ("stdlib", "platstdlib", "purelib", "platlib")
INSTALLED = tuple(str(Path(path).resolve()) for path in [*map(sysconfig.get_path, LIBRARIES), premortem.__path__[0]])
PLAIN = (bool, int, float, complex, str, bytes, type(None))
# Parts of a function that hold another one: `functools.wraps`, `jax.jit` and numba.
WRAPPED = ("__wrapped__", "py_func")


def name_of(function: Callable[..., Any]) -> str:
    """What a person calls a function, an object that is called, a partial or a method."""
    match function:
        case partial():
            return f"partial of {name_of(function.func)}"
        case MethodType():
            return f"{type(function.__self__).__qualname__}.{function.__name__}"
    return str(getattr(function, "__qualname__", type(function).__qualname__))


def parts_of(function: Any) -> dict[str, str]:
    """Everything that a model, or another value, rests on by its place in it: `code`, `self.scale`; each as a text."""
    return dict(_told("model", function, {}))


def _told(place: str, value: Any, seen: dict[int, Any]) -> Iterator[tuple[str, str]]:
    """A value and all that it is made of, each once."""
    if isinstance(value, (*PLAIN, np.generic)):
        yield place, f"{type(value).__name__} {value!r}"
        return
    if id(value) in seen:
        return
    seen[id(value)] = value  # kept, so that no other value comes to have its id
    match value:
        case np.ndarray() if value.dtype.hasobject:
            yield from _told(place, value.tolist(), seen)
        case np.ndarray() | jax.Array():
            held = np.asarray(value)
            yield place, f"array {held.dtype} {held.shape} {_digest(np.ascontiguousarray(held).tobytes())}"
        case list() | tuple():
            yield place, f"{type(value).__name__} of {len(value)}"
            for i, item in enumerate(value):
                yield from _told(f"{place}[{i}]", item, seen)
        case set() | frozenset():
            yield place, f"set {sorted(map(repr, value))}"
        case Mapping():
            yield place, f"mapping {sorted(map(repr, value))}"
            for key in sorted(value, key=repr):
                yield from _told(f"{place}[{key!r}]", value[key], seen)
        case partial():
            yield place, "partial"
            yield from _told(f"{place}.function", (value.func, value.args, value.keywords), seen)
        case MethodType():
            yield from _told(f"{place}.function", value.__func__, seen)
            yield from _told(f"{place}.self", value.__self__, seen)
        case ModuleType() | BuiltinFunctionType():
            yield place, _library(value)
        case CodeType():
            yield from _code(place, value, seen)
        case FunctionType():
            yield from _function(place, value, seen)
        case type():
            yield from _class(place, value, seen)
        case _ if inner := [held for name, held in getattr(value, "__dict__", {}).items() if name in WRAPPED]:
            yield from _told(f"{place}.wrapped", inner, seen)
        case _:
            yield from _object(place, value, seen)


def _function(place: str, function: FunctionType, seen: dict[int, Any]) -> Iterator[tuple[str, str]]:
    """A function by its code and what it reads; one of a library by name and version."""
    if place != "model" and is_installed(function.__code__.co_filename):
        yield place, _library(function)
        # such as what `contextmanager` makes of a function of the user's
        if inner := getattr(function, "__wrapped__", None):
            yield from _told(f"{place}.wrapped", inner, seen)
        return
    yield f"{place}.name", function.__qualname__  # no module: that of a script is another one when it is imported
    yield from _code(f"{place}.code", function.__code__, seen)
    yield from _told(f"{place}.defaults", (function.__defaults__, function.__kwdefaults__), seen)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield from _told(f"{place}.closure.{name}", cell.cell_contents, seen)
        except ValueError:  # not bound yet
            yield f"{place}.closure.{name}", "nothing"
    names = _names(function.__code__)
    for name in sorted(names & function.__globals__.keys()):
        yield from _global(f"{place}.global.{name}", function.__globals__[name], names, seen)
    if inner := getattr(function, "__wrapped__", None):
        yield from _told(f"{place}.wrapped", inner, seen)


def _global(place: str, value: Any, names: set[str], seen: dict[int, Any]) -> Iterator[tuple[str, str]]:
    """A global value; of a module of the user's own what is read of it."""
    if not isinstance(value, ModuleType) or is_installed(getattr(value, "__file__", None) or ""):
        yield from _told(place, value, seen)
        return
    for name in sorted(names & vars(value).keys()):
        yield from _global(f"{place}.{name}", vars(value)[name], names, seen)


def _code(place: str, code: CodeType, seen: dict[int, Any]) -> Iterator[tuple[str, str]]:
    yield place, f"{_digest(code.co_code)} {code.co_names} {code.co_varnames}"
    yield from _told(f"{place}.constants", code.co_consts, seen)


def _class(place: str, kind: type, seen: dict[int, Any]) -> Iterator[tuple[str, str]]:
    """A class by the functions and values of its own and of the user's classes that it is made from."""
    yield place, _library(kind) if _of_library(kind) else kind.__qualname__
    for base in kind.__mro__:
        if _of_library(base):
            continue
        for name, value in sorted(vars(base).items()):
            held = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            held = held.fget if isinstance(held, property) else held
            if isinstance(held, FunctionType) or (not name.startswith("__") and isinstance(held, (*PLAIN, np.ndarray))):
                yield from _told(f"{place}.{base.__qualname__}.{name}", held, seen)


def _object(place: str, value: Any, seen: dict[int, Any]) -> Iterator[tuple[str, str]]:
    """An object: of the user's own by its class and state, of a library's by the parts that it is made anew from."""
    kind = type(value)
    if _of_library(kind):
        yield place, _library(kind)
        yield from _told(f"{place}.parts", _parts(value), seen)
        return
    yield from _told(f"{place}.class", kind, seen)
    slots = [name for base in kind.__mro__ for name in getattr(base, "__slots__", ()) if hasattr(value, name)]
    state = {name: getattr(value, name) for name in slots} | getattr(value, "__dict__", {})
    for name in sorted(state):
        yield from _told(f"{place}.{name}", state[name], seen)


def _parts(value: Any) -> Any:
    """What Python makes a copy of an object from; nothing for a lock, a process or a handle, known by its kind alone."""
    try:
        copier: Callable[[Any], Any] = dispatch_table.get(type(value), lambda held: held.__reduce_ex__(2))
        reduced = copier(value)
    except Exception:
        return ()
    return reduced if isinstance(reduced, str) else tuple([*p] if isinstance(p, Iterator) else p for p in reduced)


def _names(code: CodeType) -> set[str]:
    """Names that a code and the functions within it read."""
    inner = (c for c in code.co_consts if isinstance(c, CodeType))
    return set(code.co_names).union(*(_names(c) for c in inner))


def _of_library(kind: type) -> bool:
    """Whether a class comes from a library, or from no Python at all."""
    written = [held.__code__.co_filename for held in vars(kind).values() if isinstance(held, FunctionType)]
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    return is_installed(file or "") or not (written or file)


def is_installed(file: str) -> bool:
    """Whether a file is of Python, of an installed package or of this one."""
    return str(Path(file).resolve()).startswith(INSTALLED) if file and not file.startswith("<") else False


def _library(value: Any) -> str:
    """A module, class or function of a library, with the version of its package where it has one."""
    match value:
        case ModuleType():
            module, name = value.__name__, ""
        case FunctionType():  # by where it is written: `functools.wraps` gives it the names of what it wraps
            module, name = str(value.__globals__.get("__name__")), f".{value.__code__.co_qualname}"
        case _:
            module = str(getattr(value, "__module__", None) or "builtins")
            name = f".{getattr(value, '__qualname__', type(value).__qualname__)}"
    try:
        return f"{module}{name} {version(module.partition('.')[0])}"
    except PackageNotFoundError:
        return f"{module}{name}"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
