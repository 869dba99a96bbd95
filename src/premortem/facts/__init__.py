"""Cited tables that ship with the package: each with its source, date, unit, confidence and licence."""

from premortem.facts.tables import Table, catalogue, read, status

__all__ = ["Table", "catalogue", "read", "status"]
