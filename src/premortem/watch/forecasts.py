"""Forecasts that a prediction is held against, each a distribution public by a day: of others, from a table, and by rule.

By rule, from values known on the day alone, on the scale of the quantity: the last value, a random walk with drift, and an exponential
trend (a straight line in logarithms, or in log odds for a share).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.table import parse_number
from premortem.watch import quantities as known_quantities
from premortem.watch._rows import parse_day, read_table, texts, wrong_columns
from premortem.watch.quantities import Z95, Array, Quantity, Span, When, last_day
from premortem.watch.readings import Reading, at_an_end, value_by_day
from premortem.watch.scores import DAYS_A_YEAR, log_chance, two_piece_log_density

TABLE = "public_views"
LAST, WALK, TREND = "last value", "random walk with drift", "exponential trend"
KINDS = (
    "company guidance",
    "guidance with overshoot",
    "company projection",
    "consensus",
    "published view",
    "judgement",  # of who gathered the table, where nobody had published a view
    TREND,
    WALK,
    LAST,
)
COLUMNS = (
    "quantity",
    "period_start",
    "period_end",
    "target",
    "unit",
    "kind",
    "method",
    "median",
    "p5",
    "p95",
    "source",
    "known_on",
    "confidence",
    "note",
    "readings",
)
NEEDED = ("quantity", "period_start", "period_end", "unit", "kind", "median", "p5", "p95", "known_on")
# Values of a sample that stands for a distribution: their CRPS is that of the distribution to a thousandth of its spread.
VALUES = 2000
# What a series of too few values is given to judge its own error by: the spread of a year [on the scale; of a linear one in parts of
# the last value], counted as so many values. Where the record has series long enough, theirs takes its place.
USUAL, COUNTED_AS = 0.3, 2.0


@dataclass(frozen=True)
class Forecast:
    """A distribution of what will be read of a quantity: two halves of normals on its scale, that meet at the median."""

    kind: str
    quantity: Quantity
    over: When
    centre: float
    below: float  # one standard deviation below the median, on the scale
    above: float
    known_on: date
    source: str
    method: str = ""
    readings: tuple[str, ...] = ()  # ids of those that it is like with, where it is not of every reading of the period

    @property
    def sample(self) -> Array:
        """Values at even quantiles, shape (VALUES,)."""
        z = ndtri((np.arange(VALUES) + 0.5) / VALUES)
        return self.quantity.off_scale(self.centre + z * np.where(z < 0, self.below, self.above))

    def at(self, share: float) -> float:
        """The quantile of a share."""
        z = float(ndtri(share))
        return float(self.quantity.off_scale(np.asarray(self.centre + z * (self.below if z < 0 else self.above))))

    def log_score(self, reading: Reading) -> float:
        """Logarithm of its density at a reading; of one of nothing, or of all, of its chance."""
        if end := at_an_end(reading, self.quantity):
            return float(log_chance(end, self.centre, self.below, self.above))
        return self.log_density(reading.value)

    def log_density(self, value: float) -> float:
        """Logarithm of its density at a value, in the quantity's unit."""
        y = float(self.quantity.on_scale(value))
        return float(two_piece_log_density(y, self.centre, self.below, self.above)) + self.quantity.log_slope(value)


@cache
def shipped_forecasts(case: Case) -> tuple[Forecast, ...]:
    """Forecasts of others in the table of a case."""
    return tuple(sort_out(texts(facts.rows(TABLE, case)), f"{TABLE}.csv", case))


def read(path: Path, case: Case, as_of: date) -> tuple[Forecast, ...]:
    """Forecasts of a CSV file to be compared on a day. Raises `BadInput`, or all of them at once: also for one made after the day."""
    columns, rows = read_table(path, "a CSV file of forecasts")
    raise_all(wrong_columns(path.name, columns, COLUMNS, NEEDED))
    return tuple(sort_out(rows, path.name, case, as_of))


