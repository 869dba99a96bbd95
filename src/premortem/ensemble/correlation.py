"""Rank correlations between uncertainties, imposed by a Gaussian copula: each keeps its own prior.

Source: Iman and Conover 1982 for the aim, Li and Hammond 1975 for the copula; Spearman's rho of a normal pair of correlation r
is 6 / pi x asin(r / 2), so r = 2 sin(pi rho / 6).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput, nearest, raise_all
from premortem.files.table import read_rows

Array = NDArray[np.float64]
COLUMNS = ("a", "b", "rho")
# A correlation of 1 would make two uncertainties one; what lies below is told from it.
MOST = 0.99
# Smallest eigenvalue that counts as positive.
LEAST = 1e-9


@dataclass(frozen=True)
class Copula:
    """Which uncertainties move together: their places in the order of the priors, and the lower triangle that mixes them."""

    pairs: tuple[tuple[str, str, float], ...]
    places: tuple[int, ...]
    triangle: tuple[tuple[float, ...], ...]

    def mix(self, z: Any) -> Any:
        """Correlated standard normal scores from independent ones, shape (parameter, future).

        Added up term by term, so that a future has the same bits whatever is drawn beside it. Arrays of NumPy or of JAX.
        """
        mixed = [*z]
        for i, weights in zip(self.places, self.triangle, strict=True):
            terms = [w * z[j] for w, j in zip(weights, self.places, strict=False) if w]
            mixed[i] = sum(terms[1:], terms[0])
        return z.__array_namespace__().stack(mixed)

    def matrix(self, size: int) -> Array:
        """Correlations of the standard normal scores of all uncertainties, shape (size, size)."""
        whole, mixed = np.eye(size), np.array(self.triangle)
        if self.places:
            whole[np.ix_(self.places, self.places)] = mixed @ mixed.T
        return whole


def read(path: Path, names: Sequence[str], orderless: Sequence[str]) -> Copula:
    """The copula of a study's table with columns a, b, rho (Spearman's), over uncertainties of the given names.

    Raises `BadInput`, or all faults at once: a name that is unknown, that does not vary or has no order (`orderless`), a pair
    that stands twice or with itself, a rho out of range, or correlations that cannot hold together.
    """
    pairs, errors = _rows(path)
    seen: set[frozenset[str]] = set()
    for line, (a, b, rho) in pairs:
        for name in (a, b):
            if name not in names:
                allowed, hint = "a name in params.csv of the case", nearest(name, names)
                what = f"no such uncertainty: {name}"
                errors.append(BadInput(path.name, f"row {line}", what, got=name, allowed=allowed, hint=hint))
            elif name in orderless:
                what = f"{name} is fixed or a category, so it has no order to correlate"
                errors.append(BadInput(path.name, f"row {line}", what, got=name, allowed="an uncertainty with a range"))
        if a == b or frozenset((a, b)) in seen:
            what = "an uncertainty with itself" if a == b else "this pair stands twice"
            errors.append(BadInput(path.name, f"row {line}", what, got=f"{a}, {b}"))
        if rho is not None and not abs(rho) <= MOST:
            allowed = f"-{MOST} to {MOST}"
            errors.append(BadInput(path.name, f"row {line}.rho", "is out of range", got=rho, allowed=allowed))
        seen.add(frozenset((a, b)))
    raise_all(errors)
    return copula_of(path.name, [(a, b, rho) for _, (a, b, rho) in pairs if rho is not None], names)


def _rows(path: Path) -> tuple[list[tuple[int, tuple[str, str, float | None]]], list[BadInput]]:
    """Pairs with their row's number, rho None where it is no number, and what is wrong so far."""
    rows, errors = read_rows(path, COLUMNS)
    pairs: list[tuple[int, tuple[str, str, float | None]]] = []
    for line, row in rows:
        if not {*COLUMNS} <= {*row}:
            break  # told by the column that is absent
        try:
            rho = float(row["rho"])
        except ValueError:
            rho = None
            errors.append(BadInput(path.name, f"row {line}.rho", "is not a number", got=row["rho"], allowed="a number"))
        pairs.append((line, (row["a"].strip(), row["b"].strip(), rho)))
    return pairs, errors


def copula_of(file: str, pairs: list[tuple[str, str, float]], names: Sequence[str]) -> Copula:
    """The copula of pairs and their Spearman correlations, over uncertainties of these names. Raises `BadInput` where they cannot hold together."""
    places = tuple(sorted({names.index(name) for a, b, _ in pairs for name in (a, b)}))
    matrix = np.eye(len(places))
    for a, b, rho in pairs:
        i, j = places.index(names.index(a)), places.index(names.index(b))
        matrix[i, j] = matrix[j, i] = 2 * math.sin(math.pi * rho / 6)
    if places and np.linalg.eigvalsh(matrix)[0] < LEAST:
        what = "these correlations cannot hold together: if a goes with b and b with c, then a with c to some degree"
        raise BadInput(file, "", what, allowed="a positive definite matrix", hint="bring the largest nearer to 0")
    triangle = np.linalg.cholesky(matrix) if places else matrix
    return Copula(tuple(pairs), places, tuple(tuple(map(float, row)) for row in triangle))
