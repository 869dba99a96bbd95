"""How boxes, moves and numbers read: sentences in the words and units of the parameters."""

import math
from collections.abc import Sequence

import numpy as np

from premortem import facts
from premortem.ensemble.priors import Prior
from premortem.law.fields.vocabulary import vocabulary
from premortem.questions import scenario_discovery
from premortem.questions.limits import Limit, ends
from premortem.study import Study
from premortem.text.numbers import LOG, LOG_ODDS_RATE, LOG_RATE, LOGIT, a_year
from premortem.text.units import after

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Meanings of parameters between 0 and 1 that are shares of something, not places on an index.
SHARES = ("share", "closed models' share", "further share", "yield", "best yield", "part", "average load", "demand won")
# Units of rates that compound.
LOG_RATES = (LOG_RATE, LOG_ODDS_RATE)
# Words of a meaning by which a log rate takes away in a year, and does not add.
TAKES = ("fall", "loss", "fading")
# Words of a meaning by which a number a year is a share of what is there; it comes and goes at the pace of the moment.
RATES = ("growth", "fall", "loss", "gain", "retirement", "rate at which", "fading")
# Chances beyond which a limit of a box is the end of the prior, not a limit.
EDGE = 0.001


def sentence(
    box: scenario_discovery.Box, subject: str, study: Study, earlier: Sequence[scenario_discovery.Box] = ()
) -> str:
    """`X2 breaks in 83% of futures in which ..., against 30% of all; that is 61% of its breaks`, in the words of the parameters.

    A later box is sought and measured where no `earlier` one reaches, and says so.
    """
    every = box.density * box.mass / box.coverage
    if not earlier:
        return (
            f"{subject} breaks in {box.density:.0%} of futures in which {conditions(box, study)}, against {every:.0%} of all; "
            f"that is {box.coverage:.0%} of its breaks"
        )
    outside, rest = scenario_discovery.left_outside(earlier, every)
    return (
        f"Outside {outside}, {subject} breaks in {box.density:.0%} of futures in which {conditions(box, study)}, against "
        f"{rest:.0%} of all outside; that is a further {box.coverage:.0%} of its breaks"
    )


def conditions(box: scenario_discovery.Box, study: Study) -> str:
    """The limits of a box as a phrase: `a is over 1, b is under 2 and c is before Nov 2026`."""
    parts = [limit(study.priors[name], one) for name, one in box.limits.items()]
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def limit(row: Prior, one: Limit) -> str:
    """A limit of a box as a phrase: `patch lag is over 9 months`, `owner is a closed lab or an open one`."""
    low, high = ends(one)
    if row.distribution == "categorical":
        meaning, labels = categories(row)
        inside = [
            said
            for value, said in labels.items()
            if (value in one if isinstance(one, frozenset) else low <= value <= high)
        ]
        return f"{meaning} is {' or '.join(inside)}"
    reach = row.quantile(np.array([EDGE, 1 - EDGE])) if row.varies else np.array([row.low, row.high])
    above, below = low > reach[0], high < reach[1]
    first, last = amount(row, low), amount(row, high)
    dated = row.unit == "year"
    if above and below:
        return f"{row.meaning} is between {first} and {last}"
    if above:
        return f"{row.meaning} is {'after' if dated else 'over'} {first}"
    return f"{row.meaning} is {'before' if dated else 'under'} {last}"


def move(row: Prior, start: float, to: float) -> str:
    """A move of an uncertainty as a phrase, in a unit that people use: months for dates and lags, points for shares, per cent a
    year for rates. Every page tells a move by this, and a value by `amount`.
    """
    span = " to ".join(_ends(row, start, to))
    if row.unit == "year":
        months = 12 * abs(to - start)
        return f"{row.meaning} comes {_count(months, 'month')} {'later' if to > start else 'earlier'} ({span})"
    if row.unit in ("yr", "months"):
        months = (12 if row.unit == "yr" else 1) * abs(to - start)
        return f"{row.meaning} is {_count(months, 'month')} {'longer' if to > start else 'shorter'} ({span})"
    if is_share(row):
        points = 100 * abs(_of_one(row, to) - _of_one(row, start))
        return f"{row.meaning} is {_count(points, 'point')} {_way(start, to)} ({span})"
    if is_rate(row):
        points = 100 * abs(_a_year(row, to) - _a_year(row, start))
        return f"{row.meaning} is {_count(points, 'point')} a year {_way(start, to)} ({span})"
    if start > 0 and to > 0 and row.unit not in ("0-1", "-", LOG):
        return f"{row.meaning} is {_part(abs(to / start - 1))} {_way(start, to)} ({span})"
    return f"{row.meaning} goes from {span}"


