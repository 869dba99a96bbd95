"""Numbers and shares in the words that every page uses."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files

# A share below this, or above one less this, is not told apart from the end: "under 1%", "over 99%".
EDGE = 0.01
# Counts that a sentence spells out.
NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
# The unit of rates that the world compounds: a year multiplies by exp(rate), or by exp(-rate); of odds likewise; and of a threshold.
LOG_RATE, LOG_ODDS_RATE, LOG_GROWTH = "ln/yr", "logit/yr", "log growth a year"
# Units of which the number is a logarithm: of a factor, and of the odds of a share.
LOG, LOGIT = "ln", "logit"
# A limit from here on is none: the largest number that a clause may have [any unit], less what rounding takes.
UNLIMITED = 0.99e30
# A first word, and one with a number that makes it a name: `Article 5`, `Tier-2`, `A1`.
WORD, NUMBERED = re.compile(r"\w+"), re.compile(r"[A-Z]\w*[ -]?\d")
# From here on a number is told by its power of ten.
POWERS = 1e15
# A ratio nearer to 1 than this is no trend.
LEVEL = 0.03


# A day as programs write it, and no part of a longer name.
_DAY = re.compile(r"(?<![\w.-])\d{4}-\d\d-\d\d(?![\w-]|\.\d)")


def share(value: float | None) -> str:
    """A share of futures in words: `41%`, `about 3%`, `under 1%`; 0% and 100% only when exact. None is a share that no futures can tell."""
    if value is None:
        return "cannot answer"
    if value == 0 or value == 1:
        return f"{value:.0%}"
    if value < EDGE:
        return "under 1%"
    if value > 1 - EDGE:
        return "over 99%"
    return f"{'about ' if value < 0.1 else ''}{value:.0%}"


def short(value: float | None) -> str:
    """A share in few letters, as a table has room for: `41%`, `3%`, `<1%`, `>99%`; `-` where no futures can tell it."""
    if value is None:
        return "-"
    return share(value).replace("about ", "").replace("under ", "<").replace("over ", ">")


def points(change: float) -> str:
    """A change of a share in points: `+12 points`, `-3 points`, `no change`."""
    rounded = round(100 * change)
    return "no change" if rounded == 0 else f"{rounded:+d} point{'' if abs(rounded) == 1 else 's'}"


def points_between(start: float, end: float) -> str:
    """What parts two shares that are shown in whole percent, in points: whole ones where those are what parts the shares as
    shown, else with a tenth.

    >>> points_between(0.41, 0.53), points_between(0.4449, 0.3951), points_between(0.4449, 0.4451)
    ('+12 points', '-5.0 points', 'under +0.1 points')
    """
    change = end - start
    whole = round(100 * change) == round(100 * end) - round(100 * start)
    return points(change) if whole else f"{change_in_points(change)} points"


def change_in_points(change: float) -> str:
    """A change of a share in points to a tenth: `+1.5`, `-0.3`; `under +0.1` where a tenth does not show it, `0` for none.

    >>> change_in_points(0.0149), change_in_points(-0.0003), change_in_points(0.0)
    ('+1.5', 'under -0.1', '0')
    """
    if change == 0:
        return "0"
    shown = f"{100 * change:+.1f}"
    return shown if float(shown) else f"under {'+' if change > 0 else '-'}0.1"


def in_words(name: str, capitals: Sequence[str]) -> str:
    """A name in words, some of them in capitals as the case says.

    >>> in_words("abc_rate", ["ABC"])
    'ABC rate'
    """
    by_lower = {word.lower(): word for word in capitals}
    return " ".join(by_lower.get(word, word) for word in name.replace("_", " ").split(" "))


def number(value: float, digits: int = 2) -> str:
    """A number to two significant digits, with a comma between thousands; `-` when it is not a number.

    >>> number(4.64e26, 3)
    '4.64e26'
    """
    if value is None or not math.isfinite(value):
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= POWERS:
        return f"{value:.{digits - 1}e}".replace("e+", "e")
    places = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    return f"{round(value, digits - 1 - math.floor(math.log10(abs(value)))):,.{places}f}"


def listing(items: Sequence[str], word: str = "and") -> str:
    """Items as a phrase: `a`, `a and b`, `a, b and c`; with `word` before the last."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}" if items else "none"


