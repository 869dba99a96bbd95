"""Dated events of a record: what came by a day and what did not, and the event of the policy process that each row speaks of."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, nearest, raise_all
from premortem.watch import process
from premortem.watch._rows import parse_day, read_table, texts, wrong_columns
from premortem.watch.readings import Reading

TABLE = "dated_events"
COLUMNS = (
    "id",
    "date",
    "by_date",
    "title",
    "happened",
    "type",
    "process_event",
    "source",
    "confidence",
    "basis",
    "group",
)
NEEDED = ("by_date", "title", "happened")
# What became of an event: it came, it did not, or nobody has found out.
ANSWERS = {"yes": 1.0, "no": 0.0, "unknown": float("nan")}


@cache
def shipped_events(case: Case) -> tuple[Reading, ...]:
    """The dated events of a case."""
    return tuple(sort_out(texts(facts.rows(TABLE, case)), f"{TABLE}.csv", case))


def read(path: Path, case: Case) -> list[Reading]:
    """Dated events of a CSV file. Raises `BadInput`, or all of them at once."""
    columns, rows = read_table(path, "a CSV file of dated events")
    raise_all(wrong_columns(path.name, columns, COLUMNS, NEEDED))
    return sort_out(rows, path.name, case)


def sort_out(rows: Iterable[Mapping[str, str]], file: str, case: Case) -> list[Reading]:
    """Rows of text as readings of 1, 0 or NaN. Raises `BadInput`, or all of them at once."""
    found: list[Reading] = []
    errors: list[BadInput] = []
    for number, row in enumerate(rows, 2):
        try:
            found.append(_event(row, file, f"row {number}", case))
        except BadInput as error:
            errors.append(error)
    raise_all(errors)
    return found


def _event(row: Mapping[str, str], file: str, place: str, case: Case) -> Reading:
    by = parse_day(row["by_date"], file, f"{place}: by_date")
    came = parse_day(row["date"], file, f"{place}: date") if row.get("date") else None
    said, name = row["happened"].lower(), row.get("process_event", "")
    if said not in ANSWERS:
        raise BadInput(file, f"{place}: happened", "no such answer", got=row["happened"], allowed=", ".join(ANSWERS))
    if came and said != "yes":
        raise BadInput(
            file, f"{place}: date", f"an event with a day has come, and happened says {said}", got=row["date"],
            allowed="no date, or happened yes",
        )  # fmt: skip
    if came and came > by:
        raise BadInput(
            file, f"{place}: by_date", f"it came on {came}, after the day by which it is asked for", got=row["by_date"],
            allowed=f"from {came}, or happened no",
        )  # fmt: skip
    event = process.resolve(name, case) if name else None
    if name and event is None and (hint := nearest(name, [*process.events(case), *process.states(case)])):
        raise BadInput(
            file, f"{place}: process_event", "no such event of the policy process", got=name,
            allowed="an event of the process, one that it has not, or nothing", hint=hint,
        )  # fmt: skip
    return Reading(
        event or name,  # one that the process has not is kept, and said to be unscored
        by,
        ANSWERS[said],
        None,
        None,
        came or by,
        row.get("source", ""),
        row.get("confidence", ""),
        group=row.get("group", ""),
        start=came,
        says=row["title"],
        id=row.get("id", ""),
    )


def narrower(events: Sequence[Reading]) -> dict[int, str]:
    """Rows that deny what another row tells, by their place: they did not come by a day although the event of the process that they
    are held against had come before it, and why that is: their title is narrower than the event.
    """
    came: dict[str, tuple[date, str]] = {}
    for e in events:
        if e.quantity and e.value > 0.5:
            on = e.start or e.on
            if e.quantity not in came or on < came[e.quantity][0]:
                came[e.quantity] = (on, e.says or e.quantity)
    return {
        i: f"narrower than the event of the process, which had come by {came[e.quantity][0]} (\u2018{came[e.quantity][1]}\u2019)"
        for i, e in enumerate(events)
        if e.value < 0.5 and e.quantity in came and came[e.quantity][0] <= e.on
    }
