"""A model of system dynamics, of Vensim or XMILE, as a problem: PySD runs it, one future a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from premortem.errors import BadInput, nearest, raise_all
from premortem.problem.adapters._names import identifier
from premortem.problem.levers import Lever
from premortem.problem.model_values import ModelValue, Output
from premortem.problem.outcomes import Series
from premortem.problem.problem import Problem
from premortem.problem.uncertainties import Uncertainty

NOT_HERE = "is not installed, and reads models of Vensim and XMILE"


@dataclass(frozen=True)
class Translated:
    """A model by its file; each process reads it once."""

    path: str
    outcomes: tuple[tuple[str, str], ...]  # our name, the model's
    inputs: tuple[tuple[str, str], ...]

    def __call__(self, **given: ModelValue) -> Output:
        """Series by name."""
        named = dict(self.inputs)
        held = _model(self.path)
        found = held.run(
            params={named.get(k, k): v for k, v in given.items()},
            return_columns=[theirs for _, theirs in self.outcomes],
        )
        return {ours: found[theirs].to_numpy() for ours, theirs in self.outcomes}


def from_pysd(
    path: str | Path,
    uncertainties: Sequence[Uncertainty],
    outcomes: Sequence[str],
    levers: Sequence[Lever | Uncertainty] = (),
    **more: Any,
) -> Problem:
    """The problem of a Vensim (.mdl), XMILE (.xmile) or translated (.py) model. `outcomes` are its variables by name, each a series over its
    time; uncertainties and levers bear its names with underscores for spaces. Needs `pip install "premortem[pysd]"`. Raises `BadInput`.
    """
    if not Path(path).is_file():
        raise BadInput("from_pysd", str(path), "is not there", allowed="a .mdl, .xmile or .py model")
    model = _model(str(path))
    known = [*model.doc["Real Name"]] if hasattr(model, "doc") else []
    theirs = {identifier(name): name for name in known} | {name: name for name in _python_names(model)}
    raise_all(_unknown(known, theirs, [one.name for one in (*uncertainties, *levers)], outcomes))
    times = [*model.run(return_columns=[outcomes[0]]).index]
    ours = [identifier(name) for name in outcomes]
    named = tuple((one.name, theirs.get(one.name, one.name)) for one in (*uncertainties, *levers))
    called = Translated(str(path), tuple(zip(ours, outcomes, strict=True)), named)
    return Problem(
        identifier(Path(path).stem), called, uncertainties, levers, [Series(name, times) for name in ours], **more
    )


def _python_names(model: Any) -> list[str]:
    """Names that PySD itself gives to variables."""
    return [*model.doc["Py Name"]] if hasattr(model, "doc") else []


def _unknown(
    known: Sequence[str], theirs: Mapping[str, str], inputs: Sequence[str], outcomes: Sequence[str]
) -> list[BadInput]:
    """Names that the model has not, and outcomes where there are none."""
    errors = [] if outcomes else [BadInput("from_pysd", "outcomes", "are none", allowed=", ".join(known[:20]))]
    if not known:
        return errors
    asked = [(name, [*theirs]) for name in inputs] + [(name, [*known, *theirs]) for name in outcomes]
    return errors + [
        BadInput("from_pysd", name, "is no variable of the model", got=name, allowed=", ".join(among[:20]), hint=nearest(name, among))
        for name, among in asked
        if name not in among
    ]  # fmt: skip


@cache
def _model(path: str) -> Any:
    try:
        import pysd  # an extra, and slow to import
    except ImportError:
        raise BadInput("from_pysd", "pysd", NOT_HERE, allowed='pip install "premortem[pysd]"') from None
    if path.endswith(".mdl"):
        return pysd.read_vensim(path)
    return pysd.load(path) if path.endswith(".py") else pysd.read_xmile(path)
