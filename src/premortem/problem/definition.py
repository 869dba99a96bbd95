"""What a modeller hands over, checked: names that go together, numbers that can be drawn from, propositions that can be read."""

import inspect
import keyword
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.correlation import Copula, copula_of
from premortem.errors import BadInput, nearest, raise_all
from premortem.problem.levers import Lever
from premortem.problem.margins import Proposition, Reader
from premortem.problem.model_values import Constants
from premortem.problem.outcomes import Outcome, Series
from premortem.problem.uncertainties import Uncertainty

Array = NDArray[Any]
Reduce = Literal["mean", "median"] | float
# Names of a model that tell it how to draw at random.
SEEDED = ("seed", "rng")
# The policy of a problem without levers.
ONLY = "as-is"
# Most names of one kind that are taken: of more no answer would come in minutes.
MOST = 50_000
# Names that columns of ours have.
OURS = ("future", "failed", "policy", "all")


@dataclass(frozen=True, eq=False)
class Definition:
    """A problem as it is declared. `timeout` is in seconds a call of the model; `replications` of a model that draws at random are reduced by
    `reduce`, the mean, the median or a quantile; `files` are those that the model reads.
    """

    name: str
    model: Callable[..., Any]
    uncertainties: tuple[Uncertainty, ...]
    levers: tuple[Lever, ...]
    outcomes: tuple[Outcome, ...]
    series: tuple[Series, ...]
    constants: Constants
    propositions: tuple[Proposition, ...]
    replications: int
    reduce: Reduce
    version: str
    timeout: float
    correlations: tuple[tuple[str, str, float], ...]
    processes: int | None
    files: tuple[Path, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the uncertainties, in order."""
        return tuple(u.name for u in self.uncertainties)

    @cached_property
    def reader(self) -> Reader:
        """Reads texts over its names."""
        names = [*(o.name for o in self.outcomes), *self.names, *(v.name for v in self.levers), *self.constants]
        return Reader(names, self.series)

    @cached_property
    def copula(self) -> Copula | None:
        """Which uncertainties move together."""
        return copula_of("correlations", [*self.correlations], self.names) if self.correlations else None

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Uncertainties that have an order and vary, (uncertainty,)."""
        return np.array([u.ordered and u.varies for u in self.uncertainties], np.bool_)

    @property
    def given(self) -> tuple[Outcome | Series, ...]:
        """Outcomes and series, in that order."""
        return (*self.outcomes, *self.series)

    @property
    def nominal(self) -> list[str]:
        """Uncertainties without order."""
        return [u.name for u in self.uncertainties if not u.ordered]


def check(made: Definition) -> None:
    """Raises `BadInput`, all faults at once: of names, numbers, and what the model takes."""
    errors = [
        *_names(made),
        *(
            BadInput(f"uncertainties: {u.name}", "", wrong, allowed=_form(u))
            for u in made.uncertainties
            if (wrong := u.fault())
        ),
        *(BadInput(f"levers: {v.name}", "", wrong) for v in made.levers if (wrong := v.fault())),
        *(BadInput(f"outcomes: {o.name}", "", wrong) for o in made.given if (wrong := o.fault())),
        *_settings(made),
    ]
    raise_all(errors)
    raise_all([*_correlated(made), *_taken(made)])


def _form(u: Uncertainty) -> str:
    fields = [name for name, p in inspect.signature(type(u)).parameters.items() if p.kind is not p.KEYWORD_ONLY]
    return f"pm.{type(u).__name__}({', '.join(fields)})"


def _names(made: Definition) -> list[BadInput]:
    """What is wrong with names: no identifiers, or one that stands twice."""
    kinds = {
        "uncertainty": made.names,
        "lever": [v.name for v in made.levers],
        "constant": [*made.constants],
        "outcome": [o.name for o in made.given],
    }
    errors = []
    for kind, names in kinds.items():
        for name in names:
            if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
                allowed = "a name of letters, digits and _, as Python has it"
                errors.append(BadInput(made.name, f"{kind} {name!r}", "is no name", got=name, allowed=allowed))
            elif name in OURS and kind in ("uncertainty", "outcome"):
                errors.append(
                    BadInput(
                        made.name, f"{kind} {name}", "is a name of our own columns", got=name, allowed="another name"
                    )
                )
    every = Counter(str(name) for names in kinds.values() for name in names)
    held = {
        name: [kind for kind, names in kinds.items() for n in names if str(n) == name]
        for name, n in every.items()
        if n > 1
    }
    for name, of in held.items():
        errors.append(
            BadInput(made.name, name, f"stands twice: as {' and '.join(of)}", got=name, allowed="a name for each")
        )
    return errors


def _settings(made: Definition) -> list[BadInput]:
    errors, n = [], made.name
    if not callable(made.model):
        errors.append(
            BadInput(n, "model", "cannot be called", got=made.model, allowed="a function that gives outcomes by name")
        )
    if not made.outcomes and not made.series:
        errors.append(BadInput(n, "outcomes", "are none", allowed='outcomes=[pm.Outcome("NAME", "max")]'))
    if not isinstance(made.replications, int | np.integer) or made.replications < 0:
        errors.append(
            BadInput(n, "replications", "is no count", got=made.replications, allowed="a whole number from 1 up")
        )
    number = isinstance(made.reduce, float) and 0 < made.reduce < 1
    if not number and made.reduce not in ("mean", "median"):
        errors.append(
            BadInput(n, "reduce", "is unknown", got=made.reduce, allowed="mean, median, or a quantile as 0.9")
        )
    errors += [
        BadInput(n, "files", f"no such file: {file}", got=str(file), allowed="files that the model reads")
        for file in made.files
        if not file.is_file()
    ]
    if not made.timeout > 0:
        errors.append(BadInput(n, "timeout", "is no time", got=made.timeout, allowed="seconds, above 0"))
    return errors


def _correlated(made: Definition) -> list[BadInput]:
    """Faults of correlations; also those of the copula as a whole."""
    errors = []
    for a, b, rho in made.correlations:
        for name in (a, b):
            if name not in made.names:
                errors.append(
                    BadInput(
                        "correlations",
                        f"{a}, {b}",
                        f"no such uncertainty: {name}",
                        got=name,
                        hint=nearest(str(name), made.names),
                    )
                )
            elif not made.free[made.names.index(name)]:
                errors.append(
                    BadInput(
                        "correlations",
                        f"{a}, {b}",
                        f"{name} is fixed or has no order",
                        got=name,
                        allowed="uncertainties with a range",
                    )
                )
        if a == b or not -0.99 <= rho <= 0.99:
            errors.append(
                BadInput(
                    "correlations", f"{a}, {b}", "is out of range", got=rho, allowed="two names, and -0.99 to 0.99"
                )
            )
    if not errors and made.copula:
        pass  # made once, which raises where they cannot hold together
    return errors


def _taken(made: Definition) -> list[BadInput]:
    """What the model does not take of what is declared, and what it needs beside that; nothing where that cannot be looked up."""
    try:
        parameters = inspect.signature(made.model).parameters
    except (TypeError, ValueError):
        return []
    given = [*made.names, *(v.name for v in made.levers), *made.constants]
    by_name = {n: p for n, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    anything = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    errors = [
        BadInput(
            made.name,
            "model",
            f"does not take {n}",
            got=n,
            allowed=", ".join(by_name) or "no arguments by name",
            hint=nearest(n, [*by_name]),
        )
        for n in ([] if anything else given)
        if n not in by_name
    ]
    seeds = SEEDED if made.replications else ()
    needs = [n for n, p in by_name.items() if p.default is p.empty and n not in given and n not in seeds]
    errors += [
        BadInput(made.name, "model", f"needs {n}, which nothing declares", got=n, allowed="an uncertainty, a lever or a constant of this name",
                 hint="or replications=20, if it seeds what is drawn at random" if n in SEEDED else nearest(n, given))
        for n in needs
    ]  # fmt: skip
    return errors


def seed_name(model: Callable[..., Any], given: Sequence[str]) -> str:
    """The argument through which a model is told how to draw, `rng` or `seed`; nothing where it takes none."""
    try:
        parameters = inspect.signature(model).parameters
    except (TypeError, ValueError):
        return ""
    return next((n for n in ("rng", "seed") if n in parameters and n not in given), "")
