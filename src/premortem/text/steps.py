"""Steps of a world's clock in words: `2030Q4` ends a year, `2030` is one."""

from datetime import date

from premortem.text.numbers import month_in_words

# How the letter after the year calls a step, and how many make a year.
WORDS = {"Q": ("quarter", 4), "H": ("half-year", 2), "M": ("month", 12)}
ORDINALS = ("first", "second", "third", "fourth")


def a_year(step: str) -> int:
    """How many steps of such a name make a year.

    >>> a_year("2030Q4"), a_year("2030M01"), a_year("2030")
    (4, 12, 1)
    """
    return WORDS.get(step[4:5], ("year", 1))[1]


def word(step: str) -> str:
    """What a step of this name is called.

    >>> word("2030Q4"), word("2030")
    ('quarter', 'year')
    """
    return WORDS.get(step[4:5], ("year", 1))[0]


def end(step: str) -> str:
    """When a step ends: a quarter ends with its last month, a year with the year.

    >>> end("2026Q1"), end("2030")
    ('the end of March 2026', 'the end of 2030')
    """
    many = a_year(step)
    last = step if many == 1 else month_in_words(date(int(step[:4]), int(step[5:]) * 12 // many, 1))
    return f"the end of {last}"


def at(step: str) -> str:
    """When a step is, as a phrase.

    >>> at("2030Q4"), at("2030Q2"), at("2030")
    ('at the end of 2030', 'in the second quarter of 2030', 'in 2030')
    """
    year, place = step[:4], step[5:]
    name, many = WORDS.get(step[4:5], ("year", 1))
    if many == 1:
        return f"in {year}"
    if int(place) == many:
        return f"at the end of {year}"
    return f"in the {ORDINALS[int(place) - 1] if many <= len(ORDINALS) else f'{place}th'} {name} of {year}"
