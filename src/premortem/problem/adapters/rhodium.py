"""A `Model` of Rhodium as a problem: parameters, levers, uncertainties, responses in their order, constraints as propositions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from premortem.errors import BadInput
from premortem.problem.given_priors import Drawn
from premortem.problem.levers import Lever
from premortem.problem.model_values import GivenPropositions, ModelValue
from premortem.problem.outcomes import Outcome
from premortem.problem.problem import Problem
from premortem.problem.uncertainties import Category, Integer, Lognormal, Normal, Uncertainty, Uniform

# Directions of responses as Rhodium numbers them, and the one that is not looked at.
WAYS = {-1: "min", 1: "max", 2: "info", None: "info"}
IGNORED = 0


@dataclass(frozen=True)
class RhodiumFunction:
    """A function as Rhodium calls it: a lever of several values is always a list, and answers may come in the order of the responses."""

    function: Callable[..., Any]
    responses: tuple[str, ...]
    lengths: Mapping[str, int]

    def __call__(self, **given: ModelValue) -> Mapping[str, ModelValue]:
        """Responses by name."""
        for name, length in self.lengths.items():
            given[name] = np.broadcast_to(given[name], (length,)).tolist()
        found = self.function(**given)
        if isinstance(found, Mapping):
            return found
        return dict(zip(self.responses, found if isinstance(found, tuple | list) else (found,), strict=True))


def from_rhodium(model: Any, propositions: GivenPropositions | None = None, name: str = "", **more: Any) -> Problem:
    """The problem of a Rhodium `Model`. Constraints that are texts become propositions beside those given; `more` is what `Problem` takes
    besides. Raises `BadInput` for what is no such model, for a constraint that is a function, and for a lever that a problem has not.
    """
    if not callable(getattr(model, "function", None)) or not hasattr(model, "responses"):
        raise BadInput(
            "from_rhodium",
            "model",
            "is no Model of Rhodium",
            got=type(model).__name__,
            allowed="rhodium.Model(function)",
        )
    uncertainties = [_uncertainty(u) for u in model.uncertainties]
    levers = [_lever(v) for v in model.levers]
    responses = [*model.responses]
    wide = {v.name: v.size for v in levers if v.size}
    taken = {*(u.name for u in uncertainties), *(v.name for v in levers)}
    fixed = dict(getattr(model, "fixed_parameters", {}))
    constants = {p.name: fixed.get(p.name, p.default_value) for p in model.parameters if p.name not in taken}
    constants = {k: v for k, v in constants.items() if v is not None}
    called = RhodiumFunction(model.function, tuple(r.name for r in responses), wide)
    outcomes = [Outcome(r.name, WAYS.get(_way(r), "info")) for r in responses if _way(r) != IGNORED]
    texts = [getattr(c, "expr", c) for c in getattr(model, "constraints", ())]
    if unread := [i for i, text in enumerate(texts, 1) if not isinstance(text, str)]:
        raise BadInput(
            "from_rhodium",
            f"constraint {unread[0]}",
            "is a function, of which no sentence can be made",
            allowed='a text such as "reliability >= 0.95", or a proposition: from_rhodium(model, propositions={...})',
            hint="take it out of model.constraints",
        )
    limits = {f"constraint_{i}": text for i, text in enumerate(texts, 1)}
    made = name or getattr(model.function, "__name__", "problem")
    return Problem(
        made, called, uncertainties, levers, outcomes, constants, {**limits, **(propositions or {})} or None, **more
    )


def _way(response: Any) -> Any:
    return getattr(response, "type", getattr(response, "dir", None))


def _uncertainty(u: Any) -> Uncertainty:
    kind = type(u).__name__.removesuffix("Uncertainty")
    match kind:
        case "Uniform":
            return Uniform(u.name, u.min_value, u.max_value)
        case "Normal":
            return Normal(u.name, u.mean, u.stdev)
        case "LogNormal":
            return Lognormal(u.name, u.mu, u.sigma)
        case "Integer":
            return Integer(u.name, u.min_value, u.max_value)
        case "Categorical":
            return Category(u.name, list(u.categories))
    return Drawn(u.name, np.vectorize(u.ppf, otypes=[float]), said=f"{kind} {sorted(vars(u).items())}")


def _lever(v: Any) -> Lever:
    kind, size = type(v).__name__, getattr(v, "length", 1)
    if kind == "CategoricalLever":
        return Lever(v.name, levels=list(v.categories))
    if not hasattr(v, "min_value"):
        raise BadInput(
            "from_rhodium",
            v.name,
            f"is a {kind}, which a problem has not",
            got=kind,
            allowed="RealLever, IntegerLever, CategoricalLever",
        )
    return Lever(v.name, v.min_value, v.max_value, size=size if size > 1 else None, integer=kind == "IntegerLever")
