"""What a signpost's observable does by year in the model, beside its recorded values and the threshold to watch for."""

from datetime import date
from typing import Any

from premortem.app import chart_specs
from premortem.app.chart_specs import Rows
from premortem.app.live_model import Live
from premortem.app.view_state import State
from premortem.case import Case, year_of
from premortem.questions.futures_under_policies import bands_on
from premortem.text.units import quantity
from premortem.watch import quantities
from premortem.watch.hindcast_words import amount
from premortem.watch.signposts import Signpost

# Of a logarithmic scale, as on the map.
DECADES = 4
COLUMNS = {"year": "Year", "p5": "5%", "p50": "median", "p95": "95%", "read": "read", "limit": "threshold"}


def charts(live: Live, view: State) -> dict[str, chart_specs.Chart]:
    """A chart by signpost, of those that a quantity of the model answers to; nothing changed but the view's policy."""
    every = quantities.shipped_quantities(live.study.case)
    shown = {s.id: s for s in live.study.signposts.values() if s.quantity and s.unit == every[s.quantity].unit}
    bands = _bands(live, State(view.policy, seed=view.seed), sorted({s.quantity for s in shown.values()}))
    return {
        k: _chart(s, every[str(s.quantity)].scale, rows(live, view, s, bands[s.quantity]), view)
        for k, s in shown.items()
    }


def _years(case: Case) -> range:
    """Years at whose ends an observable is drawn: to that which words on a series speak of."""
    clock = case.clock
    return range(year_of(clock.labels[0]), year_of(case.text.shown or clock.labels[-1]) + 1)


def _bands(live: Live, view: State, names: list[str]) -> dict[str, list[dict[str, Any]]]:
    every, years = quantities.shipped_quantities(live.study.case), _years(live.study.case)
    asked = [(every[name], date(year, 12, 31)) for name in names for year in years]
    found = bands_on(live.study, live.outcomes(view), asked)
    return {
        name: [
            {"year": float(year)} | found[column]
            for year in years
            if (column := every[name].column(date(year, 12, 31))) in found
        ]
        for name in names
    }


def rows(live: Live, view: State, signpost: Signpost, band: Rows) -> Rows:
    """The band by year, then what was known of it on the view's day, each with the threshold beside it; None where nothing is."""
    limit = signpost.threshold.value if signpost.threshold else None
    nothing = dict.fromkeys(("p5", "p50", "p95", "read"))
    every = quantities.shipped_quantities(live.study.case)
    read = [
        {"year": _when(r.on, yearly=every[r.quantity].yearly), "read": float(r.value)}
        for r in live.study.readings.known(view.asof)
        if r.quantity == signpost.quantity
    ]
    return [nothing | {"limit": limit} | row for row in [*band, *read]]


def lowest(scale: str, shown: Rows) -> float | None:
    """The foot of a logarithmic scale, where it is compared in ratios and nothing of it is at or below 0; else None.

    Below the largest value by as many decades as a reader tells apart, or at what was read or is watched for.
    """
    values = {k: [r[k] for r in shown if r[k] is not None] for k in ("p5", "p95", "read", "limit")}
    every = [value for column in values.values() for value in column]
    if scale != "log" or min(every, default=0) <= 0:
        return None
    return max(min(every), min([max(every) / 10**DECADES, *values["read"], *values["limit"]]))


def _when(day: date, *, yearly: bool) -> float:
    """Where a reading stands on the axis: at its year's mark, or within the year."""
    return float(day.year) if yearly else round(day.year - 1 + day.timetuple().tm_yday / 366, 2)


def _chart(signpost: Signpost, scale: str, shown: list[dict[str, Any]], view: State) -> chart_specs.Chart:
    seen = [r for r in shown if r["read"] is not None]
    last = next((r for r in reversed(shown) if r["p50"] is not None), None)
    says = signpost.observable
    if last:
        says += f": the model's median is {quantity(last['p50'], signpost.unit)} at the end of {last['year']:.0f}"
    foot = lowest(scale, shown)
    below = foot is not None and any(r["p5"] is not None and r["p5"] < foot for r in shown)
    limit = (
        f"; orange: the threshold, {quantity(signpost.threshold.value, signpost.unit)}" if signpost.threshold else ""
    )
    many = f"{len(seen)} reading{'' if len(seen) == 1 else 's'} known by {view.asof}"
    marks = f"diamonds: {many}" if seen else f"no reading known by {view.asof}"
    source = f"band 5 to 95% of futures at the end of each year; {marks}{limit}{'; logarithmic' if foot else ''}"
    source += f", cut below {amount(foot, signpost.unit)}" if foot and below else ""
    spec = chart_specs.observable(signpost.unit, signpost.unit == "share", foot)
    return chart_specs.Chart(
        f"card-{signpost.id}", f"{signpost.title}: by year", f"{says}{limit}; {marks}", source, spec, shown, COLUMNS
    )
