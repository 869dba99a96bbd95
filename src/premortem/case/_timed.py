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


class Moved(NamedTuple):
    """What readers of the app move: a lever, from one value to another or to one of a few that colleagues look at together; and the
    threshold of an assumption.
    """

    lever: str  # CLAUSE.NUMBER
    lever_from: float
    lever_to: float
    together: tuple[float, ...]
    assumption: str
    threshold: str  # ASSUMPTION.CONDITION
    threshold_from: float
    threshold_to: float


class Firms(NamedTuple):
    """Parts of invented names of firms: where they are, syllables of their own word, what they do, their legal form; and the lists, by their
    published names, on which a publisher's list has them.
    """

    places: tuple[str, ...]
    syllables: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    lists: tuple[str, ...]


class Timed(Protocol):
    """What is timed of a case."""

    CHECKED: Sequence[Mapping[str, str]]  # transactions whose parties are looked up, by their fields
    FIRMS: Firms
    MOVED: Moved

    ONE: Mapping[str, Any]  # fields of the transaction that is explained
    LAW: Sequence[Peer]  # of a pandas frame of shipments
    MECHANISM: Mechanism

    def ledger(self, count: int) -> pl.DataFrame:
        """So many shipments as a desk has them."""

    def shipments(self, count: int) -> pl.DataFrame:
        """So many shipments that the peers can decide."""
