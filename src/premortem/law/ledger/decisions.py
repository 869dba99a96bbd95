"""A table of shipments, decided in date order; what cannot be read is set aside with its row and reason, never dropped."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from premortem.errors import BadInput
from premortem.files import writer
from premortem.law import audit
from premortem.law.ambiguous_items import settled
from premortem.law.book import Book
from premortem.law.clauses.binding import limit
from premortem.law.clauses.clause import Rulebook
from premortem.law.clauses.conditions import identifiers
from premortem.law.clauses.totals import Totals
from premortem.law.engine import decide
from premortem.law.equivalent_rows import kinds
from premortem.law.fields.vocabulary import Vocabulary
from premortem.law.ledger import corrections, grounds, remainder
from premortem.law.ledger.alike_totals import alike_totals
from premortem.law.ledger.columns import check_columns, gained, type_columns
from premortem.law.ledger.consignees import alike
from premortem.law.ledger.csv_files import MISSHAPEN
from premortem.law.ledger.files import check_target, read, write
from premortem.law.ledger.intake import AS_IT_IS, Convention, take
from premortem.law.ledger.profiles import keep_new
from premortem.law.ledger.remainder import ROW, WHY
from premortem.law.ledger.rows_of_one_party import shipped_together
from premortem.law.ledger.stated_classes import own_classes, stated_classes
from premortem.law.ledger.summary import Summary, Whole, Written, counts_of
from premortem.law.ledger.told_in_notes import notes_of, told_in_notes
from premortem.law.ledger.unread_items import unread_items
from premortem.law.ledger.unread_parties import unread_parties
from premortem.law.ledger.unread_questions import unread_questions
from premortem.law.ledger.unread_words import unread_words
from premortem.law.ledger.withheld import withhold
from premortem.law.rulebook_version import shipped_version
from premortem.law.verdict import not_law

# Whose a running total is that counts all that goes to a place.
PLACE = ("destination",)


def decide_ledger(given: pl.DataFrame, book: Rulebook, file: str = "ledger") -> pl.DataFrame:
    """The ledger with outcome, deciding clause, class, headroom and grounds a row, in the order given; none is dropped.

    `may_go` is as `check` tells it of the row after what the ledger shipped before: empty where it hangs on what nobody
    said (`rests_on`) or on a name to look at (`hits`); `confidence` is that of the weakest clause that the answer rests on.

    Running totals follow the dates; rows of one day follow their order in the ledger. A row whose `returns` names the
    `id` of an earlier one gives back what that one drew, `quantity` units of it; one that `amends` an earlier one
    gives all of it back and is decided in its place. A row that cannot be read says why in `rejected`. Raises `BadInput`
    for a column that is no field, when one that is needed is missing, or for rows of another ledger (`_row`).
    """
    remainder.refuse(given, file, book.vocabulary)
    return _decided(given, book, file)[0]


class DecidedFile(NamedTuple):
    """A desk's file decided, what is said of it as a whole, and how it is written, as was asked and found."""

    table: pl.DataFrame
    summary: Summary
    convention: Convention


def decide_file(path: Path, book: Book, how: Convention = AS_IT_IS, record: Path | None = None) -> DecidedFile:
    """A desk's file decided. `how` is what was told of how it is written.

    A file of mended rows is decided with the rows of the table that rejected them, which the summary names in `joined`.
    With `record`, a line of JSON for each decision is written there (`audit`).
    """
    if record:
        writer.check_target(record, path)
    began = time.perf_counter()
    taken = take(path, book.vocabulary, how)
    given, beside = remainder.whole(taken.frame, path, book.vocabulary)
    decided, told = _decided(given, book, path.name)
    found = counts_of(decided, told, time.perf_counter() - began, book.case)
    if taken.lines is not None and beside is None:
        for wrong in found["rejected"]:
            wrong["line"] = taken.lines[wrong["row"] - 1]
    if record:
        under = check_columns(given, path.name, book.vocabulary)
        audit.write(audit.of_ledger(decided, under, book, [path, *([beside] if beside else [])]), record)
    summary: Summary = {
        **found,
        **alike(decided),
        **taken.told(),
        "not_law": not_law(book.name, book.case),
        "joined": str(beside) if beside else None,
    }
    return DecidedFile(decided, summary, taken.convention)


