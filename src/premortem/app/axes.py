"""How the axis of an uncertainty reads: in the words and units in which sentences tell its values, never in logarithms."""

import math
from collections.abc import Callable
from textwrap import wrap

from premortem.charts.marks import PLAIN
from premortem.ensemble.priors import Prior
from premortem.questions import describe
from premortem.text.numbers import LOG, LOGIT
from premortem.text.units import after

# Letters of a line of an axis title, of a label beside bars, and most lines of a label.
TITLE, LABEL, MOST_LINES = 46, 30, 3
# Makes an axis break a label where `stacked` did.
STACKED = "split(datum.label, '|')"


def labels_of(row: Prior) -> str:
    """The expression by which an axis writes the values of an uncertainty."""
    if describe.is_share(row):
        return _percent("1 / (1 + exp(-datum.value))" if row.unit == LOGIT else "datum.value")
    if row.unit in describe.LOG_RATES:
        return _percent("(1 - exp(-datum.value))" if describe.takes_away(row) else "(exp(datum.value) - 1)")
    if describe.is_rate(row):
        return _percent("datum.value")
    if row.unit == LOG:
        return "format(exp(datum.value), '.3~r') + ' times'"
    return "format(datum.value, '.1f')" if row.unit == "year" else PLAIN


def ticks_of(row: Prior, low: float, high: float) -> list[float]:
    """Where an axis of an uncertainty reads in round numbers, in its own values; empty where its values are read as they are.

    Of a log rate from 0.4 to 1.1: where the axis reads 50%, 100%, 150% and 200%, and not even steps of the logarithm.
    """
    if (both := _told(row)) is None:
        return []
    told, back = both
    least, most = sorted((told(low), told(high)))
    return sorted(back(value) for value in round_numbers(least, most))


def round_numbers(low: float, high: float, most: int = 7) -> list[float]:
    """Round numbers from one to the other: ones, twos and fives of each decade where the ends are tenfold apart, else even steps, up to `most`.

    >>> round_numbers(12, 148), round_numbers(64, 172)
    ([20.0, 50.0, 100.0], [80.0, 100.0, 120.0, 140.0, 160.0])
    """
    if low > 0 and high / low >= 10:
        decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        found = [one * 10.0**decade for decade in decades for one in (1, 2, 5)]
    else:
        decade = 10.0 ** math.floor(math.log10((high - low) / most))
        step = next(decade * one for one in (1, 2, 5, 10) if (high - low) / (decade * one) <= most)
        found = [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return [value for value in found if low <= value <= high]


def _told(row: Prior) -> tuple[Callable[[float], float], Callable[[float], float]] | None:
    """What an axis makes of a value that is a logarithm, as `labels_of` writes it, and the way back; None for any other."""
    if row.unit == LOGIT:
        return (lambda v: 100 / (1 + math.exp(-v))), (lambda t: math.log(t / (100 - t)))
    if row.unit in describe.LOG_RATES and describe.takes_away(row):
        return (lambda v: 100 * (1 - math.exp(-v))), (lambda t: -math.log(1 - t / 100))
    if row.unit in describe.LOG_RATES:
        return (lambda v: 100 * (math.exp(v) - 1)), (lambda t: math.log(1 + t / 100))
    if row.unit == LOG:
        return math.exp, math.log
    return None


def title_of(row: Prior) -> str:
    """What an uncertainty is with the unit that its axis is in: `growth of capacity [a year]`."""
    unit = "a year" if describe.is_rate(row) else "" if row.unit in ("1/ln", LOG, LOGIT) else after(row.unit).strip()
    return f"{row.meaning} [{unit}]" if unit else row.meaning


def stacked(text: str, letters: int = LABEL) -> str:
    """A label in up to three lines with `|` between them, an ellipsis where there is more."""
    lines = wrap(text, letters)
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"{wrap(lines[MOST_LINES - 1], letters - 2)[0]} \u2026"]
    return "|".join(lines)


def in_lines(title: str) -> str | list[str]:
    """A title as an axis has room for on a phone."""
    lines = wrap(title, TITLE)
    return lines if len(lines) > 1 else title


def _percent(value: str) -> str:
    return f"format(100 * {value}, '.3~r') + '%'"
