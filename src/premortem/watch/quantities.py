"""Observable quantities: the unit of each, the outcome of the model that it corresponds to, and how the two are compared."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PrivateAttr

from premortem.case import Case, Clock, year_of
from premortem.errors import BadInput, raise_all
from premortem.facts.day import Day
from premortem.files.toml import read_toml
from premortem.files.typed import Strict, read_entries
from premortem.propositions.expressions import Expression

Array = NDArray[Any]
# Smallest amount that a logarithm sees, and smallest distance of a share from 0 and 1.
SMALLEST, EDGE = 1e-6, 1e-4
# Normal score of 95%: a range read as 5 to 95% is this many standard deviations on either side.
Z95 = 1.6448536269514722
# Most names that are offered in the place of an unknown one.
NEAR = 5


@dataclass(frozen=True)
class Span:
    """A stretch of time that one reading speaks of; both days are within."""

    start: date
    end: date


# A reading speaks of a day, which stands for the step or year that it lies in, or of a stretch.
When = date | Span


class Judged(Strict):
    """A number with its range (5 to 95%), where it comes from and when that was known."""

    value: float
    low: float | None = None
    high: float | None = None
    basis: str
    known_on: Day


class Unit(Strict):
    """A unit: what it measures, and its size in that measure's own unit."""

    id: str
    of: str
    size: float = Field(gt=0)
    also: tuple[str, ...] = Field(
        default=(), description="measures that it counts as well: a bare million counts pieces"
    )


class Quantity(Strict):
    """A quantity that people report, as an expression on outcomes of the world.

    `value` may hold `{year}`, `{before}` (the year before) and `{step}` of the reading, the step of the world's clock that its
    day lies in (`{quarter}` means the same), and `map`: the part of an outcome that the report covers (one firm's share of all
    firms').
    """

    id: str
    says: str
    unit: str
    value: str
    scale: Literal["log", "logit", "linear"] = Field(description="on which readings and outcomes are compared")
    error: float = Field(gt=0, description="usual error of a reading on that scale, where the reading gives none")
    discrepancy: Judged = Field(description="how far a right model may lie from the report, on that scale (one s.d.)")
    map: Judged | None = None
    mapped_on: Day | None = Field(
        default=None, description="day on which it was mapped, where readings of it had been seen by then"
    )
    also: tuple[str, ...] = Field(default=(), description="other names in reports; `*` stands for any letters")

    _case: Case = PrivateAttr()

    def of(self, case: Case) -> "Quantity":
        """The quantity as one of a case, whose clock says in which step a day lies."""
        held = self.model_copy()
        held._case = case
        return held

    @property
    def yearly(self) -> bool:
        """Whether it is reported for a year, calendar or fiscal, rather than a day."""
        return "{year}" in self.value or "{before}" in self.value

    def steps(self, on: When) -> dict[str, float]:
        """Steps of the clock that a day or a stretch lies in, in order, with the share of its days in each; some may lie outside the
        horizon.
        """
        first, last = (on.start, on.end) if isinstance(on, Span) else (on, on)
        return dict(_shares_of_steps(self._case.clock, first, last))

    def period(self, on: When) -> str:
        """What a day or a stretch stands for: a year, a step of the clock such as `2025Q1`, or the stretch itself over several."""
        if self.yearly:
            return str(last_day(on).year)
        return (
            f"{on.start}_{on.end}" if isinstance(on, Span) and len(self.steps(on)) > 1 else next(iter(self.steps(on)))
        )

    def column(self, on: When) -> str:
        """Name under which a run keeps it: `smic_yield_ascend@2025Q1`."""
        return f"{self.id}@{self.period(on)}"

    def expression(self, on: When) -> str:
        """The expression for a day, in the language of margins; over several steps their mean by days."""
        end = last_day(on)
        each = self.steps(end if self.yearly else on)
        at = {s: self.value.format(year=end.year, before=end.year - 1, step=s, quarter=s) for s in each}
        return (
            " + ".join(f"{part:.6f} * ({at[s]})" for s, part in each.items()) if len(each) > 1 else at[next(iter(at))]
        )

    def on_scale(self, x: Array | float) -> Array:
        """Values as they are compared: logarithms, log odds, or as they are; same shape."""
        values = np.asarray(x)
        if self.scale == "log":
            return np.log(np.maximum(values, SMALLEST))
        if self.scale == "logit":
            inside = np.clip(values, EDGE, 1 - EDGE)
            return np.log(inside / (1 - inside))
        return values

    def ends(self) -> tuple[float, float]:
        """Values at and beyond which the scale sees no difference: one at an end has no density, only a chance."""
        return {"log": (SMALLEST, np.inf), "logit": (EDGE, 1 - EDGE), "linear": (-np.inf, np.inf)}[self.scale]

    def off_scale(self, y: Array) -> Array:
        """The inverse of `on_scale`."""
        if self.scale == "log":
            return np.exp(y)
        return 1 / (1 + np.exp(-y)) if self.scale == "logit" else y

    def log_slope(self, x: float) -> float:
        """Logarithm of the slope of the scale at a value: what turns a density on the scale into one in the unit."""
        if self.scale == "log":
            return -float(np.log(max(x, SMALLEST)))
        inside = min(max(x, EDGE), 1 - EDGE)
        return -float(np.log(inside * (1 - inside))) if self.scale == "logit" else 0.0

    @property
    def spread(self) -> float:
        """Standard deviation between outcome and report, on the scale: discrepancy, and that of `map` in ratios."""
        mapped = self.map
        if mapped is None or mapped.low is None or mapped.high is None or self.scale == "linear":
            return self.discrepancy.value
        wide = float(np.log(mapped.high / mapped.low)) / (2 * Z95)
        return float(np.hypot(self.discrepancy.value, wide))


