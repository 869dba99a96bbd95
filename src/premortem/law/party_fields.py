"""What the lists say of the named parties of a frame of transactions, as columns that clauses may ask of."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clearing import clearings
from premortem.law.parties import ENTITY_LIST, LISTS, POLICIES, ROLES, addressee, names_firm, not_looked_up, standing, suspect
from premortem.law.spelling import key
from premortem.law.vocabulary import FIELDS, TYPES

# Share of an affiliate that listed parties own, where nobody tells it: at least half, or it would be none [share].
OWNED = 0.5
# A policy that cannot be read as one of `POLICIES` counts as this one.
UNREAD = "presumption_of_denial"
FOOTNOTES = ("1", "3", "4", "5")


class Facts(NamedTuple):
    """What clauses may ask of the parties of a transaction."""

    entity_listed: bool = False
    entity_policy: str = ""
    footnote_1: bool = False
    footnote_3: bool = False
    footnote_4: bool = False
    footnote_5: bool = False
    denied_listed: bool = False
    sdn_listed: bool = False
    military_listed: bool = False
    unverified_listed: bool = False
    near_name: bool = False
    affiliate: bool = False  # owned by a listed party, and not listed itself


def columns(given: pl.DataFrame, said: Mapping[str, Sequence[str]]) -> list[pl.Expr]:
    """What the lists say of the named parties; each consignee under one spelling, so that totals count it once, and each
    end user alike; and each exporter under the name by which clauses know it. `said` are the names of each role, once each.
    """
    found = _looked_up(given, said)
    told = [*_nobody()] if found is None else [pl.lit(found[c]).alias(c) for c in found.columns if c in FIELDS]
    if found is not None and found["affiliate"].any():
        owned = pl.col("ownership") if "ownership" in given.columns else pl.lit(None, pl.Float64)
        # what is told of one party says nothing of another, and less than the table holds of nobody
        told.append(pl.max_horizontal(owned, pl.when(found["affiliate"]).then(OWNED), 0.0).alias("ownership"))
    for role, spelt in (("consignee", key), ("end_user", key), ("exporter", addressee)):
        if names := said.get(role):
            same = pl.Series([spelt(name) for name in names], dtype=pl.String)
            told.append(pl.col(role).replace_strict(pl.Series(names), same, default=None).alias(role))
    return told


@cache
def _nobody() -> tuple[pl.Expr, ...]:
    """What clauses may ask where nobody on a list, or near it, is named."""
    return tuple(pl.lit(v, TYPES[FIELDS[c].type]).alias(c) for c, v in Facts()._asdict().items() if c in FIELDS)


@lru_cache(maxsize=400_000)
def facts_of(name: str, day: date, cleared: bool) -> Facts:
    """What clauses may ask of one named party on a day."""
    found = standing(name, day)
    equal = [row for row, score in found if score == 100.0]
    if not equal:
        return Facts(near_name=(bool(found) or not_looked_up(name)) and not cleared)
    entity = [row for row in equal if row.list == ENTITY_LIST]
    policies = [row.policy if row.policy in POLICIES[1:] else UNREAD for row in entity]
    noted = {row.footnote for row in entity if row.footnote_from is None or row.footnote_from <= day}
    on = {LISTS[row.list]: True for row in equal}
    notes = {f"footnote_{n}": n in noted for n in FOOTNOTES}
    return Facts(**on, **notes, entity_policy=max(policies, key=POLICIES.index, default=""))


def _looked_up(given: pl.DataFrame, said: Mapping[str, Sequence[str]]) -> pl.DataFrame | None:
    """`Facts` of the named parties of each row, any of them counting; None where nobody on a list, or near it, is named.

    Names are screened once each, so that a long ledger costs no more than its names.
    """
    found: dict[str, NDArray[Any]] = {}
    for role in ROLES:
        suspects = [name for name in said.get(role, ()) if name and suspect(name) and names_firm(role, name)]
        if suspects:
            found = found or {name: np.zeros(given.height, np.int8) for name in Facts._fields}
            rows = given[role].is_in(suspects).fill_null(False).arg_true()
            for name, values in _of_names(given[rows], role).items():
                found[name][rows] = np.maximum(found[name][rows], values)
    if not found:
        return None
    policy = pl.Series(POLICIES).gather(found.pop("entity_policy"))
    return pl.DataFrame({name: flags.astype(bool) for name, flags in found.items()}).with_columns(entity_policy=policy)


def _of_names(rows: pl.DataFrame, role: str) -> dict[str, NDArray[Any]]:
    """Facts of one role's names, row by row: flags, and the policy by its place in `POLICIES`."""
    cleared = pl.col("cleared") if "cleared" in rows.columns else pl.lit(None, pl.String)
    frame = rows.select(name=pl.col(role), day=pl.col("date"), cleared=cleared)
    distinct = frame.unique()
    told = []
    for name, day, free in distinct.rows():
        of = facts_of(name, day, key(name) in {key(n) for n in clearings(free or "")})
        told.append([POLICIES.index(v) if isinstance(v, str) else int(v) for v in of])
    known = distinct.hstack(pl.DataFrame(told, schema=dict.fromkeys(Facts._fields, pl.Int8), orient="row"))
    joined = frame.join(known, on=frame.columns, how="left", maintain_order="left", nulls_equal=True)
    return {name: joined[name].to_numpy() for name in Facts._fields}
