"""Sentences and labels of the screens, made from the rows that they stand above."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from premortem.study import Study
from premortem.text import phrases
from premortem.text.numbers import UNLIMITED, limit

ALL = "all"
# Units that are not said.
BARE = ("-", "category", "ratio", "logit", "ln", "strength", "year", "0-1")


def headline(rows: Sequence[Mapping[str, Any]], title: str, edits: int = 0, weighted: bool = False) -> str:
    """`As written, A5 is the weakest assumption: it holds in 23% of futures; all five together in about 3%.`"""
    if any(r["holds"] is None for r in rows):
        return f"{title}: cannot answer: too few futures are left to tell how often the assumptions hold."
    shares = {r["assumption"]: r["holds"] for r in rows}
    every = shares.pop(ALL)
    who = f"{title}, changed by you" if edits else title
    of = "of futures, weighted by the record" if weighted else "of futures"
    return f"{phrases.headline(who, shares, every, of)}."


def cell(row: Mapping[str, Any]) -> str:
    """The interval of a share: `91% to 93%`; nothing where there is none to give."""
    if row["low"] is None or row["high"] is None:
        return ""
    low, high = (phrases.share(row[k]).removeprefix("about ") for k in ("low", "high"))
    return low if low == high else f"{low} to {high}"


def fails_first(row: Mapping[str, Any], study: Study) -> str:
    """What fails first most often, in words of failing; for all at once, which assumption breaks."""
    causes = row["fails_on"]
    if not causes or max(causes.values()) == 0:
        return ""
    name = max(causes, key=lambda k: causes[k])
    return f"{name} breaks" if row["assumption"] == ALL else _failures(study)[row["assumption"]][name]


def _failures(study: Study) -> dict[str, dict[str, str]]:
    """How each condition of each assumption reads where it does not hold."""
    return {a.id: {c.id: c.failure for c in a.condition} for a in study.assumptions}


def verdict(row: Mapping[str, Any], fails: Mapping[str, str]) -> str:
    """`A2 holds in 69% of futures (67% to 71%); what fails first in 58% of its breaks: Chinese models spread in third markets.`"""
    if row["holds"] is None:
        return f"{row['assumption']}: cannot answer, since too few futures are left to tell."
    interval = f" ({cell(row)})" if row["low"] is not None else ""
    text = f"{row['assumption']} holds in {phrases.share(row['holds'])} of futures{interval}"
    causes = row["fails_on"]
    if causes and (most := max(causes, key=lambda k: causes[k])) and causes[most] > 0:
        text += f"; what fails first in {phrases.share(causes[most])} of its breaks: {fails[most]}"
    return f"{text}."


def quantity(value: float, unit: str) -> str:
    """A number as a person reads it beside its unit: `790 million TPP`, `25%`, `2027.5`."""
    if unit in ("share", "0-1"):
        return f"{100 * value:.3g}%"
    if unit == "year":
        return f"{value:.1f}"
    if value >= UNLIMITED:
        return limit(value)
    if abs(value) >= 1e15:
        return f"{value:.3g} {unit}".replace("e+", "e").strip()
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= size:
            return f"{value / size:.4g} {name} {unit}".strip()
    bare = "" if unit in BARE else unit
    return f"{value:,.4g} {bare}".replace(",", "\u2009").strip()


def lever(name: str) -> str:
    """`diffusion.country_allocation.tpp` as `country allocation: tpp`; a strength by its name."""
    clause, _, key = name.rpartition(".")
    said = key.replace("_", " ").replace("api ", "API ")
    return said if clause == "strength" else f"{clause.split('.')[-1].replace('_', ' ')}: {said}"


def lawful(change: Mapping[str, Any], side: str) -> str:
    """A side of a changed lever: a quantity, or a day."""
    value = change[side]
    if change["unit"] == "day":
        return str(value or ("the clauses differ" if change["differ"] else "none"))
    return quantity(value, change["unit"])


def field(value: float, unit: str = "") -> str:
    """A number as it stands in a field: three significant digits, whole numbers from 100 on, years to a tenth."""
    if abs(value) >= 1e15:
        return f"{value:.10g}".replace("e+", "e")
    shown = float(f"{value:.3g}") if abs(value) < 100 else round(value, 1 if unit == "year" else 0)
    return np.format_float_positional(shown, trim="-")


def beside(value: float, unit: str) -> str:
    """What stands beside a number field: the number in words where that is shorter to read, else its unit."""
    said = quantity(value, unit)
    worded = unit in ("share", "0-1") or abs(value) >= 1e6
    return said if worded else "" if unit in BARE else unit
