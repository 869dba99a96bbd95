"""Futures drawn anew by what was read, where too few of those that were drawn agree with it to tell a share."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from premortem.case import Levers
from premortem.ensemble.cores import side_by_side
from premortem.ensemble.part import called
from premortem.questions import futures_under_policies
from premortem.questions.futures_under_policies import Array, Asked, Futures
from premortem.study import Study, model
from premortem.watch import quantities, smc
from premortem.watch.quantities import Observer
from premortem.watch.readings import Reading
from premortem.watch.weights import Weights, misfits

# Futures that are drawn: a share is known to a point or so by as many.
COUNT = 2048
# Where a number of effective ones is wanted, so many times what the draw before says is needed is drawn next, since further ones of the same
# ancestors are worth less, no more often than `TRIES` and never more than `MOST` times the number that is wanted: a share of hardly any
# futures says little of how many are needed.
SPARE, TRIES, MOST = 1.3, 3, 4
# Futures that were drawn, by study and by what they were drawn by.
_DRAWN: WeakKeyDictionary[Study, dict[tuple[object, ...], smc.Drawn]] = WeakKeyDictionary()


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
    count, worth = count or COUNT, 0.0
    for _ in range(TRIES if effective else 1):
        drawn, used = draw_by(study, readings, under, seed, count)
        found = futures_under_policies.of_values(study, values_of(study, drawn.z), asked, policies, seed)
        worth = least_worth(drawn, (flags for policy in found.policies for flags in found.holds(policy).values()))
        if worth >= (effective or 0):
            break
        wanted = effective or 0
        count = math.ceil(min(SPARE * wanted * found.count / worth, max(MOST * wanted, found.count)))
    short = f", fewer than the {effective:,} asked for" if effective and worth < effective else ""
    note = f"Too few futures agree with the readings, so {found.count:,} were drawn anew by them, worth {worth:,.0f} independent ones{short}."
    left_out = tuple(r.label for r in readings if r not in used)
    alike = np.full(found.count, 1 / found.count)
    return found, Weights(alike, worth, worth, 1.0, float("nan"), tuple(used), left_out, (note,), redrawn=True)


def draw_by(
    study: Study,
    readings: Sequence[Reading],
    under: str,
    seed: int,
    count: int | None = None,
) -> tuple[smc.Drawn, list[Reading]]:
    """Futures by the posterior of readings, which are read `under` a policy, as scores; and the readings that lie in the simulated steps."""
    every = quantities.shipped_quantities(study.case)
    observer = futures_under_policies.observer_of(study, [(every[r.quantity], r.over) for r in readings])
    used = tuple(r for r in readings if every[r.quantity].column(r.over) in observer.expressions)
    read_by = _Read(study, used, study.levers(under), observer)
    key, held = (used, under, seed, count := count or COUNT), _DRAWN.setdefault(study, {})
    if key not in held:  # a board, what to watch and a brief ask for the same futures
        held[key] = smc.draw(read_by, len(study.priors.rows), count, seed)
    return held[key], list(used)


@dataclass(frozen=True)
class _Read:
    """How far futures of scores (parameter, future) lie off readings, in chunks side by side on all cores."""

    study: Study
    readings: Sequence[Reading]
    pulled: Levers
    observer: Observer

    def __call__(self, z: Array) -> Array:
        """Of shape (reading, future)."""
        few = futures_under_policies.SHARED if z.shape[1] <= futures_under_policies.SHARED else 0
        size = model.SMALL if few else called(self.study.compiled.forward)
        return np.concatenate(
            [*side_by_side(lambda at: self._of(z[:, at : at + size], few), range(0, z.shape[1], size))], axis=1
        )

    def _of(self, z: Array, few: int) -> Array:
        values = values_of(self.study, z)
        read = futures_under_policies.observe(self.study, values, self.pulled, self.observer, few)
        return misfits(read, self.readings, quantities.shipped_quantities(self.study.case))


def values_of(study: Study, z: Array) -> Array:
    """Values of the uncertainties at independent standard normal scores, (parameter, future)."""
    priors = study.priors
    return priors.from_normal(priors.copula.mix(z) if priors.copula else z).astype(np.float32)


def least_worth(drawn: smc.Drawn, verdicts: Iterable[Array]) -> float:
    """Independent futures that verdicts, each of shape (future,), are worth, of the one that is worth the fewest."""
    each = [drawn.worth(flags) for flags in verdicts]
    return float(np.nanmin(each)) if not np.all(np.isnan(each)) else float(len(drawn.roots))