def sort_out(rows: Iterable[Mapping[str, str]], file: str, case: Case, as_of: date | None = None) -> list[Forecast]:
    """Rows of text as forecasts. Raises `BadInput`, or all of them at once: where a day is given, also for one made after it."""
    found: list[Forecast] = []
    errors: list[BadInput] = []
    for number, row in enumerate(rows, 2):
        try:
            made = _forecast(row, file, f"row {number}", case)
            if made and as_of and made.known_on > as_of:
                raise BadInput(
                    file, f"row {number}: known_on", f"a forecast of {made.known_on} is no baseline on {as_of}",
                    got=made.known_on, allowed=f"up to {as_of}", hint="leave it out, or stand on a later day with --as-of",
                )  # fmt: skip
        except BadInput as error:
            errors.append(error)
        else:
            found += [made] if made else []
    raise_all(errors)
    return found


def _forecast(row: Mapping[str, str], file: str, place: str, case: Case) -> Forecast | None:
    """A forecast of a row; None of a quantity that the model is known not to have."""
    known, name = known_quantities.shipped_quantities(case), row["quantity"]
    quantity = known_quantities.find(name, known)
    if quantity is None:
        if name in known_quantities.unmapped(case):
            return None
        raise BadInput(file, f"{place}: quantity", "no such quantity", got=name, hint=nearest(name, [*known]))
    if row["kind"] not in KINDS:
        allowed, hint = ", ".join(KINDS), nearest(row["kind"], KINDS)
        raise BadInput(file, f"{place}: kind", "no such kind", got=row["kind"], allowed=allowed, hint=hint)
    start, end = (parse_day(row[c], file, f"{place}: {c}") for c in ("period_start", "period_end"))
    if start > end:
        raise BadInput(file, f"{place}: period_start", f"lies after {end}", got=row["period_start"])
    times = known_quantities.factor(row["unit"], quantity.unit, known_quantities.units(case))
    if times is None:
        raise BadInput(file, f"{place}: unit", f"{name} is not read in {row['unit']}", got=row["unit"])
    low, middle, high = (times * parse_number(row[c], file, f"{place}: {c}") for c in ("p5", "median", "p95"))
    ends = [float(quantity.on_scale(x)) for x in (low, middle, high)]
    if not ends[0] < ends[1] < ends[2]:
        raise BadInput(
            file, f"{place}: median", "the quantiles cross", got=f"{low:g}, {middle:g}, {high:g}",
            allowed="p5 < median < p95",
        )  # fmt: skip
    return Forecast(
        row["kind"],
        quantity,
        Span(start, end) if start < end else end,
        ends[1],
        (ends[1] - ends[0]) / Z95,
        (ends[2] - ends[1]) / Z95,
        parse_day(row["known_on"], file, f"{place}: known_on"),
        row.get("source", ""),
        row.get("method", ""),
        tuple(row.get("readings", "").split()),
    )


def forecasts_of(
    reading: Reading,
    quantity: Quantity,
    table: Sequence[Forecast],
    earlier: Sequence[Reading],
    usual: float,
    as_of: date,
) -> dict[str, Forecast]:
    """Forecasts of a reading that were public on a day, by kind: others' first, then by rule. Of several of one kind
    one that names the reading stands, else the first.
    """
    others = sorted((f for f in table if f.known_on <= as_of and _is_of(f, reading)), key=lambda f: not f.readings)
    found: dict[str, Forecast] = {}
    for forecast in [*others, *by_rule(reading, quantity, earlier, usual, as_of)]:
        found.setdefault(forecast.kind, forecast)
    return {kind: found[kind] for kind in KINDS if kind in found}


def _is_of(forecast: Forecast, reading: Reading) -> bool:
    """Whether a forecast is of the period that a reading speaks of: its end lies in that of the forecast, by the step of the clock."""
    quantity, over = forecast.quantity, forecast.over
    if quantity.id != reading.quantity or (forecast.readings and reading.id not in forecast.readings):
        return False
    if quantity.yearly or not isinstance(over, Span):
        return quantity.period(reading.on) == quantity.period(last_day(over))
    return over.start <= reading.on <= over.end


