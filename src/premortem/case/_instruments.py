"""Instruments of a case: what no clause says, with how long it takes, what of it works, and what it costs whom."""

from collections.abc import Mapping
from functools import cache

from pydantic import Field

from premortem.case._case import Case
from premortem.files.typed import Strict, read_entries

# A case's table of them, where its world lets efforts take time and cost something.
INSTRUMENTS = "instruments.toml"


class Instrument(Strict):
    """An effort between 0 and 1 from a day on, and what comes of it."""

    id: str
    unit: str = Field(description="what an effort of 1 is")
    lag: float = Field(gt=0, description="how long an effort takes to come into effect [yr]")
    effectiveness: str = Field(
        default="", description="the uncertainty by which it works, where it does not work in full"
    )
    cost: tuple[str, ...] = Field(
        default=(), description="the uncertainties that size its costs; none where none is modelled"
    )
    falls_on: str = Field(description="who bears its costs")
    evasion: str = ""
    source: str


@cache
def instruments(case: Case) -> Mapping[str, Instrument]:
    """Instruments by name; none for a case without the table. Raises `BadInput`, or all of them at once."""
    return read_entries(case / INSTRUMENTS, Instrument, missing_ok=True)
