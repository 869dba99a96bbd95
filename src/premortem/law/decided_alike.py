"""Whether a book decides rows as another did: where only numbers of clauses moved, and none of them turns a test in any row."""

import numpy as np

from premortem.law.binding import tested
from premortem.law.clause import Clause, Rulebook
from premortem.law.conditions import identifiers, parts
from premortem.law.truth import Rows


def decided_alike(rows: Rows, book: Rulebook, other: Rulebook) -> bool:
    """Whether the other book decides of each row what `book` did, by whom `rows` were told. Never wrongly so: where it is not easily told,
    as of a number that tests a running total, it is denied.
    """
    if (book.case, book.moves, len(book.clauses)) != (other.case, other.moves, len(other.clauses)):
        return False
    both = zip(book.clauses, other.clauses, strict=True)
    return all(a is b or a == b or (_numbers_apart(a, b) and _tests_alike(rows, a, b)) for a, b in both)


def _numbers_apart(one: Clause, other: Clause) -> bool:
    """Whether two clauses are one but for the values of their numbers, and how these are told in words."""
    days = [{key: [(d.start, d.end) for d in dated] for key, dated in c.numbers.items()} for c in (one, other)]
    bare = [c.model_copy(update={"numbers": {}, "says": ""}) for c in (one, other)]
    return days[0] == days[1] and bare[0] == bare[1]


def _tests_alike(rows: Rows, one: Clause, other: Clause) -> bool:
    """Whether each test of a number that was made comes out alike in every row by both."""
    numbers, again = {*tested(one)}, rows.again()
    for text in (*parts(one.applies), *parts(one.within)):
        fields = {*identifiers(text)} - one.numbers.keys()
        # a clause that reaches no row, or is ruled out in all by its other tests, never looked at what is not known
        if numbers.isdisjoint(identifiers(text)) or not all(map(rows.knows, fields)):
            continue
        if not fields.isdisjoint(rows.words.totals) or not np.array_equal(
            rows.test(text, one), again.test(text, other)
        ):
            return False
    return True
