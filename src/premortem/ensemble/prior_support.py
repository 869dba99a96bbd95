"""Values that there are none of: a prior of the user's own must not reach them. Told by the unit and the range of the shipped one."""

from typing import Protocol

from premortem.ensemble.distributions import Range
from premortem.errors import BadInput

# Units in which a value may have either sign: growth and odds in logs, and pure numbers. All others are times, shares, stocks, rates.
SIGNED = ("ln", "logit", "1/ln", "-")
# Units of a time, by which rates divide, and of a share.
TIMES, SHARE = ("yr", "months"), "0-1"


class Row(Range, Protocol):
    """A prior with its name and unit."""

    @property
    def name(self) -> str:
        """Of the uncertainty."""

    @property
    def unit(self) -> str:
        """Of its values."""


def beyond(own: Row, shipped: Row, file: str) -> BadInput | None:
    """What is wrong with an own prior that reaches a time of 0 or less, a stock, share or rate below 0, or a share above 1, where the
    shipped one does not.
    """
    unit, end, allowed = shipped.unit, "low", ""
    if unit in TIMES and shipped.low > 0 >= own.low:
        allowed = f"above 0 {unit}, since it is a time"
    elif not unit.startswith(SIGNED) and shipped.low >= 0 > own.low:
        allowed = f"0 or more, in {unit}"
    elif unit == SHARE and shipped.high <= 1 < own.high:
        end, allowed = "high", "at most 1, since it is a share"
    got = f"{getattr(own, end):g}"
    return BadInput(file, f"{own.name}.{end}", "no such value", got=got, allowed=allowed) if allowed else None
