"""A model that is a program of its own: it reads a CSV table, a row a future, and writes one with a row for each."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.errors import BadInput
from premortem.problem.model_values import Arguments, Constants, ModelValue, Output
from premortem.problem.problem import TIMEOUT, Problem

INPUT, OUTPUT = "{input}", "{output}"


@dataclass(frozen=True)
class Program:
    """A command that is run for a batch of futures, with the names of two files in it: what it reads, and what it writes."""

    command: tuple[str, ...]
    timeout: float
    shared: frozenset[str]  # levers and constants, the same in every future

    def __call__(self, **given: ModelValue) -> Output:
        """The columns that it writes, by name. Raises `RuntimeError` with what it says where it fails."""
        rows = max((np.size(v) for name, v in given.items() if name not in self.shared), default=1)
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder) / "input.csv", Path(folder) / "output.csv"
            pl.DataFrame(_columns(given, rows, self.shared)).write_csv(source)
            asked = [part.replace(INPUT, str(source)).replace(OUTPUT, str(target)) for part in self.command]
            done = subprocess.run(asked, capture_output=True, text=True, timeout=self.timeout, check=False)
            if done.returncode:
                said = (done.stderr.strip().splitlines() or [""])[-1]
                raise RuntimeError(f"the program ended with {done.returncode}: {said}")
            if not target.exists():
                raise RuntimeError("the program wrote no table")
            found = pl.read_csv(target)
        if found.height != rows:
            raise RuntimeError(f"the program wrote {found.height} rows for {rows}")
        return {name: found[name].to_numpy() for name in found.columns}


def from_program(
    command: Sequence[str],
    name: str,
    uncertainties: Any = (),
    levers: Sequence[Any] = (),
    outcomes: Sequence[Any] = (),
    constants: Constants | None = None,
    propositions: Any = None,
    *,
    timeout: float = TIMEOUT,
    version: str = "",
    **more: Any,
) -> Problem:
    """A problem whose model is a program: `["python", "model.py", "{input}", "{output}"]`.

    The first file is a CSV table with a column an uncertainty, lever and constant and a row a future; a lever of several values has a column
    each, `release_0` and so on. The program writes the second one, with a column an outcome and a row for each. It is ended after `timeout`
    seconds a batch. The files that the command names are part of the model's identity, unless a `version` is given. Raises `BadInput`.
    """
    parts = [str(part) for part in command] if not isinstance(command, str) else [command]
    if not parts or not any(INPUT in part for part in parts) or not any(OUTPUT in part for part in parts):
        raise BadInput(
            "from_program",
            "command",
            "names not both files",
            got=" ".join(parts),
            allowed=f"a list with {INPUT} and {OUTPUT} in it",
        )
    if shutil.which(parts[0]) is None:
        raise BadInput(
            "from_program", "command", f"cannot be run: {parts[0]}", got=parts[0], allowed="a program that is there"
        )
    digests = [hashlib.sha256(Path(part).read_bytes()).hexdigest() for part in parts[1:] if Path(part).is_file()]
    shared = frozenset([*(lever.name for lever in levers), *(constants or {})])
    return Problem(
        name,
        Program(tuple(parts), timeout, shared),
        uncertainties,
        levers,
        outcomes,
        constants,
        propositions,
        timeout=timeout * 2,
        version=version or f"{parts} {digests}",
        **more,
    )


def _columns(given: Arguments, rows: int, shared: frozenset[str]) -> dict[str, NDArray[Any]]:
    """Every argument as a column of as many rows; a lever or a constant of several values as several."""
    columns: dict[str, NDArray[Any]] = {}
    for name, value in given.items():
        held = np.atleast_1d(np.asarray(value))
        if name not in shared:
            columns[name] = held
        elif len(held) > 1:
            columns |= {f"{name}_{i}": np.full(rows, one) for i, one in enumerate(held)}
        else:
            columns[name] = np.full(rows, held[0])
    return columns
