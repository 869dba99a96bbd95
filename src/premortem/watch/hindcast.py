"""The hindcast: what the model said, standing on a day, against what was read later and against the forecasts of others.

Scores are proper: CRPS (Hersbach 2000; Gneiting and Raftery 2007) and the log score for readings, Brier 1950 for events.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

import numpy as np

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput
from premortem.files.toml import read_toml
from premortem.watch import calibration, forecasts, reading_kinds
from premortem.watch import quantities as known_quantities
from premortem.watch.event_scores import score_events
from premortem.watch.forecasts import Forecast
from premortem.watch.hindcast_results import Hindcast
from premortem.watch.quantities import Array, Quantity
from premortem.watch.reading_scores import Baseline, Scored
from premortem.watch.readings import Reading, Readings, simulate_reading
from premortem.watch.scores import baselines, crps, log_score, quantiles

# The central range whose coverage is scored.
RANGE = (0.05, 0.5, 0.95)
OUTSIDE, NO_SERIES = "lies outside the simulated steps", "no such quantity in the model"


@dataclass(frozen=True)
class Known:
    """What was known on the day of a hindcast: earlier values and others' forecasts; and what is said of misses, by quantity or event."""

    record: Sequence[Reading] = ()
    forecasts: Sequence[Forecast] = ()
    why: Mapping[str, str] | None = None
    unmapped: Mapping[str, str] | None = None  # why a quantity has no series in the model


def hindcast(
    readings: Readings,
    predictions: Mapping[str, Array],
    as_of: date,
    quantities: Mapping[str, Quantity],
    events: Mapping[str, Callable[[date], float]] | None = None,
    weights: Array | None = None,
    known: Known | None = None,
    base_rates: Mapping[str, Callable[[date], float]] | None = None,
) -> Hindcast:
    """Scores of every reading that became known after a day.

    `predictions` holds columns by `Quantity.column`, each (future,); `events` maps an event to a function from a day to the
    share of futures in which it had come, `base_rates` the same by the record of each event alone; `weights` are of the readings known
    on the day, if wanted.
    """
    known, later = known or Known(), readings.later(as_of)
    earlier = [*(r for r in known.record if r.known_on <= as_of), *readings.known(as_of)]
    usual = forecasts.usual_spread(earlier, quantities)
    scored: list[Scored] = []
    drawn: list[Array] = []
    left: list[dict[str, str]] = []
    for i, reading in enumerate(later):
        quantity = quantities[reading.quantity]
        values = predictions.get(quantity.column(reading.over))
        if values is None or not np.isfinite(values).any():
            left.append(_left(reading, OUTSIDE))
            continue
        before = [r for r in earlier if r.quantity == reading.quantity and r.on < reading.on]
        public = forecasts.forecasts_of(reading, quantity, known.forecasts, before, usual, as_of)
        would_be = simulate_reading(values, reading, quantity, seed=i)
        found = _score(reading, quantity, values, would_be, weights, before, as_of)
        against = {kind: _baseline(found, f, reading) for kind, f in public.items()}
        scored.append(replace(found, baselines=against, explanation=(known.why or {}).get(reading.quantity, "")))
        drawn.append(would_be)
    happened, no_event = score_events(readings.events, as_of, events or {}, base_rates or {}, known.why or {})
    says = known.unmapped or {}
    unknown = [_left(r, says.get(r.quantity, NO_SERIES)) for r in readings.unknown if r.known_on > as_of]
    together = _together(scored, drawn, quantities, weights)
    return Hindcast(as_of, tuple(scored), happened, tuple(left + unknown + no_event), together)


def _score(
    reading: Reading,
    quantity: Quantity,
    values: Array,
    would_be: Array,
    weights: Array | None,
    earlier: Sequence[Reading],
    as_of: date,
) -> Scored:
    finite = np.isfinite(would_be) & np.isfinite(values)
    x, w = would_be[finite], None if weights is None else weights[finite]
    low, middle, high = quantiles(x, RANGE, w)
    last, line = baselines(earlier, reading.on)
    mapped_on = quantity.mapped_on
    return Scored(
        reading.quantity,
        reading.on,
        quantity.unit,
        reading.value,
        low,
        middle,
        high,
        inside=bool(low <= reading.value <= high),
        rank=float(np.average(x < reading.value, weights=w)),
        crps=crps(x, reading.value, w),
        crps_persistence=None if last is None else abs(last - reading.value),
        crps_trend=None if line is None else abs(line - reading.value),
        source=reading.source,
        confidence=reading.confidence,
        kind=reading_kinds.kind_on_day(reading.kind, reading.on, as_of),
        group=reading.fact,
        named=reading.named,
        log_score=log_score(values[finite], reading, quantity, w),
        start=reading.start,
        says=reading.says,
        like_for_like=reading.like_for_like,
        id=reading.id,
        measures=quantity.says,
        mapped_after=mapped_on is not None and mapped_on >= reading.known_on,
    )


def _baseline(ours: Scored, forecast: Forecast, reading: Reading) -> Baseline:
    theirs = crps(forecast.sample, reading.value)
    low, middle, high = map(forecast.at, RANGE)
    return Baseline(
        theirs, forecast.log_score(reading), ours.crps < theirs, low, middle, high, forecast.method, forecast.source
    )


def _together(
    scored: Sequence[Scored], drawn: Sequence[Array], quantities: Mapping[str, Quantity], weights: Array | None
) -> calibration.Joint | None:
    """All outcomes as one, on their scales; None for fewer than two."""
    at = [i for i, s in enumerate(scored) if s.kind == "outcome"]
    if len(at) < 2:
        return None
    scales = [quantities[scored[i].quantity] for i in at]
    simulated = np.stack([q.on_scale(drawn[i]) for i, q in zip(at, scales, strict=True)])
    observed = np.array([float(q.on_scale(scored[i].observed)) for i, q in zip(at, scales, strict=True)])
    whole = np.isfinite(simulated).all(0)
    held = None if weights is None else weights[whole]
    return calibration.joint(simulated[:, whole], observed, [scored[i].group for i in at], held)


def _left(reading: Reading, why: str) -> dict[str, str]:
    return {"quantity": reading.quantity, "says": reading.says, "date": reading.on.isoformat(), "why": why}


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
