"""Proper scores of a forecast against what came, and the naive forecasts that it is held against."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from scipy.special import log_ndtr, logsumexp

from premortem.watch.quantities import Array, Quantity
from premortem.watch.readings import Reading, at_an_end, errors, value_by_day
from premortem.watch.weights import summing_to_one

DAYS_A_YEAR = 365.25


def crps(sample: Array, observed: float, weights: Array | None = None) -> float:
    """Continuous ranked probability score of a sample, in its unit: E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007).

    By sorting, in n log n. A point forecast scores its absolute error.
    """
    order = np.argsort(sample)
    x = sample[order].astype(float)
    w = summing_to_one(weights, len(sample))[order]
    before = np.cumsum(w) - w
    # half of E|X - X'| = sum over i of w_i x_i (weight before i - weight after i)
    half_spread = float(np.dot(w * x, 2 * before + w - 1))
    return float(np.dot(w, np.abs(x - observed))) - half_spread


def two_piece_log_density(y: Array | float, centre: float, below: float, above: float) -> Array:
    """Log density at `y` of two halves of normals that meet at `centre`, each half of the whole, with their own standard deviations."""
    side = np.where(np.asarray(y) < centre, below, above)
    z = (np.asarray(y) - centre) / side
    return np.asarray(-0.5 * z * z - np.log(side) - 0.5 * np.log(2 * np.pi))


def log_score(predicted: Array, reading: Reading, quantity: Quantity, weights: Array | None = None) -> float:
    """Log density, in the quantity's unit, that futures gave to what was read: the mean over futures of what would be read in each
    (Good 1952; larger is better). Of a reading of nothing, or of all, which has no density, the log of the chance that it would be read.
    """
    on_scale, shares = quantity.on_scale(predicted), summing_to_one(weights, len(predicted))
    if end := at_an_end(reading, quantity):
        wide = float(np.hypot(quantity.error, quantity.spread))  # its own range, from an end on, is no error
        return float(logsumexp(log_chance(end, on_scale, wide, wide), b=shares))
    below, above = (float(np.hypot(side, quantity.spread)) for side in errors(reading, quantity))
    # where the outcome lies below what was read, the report lies above it, and the other way round
    each = two_piece_log_density(on_scale, float(quantity.on_scale(reading.value)), below, above)
    return float(logsumexp(each, b=shares)) + quantity.log_slope(reading.value)


def log_chance(end: tuple[float, int], centre: Array | float, below: float, above: float) -> Array:
    """Log of the chance of values up to a place (1), or from it on (-1), by two halves of normals that meet at `centre`."""
    place, side = end
    away = side * (place - np.asarray(centre))
    return np.asarray(log_ndtr(away / np.where(side * away < 0, below, above)))


def quantiles(sample: Array, at: Sequence[float], weights: Array | None = None) -> tuple[float, ...]:
    """Quantiles of a sample, weighted if weights are given (the smallest value with that share at or below it)."""
    if weights is None:
        return tuple(float(q) for q in np.quantile(sample, at))
    order = np.argsort(sample)
    sums = np.cumsum(weights[order])
    places = np.minimum(np.searchsorted(sums, np.asarray(at) * sums[-1]), len(sample) - 1)
    return tuple(float(v) for v in sample[order][places])


def brier(share: float, happened: bool) -> float:
    """Squared error of a share against what happened (Brier 1950)."""
    return (share - float(happened)) ** 2


def baselines(earlier: Sequence[Reading], on: date) -> tuple[float | None, float | None]:
    """The last earlier value, and a straight line through the last value of each earlier day; None where there is none.

    Both take only what is handed to them: readings known on the day of the forecast.
    """
    by_day = value_by_day(earlier)
    if not by_day:
        return None, None
    days = np.array([(day - on).days / DAYS_A_YEAR for day in by_day])
    values = np.array(list(by_day.values()), float)
    if len(days) < 2:
        return float(values[-1]), None
    return float(values[-1]), float(np.polyfit(days, values, 1)[1])