def check_targets(out: Path, *inputs: Path) -> None:
    """Raises `BadInput` where a decided ledger, or the file of its rejected rows, could not be written, before it is decided.

    No file that the user did not name is replaced, unless it holds rejected rows as we write them, and is not an input.
    """
    check_target(out, *inputs)
    beside = rejected_file(out)
    check_target(beside)
    if beside.exists():
        is_input = any(given.exists() and beside.samefile(given) for given in inputs)
        if is_input or not _holds_rejected(beside):
            which = "is the input" if is_input else "is there already and is not a file of rejected rows"
            what = f"its rejected rows would be written to {beside.name}, which {which}"
            raise BadInput(str(out), "", what, got=str(beside), allowed="another name with -o")


def write_out(found: DecidedFile, out: Path | None, kept: Convention | None, words: Vocabulary) -> Written:
    """Write the decided table and its rejected rows where they were asked for, and keep the layout where it is not that which was
    `kept`; what is said of the file, with where they are.
    """
    beside = None
    if out is not None:
        write(found.table, out)
        beside = write_rejected(found.table, out, words)
    layout = keep_new(found.summary, found.convention, kept)
    return {**found.summary, "rejected_file": str(beside) if beside else None, **layout}


def rejected_file(out: Path) -> Path:
    """The CSV beside a decided ledger in which its rejected rows go."""
    return out.with_name(f"{out.stem}{remainder.REJECTED}.csv")


def rejected_rows(decided: pl.DataFrame, words: Vocabulary) -> pl.DataFrame:
    """The rejected rows of a decided ledger, as given, with their numbers and reasons."""
    numbered = decided.drop(ROW, strict=False).with_row_index(ROW, offset=1)
    return numbered.filter(pl.col(WHY).is_not_null()).drop(gained(words))


def write_rejected(decided: pl.DataFrame, out: Path, words: Vocabulary) -> Path | None:
    """Rejected rows, with their numbers and reasons, in a CSV beside the output; None where there are none.

    They can be mended there and decided again, together with the output (`remainder`). Where none are rejected, those that
    an earlier output of this name left behind go.
    """
    wrong = rejected_rows(decided, words)
    beside = rejected_file(out)
    if not wrong.height:
        if beside.is_file() and _holds_rejected(beside):
            with writer.system_failure(beside):
                beside.unlink()
        return None
    write(wrong, beside)
    return beside


def _holds_rejected(path: Path) -> bool:
    """Whether a file is one that `write_rejected` wrote: known by its first and last headings, and a reason in each row."""
    try:
        held = read(path)
    except BadInput:
        return False
    return (held.columns[0], held.columns[-1]) == (ROW, WHY) and held[WHY].is_not_null().all()


