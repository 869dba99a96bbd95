"""Days that a note tells: as dates, as months, quarters and weeks, and from the day of its row on."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from premortem.law.fields.days import MONTHS, OF_NAME, mark_of, readings
from premortem.text.numbers import strip_accents

MONTH = f"(?:{'|'.join(sorted(OF_NAME, key=len, reverse=True))})"
DAY, YEAR, END = r"(\d{1,2})(?:st|nd|rd|th)?", r"(20\d\d)", r"(?!\w)"
# With a year; in figures, or with the month by its name on either side.
FIGURES = re.compile(
    rf"\b(?:20\d\d[01]\d[0-3]\d|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}[./-]\d{{1,2}}[./-](?:\d{{4}}|\d{{2}})){END}"
)
NAMED = re.compile(rf"\b(?:{DAY}[ .-]*(?:de )?({MONTH})|({MONTH})[ .]*{DAY})(?:[ .,-]*(?:de )?{YEAR})?{END}(?!,? ?\d)")
WITHOUT_A_YEAR = re.compile(rf"\b(\d{{1,2}})\.(\d{{1,2}})\.{END}(?! ?\d)")
# The month in Roman figures.
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
IN_ROMAN = re.compile(rf"\b(\d{{1,2}})[. /-] ?({'|'.join(sorted(ROMAN, key=len, reverse=True))})[. /-] ?{YEAR}{END}")
# Longer than a day: of these the first day and the last count. A month needs a year, or a word before it: `may` is another word as well.
OF_MONTH = re.compile(rf"\b({MONTH})[ .,]*(?:de )?{YEAR}{END}")
MONTH_OF_SHORT_YEAR = re.compile(rf"\b({MONTH})(?:[-/]| ?['’])(\d\d){END}")
IN_MONTH = re.compile(rf"\b(?:in|im|by|en|early|mid|late|until|till|during|end of|start of|from|anfang|mitte|ende|debut|fin) ({MONTH})\b(?![ .,]*\d)")  # fmt: skip
IN_YEAR = re.compile(rf"\b(?:in|by|until|during|early|mid|late|deliver\w*|ship\w*|etd|eta) {YEAR}\b(?![./-]?\d)")
PART_OF_YEAR = re.compile(rf"\b(?:([qh])([1-4])|(spring|summer|autumn|winter))\b[ ,/-]*{YEAR}?")
WEEK = re.compile(rf"\b(?:kw|cw|wk|week|woche|semaine|semana)[ .]*(\d{{1,2}})(?!\d)(?:[ /-]*{YEAR})?")
MONTHS_OF, SEASONS = {"q": 3, "h": 6}, {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
# Days told from the row's own: how long after it, in days at most.
NEXT = re.compile(r"\b(?:(tomorrow)|next (week|month|quarter|year))\b")
AFTER = re.compile(
    r"\b(?:in|within|after|lead time(?: of)?) (?:about |approx )?(\d{1,3})(?:-(\d{1,3}))? ?(d|w|m)(?:ays?|eeks?|ks?|onths?|o)?\b"
)
LONG, OF_EACH = {"tomorrow": 1, "week": 13, "month": 61, "quarter": 183, "year": 730}, {"d": 1, "w": 7, "m": 31}
# A note that may tell a day.
MAY_TELL = (
    rf"(?i)\d[./-]\d|\d[. /-] ?[ivx]+[. /-]|\b20\d\d|\b[hq][1-4]\b|spring|summer|autumn|winter|m[äa]e?rz|f[ée]vrier|ao[ûu]t|d[ée]cembre|{MONTH}"
    r"|\b(?:kw|cw|wk|week|woche|semaine|semana)[ .]*\d|tomorrow|next (?:week|month|quarter|year)|(?:in|within|after|time|of|about|approx) \d"
)
# Words that put goods off to a day that they do not say: until something is done, or to a time of the year; neither hours nor what is
# done at the door.
PUTS_OFF = re.compile(
    r"\b(?:later|once|(?:until|till|after)(?! ?\d| (?:noon|lunch|hours|call(?:ing)?|appointment|the call|the bell|[ap]m)\b)(?: the| all| next)?(?: [a-z]+)?"
    r"|as soon as|postpon\w*|delay\w*|reschedul\w*|deferr?\w*|hold|held|await\w*|waits?|waiting|pending|back ?order\w*|not (?:before|yet|until)(?! ?\d)"
    r"|call[ -]?offs?|mid[ -]?year|(?:end of (?:the )?)?year[ -]?end|end of (?:the )?year|new year|holidays?|easter|christmas|xmas|ramadan|eid|diwali"
    r"|spater|sobald|erst (?:nach|wenn|ab|im)|nach (?:dem |der |den )?(?:ostern|weihnachten|urlaub|feiertage\w*|jahreswechsel|freigabe|genehmigung|zahlung\w*|messe|ferien)"
    r"|verschoben|verschiebt|zuruckgestellt|jahresende|jahreswechsel|ostern|weihnachten|plus tard|apres (?!\d)[a-z]+|des que|reporte[es]*|rentree|fin d annee"
    r"|mas tarde|despues|cuando|fin de ano|dopo|appena|piu tardi|fine anno|zodra|uitgesteld|na de|na het)\b"
)
MAY_PUT_OFF = (
    r"(?i)later|once|until|till|after|soon as|postp|delay|resched|defer|hold|held|wait|pending|order|not |call|year|holiday|easter|christm|xmas|ramadan|eid|diwali"
    r"|sp[äa]t|sobald|erst|nach|versch|zur[üu]ck|jahres|ostern|weihn|tard|apr[èe]s|d[èe]s|report|rentr|fin |fine |m[áa]s|despu|cuando|dopo|appena|pi[ùu]|zodra|uitg|na "
)
# What goes before a day on which goods went, so that a day before the row's counts as well.
WENT = re.compile(
    r"(?:ship\w*|deliver\w*|sent|left|depart\w*|dispatch\w*|export\w*|sail\w*|flew|etd|versand\w*|geliefert|livr\w*|enviad\w*)"
    r"\W+(?:\w+\W+){0,2}$"
)
# A day without a year lies so many days before its row's at most, or else in the next year.
BEFORE = 183


@lru_cache(maxsize=100_000)
def days_of(note: str, beside: date) -> tuple[date, ...]:
    """Days that a note tells, of a row of another day: later ones, and earlier ones on which it says that goods went.

    >>> days_of("invoice 1 May, ships 3 Sept", date(2025, 5, 2)), days_of("shipped 2025-01-30", date(2025, 5, 2))
    ((datetime.date(2025, 9, 3),), (datetime.date(2025, 1, 30),))
    """
    text = strip_accents(note)
    found = [(day, start) for start, days in _told(text, beside) for day in days]
    return tuple(
        dict.fromkeys(day for day, start in found if day > beside or (day < beside and WENT.search(text[:start])))
    )


def put_off(note: str) -> str:
    """Words of a note by which goods leave on another day than its row's, which it does not tell; "" where it says none.

    >>> put_off("delivery after the holidays"), put_off("dock closes after 16:00, call before delivery")
    ('after the holidays', '')
    """
    found = PUTS_OFF.search(strip_accents(note))
    return found[0].strip() if found else ""


def _told(text: str, beside: date) -> Iterator[tuple[int, tuple[date, ...]]]:
    """Where a text tells days, and which."""
    for found in FIGURES.finditer(text):
        read = readings(found[0])
        # a full stop stands behind a day, as nobody writes it who puts the month first
        both = (read.day_first,) if mark_of(found[0]) == "." else (read.day_first, read.month_first)
        yield found.start(), tuple(day for day in dict.fromkeys(both) if day)
    text = FIGURES.sub(_blank, text)
    for found in NAMED.finditer(text):
        day, month = int(found[1] or found[4]), OF_NAME[found[2] or found[3]]
        yield found.start(), _in_year(month, day, beside, int(found[5]) if found[5] else None)
    for found in WITHOUT_A_YEAR.finditer(text):
        yield found.start(), _in_year(int(found[2]), int(found[1]), beside, None)
    for found in IN_ROMAN.finditer(text):
        yield found.start(), _in_year(ROMAN.index(found[2]) + 1, int(found[1]), beside, int(found[3]))
    yield from _spans(NAMED.sub(_blank, text), beside)


def _spans(text: str, beside: date) -> Iterator[tuple[int, tuple[date, ...]]]:
    for found in OF_MONTH.finditer(text):
        yield found.start(), _span(int(found[2]), OF_NAME[found[1]], 1)
    for found in MONTH_OF_SHORT_YEAR.finditer(text):
        yield found.start(), _span(2000 + int(found[2]), OF_NAME[found[1]], 1)
    for found in IN_MONTH.finditer(text):
        month = OF_NAME[found[1]]
        yield found.start(), _span(beside.year + (month < beside.month), month, 1)
    for found in IN_YEAR.finditer(text):
        yield found.start(), _span(int(found[1]), 1, 12)
    for found in PART_OF_YEAR.finditer(text):
        year, months = int(found[4] or beside.year), MONTHS_OF.get(found[1] or "", 3)
        first = SEASONS[found[3]] if found[3] else months * (int(found[2]) - 1) + 1
        yield found.start(), _span(year, first, months) if first <= len(MONTHS) else ()
    for found in WEEK.finditer(text):
        if 1 <= int(found[1]) <= 52:
            monday = date.fromisocalendar(int(found[2] or beside.year), int(found[1]), 1)
            yield found.start(), (monday, monday + timedelta(6))
    for found in NEXT.finditer(text):
        yield found.start(), (beside + timedelta(LONG[found[1] or found[2]]),)
    for found in AFTER.finditer(text):
        yield found.start(), (beside + timedelta(int(found[2] or found[1]) * OF_EACH[found[3]]),)


def _blank(found: re.Match[str]) -> str:
    """As many spaces, so that what is left stands where it stood."""
    return " " * len(found[0])


def _in_year(month: int, day: int, beside: date, year: int | None) -> tuple[date, ...]:
    """A day; one without a year is of the row's year, or of the next where that lies long before."""
    try:
        found = date(year or beside.year, month, day)
        return (found if year or (beside - found).days <= BEFORE else date(beside.year + 1, month, day),)
    except ValueError:
        return ()


def _span(year: int, month: int, months: int) -> tuple[date, ...]:
    """First and last day of some months."""
    after = month - 1 + months
    return date(year, month, 1), date(year + after // 12, after % 12 + 1, 1) - timedelta(1)
