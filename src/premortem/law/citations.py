"""Citations of clauses, paragraph by paragraph, with the public pages that hold them."""

import re
from functools import lru_cache
from typing import NamedTuple

from premortem.law.clause import Clause

_FR = re.compile(r"\b(\d+) FR (\d+)\b")
_CFR = re.compile(r"\b(\d+) CFR (\d+)\.(\d+)")
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
def cited(clause: Clause) -> Citation:
    """The citation of a clause: paragraphs, pages of the Federal Register, and a public page."""
    pieces = [piece.strip() for piece in clause.citation.split(";")]
    paragraphs = [piece for piece in pieces if piece and not _FR.fullmatch(piece)]
    registers = ["{} FR {}".format(*found) for found in _FR.findall(clause.citation)]
    return Citation(clause.id, "; ".join(paragraphs), "; ".join(registers), _page(clause.citation), clause.confidence)


def weakest(found: tuple[Citation, ...]) -> str:
    """The least confidence among citations; nothing where there are none."""
    return min((c.confidence for c in found), key=CONFIDENCE.index, default="")


def _page(citation: str) -> str:
    """The Federal Register's page where one is cited, else the section of the code of regulations."""
    if register := _FR.search(citation):
        return f"https://www.federalregister.gov/citation/{register[1]}-FR-{register[2]}"
    if code := _CFR.search(citation):
        return f"https://www.ecfr.gov/current/title-{code[1]}/section-{code[2]}.{code[3]}"
    return ""
