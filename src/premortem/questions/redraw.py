"""Futures drawn anew by what was read, where too few of those that were drawn agree with it to tell a share."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np

from premortem.questions import futures_under_policies
from premortem.questions.futures_under_policies import Array, Asked, Futures
from premortem.study import Study
from premortem.watch import quantities, smc
from premortem.watch.readings import Reading
from premortem.watch.weights import Weights, joint_log_likelihood

# Futures that are drawn: a share is known to a point or so by as many.
COUNT = 2048
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
) -> tuple[Futures, Weights]:
    """Futures by the posterior of all readings, which are read `under` a policy, with margins under `policies` and what is `asked`; and
    weights that count them alike and say how many independent futures they are worth.

    Readings outside the simulated steps are left out. Raises `MissingData` where no future comes near them.
    """
    drawn, used = draw_by(study, readings, under, seed, count)
    found = futures_under_policies.of_values(study, values_of(study, drawn.z), asked, policies, seed)
    worth, count = _worth(found, drawn.roots), len(drawn.roots)
    note = f"Too few futures agree with the readings, so {count:,} were drawn anew by them, worth {worth:,.0f} independent ones."
    left_out = tuple(r.label for r in readings if r not in used)
    alike = np.full(count, 1 / count)
    return found, Weights(alike, worth, worth, 1.0, float("nan"), tuple(used), left_out, (note,), redrawn=True)


def draw_by(
    study: Study, readings: Sequence[Reading], under: str, seed: int, count: int | None = None
) -> tuple[smc.Drawn, list[Reading]]:
    """Futures by the posterior of readings, which are read `under` a policy, as scores; and the readings that lie in the simulated steps."""
    every, count = quantities.shipped_quantities(study.case), count or COUNT
    observer = futures_under_policies.observer_of(study, [(every[r.quantity], r.over) for r in readings])
    used = [r for r in readings if every[r.quantity].column(r.over) in observer.expressions]
    pulled = study.levers(under)

    def log_likelihood(z: Array) -> Array:
        read = futures_under_policies.observe(study, values_of(study, z), pulled, observer)
        return joint_log_likelihood(read, used, every)

    key = (tuple(used), under, seed, count)
    held = _DRAWN.setdefault(study, {})
    if key not in held:  # a board, what to watch and a brief ask for the same futures
        held[key] = smc.draw(log_likelihood, len(study.priors.rows), count, seed)
    return held[key], used


def values_of(study: Study, z: Array) -> Array:
    """Values of the uncertainties at independent standard normal scores, (parameter, future)."""
    priors = study.priors
    return priors.from_normal(priors.copula.mix(z) if priors.copula else z).astype(np.float32)


def _worth(found: Futures, roots: Array) -> float:
    """Independent futures that the verdicts are worth, of the one that is worth the fewest."""
    each = [smc.effective_number(flags, roots) for policy in found.policies for flags in found.holds(policy).values()]
    return float(np.nanmin(each)) if not np.all(np.isnan(each)) else float(len(roots))
