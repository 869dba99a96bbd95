"""Designs by name: which futures are tried, and which policies where some are drawn from the levers' ranges.

Sobol and Monte Carlo futures follow from (seed, index) alone; a Latin hypercube, a full factorial, Morris trajectories and a Saltelli sample are
wholes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from premortem.ensemble import design
from premortem.errors import BadInput, unknown
from premortem.problem.levers import Lever
from premortem.problem.model_values import LeverValues
from premortem.problem.uncertainties import Uncertainty
from premortem.text.numbers import count_noun

Array = NDArray[Any]
Sampler = Literal["sobol", "lhs", "montecarlo", "factorial", "morris", "saltelli"]
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
# Other names of the same.
ALIASES = {
    "monte_carlo": "montecarlo", "mc": "montecarlo", "random": "montecarlo", "latin": "lhs", "latin_hypercube": "lhs",
    "full_factorial": "factorial", "ff": "factorial",
}  # fmt: skip
MOST = 100_000_000
# Dimensions that SciPy has direction numbers for.
MOST_SOBOL = qmc.Sobol.MAXDIM
# Levels of Morris's grid.
LEVELS = 4
# Chance at which a grid ends where a prior has no end: further out one unlikely value would count as much as all others.
TAIL = 0.01
# A quantile at chance 0 or 1 beyond this is no end: infinity as a whole number is one of 19 digits.
ENDLESS = 1e15


def named(sampler: str) -> Sampler:
    """A sampler by its name. Raises `BadInput`."""
    found = ALIASES.get(str(sampler).lower(), str(sampler).lower())
    if found not in SAMPLERS:
        raise unknown("design", "no such design", str(sampler), [*SAMPLERS], file="run")
    return found


def replicates(sampler: Sampler) -> int:
    """Independent parts of a design, whose spread gives intervals; 0 where it has none."""
    return design.REPLICATES if sampler == "sobol" else 0


def size(sampler: Sampler, futures: int, uncertainties: Sequence[Uncertainty]) -> int:
    """How many futures a design has when so many are asked for: the largest whole one that is no larger, or the least."""
    if isinstance(futures, bool) or not isinstance(futures, int | np.integer) or not 1 <= futures <= MOST:
        raise BadInput("futures", "", f"is {futures!r}", got=futures, allowed=f"a whole number from 1 to {MOST:,}")
    d = sum(u.varies for u in uncertainties)
    if sampler == "sobol" and len(uncertainties) > MOST_SOBOL:
        what = f"has {len(uncertainties):,} dimensions, more than a Sobol sequence has"
        raise BadInput(
            "design", "sobol", what, got=len(uncertainties), allowed=f'up to {MOST_SOBOL:,}; or design="montecarlo"'
        )
    if sampler == "factorial":
        whole = int(np.prod([float(n) for n in _levels(futures, uncertainties)]))
        if whole > MOST:
            raise BadInput(
                "design",
                "factorial",
                f"of {count_noun(len(uncertainties), 'uncertainty')} has {whole:.2g} futures at least",
                allowed='design="sobol"',
            )
        return whole
    if sampler == "morris":
        return max(futures // (d + 1), 2) * (d + 1)
    if sampler == "saltelli":
        return 2 ** max(int(np.log2(max(futures // (2 * d + 2), 2))), 1) * (2 * d + 2)
    return int(futures)


def chances(sampler: Sampler, uncertainties: Sequence[Uncertainty], seed: int, futures: int) -> Array:
    """Chances in (0, 1) of all futures of a design of that `size`, (uncertainty, future)."""
    n = len(uncertainties)
    if not n:
        return np.zeros((0, futures))
    if sampler == "sobol" or sampler == "montecarlo":
        return design.uniforms(sampler, n, seed, 0, futures)
    if sampler == "lhs":
        return _inside(qmc.LatinHypercube(n, rng=np.random.default_rng(seed)).random(futures).T)
    if sampler == "factorial":
        return _factorial(uncertainties, futures)
    varying = [i for i, u in enumerate(uncertainties) if u.varies]
    made = np.full((n, futures), 0.5)
    few = _morris(len(varying), seed, futures) if sampler == "morris" else _saltelli(len(varying), seed, futures)
    made[varying] = few if sampler == "saltelli" else _ended(few, [uncertainties[i] for i in varying])
    return made


def policies(count: int, levers: Sequence[Lever], seed: int) -> Mapping[str, LeverValues]:
    """So many policies by a Latin hypercube over the levers' ranges, by name."""
    if not levers:
        raise BadInput(
            "policies", "", "cannot be drawn where there are no levers", got=count, allowed="leave policies out"
        )
    wide = [lever.size or 1 for lever in levers]
    u = _inside(qmc.LatinHypercube(sum(wide), rng=np.random.default_rng([seed, 1])).random(count))
    made: dict[str, dict[str, Any]] = {}
    for k in range(count):
        place, values = 0, dict[str, Any]()
        for lever, many in zip(levers, wide, strict=True):
            drawn = lever.prior.quantile(u[k, place : place + many])
            values[lever.name] = drawn if lever.size else drawn[0].item() if hasattr(drawn[0], "item") else drawn[0]
            place += many
        made[f"policy_{k + 1}"] = values
    return made


