"""The priors that decide the board, and the board by what each expert believes of them, apart and pooled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from premortem.ensemble import experts
from premortem.ensemble.experts import POOLED, SHIPPED
from premortem.ensemble.run import draw
from premortem.files import writer
from premortem.questions import futures_under_policies
from premortem.questions.weighted_board import ShortCell, short_board
from premortem.study import Study
from premortem.text.phrases import share
from premortem.text.result import Result

# Futures that are simulated, their seed, and the priors that are marked.
FUTURES, SEED, DECIDING = 2048, 7, 12
# Quantiles of a prior that a form to be filled in shows.
ASKED = (0.05, 0.5, 0.95)
HALF = 0.5


@dataclass(frozen=True, repr=False)
class Deciding(Result):
    """A prior that decides the board: quantiles of it as shipped, and by how much [share of futures] the share of the `assumption` that it
    moves most differs between the futures in its upper third and in its lower one.
    """

    prior: str
    meaning: str
    unit: str
    p5: float
    p50: float
    p95: float
    assumption: str
    effect: float


@dataclass(frozen=True, repr=False)
class Believed(Result):
    """The board of one expert, of all pooled, or as shipped: the share of futures that holds with its 95% interval."""

    expert: str
    cells: tuple[ShortCell, ...]


@dataclass(frozen=True, repr=False)
class ByExpert(Result):
    """The board by expert: the keys of `premortem experts FILE --json`. `told` are the priors that each expert tells of, `untold` those that
    decide the board and that none does; `flips` says, in a sentence each, where experts turn a verdict.
    """

    policy: str
    futures: int
    deciding: tuple[Deciding, ...]
    told: Mapping[str, Sequence[str]]
    untold: tuple[str, ...]
    boards: tuple[Believed, ...]
    flips: tuple[str, ...]


def deciding_priors(study: Study, policy: str | None = None, futures: int = FUTURES) -> tuple[Deciding, ...]:
    """The dozen priors that decide the board under a policy (by default the case's first), the strongest first."""
    policy = _policy(study, policy)
    return _deciding(study, draw(study.priors, "sobol", SEED, 0, futures), policy)


def _deciding(study: Study, values: futures_under_policies.Array, policy: str) -> tuple[Deciding, ...]:
    found = futures_under_policies.of_values(study, values, [], [policy], SEED)
    holds = {name: flags for name, flags in found.holds(policy).items() if name != "all"}
    rows = []
    for i, prior in enumerate(study.priors.rows):
        if not prior.varies or prior.distribution == "categorical":
            continue
        under, over = np.quantile(values[i], [1 / 3, 2 / 3])
        moved = {k: float(x[values[i] > over].mean() - x[values[i] < under].mean()) for k, x in holds.items()}
        most = max(moved, key=lambda name: abs(moved[name]))
        low, middle, high = map(float, prior.quantile(np.array(ASKED)))
        rows.append(Deciding(prior.name, prior.meaning, prior.unit, low, middle, high, most, moved[most]))
    return tuple(sorted(rows, key=lambda row: -abs(row.effect))[:DECIDING])


def board_by_expert(study: Study, path: Path, policy: str | None = None, futures: int = FUTURES) -> ByExpert:
    """The board under a policy (by default the case's first) by each expert of a file, by all pooled, and as shipped, in futures that
    differ in nothing else. Raises `BadInput`, every fault of the file at once.
    """
    policy, told = _policy(study, policy), experts.read(path, study.priors)
    values = draw(study.priors, "sobol", SEED, 0, futures)
    deciding = _deciding(study, values, policy)
    names = tuple(dict.fromkeys(o.expert for o in told))
    boards = tuple(
        Believed(name, _board(study, experts.believed(values, study.priors, told, name), policy))
        for name in (SHIPPED, *names, POOLED)
    )
    return ByExpert(
        policy=policy,
        futures=futures,
        deciding=deciding,
        told={name: [o.prior for o in told if o.expert == name] for name in names},
        untold=tuple(d.prior for d in deciding if d.prior not in {o.prior for o in told}),
        boards=boards,
        flips=tuple(_flips(boards)),
    )


def _policy(study: Study, policy: str | None) -> str:
    chosen = policy or study.case.settings.baseline
    study.law(chosen)  # raises for one that the study has not
    return chosen


def _board(study: Study, values: futures_under_policies.Array, policy: str) -> tuple[ShortCell, ...]:
    return short_board(futures_under_policies.of_values(study, values, [], [policy], SEED), None)


def _flips(boards: Sequence[Believed]) -> list[str]:
    """Where an expert, or all pooled, turns the verdict of the shipped priors by more than sampling."""
    shipped, said = {cell.assumption: cell.holds for cell in boards[0].cells}, []
    for board in boards[1:]:
        for cell in board.cells:
            before, now = shipped[cell.assumption], cell.holds
            if before is None or now is None or cell.low is None or cell.high is None:
                continue
            if (cell.low > HALF >= before) or (cell.high < HALF < before):
                said.append(f"{cell.assumption} {'holds' if now > HALF else 'breaks'} by {board.expert}: {share(now)}, where shipped priors say {share(before)}")  # fmt: skip
    return said


def write_form(rows: Sequence[Deciding], path: Path) -> None:
    """A file for experts to fill in: the priors that decide the board, with the shipped quantiles as an example of one expert.

    Raises `BadInput` where it cannot be written.
    """
    lines = [f"your name,{row.prior},{row.p5:.4g},{row.p50:.4g},{row.p95:.4g}" for row in rows]
    writer.write(path, "\n".join(["expert,prior,p5,p50,p95", *lines]) + "\n", new=True)
