"""What a signpost's observable does by year in the model, beside what was read of it and the value at which to look again."""

from datetime import date
from typing import Any

import jax
import numpy as np

from premortem.app import chart_specs
from premortem.app.live_model import Live
from premortem.app.view_state import State
from premortem.ensemble.bands import BANDS
from premortem.text.units import quantity
from premortem.watch import quantities
from premortem.watch.signposts import Signpost

# Ends of the years at which an observable is drawn, and the quantiles of its band.
YEARS = range(2023, 2031)
BAND = {name: BANDS[name] for name in ("p5", "p50", "p95")}
COLUMNS = {"year": "Year", "p5": "5%", "p50": "median", "p95": "95%", "read": "read", "limit": "threshold"}


def charts(live: Live, view: State) -> dict[str, chart_specs.Chart]:
    """A chart by signpost, of those that a quantity of the model answers to; nothing changed but the view's policy."""
    every = quantities.shipped(live.study.case)
    shown = {s.id: s for s in live.study.signposts.values() if s.quantity and s.unit == every[s.quantity].unit}
    bands = _bands(live, State(view.policy, seed=view.seed), sorted({s.quantity for s in shown.values()}))
    return {
        k: _chart(s, every[str(s.quantity)].scale, rows(live, view, s, bands[s.quantity]), view)
        for k, s in shown.items()
    }


def _bands(live: Live, view: State, names: list[str]) -> dict[str, list[dict[str, Any]]]:
    every = quantities.shipped(live.study.case)
    asked = [(every[name], date(year, 12, 31)) for name in names for year in YEARS]
    outcomes = live.outcomes(view)
    observer = quantities.Observer(asked, frozenset(outcomes), live.study.steps)
    found = {k: np.quantile(np.asarray(x), [*BAND.values()]) for k, x in jax.jit(observer)(outcomes).items()}
    cuts = {(q.id, day): found.get(q.column(day)) for q, day in asked}
    return {
        name: [
            {"year": float(year), **dict(zip(BAND, map(float, cut), strict=True))}
            for year in YEARS
            if (cut := cuts[(name, date(year, 12, 31))]) is not None
        ]
        for name in names
    }


def rows(live: Live, view: State, signpost: Signpost, band: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The band by year, then what was known of it on the view's day, each with the threshold beside it; None where nothing is."""
    limit = signpost.threshold.value if signpost.threshold else None
    nothing = dict.fromkeys(("p5", "p50", "p95", "read"))
    every = quantities.shipped(live.study.case)
    read = [
        {"year": _when(r.on, yearly=every[r.quantity].yearly), "read": float(r.value)}
        for r in live.study.readings.known(view.asof)
        if r.quantity == signpost.quantity
    ]
    return [nothing | {"limit": limit} | row for row in [*band, *read]]


def _in_ratios(scale: str, shown: list[dict[str, Any]]) -> bool:
    """Whether it is compared in ratios, and nothing of it is at or below 0."""
    values = [r[k] for r in shown for k in ("p5", "p95", "read", "limit") if r[k] is not None]
    return scale == "log" and min(values, default=0) > 0


def _when(day: date, *, yearly: bool) -> float:
    """Where a reading stands on the axis: at its year's mark, or within the year."""
    return float(day.year) if yearly else round(day.year - 1 + day.timetuple().tm_yday / 366, 2)


def _chart(signpost: Signpost, scale: str, shown: list[dict[str, Any]], view: State) -> chart_specs.Chart:
    seen = [r for r in shown if r["read"] is not None]
    last = next((r for r in reversed(shown) if r["p50"] is not None), None)
    says = signpost.observable
    if last:
        says += f": the model's median is {quantity(last['p50'], signpost.unit)} at the end of {last['year']:.0f}"
    ratios = _in_ratios(scale, shown)
    limit = (
        f"; orange: the threshold, {quantity(signpost.threshold.value, signpost.unit)}" if signpost.threshold else ""
    )
    many = f"{len(seen)} reading{'' if len(seen) == 1 else 's'} known by {view.asof}"
    marks = f"diamonds: {many}" if seen else f"no reading known by {view.asof}"
    source = f"band 5 to 95% of futures at the end of each year; {marks}{limit}{'; logarithmic' if ratios else ''}"
    spec = chart_specs.observable(signpost.unit, signpost.unit == "share", ratios)
    return chart_specs.Chart(f"card-{signpost.id}", "By year", f"{says}{limit}; {marks}", source, spec, shown, COLUMNS)
