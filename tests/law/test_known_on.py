"""The law as it was known on a day: nothing that became public later is in it."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from premortem.case import default
from premortem.law import book as rules
from premortem.law.engine import decide
from premortem.law.fields.places import atlas
from premortem.law.known_on import known_by
from premortem.law.transactions import frame_of

CASE = default()
BOOK = rules.load(CASE.settings.record, CASE)
FIRST, LAST = CASE.settings.day, date(2026, 11, 26)
DAYS = st.dates(FIRST, LAST)


def told(book):
    """All that a book says with a day on which it became public, as lines."""
    policy = book.policy
    steps = {(name, step.start, step.value) for name, begun in policy.steps.items() for step in begun}
    clauses = {(c.id, "", c.published) for c in book.clauses}
    ends = {(c.id, "ends", c.ends_published) for c in book.clauses if c.ends and c.ends_published}
    numbers = {(c.id, key, d.published) for c in book.clauses for key, n in c.numbers.items() for d in n if d.published}
    return steps | clauses | ends | numbers


def test_on_the_last_day_the_law_is_all_that_there_is():
    assert known_by(BOOK, LAST) is BOOK
    assert known_by(BOOK, date.max) is BOOK


@settings(max_examples=15, deadline=None)
@given(day=DAYS)
def test_nothing_that_became_public_later_is_named(day):
    book = known_by(BOOK, day)
    assert all(c.published <= day or (c.announced and c.announced <= day) for c in book.clauses)
    assert all(c.ends_published is None or c.ends_published <= day or c.ends is None for c in book.clauses)
    assert all((d.published or day) <= day for c in book.clauses for dated in c.numbers.values() for d in dated)
    assert all(step.start <= day for steps in book.policy.steps.values() for step in steps)
    if book is not BOOK:
        assert str(LAST.year) not in book.policy.says or day.year == LAST.year
        assert book.case.known_by == day


@settings(max_examples=10, deadline=None)
@given(one=DAYS, other=DAYS)
def test_who_asks_later_knows_all_that_was_known_before(one, other):
    earlier, later = (known_by(BOOK, day) for day in sorted((one, other)))
    assert told(earlier) <= told(later)
    again = known_by(later, min(one, other))
    assert (again.clauses, again.policy) == (earlier.clauses, earlier.policy)


@settings(max_examples=10, deadline=None)
@given(day=DAYS)
def test_what_the_law_says_of_a_day_that_is_over_is_what_was_published_by_then(day):
    """A clause in force on the day by what was known is in force by the whole law, but where a later act reached back."""
    whole, known = ({c.id for c in book.as_of(day)} for book in (BOOK, known_by(BOOK, day)))
    back = {c.id for c in BOOK.clauses if c.published > day or (c.ends_published and c.ends_published > day)}
    assert known ^ whole <= back


def test_1_june_2025_by_hand():
    """The framework is gone, H20 needs licences that nobody gets, plants in China keep their status, and no rule on affiliates is in sight."""
    book, day = known_by(BOOK, date(2025, 6, 1)), date(2025, 6, 1)
    assert not any(c.in_force(date(2025, 5, 14)) for c in book.clauses if c.instrument == "diffusion")
    assert {"h20.letters", "eda2025.letters", "guidance2025.ascend"} <= {c.id for c in book.as_of(day)}
    assert book.by_id["eda2025.letters"].ends is None, "withdrawn on 2 July 2025"
    assert book.number("h20.letters", "granted", date(2027, 1, 1)) == 0, "granted since 14 July 2025"
    assert book.by_id["ear.veu_general"].ends is None
    assert book.by_id["fdd.authorised_designer"].ends == date(2026, 4, 13), "run on since 7 April 2026"
    gone = {c.id for c in BOOK.clauses} - {c.id for c in book.clauses}
    assert {
        "affiliates.fifty_percent",
        "affiliates.return",
        "jan2026.h200",
        "h20.revenue_share",
        "syria2025.ccl",
    } <= gone
    assert not gone & {"rescission.diffusion", "cloud.customer", "affiliates.owner_before"}
    assert {(n, s.start.isoformat()) for n, steps in book.policy.steps.items() for s in steps} == {
        ("deals", "2025-05-15"), ("coercion", "2025-04-02"), ("compute_governance", "2025-05-13"),
        ("chinese_model_limits", "2025-02-01"), ("permitting", "2025-01-20"),
    }  # fmt: skip
    assert book.policy.says == "What had become of the law by 1 June 2025, as far as it was published then."


@pytest.mark.parametrize(("day", "is_in"), [(date(2026, 7, 9), True), (date(2026, 7, 10), False)])
def test_a_place_moves_between_groups_once_it_was_known_to(day, is_in):
    """The Emirates leave D:4 on 10 July 2026; by who asks the day before, they are in it for good."""
    places = atlas(known_by(BOOK, day).case)
    row = places.table.filter(iso3="ARE", period=places.period(date(2027, 1, 1)))
    assert (row["d1_d4"][0], row["a5"][0]) == (is_in, not is_in)
    assert known_by(BOOK, LAST).case.known_by is None


def test_a_shipment_to_come_is_decided_by_the_law_of_the_day_that_asks():
    """H200 to a firm in China in March 2026: denied by who asks in 2025, case by case by the policy of January 2026."""
    asked = frame_of([{"date": date(2026, 3, 1), "item": "H200 SXM", "destination": "CHN"}], CASE)
    before, after = (
        decide(asked, known_by(BOOK, date(2026, 1, 15) - timedelta(later)))["outcome"][0] for later in (1, 0)
    )
    assert before == "licence:presumption_of_denial"
    assert after != before
