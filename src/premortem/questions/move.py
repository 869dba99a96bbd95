"""One thing put elsewhere, all else as it stands: an uncertainty, a clause number, a strength, a day or a threshold.

A thing goes by its key in an address of the app: `p.NAME` an uncertainty, `l.CLAUSE.NUMBER` a clause number, `l.strength.NAME` what no
clause says, `d.CLAUSE` or `d.INSTRUMENT` the day from which a clause binds, `t.ASSUMPTION.CONDITION` a threshold. `moved` puts one of
them elsewhere; whatever else asks what a single change does asks it of that.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date
from functools import cached_property
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from premortem.case import Levers
from premortem.ensemble.part import CHUNK, draw
from premortem.errors import BadInput, MissingData, nearest
from premortem.law.book import Book
from premortem.propositions.score import Thresholds
from premortem.study import Study
from premortem.study.model import Chunk
from premortem.text.numbers import in_words
from premortem.text.result import Shown

Array = NDArray[Any]
STRENGTH = "strength"
# How far beyond its legal value a clause number is looked at, and the chances between which an uncertainty is; so many years of a day.
TIMES, ENDS, YEARS = 4, (0.001, 0.999), 1
# Seed of the futures in which changes are tried where none are given: those of a run as it comes.
SEED = 7


@dataclass(frozen=True, repr=False)
class Standing(Shown):
    """What a change is made to: futures under a rulebook with thresholds, and what they come to."""

    study: Study
    book: Book
    levers: Levers
    values: Array  # of the uncertainties, (parameter, future)
    thresholds: Thresholds
    chunks: tuple[Chunk, ...]

    @cached_property
    def margins(self) -> dict[str, Array]:
        """Margins of every assumption by its id, shape (future,)."""
        ids = [a.id for a in self.study.assumptions]
        parts = [self.study.compiled.rescored(chunk, self.thresholds) for chunk in self.chunks]
        return {k: np.concatenate([part[k] for part in parts]) for k in ids}

    @cached_property
    def holds(self) -> dict[str, float]:
        """Share of the futures that did not fail in which each assumption holds. Raises `MissingData` where all failed."""
        return share_of(self.margins, self.book.name)


def share_of(margins: Mapping[str, Array], policy: str) -> dict[str, float]:
    """Share of the futures that did not fail in which each margin, of shape (future,), holds. Raises `MissingData` where all failed."""
    known = {k: m[np.isfinite(m)] for k, m in margins.items()}
    if failed := [k for k, m in known.items() if not len(m)]:
        raise MissingData(f"{policy}: every future failed, so no share of {', '.join(failed)} can be told")
    return {k: float((m > 0).mean()) for k, m in known.items()}


def standing(study: Study, policy: str | None = None, values: Array | None = None) -> Standing:
    """Futures under a policy of the study with nothing moved: the given ones, or the first of the design."""
    name = policy or study.case.settings.baseline
    held = draw(study.priors, "sobol", SEED, 0, CHUNK) if values is None else values
    thresholds = dict(study.scorer.thresholds)
    return _run(Standing(study, study.law(name), study.levers(name), held, thresholds, ()))


def _run(at: Standing) -> Standing:
    return replace(at, chunks=tuple(at.study.compiled.chunks(at.values, at.levers, few=CHUNK)))


def moved(at: Standing, key: str, to: Any) -> Standing:
    """One thing put elsewhere, all else as it stands: an uncertainty to a value or to one a future, a clause number, strength or
    threshold to a value, a day so many years on, whole or not.

    Raises `BadInput` for an unknown key, and for years that lead out of the calendar.
    """
    kind, _, name = key.partition(".")
    if kind == "t" and name in at.thresholds:
        return replace(at, thresholds=dict(at.thresholds) | {name: np.float32(to)})
    if kind == "p" and name in at.study.priors.names:
        values = at.values.copy()
        values[at.study.priors.names.index(name)] = to
        return _run(replace(at, values=values))
    if kind not in ("l", "d"):
        raise _unknown(at, key)
    book = _later(at, key, to) if kind == "d" else _set(at, name, to)
    levers = at.study.case.world.levers(book)
    if all(np.array_equal(a, b) for a, b in zip(at.levers, levers, strict=True)):
        return replace(at, book=book)  # the world does not read it: what was run stands
    return _run(replace(at, book=book, levers=levers))


def _set(at: Standing, name: str, to: float) -> Book:
    clause, _, number = name.rpartition(".")
    if clause == STRENGTH and number in at.book.vocabulary.instruments:
        return at.book.with_strength(number, to)
    return at.book.with_number(clause, number, to)


def _later(at: Standing, key: str, years: float) -> Book:
    book, subject = at.book, key.partition(".")[2]
    held = [c for c in book.clauses if subject in (c.id, c.instrument)]
    if not held:
        raise _unknown(at, key)
    for c in held:
        if c.begins:  # one without a day stays without
            book = book.with_days({c.id}, begins=_years_on(c.begins, years, key))
    return book


def _years_on(day: date, years: float, key: str) -> date:
    """The day so many years on: whole years keep day and month, a part of a year is that part of the way to the next."""
    whole = floor(years)
    if not MINYEAR <= day.year + whole < MAXYEAR:
        allowed = f"{MINYEAR - day.year} to {MAXYEAR - day.year - 1} years"
        raise BadInput("command line", key, "leads out of the calendar", got=f"{years:g}", allowed=allowed)
    first, following = (_in_year(day, day.year + whole + n) for n in (0, 1))
    return first + (following - first) * (years - whole)


def _in_year(day: date, year: int) -> date:
    """The same day and month of another year; of 29 February the last day of that month."""
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _unknown(at: Standing, key: str) -> BadInput:
    known = [*levers_of(at), *(f"p.{name}" for name in at.study.priors.names), *(f"t.{name}" for name in at.thresholds)]
    return BadInput(
        "command line",
        "KEY",
        "no such thing to move",
        got=key[:60],
        allowed="p., l., d. or t. and a name",
        hint=nearest(key, known),
    )


def levers_of(at: Standing, group: str = "") -> list[str]:
    """Keys of every lever: strengths, then each instrument's day and each clause's numbers and day; of one group, where given.

    `group` is an instrument, or `strength`. Raises `BadInput` for an unknown one.
    """
    found = {STRENGTH: [f"l.{STRENGTH}.{name}" for name in at.book.vocabulary.instruments]}
    for c in at.book.clauses:
        own = [*(f"l.{c.id}.{number}" for number in c.numbers), f"d.{c.id}"]
        found.setdefault(c.instrument, [f"d.{c.instrument}"]).extend(own)
    if group and group not in found:
        raise BadInput("address", "of", "no such group of levers", got=group[:60], allowed=", ".join(found))
    return found[group] if group else [key for group in found.values() for key in group]


def reach(at: Standing, key: str) -> tuple[float, float, float, str]:
    """Where a thing stands, the ends between which it is looked at, and its unit. Raises `BadInput` for an unknown key."""
    kind, _, name = key.partition(".")
    clause, _, number = name.rpartition(".")
    limits = {f"{a.id}.{c.id}": c.limit for a in at.study.assumptions for c in a.condition}
    if kind == "t" and name in limits:
        return float(at.thresholds[name]), limits[name].low, limits[name].high, limits[name].unit
    if kind == "p" and name in at.study.priors.names:
        row = at.study.priors[name]
        low, high = map(float, row.quantile(np.array(ENDS)))
        return float(np.median(at.values[at.study.priors.names.index(name)])), low, high, row.unit
    if kind == "d":
        return 0.0, 0.0, float(YEARS), "yr"
    if kind == "l" and clause == STRENGTH and number in at.book.vocabulary.instruments:
        held = at.book.vocabulary.instruments[number]
        return at.book.strength(number, at.study.case.clock.last_day), held.low, held.high, STRENGTH
    if kind != "l":
        raise _unknown(at, key)
    now = at.book.number(clause, number)
    unit = at.book.by_id[clause].numbers[number][0].unit
    return now, 0.0, 1.0 if unit == "share" else (now or 1.0) * TIMES, unit


def title(at: Standing, key: str) -> str:
    """A thing in words: what an uncertainty means, `country allocation: tpp`, a strength or an instrument by its name."""
    kind, _, name = key.partition(".")
    if kind == "p":
        return at.study.priors[name].meaning
    clause, _, number = name.rpartition(".")
    said = in_words(number, at.study.case.text.capitals)
    if kind == "l" and clause == STRENGTH:
        return at.book.vocabulary.instruments[number].name or said
    if kind == "d":
        return name.replace("_", " ")
    return f"{clause.split('.')[-1].replace('_', ' ')}: {said}"
