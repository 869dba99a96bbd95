"""Policies against each other over the same futures: regret, robustness, the Pareto set, paired differences."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.errors import BadInput, MissingData, each, raise_all, unknown
from premortem.propositions.tally import Share
from premortem.questions._bounded_memory import in_memory
from premortem.questions._paired import paired
from premortem.questions.instrument_costs import InstrumentCost, instrument_costs, unpriced
from premortem.questions.margins import check_inputs, margins_of
from premortem.questions.robustness import (
    best_in_all,
    comparable,
    performance,
    rank_ranges,
    rankings,
    regret,
    robustness,
    summary,
    unbeaten,
)
from premortem.questions.time import TimeAsymmetry, time_told
from premortem.study import Run, chosen_of
from premortem.text.numbers import count_noun, share
from premortem.text.result import OPTIONAL, Result

Array = NDArray[Any]
Margins = dict[str, dict[str, Array]]


@dataclass(frozen=True, repr=False)
class Regret(Result):
    """What a policy gives up against the best one in the same future [unit of the measure]; None where every future failed under it."""

    mean: float | None
    p90: float | None
    max: float | None


@dataclass(frozen=True, repr=False)
class Difference(Result):
    """Change of a share that holds against the first policy [share of futures], paired over the futures, with its 95% interval; None where
    no future is known under both.
    """

    change: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, repr=False)
class Compared(Result):
    """Policies against each other: the keys of `premortem compare --json`. By policy unless said otherwise."""

    regret: Mapping[str, Regret]
    pareto: tuple[str, ...]  # policies that no other beats in one assumption without losing in another
    rankings: Mapping[str, tuple[str, ...]]  # by metric, the best policy first
    ranks: Mapping[
        str, Mapping[str, tuple[int, int]]
    ]  # by metric and policy, the first and last that sampling leaves open
    scores: Mapping[str, Mapping[str, float | None]]  # by metric and policy, more is better
    disagree: bool
    winners: Mapping[str, str]  # by metric
    shares: Mapping[str, Mapping[str, float | None]]  # by policy and assumption [share of futures]
    intervals: Mapping[str, Mapping[str, tuple[float, float] | None]]  # of these shares, 95%
    regret_by_assumption: Mapping[
        str, Mapping[str, float]
    ]  # by assumption and policy, the mean in the margin's own unit
    differences: Mapping[str, Mapping[str, Difference]]  # by policy and assumption, against the first policy
    weights: Mapping[str, float]  # by assumption
    simulated_now: tuple[str, ...]
    left_out: tuple[str, ...]
    futures: int
    failed: Mapping[str, int]  # futures with a margin that is no number
    compared_in: int  # futures that failed under no policy compared
    warnings: tuple[str, ...]
    costs: Mapping[str, tuple[InstrumentCost, ...]] = field(
        default_factory=dict
    )  # by policy, what no clause says that it puts effort into
    time_asymmetry: TimeAsymmetry | None = field(default=None, metadata=OPTIONAL)

    @property
    def best(self) -> tuple[str, ...]:
        """Policies than which no other does better in any assumption, of those whose share can be told in each."""
        told = {p: [s for s in by.values() if s is not None] for p, by in self.shares.items()}
        whole = {p: shares for p, shares in told.items() if len(shares) == len(self.shares[p])}
        return tuple(best_in_all(whole)) if len(whole) > 1 else ()

    @property
    def least(self) -> tuple[str, ...]:
        """The policies with the least mean regret: several where two digits do not tell them apart."""
        mean = {p: r.mean for p, r in self.regret.items() if r.mean is not None}
        first = self.rankings["mean_regret"][0]
        return tuple(p for p in self.rankings["mean_regret"] if p in mean and f"{mean[p]:.2f}" == f"{mean[first]:.2f}")

    @property
    def may_be_first(self) -> tuple[str, ...]:
        """Policies that may come first by every metric, as far as sampling tells; none where which is best depends on the metric."""
        return tuple(p for p in self.shares if all(by[p][0] == 1 for by in self.ranks.values()))

    @property
    def unweighed(self) -> str:
        """That the average adds margins of different units, and which assumption makes up most of it."""
        sizes = {k: sum(by.values()) * self.weights[k] for k, by in self.regret_by_assumption.items()}
        whole = sum(sizes.values())
        if len(sizes) < 2 or not whole:
            return ""
        most = max(sizes, key=lambda k: sizes[k])
        return f"The average adds margins of different units: {most} makes up {share(sizes[most] / whole)} of the regrets by assumption."


def compare(
    run: Run,
    policies: str | Sequence[str] | None = None,
    weights: Mapping[str, float] | None = None,
    *,
    time: bool = True,
) -> Compared:
    """Regret and robustness of policies.

    By default all policies of the run but history. A policy of the study that the run has not is simulated now, over
    the run's own futures: of a large run, or under a ceiling on memory, its first ones. `weights` by assumption weigh the measure of a policy, which is the
    mean of the margins in their own units; by default all weigh the same. `failed` counts by policy the futures with a margin that is
    no number: they win nothing, and `compared_in` futures are left to compare. With
    `time` the time asymmetry of the first policy is told too.
    """
    run = in_memory(run)
    chosen, ids = _chosen(run, policies), [a.id for a in run.study.assumptions]
    weighed = _weights(ids, weights)
    new = [p for p in chosen if p not in run.policies]
    if new or time:
        check_inputs(run)  # stored and new futures must be of one world
    margins = _margins(run, chosen, ids)
    measures = {p: performance(m, weighed) for p, m in margins.items()}
    failed = {p: int((~_known(m)).sum()) for p, m in margins.items()}
    whole, compared = comparable(measures)
    if not whole.any():
        raise MissingData(f"{run.folder}: no future has finite margins under all of {', '.join(compared or chosen)}")
    every = {p: np.all([m[whole] > 0 for m in margins[p].values()], axis=0) for p in compared}
    told = {p: {k: _share(by[k], run.replicates) for k in ids} for p, by in margins.items()}
    shares = {p: {k: None if np.isnan(share) else share for k, (share, *_) in by.items()} for p, by in told.items()}
    alike = {p: measures[p][whole] for p in compared}
    scores, last = robustness(alike, every), [p for p in chosen if p not in compared]
    # what failed everywhere wins nothing
    ordered = {metric: (*order, *last) for metric, order in rankings(scores).items()}
    ranks = rank_ranges(alike, every, np.flatnonzero(whole))
    winners = {metric: order[0] for metric, order in ordered.items()}
    summed = {p: Regret(**by) for p, by in summary(regret(alike)).items()}
    costs = {p: instrument_costs(run.study, p) for p in chosen}
    return Compared(
        regret=dict.fromkeys(chosen, Regret(None, None, None)) | summed,
        pareto=tuple(unbeaten({p: [s for s in shares[p].values() if s is not None] for p in compared})),
        rankings=ordered,
        ranks={metric: by | dict.fromkeys(last, (len(compared) + 1, len(chosen))) for metric, by in ranks.items()},
        scores={metric: dict.fromkeys(chosen) | by for metric, by in scores.items()},
        disagree=len(set(winners.values())) > 1,
        winners=winners,
        shares=shares,
        intervals={p: _intervals(by) for p, by in told.items()},
        regret_by_assumption=_by_assumption({p: margins[p] for p in compared}, ids),
        differences=_differences(margins, ids),
        weights=weighed,
        simulated_now=tuple(new),
        left_out=tuple(p for p in run.policies if p == run.study.case.settings.record and p not in chosen),
        futures=run.futures,
        failed=failed,
        compared_in=int(whole.sum()),
        costs=costs,
        warnings=(*_warnings(failed, int(whole.sum()), run.futures), *unpriced(costs)),
        time_asymmetry=time_told(run.study, chosen[0]) if time else None,
    )


def _intervals(told: Mapping[str, tuple[float, float, float]]) -> dict[str, tuple[float, float] | None]:
    """Intervals of shares by assumption; None where there is no share."""
    return {k: None if np.isnan(low) else (low, high) for k, (_, low, high) in told.items()}


def _known(margins: Mapping[str, Array]) -> Array:
    """Futures in which every margin is a number."""
    return np.asarray(np.all([np.isfinite(m) for m in margins.values()], axis=0))


def _share(margins: Array, replicates: int) -> tuple[float, float, float]:
    """Share of the futures that did not fail in which a margin holds, with its 95% interval; NaN where all failed."""
    counted = Share(replicates)
    counted.add(margins > 0, failed=~np.isfinite(margins))
    return counted.interval()


def _warnings(failed: Mapping[str, int], whole: int, futures: int) -> list[str]:
    """What a reader must know of futures that failed."""
    said = [
        f"{n:,} of {count_noun(futures, 'future')} failed under {p}: a margin is no number there"
        for p, n in failed.items()
        if n
    ]
    if said:
        said.append(
            f"regret and robustness are compared in the {count_noun(whole, 'future')} that failed under no policy compared"
        )
    return said


def weights_of(texts: Sequence[str]) -> dict[str, float]:
    """Weights by assumption from texts as `X1=2`. Raises `BadInput` for anything else, and for one that is weighed twice."""
    told = each(_weight, texts)
    twice = [name for name, times in Counter(name for name, _ in told).items() if times > 1]
    allowed = "each assumption once"
    raise_all(
        [BadInput("command line", "--weigh", f"{name} is weighed more than once", allowed=allowed) for name in twice]
    )
    return dict(told)


def _weight(text: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        return name.upper(), float(value)
    except ValueError:
        raise BadInput(
            "command line",
            "--weigh",
            f"not a weight: {text}",
            got=text,
            allowed="ASSUMPTION=NUMBER, the id of an assumption and its weight",
        ) from None


def _chosen(run: Run, policies: str | Sequence[str] | None) -> list[str]:
    usual = [p for p in run.policies if p != run.study.case.settings.record]
    chosen = [*chosen_of("compare", policies, usual)]
    known = list(dict.fromkeys([*run.policies, *run.study.policies]))
    raise_all([unknown("POLICY", "not in this run or study", name, known) for name in chosen if name not in known])
    if len(chosen) < 2:
        what = "needs two policies or more"
        raise BadInput("command line", "POLICY", what, got=", ".join(chosen), allowed=", ".join(known))
    return chosen


def _weights(ids: Sequence[str], weights: Mapping[str, float] | None) -> dict[str, float]:
    given = {k.upper(): v for k, v in (weights or {}).items()}
    for name, value in given.items():
        if name not in ids or not (np.isfinite(value) and value >= 0):
            got = f"{name}={value:g}"
            raise BadInput("command line", "--weigh", "no such weight", got=got, allowed=f"{', '.join(ids)}; 0 or more")
    weighed = {k: float(given.get(k, 1.0)) for k in ids}
    if not any(weighed.values()):
        raise BadInput("command line", "--weigh", "all weights are 0", got="0", allowed="one above 0 at least")
    return weighed


def _margins(run: Run, chosen: Sequence[str], ids: Sequence[str]) -> Margins:
    made: Margins = {}
    for policy in chosen:
        if policy in run.policies:
            stored = run.columns(policy, [f"margin.{k}" for k in ids])
            made[policy] = {k: stored[f"margin.{k}"] for k in ids}
        else:
            fresh = margins_of(run.study, run.parameters(), run.study.levers(policy))
            made[policy] = dict(zip(ids, fresh, strict=True))
    return made


def _by_assumption(margins: Margins, ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """Mean regret in each assumption's own margin and unit, over the futures that failed under no policy."""
    found = {}
    for k in ids:
        by = {p: m[k].astype(float) for p, m in margins.items()}
        known = _known(by)
        found[k] = {p: float(r.mean()) for p, r in regret({p: m[known] for p, m in by.items()}).items()}
    return found


def _differences(margins: Margins, ids: Sequence[str]) -> dict[str, dict[str, Difference]]:
    """Change of each share that holds against the first policy, paired over the futures, with its 95% interval."""
    first, *others = margins
    held = {p: {k: np.where(np.isfinite(m), m > 0, np.nan) for k, m in by.items()} for p, by in margins.items()}
    return {p: {k: _interval(held[p][k] - held[first][k]) for k in ids} for p in others}


def _interval(difference: Array) -> Difference:
    """A paired change; nothing where no future is known under both."""
    found = paired(difference)
    return Difference(*(None if np.isnan(v) else v for v in (found.effect, found.low, found.high)))


def spans(kept: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last place of each stretch in which something is kept."""
    padded = np.diff(np.concatenate([[0], np.asarray(kept, int), [0]]))
    return list(zip(np.flatnonzero(padded == 1).tolist(), (np.flatnonzero(padded == -1) - 1).tolist(), strict=True))
