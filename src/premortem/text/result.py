"""What results share that rooms hand to each other: plain data by the keys of `--json`, and a repr that fits a screen."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias, TypeVar
from warnings import warn

from premortem.text.layout import LINES, SCREEN, fit

Held = TypeVar("Held")
# What leaves as JSON, or comes as such from outside: its keys are those of `--json`, its values whatever JSON can hold.
Document: TypeAlias = dict[str, Any]
# A field that is left out of the plain data where it is None.
OPTIONAL = {"optional": True}
# A field that is `from` in the plain data, a word that Python keeps for itself.
FROM = {"key": "from"}


class Shown:
    """A dataclass that is shown field by field, a line each; a field whose name begins with `_` is left out."""

    def __repr__(self) -> str:
        return shown(self, [f.name for f in fields(self) if not f.name.startswith("_")])  # type: ignore[arg-type]


class Result(Shown):
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


class Rows(tuple[Held, ...]):
    """Results one after another, each shown on lines of its own; those that do not fit a screen are counted."""

    def __repr__(self) -> str:
        told, rest = "", len(self)
        for row in self:
            more = f"{told}\n{row!r}" if told else repr(row)
            if told and more.count("\n") >= LINES:
                break
            told, rest = more, rest - 1
        return f"{told}\n... and {rest} more" if rest else told or "()"


def shown(thing: object, names: Sequence[str]) -> str:
    """What a thing of many fields is, and a line for each that is named, within the width of a screen."""
    wide = max(map(len, names), default=0)
    rows = (f"  {name:<{wide}}  {_short(getattr(thing, name), SCREEN - wide - 4)}" for name in names)
    return "\n".join([type(thing).__name__, *rows])


class Typed:
    """A dataclass that is shown as it is made in Python."""

    def __repr__(self) -> str:
        return fit(as_typed(self))


def as_typed(thing: Any, last: Sequence[str] = ()) -> str:
    """A dataclass as Python makes it: its kind and its fields by name, those of `last` after the others."""
    told = sorted((f for f in fields(thing) if f.repr), key=lambda f: f.name in last)
    return f"{type(thing).__name__}({', '.join(f'{f.name}={getattr(thing, f.name)!r}' for f in told)})"


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


def _short(value: Any, width: int = SCREEN) -> str:
    """A value in one line of a width: rows are counted by kind, numbers are rounded to six digits, keys and texts are cut.

    >>> _short({"holds": 0.5, "breaks": 0.5})
    "{'holds': 0.5, 'breaks': 0.5}"
    >>> _short(2 / 3)
    '0.666667'
    """
    if isinstance(value, tuple | list) and value and _has_fields(value[0]):
        return f"{len(value)} of {' or '.join(dict.fromkeys(type(row).__name__ for row in value))}"
    if _has_fields(value):
        return type(value).__name__
    if isinstance(value, Mapping):
        value = {key: type(held).__name__ if _has_fields(held) else held for key, held in value.items()}
    text, *more = repr(_rounded(value)).splitlines()
    return text if len(text) <= width and not more else f"{text[: width - 3]}..."


def _has_fields(value: Any) -> bool:
    """Whether a value has fields of its own, which are not told within a line of another's."""
    return is_dataclass(value) or hasattr(type(value), "model_fields")


def _rounded(value: Any) -> Any:
    """A number to six digits, as are those of a table by name; anything else as it is."""
    if isinstance(value, Mapping):
        return {key: _rounded(held) for key, held in value.items()}
    return float(f"{value:.6g}") if isinstance(value, float) else value
