"""The cases that ship, and how much each holds."""

from dataclasses import dataclass
from datetime import date

from premortem import case
from premortem.law import book as rules
from premortem.propositions import assumption


@dataclass(frozen=True)
class Listed:
    """A case by its name: title, last day of what its priors may rest on, and how much it holds."""

    name: str
    title: str
    day: date
    assumptions: int
    policies: int
    clauses: int  # of all its policies, each once


def cases() -> tuple[Listed, ...]:
    """Every case that ships, the leading one first."""
    return tuple(_listed(case.load(name)) for name in case.names())


def _listed(found: case.Case) -> Listed:
    clauses = {c.id for policy in found.settings.policies for c in rules.load(policy, found).clauses}
    assumptions, policies = len(assumption.shipped_assumptions(found)), len(found.settings.policies)
    return Listed(found.name, found.settings.title, found.settings.day, assumptions, policies, len(clauses))
