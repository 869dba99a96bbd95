"""What each answer of a ledger rests on, as `check` would say of the row alone: may it go, how sure is that, who was hit.

Rows that no clause tells apart have one answer, so that this costs a ledger little more than its kinds of rows.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from premortem.case import Case
from premortem.law.alike import alike
from premortem.law.assumed_facts import Other, others
from premortem.law.binding import speaks
from premortem.law.candidate_clauses import addressees, operative, seats
from premortem.law.cautions import doubted, elsewhere
from premortem.law.citations import Citation
from premortem.law.clause import Clause, Rulebook
from premortem.law.clearing import clearings
from premortem.law.decide import citations_of
from premortem.law.engine import RETURNED, decide
from premortem.law.ladder import steps, tests_of, tried
from premortem.law.memo import lists
from premortem.law.parties import ROLES, Hit, named, screen, suspect, unscreened
from premortem.law.permission import confidence, hangs_on, may_go, resting_on, unverified
from premortem.law.row_defaults import complete
from premortem.law.rulebook_version import verified
from premortem.law.totals import start
from premortem.law.vocabulary import TYPES, Vocabulary

# What separates fields, and hits, in a cell.
BETWEEN = "; "


class Ground(NamedTuple):
    """Whether a row may go, None where that hangs on something; the fields on which it hangs; the least confidence."""

    may_go: bool | None
    rests_on: str | None
    confidence: str | None


COLUMNS = {"may_go": pl.Boolean, "rests_on": pl.String, "confidence": pl.String}


def grounds(given: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> pl.DataFrame:
    """`COLUMNS` of typed rows and of what `decide` said of them, row by row.

    A row counts with what the ledger shipped before it, as if `check` had been told of that.
    """
    group, first = alike(given, answers, book)
    rows, said = given[first], answers[first]
    rows = _with_totals(rows.select(c for c in rows.columns if c in book.vocabulary.fields), said, book)
    found = pl.DataFrame(_grounds(rows, said, book), schema=COLUMNS, orient="row")
    return found[group]


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


def _grounds(rows: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> Iterator[Ground]:
    words, fields = book.vocabulary, complete(rows, book).collect()
    outcomes = answers["outcome"].to_list()
    given = [{k: v for k, v in row.items() if v is not None} for row in rows.to_dicts()]
    rests = _resting(rows, given, outcomes, book)
    moved = doubted(rows, fields, outcomes, book)
    cited = _cited(fields, answers, book)
    for i, (outcome, clause) in enumerate(zip(outcomes, answers["clause"], strict=True)):
        if outcome == RETURNED:
            yield Ground(None, None, None)
            continue
        weak = unverified(clause or "", cited[i], moved[i]) or (
            outcome in words.free
            and (_unscreened(given[i], book.case) or any(elsewhere(given[i], fields[i : i + 1], book)))
        )
        yield Ground(
            may_go(outcome, bool(rests[i] or weak), words),
            BETWEEN.join(rests[i]) or None,
            confidence(cited[i], moved[i]) or None,
        )


def _unscreened(row: Mapping[str, Any], case: Case) -> bool:
    """Whether a party of a row stands in no table and was not cleared."""
    return bool(unscreened(named(row), case, clearings(row.get("cleared", ""))))


def _resting(
    rows: pl.DataFrame, given: Sequence[Mapping[str, Any]], outcomes: Sequence[str], book: Rulebook
) -> list[tuple[str, ...]]:
    """Of each row, the unsaid fields without which its permission would not stand: another value of each is decided."""
    named: dict[date, tuple[str, ...]] = {}
    unsaid: list[list[Other]] = []
    for row, outcome in zip(given, outcomes, strict=True):
        day = row["date"]
        if day not in named:
            named[day] = addressees(book, day)
        free = outcome in book.vocabulary.free
        unsaid.append(others(row, book.case, named[day], seats(book, row)) if free else [])
    changed = _changed(rows, unsaid, book.vocabulary)
    told = iter(decide(changed.drop("_at"), book)["outcome"] if changed.height else ())
    return [
        resting_on(outcome, hangs_on(outcome, tries, [next(told) for _ in tries], book.vocabulary), book.vocabulary)
        for outcome, tries in zip(outcomes, unsaid, strict=True)
    ]


def _changed(rows: pl.DataFrame, unsaid: Sequence[Sequence[Other]], words: Vocabulary) -> pl.DataFrame:
    """The rows with each of their other values, row after row: the same values are set in many rows at once."""
    at: defaultdict[tuple[str, Any], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    count = 0
    for i, tries in enumerate(unsaid):
        for other in tries:
            which, place = at[other.field, other.row[other.field]]
            which.append(i)
            place.append(count)
            count += 1
    parts = [
        rows[which].with_columns(pl.lit(value, TYPES[words.fields[field].type]).alias(field), pl.Series("_at", place))
        for (field, value), (which, place) in at.items()
    ]
    return pl.concat(parts, how="diagonal").sort("_at") if parts else pl.DataFrame()


def _cited(fields: pl.DataFrame, answers: pl.DataFrame, book: Rulebook) -> list[tuple[Citation, ...]]:
    """What each answer rests on; rows in which the same tests are met rest on the same."""
    clauses = tuple(operative(book, fields["date"].min(), fields["date"].max()))  # type: ignore[arg-type]
    asked, columns = tests_of(clauses, book.vocabulary)
    tests = [expr.meta.output_name() for expr in columns]
    met = tried(fields, answers.to_dict(), clauses, book.vocabulary).select(tests).rows()
    by_id = {c.id: c for c in clauses}
    periods = _periods(clauses, fields["date"].unique().to_list())
    seen: dict[Any, tuple[Citation, ...]] = {}
    found = []
    for day, clause, required_by, truth in zip(
        fields["date"], answers["clause"], answers["required_by"], met, strict=True
    ):
        key = (periods[day][0], clause, required_by, truth)
        if key not in seen:
            answer = {"clause": clause, "required_by": required_by}
            ladder = steps(periods[day][1], asked, dict(zip(tests, truth, strict=True)), answer, day)
            seen[key] = citations_of(by_id.get(clause), ladder, book)
        found.append(seen[key])
    return found


def _periods(clauses: Sequence[Clause], days: Sequence[date]) -> dict[date, tuple[int, list[Clause]]]:
    """The clauses in force on each day; days on which the same ones are, and say the same numbers, have one number."""
    numbers: dict[tuple[tuple[int, bool], ...], int] = {}
    periods = {}
    for day in days:
        known = [(i, c) for i, c in enumerate(clauses) if c.in_force(day)]
        said = tuple((i, speaks(c, day)) for i, c in known)
        periods[day] = numbers.setdefault(said, len(numbers)), [c for _, c in known]
    return periods


def not_checked(given: pl.DataFrame, case: Case) -> list[str]:
    """What the answers of a ledger do not cover, each sentence once."""
    missing = {
        role: given.height - given[role].count() if role in given.columns else given.height for role in ROLES[1:]
    }
    unnamed = [
        f"{role.replace('_', ' ')} in {'all' if rows == given.height else f'{rows:,} of {given.height:,}'} rows"
        for role, rows in missing.items()
        if rows
    ]
    told = [f"Not named, so looked up in no list: {', '.join(unnamed)}."] if unnamed else []
    current = verified(case)
    warnings = dict.fromkeys(current.warning(day) for day in given["date"].unique().sort())
    return [*told, *lists(case), *current.not_checked, *filter(None, warnings)]


def hits(given: pl.DataFrame, case: Case) -> tuple[pl.Series, list[dict[str, Any]]]:
    """Of each row, the listed names to which its parties are equal or near, null where none is; and each hit once, with
    the number of its rows.
    """
    cell = pl.Series("hits", [None], dtype=pl.String).new_from_index(0, given.height)
    counted: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    cleared = pl.col("cleared") if "cleared" in given.columns else pl.lit(None, pl.String)
    for role in (role for role in ROLES if role in given.columns):
        names = [name for name in given[role].unique().drop_nulls().sort() if name and suspect(name, case)]
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
                one = counted.setdefault((role, name, hit.name, hit.list), {**hit.__dict__, "rows": 0})
                one["rows"] += rows
        text = told.join(
            kinds.with_columns(says=pl.Series(says, dtype=pl.String)),
            on=["name", "day", "cleared"], how="left", nulls_equal=True, maintain_order="left",
        )["says"]  # fmt: skip
        both = pl.concat_str(pl.lit(cell[at]), pl.lit(text), separator=BETWEEN, ignore_nulls=True)
        cell = cell.scatter(at, pl.select(pl.when(both != "").then(both)).to_series())
    plain = [{k: str(v) if isinstance(v, date) else v for k, v in hit.items()} for hit in counted.values()]
    return cell, plain


def _says(hit: Hit) -> str:
    """A hit in a cell: `end_user Huawai is near Huawei (Entity List, 94 of 100)`."""
    how = "is" if hit.equal else "is near"
    likeness = "" if hit.equal else f", {hit.score:.0f} of 100"
    listed = f"{how} {hit.name} ({hit.list}{likeness})" if hit.name else hit.list
    cleared = f", cleared: {hit.cleared}" if hit.cleared and not hit.equal else ""
    return f"{hit.party} {hit.given} {listed}{cleared}"
