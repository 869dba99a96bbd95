"""Readings: what was observed of a quantity, joined and compared, and how a prediction is read in their way."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from premortem.case import Case
from premortem.errors import BadInput
from premortem.text.result import Shown
from premortem.watch import process
from premortem.watch.quantities import Z95, Array, Quantity, Span, When

# Two readings of one quantity on one day contradict each other when they lie this many standard deviations apart.
APART = 4.0
# Unit of what happens or does not.
EVENT = "event"


@dataclass(frozen=True, repr=False)
class Reading(Shown):
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
    start: date | None = None  # first day of the period that it speaks of; of an event, the day on which it came
    says: str = ""  # what exactly was read, or the event in words
    like_for_like: str = ""  # what it may be compared with
    id: str = ""
    beside: bool = False  # another measure of a fact than the record's, which takes no row's place

    @property
    def over(self) -> When:
        """The period that it speaks of: its day, or the stretch from its first day."""
        return Span(self.start, self.on) if self.start and self.start < self.on else self.on

    @property
    def fact(self) -> str:
        """The fact that it tells of: its group, else its quantity."""
        return self.group or self.quantity

    @property
    def label(self) -> str:
        """How it is named to people."""
        return f"{self.quantity} {self.value:g} on {self.on}"


@dataclass(frozen=True, repr=False)
class Readings(Shown):
    """Readings sorted out: of mapped quantities, of events (1 happened, 0 not), and of quantities that no one knows."""

    mapped: tuple[Reading, ...]
    events: tuple[Reading, ...]
    unknown: tuple[Reading, ...]

    def known(self, as_of: date, after: date | None = None) -> tuple[Reading, ...]:
        """Mapped readings that were known on a day, and not yet on an earlier one if given."""
        return tuple(r for r in self.mapped if r.known_on <= as_of and (after is None or r.known_on > after))

    def telling(self, as_of: date) -> tuple[Reading, ...]:
        """Mapped readings known on a day that still tell something: without nowcasts and projections of a fact of which an outcome is known."""
        known = self.known(as_of)
        over = {r.group for r in known if r.group and r.kind == "outcome"}
        return tuple(r for r in known if r.kind == "outcome" or r.group not in over)

    def joined(self, *others: "Readings") -> "Readings":
        """These and further ones; of the same quantity and day the further ones' stands, where it measures the same."""
        found = self
        for own in others:
            pairs = zip((found.mapped, found.events, found.unknown), (own.mapped, own.events, own.unknown), strict=True)
            found = Readings(*(_joined(ours, further) for ours, further in pairs))
        return found

    def happened(self, as_of: date, case: Case) -> dict[str, date]:
        """Events of the policy process that were known on a day to have come, with their days."""
        came = (r for r in self.events if r.known_on <= as_of and r.value > 0.5)
        days: dict[str, date] = {}
        for event in came:
            if event.quantity in process.events(case):
                on = event.start or event.on
                days[event.quantity] = min(on, days.get(event.quantity, on))
        return days

    def later(self, as_of: date) -> tuple[Reading, ...]:
        """Mapped readings that became known after a day."""
        return tuple(r for r in self.mapped if r.known_on > as_of)


def _joined(ours: Sequence[Reading], further: Sequence[Reading]) -> tuple[Reading, ...]:
    again = {(r.quantity, r.on) for r in further if not r.beside}
    return (*(r for r in ours if (r.quantity, r.on) not in again), *further)


def value_by_day(readings: Sequence[Reading]) -> dict[date, float]:
    """Values by day, the earliest first; of several readings of one day the value that became known last."""
    return {r.on: r.value for r in sorted(readings, key=lambda r: (r.on, r.known_on))}


def contradictions(
    readings: Sequence[Reading], quantities: Mapping[str, Quantity], file: str = "readings"
) -> list[BadInput]:
    """Pairs of readings of one quantity for one period that exclude each other."""
    found = []
    for i, one in enumerate(readings):
        for other in readings[i + 1 :]:
            quantity = quantities[one.quantity]
            apart = one.says != other.says or one.over != other.over
            if one.group and one.group == other.group and apart:
                continue  # two measures of one fact, or one on two days: they count as one
            if other.quantity != one.quantity or quantity.period(one.over) != quantity.period(other.over):
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


def strengths(readings: Sequence[Reading]) -> list[float]:
    """Power of each reading's likelihood: readings of one group tell of one fact, so together they count as one."""
    counts = Counter(r.group for r in readings if r.group)
    return [1 / counts[r.group] if r.group else 1.0 for r in readings]


def errors(reading: Reading, quantity: Quantity) -> tuple[float, float]:
    """Standard deviations of a reading below and above its value, on the quantity's scale."""
    centre = float(quantity.on_scale(reading.value))
    below, above = (
        quantity.error if end is None else abs(float(quantity.on_scale(end)) - centre) / Z95
        for end in (reading.low, reading.high)
    )
    return below, above


def at_an_end(reading: Reading, quantity: Quantity) -> tuple[float, int] | None:
    """Of a reading of nothing, or of all, what reads as that: the place on the scale up to which (1) or from which on (-1) values do, by
    the reading's own range where it has one; None of every other.
    """
    least, most = quantity.ends()
    if reading.value <= least:
        return float(quantity.on_scale(max(reading.high or least, least))), 1
    if reading.value >= most:
        return float(quantity.on_scale(min(reading.low or most, most))), -1
    return None


def simulate_reading(predicted: Array, reading: Reading, quantity: Quantity, seed: int) -> Array:
    """What would be read in each future: the outcome with the spread of reports and the reading's own error.

    Same shape as `predicted`; the same seed gives the same readings.
    """
    normal = np.random.default_rng(seed).standard_normal(predicted.shape)
    below, above = errors(reading, quantity)
    sides = np.where(normal < 0, np.hypot(above, quantity.spread), np.hypot(below, quantity.spread))
    return quantity.off_scale(quantity.on_scale(predicted) + sides * normal)
