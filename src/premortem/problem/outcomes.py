"""Outcomes that a model gives: numbers with a direction, and series over time."""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Literal

import numpy as np

from premortem.errors import BadInput
from premortem.text.result import Typed

Direction = Literal["max", "min", "info"]
# Ways in which other tools say which way is better.
WAYS: dict[Any, Direction] = {
    "max": "max", "maximize": "max", "maximise": "max", "min": "min", "minimize": "min", "minimise": "min",
    "info": "info", "": "info", None: "info", 1: "max", -1: "min", 0: "info",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Outcome(Typed):
    """A number that a model gives in each future: more of it is better (`max`), less (`min`), or neither is said (`info`)."""

    name: str
    direction: Any = "info"
    _: KW_ONLY
    unit: str = ""
    meaning: str = ""

    @property
    def better(self) -> Direction:
        """The direction in our word."""
        return WAYS[self.direction.lower() if isinstance(self.direction, str) else self.direction]

    def fault(self) -> str:
        """What is wrong with it, in words."""
        try:
            _ = self.better
        except (KeyError, TypeError):
            return f"direction is {self.direction!r}; allowed: max, min or info"
        return ""


@dataclass(frozen=True, repr=False)
class Series(Typed):
    """An outcome over time: `times` are its labels, or how many there are."""

    name: str
    times: Any
    direction: Any = "info"
    _: KW_ONLY
    unit: str = ""
    meaning: str = ""

    @property
    def labels(self) -> tuple[Any, ...]:
        """Labels of its times: numbers and texts as given."""
        if isinstance(self.times, int | np.integer):
            return tuple(range(int(self.times)))
        return tuple(t.item() if isinstance(t, np.generic) else t for t in self.times)

    @property
    def better(self) -> Direction:
        """The direction in our word."""
        return Outcome(self.name, self.direction).better

    def fault(self) -> str:
        """What is wrong with it, in words."""
        try:
            labels = self.labels
        except TypeError:
            return f"times are {self.times!r}; allowed: a list of times, or how many"
        if not labels:
            return "has no times"
        twice = len({str(label) for label in labels}) < len(labels)
        return "a time stands twice" if twice else Outcome(self.name, self.direction).fault()


def parted(given: Sequence[Any]) -> tuple[tuple[Outcome, ...], tuple[Series, ...]]:
    """Numbers and series among outcomes; a name alone is a number. Raises `BadInput` for what is no outcome."""
    made = [Outcome(one) if isinstance(one, str) else one for one in given]
    for one in made:
        if not isinstance(one, Outcome | Series):
            raise BadInput(
                "outcomes", str(getattr(one, "name", one)), "is no outcome", got=one,
                allowed='pm.Outcome(name, "max") or pm.Series(name, times)',
            )  # fmt: skip
    return tuple(o for o in made if isinstance(o, Outcome)), tuple(s for s in made if isinstance(s, Series))
