"""Cited tables that ship with the package: each with its source, date, unit, confidence and licence; and, only when asked
for, newer ones from their publishers.
"""

from premortem.facts.live import pull, read_pulled, records, sources
from premortem.facts.tables import Table, catalogue, cell_faults, column_faults, held, opened, read, rows, status

__all__ = [
    "Table",
    "catalogue",
    "cell_faults",
    "column_faults",
    "held",
    "opened",
    "pull",
    "read",
    "read_pulled",
    "records",
    "rows",
    "sources",
    "status",
]
