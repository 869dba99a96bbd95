"""What the lists say of the named parties of a frame of transactions, as columns that clauses may ask of."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.case import Case
from premortem.law.clearing import clearings
from premortem.law.parties import ROLES, addressee, names_firm, not_looked_up, standing, suspect
from premortem.law.spelling import key
from premortem.law.transfers import transfers
from premortem.law.vocabulary import TYPES, Vocabulary


def _columns(case: Case) -> tuple[str, ...]:
    """What clauses may ask of the parties of a transaction: flags, and the policy of review by its rank from 0 (none)."""
    told = transfers(case).parties
    flags = (*told.lists.values(), *told.footnotes, told.near, told.owned.list, told.policy)
    return tuple(filter(None, flags))


def columns(given: pl.DataFrame, said: Mapping[str, Sequence[str]], words: Vocabulary) -> list[pl.Expr]:
    """What the lists say of the named parties; each consignee under one spelling, so that totals count it once, and each
    end user and parent alike; and each exporter under the name by which clauses know it. `said` are the names of each role, once each.
    """
    found, owned = _looked_up(given, said, words.case), transfers(words.case).parties.owned
    told = (
        [*_nobody(words)] if found is None else [pl.lit(found[c]).alias(c) for c in found.columns if c in words.fields]
    )
    if found is not None and owned.field and found[owned.list].any():
        share = pl.col(owned.field) if owned.field in given.columns else pl.lit(None, pl.Float64)
        # what is told of one party says nothing of another, and less than the table holds of nobody
        told.append(pl.max_horizontal(share, pl.when(found[owned.list]).then(owned.share), 0.0).alias(owned.field))
    spellings = (
        ("consignee", key),
        ("end_user", key),
        ("parent", key),
        ("exporter", lambda name: addressee(name, words.case)),
    )
    for role, spelt in spellings:
        if names := said.get(role):
            same = pl.Series([spelt(name) for name in names], dtype=pl.String)
            told.append(pl.col(role).replace_strict(pl.Series(names), same, default=None).alias(role))
    return told


@cache
def _nobody(words: Vocabulary) -> tuple[pl.Expr, ...]:
    """What clauses may ask where nobody on a list, or near it, is named."""
    fields = [(name, words.fields[name].type) for name in _columns(words.case) if name in words.fields]
    return tuple(pl.lit("" if kind == "text" else False, TYPES[kind]).alias(name) for name, kind in fields)


@lru_cache(maxsize=400_000)
def facts_of(name: str, day: date, cleared: bool, case: Case) -> tuple[int, ...]:
    """What clauses may ask of one named party on a day: a number for each of `_columns`."""
    told, found = transfers(case).parties, standing(name, day, case)
    equal = [row for row, score in found if score == 100.0]
    if not equal:
        near = (bool(found) or not_looked_up(name, case)) and not cleared
        return tuple(int(column == told.near and near) for column in _columns(case))
    main = [row for row in equal if row.list == told.main]
    policies = [row.policy if row.policy in told.policies else told.unread for row in main]
    noted = {row.footnote for row in main if row.footnote_from is None or row.footnote_from <= day}
    on = {told.lists.get(row.list, row.list) for row in equal} | {f for f, n in told.footnotes.items() if n in noted}
    strictest = max((1 + told.policies.index(policy) for policy in policies), default=0)
    return tuple(strictest if column == told.policy else int(column in on) for column in _columns(case))


def _looked_up(given: pl.DataFrame, said: Mapping[str, Sequence[str]], case: Case) -> pl.DataFrame | None:
    """`_columns` of the named parties of each row, any of them counting; None where nobody on a list, or near it, is named.

    Names are screened once each, so that a long ledger costs no more than its names.
    """
    told = transfers(case).parties
    found: dict[str, NDArray[Any]] = {}
    for role in ROLES if told.lists else ():
        suspects = [
            name for name in said.get(role, ()) if name and suspect(name, case) and names_firm(role, name, case)
        ]
        if suspects:
            found = found or {name: np.zeros(given.height, np.int8) for name in _columns(case)}
            rows = given[role].is_in(suspects).fill_null(False).arg_true()
            for name, values in _of_names(given[rows], role, case).items():
                found[name][rows] = np.maximum(found[name][rows], values)
    if not found:
        return None
    ranks = {name: found.pop(name) for name in (told.policy,) if name in found}
    policies = {name: pl.Series(("", *told.policies)).gather(rank) for name, rank in ranks.items()}
    return pl.DataFrame({name: flags.astype(bool) for name, flags in found.items()} | policies)


def _of_names(rows: pl.DataFrame, role: str, case: Case) -> dict[str, NDArray[Any]]:
    """`_columns` of one role's names, row by row."""
    cleared = pl.col("cleared") if "cleared" in rows.columns else pl.lit(None, pl.String)
    frame = rows.select(name=pl.col(role), day=pl.col("date"), cleared=cleared)
    distinct = frame.unique()
    told = [
        facts_of(name, day, key(name) in {key(n) for n in clearings(free or "")}, case)
        for name, day, free in distinct.rows()
    ]
    known = distinct.hstack(pl.DataFrame(told, schema=dict.fromkeys(_columns(case), pl.Int8), orient="row"))
    joined = frame.join(known, on=frame.columns, how="left", maintain_order="left", nulls_equal=True)
    return {name: joined[name].to_numpy() for name in _columns(case)}