def _inside(u: Array) -> Array:
    return np.clip(u, 1e-9, 1 - 1e-9)


def _levels(futures: int, uncertainties: Sequence[Uncertainty]) -> list[int]:
    """Levels of each uncertainty in a full factorial: all values where they are few, else as many as there is room for."""
    fixed = {i: u.steps for i, u in enumerate(uncertainties) if u.steps}
    room = futures / np.prod([float(n) for n in fixed.values()]) if fixed else futures
    others = [i for i, u in enumerate(uncertainties) if i not in fixed and u.varies]
    each = max(int(np.floor(max(room, 1) ** (1 / len(others)) + 1e-9)), 2) if others else 1
    return [fixed.get(i, each if i in others else 1) for i in range(len(uncertainties))]


def _factorial(uncertainties: Sequence[Uncertainty], futures: int) -> Array:
    """Every combination of levels; those of a range are its ends and evenly between, in chances."""
    axes = []
    for u, n in zip(uncertainties, _levels(futures, uncertainties), strict=True):
        axes.append((np.arange(n) + 0.5) / n if u.steps or n == 1 else np.linspace(0, 1, n))
    return _ended(np.stack([grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")]), uncertainties)


def _ended(grid: Array, uncertainties: Sequence[Uncertainty]) -> Array:
    """A grid's chances with those at 0 and 1 moved inside: far where a prior has no end there."""
    tails = np.array([[1e-9 if _has_ends(u) else TAIL] for u in uncertainties])
    return np.clip(grid, tails, 1 - tails)


def _has_ends(u: Uncertainty) -> bool:
    if not u.ordered:
        return True
    with np.errstate(all="ignore"):
        try:
            return bool((np.abs(u.quantile(np.array([0.0, 1.0])).astype(float)) < ENDLESS).all())
        except (ArithmeticError, ValueError, LookupError):  # a quantile function of the user's own
            return False


def _morris(d: int, seed: int, futures: int) -> Array:
    """Trajectories of d + 1 futures, each of which moves one uncertainty by two thirds of its range (Morris 1991)."""
    rng, step = np.random.default_rng([seed, 2]), LEVELS / (2 * (LEVELS - 1))
    made = np.empty((d, futures))
    for t in range(futures // (d + 1)):
        start = rng.integers(0, LEVELS // 2, d) / (LEVELS - 1)
        up = rng.random(d) < 0.5
        at = np.where(up, start, start + step)
        column = t * (d + 1)
        made[:, column] = at
        for k, i in enumerate(rng.permutation(d)):
            at = at.copy()
            at[i] += step if up[i] else -step
            made[:, column + k + 1] = at
    return made


def _saltelli(d: int, seed: int, futures: int) -> Array:
    """Groups of 2 d + 2 futures: A, A with each uncertainty of B, B with each of A, B (Saltelli 2002), as SALib orders them."""
    base = futures // (2 * d + 2)
    ab = _inside(qmc.Sobol(2 * d, scramble=True, rng=np.random.default_rng([seed, 3])).random(base))
    a, b = ab[:, :d], ab[:, d:]
    block = np.empty((base, 2 * d + 2, d))
    block[:, 0], block[:, -1] = a, b
    for i in range(d):
        block[:, 1 + i], block[:, 1 + d + i] = a, b
        block[:, 1 + i, i], block[:, 1 + d + i, i] = b[:, i], a[:, i]
    return block.reshape(-1, d).T.copy()
