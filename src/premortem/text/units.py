"""Units in words, and numbers beside them: one place for what is left unsaid, and for millions and billions."""

import math

from premortem.text.numbers import LOG_GROWTH, LOGIT, UNLIMITED, a_year, limit, number

# Units that are not said beside a number, and those that a sentence leaves out too.
BARE = ("-", "category", "ratio", LOGIT, "ln", "strength", "year", "0-1", "0 to 1")
UNSAID = (*BARE, "share", "unit")
# Units of logarithms, which nobody reads: in their place stands the factor, and over what time.
FOLDS = {"ln": "{} times", "ln/yr": "{} times a year", "logit/yr": "odds {} times a year"}
# Units that name what a share or a ratio is of.
SHARE_OF, RATIO_OF = "share of ", "ratio of "
# The unit of what is told for each time that something grows by a factor of e.
PER_FOLD = "1/ln"
# Endings of rates and what a sentence makes of them.
RATES = (("/yr2", " a year more each year"), ("/yr", " a year"), ("/month", " a month"))
# Sizes that have a name, the largest first; beyond the last that is readable a number is told by its power of ten.
SIZES, HUGE = ((1e9, "billion"), (1e6, "million")), 1e15


def quantity(value: float, unit: str) -> str:
    """A number as a person reads it beside its unit.

    >>> quantity(790e6, "TPP"), quantity(0.25, "share"), quantity(2027.5, "year"), quantity(1e26, "operations")
    ('790 million TPP', '25%', '2027.5', '1e26 operations')
    >>> quantity(0.59, "ln/yr"), quantity(0.2, "log growth a year"), quantity(0.5, "share of the surplus"), quantity(0.42, "0 to 1")
    ('1.8 times a year', '22.1% a year', '50% of the surplus', '0.42')
    """
    if unit in FOLDS:
        return FOLDS[unit].format(number(math.exp(value)))
    if unit == LOGIT:
        return f"{100 / (1 + math.exp(-value)):.3g}%"
    if unit == LOG_GROWTH:
        return f"{100 * a_year(value):.3g}% a year"
    if unit in ("share", "0-1"):
        return f"{100 * value:.3g}%"
    if unit.startswith(SHARE_OF):
        return f"{100 * value:.3g}% {unit.removeprefix('share ')}"
    if unit == "year":
        return f"{value:.1f}"
    if value >= UNLIMITED:
        return limit(value)
    if abs(value) >= HUGE:
        return f"{value:.3g} {unit}".replace("e+", "e").strip()
    for size, name in SIZES:
        if abs(value) >= size:
            return f"{value / size:.4g} {name} {unit}".strip()
    return f"{value:,.4g}{after(unit)}"


def read_whole(unit: str) -> bool:
    """Whether a number of this unit reads only as `quantity` tells it: a share, or a logarithm."""
    return unit in ("share", "0-1", LOGIT, LOG_GROWTH, *FOLDS) or unit.startswith(SHARE_OF)


def beside(unit: str) -> str:
    """A unit as it stands beside a number: nothing where it is not said."""
    return "" if unit in BARE else after(unit).strip() or unit


def bracketed(unit: str) -> str:
    """A unit as it ends the title of an axis: ` [months]`, nothing where it is not said."""
    return f" [{beside(unit)}]" if beside(unit) else ""


def after(unit: str) -> str:
    """A unit as it follows a number in a sentence; nothing for a share, a ratio or a year.

    >>> after("TWh/yr"), after("thousand/month"), after("share")
    (' TWh a year', ' thousand a month', '')
    """
    if unit in UNSAID or unit.startswith(RATIO_OF):
        return ""
    if unit == PER_FOLD:
        return " for each e-fold"
    for ending, said in RATES:
        if unit.endswith(ending):
            return f" {unit.removesuffix(ending)}{said}".replace(" 1 ", " ").replace(" ln ", " ")
    return f" {unit}"


# Units that are a word of the trade, in words: what a number typed in such a unit is.
NAMED = {
    "-": "no unit",
    "0-1": "a part of one; 0.25 is 25%",
    "0 to 1": "an index from none to full",
    "ln": "the logarithm of a factor; 0.69 is twice",
    "ln/yr": "the logarithm of a yearly factor; 0.69 is twice a year, and 100% may be typed",
    LOGIT: "the logarithm of odds; 0 is one half",
    "logit/yr": "the yearly growth of the logarithm of odds; 0.69 is odds twice a year",
    LOG_GROWTH: "the logarithm of a yearly factor; 0.2 is 22% a year, and 22% may be typed",
    "category": "one of some",
}


def unit_name(unit: str) -> str:
    """A unit by itself, in words.

    >>> unit_name("-"), unit_name("TWh/yr"), unit_name("share"), unit_name("0-1")
    ('no unit', 'TWh a year', 'share', 'a part of one; 0.25 is 25%')
    """
    if unit in ("share", "ratio", "year"):
        return unit
    return NAMED.get(unit) or after(unit).strip() or unit
