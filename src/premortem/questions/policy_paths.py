"""Futures along paths of policy that they draw: an event leads to another policy or sets levers, in the step in which it comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from premortem.case import year_of
from premortem.questions.futures_under_policies import Array, Asked, Futures, observe, observer_of, simulate
from premortem.study import Study
from premortem.watch import process
from premortem.watch.process import Paths
from premortem.watch.quantities import last_day

# What a path of policy is called among policies.
DRAWN = "drawn"


@dataclass(frozen=True)
class Drawn:
    """The same futures on the paths that they drew."""

    paths: Paths
    found: Futures  # under each policy that some path comes to, with each future's own events

    def columns(self, asked: Asked) -> dict[str, Array]:
        """Quantities on days, each future under the policy that its own path has come to by the day."""
        mixed: dict[str, Array] = {}
        for quantity, on in asked:
            column = quantity.column(on)
            if column not in self.found.outside and column not in mixed:
                by_policy = {policy: {column: held[column]} for policy, held in self.found.columns.items()}
                mixed |= process.mix(by_policy, self.paths.policy(last_day(on)))
        return mixed

    def margins(self) -> dict[str, Array]:
        """Margins of assumptions and conditions, by name."""
        return process.mix(self.found.margins, self.paths.policy(_decided_by(self.found.study)))


def along(study: Study, seed: int, values: Array, paths: Paths, asked: Asked, *, scored: bool = True) -> Drawn:
    """Futures simulated along paths: `values` of the uncertainties, (parameter, future), and what is asked of them.

    A future is simulated under the policies that its path comes to by a day that is asked about; under the others it is NaN. Where it is not
    `scored` there are no margins, and it takes a fifth of the time: no step is simulated after the last that is asked about.
    """
    observer, own = observer_of(study, asked), levers_of(study, paths)
    days = {last_day(on) for _, on in asked}
    led = [paths.policy(day) for day in (days | {_decided_by(study)} if scored else days)]
    both = {}
    for policy in process.leads(study.case) if led else ():
        at = np.flatnonzero(np.any([names == policy for names in led], axis=0))
        if len(at):
            there = {name: x[:, at] for name, x in own[policy].items()}
            given = study, values[:, at], study.levers(policy), observer
            found = simulate(*given, there) if scored else ({}, observe(*given, own=there))
            both[policy] = [_spread(columns, at, values.shape[1]) for columns in found]
    margins, columns = ({p: pair[i] for p, pair in both.items()} for i in (0, 1))
    return Drawn(paths, Futures(study, seed, values, margins, columns, frozenset(observer.outside)))


def _decided_by(study: Study) -> date:
    """Day by which the policy that a path has come to decides its margins: the end of the year at which the case names futures."""
    return date(year_of(study.case.steps.named), 12, 31)


def _spread(columns: Mapping[str, Array], at: Array, count: int) -> dict[str, Array]:
    """Columns of some futures among `count`, the others NaN."""
    found = {name: np.full(count, np.nan, x.dtype) for name, x in columns.items()}
    for name, x in columns.items():
        found[name][at] = x
    return found


def levers_of(study: Study, paths: Paths) -> dict[str, dict[str, Array]]:
    """Levers that events set, by policy and name, each of shape (step, future)."""
    middle = np.asarray(study.case.world.times())[:, None]
    setting = [event for event in process.events(study.case).values() if event.sets]
    strictest = study.levers(study.case.settings.strictest) if setting else None
    found: dict[str, dict[str, Array]] = {}
    for policy in process.leads(study.case):
        pulled, found[policy] = study.levers(policy), {}
        for event in setting:
            stands = paths.times[event.id][None] <= middle
            if event.undone_by:
                stands &= paths.times[event.undone_by][None] > middle
            for lever in event.sets:
                # as it stands at the end of the horizon, when the strictest policy has begun with everything
                found[policy][lever] = np.where(stands, getattr(strictest, lever)[-1], getattr(pulled, lever)[:, None])
    return found
