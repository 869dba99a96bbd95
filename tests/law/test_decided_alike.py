"""A book of which a number moved is asked anew only where the move turns a test; what it answers is the same either way."""

import pytest

from premortem.cases.us_ai_2025.world import policy_levers
from premortem.law.decided_alike import decided_alike


@pytest.fixture(scope="module")
def asked(study):
    """The book that nobody moved, as the levers ask it."""
    policy_levers.levers(study.law("as-written"))
    return _decided(study.law("as-written"))


def _decided(book):
    places = tuple(
        place for row in policy_levers.facts.read("regions", book.case)["countries"] for place in row.split(";")
    )
    return policy_levers._decided(policy_levers._Asked(book.clauses, book.moves, book.case), places)


# Clause, number, what it is multiplied by, and whether that decides alike.
MOVES = [
    ("dec2024.hbm_class", "density", 1.1, True),  # no stack asked about lies between 2 and 2.2
    ("dec2024.hbm_class", "density", 4.0, False),  # but one at 5 lies below 8
    ("oct2023.3a090b", "tpp_low", 1.1, True),
    ("oct2023.3a090b", "tpp_low", 0.9, False),  # the H20 is caught
    ("diffusion.uveu", "us_min", 1.1, True),  # tested of nobody who is asked about
    ("diffusion.lpp", "tpp_year", 1.1, False),  # tests a running total, which is not looked into
]


@pytest.mark.parametrize(("clause", "number", "times", "alike"), MOVES)
def test_a_moved_number_is_told_to_decide_alike_only_where_it_does(study, asked, clause, number, times, alike):
    book = study.law("as-written")
    moved = book.with_number(clause, number, book.number(clause, number) * times)
    assert decided_alike(asked.rows, asked.book, moved) == alike
    anew = _decided(moved)
    if alike:
        assert anew.answers.rows.equals(asked.answers.rows)
    held = policy_levers._answers(anew.book, anew.places)
    assert held.rows.equals(anew.answers.rows)


def test_a_book_with_other_days_or_clauses_is_asked_anew(study, asked):
    book = study.law("as-written")
    later = book.with_days({"dec2024.hbm"}, begins=book.by_id["dec2024.hbm"].begins.replace(year=2027))
    assert decided_alike(asked.rows, asked.book, book)
    assert not decided_alike(asked.rows, asked.book, later)
    assert not decided_alike(asked.rows, asked.book, study.law("rescinded"))
