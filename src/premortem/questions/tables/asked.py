"""What the command line asks of a table in a file: its columns parted into inputs, outcome and weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.errors import BadInput, nearest, raise_all
from premortem.questions.tables import files, verdicts
from premortem.questions.tables.boxes import Boxes, Method, of_inputs
from premortem.questions.tables.frame import Inputs, inputs, numbers, slip, weights_of
from premortem.questions.tables.indices import Sensitivities
from premortem.questions.tables.sensitivity import named
from premortem.questions.tables.sensitivity import of_inputs as sensitivities

Array = NDArray[Any]
# Columns that a note names.
LISTED = 12


@dataclass(frozen=True)
class Asked:
    """A table's file with what its columns are: which are inputs (by default all that are nothing else) and which of these have no order."""

    path: Path
    inputs: Sequence[str] = ()
    nominal: Sequence[str] = ()
    sheet: str = ""

    def discover(
        self, outcome: str | None, fails: str | None, weights: str | None, most: int, method: Method, seed: int
    ) -> Boxes:
        """Boxes of the table's inputs; see `boxes`."""
        table = files.table(self.path, self.sheet)
        self._known(table, [outcome, weights])
        if outcome is None and fails is None:
            raise BadInput(
                "command line",
                "--outcome",
                "is missing",
                allowed=", ".join(table.columns),
                hint='or --fails "COLUMN > NUMBER"',
            )
        if fails is not None:
            verdict, taken = self._split(fails, table), verdicts.named(fails)
        else:
            verdict, taken = self._flags(table[str(outcome)]), set()
        read = self._inputs(table, {outcome, weights, *taken})
        weight = weights_of(None if weights is None else table[weights], table.height)
        found = of_inputs(read, verdict, weight, most, method, seed)
        return replace(found, notes=(*found.notes, *self._notes(read)))

    def sensitivity(self, outcome: str, methods: str, fails: str | None, seed: int) -> Sensitivities:
        """Sensitivities of one of the table's columns; see `sensitivity`."""
        asked, table = named(methods), files.table(self.path, self.sheet)
        self._known(table, [outcome])
        split = None if fails is None else self._split(fails, table) == 1
        taken = verdicts.named(fails) if fails else set()
        read, values = self._inputs(table, {outcome, *taken}), numbers(table[outcome], self.path.name, files.FIRST_ROW)
        try:
            found = sensitivities(
                read, values, outcome, asked, None if split is None else np.asarray(split, np.bool_), seed
            )
        except BadInput as wrong:
            raise wrong.at(self.path.name) from wrong
        return replace(found, notes=(*found.notes, *self._notes(read)))

    def _flags(self, outcome: pl.Series) -> Array:
        try:
            return verdicts.by_flags(numbers(outcome, self.path.name, files.FIRST_ROW, verdict=True), outcome.name)
        except BadInput as wrong:
            allowed = wrong.allowed.replace("fails=", "--fails ")
            raise BadInput(self.path.name, outcome.name, wrong.what, got=wrong.got, allowed=allowed) from wrong

    def _split(self, fails: str, table: pl.DataFrame) -> Array:
        """Which rows fail. Raises `BadInput`, also for a column with a slip of the pen, which would be taken for one of texts."""
        try:
            return verdicts.by_expression(fails, table)
        except BadInput:
            named = [name for name in table.columns if name in fails]
            raise_all([wrong for name in named if (wrong := slip(table[name], self.path.name, files.FIRST_ROW))])
            raise

    def _notes(self, read: Inputs) -> list[str]:
        """Which columns count as inputs where nobody says so: another outcome may be among them, and would explain all."""
        if self.inputs:
            return []
        shown = f"{', '.join(read.names[:LISTED])}{', ...' if len(read.names) > LISTED else ''}"
        return [
            f"every other column counts as an input ({shown}); if one is an outcome too, name the inputs with --input"
        ]

    def _inputs(self, table: pl.DataFrame, others: set[str | None]) -> Inputs:
        chosen = list(self.inputs) or [name for name in table.columns if name not in others]
        if not chosen:
            raise BadInput(
                self.path.name, "", "has no column left for an input", allowed="one column beside outcome and weights"
            )
        return inputs(table.select(chosen), self.path.name, self.nominal, files.FIRST_ROW)

    def _known(self, table: pl.DataFrame, names: Sequence[str | None]) -> None:
        """Raises `BadInput` for every column that is asked for and not there."""
        asked = dict.fromkeys(name for name in (*names, *self.inputs, *self.nominal) if name is not None)
        allowed = ", ".join(table.columns[:20])
        raise_all(
            [BadInput(self.path.name, n, "no such column", got=n, allowed=allowed, hint=nearest(n, table.columns)) for n in asked if n not in table.columns]
        )  # fmt: skip
