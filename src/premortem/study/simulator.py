"""What a study simulates: the shipped world with outcomes of the user's own, or a model of the user's own in its place.

An outcome of one's own is an expression over time in the language of margins; nothing of a study's folder is ever run as Python. A
model of one's own is a function that the user's own Python hands over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from premortem.case import Case, Levers, own_lags
from premortem.errors import BadInput, raise_all
from premortem.files.toml import read_toml
from premortem.files.typed import Strict, faults_of
from premortem.propositions.expressions import Expression
from premortem.study import model_identity
from premortem.text.steps import word

# (values (parameter, future), levers) -> series by name, each (step, future)
Array = NDArray[Any]
Function = Callable[[Any, Levers], Mapping[str, Any]]
# Series that differ by no more, relative to their size, are the same: the order of a sum may change the last digits.
ROUNDING = 1e-6


class Outcome(Strict):
    """An outcome of the user's own: what it is, its unit, and how it follows from the world's."""

    name: str
    says: str
    unit: str
    value: str


@dataclass(frozen=True)
class Simulator:
    """Call it with values (parameter, future) and levers: every series by name. Pure, for JAX, and at home in a module."""

    case: Case
    base: frozenset[str]
    own: tuple[Outcome, ...] = ()
    function: Function | None = None
    # of a function: the version that the user gives, or else the parts that calling it leaves as they were
    version: str = ""
    lasting: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """National series that propositions may speak of."""
        return self.base | {outcome.name for outcome in self.own}

    @property
    def texts(self) -> list[str]:
        """What the bits of a run rest on beside the shipped world."""
        lags = () if self.function else own_lags(self.case).items()
        return [
            *(f"{o.name} = {o.value}" for o in self.own),
            *(f"lag of {name}: {lag}" for name, lag in lags),
            *self._code,
        ]

    @property
    def _code(self) -> list[str]:
        if self.function is None:
            return []
        if self.version:
            return [f"{model_identity.name_of(self.function)}, version {self.version}"]
        parts = model_identity.parts_of(self.function)
        return [f"{place}: {parts[place]}" for place in sorted(self.lasting & parts.keys())]

    def __call__(self, values: jax.Array, levers: Levers) -> dict[str, jax.Array]:
        """Every series by name, shape (step, future), or (step, region, future) where regional."""
        return self.with_own(self.series(values, levers))

    def with_own(self, found: dict[str, jax.Array]) -> dict[str, jax.Array]:
        """Series of the model, and those of the user's own that follow from them."""
        return found | {name: expression(found, {}) for name, expression in self._expressions.items()}

    @property
    def is_plain(self) -> bool:
        """Whether it is a function of the user's own that JAX did not compile."""
        return self.function is not None and not hasattr(self.function, "lower")

    def series(self, values: jax.Array, levers: Levers, until: jax.Array | None = None) -> dict[str, jax.Array]:
        """The model's own series. Of a world that can leave later steps out, those after the one whose middle is `until` [yr] mean nothing."""
        if self.function is None:
            world, lags = self.case.world, own_lags(self.case)
            given = {"lags": lags} if lags else {}
            early = getattr(world, "simulate_until", None) if until is not None else None
            return early(values, levers, until, **given) if early else world.simulate(values, levers, **given)
        if not self.is_plain:  # jitted, so it can be compiled into the run
            return {name: jnp.asarray(series, jnp.float32) for name, series in self.function(values, levers).items()}
        shape = jax.ShapeDtypeStruct((len(self.case.world.steps()), values.shape[-1]), np.float32)
        return jax.pure_callback(self.called, {name: shape for name in self.base}, values, levers)

    def called(self, values: Array, levers: Levers) -> dict[str, Array]:
        """The series of a plain function, called here and now with a copy of the values, which it may change."""
        assert self.function is not None
        found = self.function(np.array(values), jax.tree.map(np.asarray, levers))
        return {name: np.asarray(found[name], np.float32) for name in self.base}

    @cached_property
    def _expressions(self) -> dict[str, Expression]:
        return {o.name: _parsed(o, self.base, "outcomes.toml", self.case.world.steps()) for o in self.own}


