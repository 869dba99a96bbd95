"""What of a rulebook is stale on a day, and which documents published since may matter: those that name a part of the law that a
stale instrument is of.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from premortem import facts
from premortem.law.book import Book, instrument_title
from premortem.law.clauses.clause import Clause
from premortem.law.clauses.clause_files import is_written, own_instruments
from premortem.law.rulebook_version import Change, VersionTold, changes, shipped_version
from premortem.text import result


@dataclass(frozen=True)
class Instrument:
    """An instrument that is in force, or still to come: its file of clauses, and the day to which it was checked."""

    instrument: str
    title: str
    verified_to: date


@dataclass(frozen=True)
class Document:
    """A document published since: how it is cited, its day, its title, where it is, and the instruments that it may touch."""

    fr: str
    date: date
    title: str
    url: str
    instruments: tuple[str, ...]


@dataclass(frozen=True)
class Status:
    """How current a rulebook is on a day."""

    day: date
    rulebook: VersionTold
    stale: tuple[Instrument, ...]  # the oldest first
    current: tuple[Instrument, ...]
    source: str  # the live source of documents; empty where the case names none
    pulled: str  # when they were pulled; empty where they were not
    documents: tuple[Document, ...]  # the newest first
    others: int  # documents published since that name no part of a stale instrument
    changes: tuple[Change, ...]

    def as_dict(self) -> result.Document:
        """The keys that the command line prints."""
        return {
            "on": str(self.day),
            "rulebook": {**self.rulebook},
            "stale": [_plain(vars(one)) for one in self.stale],
            "current": [_plain(vars(one)) for one in self.current],
            "pulled": self.pulled or None,
            "documents": [_plain(vars(one)) for one in self.documents],
            "others": self.others,
            "changes": [{"version": one.version, "says": [*one.says]} for one in self.changes],
        }


def status(book: Book, day: date) -> Status:
    """How current a book is on a day. Raises `MissingData` where documents that were pulled are no longer what was recorded."""
    current, held = shipped_version(book.case), _living(book, day)
    told = [Instrument(file, instrument_title(file, book.case), current.checked(file)) for file in held]
    stale = sorted((one for one in told if one.verified_to < day), key=lambda one: one.verified_to)
    table, fetched = _published(book)
    since = [*_since(table, stale, held, day, current.parts)]
    return Status(
        day,
        current.as_dict(),
        tuple(stale),
        tuple(one for one in told if one not in stale),
        current.documents,
        fetched,
        tuple(one for one in since if one.instruments),
        sum(not one.instruments for one in since),
        changes(book.case),
    )


def _living(book: Book, day: date) -> dict[str, list[Clause]]:
    """Clauses by file of the instruments of which one is in force on a day, or begins later: what has ended no longer changes; what is
    a user's own was checked by nobody else.
    """
    found: dict[str, list[Clause]] = {}
    own = own_instruments(book.case)
    for c in (c for c in book.clauses if c.instrument not in own):
        if c.begins and (c.ends is None or c.ends >= day) and is_written(c.instrument, book.case):
            found.setdefault(c.instrument, []).append(c)
    return dict(sorted(found.items()))


def _published(book: Book) -> tuple[pl.DataFrame | None, str]:
    """The documents that were pulled, and when; none where the case names no source, or nobody pulled it."""
    source, known = shipped_version(book.case).documents, facts.sources(book.case)
    records = facts.records({source: known[source]}) if source in known else []
    return (facts.read_pulled(source, known), str(records[0]["fetched"])) if records else (None, "")


def _since(
    table: pl.DataFrame | None, stale: list[Instrument], held: Mapping[str, list[Clause]], day: date, pattern: str
) -> Iterator[Document]:
    """Documents published up to a day and after the first stale instrument was checked, the newest first."""
    named = {one.instrument: _parts(" ".join(c.citation for c in held[one.instrument]), pattern) for one in stale}
    rows = table.sort("publication_date", descending=True).iter_rows(named=True) if table is not None else ()
    for row in rows:
        published, parts = date.fromisoformat(row["publication_date"]), _parts(row["cfr_references"] or "", pattern)
        if stale and stale[0].verified_to < published <= day:
            touched = (o.instrument for o in stale if o.verified_to < published and named[o.instrument] & parts)
            cited = row["citation"] or row["document_number"]
            yield Document(cited, published, row["title"], row["html_url"] or "", tuple(touched))


def _parts(text: str, pattern: str) -> set[str]:
    """Parts of the law that a text names."""
    return {*re.findall(pattern, text)} if pattern else set()


def _plain(told: Mapping[str, str | date | tuple[str, ...]]) -> dict[str, str | list[str]]:
    return {k: str(v) if isinstance(v, date) else [*v] if isinstance(v, tuple) else v for k, v in told.items()}