def by_rule(
    reading: Reading, quantity: Quantity, earlier: Sequence[Reading], usual: float, as_of: date
) -> list[Forecast]:
    """Trend, walk and last value of earlier values, as many as there are values for; `usual` is the spread of a year of other series."""
    days, y = series(earlier, quantity)
    if not len(y):
        return []
    t = np.array([(day - reading.on).days / DAYS_A_YEAR for day in days])
    year = usual if quantity.scale != "linear" else usual * max(abs(float(y[-1])), 1e-9)
    each = [(LAST, *last_value(t, y, year))]
    if len(y) > 1:
        each = [(TREND, *line(t, y, year)), (WALK, *walk(t, y, year)), *each]
    said = f"{len(y)} {'value' if len(y) == 1 else 'values'} known by {as_of}"
    return [Forecast(kind, quantity, reading.over, m, s, s, as_of, said, "by rule") for kind, m, s in each]


def series(earlier: Sequence[Reading], quantity: Quantity) -> tuple[list[date], Array]:
    """Days and values on the scale of earlier readings, the last known of each day."""
    by_day = value_by_day(earlier)
    return [*by_day], quantity.on_scale(np.array([*by_day.values()], float))


def last_value(t: Array, y: Array, usual: float) -> tuple[float, float]:
    """Median and standard deviation at t = 0 of a walk without drift from the last value; `t` [yr] counts from the day asked for."""
    return float(y[-1]), _spread_of_steps(t, y, 0.0, usual) * float(np.sqrt(-t[-1]))


def walk(t: Array, y: Array, usual: float) -> tuple[float, float]:
    """The same of a random walk whose drift is the mean of the series, with the error of that mean."""
    long, ahead = float(t[-1] - t[0]), float(-t[-1])
    drift = float(y[-1] - y[0]) / long
    spread = _spread_of_steps(t, y, drift, usual)
    return float(y[-1]) + drift * ahead, spread * float(np.sqrt(ahead * (1 + ahead / long)))


def line(t: Array, y: Array, usual: float) -> tuple[float, float]:
    """The same of a straight line by least squares, with the error of its fit (Draper and Smith 1998, 1.4)."""
    middle = t.mean()
    squares = float(((t - middle) ** 2).sum())
    slope = float(((t - middle) * (y - y.mean())).sum()) / squares
    left = y - y.mean() - slope * (t - middle)
    variance = (COUNTED_AS * usual**2 + float(left @ left)) / (COUNTED_AS + len(y) - 2)
    return float(y.mean() - slope * middle), float(np.sqrt(variance * (1 + 1 / len(y) + middle**2 / squares)))


def _spread_of_steps(t: Array, y: Array, drift: float, usual: float) -> float:
    """Standard deviation of a year's step of a walk, held to the usual one as if that were so many steps."""
    steps, long = np.diff(y) - drift * np.diff(t), np.diff(t)
    free = len(steps) - (1 if drift else 0)
    return float(np.sqrt((COUNTED_AS * usual**2 + float((steps**2 / long).sum())) / (COUNTED_AS + max(free, 0))))


def usual_spread(known: Sequence[Reading], quantities: Mapping[str, Quantity]) -> float:
    """Spread of a year's step around its own drift over all series with three values or more that no linear scale has."""
    sums, count = 0.0, 0
    for name in sorted({r.quantity for r in known}):
        quantity = quantities[name]
        days, y = series([r for r in known if r.quantity == name], quantity)
        if len(y) < 3 or quantity.scale == "linear":
            continue
        t = np.array([day.toordinal() / DAYS_A_YEAR for day in days])
        drift = (y[-1] - y[0]) / (t[-1] - t[0])
        sums += float(((np.diff(y) - drift * np.diff(t)) ** 2 / np.diff(t)).sum())
        count += len(y) - 2
    return float(np.sqrt((COUNTED_AS * USUAL**2 + sums) / (COUNTED_AS + count)))
