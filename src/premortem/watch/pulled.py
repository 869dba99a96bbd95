"""Readings made of tables that a user has pulled: what companies file of a flow, summed over the periods of a quantity; and what a
list of prices says on the day on which it was pulled.

A filing tells a flow since the start of the company's year, so that of a quarter, or of a calendar year where theirs is another, is
the sum and difference of a few of them. Only what was filed first of each stretch counts: it is what was known then.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from pydantic import model_validator

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, MissingData
from premortem.facts.tables import Row
from premortem.files.typed import Strict, read_entries
from premortem.watch import quantities as known_quantities
from premortem.watch.readings import Reading, Readings

FILE = "watch/pulled.toml"
# Most filings that one flow is put together from.
MOST_FILINGS = 4
DAY = timedelta(days=1)
Stretch = tuple[date, date]


class Rule(Strict):
    """How readings of a quantity are made: the sum of what sources file for each period, in its unit by `times`; or on the day of its
    pulling a `field` of a list, of the first of the `entries`, with the lowest and the highest of them as its range. Where it `measures`
    something else than the record's rows do, it stands beside them and takes no place.
    """

    quantity: str
    sources: tuple[str, ...]
    period: Literal["year", "quarter", "day"]
    times: float
    group: str = ""
    measures: str = ""  # what is filed, where that is something else than what the record reads
    field: str = ""
    entries: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> "Rule":
        listed = bool(self.field and self.entries and len(self.sources) == 1)
        if listed != (self.period == "day") or (self.period != "day" and (self.field or self.entries)):
            raise ValueError("field and entries of one source go with period = 'day', and that with them")
        return self

    def group_of(self, day: date) -> str:
        """The fact that a reading of a period that ends on a day tells of."""
        return self.group.format(year=day.year, yy=f"{day.year % 100:02d}")


@dataclass(frozen=True)
class Flow:
    """A flow over a stretch of time in the unit of its filings, and when the last filing that it rests on was made."""

    value: float
    known_on: date


def hashes(case: Case) -> dict[str, str]:
    """SHA-256 of the pulled tables that readings are made of, by source; of those that were pulled."""
    names = {name for rule in rules_of_readings(case) for name in rule.sources}
    sources = {name: source for name, source in facts.sources(case).items() if name in names}
    return {record["name"]: record["sha256"] for record in facts.records(sources)}


def pulled_readings(case: Case) -> Readings:
    """Readings of every quantity all of whose sources were pulled, for the periods of the case's clock.

    Raises `MissingData` where no such source was, or a table no longer is what was recorded; `BadInput` for a case without rules.
    """
    rules = rules_of_readings(case)
    if not rules:
        raise BadInput("command line", "--data", f"{case.name} makes no readings of pulled tables", allowed="shipped")
    held = hashes(case)
    if not held:
        wanted = sorted({name for rule in rules for name in rule.sources})
        raise MissingData(f"nothing that readings are made of has been pulled: premortem data pull {' '.join(wanted)}")
    lists = {name for rule in rules if rule.period == "day" for name in rule.sources}
    tables = {name: facts.read_pulled(name, facts.sources(case)).to_dicts() for name in held}
    filed = {name: first_filings(rows, name) for name, rows in tables.items() if name not in lists}
    flows = [r for rule in rules if set(rule.sources) <= filed.keys() for r in _readings(rule, filed, case)]
    listed = [
        _listed(rule, tables[name], case)
        for rule in rules
        for name in rule.sources
        if rule.period == "day" and name in tables
    ]
    return Readings((*flows, *listed), (), ())


def rules_of_readings(case: Case) -> tuple[Rule, ...]:
    """How readings are made of pulled tables; none where a case says nothing of it. Raises `BadInput`, every fault at once."""
    return tuple(read_entries(case / FILE, Rule, "quantity", missing_ok=True).values())


def _readings(rule: Rule, filed: Mapping[str, Mapping[Stretch, Flow]], case: Case) -> Iterator[Reading]:
    quantity = known_quantities.shipped_quantities(case)[rule.quantity]
    for start, end in _periods(rule.period, case):
        each = [flow_over(filed[name], start, end) for name in rule.sources]
        flows = [flow for flow in each if flow]
        if len(flows) < len(each):
            continue
        yield Reading(
            quantity.id,
            end,
            rule.times * sum(flow.value for flow in flows),
            None,
            None,
            max(flow.known_on for flow in flows),
            f"filed: {', '.join(rule.sources)}",
            "high",
            group=rule.group_of(end),
            start=start,
            says=rule.measures or quantity.says,
            beside=bool(rule.measures),
        )


def _listed(rule: Rule, rows: Sequence[Row], case: Case) -> Reading:
    """What a list says of the named entries on the day on which it was pulled. Raises `MissingData` for a list without the first of them."""
    (name,), quantity = rule.sources, known_quantities.shipped_quantities(case)[rule.quantity]
    by_name = {row["name"]: row[rule.field] for row in rows}
    found = [rule.times * float(by_name[entry]) for entry in rule.entries if by_name.get(entry) is not None]
    if by_name.get(rule.entries[0]) is None:
        raise MissingData(
            f"{name}: lists no {rule.entries[0]}, of which {rule.quantity} is read ({FILE}); --data shipped"
        )
    record = next(iter(facts.records({name: facts.sources(case)[name]})))
    on = date.fromisoformat(record["fetched"][:10])
    return Reading(
        quantity.id,
        on,
        found[0],
        min(found),
        max(found),
        on,
        f"listed: {name}",
        "medium",
        group=rule.group_of(on),
        says=f"{quantity.says}: {rule.entries[0]}",
    )


def _periods(kind: str, case: Case) -> Iterator[Stretch]:
    """Past calendar years of the case's clock, or every three months of them (`kind`): no value is known for one that is not over."""
    months = 12 if kind == "year" else 3
    for year in case.clock.by_year:
        for first in range(1, 13, months):
            last = first + months
            end = date(year + (last > 12), (last - 1) % 12 + 1, 1) - DAY
            if end < date.today():
                yield date(year, first, 1), end


def first_filings(rows: Sequence[Row], source: str) -> dict[Stretch, Flow]:
    """What was filed first of each stretch of time. Raises `MissingData` for a day or a number that cannot be read."""
    found: dict[Stretch, Flow] = {}
    for row in rows:
        if not row.get("start"):
            continue  # a stock on a day, not a flow
        try:
            stretch = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
            flow = Flow(float(row["val"]), date.fromisoformat(row["filed"]))
        except ValueError as error:
            raise MissingData(f"{source}: a filing cannot be read ({error}); premortem data pull {source}") from error
        held = found.get(stretch)
        if held is None or flow.known_on < held.known_on:
            found[stretch] = flow
    return found


def flow_over(filed: Mapping[Stretch, Flow], start: date, end: date) -> Flow | None:
    """The flow from the start to the end of a stretch, as the sum and difference of the fewest filings; None where they do not tell it."""
    steps: dict[date, list[tuple[date, float, date]]] = {}
    for (first, last), flow in filed.items():
        steps.setdefault(first, []).append((last + DAY, flow.value, flow.known_on))
        steps.setdefault(last + DAY, []).append((first, -flow.value, flow.known_on))
    waiting, seen = deque([(start, 0.0, date.min, 0)]), {start}
    while waiting:
        at, value, known_on, used = waiting.popleft()
        if at == end + DAY:
            return Flow(value, known_on)
        for to, step, filed_on in steps.get(at, ()) if used < MOST_FILINGS else ():
            if to not in seen:
                seen.add(to)
                waiting.append((to, value + step, max(known_on, filed_on), used + 1))
    return None
