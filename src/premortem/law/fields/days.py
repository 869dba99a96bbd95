"""Days as people write them: read where there is one way to, and in the order of day and month that a column shows or is told."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from premortem.text.numbers import strip_accents

Order = Literal["DMY", "MDY"]
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
# In German, French, Spanish, Italian and Dutch; small, without accents.
_ABROAD = """
januar janvier enero gennaio januari|februar fevrier febrero febbraio februari|marz maerz mars marzo maart|avril abril aprile|mai mayo maggio mei
juni juin junio giugno|juli juillet julio luglio|aout agosto augustus|septembre septiembre settembre|oktober octobre octubre ottobre
novembre noviembre|dezember decembre diciembre dicembre
"""
# A month's number by its name, in English short as well.
OF_NAME = {
    **{name: i for i, full in enumerate(MONTHS, 1) for name in (full, full[:3], *(("sept",) if i == 9 else ()))},
    **{name: i for i, names in enumerate(re.split(r"[|\n]", _ABROAD.strip()), 1) for name in names.split()},
}
TIME = r"(?:[Tt ,]\s*\d{1,2}(?:[:.]\d.*|\s*[AaPp]\.?[Mm]\.?)?)?"
ISO = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){TIME}")
PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})")
NAMED = re.compile(rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s.\-/]*([A-Za-z]{{3,9}})[\s.,\-/]*(\d{{4}}|\d{{2}}){TIME}")
MONTH_FIRST = re.compile(rf"([A-Za-z]{{3,9}})[\s.\-]*(\d{{1,2}})(?:st|nd|rd|th)?[\s,\-]+(\d{{4}}){TIME}")
NUMERIC = re.compile(rf"(\d{{1,2}})([./-])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){TIME}")
# Days as spreadsheets count them, of this century: from the last day of 1899, or from 1904.
SERIAL = re.compile(r"([34567]\d{4})(?:\.\d+)?")
FROM_1900, FROM_1904 = date(1899, 12, 30), date(1904, 1, 1)


class Readings(NamedTuple):
    """What a text means with the day first and with the month first; the same where the order says nothing."""

    day_first: date | None
    month_first: date | None

    def by(self, order: Order | None) -> date | None:
        """The day in an order, or in any where both say the same; None where it hangs on the order, or is none."""
        if order:
            return self.day_first if order == "DMY" else self.month_first
        return self.day_first if self.day_first == self.month_first else None

    @property
    def only(self) -> Order | None:
        """The one order in which it is a day; None where either will do, or neither."""
        if (self.day_first is None) == (self.month_first is None):
            return None
        return "MDY" if self.day_first is None else "DMY"


NONE = Readings(None, None)


def readings(text: str, from_1904: bool = False) -> Readings:
    """What a written day may mean.

    >>> readings("15-Mar-2025").by(None), readings("03/15/2025").only, readings("03/04/2025").by(None)
    (datetime.date(2025, 3, 15), 'MDY', None)
    """
    told = strip_accents(text.strip())
    if parts := ISO.fullmatch(told):
        return _sure(parts[1], parts[3], parts[4])
    if parts := PLAIN.fullmatch(told):
        return _sure(*parts.groups())
    if (parts := NAMED.fullmatch(told)) and (month := _month(parts[2])):
        return _sure(parts[3], month, parts[1])
    if (parts := MONTH_FIRST.fullmatch(told)) and (month := _month(parts[1])):
        return _sure(parts[3], month, parts[2])
    # 21-03-25 may begin with the year too
    if (parts := NUMERIC.fullmatch(told)) and not (parts[2] == "-" and len(parts[4]) == 2):
        return Readings(_day(parts[4], parts[3], parts[1]), _day(parts[4], parts[1], parts[3]))
    if parts := SERIAL.fullmatch(told):
        day = (FROM_1904 if from_1904 else FROM_1900) + timedelta(int(parts[1]))
        return Readings(day, day)
    return NONE


def mark_of(text: str) -> str:
    """What stands between the numbers of a day: `.`, `/` or `-`; "" for a day written otherwise."""
    parts = NUMERIC.fullmatch(text.strip())
    return parts[2] if parts else ""


def order_of(found: Iterable[Readings]) -> Order | None:
    """The order of day and month that days show by those that are a day in one order alone; None where they show none, or both."""
    shown = {told.only for told in found} - {None}
    return shown.pop() if len(shown) == 1 else None


def day(value: Any) -> date | None:
    """A day from a date, a time on a day or a text with one reading; None for none, and for one that could mean two days.

    A bare number of a spreadsheet's days is none here: only beside a column of them is it known for one.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value)
    told = NONE if SERIAL.fullmatch(text.strip()) else readings(text)
    return (told.day_first or told.month_first) if told.only else told.by(None)


def _month(name: str) -> str:
    """A month's number by its name, or by a start of it that is no other month's; "" for none."""
    told = name.lower()
    starts = {i for full, i in OF_NAME.items() if full.startswith(told)}
    return str(OF_NAME.get(told) or (starts.pop() if len(starts) == 1 else ""))


def _sure(year: str, month: str, day: str) -> Readings:
    told = _day(year, month, day)
    return Readings(told, told)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None
