"""A problem's dictionary of SALib: names, bounds and distributions as uncertainties; with a function of a table of samples, a problem."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, overload

import numpy as np
from scipy.stats import loguniform, truncnorm

from premortem.errors import BadInput
from premortem.problem.adapters._names import identifiers
from premortem.problem.given_priors import Drawn
from premortem.problem.model_values import ModelValue, Output
from premortem.problem.outcomes import Outcome
from premortem.problem.problem import Problem
from premortem.problem.uncertainties import Lognormal, Normal, Triangular, Uncertainty, Uniform

# The dictionary by which SALib knows a problem, `names`, `bounds`, `dists` and what else it holds: its keys are theirs.
SalibProblem: TypeAlias = Mapping[str, Any]
DISTS = ("unif", "triang", "norm", "truncnorm", "lognorm", "logunif")


@dataclass(frozen=True)
class SalibFunction:
    """A function of samples (future, uncertainty) to outcomes (future,) or (future, outcome), as SALib's users write them."""

    function: Callable[..., Any]
    names: tuple[str, ...]
    outcomes: tuple[str, ...]

    def __call__(self, **given: ModelValue) -> Output:
        """Outcomes by name."""
        columns = [np.atleast_1d(np.asarray(given.pop(name), float)) for name in self.names]
        found = self.function(np.column_stack(columns), **given)
        if isinstance(found, Mapping):
            return dict(found)
        held = np.asarray(found, float)
        return {name: held if held.ndim < 2 else held[:, i] for i, name in enumerate(self.outcomes)}


@overload
def from_salib(problem: SalibProblem, model: None = None) -> list[Uncertainty]: ...
@overload
def from_salib(
    problem: SalibProblem,
    model: Callable[..., Any],
    outcomes: Sequence[Any] | None = None,
    name: str = "",
    **more: Any,
) -> Problem: ...
def from_salib(
    problem: SalibProblem,
    model: Callable[..., Any] | None = None,
    outcomes: Sequence[Any] | None = None,
    name: str = "",
    **more: Any,
) -> Problem | list[Uncertainty]:
    """The uncertainties of a SALib dictionary or `ProblemSpec`; with a model, the problem.

    The model takes samples as SALib hands them over, (future, uncertainty), or the names of the problem as arguments. `outcomes` default to
    the dictionary's `outputs`, else `y`; `more` is what `Problem` takes besides. Raises `BadInput` for a distribution that is unknown.
    """
    if not isinstance(problem, Mapping) and not hasattr(problem, "keys"):
        raise BadInput(
            "from_salib",
            "problem",
            "is no problem of SALib",
            got=type(problem).__name__,
            allowed="{'names': [...], 'bounds': [...]}",
        )
    given = {key: problem[key] for key in problem.keys()}  # noqa: SIM118  # a ProblemSpec has keys and is no Mapping
    missing = [key for key in ("names", "bounds") if given.get(key) is None]
    if missing:
        raise BadInput("from_salib", missing[0], "is not there", allowed="names, and bounds for each")
    names = identifiers(given["names"])
    dists = given.get("dists") or ["unif"] * len(names)
    if not len(names) == len(given["bounds"]) == len(dists):
        raise BadInput(
            "from_salib", "bounds", f"are {len(given['bounds'])} for {len(names)} names", allowed="one a name"
        )
    made = [_uncertainty(*row) for row in zip(names, given["bounds"], dists, strict=True)]
    if model is None:
        return made
    asked = [o if not isinstance(o, str) else Outcome(o) for o in outcomes or given.get("outputs") or ["y"]]
    called = model if _by_name(model, names) else SalibFunction(model, tuple(names), tuple(o.name for o in asked))
    return Problem(name or getattr(model, "__name__", "problem"), called, made, outcomes=asked, **more)


def _by_name(model: Callable[..., Any], names: Sequence[str]) -> bool:
    """Whether a function takes the names of the problem as arguments."""
    try:
        parameters = inspect.signature(model).parameters
    except (TypeError, ValueError):
        return False
    return all(name in parameters for name in names)


def _uncertainty(name: str, bounds: Sequence[float], dist: str | None) -> Uncertainty:
    a, b = float(bounds[0]), float(bounds[1])
    match dist or "unif":
        case "unif":
            return Uniform(name, a, b)
        case "norm":
            return Normal(name, a, b)
        case "lognorm":  # the mean and the deviation of the logarithm
            return Lognormal(name, float(np.exp(a)), b)
        case "triang" if len(bounds) == 3:  # its ends, and where between them the peak lies
            return Triangular(name, a, a + (b - a) * float(bounds[2]), b)
        case "triang":  # its width, and where within it the peak lies, from 0 up
            return Triangular(name, 0.0, a * b, a)
        case "logunif":
            return Drawn(name, loguniform(a, b).ppf, said=f"loguniform {a} {b}")
        case "truncnorm":
            mean, sd = float(bounds[2]), float(bounds[3])
            return Drawn(
                name,
                truncnorm((a - mean) / sd, (b - mean) / sd, mean, sd).ppf,
                said=f"truncnorm {[*map(float, bounds)]}",
            )
    raise BadInput("from_salib", name, "has a distribution that is unknown", got=dist, allowed=", ".join(DISTS))
