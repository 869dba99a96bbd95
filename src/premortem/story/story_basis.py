"""What a story rests on: a board, and the first futures of the policy that leads, of a stored run or of a live model."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.ensemble.cores import side_by_side
from premortem.errors import MissingData
from premortem.propositions.assumption import Assumption
from premortem.propositions.board_cells import BoardCell
from premortem.questions import answers_of_run, day_asked
from premortem.questions.as_of import AsOfDay
from premortem.study import Run, Study
from premortem.text import phrases

Array = NDArray[Any]


@dataclass(frozen=True)
class Ground:
    """A board with the futures behind its leading policy: `values` of the uncertainties, shape (parameter, future), and `margins` by
    assumption, each of shape (future,).
    """

    study: Study
    board: tuple[BoardCell, ...]
    policies: tuple[str, ...]
    policy: str  # the one that leads
    futures: int
    seed: int
    values: Array
    margins: Mapping[str, Array]
    day: AsOfDay | None = None  # what stands on the day that the run's brief was asked of, where that is another

    @cached_property
    def _cells(self) -> dict[tuple[str, str], BoardCell]:
        return {(c.assumption, c.policy): c for c in self.board}

    @cached_property
    def orders(self) -> tuple[Array, ...]:
        """Places of the futures by the value of each uncertainty, the smallest first, each of shape (future,): sorted once for all
        assumptions.
        """
        return tuple(side_by_side(partial(np.argsort, kind="stable"), [*self.values]))

    def cell(self, assumption: str, policy: str = "") -> BoardCell:
        """One cell of the board, of the leading policy unless another is named."""
        return self._cells[assumption, policy or self.policy]

    def share(self, assumption: str, policy: str = "") -> float:
        """Share of futures in which it holds. Raises `MissingData` where every future failed."""
        found = self.cell(assumption, policy).holds
        if found is None:
            raise MissingData(f"{policy or self.policy}: every future failed, so no share of {assumption} can be told")
        return found

    @property
    def chosen(self) -> tuple[str, ...]:
        """Policies that can be chosen: all but what became of the law, which leads where nothing else is there."""
        return tuple(p for p in self.policies if p != self.study.case.settings.record) or self.policies

    @property
    def others(self) -> tuple[str, ...]:
        """Policies that can be chosen in place of the one that leads."""
        return tuple(p for p in self.chosen if p != self.policy)

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions under test."""
        return self.study.assumptions

    def title(self, policy: str) -> str:
        """Title of a policy: `As written`."""
        return str(self.study.law(policy).policy.title)

    @property
    def source(self) -> str:
        """What shares of the board rest on, as the foot of a picture says it."""
        which = phrases.policy_phrase(self.title(self.policy))
        return (
            f"Shares of {phrases.count_noun(self.futures, 'simulated future')} {which}, seed {self.seed}, from what was known on "
            f"{phrases.day_in_words(self.study.case.settings.day)}; not forecasts."
        )


def ground_of_run(run: Run, policy: str = "") -> Ground:
    """The ground of a stored run. Without a policy, the case's baseline leads where the run has it, else its first policy."""
    board = ground_of_board(run, policy)
    ids = [a.id for a in run.study.assumptions]
    first = answers_of_run.LOOKED_AT  # shares of thirds are known to a point or so among them
    columns = run.columns(board.policy, [f"margin.{k}" for k in ids], first)
    return replace(board, values=run.parameters(first=first), margins={k: columns[f"margin.{k}"] for k in ids})


def ground_of_board(run: Run, policy: str = "") -> Ground:
    """The same without its futures: enough for what only shares tell."""
    baseline = run.study.case.settings.baseline
    lead = policy if policy in run.policies else baseline if baseline in run.policies else run.policies[0]
    none = np.empty((0, 0))
    return Ground(run.study, run.board_rows(), run.policies, lead, run.futures, run.seed, none, {}, day_asked.kept(run))