def from_function(case: Case, function: Function, values: Any, levers: Levers, version: str = "") -> Simulator:
    """A model of the user's own in place of the world, tried twice on a few futures; `version` names it, else its code does.

    Raises `BadInput` where it cannot be called, gives no series by name, or one of another shape than (step, future), and where the
    second try gives other series than the first.
    """
    if not callable(function):
        raise BadInput(
            "simulator", "", "is no function", got=type(function).__name__, allowed="a function, or an object to call"
        )
    where, before = model_identity.name_of(function), model_identity.parts_of(function)
    steps = len(case.world.steps())
    first, second = (_tried(function, values, levers, where, steps) for _ in range(2))
    changed = sorted(
        n for n in first.keys() | second if n not in first or n not in second or not _same(first[n], second[n])
    )
    if changed:
        raise BadInput(
            where,
            ", ".join(changed),
            "differs when the same futures are simulated twice: the model draws at random",
            allowed="series that follow from values and levers alone",
            hint="seed each future from its values, or give the mean of many draws with a fixed seed: np.random.default_rng(0)",
        )
    after = model_identity.parts_of(function)
    lasting = frozenset(place for place, text in before.items() if after.get(place) == text)
    return Simulator(case, frozenset(first), function=function, version=version, lasting=lasting)


def _tried(function: Function, values: Any, levers: Levers, where: str, steps: int) -> dict[str, Any]:
    """Series of a few futures, each of shape (step, future)."""
    found = function(np.array(values), levers)  # a copy each time: it may change what it is handed
    wanted = (steps, values.shape[1])
    if not isinstance(found, Mapping) or not found:
        raise BadInput(where, "", "gives no series", got=type(found).__name__, allowed="a dict of series by name")
    allowed = f"(step, future): {wanted}"
    raise_all(
        [
            BadInput(where, str(name), "has another shape", got=np.shape(series), allowed=allowed)
            for name, series in found.items()
            if np.shape(series) != wanted
        ]
    )
    return {str(name): np.array(series, float) for name, series in found.items()}


def _same(first: Any, second: Any) -> bool:
    """Whether two series are one but for rounding."""
    size = np.abs(first[np.isfinite(first)]).max(initial=0.0)
    return first.shape == second.shape and bool(
        np.allclose(first, second, rtol=ROUNDING, atol=ROUNDING * size, equal_nan=True)
    )


def read(path: Path, base: frozenset[str], steps: tuple[str, ...]) -> tuple[Outcome, ...]:
    """Outcomes of a study's table: a section each, with says, unit and value. Raises `BadInput`, all faults at once."""
    outcomes, errors = [], []
    for name, section in read_toml(path).items():
        try:
            outcome = Outcome.model_validate({"name": name, **(section if isinstance(section, dict) else {})})
            if not name.isidentifier() or name in base:
                raise BadInput(
                    path.name, name, "is taken or no name", got=name, allowed="a new name of letters, digits and _"
                )
            _parsed(outcome, base, path.name, steps)
            outcomes.append(outcome)
        except BadInput as error:
            errors.append(error)
        except ValidationError as wrong:
            errors += faults_of(wrong, Outcome, path.name, name)
    raise_all(errors)
    return tuple(outcomes)


def _parsed(outcome: Outcome, base: frozenset[str], file: str, labels: tuple[str, ...]) -> Expression:
    key = f"{outcome.name}.value"
    expression = Expression(outcome.value, file, key, base, frozenset(), labels)
    shape = jax.ShapeDtypeStruct((len(labels), 2), np.float32)
    result = jax.eval_shape(lambda o: jnp.asarray(expression(o, {})), {name: shape for name in expression.names})
    if result.shape != shape.shape:
        every = "year" if word(labels[0]) == "year" else "quarter"
        allowed = f"a series: outcomes as NAME@{every} or year(NAME, {every})"
        raise BadInput(file, key, "is one number, not a series", got=outcome.value, allowed=allowed)
    return expression
