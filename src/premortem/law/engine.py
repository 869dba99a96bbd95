"""Decides frames of transactions: the same steps for one row and for ten million.

Order: classify the item; which clauses require a licence; standing authorisation; exceptions; review policy. An authorisation
or exception frees a shipment only where every requirement that binds admits it. Of the requirements left, the strictest
review policy counts. A test on a field that is not there is neither met nor unmet: when a decision hangs on it, the
outcome says which field it needs. A running total counts only what its own clause let through.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from premortem.law.clauses.candidate_clauses import Held, standing
from premortem.law.clauses.clause import AUTHORISING, Clause, Rulebook
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.totals import Totals, total_after
from premortem.law.clauses.truth import MET, NOT_MET, UNKNOWN, Rows, Truth, told
from premortem.law.fields import items
from premortem.law.fields.groups import Kinds
from premortem.law.fields.vocabulary import NEEDS, Vocabulary
from premortem.law.missing_fields import needing
from premortem.law.row_defaults import complete, of_rows
from premortem.law.rows_of_kinds import RowsOfKinds
from premortem.law.verdict_codes import BACK, FREE, KEPT, NONE, STEP, Codes, code_of, named, names_of, places_of

# Rows decided at once: enough for speed, few enough for memory.
BATCH = 500_000
Places = NDArray[np.intp]
# Columns by which a ledger tells of rows that undo others.
UNDOING = ("_row", "_undoes", "_back")


def decide(
    given: pl.DataFrame, book: Rulebook, totals: Totals | None = None, kinds: Kinds | None = None
) -> pl.DataFrame:
    """Outcome, deciding clause, class under its field's name and totals after the shipment, a row a transaction, in the order of `given`.

    Without `totals` every row stands alone. With them rows must be in date order, and totals run on from row to row and
    from call to call; columns `_row`, `_undoes` and `_back` (units that come back) tell of returned and amended ones. With
    `kinds` (`equivalent_rows`), what no running total touches is worked out once a kind.
    """
    if kinds is None or len(kinds.first) == given.height:
        return pl.concat(
            [judge(complete(part, book), book, totals) for part in given.iter_slices(BATCH)], how="diagonal"
        )
    asked = _ask(complete(given[kinds.first], book), book)
    frame = of_rows(given, asked.fields, kinds.of, _of_totals(asked.clauses, book.vocabulary), book.vocabulary)
    frame = frame.hstack(given.select(c for c in UNDOING if c in given.columns))
    parts = [slice(i, i + BATCH) for i in range(0, given.height, BATCH)]
    rows = (RowsOfKinds(asked.rows, kinds.of[part], frame[part]) for part in parts)
    return pl.concat([_answer(asked, part, book, totals) for part in rows], how="diagonal")


def judge(fields: pl.LazyFrame | pl.DataFrame, book: Rulebook, totals: Totals | None = None) -> pl.DataFrame:
    """The same for a frame that has every field (`complete`, `completed`)."""
    return judged(fields, book, totals).answers


class Given(NamedTuple):
    """Rows with every field and nothing settled, and what they hold: the same for each book that is asked about them."""

    rows: Rows
    held: Held


class Judged(NamedTuple):
    """What is decided of rows, and the rows with what was told of them meanwhile."""

    answers: pl.DataFrame
    rows: Rows


def judged(
    fields: pl.LazyFrame | pl.DataFrame, book: Rulebook, totals: Totals | None = None, given: "Given | None" = None
) -> Judged:
    """The same with what was told of each row on the way, from which a ladder can be made; `given` tells of the rows before any book was
    asked about them.
    """
    asked = _ask(fields, book, given)
    return Judged(_answer(asked, asked.rows, book, totals), asked.rows)


class _Asked(NamedTuple):
    """What is told of kinds of rows before any running total: their fields; the clauses that may reach them; the clause that
    classifies each (or -(i + 1) of one that cannot tell) and what first requires a licence (likewise); where each clause binds.
    """

    fields: pl.LazyFrame | pl.DataFrame
    rows: Rows
    clauses: tuple[Clause, ...]
    classed: Codes
    by: Codes
    bound: dict[int, Truth]


def _ask(fields: pl.LazyFrame | pl.DataFrame, book: Rulebook, given: "Given | None" = None) -> _Asked:
    words = book.vocabulary
    if isinstance(fields, pl.LazyFrame):
        # worked out once: by them it is told which clauses may reach a row, and then whether they do
        held = fields.select(c for c in ("exporter", "kind") if c in words.fields).collect()
        fields = fields.with_columns(held.get_columns())
    clauses = standing(fields, book, given and given.held)
    known = fields.collect_schema().names()
    wanted = [*_looked_at(clauses, words), *(c for c in (*UNDOING, "asks") if c in known)]
    frame = fields[wanted] if isinstance(fields, pl.DataFrame) else fields.select(wanted).collect()
    rows = Rows(frame, words, given and given.rows)
    rows.define(clauses)
    classed = _classify(rows, clauses, words)
    # where a running total tells whether a clause binds, that is known only when its turn comes
    asked = (
        i for i, c in enumerate(clauses) if c.stage not in ("define", "classify") and not _hangs_on_total(c, words)
    )
    bound = {i: rows.binds(clauses[i]) for i in asked}
    by = _first_bound([i for i, c in enumerate(clauses) if c.stage == "requires"], bound, rows.height)
    return _Asked(fields, rows, clauses, classed, by, bound)


def _hangs_on_total(clause: Clause, words: Vocabulary) -> bool:
    return not set(words.totals).isdisjoint(identifiers(clause.applies))


def _answer(asked: _Asked, rows: Rows, book: Rulebook, totals: Totals | None) -> pl.DataFrame:
    """What is decided of rows, of whose kinds it is told what was asked."""
    words = book.vocabulary
    worded = _worded(_verdicts(asked, rows, words, totals), asked, rows, words)
    code = worded["_code"].to_numpy()
    if (code < 0).any():
        of = rows.spread(np.arange(asked.rows.height))
        worded = needing(worded, of, asked.fields, asked.classed, asked.clauses, words)
    if "asks" in asked.rows.frame.columns:  # an item or a place that could be several: nothing else can be said
        ambiguous = [f"{NEEDS}{field}" for field in items.asked(book.case)]
        # what is barred whichever chip it is needs no answer
        barred = pl.col("_asks").is_in(ambiguous) & pl.col("outcome").is_in(list(words.denied))
        asks = pl.when(~barred).then("_asks")
        worded = worded.with_columns(rows.spread(asked.rows.frame["asks"]).alias("_asks")).with_columns(
            outcome=pl.coalesce(asks, "outcome"), clause=pl.when(asks.is_null()).then("clause")
        )
    return worded.drop("_code", "_asks", strict=False)


@lru_cache(KEPT)
def _looked_at(clauses: tuple[Clause, ...], words: Vocabulary) -> list[str]:
    """Fields that the clauses' conditions and totals look at: the others need not be worked out."""
    wanted = {"date", *filter(None, (words.measure.all, words.measure.one))}
    for c in clauses:
        wanted |= {name for name in identifiers(f"{c.applies} {c.within}") if name in words.fields}
        if c.total:
            wanted |= {*c.total.per, c.total.start} | ({c.total.less} if c.total.less else set())
    return sorted(wanted - {words.classes.field, *words.defined} - {c.total.into for c in clauses if c.total})


