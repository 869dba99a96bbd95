"""Futures that are run in several lots: on from where an earlier answer left off, with the same bits, and joined to columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.study.model import Chunk


def continued(
    held: Sequence[Chunk], values: NDArray[Any], run: Callable[[NDArray[Any]], Iterable[Chunk]]
) -> tuple[Chunk, ...]:
    """Chunks of the futures with these values, (parameter, future): those `held` that lie among them, in order from the first, and
    the others by `run`.
    """
    kept = tuple(chunk for chunk in held if chunk.start + chunk.count <= values.shape[1])
    done = sum(chunk.count for chunk in kept)
    return *kept, *(replace(chunk, start=done + chunk.start) for chunk in run(values[:, done:]))


def joined(lots: Sequence[Mapping[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Columns of several lots of futures, one after the other, each of shape (future,)."""
    return {name: np.concatenate([lot[name] for lot in lots]) for name in lots[0]}
