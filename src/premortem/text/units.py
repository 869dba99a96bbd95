"""Units in words, and numbers beside them: one place for what is left unsaid, and for millions and billions."""

from premortem.text.numbers import UNLIMITED, limit

# Units that are not said beside a number, and those that a sentence leaves out too.
BARE = ("-", "category", "ratio", "logit", "ln", "strength", "year", "0-1")
UNSAID = (*BARE, "share", "unit")
# Endings of rates and what a sentence makes of them.
RATES = (("/yr2", " a year more each year"), ("/yr", " a year"), ("/month", " a month"))
# Sizes that have a name, the largest first; beyond the last that is readable a number is told by its power of ten.
SIZES, HUGE = ((1e9, "billion"), (1e6, "million")), 1e15


def quantity(value: float, unit: str) -> str:
    """A number as a person reads it beside its unit.

    >>> quantity(790e6, "TPP"), quantity(0.25, "share"), quantity(2027.5, "year"), quantity(1e26, "operations")
    ('790 million TPP', '25%', '2027.5', '1e26 operations')
    """
    if unit in ("share", "0-1"):
        return f"{100 * value:.3g}%"
    if unit == "year":
        return f"{value:.1f}"
    if value >= UNLIMITED:
        return limit(value)
    if abs(value) >= HUGE:
        return f"{value:.3g} {unit}".replace("e+", "e").strip()
    for size, name in SIZES:
        if abs(value) >= size:
            return f"{value / size:.4g} {name} {unit}".strip()
    return f"{value:,.4g} {beside(unit)}".strip()


def beside(unit: str) -> str:
    """A unit as it stands beside a number: nothing where it is not said."""
    return "" if unit in BARE else unit


def bracketed(unit: str) -> str:
    """A unit as it ends the title of an axis: ` [months]`, nothing where it is not said."""
    return "" if unit in BARE else f" [{unit}]"


def after(unit: str) -> str:
    """A unit as it follows a number in a sentence; nothing for a share, a ratio or a year.

    >>> after("TWh/yr"), after("thousand/month"), after("share")
    (' TWh a year', ' thousand a month', '')
    """
    if unit in UNSAID:
        return ""
    for ending, said in RATES:
        if unit.endswith(ending):
            return f" {unit.removesuffix(ending)}{said}".replace(" 1 ", " ").replace(" ln ", " ")
    return f" {unit}"


# Units that are a word of the trade, in words.
NAMED = {"-": "no unit", "0-1": "0 to 1", "ln": "log of a factor", "logit": "log odds", "category": "one of some"}


def unit_name(unit: str) -> str:
    """A unit by itself, in words.

    >>> unit_name("-"), unit_name("TWh/yr"), unit_name("share"), unit_name("ln/yr")
    ('no unit', 'TWh a year', 'share', 'log rate a year')
    """
    if unit in ("share", "ratio", "year"):
        return unit
    return NAMED.get(unit) or after(unit.replace("ln/", "log rate/").replace("logit/", "log odds/")).strip() or unit
