"""Priors of the uncertainties: a table of ranges and distributions, and the map from chances to values.

A prior is its quantile function, kept as a table over standard normal scores: one form for every distribution, quick to
sample, and differentiable, which the nearest break in standard normal space needs.

Over 300 lines: a row and the table of rows are read and checked by each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from pydantic import FiniteFloat, ValidationError, ValidationInfo, field_validator, model_validator
from scipy.special import ndtr, ndtri

from premortem.ensemble import correlation, named_values, prior_support
from premortem.ensemble.correlation import Copula
from premortem.ensemble.distributions import Category, Distribution, category, quantile
from premortem.errors import BadInput, nearest, raise_all
from premortem.facts.day import Day
from premortem.files.table import read_rows
from premortem.files.typed import Strict, faults_of
from premortem.text.numbers import count_noun
from premortem.text.result import Document

Array = NDArray[np.float64]
# Where the names of uncertainties are listed.
FOUND = "a name in params.csv of the case"
# Scores between which quantiles are tabulated, and their spacing; beyond them a value stays at the end.
Z_MAX, Z_STEP = 6.0, 0.01
SCORES = np.arange(-Z_MAX, Z_MAX + Z_STEP / 2, Z_STEP)


class Prior(Strict):
    """One row of a parameter table.

    A categorical prior is uniform over the whole numbers from low to high, or names each with its chance:
    `categorical: tolerates 0.35, contests 0.45, leaves 0.20`; names alone are as likely as each other.
    """

    name: str
    module: str
    unit: str
    low: FiniteFloat
    central: FiniteFloat | None
    high: FiniteFloat
    distribution: Distribution
    categories: tuple[Category, ...] = ()
    meaning: str
    binds: str
    basis: str
    known_on: Day
    confidence: Literal["low", "medium", "high"]

    @model_validator(mode="before")
    @classmethod
    def _named_categories(cls, row: Any) -> Any:
        kind, colon, named = str(row.get("distribution", "")).partition(":") if isinstance(row, dict) else ("", "", "")
        return (
            row | {"distribution": kind.strip(), "categories": named_values.names_and_chances(named)} if colon else row
        )

    @field_validator("categories")
    @classmethod
    def _whole(cls, categories: tuple[Category, ...]) -> tuple[Category, ...]:
        return named_values.whole(categories)

    @model_validator(mode="after")
    def _by_name(self, info: ValidationInfo) -> "Prior":
        """As many names as whole numbers; a row that stands in place of a shipped one, the context, has that one's numbers of names."""
        shipped: Prior | None = info.context
        own, ends = (self.low, self.high), (shipped.low, shipped.high) if shipped else None
        if self.categories and ends != own and self.high - self.low + 1 != len(self.categories):
            raise ValueError(f"low {self.low:g} to high {self.high:g} are not {len(self.categories)} categories")
        if shipped is None:
            return self
        if self.distribution == "fixed" and shipped.categories:  # at a number of the world's
            return self._at_one_of(shipped)
        laid = named_values.in_order_of(shipped.categories, self.categories)
        return self.model_copy(update={"low": shipped.low, "high": shipped.high, "categories": laid}) if laid else self

    def _at_one_of(self, shipped: "Prior") -> "Prior":
        """The same, where its value is one that the shipped row names."""
        numbers = {shipped.low + i: category.name for i, category in enumerate(shipped.categories)}
        if self.low not in numbers:
            allowed = ", ".join(f"{value:g} {name}" for value, name in numbers.items())
            raise ValueError(f"{self.low:g} is none of its values; allowed: {allowed}")
        return self

    @field_validator("central", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("distribution")
    @classmethod
    def _in_order(cls, distribution: str, info: ValidationInfo) -> str:
        """The range, when its numbers can be read, whatever else of the row cannot."""
        if not {"low", "central", "high"} <= {*info.data}:
            return distribution
        low, central, high = (info.data[end] for end in ("low", "central", "high"))
        ends = [low, *([] if central is None else [central]), high]
        if ends != sorted(ends):
            raise ValueError(f"low {low:g}, central {central}, high {high:g} are not in order")
        if distribution == "triangular" and central is None:
            raise ValueError("a triangular prior needs a central value, its mode")
        if distribution in ("lognormal", "loguniform") and low <= 0:
            raise ValueError(f"a {distribution} prior needs low above 0")
        if distribution in ("beta", "logitnormal") and not (low > 0 and high < 1):
            raise ValueError(f"a {distribution} prior needs 0 < low and high < 1")
        return distribution

    def category(self, value: float) -> str:
        """Name of a value of a categorical prior; the number where it names none."""
        place = round(value - self.low)
        return self.categories[place].name if 0 <= place < len(self.categories) else f"{value:g}"

    def as_dict(self) -> Document:
        """The row as plain values; categories only where it has any."""
        return self.model_dump(mode="json", exclude=set() if self.categories else {"categories"})

    @property
    def varies(self) -> bool:
        """Whether the prior has any width."""
        certain = any(category.chance == 1 for category in self.categories)
        return self.distribution != "fixed" and self.low < self.high and not certain

    def fixed_at(self, name: str) -> "Prior":
        """The same with a category as certain. Raises `KeyError` where it names none such."""
        if name not in {category.name for category in self.categories}:
            raise KeyError(name)
        told = (Category(category.name, float(category.name == name)) for category in self.categories)
        return self.model_copy(update={"categories": tuple(told)})

    def quantile(self, u: Array) -> Array:
        """Value at each chance `u` in (0, 1), same shape."""
        wide = self.distribution != "fixed" and self.low < self.high
        return quantile(self.distribution, self, u) if wide else np.full_like(u, self.low)

    def heights(self, low: float, high: float, points: int) -> Array:
        """Its density between two values at the middles of so many even cells, over the highest of them; a little smoothed where it has
        no categories.
        """
        drawn = self.quantile(np.linspace(0.001, 0.999, 400))
        counts, _ = np.histogram(drawn, bins=points, range=(low, high if high > low else low + 1))
        smooth = np.convolve(counts, [0.25, 0.5, 0.25], mode="same") if self.distribution != "categorical" else counts
        return np.asarray(smooth / (smooth.max() or 1))


# Columns of a parameter table; categories stand with their distribution.
COLUMNS = tuple(name for name in Prior.model_fields if name != "categories")


@dataclass(frozen=True)
class Priors:
    """The uncertainties of a study, in the order of the world's parameters, and which of them move together."""

    rows: tuple[Prior, ...]
    copula: Copula | None = None

    def __repr__(self) -> str:
        moving = f", {len(self.copula.places)} of them moving together" if self.copula else ""
        return f"Priors of {count_noun(len(self.rows), 'uncertainty')}{moving}"

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(row.name for row in self.rows)

    def __getitem__(self, name: str) -> Prior:
        return self.rows[self.names.index(name)]

    @cached_property
    def table(self) -> Array:
        """Quantiles at `SCORES`, shape (parameter, score)."""
        u = np.clip(ndtr(SCORES), 1e-12, 1 - 1e-12)
        return np.stack([row.quantile(u) for row in self.rows])

    def ppf(self, u: Array) -> Array:
        """Values at independent chances `u` in (0, 1), shape (parameter, future), correlated where the study says so."""
        return self.from_scores(ndtri(np.clip(u, 1e-12, 1 - 1e-12)), u)

    def from_scores(self, z: Array, u: Array | None = None) -> Array:
        """The same at independent standard normal scores, `u` their chances where they are at hand."""
        return self.from_normal(self.copula.mix(z) if self.copula else z, u)

    def from_normal(self, z: Array, u: Array | None = None) -> Array:
        """Values at each uncertainty's own standard normal score `z`, shape (parameter, future)."""
        values = np.stack([np.interp(z[i], SCORES, self.table[i]) for i in range(len(self.rows))])
        for i, row in enumerate(self.rows):
            if row.distribution == "categorical":
                values[i] = row.quantile(ndtr(z[i]) if u is None else u[i])
        return values

    def from_normal_jax(self, z: jax.Array) -> jax.Array:
        """The same for JAX, differentiable in `z`; shape (parameter, future). Categories move by steps."""
        return jax.vmap(_interpolate)(z, jnp.asarray(self.table, jax.dtypes.canonicalize_dtype(z.dtype)))

    def ppf_jax(self, u: jax.Array) -> jax.Array:
        """The same as `ppf` for JAX, shape (parameter, future); in double precision where JAX works in that."""
        return self.from_scores_jax(jax.scipy.special.ndtri(jnp.clip(u, 1e-12, 1 - 1e-12)), u)

    def from_scores_jax(self, z: jax.Array, u: jax.Array | None = None) -> jax.Array:
        """The same as `from_scores` for JAX."""
        mixed = self.copula.mix(z) if self.copula else z
        values, u = self.from_normal_jax(mixed), jax.scipy.special.ndtr(mixed) if u is None else u
        places = [i for i, row in enumerate(self.rows) if row.distribution == "categorical"]
        held = [category(self.rows[i], u[i]) for i in places]
        return values.at[jnp.asarray(places)].set(jnp.stack(held)) if places else values

    def cdf(self, values: Array) -> Array:
        """Chances of values under each uncertainty's own prior, shape (parameter, future); 0.5 where it does not vary."""
        return ndtr(self.to_normal(values))

    def to_normal(self, values: Array) -> Array:
        """Standard normal scores of values, shape (parameter, future); 0 where a prior does not vary."""
        rows = enumerate(self.rows)
        return np.stack([np.interp(values[i], self.table[i], SCORES) if r.varies else 0 * values[i] for i, r in rows])

    def within(self, name: str, low: float, high: float, u: Array) -> Array:
        """One uncertainty at independent chances `u`, its prior kept between two values; one value where they meet."""
        i = self.names.index(name)
        row, table = self.rows[i], self.table[i]
        if low == high or not row.varies:
            return np.full_like(u, low)
        least, most = (ndtr(np.interp(end, table, SCORES)) for end in (low, high))
        inside = least + (most - least) * u
        if row.distribution == "categorical":
            return np.clip(row.quantile(inside), np.ceil(low), np.floor(high))
        return np.clip(np.interp(ndtri(inside), SCORES, table), low, high)

    @property
    def central(self) -> Array:
        """Medians, the central future, shape (parameter, 1)."""
        return self.ppf(np.full((len(self.rows), 1), 0.5))

    def override(self, path: Path, *, of_world: bool = True) -> "Priors":
        """These priors with the rows of a study's table in place of the shipped ones of the same name; categories go by name too.

        Raises `BadInput` for an unknown name, for values that a time, a share or a stock of the case's world cannot have, unless another
        model stands in its place (`of_world`), and for every fault of `read`.
        """
        given = {row.name: row for row in read(path, self).rows}
        if of_world:
            raise_all(
                [wrong for row in given.values() if (wrong := prior_support.beyond(row, self[row.name], path.name))]
            )
        return Priors(tuple(given.get(row.name, row) for row in self.rows))

    def correlated(self, path: Path) -> "Priors":
        """These priors with the rank correlations of a study's table (columns a, b, rho).

        Raises `BadInput` for every fault of `correlation.read`.
        """
        orderless = [row.name for row in self.rows if not row.varies or row.distribution == "categorical"]
        return Priors(self.rows, correlation.read(path, self.names, orderless))


def read(path: Any, shipped: Priors | None = None) -> Priors:
    """Priors from a CSV table. Raises `BadInput` (all faults at once) naming the file, the row and what is allowed.

    Rows that stand in place of `shipped` ones: a name that those have not is a fault too, of a row and of a category.
    """
    known = {row.name: row for row in shipped.rows} if shipped else {}
    rows, errors = read_rows(path, COLUMNS)
    if not rows and not errors:
        raise BadInput(path.name, "", "no rows", allowed=f"columns {', '.join(COLUMNS)}")
    priors = [prior for number, row in rows if (prior := _parse(path.name, number, row, known, errors))]
    names = [row["name"] for _, row in rows if "name" in row]
    if known:
        lost = [n for n in dict.fromkeys(names) if n not in known]
        errors += [
            BadInput(path.name, n, "no such uncertainty", got=n, allowed=FOUND, hint=nearest(n, [*known])) for n in lost
        ]
    errors += [BadInput(path.name, n, "stands twice", got=n) for n in sorted(set(names)) if names.count(n) > 1]
    raise_all(errors)
    return Priors(tuple(priors))


def _parse(
    file: str, line: int, row: dict[str, str], known: Mapping[str, Prior], errors: list[BadInput]
) -> Prior | None:
    try:
        told = {key: row[key] for key in row if key in COLUMNS}
        return Prior.model_validate(told, context=known.get(row.get("name", "")))
    except ValidationError as wrong:
        at = f"row {line} ({row.get('name')})"
        for fault, found in zip(faults_of(wrong, Prior, file, at), wrong.errors(), strict=True):
            if found["type"] != "missing":  # a column that is absent is told once
                in_order = (found["type"], found["loc"]) == ("value_error", ("distribution",))
                errors.append(fault.at(file, f"{at}.range") if in_order else fault)
        return None


def _interpolate(z: jax.Array, row: jax.Array) -> jax.Array:
    place = jnp.clip((z + Z_MAX) / Z_STEP, 0.0, row.shape[0] - 1.001)
    below = place.astype(jnp.int32)
    part = place - below
    return row[below] * (1 - part) + row[below + 1] * part
