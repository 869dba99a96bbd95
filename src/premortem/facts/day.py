"""A day as a data file gives it: a label or a year alone is not a day on which something was known."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value) == len("YYYY-MM-DD"):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError("is not a day; allowed: a day such as 2026-01-31")


Day = Annotated[date, BeforeValidator(_day)]