def _ends(row: Prior, start: float, to: float) -> tuple[str, str]:
    """The two ends of a move, with as many digits as it takes to tell them apart."""
    ends = ((amount(row, start, more), amount(row, to, more)) for more in range(4))
    return next(((a, b) for a, b in ends if a != b), (amount(row, start), amount(row, to)))


def amount(row: Prior, value: float, more: int = 0) -> str:
    """A value with its unit as people write it: `Nov 2026`, `5.3 months`, `12%`, `22 thousand a month`; with `more` digits."""
    digits = 3 + more
    if row.unit == "year":
        months = round(12 * value)
        return f"{MONTHS[months % 12]} {months // 12}"
    if row.unit == "yr":
        return _count(12 * value, "month", more)
    if row.unit == "months":
        return _count(value, "month", more)
    if is_share(row):
        return f"{100 * _of_one(row, value):.{digits}g}%"
    if row.unit == LOG:
        return f"{math.exp(value):.{digits}g} times"
    if is_rate(row):
        return f"{100 * _a_year(row, value):.{digits}g}% a year"
    return f"{float(f'{value:.{digits}g}'):,.12g}{after(row.unit)}"


def span(row: Prior) -> str:
    """The ends of an uncertainty, with the unit that both have said once: `20% to 28.5% a year`, `Oct 2025 to Jan 2028`."""
    first, last = amount(row, row.low), amount(row, row.high)
    unit = last.partition(" ")[2]
    return f"{first.removesuffix(f' {unit}') if unit else first} to {last}"


def stands_for(study: Study, bound: str) -> str:
    """What stands for an item of an assumption, in words: what an uncertainty means, what moves the world by what it is called, a table by
    its title.
    """
    of, _, name = bound.rpartition(":")
    if of == "facts":
        return f"table \u2018{facts.catalogue(study.case)[name].title}\u2019"
    if of == "lever":
        return vocabulary(study.case).lever(name)
    return study.priors[name].meaning


def categories(row: Prior) -> tuple[str, dict[int, str]]:
    """A category's meaning and its labels: `owner of breakthrough 1`, {0: `a closed lab`, ...}."""
    if row.categories:
        return row.meaning, {round(row.low) + i: category.name for i, category in enumerate(row.categories)}
    meaning, _, rest = row.meaning.partition(":")
    pairs = [part.strip().partition(" ") for part in rest.split(",") if part.strip()]
    return meaning, {int(number): label for number, _, label in pairs if number.isdigit()}


def is_share(row: Prior) -> bool:
    """Whether its values read as per cent of something."""
    return row.unit == LOGIT or (row.unit == "0-1" and row.meaning.startswith(SHARES))


def _of_one(row: Prior, value: float) -> float:
    """A share as a part of one: of a logit of -3.5, 0.029; any other as it is."""
    return 1 / (1 + math.exp(-value)) if row.unit == LOGIT else value


def is_rate(row: Prior) -> bool:
    """Whether it is a rate of growth, fall or loss, which reads as per cent a year."""
    return row.unit in LOG_RATES or (row.unit == "1/yr" and any(word in row.meaning for word in RATES))


def _a_year(row: Prior, rate: float) -> float:
    """What a rate makes of a year [share]: of a log rate of 0.336, a fall of 0.285 or a growth of 0.399; any other as it is."""
    return a_year(rate, takes_away(row)) if row.unit in LOG_RATES else rate


def takes_away(row: Prior) -> bool:
    """Whether a log rate of it is a fall, and no growth."""
    return any(word in row.meaning for word in TAKES)


def _part(change: float) -> str:
    """A relative change in whole per cent, and never none of what moves."""
    return "less than 1%" if 0 < change < 0.005 else f"{change:.0%}"


def _way(start: float, to: float) -> str:
    return "higher" if to > start else "lower"


def _count(number: float, thing: str, more: int = 0) -> str:
    """`11 months`, `0.5 months`, `1 point`; with `more` digits."""
    shown = f"{number:.{more}f}" if number >= 10 else f"{number:.{2 + more}g}"
    return f"{shown} {thing}{'' if shown == '1' else 's'}"
