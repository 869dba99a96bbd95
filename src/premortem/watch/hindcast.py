"""The hindcast: what the model said, standing on a day, against what was read later; with the misses first.

Scores are proper: CRPS (Hersbach 2000; Gneiting and Raftery 2007) against persistence and a straight line through what
was known, and Brier 1950 for events.

Over 300 lines: the scores, what they are made of and how they are told as tables and JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput
from premortem.files.toml import read_toml
from premortem.watch import kinds
from premortem.watch import quantities as known_quantities
from premortem.watch.hindcast_results import EventScored, Hindcast, Scored
from premortem.watch.quantities import Array, Quantity
from premortem.watch.readings import Reading, Readings, simulate_reading
from premortem.watch.scores import baselines, brier, crps, quantiles

# The central range whose coverage is scored.
RANGE = (0.05, 0.5, 0.95)


def hindcast(
    readings: Readings,
    predictions: Mapping[str, Array],
    as_of: date,
    quantities: Mapping[str, Quantity],
    events: Mapping[str, Any] | None = None,
    weights: Array | None = None,
    record: Sequence[Reading] = (),
    why: Mapping[str, str] | None = None,
) -> Hindcast:
    """Scores of every reading that became known after a day.

    `predictions` holds columns by `Quantity.column`, each (future,); `events` maps an event to a function from a day to the
    share of futures in which it had come; `weights` are of the readings known on the day, if wanted; `record` are further
    earlier readings, for the baselines only; `why` explains misses by quantity or event.
    """
    known = [*(r for r in record if r.known_on <= as_of), *readings.known(as_of)]
    why = why or {}
    scored: list[Scored] = []
    left: list[dict[str, str]] = []
    for i, reading in enumerate(readings.later(as_of)):
        quantity = quantities[reading.quantity]
        values = predictions.get(quantity.column(reading.on))
        if values is None:
            left.append(_left(reading, "lies outside the simulated steps"))
            continue
        earlier = [r for r in known if r.quantity == reading.quantity and r.on < reading.on]
        found = _score(reading, quantity, simulate_reading(values, reading, quantity, seed=i), weights, earlier, as_of)
        scored.append(replace(found, explanation=why.get(reading.quantity, "")))
    happened, no_event = _events(readings, as_of, events or {}, why)
    unknown = [_left(r, "no such quantity in the model") for r in readings.unknown if r.known_on > as_of]
    return Hindcast(as_of, tuple(scored), happened, tuple(left + unknown + no_event))


def _score(
    reading: Reading,
    quantity: Quantity,
    values: Array,
    weights: Array | None,
    earlier: Sequence[Reading],
    as_of: date,
) -> Scored:
    finite = np.isfinite(values)
    x, w = values[finite], None if weights is None else weights[finite]
    low, middle, high = quantiles(x, RANGE, w)
    below = np.average(x < reading.value, weights=w)
    last, line = baselines(earlier, reading.on)
    return Scored(
        reading.quantity,
        reading.on,
        quantity.unit,
        reading.value,
        low,
        middle,
        high,
        inside=bool(low <= reading.value <= high),
        rank=float(below),
        crps=crps(x, reading.value, w),
        crps_persistence=None if last is None else abs(last - reading.value),
        crps_trend=None if line is None else abs(line - reading.value),
        source=reading.source,
        confidence=reading.confidence,
        kind=kinds.kind_on_day(reading.kind, reading.on, as_of),
        group=reading.group or reading.quantity,
        named=reading.named,
    )


def _events(
    readings: Readings, as_of: date, events: Mapping[str, Any], why: Mapping[str, str]
) -> tuple[tuple[EventScored, ...], list[dict[str, str]]]:
    scored, left = [], []
    for reading in readings.events:
        if reading.known_on <= as_of:
            continue
        if reading.quantity in events:
            share = float(events[reading.quantity](reading.on))
            came = reading.value > 0.5
            stood = bool(events[reading.quantity](as_of) > 0.5)
            told = why.get(reading.quantity, "")
            scored.append(EventScored(reading.quantity, reading.on, share, came, brier(share, came), stood, told))
        else:
            left.append(_left(reading, "no such event in the policy process"))
    return tuple(scored), left


def _left(reading: Reading, why: str) -> dict[str, str]:
    return {"quantity": reading.quantity, "date": reading.on.isoformat(), "why": why}


@cache
def explanations(case: Case) -> dict[str, str]:
    """Why the model missed, or came near to it, by quantity or event: written after the fact."""
    told = case / "watch" / "explanations.toml"
    return {name: str(says) for name, says in read_toml(told).items()} if told.is_file() else {}


def record(case: Case) -> list[Reading]:
    """Earlier values that only baselines use: what a person would have carried forward on the day of knowledge."""
    known = known_quantities.shipped_quantities(case)
    rows = facts.rows("baselines", case)
    strange = [r["quantity"] for r in rows if r["quantity"] not in known]
    if strange:
        raise BadInput("baselines.csv", strange[0], "no such quantity", allowed=", ".join(known))
    return [
        Reading(r["quantity"], r["date"], r["value"], None, None, r["known_on"], r["source"], r["confidence"])
        for r in rows
    ]