@contextmanager
def _uncollected() -> Iterator[None]:
    """While this lasts nothing is looked through for what refers to itself: names and their likes never do, and there are many."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
def _decided(given: pl.DataFrame, book: Rulebook, file: str) -> tuple[pl.DataFrame, Whole]:
    words = book.vocabulary
    named = check_columns(given, file, words)
    rows = corrections.link_corrections(type_columns(named, words), named, words)
    # sorted by day, and as in the ledger within a day
    good = rows.filter(pl.col("rejected").is_null()).sort("date", maintain_order=True)
    good = good.with_columns(settled(good, book)) if "item" in good.columns else good
    totals = Totals(rows=rows.height if "_undoes" in rows.columns else 0)
    same = kinds(good, book)
    doubts = [
        *unread_parties(named, good, words),
        *unread_words(named, good, book),
        *unread_questions(named, good, words),
    ]
    answers = decide(good, book, totals, same) if good.height else pl.DataFrame(schema=gained(words))
    answers = answers.with_columns(_headroom(answers, good, book).alias(words.headroom))
    hits, listed = grounds.hits(good, book.case)
    if good.height:
        together = shipped_together(good, answers, notes_of(named, good, book), book)
        doubts += told_in_notes(named, good, answers, same, book)
        doubts += unread_items(named, good, answers, same, book)
        doubts += alike_totals(good, answers, book)
        answers = answers.hstack(grounds.grounds(good, answers, together, book, same)).with_columns(hits)
        if words.classes.field:
            classes = own_classes(good, answers, words)
            doubts += stated_classes(named, good, classes, words)
            answers = answers.with_columns(classes.alias(words.classes.field))
        answers = withhold(answers, doubts, words)
    stale = good.filter(pl.col("date") > shipped_version(book.case).news).height if good.height else 0
    told = Whole(
        _room_left(good, answers, book, totals),
        listed,
        stale,
        [*(doubt.says for doubt in doubts if doubt.says), *grounds.not_checked(good, book.case)],
    )
    place = np.full(rows.height, -1, np.int64)
    place[good["_row"].to_numpy()] = np.arange(good.height)
    where = pl.Series(place).replace(-1, None)
    out = answers.select(pl.col(c).gather(pl.lit(where)) for c in gained(words))
    own = given.drop([c for c in (*gained(words), "rejected", MISSHAPEN) if c in given.columns])
    return pl.concat([own, out, rows.select("rejected")], how="horizontal"), told


def _headroom(answers: pl.DataFrame, good: pl.DataFrame, book: Rulebook) -> pl.Series:
    """Room left under the deciding clause's limit after each row [unit of the total], negative where it did not fit; else null."""
    room = pl.lit(None, pl.Float64)
    limits = [c for c in book.clauses if c.total and c.total.into in answers.columns]
    for c in limits:
        assert c.total is not None
        room = pl.when(pl.col("clause") == c.id).then(limit(c, book.vocabulary) - pl.col(c.total.into)).otherwise(room)
    looked_at = {name for c in limits for name in identifiers(c.within) if name in book.vocabulary.given}
    dated = answers.hstack(good.select("date", *(_filled(name, good) for name in sorted(looked_at))))
    return dated.with_columns(_headroom=room)["_headroom"]


def _filled(name: str, rows: pl.DataFrame) -> pl.Expr:
    """A number of each row, 0 where none is given."""
    return pl.col(name).fill_null(0.0) if name in rows.columns else pl.lit(0.0).alias(name)


def _room_left(
    good: pl.DataFrame, answers: pl.DataFrame, book: Rulebook, totals: Totals
) -> dict[str, tuple[float, float]]:
    """Room left under a limit of each place when the ledger ends, and that limit, by place that drew on it [unit of the total]."""
    clause = next((c for c in book.clauses if c.total and c.total.per == PLACE), None)
    if clause is None or clause.total is None or clause.id not in totals.by_clause:
        return {}
    running = totals.by_clause[clause.id]
    looked_at = (name for name in identifiers(clause.within) if name in book.vocabulary.given)
    own = [_filled(name, good) for name in dict.fromkeys((clause.total.start, *looked_at))]
    drew = good.filter(answers["clause"] == clause.id).select("destination", "date", *own)
    last = drew.group_by("destination", maintain_order=True).agg(pl.all().last())
    limits = last.with_columns(limit=limit(clause, book.vocabulary)).to_dicts()
    drawn: dict[str, float] = {}
    for (place, _), group in sorted(running.groups.items(), key=lambda kv: str(kv[0])):  # the last window stays
        drawn[str(place)] = float(running.so_far[group])
    return {
        row["destination"]: (row["limit"] - row[clause.total.start] - drawn[row["destination"]], row["limit"])
        for row in limits
    }