def _of_totals(clauses: tuple[Clause, ...], words: Vocabulary) -> Iterator[str]:
    """Fields that running totals, and tests of them, look at."""
    for c in clauses:
        if c.total:
            yield from (*c.total.per, c.total.start, c.total.less)
        if c.total or _hangs_on_total(c, words):
            yield from identifiers(f"{c.applies} {c.within}")


class _Verdicts(NamedTuple):
    """Of each row its verdict, and running totals after it."""

    code: Codes
    running: dict[str, NDArray[np.float64]]


def _verdicts(asked: _Asked, rows: Rows, words: Vocabulary, totals: Totals | None) -> _Verdicts:
    clauses, bound, height = asked.clauses, asked.bound, asked.rows.height
    places, requires = places_of(clauses), [i for i, c in enumerate(clauses) if c.stage == "requires"]
    by, pooled = asked.by, _first_bound([i for i in requires if not clauses[i].then], bound, height) >= 0
    code = rows.spread(np.where(by == NONE, np.int16(FREE), np.where(by < 0, by, np.int16(NONE))))
    if "_back" in rows.frame.columns:
        code[rows.frame["_back"].is_not_null().to_numpy()] = BACK
    running = {c.total.into: np.full(rows.height, np.nan) for c in clauses if c.total}
    for into, none in running.items():
        rows.settle(into, none)
    stops: dict[tuple[int, ...], Codes] = {}
    for i in _speaking(AUTHORISING, clauses, bound):
        blockers = tuple(j for j, other in enumerate(clauses) if other.stops(clauses[i], words))
        if blockers not in stops:
            stops[blockers] = _first_bound(blockers, bound, height)
        binds, stop = _as_one(rows, i, clauses[i], bound, stops[blockers])
        stopped = np.flatnonzero((binds == MET) & (stop < 0) & (stop != NONE) & (code == NONE))
        code[stopped] = stop[stopped]
        _heard(code, i, clauses[i], places[i], binds * (stop == NONE), rows, totals)
    own = np.full(rows.height, NONE, np.int16)
    for i in requires:
        if clauses[i].then and bound[i].any():
            at = np.flatnonzero(rows.spread(bound[i] == MET) & (code == NONE))
            own[at] = np.maximum(own[at], _verdict(i, clauses[i], places[i], rows.spread(bound[i]), at, rows))
    for i in _speaking(("review",), clauses, bound):
        binds, room = _as_one(rows, i, clauses[i], bound, pooled)
        if clauses[i].total:  # what a stricter policy denies draws on no total
            room = room & (own < (words.strictness[clauses[i].then] + 1) * STEP)
        _heard(code, i, clauses[i], places[i], binds * room, rows, totals)
    # a policy that cannot be told yields only to a denial
    hangs = (code < 0) & (code != NONE) & (own < words.first_denial * STEP)
    strictest = np.where((own == NONE) | hangs, code, np.maximum(code, own))
    return _Verdicts(strictest, {into: rows.column(into) for into in running})