def last_day(on: When) -> date:
    """The day itself, or the last of a stretch."""
    return on.end if isinstance(on, Span) else on


@cache
def shipped_quantities(case: Case) -> Mapping[str, Quantity]:
    """The quantities of a case by name."""
    found = read(case / "watch" / "quantities.toml", units(case))
    return {name: quantity.of(case) for name, quantity in found.items()}


def read(path: Path, known: Mapping[str, Unit]) -> dict[str, Quantity]:
    """Quantities of a file. Raises `BadInput`, or all of them at once."""
    found = read_entries(path, Quantity, missing_ok=True)
    raise_all(
        [
            BadInput(path.name, f"{q.id}.unit", "no such unit", got=q.unit, allowed=", ".join(known))
            for q in found.values()
            if q.unit not in known
        ]
    )
    return found


@cache
def unmapped(case: Case) -> Mapping[str, str]:
    """Quantities that are read of the world and that the model has no series for, each with why."""
    file = case / "watch" / "unmapped.toml"
    return {name: str(why) for name, why in read_toml(file).items()} if file.is_file() else {}


@cache
def units(case: Case) -> Mapping[str, Unit]:
    """The units that readings of a case may come in."""
    return read_entries(case / "watch" / "units.toml", Unit, missing_ok=True)


def find(name: str, quantities: Mapping[str, Quantity]) -> Quantity | None:
    """The quantity of a name, by its own name or one of its other names in full; None when there is none.

    Capitals, blanks and hyphens do not matter.
    """
    plain = _plain(name)
    if plain in quantities:
        return quantities[plain]
    return next((q for q in quantities.values() if plain in q.also), None)


def find_reported(name: str, quantities: Mapping[str, Quantity]) -> Quantity | None:
    """As `find`, or by a pattern of names in reports, such as `smic_yield*`: the longest where two fit.

    Whoever takes one by a pattern says so.
    """
    return find(name, quantities) or next(_matched(_plain(name), quantities), None)


def near(name: str, quantities: Mapping[str, Quantity]) -> list[str]:
    """Names of quantities that an unknown name may mean, at most `NEAR`: by pattern, by its words, by its letters."""
    plain = _plain(name)
    words = {word for word in plain.split("_") if word}
    by_words = [known for known in quantities if words and words <= {*known.split("_")}]
    by_letters = get_close_matches(plain, [*quantities], n=3, cutoff=0.6)
    by_pattern = [q.id for q in _matched(plain, quantities)]
    return list(dict.fromkeys([*by_pattern, *by_words, *by_letters]))[:NEAR]


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def _matched(plain: str, quantities: Mapping[str, Quantity]) -> Iterator[Quantity]:
    """Quantities whose patterns a name fits, the longest pattern first."""
    fits = [(-len(other), q.id) for q in quantities.values() for other in q.also if fnmatchcase(plain, other)]
    return (quantities[name] for _, name in sorted(fits))


def factor(unit: str, into: str, known: Mapping[str, Unit]) -> float | None:
    """What a value in one unit is multiplied by to be in another; None when they do not measure the same."""
    if unit == into:
        return 1.0
    if unit not in known or known[into].of not in (known[unit].of, *known[unit].also):
        return None
    return known[unit].size / known[into].size


@lru_cache(maxsize=4096)
def _shares_of_steps(clock: Clock, first: date, last: date) -> tuple[tuple[str, float], ...]:
    """Steps of the clock from one day to another, with the share of the days in each: counted day by day, and asked often."""
    days = Counter(clock.on(first + timedelta(i)) for i in range((last - first).days + 1))
    return tuple((step, count / days.total()) for step, count in days.items())


class Observer:
    """Compiled quantities on given days: a pure function for JAX from outcomes (step, future) to columns (future,).

    Days outside the horizon are left out and listed in `outside`.
    """

    def __init__(
        self, asked: Iterable[tuple[Quantity, When]], outcomes: frozenset[str], labels: tuple[str, ...]
    ) -> None:
        self.expressions: dict[str, tuple[Expression, float]] = {}
        self.outside: set[str] = set()
        errors: list[BadInput] = []
        years = {year_of(label) for label in labels}
        for quantity, on in asked:
            column, year = quantity.column(on), last_day(on).year
            first = on.start.year if isinstance(on, Span) and not quantity.yearly else year
            if not {first, year, *([year - 1] if "{before}" in quantity.value else [])} <= years:
                self.outside.add(column)
                continue
            try:
                text = quantity.expression(on)
                parsed = Expression(text, "quantities.toml", quantity.id, outcomes, frozenset({"map"}), labels)
            except BadInput as error:
                errors.append(error)
            else:
                self.expressions[column] = (parsed, quantity.map.value if quantity.map else 1.0)
        raise_all(errors)

    def last(self, only: Collection[str] = ()) -> int:
        """Place of the last step that any of them, or of `only` those columns if given, is read at."""
        return max((self.expressions[column][0].last for column in (only or self.expressions)), default=0)

    def __call__(self, outcomes: Mapping[str, jax.Array], only: Collection[str] | None = None) -> dict[str, jax.Array]:
        """Each quantity on its day, by column, shape (future,); `only` those columns, where given."""
        count = next(iter(outcomes.values())).shape[-1:]
        return {
            column: jnp.broadcast_to(parsed(outcomes, {"map": share}), count)
            for column, (parsed, share) in self.expressions.items()
            if only is None or column in only
        }
