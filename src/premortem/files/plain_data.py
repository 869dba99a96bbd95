"""Frozen dataclasses of this package as JSON text, and back to the same to the last digit.

What JSON has no word for stands as an object of one key, its kind: `{"tuple": [..]}`, `{"map": [[key, value], ..]}`, `{"set": [..]}`,
`{"day": "1999-12-31"}`, `{"array": [kind, shape, base64]}`, and `{"of": [module, name, {field: value}]}` for a dataclass. Reading makes
dataclasses of this package and nothing else, whatever a file says.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from importlib import import_module
from typing import Any

import numpy as np

PACKAGE = "premortem"


def to_text(value: Any) -> str:
    """A value as JSON text. Raises `TypeError` for what cannot be told so, such as a function."""
    return json.dumps(_told(value), separators=(",", ":"))


def from_text(text: str) -> Any:
    """The value that `to_text` was given. Raises `ValueError` for any other text."""
    try:
        return _read(json.loads(text))
    except (ImportError, AttributeError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise ValueError(f"no text of ours: {error}") from error


def _told(value: Any) -> Any:
    if value is None or type(value) in (bool, int, float, str):
        return value
    if is_dataclass(value) and not isinstance(value, type) and type(value).__module__.partition(".")[0] == PACKAGE:
        named = {f.name: _told(getattr(value, f.name)) for f in fields(value)}
        return {"of": [type(value).__module__, type(value).__qualname__, named]}
    if isinstance(value, np.ndarray | np.generic):
        return _array(np.asarray(value))
    if type(value) is date:
        return {"day": value.isoformat()}
    if isinstance(value, Mapping):
        return {"map": [[_told(key), _told(held)] for key, held in value.items()]}
    if type(value) in (tuple, frozenset, list):
        held = [_told(part) for part in value]
        return held if type(value) is list else {"tuple" if type(value) is tuple else "set": held}
    raise TypeError(f"a {type(value).__name__} is no plain data")


def _array(value: np.ndarray[Any, Any]) -> dict[str, Any]:
    if value.dtype.hasobject:
        raise TypeError("an array of objects is no plain data")
    return {"array": [value.dtype.str, list(value.shape), base64.b64encode(value.tobytes()).decode()]}


def _read(told: Any) -> Any:
    if isinstance(told, list):
        return [_read(part) for part in told]
    if not isinstance(told, dict):
        return told
    [(kind, held)] = told.items()
    return _KINDS[kind](held)


def _array_of(held: Any) -> Any:
    kind, shape, text = held
    return np.frombuffer(base64.b64decode(text), np.dtype(kind)).reshape(shape)[()]


def _dataclass_of(held: Any) -> Any:
    module, name, of = held
    if module.partition(".")[0] != PACKAGE:
        raise ValueError(f"{module} is none of our modules")
    kind = getattr(import_module(module), name)
    if not (isinstance(kind, type) and is_dataclass(kind)):
        raise ValueError(f"{module}.{name} is no dataclass")
    return kind(**{key: _read(value) for key, value in of.items()})


_KINDS: Mapping[str, Callable[[Any], Any]] = {
    "tuple": lambda held: tuple(map(_read, held)),
    "set": lambda held: frozenset(map(_read, held)),
    "map": lambda held: {_read(key): _read(value) for key, value in held},
    "day": date.fromisoformat,
    "array": _array_of,
    "of": _dataclass_of,
}
