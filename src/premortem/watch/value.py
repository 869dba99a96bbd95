"""What a new figure would be worth: how much regret it saves in choosing a policy, and how much doubt it removes.

Expected value of (imperfect) information by binning: futures are sorted by what would be read in them; within a bin the
best policy is chosen anew (Strong, Oakley and Brennan 2014 discuss the estimators). The choice is made on one half of the
futures and valued on the other, so that a reading that tells nothing is worth about nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
from scipy.special import ndtri

from premortem.text import numbers
from premortem.text.result import Shown
from premortem.watch.quantities import Array
from premortem.watch.signposts import Signpost
from premortem.watch.weights import effective, summing_to_one

# Bins of a reading, and the fewest effective futures a bin of each half should hold.
BINS, IN_A_BIN = 24, 50
# What is smaller than so many standard errors is not told apart from nothing.
CLEAR = 2.0
# Below this share of futures a threshold is too rare to speak of.
RARE = 0.005
LN2 = float(np.log(2.0))


@dataclass(frozen=True, repr=False)
class Worth(Shown):
    """What one reading is worth."""

    regret: float  # expected gain in the measure of policies by choosing after the reading; 0 or more
    regret_error: float  # its standard error
    regret_share: float  # of the gain that knowing the future itself would bring
    entropy: Mapping[str, float]  # expected reduction of doubt about each assumption [bits]; 0 or more

    @property
    def clear_regret_share(self) -> float:
        """The share of regret saved, or 0 where the gain is not told apart from none."""
        return self.regret_share if self.regret > CLEAR * self.regret_error else 0.0


@dataclass(frozen=True, repr=False)
class Shift(Shown):
    """How a share moves when a threshold is passed."""

    assumption: str
    before: float
    after: float
    passed: float  # share of futures in which it is passed
    error: float = 0.0  # standard error of the move

    @property
    def clear(self) -> bool:
        """Whether the move is told apart from none."""
        return abs(self.after - self.before) > CLEAR * self.error


def worth(
    reading: Array, measures: Mapping[str, Array], holds: Mapping[str, Array], weights: Array | None = None
) -> Worth:
    """Worth of a reading. All arrays have shape (future,).

    `reading` is what would be read in each future, error included (`readings.as_read`); `measures` the measure of each
    policy (`stress.regret.performance`); `holds` whether each assumption holds under the policy in view.
    """
    w = summing_to_one(weights, len(reading))
    count = len(reading) if weights is None else effective(weights)
    place, bins = bin_readings(reading, w, count)
    stacked = np.stack(list(measures.values()))
    gain, error = _gain(place, bins, stacked, w)
    perfect = float(np.dot(stacked.max(0), w) - (stacked @ w).max())
    doubt = {name: information(place, bins, flags, w, count) for name, flags in holds.items()}
    return Worth(gain, error, gain / perfect if perfect > 0 else 0.0, doubt)


def bin_readings(reading: Array, weights: Array, count: float) -> tuple[Array, int]:
    """Bin of each future by its reading, with equal weight a bin, and the number of bins; broken readings come last."""
    bins = int(np.clip(count / (2 * IN_A_BIN), 2, BINS))
    order = np.argsort(reading)
    sums = np.cumsum(weights[order])
    place = np.empty(len(reading), np.int64)
    place[order] = np.minimum((sums - weights[order] / 2) / sums[-1] * bins, bins - 1).astype(np.int64)
    # readings that are equal belong to one bin: one of their own where they are few, else the first that any fell into
    values = reading[order]
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    if len(starts) <= BINS:
        place[order] = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(values)]))
        return place, len(starts)
    if len(starts) < len(values):
        place[order] = np.repeat(place[order][starts], np.diff(np.r_[starts, len(values)]))
    return place, bins


def _gain(place: Array, bins: int, measures: Array, weights: Array) -> tuple[float, float]:
    """Gain of choosing a policy in each bin over the best one for all, and its error.

    The choice in a bin is made on one half and valued on the other; the best for all is so in hindsight, so that noise
    between policies that are nearly alike does not pass for a gain.
    """
    half = np.random.default_rng(len(place)).permutation(len(place)) % 2
    sums = np.stack([np.bincount(place + bins * half, weights * m, 2 * bins) for m in measures])
    sums = sums.reshape(len(measures), 2, bins)  # (policy, half, bin)
    everyone = np.arange(len(place))
    chosen = sums.argmax(0)[1 - half, place]
    fixed = sums.sum((1, 2)).argmax()
    gains = measures[chosen, everyone] - measures[fixed, everyone]
    gain = float(np.dot(weights, gains))
    return max(gain, 0.0), float(np.sqrt(np.dot(weights**2, (gains - gain) ** 2)))


def information(place: Array, bins: int, holds: Array, weights: Array, count: float) -> float:
    """Mutual information of a binned reading and a verdict [bits], less the bias of so many bins (Miller 1955)."""
    mass = np.bincount(place, weights, bins)
    inside = np.bincount(place, weights * holds, bins)
    filled = mass > 0
    share = np.clip(inside[filled] / mass[filled], 0.0, 1.0)
    conditional = float(np.dot(mass[filled], entropy(share)) / mass.sum())
    bias = (filled.sum() - 1) / (2 * count * LN2)
    return max(float(entropy(inside.sum() / mass.sum())) - conditional - float(bias), 0.0)


def entropy(share: Array | float) -> Array:
    """Entropy of a yes or no [bits]: 1 at one half, 0 when settled."""
    p = np.clip(np.asarray(share, float), 1e-12, 1 - 1e-12)
    return np.asarray(-(p * np.log2(p) + (1 - p) * np.log2(1 - p)))


def parameter_reading(values: Array, error: float, seed: int) -> Array:
    """What would be read of a parameter in each future, in its own unit: its value blurred on the scale of its ranks.

    `error` is in standard deviations of the prior; the same seed gives the same readings.
    """
    normal = np.random.default_rng(seed).standard_normal(len(values))
    ranks = (np.argsort(np.argsort(values, kind="stable"), kind="stable") + 0.5) / len(values)
    scores = ndtri(ranks) + error * normal
    # the blurred score stands for the value that the prior has at the same place among the blurred scores
    return np.asarray(np.interp(scores / np.hypot(1.0, error), ndtri(np.sort(ranks)), np.sort(values)))


def shifts(reading: Array, signpost: Signpost, holds: Mapping[str, Array], weights: Array | None = None) -> list[Shift]:
    """How each assumption's share moves when a signpost's threshold is passed, the largest clear move first.

    Empty for a signpost without a threshold, or one that almost no future or almost every future passes.
    """
    if signpost.threshold is None:
        return []
    w = summing_to_one(weights, len(reading))
    limit = signpost.threshold.value
    passed = reading > limit if signpost.threshold.passes == "above" else reading < limit
    mass = float(w.sum(where=passed))
    if not RARE < mass < 1 - RARE:
        return []
    count = effective(w)
    return sort_by_size([_shift(name, flags, passed, w, mass, count) for name, flags in holds.items()])


def sort_by_size(moved: Sequence[Shift]) -> list[Shift]:
    """Moves that are told apart from none, the largest first; then the others."""
    return sorted(moved, key=lambda s: (not s.clear, -abs(s.after - s.before)))


def _shift(name: str, holds: Array, passed: Array, w: Array, mass: float, count: float) -> Shift:
    """Share before and once passed; the error is that of two independent shares, (1 - mass) x their difference."""
    share, inside = float(w.sum(where=holds)), float(w.sum(where=holds & passed))
    after, other = inside / mass, (share - inside) / (1 - mass)
    variance = after * (1 - after) / (count * mass) + other * (1 - other) / (count * (1 - mass))
    return Shift(name, share, after, mass, (1 - mass) * float(np.sqrt(max(variance, 0.0))))


def sentence(signpost: Signpost, shift: Shift, known: date | None = None) -> str:
    """The finding in words: 'If the yield passes 55% by the end of 2026, X2's share falls from 61% to 48%'; where the shares are
    weighted, by what was `known` on a day.
    """
    if signpost.threshold is None:
        return ""
    kind = "weighted share" if known else "share"
    return (
        f"If {_when(signpost, signpost.threshold.value)}, {shift.assumption}'s {kind} "
        f"{move(shift.before, shift.after)}{_doubted(shift)}; that is so in {_of_futures(shift.passed, known)}."
    )


def sure_sentence(reading: Array, signpost: Signpost, weights: Array | None = None) -> str:
    """What is said of a threshold that almost every future passes, or almost none: it would tell nothing."""
    if signpost.threshold is None:
        return ""
    limit = signpost.threshold
    past = reading > limit.value if limit.passes == "above" else reading < limit.value
    passed = float(np.average(past, weights=weights))
    return (
        f"In almost {'every' if passed > 0.5 else 'no'} future {_when(signpost, limit.value)}: passing it tells little."
    )


def _when(signpost: Signpost, limit: float) -> str:
    if signpost.unit == numbers.LOG_RATE:
        limit = numbers.a_year(limit, "falls" in signpost.when)
    said = (
        numbers.share(limit)
        if signpost.unit in ("share", "1/yr", numbers.LOG_RATE)
        else f"{limit:g}".replace("e+", "e")
    )
    return f"{signpost.when.replace('{limit}', said)} by {_day(signpost.by)}"


def event_sentence(signpost: Signpost, shift: Shift, known: date | None = None) -> str:
    """The same for an event: shares without it and with it in every future, from runs in which its lever is off and on."""
    kind = "weighted share" if known else "share"
    without, after = numbers.share(shift.before), numbers.share(shift.after)
    moved = (
        f"stays at {after} with it and without"
        if without == after
        else f"{_word(shift.after - shift.before)} from {without} without it to {after} with it"
    )
    return (
        f"If {signpost.when} by {_day(signpost.by)} (so in {_of_futures(shift.passed, known)}), {shift.assumption}'s {kind} "
        f"{moved}{_doubted(shift)}."
    )


def _doubted(shift: Shift) -> str:
    """What follows a move that is told and not told apart from none; nothing after a clear one, or where none is told."""
    told = numbers.share(shift.before) != numbers.share(shift.after)
    return ", which is within noise" if told and not shift.clear else ""


def _of_futures(share: float, known: date | None) -> str:
    """A share of the futures that other shares are of, by the same weights, with the day of what weighs them."""
    by = f" weighted by what was known on {numbers.day_in_words(known)}" if known else ""
    return f"{numbers.share(share)} of futures{by}"


def move(before: float, after: float) -> str:
    """`falls from 61% to 48%`, `rises from ..`, or `stays at 61%`."""
    if numbers.share(before) == numbers.share(after):
        return f"stays at {numbers.share(before)}"
    return f"{_word(after - before)} from {numbers.share(before)} to {numbers.share(after)}"


def _word(change: float) -> Literal["rises", "falls"]:
    return "rises" if change > 0 else "falls"


def _day(day: date) -> str:
    return f"the end of {day.year}" if (day.month, day.day) == (12, 31) else numbers.day_in_words(day)
