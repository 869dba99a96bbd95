"""How the axis of an uncertainty reads: in the words and units in which sentences tell its values, never in logarithms."""

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
