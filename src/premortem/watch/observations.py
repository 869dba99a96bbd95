"""Readings: what was observed of a quantity, when it became known, and how sure it is. Units are checked.

Over 300 lines, since a reading has one way from its text to the model, whether it comes from a file or an option.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.reader import read_bytes
from premortem.watch import kinds, process
from premortem.watch import quantities as known_quantities
from premortem.watch.quantities import Quantity, Unit, find
from premortem.watch.readings import EVENT, Reading, Readings, contradictions

COLUMNS = ("quantity", "date", "value", "low", "high", "unit", "known_on", "source", "confidence", "kind", "group")
NEEDED = COLUMNS[:3]
MAX_BYTES = 20_000_000
TABLE = "observations"
_OPTION = re.compile(r"^\s*([\w.]+)\s*=\s*([-+.\deE]+)\s*([^@]*?)\s*(?:@\s*(\S+))?\s*$")


def latest_day(case: Case) -> date:
    """The day after which nothing can have been read: today, but never before the packaged table was made."""
    held = facts.catalogue(case).get(TABLE)
    return max(date.today(), date.fromisoformat(held.date)) if held else date.today()


def shipped_readings(case: Case, today: date | None = None) -> Readings:
    """The observations of a case. Nothing can have been read after `today` (by default `latest_day()`)."""
    text = [{k: "" if row[k] is None else str(row[k]) for k in COLUMNS} for row in facts.rows(TABLE, case)]
    return sort_out(text, f"{TABLE}.csv", case, today)


def check_own(path: Path, case: Case) -> None:
    """A study's own readings: each must be of a known quantity or event, and none may contradict the record.

    Raises `BadInput`, or all of them at once.
    """
    own, known = read(path, case), known_quantities.shipped_quantities(case)
    names = [*known, *process.events(case), *process.states(case)]
    strange = [
        BadInput(path.name, r.quantity, "no such quantity or event", got=r.quantity, hint=nearest(r.quantity, names))
        for r in (*own.unknown, *(e for e in own.events if process.resolve(e.quantity, case) is None))
    ]
    strange += [
        _unclear(path.name, r.named, r.named, known) for r in own.mapped if r.named and not find(r.named, known)
    ]
    raise_all(strange + contradictions(shipped_readings(case).joined(own).mapped, known, path.name))


def read(path: Path, case: Case, today: date | None = None) -> Readings:
    """Readings of a CSV file. Unknown quantities are kept apart, never an error.

    Raises `BadInput`, or all of them at once: columns, numbers, dates, units, values outside their own range.
    """
    try:
        raw = read_bytes(path, "a CSV file of readings", MAX_BYTES)
        table = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
        columns = [c.strip() for c in table.fieldnames or ()]
        table.fieldnames = columns
        rows = [{k: (v or "").strip() for k, v in row.items() if isinstance(k, str)} for row in table]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(path.name, "", f"is not a CSV table: {error}", allowed="UTF-8 CSV") from error
    raise_all(_columns(path.name, columns))
    return sort_out(rows, path.name, case, today)


def _columns(file: str, columns: Sequence[str]) -> list[BadInput]:
    allowed = ", ".join(COLUMNS)
    missing = [BadInput(file, name, "column is missing", allowed=allowed) for name in NEEDED if name not in columns]
    strange = [
        BadInput(file, name, "no such column", got=name, allowed=allowed, hint=nearest(name, COLUMNS))
        for name in columns
        if name not in COLUMNS
    ]
    return missing + strange


def sort_out(rows: Iterable[Mapping[str, str]], file: str, case: Case, today: date | None = None) -> Readings:
    """Rows of text as readings, in the quantities' own units. Raises `BadInput`, or all of them at once."""
    known, today = known_quantities.shipped_quantities(case), today or latest_day(case)
    mapped: list[Reading] = []
    events: list[Reading] = []
    unknown: list[Reading] = []
    errors: list[BadInput] = []
    for number, row in enumerate(rows, 2):
        found = known_quantities.find_reported(row["quantity"], known)
        event = process.resolve(row["quantity"], case)
        is_event = row.get("unit") == EVENT or (found is None and event is not None)
        try:
            reading = _reading(row, file, f"row {number}", today, found if not is_event else None, case)
        except BadInput as error:
            errors.append(error)
            continue
        if is_event:
            events.append(replace(reading, quantity=event or reading.quantity))
        else:
            (unknown if found is None else mapped).append(reading)
    raise_all(errors)
    return Readings(tuple(mapped), tuple(events), tuple(unknown))


