"""What became of a signpost after the day on which it was asked what to watch: how it came true, in words."""

import re
from datetime import date

from premortem.study import Study
from premortem.text.numbers import day_in_words
from premortem.text.units import quantity
from premortem.watch import reading_files, signposts
from premortem.watch.signposts import Signpost


def told_day(day: date | None) -> str:
    """A day in words, or that it is not known."""
    return day_in_words(day) if day else "a day not known"


def on_day(day: date | None, says: str) -> str:
    """What was said with its day before it, unless the words name that day themselves.

    >>> on_day(date(2025, 5, 13), "not enforced")
    '13 May 2025: not enforced'
    >>> on_day(date(2025, 5, 13), "not enforced from 13 May 2025")
    'not enforced from 13 May 2025'
    """
    told = told_day(day)
    return says if re.search(rf"\b{told}\b", says) else f"{told}: {says}"


def came_since(signpost: Signpost, study: Study, as_of: date) -> str:
    """How a signpost that was open on a day came true later, by all that the record holds; empty where it did not."""
    then, now = (
        signposts.standing(signpost, study.readings, day) for day in (as_of, reading_files.latest_day(study.case))
    )
    if not signpost.modelled or then.status == "passed" or now.status != "passed" or now.value is None:
        return ""
    limit = signpost.threshold
    if signpost.is_event or limit is None:
        return on_day(now.value_on, now.value_says or now.says)
    return f"{quantity(now.value, signpost.unit)} on {told_day(now.value_on)}, {limit.passes} {quantity(limit.value, signpost.unit)}"
