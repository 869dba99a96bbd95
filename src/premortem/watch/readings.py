"""Readings: what was observed of a quantity, joined and compared, and how a prediction is read in their way."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from premortem.case import Case
from premortem.errors import BadInput
from premortem.watch import process
from premortem.watch.quantities import Z95, Array, Quantity

# Two readings of one quantity on one day contradict each other when they lie this many standard deviations apart.
APART = 4.0
# Unit of what happens or does not.
EVENT = "event"


@dataclass(frozen=True)
class Reading:
    """One dated value of a quantity, in the quantity's own unit; `low` and `high` are its 5 and 95%, or None."""

    quantity: str
    on: date
    value: float
    low: float | None
    high: float | None
    known_on: date
    source: str
    confidence: str
    kind: str = "outcome"  # one of `kinds.KINDS`
    group: str = ""  # readings of one group tell of one fact; empty is the quantity itself
    named: str = ""  # as it was written, where that is another name than the quantity's own

    @property
    def label(self) -> str:
        """How it is named to people."""
        return f"{self.quantity} {self.value:g} on {self.on}"


@dataclass(frozen=True)
class Readings:
    """Readings sorted out: of mapped quantities, of events (1 happened, 0 not), and of quantities that no one knows."""

    mapped: tuple[Reading, ...]
    events: tuple[Reading, ...]
    unknown: tuple[Reading, ...]

    def known(self, as_of: date, after: date | None = None) -> tuple[Reading, ...]:
        """Mapped readings that were known on a day, and not yet on an earlier one if given."""
        return tuple(r for r in self.mapped if r.known_on <= as_of and (after is None or r.known_on > after))

    def joined(self, own: "Readings") -> "Readings":
        """These and further ones; a reading of the same quantity and day is taken from the further ones."""
        pairs = zip((self.mapped, self.events, self.unknown), (own.mapped, own.events, own.unknown), strict=True)
        return Readings(*(_joined(ours, further) for ours, further in pairs))

    def happened(self, as_of: date, case: Case) -> dict[str, date]:
        """Events of the policy process that were known on a day to have come, with their days."""
        came = (r for r in self.events if r.known_on <= as_of and r.value > 0.5)
        return {r.quantity: r.on for r in came if r.quantity in process.events(case)}

    def later(self, as_of: date) -> tuple[Reading, ...]:
        """Mapped readings that became known after a day."""
        return tuple(r for r in self.mapped if r.known_on > as_of)


def _joined(ours: Sequence[Reading], further: Sequence[Reading]) -> tuple[Reading, ...]:
    again = {(r.quantity, r.on) for r in further}
    return (*(r for r in ours if (r.quantity, r.on) not in again), *further)


def contradictions(
    readings: Sequence[Reading], quantities: Mapping[str, Quantity], file: str = "readings"
) -> list[BadInput]:
    """Pairs of readings of one quantity for one period that exclude each other."""
    found = []
    for i, one in enumerate(readings):
        for other in readings[i + 1 :]:
            quantity = quantities[one.quantity]
            if other.quantity != one.quantity or quantity.period(one.on) != quantity.period(other.on):
                continue
            away = abs(float(quantity.on_scale(one.value) - quantity.on_scale(other.value)))
            if away > APART * math.hypot(sum(errors(one, quantity)) / 2, sum(errors(other, quantity)) / 2):
                found.append(
                    BadInput(
                        file,
                        one.quantity,
                        f"{one.label} and {other.label} contradict each other",
                        allowed="one of them, or wider low and high",
                        hint="leave out the less sure one",
                    )
                )
    return found


def errors(reading: Reading, quantity: Quantity) -> tuple[float, float]:
    """Standard deviations of a reading below and above its value, on the quantity's scale."""
    centre = float(quantity.on_scale(reading.value))
    below, above = (
        quantity.error if end is None else abs(float(quantity.on_scale(end)) - centre) / Z95
        for end in (reading.low, reading.high)
    )
    return below, above


def simulate_reading(predicted: Array, reading: Reading, quantity: Quantity, seed: int) -> Array:
    """What would be read in each future: the outcome with the spread of reports and the reading's own error.

    Same shape as `predicted`; the same seed gives the same readings.
    """
    normal = np.random.default_rng(seed).standard_normal(predicted.shape)
    below, above = errors(reading, quantity)
    sides = np.where(normal < 0, np.hypot(above, quantity.spread), np.hypot(below, quantity.spread))
    return quantity.off_scale(quantity.on_scale(predicted) + sides * normal)