def _reading(
    row: Mapping[str, str], file: str, place: str, today: date, quantity: Quantity | None, case: Case
) -> Reading:
    on, value = _date(row["date"], file, f"{place}: date"), _number(row["value"], file, f"{place}: value")
    known_on = _date(row["known_on"], file, f"{place}: known_on") if row.get("known_on") else on
    low, high = (_number(row[end], file, f"{place}: {end}") if row.get(end) else None for end in ("low", "high"))
    late = [name for name, day in (("date", on), ("known_on", known_on)) if day > today]
    if late:
        raise BadInput(file, f"{place}: {late[0]}", "lies in the future", got=row[late[0]], allowed=f"up to {today}")
    if (low is not None and low > value) or (high is not None and high < value):
        raise BadInput(file, f"{place}: value", "lies outside its own low and high", got=row["value"])
    reading = Reading(
        quantity.id if quantity else row["quantity"],
        on,
        value,
        low,
        high,
        known_on,
        row.get("source", ""),
        row.get("confidence", ""),
        kinds.given_kind(row.get("kind", ""), on, known_on, file, place),
        row.get("group", ""),
        row["quantity"] if quantity and row["quantity"] != quantity.id else "",
    )
    return (
        convert_unit(reading, row.get("unit", ""), quantity, known_quantities.units(case), file, f"{place}: unit")
        if quantity
        else reading
    )


def convert_unit(
    reading: Reading, unit: str, quantity: Quantity, units: Mapping[str, Unit], file: str, key: str
) -> Reading:
    """The reading in the quantity's unit. Raises `BadInput` for a unit of something else, or a value that is absurd."""
    times = known_quantities.factor(unit, quantity.unit, units) if unit else 1.0
    if times is None:
        same = [u.id for u in units.values() if known_quantities.factor(u.id, quantity.unit, units)]
        raise BadInput(file, key, f"{quantity.id} is not read in {unit}", got=unit, allowed=", ".join(same))
    scaled = replace(
        reading,
        value=reading.value * times,
        low=None if reading.low is None else reading.low * times,
        high=None if reading.high is None else reading.high * times,
    )
    most = 1.0 if quantity.scale == "logit" else math.inf
    least = -math.inf if quantity.scale == "linear" else 0.0
    if not least <= scaled.value <= most:
        raise BadInput(
            file,
            key.removesuffix("unit") + "value",
            f"{quantity.id} cannot be {reading.value:g} {unit}".strip(),
            got=reading.value,
            allowed=f"{least:g} to {most:g} {quantity.unit}",
        )
    return scaled


def parse_option(text: str, as_of: date, case: Case, today: date | None = None) -> Reading:
    """A reading from the command line: `QUANTITY=VALUE`, with a unit and a day if wanted: `smic_yield_ascend=55%@2025-09-30`.

    Raises `BadInput` for an unknown quantity (with the nearest), a wrong unit, or a day in the future.
    """
    known = known_quantities.shipped_quantities(case)
    option, match = "--reading", _OPTION.match(text)
    if not match:
        raise BadInput("command line", option, "cannot be read", got=text, allowed="QUANTITY=VALUE[UNIT][@DATE]")
    name, value, unit, day = match.groups()
    quantity = find(name, known)
    if quantity is None:
        raise _unclear("command line", option, name, known)
    on, last = _date(day, "command line", option) if day else as_of, today or latest_day(case)
    if on > last:
        raise BadInput("command line", option, "lies in the future", got=day or str(on), allowed=f"up to {last}")
    number = _number(value, "command line", option)
    named = name if name != quantity.id else ""
    reading = Reading(quantity.id, on, number, None, None, on, "your reading", "", named=named)
    return convert_unit(reading, unit, quantity, known_quantities.units(case), "command line", option)


def _unclear(file: str, key: str, name: str, known: Mapping[str, Quantity]) -> BadInput:
    """The refusal of a name that is no quantity's own, with those that it may mean: none is taken in its place."""
    close = known_quantities.near(name, known)
    hint = f"did you mean {' or '.join(close)}?" if close else ""
    allowed = "a quantity by its full name" if close else ", ".join(known)
    return BadInput(file, key, f"no such quantity: {name}", got=name, allowed=allowed, hint=hint)


def _number(text: str, file: str, key: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput(file, key, "is not a number", got=text, allowed="a finite number")
    return value


def _date(text: str, file: str, key: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(file, key, "is not a date", got=text, allowed="a day such as 2025-09-30") from None
