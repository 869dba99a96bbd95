"""The cells of a board, an assumption under a policy each, and the board as a table for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from premortem.propositions import verdicts
from premortem.text import phrases
from premortem.text.numbers import count_noun, share
from premortem.text.result import Result
from premortem.text.tables import Table


@dataclass(frozen=True, repr=False)
class BoardCell(Result):
    """The share of futures in which an assumption holds under a policy with its 95% interval; `all` is all assumptions at once, and None
    a share that no futures are left to tell. By condition (of `all`: by assumption) the share of failures that it causes first
    (`fails_on`), in words for the one that does so most often (`fails_words`), and alone; `failed` counts futures with a margin that is no number.

    `bands` are lowest and highest shares: by sampling, over interpretations, over forms of the world, None where not told;
    `by_interpretation` is the share by how the assumption is read, `by_form` that by form and value; `decided` the reason where the
    verdict is the same whatever is uncertain and however it is read; `verdict` says what all three bands agree on, or on what it depends.
    """

    assumption: str
    policy: str
    holds: float | None
    low: float | None
    high: float | None
    fails_on: Mapping[str, float]
    alone: Mapping[str, float]
    fails_words: str | None = None
    failed: int = 0
    bands: Mapping[str, Sequence[float] | None] = field(default_factory=dict)
    by_form: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    by_interpretation: Mapping[str, float] = field(default_factory=dict)
    decided: str | None = None
    verdict: str = field(init=False, default="")

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            "verdict",
            verdicts.verdict(self.holds, self.bands, self.by_interpretation, self.by_form, self.decided),
        )

    def apart(self, other: "BoardCell") -> bool:
        """Whether two shares differ by more than sampling: their 95% intervals do not overlap; without intervals, whether they differ."""
        if self.low is None or self.high is None or other.low is None or other.high is None:
            return self.holds != other.holds
        return self.low > other.high or other.low > self.high


def cells(board: pl.DataFrame) -> tuple[BoardCell, ...]:
    """The cells of a board as a frame holds it."""
    return tuple(
        BoardCell(
            **row
            | {key: _by_name(row[key]) for key in ("fails_on", "alone")}
            | {"by_interpretation": _own(row.get("by_interpretation"))}
            | {"by_form": {form: _own(shares) for form, shares in _own(row.get("by_form")).items()}}
        )
        for row in board.to_dicts()
    )


def _own(held: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: part for name, part in (held or {}).items() if part is not None}


def _by_name(causes: list[dict[str, Any]]) -> dict[str, float]:
    return {row["condition"]: row["share"] for row in causes}


def board_table(board: pl.DataFrame, names: Mapping[str, str], futures: int, seed: int) -> Table:
    """A board for people: a row an assumption by its name, a column a policy, shares of futures with their 95% intervals."""
    rows: dict[str, dict[str, str]] = {}
    for r in board.select("assumption", "policy", "holds", "low", "high").to_dicts():
        between = phrases.interval(r["low"], r["high"])
        said = share(r["holds"]) + (f" ({between})" if between else "")
        rows.setdefault(r["assumption"], {"assumption": r["assumption"]})[r["policy"]] = said
    caption = f"Share of {count_noun(futures, 'future')} in which each assumption holds (95% interval); seed {seed}; not forecasts"
    called = {**names, "all": phrases.at_once(len(names))}
    frame = pl.DataFrame([*rows.values()]).with_columns(pl.col("assumption").replace(called))
    return Table(frame, {}, caption)
