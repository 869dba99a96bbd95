"""The lists of parties that a user has pulled: a case with them is another case, since its answers may be others.

What a publisher calls a list, a policy and a footnote, the case tells in `transfers.toml`, under `[parties.pulled]`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Literal, NamedTuple

from premortem import facts
from premortem.case import Case
from premortem.errors import BadInput, MissingData
from premortem.facts.live import Record
from premortem.facts.tables import Row
from premortem.law.fields.transfers import transfers
from premortem.law.parties.table import Listed

# Lists of parties that are asked for: those that ship, or those that were pulled as well.
Lists = Literal["shipped", "pulled"]


class Pulled(NamedTuple):
    """Lists as they were pulled: on which day, their rows, and how many of each of the case's lists."""

    day: date
    rows: tuple[Listed, ...]
    counts: tuple[tuple[str, int], ...]


def with_pulled(case: Case) -> Case:
    """A case whose parties are looked up in the lists that were pulled as well. Raises `BadInput` for a case without lists,
    `MissingData` where nothing was pulled or it is not what was recorded.
    """
    source = transfers(case).parties.pulled.source
    if not source:
        raise BadInput("command line", "--data", f"{case.name} has no lists of parties to pull", allowed="shipped")
    return replace(case, lists=_record(source, case)["sha256"])


def with_lists(case: Case, data: Lists) -> Case:
    """A case with the lists of parties that are asked for. Raises as `with_pulled` does."""
    return with_pulled(case) if data == "pulled" else case


def pulled_on(case: Case) -> date | None:
    """The day on which the lists of parties of a case were pulled; None where they were not, or it has none."""
    source = transfers(case).parties.pulled.source
    found = facts.records({source: facts.sources(case)[source]}) if source else []
    return datetime.fromisoformat(found[0]["fetched"]).date() if found else None


def _record(source: str, case: Case) -> Record:
    """What was recorded of the pull of a source."""
    found = facts.records({source: facts.sources(case)[source]})
    if not found:
        raise MissingData(f"{source} has not been pulled; premortem data pull {source}")
    return found[0]


@cache
def pulled(case: Case) -> Pulled | None:
    """The lists that a case was given by `with_pulled`; None for one that was not. Raises `MissingData` where they changed since."""
    if not case.lists:
        return None
    told = transfers(case).parties.pulled
    record, table = _record(told.source, case), facts.read_pulled(told.source, facts.sources(case))
    if record["sha256"] != case.lists:
        raise MissingData(f"{told.source} was pulled again while it was in use; ask again")
    rows = tuple(_listed(row, case) for row in table.iter_rows(named=True) if row["source"] in told.lists)
    counts = tuple((name, sum(row.list == name for row in rows)) for name in dict.fromkeys(told.lists.values()))
    return Pulled(datetime.fromisoformat(record["fetched"]).date(), rows, counts)


def _listed(row: Row, case: Case) -> Listed:
    """An entry of the published lists as a row of the table of parties."""
    told = transfers(case).parties.pulled
    names = (row["name"], *(alias.strip() for alias in (row["alt_names"] or "").split(";")))
    requirement = row["license_requirement"] or ""
    note = re.search(told.footnote, requirement, re.IGNORECASE) if told.footnote else None
    source = "; ".join(filter(None, (row["federal_register_notice"], row["source"])))
    return Listed(
        row["name"],
        tuple(filter(None, names)),
        told.lists[row["source"]],
        _day(row["start_date"]),
        _after(_day(row["end_date"])),
        note[1] if note else "",
        None,
        next(iter(_policies(row["license_policy"] or "", case)), ""),
        source,
        "high",
    )


def _policies(text: str, case: Case) -> Iterator[str]:
    """The policy of review that a text states; none where it states several, which depend on the item."""
    told = transfers(case).parties.pulled.policies
    found = {policy for words, policy in told.items() if words in text.casefold().replace("-", " ")}
    yield from found if len(found) == 1 else ()


def _day(text: str | None) -> date | None:
    """A day as the list gives it; one that cannot be read counts as always on the list."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _after(last: date | None) -> date | None:
    """The first day off a list, by the last day on it."""
    return date.fromordinal(last.toordinal() + 1) if last else None
