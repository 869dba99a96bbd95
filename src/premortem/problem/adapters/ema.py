"""A `Model` of the EMA Workbench as a problem: its parameters with their distributions, outcomes with what they are worked out of, constraints."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from premortem.errors import BadInput
from premortem.problem.adapters._names import identifiers
from premortem.problem.answers import in_words
from premortem.problem.given_priors import Drawn
from premortem.problem.levers import UNSET, Lever
from premortem.problem.model_values import Arguments, Constants, GivenPropositions, Known, ModelValue, Output
from premortem.problem.outcomes import Outcome, Series
from premortem.problem.problem import Problem
from premortem.problem.uncertainties import Category, Uncertainty, Uniform

# How outcomes of the workbench are worked out, kept by name: the variables that are read, and a function of them.
Read = Mapping[str, tuple[tuple[str, ...], Callable[..., Any] | None]]


@dataclass(frozen=True)
class EmaFunction:
    """A function as the workbench calls it: parameters under the names of its variables, outcomes worked out of its output."""

    function: Callable[..., Any]
    variables: Mapping[str, tuple[str, ...]]
    spread: frozenset[str]  # parameters whose values are one a variable
    outcomes: Read
    replications: tuple[Arguments, ...]

    def __call__(self, **given: ModelValue) -> Output:
        """Outcomes by name."""
        arguments: dict[str, Any] = {}
        for name, value in given.items():
            under = self.variables.get(name, (name,))
            values = value if name in self.spread else [value] * len(under)
            arguments |= dict(zip(under, values, strict=True))
        if not self.replications:
            return self._outcomes(self._output(arguments))
        every = [self._output({**arguments, **one}) for one in self.replications]
        return self._outcomes({name: [output[name] for output in every] for name in every[0]})

    def _output(self, arguments: Arguments) -> Output:
        """What the function gives, by the names of the variables that outcomes read."""
        found = self.function(**arguments)
        wanted = list(dict.fromkeys(name for names, _ in self.outcomes.values() for name in names))
        if isinstance(found, tuple | list):
            return dict(zip(wanted, found, strict=False))
        return {name: found[name] for name in wanted if name in found}

    def _outcomes(self, output: Output) -> Output:
        return {
            name: made(*(output[v] for v in names)) if made else output[names[0]]
            for name, (names, made) in self.outcomes.items()
            if all(v in output for v in names)
        }


def from_ema(model: Any, propositions: GivenPropositions | None = None, **more: Any) -> Problem:
    """The problem of a `Model` or `ReplicatorModel` of the EMA Workbench. Its constraints become propositions beside those given; `more` is
    what `Problem` takes besides, such as `processes`. Raises `BadInput` for a model that is not a Python function.
    """
    function = getattr(model, "function", None)
    if not callable(function) or not hasattr(model, "uncertainties"):
        raise BadInput(
            "from_ema",
            "model",
            "is no Model of a Python function",
            got=type(model).__name__,
            allowed="ema_workbench.Model(name, function=f)",
        )
    parameters = [*model.uncertainties, *model.levers]
    names = dict(zip((p.name for p in parameters), identifiers([p.name for p in parameters]), strict=True))
    variables = {names[p.name]: tuple(_listed(p.variable_name)) for p in parameters}
    spread = frozenset(names[p.name] for p in parameters if getattr(p, "multivalue", False))
    outcomes = {o: n for o, n in zip(model.outcomes, identifiers([o.name for o in model.outcomes]), strict=True)}
    read = {n: (tuple(_listed(o.variable_name)), o.function) for o, n in outcomes.items()}
    replications = tuple(dict(r) for r in getattr(model, "replications", ()))
    called = EmaFunction(function, variables, spread, read, replications)
    constants = {c.name: c.value for c in model.constants}
    uncertainties = [_uncertainty(p, names[p.name]) for p in model.uncertainties]
    levers = [_lever(p, names[p.name]) for p in model.levers]
    probe = partial(_probe, called, uncertainties, levers, constants)
    limits = {c.name: partial(_margin, c, names) for c in getattr(model, "constraints", ())}
    settings = {"replications": 1} if replications else {}
    return Problem(
        model.name, called, uncertainties, levers, _outcomes(outcomes, probe), constants,
        {**limits, **(propositions or {})} or None, **(settings | more),
    )  # fmt: skip


def _listed(names: Any) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _levels(p: Any) -> list[Any]:
    return [getattr(c, "value", c) for c in p.categories]


def _uncertainty(p: Any, name: str) -> Uncertainty:
    if hasattr(p, "categories"):
        return Category(name, _levels(p))
    said = f"{type(p).__name__} {getattr(getattr(p.dist, 'dist', None), 'name', '')} {p.dist.args} {p.dist.kwds}"
    whole = not hasattr(getattr(p.dist, "dist", None), "pdf") or "Integer" in type(p).__name__
    if type(p).__name__ == "RealParameter" and getattr(getattr(p.dist, "dist", None), "name", "") == "uniform":
        return Uniform(name, float(p.lower_bound), float(p.upper_bound))
    return Drawn(name, p.dist.ppf, said=said, whole=whole)


def _lever(p: Any, name: str) -> Lever:
    default = UNSET if p.default is None else p.default
    if hasattr(p, "categories"):
        return Lever(name, levels=_levels(p), default=getattr(default, "value", default))
    return Lever(name, p.lower_bound, p.upper_bound, integer="Integer" in type(p).__name__, default=default)


def _outcomes(outcomes: Mapping[Any, str], probe: Callable[[], Output]) -> list[Outcome | Series]:
    """Outcomes with their directions; of arrays the length is found by one run, where none is told."""
    made: list[Outcome | Series] = []
    held: Output | None = None
    for o, name in outcomes.items():
        if type(o).__name__ == "ScalarOutcome":
            made.append(Outcome(name, o.kind))
            continue
        length = o.shape[0] if getattr(o, "shape", None) else None
        if length is None:
            held = held or probe()
            if name not in held:
                raise BadInput(
                    "from_ema", o.name, "is not in what the model gives", got=o.name, allowed=", ".join(held)
                )
            length = int(np.size(held[name]))
        made.append(Series(name, length, o.kind))
    return made


def _probe(
    called: EmaFunction, uncertainties: Sequence[Uncertainty], levers: Sequence[Lever], constants: Constants
) -> Output:
    """One run in the middle of everything."""
    middle = np.array([0.5])
    given = {u.name: u.quantile(middle)[0] for u in uncertainties}
    pulled = {v.name: v.prior.quantile(middle)[0] for v in levers}
    try:
        return called(
            **{k: v.item() if isinstance(v, np.generic) else v for k, v in {**given, **pulled}.items()}, **constants
        )
    except Exception as error:
        raise BadInput(
            "from_ema",
            "model",
            f"raises {in_words(error)} in the middle of its ranges",
            allowed="a model that runs there",
        ) from error


def _margin(constraint: Any, names: Mapping[str, str], known: Known) -> Any:
    """How far a constraint is from broken: its distance is 0 where it is met, and grows with how much it is missed."""
    columns = [np.asarray(known[names.get(v, v)]) for v in _listed(constraint.variable_name)]
    rows = zip(*(np.atleast_1d(c) for c in np.broadcast_arrays(*columns)), strict=True)
    distances = np.array([float(constraint.function(*row)) for row in rows])
    return np.where(distances > 0, -distances, np.finfo(float).tiny)