def _speaking(stages: Sequence[str], clauses: tuple[Clause, ...], bound: Mapping[int, Truth]) -> Iterator[int]:
    """Clauses of some stages that may bind in a row, or that keep a total, in order."""
    return (i for i, c in enumerate(clauses) if c.stage in stages and (c.total or i not in bound or bound[i].any()))


def _as_one(
    rows: Rows, i: int, clause: Clause, bound: Mapping[int, Truth], beside: NDArray[Any]
) -> tuple[Truth, NDArray[Any]]:
    """Where a clause binds, and what is told of the same kinds beside it, row by row."""
    return rows.spread(bound[i]) if i in bound else rows.binds(clause), rows.spread(beside)


def _classify(rows: Rows, clauses: tuple[Clause, ...], words: Vocabulary) -> Codes:
    """The clause that classifies each row, or the one that cannot tell; settles the class, none where it is not known.

    No class is a verdict too (a route that rebuts a presumption), so the first clause that speaks counts, whatever it says.
    """
    asked = [i for i, c in enumerate(clauses) if c.stage == "classify"]
    classed = np.full(rows.height, FREE, np.int16)
    for i in reversed(asked):
        binds = rows.binds(clauses[i])
        classed[binds == MET] = i
        classed[binds == UNKNOWN] = -i - 1
    classes = [*dict.fromkeys((words.classes.none, *(clauses[i].then for i in asked)))]
    places = np.full(rows.height, len(classes))
    places[classed == FREE] = 0
    for i in asked:
        places[classed == i] = classes.index(clauses[i].then)
    if words.classes.field:
        rows.settle(words.classes.field, (places, [*classes, None]))
    return classed


def _first_bound(of: Sequence[int], bound: Mapping[int, Truth], height: int) -> Codes:
    """The first of these clauses that binds, else -(i + 1) of the first for which that cannot be told, else `NONE`."""
    yes, unknown = np.full(height, NONE, np.int16), np.full(height, NONE, np.int16)
    for i in reversed(of):
        if bound[i].any():  # most bind nowhere
            yes[np.flatnonzero(bound[i] == MET)] = i
            unknown[np.flatnonzero(bound[i] == UNKNOWN)] = -i - 1
    return np.where(yes == NONE, unknown, yes)


def _heard(code: Codes, i: int, clause: Clause, place: int, applies: Truth, rows: Rows, totals: Totals | None) -> None:
    """Where there is no verdict so far, set that of a clause that may speak; a running total runs on where it is asked."""
    if clause.total:
        asked = (code == NONE) & (applies == MET)
        if asked.any() or totals:
            before, applies = rows.column(clause.total.into), told(asked)
            after = _after(asked, clause, rows, totals)
            rows.settle(clause.total.into, np.where(np.isnan(after), before, after))
    waiting = np.flatnonzero((applies != NOT_MET) & (code == NONE))
    if len(waiting):
        code[waiting] = _verdict(i, clause, place, applies, waiting, rows)


def _after(asked: NDArray[np.bool_], clause: Clause, rows: Rows, totals: Totals | None) -> NDArray[np.float64]:
    """A clause's total after each row that asks it; NaN for the others."""
    if totals is not None:
        return total_after(rows.frame.with_columns(_asked=pl.Series(asked)), clause, totals, rows.words)
    assert clause.total is not None  # nothing else was shipped but what the row itself tells
    alone = rows.column(clause.total.start) - (rows.column(clause.total.less) if clause.total.less else 0.0)
    return np.where(asked, alone + rows.column(rows.words.measure.all), np.nan)


def _verdict(i: int, clause: Clause, place: int, applies: Truth, at: Places, rows: Rows) -> Codes:
    """The verdict of a clause in some rows in which it may apply."""
    verdict, applying = np.full(len(at), NONE, np.int16), applies[at]
    met = np.minimum(applying, rows.met(clause.within, clause)[at])
    if clause.otherwise:
        verdict[(applying == MET) & (met == NOT_MET)] = code_of(place, clause.otherwise, rows.words)
    verdict[met == UNKNOWN] = -i - 1
    verdict[met == MET] = code_of(place, clause.then, rows.words)
    return verdict


def _worded(found: _Verdicts, asked: _Asked, rows: Rows, words: Vocabulary) -> pl.DataFrame:
    """Verdicts as words: outcome, clause, class, and the clause that asked for a licence."""
    outcomes, deciding, asking, classes = names_of(asked.clauses, words)
    return pl.DataFrame(
        {
            "_code": np.where(found.code == NONE, np.int16(FREE), found.code),
            **{field: rows.spread(named(asked.classed, classes)) for field in (words.classes.field,) if field},
            **{c: rows.frame[c] for c in (words.measure.all,) if c},
            **{into: pl.Series(after, nan_to_null=True) for into, after in found.running.items()},
            "outcome": named(found.code, outcomes),
            "clause": named(found.code, deciding),
            "required_by": rows.spread(named(asked.by, asking)),
        }
    )