def ranges(numbers: Iterable[int]) -> str:
    """Whole numbers as the runs that they form.

    >>> ranges([4, 1, 2, 3, 6])
    '1 to 4, 6'
    """
    runs: list[list[int]] = []
    for number in sorted({*numbers}):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def lower_first(name: str) -> str:
    """A name or sentence as it reads within another: its first letter small, unless it begins a proper name.

    Proper are names of places and peoples, what is written in capitals, and a word with its number.

    >>> lower_first("Cost of compute"), lower_first("A fifth of tokens"), lower_first("Chinese models"), lower_first("AI labs"), lower_first("Tier 2")
    ('cost of compute', 'a fifth of tokens', 'Chinese models', 'AI labs', 'Tier 2')
    """
    first = WORD.match(name)
    proper = first and (first[0] in proper_names() or (first[0][:2].isupper() and len(first[0]) > 1))
    return name if proper or NUMBERED.match(name) else small(name)


@cache
def proper_names() -> frozenset[str]:
    """Words that keep their capital within a sentence."""
    lines = (files("premortem.text") / "proper_names.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def day_in_words(day: date) -> str:
    """A day in a sentence: `31 January 2026`."""
    return f"{day.day} {day:%B %Y}"


def days_in_words(text: object) -> str:
    """A text, or a day, with its days as people write them; a version that begins with a day stays.

    >>> days_in_words("ended on 2025-05-13, before its day; rulebook 2026-10-08.14")
    'ended on 13 May 2025, before its day; rulebook 2026-10-08.14'
    """
    return _DAY.sub(lambda found: day_in_words(date.fromisoformat(found[0])), str(text))


def month_in_words(day: date) -> str:
    """The month of a day in a sentence: `January 2026`."""
    return f"{day:%B %Y}"


def spell_count(count: int) -> str:
    """A count in a sentence: in letters up to twelve, then in digits."""
    return NUMERALS[count] if 0 <= count < len(NUMERALS) else f"{count:,}"


def count_noun(count: int, thing: str) -> str:
    """A count with its thing: `1 error`, `21 changes`, `0 policies`."""
    return f"{count:,} {plural(count, thing)}"


def plural(count: int, thing: str) -> str:
    """What so many of a thing are called: `policy` for one, `policies` for two or none."""
    many = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return thing if count == 1 else many


def capital(text: str) -> str:
    """A text with its first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """A text with its first letter small, the rest as it is."""
    return text[:1].lower() + text[1:]


def plain(value: bool | float) -> str:
    """A flag as `yes` or `no`, a number with its thousands parted."""
    return ("yes" if value else "no") if isinstance(value, bool) else _powers(f"{value:,g}")


def _powers(text: str) -> str:
    """A number as people write powers of ten: 1e25."""
    return text.replace("e+", "e")


def limit(value: float, unit: str = "") -> str:
    """A number of a rule with its unit, in full: `1,580,000,000 units`, `14%`; `no limit` where it limits nothing.

    >>> limit(1_580_000_000, "TPP"), limit(0.14, "share"), limit(1e30, "TPP")
    ('1,580,000,000 TPP', '14%', 'no limit')
    """
    if value >= UNLIMITED:
        return "no limit"
    return f"{100 * value:.12g}%" if unit == "share" else f"{_powers(f'{value:,.12g}')} {unit}".strip()


def a_year(rate: float, falls: bool = False) -> float:
    """What a log rate [ln/yr] makes of a year [share]: a growth, or the fall where it `falls`.

    >>> round(a_year(0.336), 3), round(a_year(0.336, falls=True), 3)
    (0.399, 0.285)
    """
    return -math.expm1(-rate) if falls else math.expm1(rate)


def strip_accents(text: str) -> str:
    """A text without capitals and accents, so that spellings of one name meet."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def trend(start: float, end: float) -> str:
    """Which way two numbers go: `rises`, `falls`, or `stays level` where they differ by less than three in a hundred."""
    if abs(end - start) <= LEVEL * abs(start):
        return "stays level"
    return "rises" if end > start else "falls"
