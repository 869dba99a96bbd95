"""A model of system dynamics, of Vensim or XMILE, as a problem: PySD runs it, one future a call."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from premortem.errors import BadInput
from premortem.problem.adapters._names import identifier
from premortem.problem.outcomes import Series
from premortem.problem.problem import Problem

NOT_HERE = "is not installed, and reads models of Vensim and XMILE"


@dataclass(frozen=True)
class Translated:
    """A model by its file; each process reads it once."""

    path: str
    outcomes: tuple[tuple[str, str], ...]  # our name, the model's
    inputs: tuple[tuple[str, str], ...]

    def __call__(self, **given: Any) -> dict[str, Any]:
        """Series by name."""
        named = dict(self.inputs)
        held = _model(self.path)
        found = held.run(
            params={named.get(k, k): v for k, v in given.items()},
            return_columns=[theirs for _, theirs in self.outcomes],
        )
        return {ours: found[theirs].to_numpy() for ours, theirs in self.outcomes}


def from_pysd(
    path: str | Path, uncertainties: Sequence[Any], outcomes: Sequence[str], levers: Sequence[Any] = (), **more: Any
) -> Problem:
    """The problem of a Vensim (.mdl), XMILE (.xmile) or translated (.py) model. `outcomes` are its variables by name, each a series over its
    time; uncertainties and levers bear its names with underscores for spaces. Needs `pip install "premortem[pysd]"`. Raises `BadInput`.
    """
    if not Path(path).is_file():
        raise BadInput("from_pysd", str(path), "is not there", allowed="a .mdl, .xmile or .py model")
    model = _model(str(path))
    times = [*model.run(return_columns=[outcomes[0]]).index]
    ours = [identifier(name) for name in outcomes]
    known = [*model.doc["Real Name"]] if hasattr(model, "doc") else []
    theirs = {identifier(name): name for name in known}
    named = tuple((one.name, theirs.get(one.name, one.name)) for one in (*uncertainties, *levers))
    called = Translated(str(path), tuple(zip(ours, outcomes, strict=True)), named)
    return Problem(
        identifier(Path(path).stem), called, uncertainties, levers, [Series(name, times) for name in ours], **more
    )


@cache
def _model(path: str) -> Any:
    try:
        import pysd  # an extra, and slow to import
    except ImportError:
        raise BadInput("from_pysd", "pysd", NOT_HERE, allowed='pip install "premortem[pysd]"') from None
    if path.endswith(".mdl"):
        return pysd.read_vensim(path)
    return pysd.load(path) if path.endswith(".py") else pysd.read_xmile(path)
