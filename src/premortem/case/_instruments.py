"""Instruments of a case: what no clause says, with how long it takes, what of it works, and what it costs whom."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import Field

from premortem.case._case import Case
from premortem.errors import BadInput, call_all, nearest, raise_all
from premortem.files.toml import parse_toml
from premortem.files.typed import Strict, entries, read_entries

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


class _Own(Strict):
    """What a study may say of an instrument of its case. What of it works, and how large its costs are, are uncertainties."""

    id: str
    lag: float | None = Field(default=None, gt=0)
    falls_on: str | None = None
    evasion: str | None = None
    source: str


@cache
def instruments(case: Case) -> Mapping[str, Instrument]:
    """Instruments by name, with what a study says of them; none for a case without the table. Raises `BadInput`, or all of them at once."""
    shipped = read_entries(case / INSTRUMENTS, Instrument, missing_ok=True)
    own = _own(case, tuple(shipped))
    return {name: told.model_copy(update=own.get(name, {})) for name, told in shipped.items()}


def own_lags(case: Case) -> dict[str, float]:
    """Lags that a study changes, by instrument [yr]."""
    usual = instruments(replace(case, own=()))
    return {name: told.lag for name, told in instruments(case).items() if told.lag != usual[name].lag}


def _own(case: Case, known: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What a study says of each instrument that it names. Raises `BadInput`, every fault at once."""
    content = dict(case.own).get(INSTRUMENTS)
    document = parse_toml(content, INSTRUMENTS) if content is not None else {}
    allowed = f"{', '.join(known)}; another needs a world of its own"
    unknown = [
        BadInput(INSTRUMENTS, name, "no such instrument", got=name, allowed=allowed, hint=nearest(name, known))
        for name in document
        if name not in known
    ]
    told: dict[str, _Own] = {}
    call_all(lambda: raise_all(unknown), lambda: told.update(entries(document, INSTRUMENTS, _Own)))
    return {name: own.model_dump(exclude={"id"}, exclude_none=True) for name, own in told.items()}
