"""Levers: what a policy sets, a number, a whole number, one of some levels, or an array of them."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput, nearest
from premortem.problem.model_values import LeverValues
from premortem.problem.uncertainties import Category, Integer, Uncertainty, Uniform
from premortem.text.result import Typed

Array = NDArray[Any]
# What a lever has that no policy need set.
UNSET: Any = ...


@dataclass(frozen=True, repr=False)
class Lever(Typed):
    """A lever from `low` to `high`: of whole numbers with `integer`, an array with `size`; with `levels` one of these. A policy that leaves it
    out takes its `default`, where it has one.
    """

    name: str
    low: Any = None
    high: Any = None
    _: KW_ONLY
    size: int | None = None
    integer: bool = False
    levels: Sequence[Any] | None = None
    default: Any = UNSET
    unit: str = ""
    meaning: str = ""

    @property
    def choices(self) -> Sequence[Any] | None:
        """Its levels, also where they stand in the place of `low`."""
        return self.low if self.levels is None and isinstance(self.low, Sequence) and self.high is None else self.levels

    @property
    def prior(self) -> Uncertainty:
        """From where one of its values is drawn when policies are sampled."""
        if self.choices is not None:
            return Category(self.name, self.choices)
        return Integer(self.name, self.low, self.high) if self.integer else Uniform(self.name, self.low, self.high)

    def fault(self) -> str:
        """What is wrong with it, in words."""
        if self.choices is None and (self.low is None or self.high is None):
            return "needs low and high, or levels=[...]"
        if self.size is not None and (not isinstance(self.size, int | np.integer) or self.size < 1):
            return f"size is {self.size!r}, not a whole number from 1 up"
        return self.prior.fault()

    def read(self, value: Any) -> Any:
        """A policy's value as it is kept: a plain number or level, or an array. Raises `ValueError` in words."""
        if self.size is not None and np.ndim(value) == 1:
            if len(value) != self.size:
                raise ValueError(f"has {len(value)} values; allowed: {self.size}, or one for all")
            return np.array([self._one(v) for v in value])
        if np.ndim(value) and np.size(value) == 1 and self.size is None:
            value = np.ravel(value)[0]
        if np.ndim(value):
            shape = np.shape(value)
            raise ValueError(f"has shape {shape}; allowed: one value{f', or {self.size}' if self.size else ''}")
        return self._one(value)

    def given(self, value: Any) -> Any:
        """A policy's value as the model gets it."""
        return value

    def said(self, value: Any) -> str:
        """What a policy's value is known by."""
        return repr(value.tolist() if hasattr(value, "tolist") else value)

    def _one(self, value: Any) -> Any:
        if self.choices is not None:
            for level in self.choices:
                if (type(level) is type(value) and level == value) or level is value:
                    return level
            for level in self.choices:  # 1 and 1.0, or a NumPy text
                if level == value:
                    return level
            hint = nearest(str(value), [str(level) for level in self.choices])
            raise ValueError(f"is {value!r}; allowed: {', '.join(map(str, self.choices))}{f'; {hint}' if hint else ''}")
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise ValueError(f"is {value!r}; allowed: a number from {self.low:g} to {self.high:g}")
        if self.integer and int(value) != value:
            raise ValueError(f"is {value:g}; allowed: a whole number from {self.low:g} to {self.high:g}")
        return int(value) if self.integer else float(value)

    def beyond(self, value: Any) -> bool:
        """Whether a value lies outside its range: a policy may try such a one, and is told."""
        return self.choices is None and bool((np.min(value) < self.low) or (np.max(value) > self.high))


def lever_of(given: Any) -> Lever:
    """A lever as declared, or of an uncertainty that stands in its place. Raises `BadInput` for anything else."""
    match given:
        case Lever():
            return given
        case Uniform():
            return Lever(given.name, given.low, given.high, unit=given.unit, meaning=given.meaning)
        case Integer():
            return Lever(given.name, given.low, given.high, integer=True, unit=given.unit, meaning=given.meaning)
        case Category():
            return Lever(given.name, levels=given.levels, unit=given.unit, meaning=given.meaning)
    raise BadInput(
        "levers", str(getattr(given, "name", given)), "is no lever", got=given, allowed="pm.Lever(name, low, high)"
    )


def read_policy(name: str, given: Any, levers: Sequence[Lever]) -> tuple[LeverValues, list[BadInput]]:
    """A policy as values by lever, with every fault of it; `given` is a mapping of levers, or nothing where there are none."""
    where = f"policies: {name}"
    if given is not None and not isinstance(given, Mapping):
        return {}, [BadInput(where, "", "is no set of levers", got=given, allowed='{"LEVER": VALUE, ...}')]
    asked, known = dict(given or {}), [lever.name for lever in levers]
    errors = [
        BadInput(
            where,
            str(key),
            "no such lever",
            got=key,
            allowed=", ".join(known) or "no levers",
            hint=nearest(str(key), known),
        )
        for key in asked
        if key not in known
    ]
    found: dict[str, Any] = {}
    for lever in levers:
        if lever.name not in asked and lever.default is UNSET:
            errors.append(
                BadInput(where, lever.name, "is not set", allowed=f"a value for each of {', '.join(known)}",
                         hint=f"or give the lever a default: pm.Lever({lever.name!r}, ..., default=...)")
            )  # fmt: skip
            continue
        try:
            found[lever.name] = lever.read(asked.get(lever.name, lever.default))
        except (ValueError, TypeError) as wrong:
            what, _, allowed = str(wrong).partition("; allowed: ")
            errors.append(BadInput(where, lever.name, what, got=asked.get(lever.name), allowed=allowed))
    return found, errors
