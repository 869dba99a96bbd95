"""Permissions of which nobody is named: they are of the goods alone, and stand only where no party to them is listed."""

from datetime import date
from functools import cache

from premortem.case import Case
from premortem.law.fields.named_fields import Fields, FieldValue
from premortem.law.fields.transfers import transfers
from premortem.law.parties.lists import index
from premortem.law.parties.lookup import ROLES

# Roles of those who receive it, or stand behind one who does: an exporter is known from its goods.
OTHERS = tuple(role for role in ROLES if role != "exporter")


def names_nobody(given: Fields) -> bool:
    """Whether a transaction names no party to whom it goes."""
    return not any(given.get(role) for role in OTHERS)


@cache
def listed_party(case: Case) -> str | None:
    """The party that is longest on the main list, by which it is tried what a listed party would change; None without lists."""
    main = [row for row in index(case).rows if row.list == transfers(case).parties.main and row.effective]
    return min(main, key=lambda row: row.effective or date.max).name if main else None


def with_listed(given: Fields, case: Case) -> dict[str, FieldValue] | None:
    """The same transaction to a listed party; None where it names somebody, or the case has no lists."""
    listed = listed_party(case) if names_nobody(given) else None
    return {**given, "consignee": listed} if listed else None
