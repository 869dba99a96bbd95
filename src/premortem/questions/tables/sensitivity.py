"""Which columns of a table an outcome depends on: Sobol indices, delta, PAWN, Morris, a forest, and regional sensitivity.

Sobol indices come from a Saltelli sample where the table is one, else from a polynomial chaos fitted to it. Rows whose outcome
is missing are left out and counted.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.design import check_seed
from premortem.errors import BadInput, unknown
from premortem.questions.tables._measures import MEASURES, METHODS, Data, Method
from premortem.questions.tables.frame import Inputs, frame, inputs, numbers, vector
from premortem.questions.tables.indices import Sensitivities
from premortem.text.numbers import count_noun

Array = NDArray[Any]
# Rows below which nothing is told.
LEAST_ROWS = 20
# Columns up to which methods that take each by itself are made: of 200 and 2,000 rows delta takes 16 processor seconds, and of 2,000 minutes.
EACH, MOST_EACH = frozenset({"delta", "pawn", "forest"}), 200


def sensitivity(
    X: Any,
    Y: Any,
    methods: str | Sequence[str] = "sobol",
    *,
    fails: Any = None,
    nominal: Sequence[str] = (),
    seed: int = 0,
) -> Sensitivities | dict[str, Sensitivities]:
    """Sensitivities of an outcome to the columns of a table; of several outcomes, columns of `Y`, by name.

    `methods` are any of sobol, delta, pawn, morris, forest and regional, as a list or a text with commas. Regional sensitivity parts the rows
    by `fails` (true or false, one a row), by default at the outcome's median. Columns of texts and `nominal` ones have no order. Raises
    `BadInput` for what cannot be read.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).random((500, 3))
    >>> [row.param for row in sensitivity(x, x[:, 0] + 3 * x[:, 2]).sensitivity][:2]
    ['x2', 'x0']
    """
    table = frame(X)
    read, asked = inputs(table, nominal=nominal), named(methods)
    split = None if fails is None else numbers(vector(fails, table.height, "fails"), "fails") == 1
    if np.ndim(Y) == 2 or isinstance(Y, Mapping):
        many = frame(Y, "Y")
        return {
            c.name: of_inputs(read, numbers(vector(c, table.height, "Y"), "Y"), c.name, asked, split, seed)
            for c in many
        }
    outcome = vector(Y, table.height, "Y")
    return of_inputs(read, numbers(outcome, "Y"), outcome.name, asked, split, seed)


def named(methods: str | Sequence[str]) -> tuple[Method, ...]:
    """Methods by name, each once. Raises `BadInput` for one that is none."""
    found = [m.strip().lower() for m in (methods.split(",") if isinstance(methods, str) else methods)]
    for name in found:
        if name not in METHODS:
            raise unknown("method", "no such method", name, METHODS)
    return tuple(dict.fromkeys(found))  # type: ignore[arg-type]  # checked just now


def of_inputs(
    read: Inputs,
    outcome: Array,
    name: str,
    methods: Sequence[Method] = ("sobol",),
    fails: NDArray[np.bool_] | None = None,
    seed: int = 0,
) -> Sensitivities:
    """The same of columns that were read; `outcome` is NaN where a row failed."""
    check_seed(seed)
    slow = [method for method in methods if method in EACH]
    if slow and len(read.names) > MOST_EACH:
        what = f"takes each of {len(read.names):,} columns by itself"
        raise BadInput(
            "method",
            ", ".join(slow),
            what,
            got=len(read.names),
            allowed=f"up to {MOST_EACH}; name those that matter as inputs, or sobol",
        )
    known = np.isfinite(outcome)
    if known.sum() < LEAST_ROWS:
        some = f"is a number in {count_noun(int(known.sum()), 'row')} alone"
        raise BadInput("Y", name, some, got=int(known.sum()), allowed=f"{LEAST_ROWS} rows or more")
    y, failed = outcome[known], int((~known).sum())
    notes = [
        *read.notes,
        *(
            [f"the outcome {name} is missing in {failed:,} of {count_noun(len(known), 'row')}, which are left out"]
            if failed
            else []
        ),
    ]
    if y.max() - y.min() <= 1e-12 * max(abs(y).max(), 1e-300):
        return Sensitivities(
            name,
            len(known),
            failed,
            (),
            (),
            None,
            (*notes, f"the outcome {name} is the same in every row: it has no sensitivities"),
        )
    split = (outcome > np.median(y)) if fails is None else fails
    data = Data(read, read.values[:, known], y, outcome, split[known], seed, len(methods) < len(METHODS))
    found = [MEASURES[method](data) for method in methods]
    second = tuple(pair for one in found for pair in one.second)
    explained = next((one.explained for one in found if one.explained is not None), None)
    rows = tuple(row for one in found for row in one.rows)
    return Sensitivities(
        name, len(known), failed, rows, second, explained, (*notes, *(n for one in found for n in one.notes))
    )
