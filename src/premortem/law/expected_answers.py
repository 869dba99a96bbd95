"""What is said of one case of a file that says what it expects."""

from collections.abc import Mapping
from typing import NotRequired, TypedDict

from premortem.law.book import Book
from premortem.law.fields.named_fields import Fields
from premortem.law.opinion import opine


class CaseAnswer(TypedDict):
    """What is said of one case of a file."""

    outcome: str
    clause: str
    may_go: bool | None  # None also where the law says nothing of what may go
    policy: NotRequired[str]
    outcomes: NotRequired[dict[str, str | list[str]]]  # where answers are of several kinds, by kind
    unread: NotRequired[list[str]]  # columns beside the options that nobody looked at
    expected: NotRequired[object]  # as the file has it
    agrees: NotRequired[bool]
    wrong: NotRequired[list[str]]  # kinds of which the answer is not as expected
    error: NotRequired[str]  # why it cannot be decided


def judged(given: Fields, expected: Mapping[str, str], book: Book) -> CaseAnswer:
    """An answer in short with that of each kind, and whether it is as `expected`, by kind; several are parted by semicolons."""
    opinion = opine(given, book)
    told: CaseAnswer = {
        "outcome": opinion.outcome,
        "clause": opinion.clause,
        "may_go": None,
        "policy": book.name,
        "outcomes": opinion.outcomes,
    }
    if not expected:
        return told
    wrong = [kind for kind, text in expected.items() if _several(text) != _several(told["outcomes"][kind])]
    return {**told, "expected": "; ".join(expected.values()), "agrees": not wrong, "wrong": wrong}


def _several(said: str | list[str]) -> set[str]:
    each = said.split(";") if isinstance(said, str) else said
    return {one.strip() for one in each} - {""}
