"""Where stakeholders stand on each family of clauses, by what can be proved known on a day."""

from datetime import date

import polars as pl

from premortem import facts
from premortem.case import Case

TABLE = "positions"
# What is read of the table, where a case has none.
COLUMNS = {"actor": pl.String, "clause_family": pl.String, "position": pl.Int64, "salience": pl.Float64}


def pressure(as_of: date, case: Case) -> dict[str, float]:
    """Net pressure on each family of clauses by those who spoke up to a day: |sum of position x salience| / sum of
    salience.
    """
    return {row["clause_family"]: abs(row["net"]) / 2 for row in _said(as_of, case).to_dicts()}


def net_positions(as_of: date, case: Case) -> dict[str, float]:
    """Where those who spoke up to a day stand on each family of clauses: -1 all strongly against, 1 all strongly for."""
    return {row["clause_family"]: row["net"] / (2 * row["weight"]) for row in _said(as_of, case).to_dicts()}


def known_positions(as_of: date, case: Case) -> pl.DataFrame:
    """Rows of the table of positions that can be proved known on a day, the latest of each actor on each family.

    A row without a day counts on none.
    """
    if TABLE not in facts.catalogue(case):
        return pl.DataFrame(schema=COLUMNS)
    known = facts.read(TABLE, case).filter(pl.col("known_on") <= as_of)
    return known.sort("known_on", maintain_order=True).unique(
        ["actor", "clause_family"], keep="last", maintain_order=True
    )


def _said(as_of: date, case: Case) -> pl.DataFrame:
    return (
        known_positions(as_of, case)
        .group_by("clause_family", maintain_order=True)
        .agg((pl.col("position") * pl.col("salience")).sum().alias("net"), pl.col("salience").sum().alias("weight"))
    )
