"""Questions that stand are answered by each book as if they were asked of it alone."""

from datetime import date

import pytest

from premortem.case import default
from premortem.law.book import load, policies
from premortem.law.engine import decide
from premortem.law.fields.places import TierChange
from premortem.law.standing_questions import Questions
from premortem.law.transactions import frame_of

ROWS = [
    {"date": day, "item": item, "destination": place, "quantity": count, **more}
    for day in (date(2024, 12, 20), date(2025, 6, 1), date(2026, 2, 1))
    for item, count, more in (
        ("H100 SXM", 400.0, {}),
        ("H100 SXM", 100.0, {"headquarters": "CHN", "parent_headquarters": "CHN"}),
        ("H20", 10.0, {}),
        ("hbm_stack", 1.0, {"density_gb_s_mm2": 5.0}),
    )
    for place in ("POL", "CHN", "ARE", "JPN")
]
TOLD = ["outcome", "clause", "required_by", "class"]


def changed(book):
    """A book as it is, with a number moved, and with days moved."""
    yield book
    if "diffusion.country_allocation" in book.by_id:
        yield book.with_number("diffusion.country_allocation", "tpp", 1e6)
    yield book.with_days({c.id for c in book.clauses if c.instrument == "diffusion"}, begins=date(2026, 1, 1))


def test_each_book_answers_as_if_it_alone_were_asked():
    case, rows = default(), frame_of(ROWS, default())
    standing: dict = {}
    for name in policies(case):
        for book in changed(load(name)):
            asked = standing.setdefault(book.moves, Questions(rows, case, book.moves))
            told = [c for c in TOLD if c in asked.answers(book).columns]
            assert asked.answers(book).select(told).equals(decide(rows, book).select(told))
    assert {*asked.answers(load(case.settings.baseline))["outcome"]} != {"no_licence_required"}


def test_a_book_that_moves_other_places_is_refused():
    book = load()
    with pytest.raises(ValueError, match="other moves"):
        Questions(
            frame_of(ROWS[:1], book.case), book.case, (*book.moves, TierChange(("POL",), 1, date(2025, 5, 15)))
        ).answers(book)
