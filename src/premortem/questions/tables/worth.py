"""What reading a column of a table would be worth, before one must choose: regret saved, and doubt removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.design import check_seed
from premortem.errors import BadInput, nearest, raise_all
from premortem.questions.tables.frame import frame, inputs, numbers, vector, weights_of
from premortem.text.numbers import count_noun
from premortem.text.result import Result
from premortem.watch import value

Array = NDArray[Any]
# Futures below which a worth is marked: its bins then hold few.
FEW = 1000


@dataclass(frozen=True, repr=False)
class Reading(Result):
    """What a reading is worth: `regret` what choosing after it gains on average [unit of y], with its standard error and as a share of what
    knowing the future would gain; None where there is nothing to choose. `bits` by outcome of yes and no, the doubt that it removes.
    """

    reading: str
    regret: float | None
    regret_error: float | None
    regret_share: float | None
    clear: bool  # whether the gain is told apart from none
    bits: Mapping[str, float]


@dataclass(frozen=True, repr=False)
class Worths(Result):
    """Readings, the worthiest first, of so many futures; what a reader must know in `notes`."""

    readings: tuple[Reading, ...]
    futures: int
    failed: int
    notes: tuple[str, ...]


def value_of_information(
    X: Any, y: Any, readings: Sequence[str] | Mapping[str, float] | None = None, *, weights: Any = None, seed: int = 0
) -> Worths:
    """Worth of reading columns of `X`, by name; by default each of them.

    `y` is a table with a column a policy, of a measure of which more is better: then the worth is regret saved; or one outcome of yes and no:
    then it is doubt removed [bits]. `readings` may give an error with each, in standard deviations of the column. Raises `BadInput` for what
    cannot be read.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(4000, 2))
    >>> found = value_of_information(x, {"stay": np.zeros(4000), "go": x[:, 1]})
    >>> found.readings[0].reading, round(found.readings[0].regret, 1)
    ('x1', 0.4)
    """
    check_seed(seed)
    table = frame(X)
    asked = dict.fromkeys(table.columns if readings is None else readings, 0.0) | (
        dict(readings) if isinstance(readings, Mapping) else {}
    )
    wrong = [name for name in asked if name not in table.columns]
    raise_all(
        [
            BadInput("X", n, "no such column", got=n, allowed=", ".join(table.columns), hint=nearest(n, table.columns))
            for n in wrong
        ]
    )
    read = inputs(table.select(list(asked)))
    measures, holds = _outcomes(y, table.height)
    known = np.all([np.isfinite(v) for v in (*measures.values(), *holds.values())], axis=0)
    if known.sum() < 2:
        raise BadInput("y", "", "is a number in fewer than two futures", got=int(known.sum()), allowed="two or more")
    given = weights_of(weights, table.height)
    w = None if given is None else given[known]
    found = []
    for i, (name, x) in enumerate(zip(read.names, read.values, strict=True)):
        blurred = x[known] if not asked[name] else value.parameter_reading(x[known], asked[name], seed + i)
        choose = {n: m[known] for n, m in measures.items()} or {"none": np.zeros(int(known.sum()))}
        told = value.worth(blurred, choose, {n: h[known] == 1 for n, h in holds.items()}, w)
        clear = told.regret > value.CLEAR * told.regret_error
        gain, error, part = (told.regret, told.regret_error, told.regret_share) if measures else (None, None, None)
        found.append(Reading(name, gain, error, part, clear and bool(measures), dict(told.entropy)))
    notes = (
        [f"only {count_noun(int(known.sum()), 'future')}: a worth may be off by its error and more"]
        if known.sum() < FEW
        else []
    )
    ordered = sorted(found, key=lambda r: -(r.regret if r.regret is not None else sum(r.bits.values())))
    return Worths(tuple(ordered), table.height, int((~known).sum()), (*read.notes, *notes))


def _outcomes(y: Any, rows: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Measures by policy, or the one outcome of yes and no."""
    if np.ndim(y) == 2 or isinstance(y, Mapping):
        made = frame(y, "y")
        if made.height != rows:
            raise BadInput(
                "y", "", f"has {made.height:,} rows for {rows:,}", got=made.height, allowed="one row a row of X"
            )
        return {column.name: numbers(column, "y") for column in made}, {}
    outcome = vector(y, rows, "y")
    found = numbers(outcome, "y")
    if not np.isin(found[np.isfinite(found)], (0, 1)).all():
        raise BadInput(
            "y",
            outcome.name,
            "is neither 0 nor 1",
            allowed="an outcome of yes and no, or a table with a column a policy",
        )
    return {}, {outcome.name: found}
