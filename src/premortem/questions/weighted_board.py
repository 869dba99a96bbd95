"""The board of a run by what was known on a day, and with paths of policy that futures draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from premortem.case import Case
from premortem.errors import BadInput
from premortem.propositions import score
from premortem.propositions.board_cells import BoardCell, cells
from premortem.questions import futures_under_policies
from premortem.questions._bounded_memory import in_memory
from premortem.questions.day_limits import law_known
from premortem.questions.futures_under_policies import Array, Futures
from premortem.questions.policy_paths import DRAWN, along
from premortem.questions.redraw import redraw
from premortem.study import Run, Study
from premortem.text.numbers import day_in_words
from premortem.text.result import OPTIONAL, Result
from premortem.watch import quantities, reading_files
from premortem.watch.quantities import Quantity
from premortem.watch.readings import Reading
from premortem.watch.weights import Told, Weights, weigh, weighted_shares


@dataclass(frozen=True, repr=False)
class ShortCell(Result):
    """A cell of a board in short: the (weighted) share of futures that holds with its 95% interval; `all` is all assumptions at once.
    None where no futures are left to tell it.
    """

    assumption: str
    policy: str
    holds: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, repr=False)
class BoardWeights(Result):
    """What the shares of a weighted board rest on: how they are called, effective futures, how far the weights were tempered, whether they
    have `collapsed`, so that no share is told; readings by their labels.
    """

    as_of: date
    says: str
    futures: int
    effective_futures: float
    tempering: float
    collapsed: bool
    readings: tuple[str, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Board(Result):
    """The board of a run: the keys of `premortem board --json`. `non_finite` counts by
    policy the futures with a result that is not finite. Where it is weighted, `weights`, and the same with all futures counted alike.
    """

    board: tuple[BoardCell, ...]
    board_unweighted: tuple[BoardCell, ...] | None = field(default=None, metadata=OPTIONAL)
    non_finite: Mapping[str, int] = field(default_factory=dict)
    weights: BoardWeights | None = field(default=None, metadata=OPTIONAL)


def weigh_run(run: Run, as_of: date) -> Weights:
    """Weights of a run's futures, of a large run's first ones, by the readings known on a day.

    Raises `BadInput` for a day in the future.
    """
    run, under = in_memory(run), reading_policy(run.study.case, run.policies, as_of)
    found = futures_under_policies.stored(run, asked_of(run.study, as_of), [under], on=as_of)
    return weigh_by_record(found, as_of)


def weigh_by_record(found: Futures, as_of: date, own: Sequence[Reading] = ()) -> Weights:
    """Weights by the record known on a day, in which `own` readings take the place of those of the same period."""
    case, every = found.study.case, quantities.shipped_quantities(found.study.case)
    known = replace_readings(found.study.readings.telling(as_of), own, every)
    return weigh(found.columns[reading_policy(case, found.policies, as_of)], known, every)


def asked_of(study: Study, as_of: date) -> futures_under_policies.Asked:
    """Quantities on days that the weights of a day need. Raises `BadInput` for a day in the future."""
    return [
        (quantities.shipped_quantities(study.case)[r.quantity], r.over)
        for r in study.readings.known(past(study.case, as_of))
    ]


def past(case: Case, as_of: date, earliest: date | None = None) -> date:
    """The day. Raises `BadInput` for one in the future, of which nothing can be known, and for one before the `earliest`, by default the day
    of the case: the priors hold what was known by then.
    """
    first, last = earliest or case.settings.day, reading_files.latest_day(case)
    allowed = f"{first} to {last}"
    if as_of > last:
        raise BadInput("command line", "as of", "lies in the future", got=as_of, allowed=allowed)
    if as_of < first:
        what = (
            f"nothing of the record was known on {as_of}"
            if earliest
            else f"the priors know what was known by {first}, so no earlier day can be told"
        )
        raise BadInput("command line", "as of", what, got=as_of, allowed=allowed)
    return as_of


def reading_policy(case: Case, policies: Sequence[str], as_of: date) -> str:
    """Policy under which readings are compared: what became of the law, once anything had become of it, else the baseline of the case."""
    settings = case.settings
    first = settings.record if reading_files.shipped_readings(case).happened(as_of, case) else settings.baseline
    return next(name for name in (first, settings.baseline, *policies) if name in policies)


def replace_readings(known: Sequence[Reading], own: Sequence[Reading], every: Mapping[str, Quantity]) -> list[Reading]:
    """The record, with own readings in the place of its own for the same quantity and period."""
    again = {every[r.quantity].column(r.over) for r in own}
    return [*(r for r in known if every[r.quantity].column(r.over) not in again), *own]


def weight_words(as_of: date) -> str:
    """How weighted shares are named to people."""
    return f"weighted share, by what was known on {day_in_words(as_of)}"


def settle(
    found: Futures,
    asked: futures_under_policies.Asked,
    as_of: date,
    own: Sequence[Reading] = (),
    effective: int | None = None,
) -> tuple[Futures, Weights]:
    """Futures with weights by the record and `own` readings; drawn anew by them where the weights of those at hand collapse, or leave fewer
    than so many `effective` ones.
    """
    weights = weigh_by_record(found, as_of, own)
    if not weights.collapsed and weights.effective >= (effective or 0):
        return found, weights
    under = reading_policy(found.study.case, found.policies, as_of)
    every = quantities.shipped_quantities(found.study.case)
    readings = replace_readings(found.study.readings.telling(as_of), own, every)
    return redraw(found.study, readings, under, found.policies, asked, found.seed, effective=effective)


def board_of(run: Run, as_of: date | None = None, drawn: bool = False, effective: int | None = None) -> Board:
    """The board of a run: weighted by what was known on a day if given, and with drawn paths of policy if asked. Where the weights
    collapse, or leave fewer than so many `effective` futures, others are drawn anew by what was known.

    Drawn paths are simulated for the first futures only. Raises `BadInput` for a day in the future.
    """
    drawn_rows = _drawn_cells(run, as_of, None) if drawn else ()
    if as_of is None:
        return Board((*run.board_rows(), *drawn_rows), non_finite=_counted(run))
    found, weights = settle_run(run, as_of, effective)
    rows, alike = weighted_cells(run, found, weights), (*cells_of_law(run, as_of), *drawn_rows)
    if drawn and not weights.redrawn:
        rows += weighted_rows(_drawn_cells(run, as_of, weights.values), weights)
    return Board(rows, alike, _counted(run), _weights(run, as_of, weights))


def settle_run(run: Run, as_of: date, effective: int | None = None) -> tuple[Futures, Weights]:
    """Futures of a run, of a large one its first, weighted by what was known on a day, or drawn anew by it (see `settle`)."""
    run = in_memory(run)
    asked, under = asked_of(run.study, as_of), reading_policy(run.study.case, run.policies, as_of)
    found = futures_under_policies.stored(run, asked, under=[under], on=as_of)
    return settle(found, asked, as_of, effective=effective)


def cells_of_law(run: Run, as_of: date) -> tuple[BoardCell, ...]:
    """The board of a run by the priors alone, under the law as it was known on a day."""
    rows, cut = run.board_rows(), run.study.on(as_of).cut
    if not cut:
        return rows
    known = {c.assumption: c for c in weighted_cells(run, *all_alike(run, as_of)) if c.policy in cut}
    return tuple(known[row.assumption] if row.policy in cut else row for row in rows)


def all_alike(run: Run, as_of: date) -> tuple[Futures, Weights]:
    """Futures of a run, of a large one its first, that all count alike: by the priors alone, under the law as it was known on a day."""
    found = futures_under_policies.stored(in_memory(run), [], under=[], on=as_of)
    each = np.full(found.count, 1 / found.count)
    return found, Weights(each, found.count, found.count, 1.0, float("nan"), (), (), ())


def weighted_cells(run: Run, found: Futures, weights: Weights) -> tuple[BoardCell, ...]:
    """The board of futures of a run with their weights."""
    replicates = 0 if weights.redrawn else run.replicates
    rows = cells(score.board(found.margins, run.study.assumptions, replicates, weights.values, found.forms))
    return weighted_rows(_by_worth(rows, found, weights), weights)


def _by_worth(rows: Sequence[BoardCell], found: Futures, weights: Weights) -> tuple[BoardCell, ...]:
    """Cells with intervals by what redrawn futures are worth; as they are where none were."""
    if not weights.redrawn:
        return tuple(rows)
    told = {policy: _told(found, policy, weights) for policy in found.policies}
    return tuple(_with_interval(row, *told[row.policy][row.assumption][1:]) for row in rows)


def _with_interval(row: BoardCell, low: float | None, high: float | None) -> BoardCell:
    return replace(
        row, low=low, high=high, bands={**row.bands, "sampling": None if low is None or high is None else [low, high]}
    )


def _weights(run: Run, as_of: date, found: Weights) -> BoardWeights:
    return BoardWeights(
        as_of=as_of,
        says=weight_words(as_of),
        futures=run.futures,
        effective_futures=found.at_full_strength,
        tempering=found.tempering,
        collapsed=found.collapsed,
        readings=tuple(r.label for r in found.used),
        left_out=tuple(found.left_out),
        warnings=(*found.warnings, *law_known(run.study.on(as_of), as_of)),
    )


def weighted_rows(rows: Sequence[BoardCell], weights: Weights | None) -> tuple[BoardCell, ...]:
    """Cells of a weighted board; every share is None where the weights have collapsed, since no futures are left to tell it."""
    if weights is None or not weights.collapsed:
        return tuple(rows)
    return tuple(
        replace(
            row,
            holds=None,
            low=None,
            high=None,
            fails_on={},
            alone={},
            fails_words=None,
            bands={},
            by_form={},
            by_interpretation={},
            decided=None,
        )
        for row in rows
    )


def _counted(run: Run) -> dict[str, int]:
    return {policy: len(futures) for policy, futures in run.non_finite.items()}


def _drawn_cells(run: Run, as_of: date | None, weights: Array | None) -> tuple[BoardCell, ...]:
    margins = drawn_margins(run, as_of)
    few = None if weights is None else weights[: len(next(iter(margins.values())))]
    return cells(score.board({DRAWN: margins}, run.study.assumptions, run.replicates, few))


def drawn_margins(run: Run, as_of: date | None = None) -> dict[str, Array]:
    """Margins of the first futures of a run along paths of policy that they draw, each of shape (future,)."""
    study, as_of = run.study, as_of or run.study.case.settings.day
    under = run.policies[:1]
    found = futures_under_policies.stored(run, [], under, first=futures_under_policies.AT_ONCE)
    return along(
        study, run.seed, found.values, found.paths(as_of, study.readings.happened(as_of, study.case)), []
    ).margins()


def short_board(found: Futures, weights: Weights | None) -> tuple[ShortCell, ...]:
    """Assumption by policy: the (weighted) share that holds and its interval, `all` for all at once."""
    return tuple(
        ShortCell(name, policy, *told)
        for policy in found.policies
        for name, told in _told(found, policy, weights).items()
    )


def _told(found: Futures, policy: str, weights: Weights | None) -> dict[str, Told]:
    """Shares among the futures that did not fail under the policy."""
    known, holds = found.known([policy]), found.holds(policy)
    if known.all():
        return weighted_shares(holds, weights)
    if not known.any():
        return dict.fromkeys(holds, (None, None, None))
    left = None if weights is None else replace(weights, values=weights.values[known] / weights.values[known].sum())
    return weighted_shares({name: flags[known] for name, flags in holds.items()}, left)
