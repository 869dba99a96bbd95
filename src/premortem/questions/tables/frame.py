"""What users hand over as a table, as a Polars frame; and its columns as numbers, those of texts as categories."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.errors import BadInput, nearest, raise_all
from premortem.questions.peeling import MOST_CATEGORIES
from premortem.text.numbers import count_noun

Array = NDArray[Any]
ALLOWED = "a table of pandas, Polars or xarray, a NumPy array of rows and columns, or columns by name"
# Part of a column's texts that read as numbers from which the others count as slips of the pen.
MOSTLY = 0.5
# Most columns that are taken for inputs: of more no answer would come in minutes.
MOST_COLUMNS = 2_000


@dataclass(frozen=True)
class Inputs:
    """Columns as numbers: `values` (column, row), where a column of `categories` holds their places; what a reader must know in `notes`."""

    names: tuple[str, ...]
    values: Array
    categories: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]

    @property
    def nominal(self) -> list[str]:
        """Columns without order."""
        return [name for name in self.names if name in self.categories]


def frame(table: Any, what: str = "X") -> pl.DataFrame:
    """A table as a Polars frame, NaN as null. Raises `BadInput` for what is no table, and for names that stand twice."""
    columns = _columns(table, what)
    twice = [name for name, times in Counter(map(str, columns)).items() if times > 1]
    raise_all([BadInput(what, name, "stands twice", got=name, allowed="each column once") for name in twice])
    try:
        made = (
            table
            if isinstance(table, pl.DataFrame)
            else pl.DataFrame({str(k): _series(v) for k, v in _by_name(table).items()})
        )
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as error:
        raise BadInput(what, "", f"is no table: {str(error).splitlines()[0]}", allowed=ALLOWED) from error
    if not made.height or not made.width:
        raise BadInput(
            what,
            "",
            f"has {count_noun(made.height, 'row')} and {count_noun(made.width, 'column')}",
            allowed="one of each at least",
        )
    return made.fill_nan(None)


def _columns(table: Any, what: str) -> Sequence[Any]:
    """Names of the columns, as often as they stand there."""
    kind = type(table).__module__.partition(".")[0]
    if isinstance(table, pl.DataFrame) or kind == "pandas":
        return list(getattr(table, "columns", [getattr(table, "name", None) or what]))
    if isinstance(table, Mapping) or kind == "xarray":
        return list(_by_name(table))
    if np.ndim(table) != 2:
        raise BadInput(
            what, "", f"has {count_noun(np.ndim(table), 'dimension')}", got=type(table).__name__, allowed=ALLOWED
        )
    return list(_by_name(table))


def _by_name(table: Any) -> dict[Any, Any]:
    """The columns by name; those of a bare array are x0, x1 and so on."""
    kind = type(table).__module__.partition(".")[0]
    if kind == "pandas":
        return {name: table[name] for name in table.columns}
    if kind == "xarray":
        return _of_xarray(table)
    if isinstance(table, Mapping):
        return dict(table)
    return {f"x{i}": column for i, column in enumerate(np.asarray(table).T)}


def _of_xarray(table: Any) -> dict[Any, Any]:
    """A dataset's variables of one dimension; an array's columns along its second one."""
    if hasattr(table, "data_vars"):
        return {name: held.values for name, held in table.data_vars.items() if held.ndim == 1}
    if table.ndim != 2:
        raise BadInput("X", "", f"has {count_noun(table.ndim, 'dimension')}", allowed="an array of rows and columns")
    names = table[table.dims[1]].values if table.dims[1] in table.coords else [f"x{i}" for i in range(table.shape[1])]
    return dict(zip(map(str, names), table.values.T, strict=True))


def _series(column: Any) -> pl.Series:
    """A column with the type that it has; one of pandas by its values, categories as texts."""
    if isinstance(column, pl.Series):
        return column
    if type(column).__module__.partition(".")[0] == "pandas":
        # texts of whatever type, and categories, are objects: what is missing among them is a NaN, no text
        plain = column.astype(object).where(column.notna(), None) if column.dtype.kind == "O" else column
        return pl.Series(plain.to_list()) if plain.dtype == object else pl.Series(plain.to_numpy())
    return pl.Series(np.asarray(column) if not isinstance(column, list) else column)


def vector(column: Any, rows: int, what: str) -> pl.Series:
    """One value a row, NaN as null. Raises `BadInput` for another number of them."""
    name = str(getattr(column, "name", None) or what)
    if isinstance(column, pl.Series):
        made = column
    elif np.ndim(column) != 1:
        raise BadInput(what, "", f"has {count_noun(np.ndim(column), 'dimension')}", allowed="one value a row")
    else:
        made = _series(column.values if type(column).__module__.startswith("xarray") else column)
    if len(made) != rows:
        raise BadInput(
            what,
            "",
            f"has {count_noun(len(made), 'value')} for {count_noun(rows, 'row')}",
            got=str(len(made)),
            allowed="one value a row",
        )
    return made.rename(name).to_frame().fill_nan(None).to_series()


def numbers(column: pl.Series, what: str, first_row: int = 0, *, verdict: bool = False) -> Array:
    """An outcome's values as float64, NaN where one is missing or infinite. Raises `BadInput` for what is no number; of a `verdict` it says
    how one is read from texts.
    """
    if column.dtype.is_numeric() or column.dtype in (pl.Boolean, pl.Null):
        found = column.cast(pl.Float64).fill_null(np.nan).to_numpy()
        return np.where(np.isfinite(found), found, np.nan)
    if verdict and slip(column, what, first_row) is None and column.dtype == pl.String:
        levels = column.drop_nulls().unique(maintain_order=True)[:3].to_list()
        some = ", ".join(map(repr, levels))
        allowed = (
            f'numbers; where a text says that a row fails: fails="{column.name} = {levels[0]!r}"'
            if levels
            else "numbers"
        )
        raise BadInput(
            what, column.name, f"holds {column.n_unique():,} different texts: {some}", got=some, allowed=allowed
        )
    raise _not_numbers(column, what, first_row)


def inputs(table: pl.DataFrame, what: str = "X", nominal: Sequence[str] = (), first_row: int = 0) -> Inputs:
    """The columns of a table as numbers. `first_row` is the number of its first row in the user's words.

    Raises `BadInput` for every column with values that are missing, infinite or dates, or with too many texts.
    """
    if table.width > MOST_COLUMNS:
        said = f"has {table.width:,} columns to tell apart"
        raise BadInput(
            what, "", said, got=table.width, allowed=f"up to {MOST_COLUMNS:,}; name those that matter as inputs"
        )
    unknown = [name for name in nominal if name not in table.columns]
    raise_all(
        [
            BadInput(
                what,
                name,
                "no such column",
                got=name,
                allowed=", ".join(table.columns),
                hint=nearest(name, table.columns),
            )
            for name in unknown
        ]
    )
    errors = [fault for column in table if (fault := _fault(column, what, column.name in nominal, first_row))]
    raise_all(errors)
    read = {column.name: _read(column, column.name in nominal) for column in table}
    constant = [name for name, (values, _) in read.items() if values.min() == values.max()]
    notes = (f"the same in every row, so nothing depends on them: {', '.join(constant)}",) if constant else ()
    categories = {name: texts for name, (_, texts) in read.items() if texts}
    return Inputs(tuple(read), np.stack([values for values, _ in read.values()]), categories, notes)


def _fault(column: pl.Series, what: str, nominal: bool, first_row: int) -> BadInput | None:
    """What is wrong with a column, in one line."""
    name, kind = column.name, column.dtype
    if missing := column.null_count():
        first = first_row + int(column.is_null().arg_true()[0])
        some = f"{missing:,} of {len(column):,} values are missing, the first in row {first}"
        return BadInput(
            what, name, some, allowed="a value in every row; leave such rows or the column out, or fill them"
        )
    if kind.is_temporal():
        return BadInput(
            what,
            name,
            "holds dates",
            got=str(column[0]),
            allowed="numbers, such as years or days since one, or leave the column out",
        )
    if kind.is_numeric() and (wrong := (~column.cast(pl.Float64).is_finite()).arg_true()).len():
        return BadInput(what, name, f"is infinite in row {first_row + int(wrong[0])}", allowed="a number in every row")
    if not (kind.is_numeric() or kind in (pl.Boolean, pl.String, pl.Categorical, pl.Enum)):
        return BadInput(what, name, f"holds neither numbers nor texts but {kind}", allowed="numbers or texts")
    if (nominal or not (kind.is_numeric() or kind == pl.Boolean)) and column.n_unique() > MOST_CATEGORIES:
        return _not_numbers(column, what, first_row)
    return None


def slip(column: pl.Series, what: str, first_row: int = 0) -> BadInput | None:
    """The first text of a column that is no number, where most of its texts are."""
    if column.dtype != pl.String:
        return None
    slips = column.cast(pl.Float64, strict=False).is_null() & column.is_not_null()
    if not slips.any() or not slips.mean() < MOSTLY:  # type: ignore[operator]  # a Boolean's mean is a number
        return None
    at = int(slips.arg_true()[0])
    return BadInput(
        what, column.name, f"{column[at]!r} in row {first_row + at} is no number", got=column[at], allowed="numbers"
    )


def _not_numbers(column: pl.Series, what: str, first_row: int) -> BadInput:
    """A column of texts where numbers should stand: the first that is none where most are, else that they are texts."""
    if found := slip(column, what, first_row):
        return found
    many = f"holds {column.n_unique():,} different {'dates' if column.dtype.is_temporal() else 'texts'}"
    return BadInput(
        what,
        column.name,
        many,
        got=str(column[0]),
        allowed=f"numbers, or at most {MOST_CATEGORIES} categories; leave the column out",
    )


def _read(column: pl.Series, nominal: bool) -> tuple[Array, tuple[str, ...]]:
    """A column's numbers, and its categories where it has no order."""
    if column.dtype.is_numeric() and nominal:
        levels, places = np.unique(column.to_numpy(), return_inverse=True)
        return places.astype(float), tuple(f"{level:g}" for level in levels)
    if column.dtype.is_numeric() or column.dtype == pl.Boolean:
        return column.cast(pl.Float64).to_numpy(), ()
    texts, places = np.unique(column.cast(pl.String).to_numpy().astype(str), return_inverse=True)
    return places.astype(float), tuple(map(str, texts))


def weights_of(weights: Any, rows: int) -> Array | None:
    """Weights as float64, 0 or more, one a row; nothing where none are given."""
    if weights is None:
        return None
    column = vector(weights, rows, "weights")
    found = numbers(column, "weights")
    if not ((found >= 0).all() and found.sum() > 0):
        allowed = "0 or more in every row, one above 0 at least"
        raise BadInput("weights", column.name, "are no weights", allowed=allowed)
    return found
