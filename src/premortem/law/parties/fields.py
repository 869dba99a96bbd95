"""What the lists say of the named parties of a frame of transactions, as columns that clauses may ask of."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.case import Case
from premortem.law.fields.column_texts import numbered
from premortem.law.fields.groups import combined, numbers
from premortem.law.fields.transfers import transfers
from premortem.law.fields.vocabulary import TYPES, Vocabulary
from premortem.law.parties.clearing import reason_of
from premortem.law.parties.lookup import NOBODY, ROLES, addressee, names_firm, not_looked_up, standing, suspects
from premortem.law.parties.name_matches import EQUAL
from premortem.law.parties.seats import seats_of
from premortem.law.parties.spelling import key
from premortem.law.parties.table import Listed
from premortem.law.parties.telltale import still_asks

# What is wrong where `owner_contradicted`.
CONTRADICTS = "says that a listed party owns a share, and {share} that none does"


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
    is_owned = None if found is None or not owned.field or not found[owned.list].any() else found[owned.list]
    if is_owned is not None or not {owned.field, owned.unknown}.isdisjoint(given.columns):
        share = pl.col(owned.field) if owned.field in given.columns else pl.lit(None, pl.Float64)
        # what is told of one party says nothing of another, and less than the table holds of nobody
        least = pl.lit(None, pl.Float64) if is_owned is None else pl.when(is_owned).then(owned.share)
        unknown = pl.col(owned.unknown) if owned.unknown in given.columns else pl.lit(False)
        nothing = pl.when(~unknown.fill_null(False)).then(0.0)  # a share that nobody knows is not none
        told.append(pl.max_horizontal(share, least, nothing).alias(owned.field))
    return [*told, *spelt(said, words)]


def owner_contradicted(given: Any, case: Case) -> Any:
    """Whether a transaction, or a column each of a ledger, says that listed parties own nothing and that one owns an unknown share."""
    owned = transfers(case).parties.owned
    return (given[owned.unknown] == True) & (given[owned.field] == 0.0)  # noqa: E712  # of a column too


def owner_fields(given: Collection[str], case: Case) -> tuple[str, ...]:
    """The fields that can contradict each other so, where a transaction gives both; none else."""
    owned = transfers(case).parties.owned
    return (owned.unknown, owned.field) if owned.field in given and owned.unknown in given else ()


def spelt(said: Mapping[str, Sequence[str]], words: Vocabulary) -> list[pl.Expr]:
    """Each consignee, end user and parent under one spelling, each exporter under the name by which clauses know it."""
    spellings = (
        ("consignee", key),
        ("end_user", key),
        ("parent", key),
        ("exporter", lambda name: addressee(name, words.case)),
    )
    told = []
    for role, spelling in spellings:
        if names := said.get(role):
            same = pl.Series([spelling(name) for name in names], dtype=pl.String)
            told.append(pl.col(role).replace_strict(pl.Series(names), same, default=None).alias(role))
    return told


@cache
def _nobody(words: Vocabulary) -> tuple[pl.Expr, ...]:
    """What clauses may ask where nobody on a list, or near it, is named."""
    fields = [(name, words.fields[name].type) for name in _columns(words.case) if name in words.fields]
    return tuple(pl.lit("" if kind == "text" else False, TYPES[kind]).alias(name) for name, kind in fields)


def _owner(list: str) -> Listed:
    """A row that says of a listed owner no more than that it owns."""
    return Listed("", (), list, None, None, "", None, "", "", "")


@lru_cache(maxsize=400_000)
def facts_of(name: str, day: date, reason: str, case: Case, role: str = "") -> tuple[int, ...]:
    """What clauses may ask of one named party on a day: a number for each of `_columns`. A `role` counts for an owner's alone.

    `reason` is that for which the name was cleared, "" for none.
    """
    cleared = bool(reason)
    told, found = transfers(case).parties, standing(name, day, case)
    equal = [row for row, score in found if score == EQUAL]
    if not equal:
        unread = not_looked_up(name, case)
        near = unread == NOBODY or (not cleared and bool(found or unread)) or bool(still_asks(name, reason, case))
        # a reason says that it is not the listed one, and takes away no owner that the tables know by its name
        firms = {s.firm for s in seats_of(name, case) if not s.begins} if cleared else set()
        owned = any(row.list == told.owned.list and not firms.isdisjoint(row.names) for row, _ in found)
        flags = {told.near: near, told.owned.list: owned}
        return tuple(int(flags.get(column, False)) for column in _columns(case))
    if told.owned.is_stayed(role, day) and any(row.list in told.owned.stays for row in equal):
        equal = [*(row for row in equal if row.list not in told.owned.stays), _owner(told.owned.list)]
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
    for role in (role for role in ROLES if told.lists and said.get(role)):
        places, names = numbered(given[role])
        known = suspects(filter(None, names), case)
        hit = [name in known and names_firm(role, str(name), case) for name in names]
        if any(hit):
            found = found or {name: np.zeros(given.height, np.int8) for name in _columns(case)}
            rows = np.flatnonzero(np.array(hit)[places])
            for name, values in zip(_columns(case), _of_names(given, role, rows, case), strict=True):
                found[name][rows] = np.maximum(found[name][rows], values)
    if not found:
        return None
    ranks = {name: found.pop(name) for name in (told.policy,) if name in found}
    policies = {name: pl.Series(("", *told.policies))[rank] for name, rank in ranks.items()}
    return pl.DataFrame({name: flags.astype(bool) for name, flags in found.items()} | policies)


def _of_names(given: pl.DataFrame, role: str, rows: NDArray[np.intp], case: Case) -> NDArray[np.int8]:
    """`_columns` of one role's names in some rows; shape (column, row)."""
    asked = [given[name][rows] for name in (role, "date", "cleared") if name in given.columns]
    owner = role if role == transfers(case).parties.owned.role else ""
    kinds = combined((numbers(column) for column in asked), len(rows))
    told = [
        facts_of(name, day, reason_of(name, next(iter(free), None) or ""), case, owner)
        for name, day, *free in zip(*(column[kinds.first] for column in asked), strict=True)
    ]
    return np.array(told, np.int8).T[:, kinds.of]
