"""Citations of clauses, paragraph by paragraph, with the public pages that hold them."""

import re
from functools import lru_cache
from typing import NamedTuple

from premortem.law.clause import Clause
from premortem.law.rulebook_version import Verified

# From the least to the most that a clause can be trusted.
CONFIDENCE = ("low", "medium", "high")


class Citation(NamedTuple):
    """Where a clause that an answer rests on is written, and how sure its reading is."""

    clause: str
    paragraph: str
    fr: str
    url: str
    confidence: str


@lru_cache(4096)
def cited(clause: Clause, current: Verified) -> Citation:
    """The citation of a clause: paragraphs, pages of the register in which rules are made known, and a public page."""
    register = re.compile(current.register) if current.register else None
    pieces = [piece.strip() for piece in clause.citation.split(";")]
    paragraphs = [piece for piece in pieces if piece and not (register and register.fullmatch(piece))]
    registers = [found[0] for found in register.finditer(clause.citation)] if register else []
    page = _page(clause.citation, current)
    return Citation(clause.id, "; ".join(paragraphs), "; ".join(registers), page, clause.confidence)


def weakest(found: tuple[Citation, ...]) -> str:
    """The least confidence among citations; nothing where there are none."""
    return min((c.confidence for c in found), key=CONFIDENCE.index, default="")


def _page(citation: str, current: Verified) -> str:
    """The public page of the first kind of citation, in the order of the case's, that one holds."""
    for pattern, page in current.pages:
        if found := re.search(pattern, citation):
            return page.format(*found.groups())
    return ""
