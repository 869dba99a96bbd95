"""The cells of a board, an assumption under a policy each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from premortem.questions._result import Result
from premortem.study import plain_rows


@dataclass(frozen=True, repr=False)
class BoardCell(Result):
    """The share of futures in which an assumption holds under a policy with its 95% interval; `all` is all assumptions at once, and None
    a share that no futures are left to tell. By condition (of `all`: by assumption) the share of failures that it causes first
    (`fails_on`) and alone; `failed` counts futures with a margin that is no number.

    `bands` are lowest and highest shares: by sampling, over interpretations, over forms of the world, None where not told; `by_form`
    is the share by form and value; `decided` the reason where the verdict is the same whatever is uncertain.
    """

    assumption: str
    policy: str
    holds: float | None
    low: float | None
    high: float | None
    fails_on: Mapping[str, float]
    alone: Mapping[str, float]
    failed: int = 0
    bands: Mapping[str, Sequence[float] | None] = field(default_factory=dict)
    by_form: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    decided: str | None = None

    def apart(self, other: "BoardCell") -> bool:
        """Whether two shares differ by more than sampling: their 95% intervals do not overlap; without intervals, whether they differ."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return self.holds != other.holds
        return self.low > other.high or other.low > self.high


def cells(board: pl.DataFrame) -> tuple[BoardCell, ...]:
    """The cells of a board as a frame holds it; causes of failure without the conditions of other assumptions."""
    return tuple(BoardCell(**row) for row in plain_rows(board))
