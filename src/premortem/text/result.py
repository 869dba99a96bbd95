"""What results share that rooms hand to each other: plain data by the keys of `--json`, and a repr that fits a screen."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias
from warnings import warn

# What leaves as JSON, or comes as such from outside: its keys are those of `--json`, its values whatever JSON can hold.
Document: TypeAlias = dict[str, Any]
# A field that is left out of the plain data where it is None.
OPTIONAL = {"optional": True}
# A field that is `from` in the plain data, a word that Python keeps for itself.
FROM = {"key": "from"}
# Names of fields stand before their values in a repr; a value is cut after so many characters.
WIDTH = 72


class Result:
    """A frozen dataclass that a room returns, or a row of one. `as_dict` gives the keys of the command line's JSON; a field whose
    name begins with `_` is left out of it.
    """

    def as_dict(self) -> Document:
        """The same as plain data, by the keys of `--json`."""
        told = {f: getattr(self, f.name) for f in fields(self) if not f.name.startswith("_")}  # type: ignore[arg-type]
        return {
            f.metadata.get("key", f.name): _plain(value)
            for f, value in told.items()
            if value is not None or not f.metadata.get("optional")
        }

    def __getitem__(self, key: str) -> Any:
        warn(f"result[{key!r}] is now result.{key}", DeprecationWarning, stacklevel=2)
        return self.as_dict()[key]

    def __repr__(self) -> str:
        names = [f.name for f in fields(self) if not f.name.startswith("_")]  # type: ignore[arg-type]
        wide = max(map(len, names))
        rows = [f"  {name:<{wide}}  {_short(getattr(self, name))}" for name in names]
        return "\n".join([type(self).__name__, *rows])


def _plain(value: Any) -> Any:
    """A value without dataclasses and tuples."""
    if isinstance(value, Result):
        return value.as_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {key: _plain(held) for key, held in value.items()}
    if isinstance(value, frozenset):  # categories, as texts: two numbers are a range
        return sorted(held if isinstance(held, str) else f"{held:g}" for held in value)
    return [_plain(held) for held in value] if isinstance(value, tuple | list) else value


def _short(value: Any) -> str:
    """A value in one line: rows are counted by kind, numbers are rounded to six digits, keys and texts are cut.

    >>> _short({"holds": 0.5, "breaks": 0.5})
    "{'holds': 0.5, 'breaks': 0.5}"
    >>> _short(2 / 3)
    '0.666667'
    """
    if isinstance(value, tuple | list) and value and is_dataclass(value[0]):
        return f"{len(value)} of {' or '.join(dict.fromkeys(type(row).__name__ for row in value))}"
    if isinstance(value, Result):
        return type(value).__name__
    if isinstance(value, Mapping):
        value = {key: type(held).__name__ if is_dataclass(held) else held for key, held in value.items()}
    text = repr(_rounded(value))
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def _rounded(value: Any) -> Any:
    """A number to six digits, as are those of a table by name; anything else as it is."""
    if isinstance(value, Mapping):
        return {key: _rounded(held) for key, held in value.items()}
    return float(f"{value:.6g}") if isinstance(value, float) else value
