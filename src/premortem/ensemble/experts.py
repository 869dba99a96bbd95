"""What several experts believe of an uncertainty, as quantiles of each: told apart, and pooled.

A file has a row for each expert and uncertainty, `expert,prior,p5,p50,p95` with any quantiles from p1 to p99, in the uncertainty's own
unit. Between them the quantile function is monotone (PCHIP: Fritsch and Carlson 1980) in normal scores, on the scale of the shipped
prior; beyond them it goes on as a normal does. Pooled is the mean of the experts' distribution functions (linear pool: Stone 1961).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

from premortem.ensemble.distributions import Array
from premortem.ensemble.priors import SCORES, Prior, Priors
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.table import parse_number, read_rows

COLUMNS = ("expert", "prior")
FURTHER, QUANTILE = re.compile(r"note|p[1-9]\d?"), re.compile(r"p([1-9]\d?)")
ALLOWED = "expert, prior, quantiles such as p5, p50, p95, and note"
# How a board is named by nobody's opinion, and by all of them.
SHIPPED, POOLED = "shipped", "pooled"
POSITIVE, SHARES = ("lognormal", "loguniform"), ("beta", "logitnormal")
# Units of what lies between 0 and 1 whatever its distribution.
SHARE_UNITS = ("0-1", "share")


@dataclass(frozen=True)
class Opinion:
    """What an expert believes of an uncertainty: values at chances, both rising."""

    expert: str
    prior: str
    chances: tuple[float, ...]
    values: tuple[float, ...]


def read(path: Path, priors: Priors) -> tuple[Opinion, ...]:
    """Opinions of a file. Raises `BadInput`, or all of them at once: columns, names, numbers, quantiles that cross, values that cannot be."""
    rows, errors = read_rows(path, COLUMNS, FURTHER)
    found: list[Opinion] = []
    for number, row in rows if not errors else ():
        try:
            found.append(_opinion(row, f"row {number}", path.name, priors))
        except BadInput as error:
            errors.append(error)
    pairs = [(o.expert, o.prior) for o in found]
    errors += [
        BadInput(path.name, expert, f"tells of {prior} twice", got=prior, allowed="one row")
        for expert, prior in dict.fromkeys(pairs)
        if pairs.count((expert, prior)) > 1
    ]
    if not rows and not errors:
        errors.append(BadInput(path.name, "", "no rows", allowed=ALLOWED))
    raise_all(errors)
    return tuple(found)


def _opinion(row: dict[str, str], place: str, file: str, priors: Priors) -> Opinion:
    expert, name = row["expert"], row["prior"]
    if not expert or expert in (SHIPPED, POOLED):
        raise BadInput(file, f"{place}: expert", "is no name of an expert", got=expert, allowed="a name of your own")
    if name not in priors.names:
        raise BadInput(file, f"{place}: prior", f"no such uncertainty: {name}", got=name, allowed="a name in params.csv", hint=nearest(name, priors.names))  # fmt: skip
    prior = priors[name]
    if prior.distribution == "categorical" or not prior.varies:
        raise BadInput(file, f"{place}: prior", f"{name} has no quantiles: it is {prior.distribution}", got=name, allowed="an uncertainty that varies and has no categories")  # fmt: skip
    told = sorted(
        (int(column[1:]) / 100, column, text) for column, text in row.items() if QUANTILE.fullmatch(column) and text
    )
    if len(told) < 2:
        raise BadInput(file, place, f"{expert} gives fewer than two quantiles of {name}", allowed="two or more")
    values = [parse_number(text, file, f"{place}: {column}") for _, column, text in told]
    for (_, low, _), (_, high, _), a, b in zip(told, told[1:], values, values[1:], strict=False):
        if a >= b:
            raise BadInput(
                file, place, f"{expert}'s quantiles of {name} cross: {low} is {a:g} and {high} is {b:g}", got=a,
                allowed=f"{low} below {high}",
            )  # fmt: skip
    least, most = _ends(prior)
    for value in values:
        if not least < value < most:
            raise BadInput(file, place, f"{expert}: {name} cannot be {value:g}", got=value, allowed=f"between {least:g} and {most:g} {prior.unit}")  # fmt: skip
    return Opinion(expert, name, tuple(chance for chance, _, _ in told), tuple(values))


def _ends(prior: Prior) -> tuple[float, float]:
    """Between what an uncertainty can lie at all."""
    if prior.distribution in SHARES or (prior.unit in SHARE_UNITS and prior.low >= 0 and prior.high <= 1):
        return 0.0, 1.0
    return (0.0, np.inf) if prior.distribution in POSITIVE or prior.low > 0 else (-np.inf, np.inf)


def quantile(opinion: Opinion, prior: Prior, u: Array) -> Array:
    """Value by an expert at each chance in (0, 1), same shape."""
    to, back = SCALES[_ends(prior)]
    z, at, y = ndtri(u), ndtri(np.array(opinion.chances)), to(np.array(opinion.values))
    from scipy.interpolate import PchipInterpolator  # late: few studies ask experts

    inside = PchipInterpolator(at, y)(np.clip(z, at[0], at[-1])) if len(at) > 2 else np.interp(z, at, y)
    below = (y[1] - y[0]) / (at[1] - at[0]) * np.minimum(z - at[0], 0)
    above = (y[-1] - y[-2]) / (at[-1] - at[-2]) * np.maximum(z - at[-1], 0)
    return np.asarray(back(inside + below + above))


def _same(x: Array) -> Array:
    return x


SCALES = {(0.0, 1.0): (logit, expit), (0.0, np.inf): (np.log, np.exp), (-np.inf, np.inf): (_same, _same)}


def pooled(opinions: Sequence[Opinion], prior: Prior, u: Array) -> Array:
    """Value at each chance by the mean of the experts' distribution functions, same shape."""
    chances = ndtr(SCORES)
    chances = chances[(chances > 0) & (chances < 1)]
    each = [quantile(o, prior, chances) for o in opinions]
    grid = np.unique(np.concatenate(each))
    mean = np.mean([np.interp(grid, held, chances, left=0.0, right=1.0) for held in each], axis=0)
    return np.interp(u, mean, grid)


def believed(values: NDArray[Any], priors: Priors, opinions: Sequence[Opinion], expert: str) -> NDArray[np.float32]:
    """Futures, (parameter, future), as an expert believes them, or all of them `POOLED`: each at the chance that it has under the shipped
    prior, so that experts differ in nothing else; uncertainties that nobody tells of stay.
    """
    found, chances = np.array(values, np.float32), priors.cdf(values)
    for name in dict.fromkeys(o.prior for o in opinions):
        i, told = priors.names.index(name), [o for o in opinions if o.prior == name]
        own = [o for o in told if o.expert == expert]
        if expert == POOLED:
            found[i] = pooled(told, priors[name], chances[i])
        elif own:
            found[i] = quantile(own[0], priors[name], chances[i])
    return found
