"""What each answer of a ledger rests on, as `check` would say of the row alone: may it go, how sure is that, who was hit.

Rows that no clause tells apart have one answer, so that this costs a ledger little more than its kinds of rows.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from premortem.case import Case
from premortem.law.cautions import doubtful_places, elsewhere, looked_at
from premortem.law.clauses.candidate_clauses import embargoed_places, operative
from premortem.law.clauses.citations import Citation
from premortem.law.clauses.clause import QUESTION, Rulebook
from premortem.law.clauses.clause_tests import Flags, Met, met
from premortem.law.clauses.totals import start
from premortem.law.decide import citations_of
from premortem.law.equivalent_rows import alike
from premortem.law.fields.groups import Kinds, combined, distinct, numbers
from premortem.law.fields.named_fields import Fields, day_of, text_of
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ladder import steps
from premortem.law.ledger.columns import GROUNDS
from premortem.law.ledger.rows_of_one_party import ADDED, asks_of_amount
from premortem.law.ledger.summary import HitInRows
from premortem.law.ledger.unstated_fields import resting
from premortem.law.parties.clearing import clearings
from premortem.law.parties.lookup import ROLES, Hit, named_parties, names_firm, screen, suspects, unscreened_names
from premortem.law.permission import confidence, is_unverified, may_go
from premortem.law.row_defaults import completed
from premortem.law.rulebook_version import shipped_version
from premortem.law.unchecked import lists
from premortem.law.verdict_codes import RETURNED
from premortem.text.numbers import listing

# What separates fields, and hits, in a cell.
BETWEEN = "; "


class Ground(NamedTuple):
    """Whether a row may go, None where that hangs on something; on what; the least confidence."""

    may_go: bool | None
    rests_on: str | None
    confidence: str | None


class Question(NamedTuple):
    """What the book asks, and of which rows."""

    applies: Flags
    says: str


def grounds(
    given: pl.DataFrame, answers: pl.DataFrame, together: pl.Series, book: Rulebook, kinds: Kinds
) -> pl.DataFrame:
    """`GROUNDS` of typed rows, of which `kinds` tells those that are of a kind, and of what `decide` said of them, row by row.

    A row counts with what the ledger shipped before it; what lay before the ledger nobody said, unless a column says it. Where no total
    is kept, it is asked of as what it ships `together` with others.
    """
    group, first = _told_apart(alike(given, answers, together, book, kinds), given, book)
    rows, said = given[first], answers[first]
    rows = rows.select(c for c in rows.columns if c in book.vocabulary.fields)
    found = pl.DataFrame(_grounds(rows, said, together[first], book), schema=GROUNDS, orient="row")
    return found[group]


def _told_apart(kinds: Kinds, given: pl.DataFrame, book: Rulebook) -> Kinds:
    """The same kinds, of which those are parted that name another embargoed place: a cell says which."""
    barred = [*embargoed_places(book, given["date"].min(), given["date"].max())]  # type: ignore[arg-type]
    seats = (given[c] for c in given.columns if c in book.vocabulary.countries and c != "destination")
    barring = [numbers(seat.set(~at, None)) for seat in seats if (at := seat.is_in(barred).fill_null(False)).any()]
    return combined([(kinds.of, len(kinds.first)), *barring], given.height) if barring else kinds


def _with_totals(rows: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """The rows as they are told of alone: what earlier rows drew on a total stands in the field that says what lies before."""
    for c in book.clauses:
        if c.total and c.total.into in answers.columns:
            own = [pl.col(f) if f in rows.columns else pl.lit(0.0).alias(f) for f in (c.total.start, c.total.less) if f]
            before = answers[c.total.into] - answers[book.vocabulary.measure.all]
            alone = rows.select(own).fill_null(0.0).select(start(c)).to_series()
            told = pl.coalesce(pl.lit(before), pl.lit(alone)).alias(c.total.start)
            rows = rows.with_columns(told, *([pl.lit(0.0).alias(c.total.less)] if c.total.less else []))
    return rows


def _grounds(given: pl.DataFrame, answers: pl.DataFrame, together: pl.Series, book: Rulebook) -> Iterator[Ground]:
    rows = _with_totals(given, answers, book)
    words, fields = book.vocabulary, completed(rows, book)
    outcomes = answers["outcome"].to_list()
    clauses = tuple(operative(book, fields["date"].min(), fields["date"].max()))  # type: ignore[arg-type]
    found = met(fields, answers, clauses, words)
    rests = resting(given, rows, answers, found, book)
    moved = doubtful_places(rows, fields, outcomes, book)
    cited = _cited(found, answers, book)
    left_open = _left_open(rows, fields, answers, [*_questions(found), *_of_several(fields, answers, together, found, book)], book)  # fmt: skip
    for i, (outcome, clause) in enumerate(zip(outcomes, answers["clause"], strict=True)):
        if outcome == RETURNED:
            yield Ground(None, None, None)
            continue
        doubts = (*left_open[i], *_unverified(clause or "", cited[i], moved[i])) if outcome in words.free else ()
        yield Ground(
            may_go(outcome, bool(rests[i] or doubts), words),
            BETWEEN.join((*rests[i], *doubts)) or None,
            confidence(cited[i], moved[i]) or None,
        )


def _unverified(clause: str, cited: tuple[Citation, ...], moved: tuple[str, ...]) -> tuple[str, ...]:
    """Why an answer is not sure, where it is not; rows of a kind may be of several places."""
    if not is_unverified(clause, cited, moved):
        return ()
    return ("a country group whose move nobody confirmed" if moved else f"{clause}, which is of low confidence",)


def _questions(found: Met) -> Iterator[Question]:
    """Questions of the book, as `check` asks them."""
    for applies, clause in zip(found.applies, found.clauses, strict=True):
        if clause.stage == QUESTION:
            yield Question(applies, f"{clause.says} ({clause.citation})")


def _of_several(
    fields: pl.DataFrame, answers: pl.DataFrame, together: pl.Series, found: Met, book: Rulebook
) -> Iterator[Question]:
    """Those that no row asks alone, and several do together."""
    measure = book.vocabulary.measure.all
    asking = [i for i, c in enumerate(found.clauses) if asks_of_amount(c, book.vocabulary)]
    if not asking or (together <= answers[measure]).all():
        return
    more = met(fields.with_columns(together.alias(measure)), answers, found.clauses, book.vocabulary)
    for i, clause in ((i, found.clauses[i]) for i in asking):
        says = ADDED.format(question=f"{clause.says} ({clause.citation})")
        yield Question(more.applies[i] & ~found.applies[i], says)


def _left_open(
    rows: pl.DataFrame, fields: pl.DataFrame, answers: pl.DataFrame, asked: Sequence[Question], book: Rulebook
) -> list[tuple[str, ...]]:
    """What leaves each permission open beside the clauses, as `check` says it: a party that stands in no table, a thing to be
    looked at elsewhere, a question of the book.
    """
    free = answers["outcome"].is_in([*book.vocabulary.free]).to_numpy()
    at = np.flatnonzero(free)
    told: list[tuple[str, ...]] = [()] * rows.height
    flags = fields[at].select(looked_at(book.case)).to_dicts() or [{}] * len(at)
    for i, row, flag in zip(at, rows[at].to_dicts(), flags, strict=True):
        given = {name: value for name, value in row.items() if value is not None}
        questions = (question.says for question in asked if question.applies[i])
        told[i] = (*_unscreened(given, book.case), *map(_in_a_cell, (*elsewhere(given, flag, book), *questions)))
    return told


def _in_a_cell(sentence: str) -> str:
    """A sentence as it stands in a cell among others."""
    return sentence.removesuffix(".").replace(BETWEEN, ", ")


def _unscreened(given: Fields, case: Case) -> tuple[str, ...]:
    """That parties of a row stand in no table and were not cleared, by their roles: rows of a kind name several."""
    reasons, day = clearings(text_of(given, "cleared")), day_of(given)  # lists that were pulled are whole on their day
    named = named_parties(given).items()
    roles = [role.replace("_", " ") for role, name in named if unscreened_names({role: name}, case, reasons, day)]
    return (f"{listing(roles)} on none of the lists that are not held",) if roles else ()


def _cited(found: Met, answers: pl.DataFrame, book: Rulebook) -> list[tuple[Citation, ...]]:
    """What each answer rests on; rows to which the same clauses apply, and which the same ones miss, rest on the same."""
    by_id = {c.id: c for c in found.clauses}
    ladders = pl.DataFrame(np.packbits(np.vstack([found.applies, found.near]), axis=0).T)
    field = book.vocabulary.classes.field
    asked = answers.select(c for c in ("clause", "required_by", field) if c in answers.columns)
    kinds, first = distinct(asked.hstack(ladders))
    told = [
        citations_of(by_id.get(answer["clause"]), steps(found, i, answer), book, answer.get(field) is not None)
        for i, answer in zip(first, asked[first].to_dicts(), strict=True)
    ]
    return [told[kind] for kind in kinds]


def not_checked(given: pl.DataFrame, case: Case) -> list[str]:
    """What the answers of a ledger do not cover, each sentence once."""
    missing = {
        role: given.height - given[role].count() if role in given.columns else given.height
        for role in ROLES[1:]
        if role in vocabulary(case).given
    }
    unnamed = [
        f"{role.replace('_', ' ')} in {'all' if rows == given.height else f'{rows:,} of {given.height:,}'} rows"
        for role, rows in missing.items()
        if rows
    ]
    told = [f"Not named, so looked up in no list: {', '.join(unnamed)}."] if unnamed else []
    current = shipped_version(case)
    warnings = dict.fromkeys(current.warning(day) for day in given["date"].unique().sort())
    return [*told, *lists(case), *current.not_checked, *filter(None, warnings)]


def hits(given: pl.DataFrame, case: Case) -> tuple[pl.Series, list[HitInRows]]:
    """Of each row, the listed names to which its parties are equal or near, null where none is; and each hit once, with
    the number of its rows.
    """
    cell = pl.Series("hits", [None], dtype=pl.String).new_from_index(0, given.height)
    counted: dict[tuple[str, str, str, str], tuple[Hit, int]] = {}
    cleared = pl.col("cleared") if "cleared" in given.columns else pl.lit(None, pl.String)
    for role in (role for role in ROLES if role in given.columns):
        named = given[role].unique().drop_nulls()
        names = sorted(n for n in suspects(filter(None, named), case) if names_firm(role, n, case))
        at = given[role].is_in(names).fill_null(False).arg_true()
        if not names or not len(at):
            continue
        told = given[at].select(name=pl.col(role), day="date", cleared=cleared)
        kinds = told.group_by("name", "day", "cleared", maintain_order=True).len()
        says = []
        for name, day, reasons, rows in kinds.rows():
            found = screen({role: name}, day, case, clearings(reasons or ""))
            says.append(BETWEEN.join(_says(hit) for hit in found) or None)
            for hit in found:
                is_of = (role, name, hit.name, hit.list)
                first, so_far = counted.get(is_of, (hit, 0))
                counted[is_of] = first, so_far + rows
        text = told.join(
            kinds.with_columns(says=pl.Series(says, dtype=pl.String)),
            on=["name", "day", "cleared"], how="left", nulls_equal=True, maintain_order="left",
        )["says"]  # fmt: skip
        both = pl.concat_str(pl.lit(cell[at]), pl.lit(text), separator=BETWEEN, ignore_nulls=True)
        cell = cell.scatter(at, pl.select(pl.when(both != "").then(both)).to_series())
    return cell, [_in_rows(hit, rows) for hit, rows in counted.values()]


def _in_rows(hit: Hit, rows: int) -> HitInRows:
    told: HitInRows = {**hit.__dict__, "date": str(hit.date) if hit.date else None, "rows": rows}  # type: ignore[typeddict-item]  # by its own fields
    return told


def _says(hit: Hit) -> str:
    """A hit in a cell: `ROLE GIVEN is near NAME (LIST, 94 of 100)`."""
    how = "is" if hit.equal else "is near"
    likeness = "" if hit.equal else f", {hit.score:.0f} of 100"
    listed = f"{how} {hit.name} ({hit.list}{likeness})" if hit.name else hit.list
    cleared = f", cleared: {hit.cleared}" if hit.cleared and not hit.equal else ""
    return f"{hit.party} {hit.given} {listed}{cleared}"
