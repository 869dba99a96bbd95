"""Futures drawn anew by what was read, where too few of those that were drawn agree with it to tell a share."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np

from premortem.case import Levers
from premortem.progress import LOG
from premortem.questions import futures_under_policies
from premortem.questions.futures_under_policies import Array, Asked, Futures
from premortem.study import Study
from premortem.watch import quantities, smc
from premortem.watch.quantities import Observer
from premortem.watch.readings import Reading
from premortem.watch.weights import Weights, misfits

# Futures that are drawn: a share is known to a point or so by as many.
COUNT = 2048
# Where a number of effective ones is wanted, further lots are drawn as those before say are needed, and never more than `MOST` times the
# number that is wanted: a share of hardly any futures says little of how many are needed.
MOST = 4


class _Grown:
    """Lots of futures that were drawn so far."""

    def __init__(self, first: smc.Lot) -> None:
        self.last, self.drawn, self.lock = first, [first.drawn], Lock()

    def of(self, many: int, misfits: smc.Misfits) -> smc.Drawn:
        """The first so many, further ones drawn where there are fewer."""
        with self.lock:
            while len(self.drawn) < many:
                self.last = smc.next_lot(self.last, misfits)
                self.drawn.append(self.last.drawn)
                LOG.info("drawing futures by what was read: %s of %s lots", len(self.drawn), many)
            return smc.together(self.drawn[:many])


# By study and by what they were drawn by: a board, what to watch and a brief ask for the same futures, and who asks for more goes on from
# those that are there.
_DRAWN: WeakKeyDictionary[Study, dict[tuple[object, ...], _Grown]] = WeakKeyDictionary()


def redraw(
    study: Study,
    readings: Sequence[Reading],
    under: str,
    policies: Sequence[str],
    asked: Asked,
    seed: int,
    count: int | None = None,
    effective: int | None = None,
) -> tuple[Futures, Weights]:
    """Futures by the posterior of all readings, which are read `under` a policy, with margins under `policies` and what is `asked`; and
    weights that count them alike and say how many independent futures they are worth: at least `effective` where that is given, for which
    more are drawn.

    Readings outside the simulated steps are left out. Raises `MissingData` where no future comes near them.
    """
    wanted, size = effective or 0, count or COUNT
    drawn, used = draw_by(study, readings, under, seed, size)
    found = futures_under_policies.of_values(study, values_of(study, drawn.z), asked, policies, seed)
    while (worth := _worth(drawn, found)) < wanted and found.count < MOST * wanted:
        lots, most = found.count // size, math.ceil(MOST * wanted / size)
        drawn, _ = draw_by(
            study, readings, under, seed, size, min(max(math.ceil(lots * wanted / worth), lots + 1), most)
        )
        fresh = values_of(study, drawn.z[:, found.count :])
        found = found.joined(futures_under_policies.of_values(study, fresh, asked, policies, seed))
    short = f", fewer than the {effective:,} asked for" if worth < wanted else ""
    note = f"Too few futures agree with the readings, so {found.count:,} were drawn anew by them, worth {worth:,.0f} independent ones{short}."
    left_out = tuple(r.label for r in readings if r not in used)
    alike = np.full(found.count, 1 / found.count)
    return found, Weights(alike, worth, worth, 1.0, float("nan"), tuple(used), left_out, (note,), redrawn=True)


def _worth(drawn: smc.Drawn, found: Futures) -> float:
    return least_worth(drawn, (flags for policy in found.policies for flags in found.holds(policy).values()))


def draw_by(
    study: Study, readings: Sequence[Reading], under: str, seed: int, size: int | None = None, lots: int = 1
) -> tuple[smc.Drawn, list[Reading]]:
    """Futures by the posterior of readings, which are read `under` a policy, as scores, so many `lots` of a `size`; and the readings that lie
    in the simulated steps.
    """
    every, size = quantities.shipped_quantities(study.case), size or COUNT
    observer = futures_under_policies.observer_of(study, [(every[r.quantity], r.over) for r in readings])
    used = tuple(r for r in readings if every[r.quantity].column(r.over) in observer.expressions)
    read_by = _Read(study, used, study.levers(under), observer)
    key, held = (used, under, seed, size), _DRAWN.setdefault(study, {})
    if key not in held:
        held[key] = _Grown(smc.first_lot(read_by, len(study.priors.rows), size, seed))
    return held[key].of(lots, read_by), list(used)


@dataclass(frozen=True)
class _Read:
    """How far futures of scores (parameter, future) lie off readings."""

    study: Study
    readings: Sequence[Reading]
    pulled: Levers
    observer: Observer

    def __call__(self, z: Array) -> Array:
        """Of shape (reading, future)."""
        values = self.study.compiled.at_scores(z)
        read = futures_under_policies.observe(self.study, values, self.pulled, self.observer)
        return misfits(read, self.readings, quantities.shipped_quantities(self.study.case))


def prepare(study: Study) -> None:
    """Compile what drawing needs, so that the first reading does not wait for it; nothing for a model of the user's own."""
    if study.simulate.function is not None:
        return
    values = study.compiled.at_scores(np.zeros((len(study.priors.rows), COUNT)))
    futures_under_policies.observe(study, values, study.levers(study.policies[0]), study.observer, frozenset())


def values_of(study: Study, z: Array) -> Array:
    """Values of the uncertainties at independent standard normal scores, (parameter, future)."""
    return study.priors.from_scores(z).astype(np.float32)


def least_worth(drawn: smc.Drawn, verdicts: Iterable[Array]) -> float:
    """Independent futures that verdicts, each of shape (future,), are worth, of the one that is worth the fewest."""
    each = [drawn.worth(flags) for flags in verdicts]
    return float(np.nanmin(each)) if not np.all(np.isnan(each)) else float(len(drawn.roots))
