"""Readings: what was observed of a quantity, when it became known, and how sure it is. Units are checked."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.files.table import parse_number
from premortem.watch import dated_events, process, reading_kinds
from premortem.watch import quantities as known_quantities
from premortem.watch._rows import parse_day, read_table, texts, wrong_columns
from premortem.watch.quantities import Quantity, Unit, find
from premortem.watch.readings import EVENT, Reading, Readings, contradictions

COLUMNS = ("quantity", "date", "value", "low", "high", "unit", "known_on", "source", "confidence", "kind", "group")
NEEDED = COLUMNS[:3]
# The source of a reading that was given with a question.
YOURS = "your reading"
# The same with the period as two days, and what may be compared with what; by the names that rows have here.
FULL = {
    "id": "id",
    "quantity": "quantity",
    "definition": "says",
    "mapped": "",
    "unit": "unit",
    "period_start": "start",
    "period_end": "date",
    "value": "value",
    "low": "low",
    "high": "high",
    "kind": "kind",
    "known_on": "known_on",
    "source": "source",
    "url": "url",
    "confidence": "confidence",
    "like_for_like": "like_for_like",
    "correlated_with": "group",
    "basis": "",
}
NEEDED_IN_FULL = ("quantity", "period_start", "period_end", "value", "kind", "known_on")
TABLES = ("observations", "readings")
_OPTION = re.compile(r"^\s*([\w.]+)\s*=\s*([-+.\deE]+)\s*([^@]*?)\s*(?:@\s*(\S+))?\s*$")


def latest_day(case: Case) -> date:
    """The day after which nothing can have been read: today, but never before the packaged tables were made."""
    held = facts.catalogue(case)
    return max([date.today(), *(date.fromisoformat(held[name].date) for name in TABLES if name in held)])


def first_day(case: Case) -> date | None:
    """The first day on which any reading of the case was known; None where it has none."""
    return min((r.known_on for r in shipped_readings(case).mapped), default=None)


def shipped_readings(case: Case, today: date | None = None) -> Readings:
    """The observations of a case. Nothing can have been read after `today` (by default `latest_day()`)."""
    return _shipped_readings(case, today or latest_day(case))


@lru_cache(maxsize=16)
def _shipped_readings(case: Case, today: date) -> Readings:
    both = [
        sort_out(map(_by_our_names, texts(facts.rows(name, case))), f"{name}.csv", case, today)
        for name in TABLES
        if facts.held(name, case)
    ]
    found = Readings((), (), ()).joined(*both)
    return replace(found, events=(*found.events, *dated_events.shipped_events(case)))


def _by_our_names(row: Mapping[str, str]) -> dict[str, str]:
    return {ours: row.get(theirs, "") for theirs, ours in FULL.items() if ours} if "period_end" in row else dict(row)


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
    columns, rows = read_table(path, "a CSV file of readings")
    if "period_end" in columns:
        raise_all(wrong_columns(path.name, columns, [*FULL], NEEDED_IN_FULL))
    else:
        raise_all(wrong_columns(path.name, columns, COLUMNS, NEEDED))
    return sort_out(map(_by_our_names, rows), path.name, case, today)


def sort_out(rows: Iterable[Mapping[str, str]], file: str, case: Case, today: date | None = None) -> Readings:
    """Rows of text as readings, in the quantities' own units. Raises `BadInput`, or all of them at once."""
    known, today = known_quantities.shipped_quantities(case), today or latest_day(case)
    mapped: list[Reading] = []
    events: list[Reading] = []
    unknown: list[Reading] = []
    errors: list[BadInput] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 2):
        if row.get("id") and (first := seen.setdefault(row["id"], number)) != number:
            what = f"is that of row {first} too"
            errors.append(BadInput(file, f"row {number}: id", what, got=row["id"], allowed="an id once"))
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
    raise_all(errors or _overlapping(mapped, file))
    return Readings(tuple(mapped), tuple(events), tuple(unknown))


def _overlapping(mapped: Sequence[Reading], file: str) -> list[BadInput]:
    """Pairs of outcomes of one quantity whose periods overlap in part, while their groups say that they tell of two facts."""
    found = []
    for i, one in enumerate(mapped):
        for other in mapped[i + 1 :]:
            if one.quantity != other.quantity or one.fact == other.fact or {one.kind, other.kind} != {"outcome"}:
                continue
            a, b = ((r.start or r.on, r.on) for r in (one, other))
            if a != b and a[0] <= b[1] and b[0] <= a[1]:
                found.append(
                    BadInput(
                        file,
                        one.quantity,
                        f"{_named(one)} ({a[0]} to {a[1]}) and {_named(other)} ({b[0]} to {b[1]}) overlap",
                        allowed="periods apart, or one group for both",
                        hint="name one group in both, since they tell of one fact",
                    )
                )
    return found


def _named(reading: Reading) -> str:
    return reading.id or reading.label


def _reading(
    row: Mapping[str, str], file: str, place: str, today: date, quantity: Quantity | None, case: Case
) -> Reading:
    on, value = parse_day(row["date"], file, f"{place}: date"), parse_number(row["value"], file, f"{place}: value")
    start = parse_day(row["start"], file, f"{place}: period_start") if row.get("start") else None
    known_on = parse_day(row["known_on"], file, f"{place}: known_on") if row.get("known_on") else on
    low, high = (parse_number(row[end], file, f"{place}: {end}") if row.get(end) else None for end in ("low", "high"))
    kind = reading_kinds.given_kind(row.get("kind", ""), on, known_on, file, place)
    planned = row.get("kind") == "projection"  # of a period to come; who gives no kind may have the day wrong
    late = [
        name
        for name, day in (("date", on), ("known_on", known_on))
        if day > today and (name, planned) != ("date", True)
    ]
    if late:
        allowed = f"up to {today}{', or kind projection' if late[0] == 'date' else ''}"
        raise BadInput(file, f"{place}: {late[0]}", "lies in the future", got=row[late[0]], allowed=allowed)
    if start and start > on:
        raise BadInput(
            file, f"{place}: period_start", f"lies after the period's end {on}", got=row["start"], allowed=f"up to {on}"
        )
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
        kind,
        row.get("group", ""),
        row["quantity"] if quantity and row["quantity"] != quantity.id else "",
        start,
        row.get("says", ""),
        row.get("like_for_like", ""),
        row.get("id", ""),
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
            key.removesuffix("unit") + "value" if key.endswith("unit") else key,
            f"{quantity.says} cannot be {reading.value:g}{'%' if unit == '%' else f' {unit}'.rstrip()}",
            got=reading.value,
            allowed="0% to 100%" if most == 1 else f"{least:g} or more {quantity.unit}",
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
    on, last = parse_day(day, "command line", option) if day else as_of, today or latest_day(case)
    if on > last:
        raise BadInput("command line", option, "lies in the future", got=day or str(on), allowed=f"up to {last}")
    number = parse_number(value, "command line", option)
    named = name if name != quantity.id else ""
    reading = Reading(quantity.id, on, number, None, None, on, YOURS, "", named=named)
    return convert_unit(reading, unit, quantity, known_quantities.units(case), "command line", option)


def _unclear(file: str, key: str, name: str, known: Mapping[str, Quantity]) -> BadInput:
    """The refusal of a name that is no quantity's own, with those that it may mean: none is taken in its place."""
    close = known_quantities.near(name, known)
    hint = f"did you mean {' or '.join(close)}?" if close else ""
    allowed = "a quantity by its full name" if close else ", ".join(known)
    return BadInput(file, key, f"no such quantity: {name}", got=name, allowed=allowed, hint=hint)
