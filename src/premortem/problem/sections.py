"""Parts of a problem's pages, and two of them that tell what was declared: what each policy sets, and what is uncertain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup

from premortem.problem.definition import Definition
from premortem.problem.given_priors import OfTable
from premortem.problem.model_values import LeverValues
from premortem.problem.uncertainties import Beta, Category, Integer, Lognormal, Normal, Triangular, Uncertainty, Uniform
from premortem.text.numbers import listing, number
from premortem.text.phrases import plainly

# Levers beside each other in a table, and uncertainties that one lists.
WIDE, LONG = 6, 60


@dataclass(frozen=True)
class Block:
    """A paragraph, a picture with its caption, or a table."""

    text: str = ""
    picture: Markup | None = None
    heads: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    id: str
    title: str
    blocks: Sequence[Block]


def settings(definition: Definition, policies: Mapping[str, LeverValues]) -> list[Section]:
    """What each policy sets; nothing for a problem without levers."""
    levers = definition.levers
    if not levers:
        return []
    rows = [[plainly(name), *(_set(held[lever.name]) for lever in levers)] for name, held in policies.items()]
    heads = [
        "policy",
        *(f"{plainly(lever.name)} [{lever.unit}]" if lever.unit else plainly(lever.name) for lever in levers),
    ]
    if len(levers) > WIDE:  # a row a lever
        heads, *rows = (list(column) for column in zip(heads, *rows, strict=True))
        heads[0] = "lever"
    return [Section("settings", "What each policy sets", [Block(heads=heads, rows=rows)])]


def _set(value: Any) -> str:
    """A lever's value; of an array its range."""
    if isinstance(value, Mapping):
        return ", ".join(f"{k} = {_set(v)}" for k, v in value.items())
    if np.ndim(value):
        low, high, many = np.min(value), np.max(value), f"{len(value):,} values"
        return f"{_plain(low)} in all {many}" if low == high else f"{_plain(low)} to {_plain(high)} ({many})"
    return _plain(value)


def _plain(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)


def priors(definition: Definition) -> list[Section]:
    """What is uncertain: each prior, and between which values nine in ten of its futures lie."""
    every = definition.uncertainties
    if not every:
        return []
    shown = every[:LONG]
    heads, rows = ["uncertainty", "prior", "5%", "median", "95%", "unit", "meaning"], [_row(u) for u in shown]
    kept = [i for i in range(len(heads)) if i < 2 or any(row[i] for row in rows)]
    text = "Each is an assumption of whoever declared the problem, as are the constants."
    if len(every) > len(shown):
        text += f" The first {len(shown)} of {len(every):,}."
    blocks = [Block(text), Block(heads=[heads[i] for i in kept], rows=[[row[i] for i in kept] for row in rows])]
    if definition.correlations:
        pairs = [f"{a} with {b} {rho:+.2g}" for a, b, rho in definition.correlations]
        blocks.append(Block(f"Correlated (Spearman): {listing(pairs)}."))
    if plain := [f"{k} = {_plain(v)}" for k, v in definition.constants.items() if isinstance(v, int | float | str)]:
        blocks.append(Block(f"Constants: {', '.join(plain)}."))
    return [Section("priors", "What is uncertain", blocks)]


def _row(u: Uncertainty) -> list[str]:
    ends = [""] * 3
    if u.ordered:
        ends = [number(float(v), 3) for v in u.quantile(np.array([0.05, 0.5, 0.95]))]
    return [plainly(u.name), prior_in_words(u), *ends, "" if u.unit == "-" else u.unit, u.meaning]


def prior_in_words(u: Uncertainty) -> str:
    """What an uncertainty is drawn from, with the numbers that were declared."""
    match u:
        case Uniform():
            return f"uniform, {u.low:g} to {u.high:g}" if u.varies else f"fixed at {u.low:g}"
        case Triangular():
            return f"triangular, {u.low:g} to {u.high:g}, likeliest {u.mode:g}"
        case Beta():
            return f"PERT, {u.low:g} to {u.high:g}, likeliest {u.mode:g}"
        case Normal():
            return f"normal, mean {u.mean:g}, standard deviation {u.sd:g}"
        case Lognormal():
            return f"lognormal, median {u.median:g}, sigma {u.sigma:g}"
        case Integer():
            return f"whole numbers, {u.low} to {u.high}, as likely each"
        case Category() if u.weights is None:
            return f"{listing(list(map(str, u.levels)), 'or')}, as likely each"
        case Category():
            weights = np.asarray(u.weights, float)
            shares = weights / weights.sum()
            return listing([f"{level} {share:.0%}" for level, share in zip(u.levels, shares, strict=True)], "or")
        case OfTable():
            return f"{u.prior.distribution}, from a table of priors"
    return str(getattr(u, "said", "") or "a quantile function of its author's")
