"""What the benchmarks time of a case: a module of it, `timed.py`, with the same law and one mechanism of its world by other means."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import polars as pl


class Peer(NamedTuple):
    """The same by other means: how it is called, what answers the same question, and what it is in words."""

    name: str
    answer: Callable[[Any], object]  # of what the engine is given, as its own library holds it
    says: str


class Mechanism(NamedTuple):
    """One mechanism of the world over all of its steps: the uncertainties that it takes, itself compiled by JAX, and by hand."""

    names: tuple[str, ...]
    compiled: Callable[[Any], Any]  # of values (parameter, future), in the order of `names`
    peers: tuple[Peer, ...]


class Timed(Protocol):
    """What is timed of a case."""

    ONE: Mapping[str, Any]  # fields of the transaction that is explained
    LAW: Sequence[Peer]  # of a pandas frame of shipments
    MECHANISM: Mechanism

    def ledger(self, count: int) -> pl.DataFrame:
        """So many shipments as a desk has them."""

    def shipments(self, count: int) -> pl.DataFrame:
        """So many shipments that the peers can decide."""
