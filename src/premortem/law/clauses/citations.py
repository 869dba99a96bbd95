"""Citations of clauses, paragraph by paragraph, with the public pages that hold them."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from premortem.law.clauses.clause import Clause
from premortem.law.rulebook_version import Verified

# From the least to the most that a clause can be trusted.
CONFIDENCE = ("low", "medium", "high")


class Piece(NamedTuple):
    """A part of a text, the public page that it leads to (none where it is plain), and whether it is a name of the law files."""

    text: str
    url: str = ""
    code: bool = False


class Citation(NamedTuple):
    """Where a clause that an answer rests on is written, on which days it is in force, and how sure its reading is."""

    clause: str
    paragraph: str
    fr: str
    url: str
    confidence: str
    says: str
    since: str  # ISO day; empty where none is set
    until: str  # ISO day; empty where it is in force for good
    read: bool  # whether its text was read, not only what others say of it
    source: str


@lru_cache(4096)
def citation(clause: Clause, current: Verified) -> Citation:
    """The citation of a clause: paragraphs, pages of the register in which rules are made known, and a public page."""
    register = re.compile(current.register) if current.register else None
    pieces = [piece.strip() for piece in clause.citation.split(";")]
    paragraphs = [piece for piece in pieces if piece and not (register and register.fullmatch(piece))]
    registers = [found[0] for found in register.finditer(clause.citation)] if register else []
    return Citation(
        clause.id,
        "; ".join(paragraphs),
        "; ".join(registers),
        _page(clause.citation, current),
        clause.confidence,
        clause.says,
        str(clause.begins or ""),
        str(clause.ends or ""),
        clause.read,
        clause.source,
    )


def weakest(found: Sequence[Citation]) -> str:
    """The least confidence among citations; nothing where there are none."""
    return min((c.confidence for c in found), key=CONFIDENCE.index, default="")


@lru_cache(4096)
def linked(citation: str, current: Verified) -> tuple[Piece, ...]:
    """A citation in pieces, of which each paragraph or page that a public page holds leads to it."""
    return tuple(piece for piece in _linked(citation, current) if piece.text)


def _linked(citation: str, current: Verified) -> Iterator[Piece]:
    at = 0
    while found := _first(citation, at, current):
        start, end, url = found
        yield Piece(citation[at:start])
        yield Piece(citation[start:end], url)
        at = end
    yield Piece(citation[at:])


def _first(citation: str, at: int, current: Verified) -> tuple[int, int, str] | None:
    """The next part of a citation that a public page holds: where it begins and ends, and the page. Of two that begin alike the
    one of the earlier pattern counts.
    """
    found = [
        (match.start(), rank, match.end(), page.format(*match.groups()))
        for rank, (pattern, page) in enumerate(current.pages)
        if (match := re.compile(pattern).search(citation, at))
    ]
    if not found:
        return None
    start, _, end, url = min(found)
    return start, end, url


def _page(citation: str, current: Verified) -> str:
    """The public page of the first kind of citation, in the order of the case's, that one holds."""
    for pattern, page in current.pages:
        if found := re.search(pattern, citation):
            return page.format(*found.groups())
    return ""
