"""A record of each decision as a line of JSON: what was given, by which rulebook and lists, who was hit and cleared, what was answered.

The same input and rulebook give the same bytes: nothing in a record hangs on the clock or the machine, so that who cleared a
name, and when, stands only where the reason says it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl

from premortem import facts
from premortem.case import Case
from premortem.facts.own import path_of
from premortem.files import writer
from premortem.law.book import Book
from premortem.law.decide import Decision
from premortem.law.fields import days
from premortem.law.fields.named_fields import Fields, text_of
from premortem.law.parties.clearing import clearings
from premortem.law.parties.lookup import Hit, named_parties, screen
from premortem.law.parties.spelling import key
from premortem.law.rulebook_version import shipped_version
from premortem.text.result import Document

# Tables by which parties are looked up, and those, and the files of words, that clauses are read with.
PARTIES = ("entities", "parties")
LAW = ("aliases", "chips", "countries", "country_changes", "iso_numeric", "systems")
WORDS = ("vocabulary.toml", "transfers.toml", "rulebook.toml", "addressees.toml")
BLOCK = 1 << 20
# A line of JSON.
Record: TypeAlias = Document


def of_decision(decision: Decision, book: Book, cleared: Mapping[str, str]) -> Record:
    """The record of one decision of `check`."""
    given = {name: _plain(value) for name, value in sorted(decision.transaction.items())}
    told = clearings(text_of(decision.transaction, "cleared")) | dict(cleared)
    return _record(given, decision.hits, told, decision.outcome, decision.may_go, decision.clause) | book_told(book)


def of_ledger(decided: pl.DataFrame, under: pl.DataFrame, book: Book, inputs: Sequence[Path]) -> Iterator[Record]:
    """The records of a decided ledger, a row each, rejected ones too; `under` is the table under the fields' full names, and

    `inputs` are the files that it is from.
    """
    told = book_told(book) | {"inputs": [{"name": path.name, "sha256": _of_file(path)} for path in inputs]}
    answers = decided.select("outcome", "may_go", "clause", "rests_on", "confidence", "hits", "rejected")
    for number, (row, answer) in enumerate(
        zip(under.iter_rows(named=True), answers.iter_rows(named=True), strict=True), 1
    ):
        given = {name: _plain(value) for name, value in row.items() if value is not None and not name.startswith("_")}
        reasons = clearings(str(row.get("cleared") or "")) if answer["rejected"] is None else {}
        day = days.day(row["date"]) if answer["hits"] else None
        hits = screen(named_parties(row), day, book.case, reasons) if day else ()
        made = _record(given, hits, reasons, answer["outcome"], answer["may_go"], answer["clause"])
        rest = {key: answer[key] for key in ("rests_on", "confidence", "rejected")}
        yield {"row": number} | made | rest | told


def write(records: Iterable[Record], path: Path) -> None:
    """Records as lines of JSON, whole or not at all. Raises `BadInput`."""

    def fill(half: Path) -> None:
        with half.open("r+", encoding="utf-8") as file:
            for record in records:
                file.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")

    writer.write(path, fill)


def _record(
    given: Fields, hits: Sequence[Hit], cleared: Mapping[str, str], outcome: Any, may_go: Any, clause: Any
) -> Record:
    found = [{name: _plain(value) for name, value in hit.__dict__.items()} for hit in hits]
    hit = {key(h.given) for h in hits if h.name}
    reasons = [{"name": name, "reason": reason, "hit": key(name) in hit} for name, reason in cleared.items()]
    return {
        "given": given,
        "outcome": outcome,
        "may_go": may_go,
        "clause": clause or None,
        "hits": found,
        "cleared": reasons,
    }


def book_told(book: Book) -> Record:
    """Which rulebook answered, and which lists: versions and hashes of their whole content."""
    told = {"policy": book.policy.name, "sha256": _of_book(book)}
    parties = _of_tables(book.case, PARTIES)
    if book.case.lists:  # those that ship, and those that were pulled
        parties = hashlib.sha256(f"{parties} {book.case.lists}".encode()).hexdigest()
    return {"rulebook": shipped_version(book.case).as_dict() | told, "parties_sha256": parties}


def _of_book(book: Book) -> str:
    """The hash of every clause in force under a policy, and of the words and tables that they are read with."""
    told = hashlib.sha256()
    for clause in book.clauses:
        told.update(clause.model_dump_json().encode())
    for name in WORDS:
        if (book.case / name).is_file():
            told.update((book.case / name).read_bytes())
    told.update(_of_tables(book.case, LAW).encode())
    return told.hexdigest()


def _of_tables(case: Case, names: Iterable[str]) -> str:
    told = hashlib.sha256()
    for name in names:
        if facts.held(name, case):
            told.update(name.encode() + facts.catalogue(case)[name].file.read_bytes())
        told.update(dict(case.own).get(path_of(name), b""))
    return told.hexdigest()


def _of_file(path: Path) -> str:
    told = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            told.update(block)
    return told.hexdigest()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
