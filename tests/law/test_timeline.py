"""The strip of outcomes over time, against asking about each day."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.law import book as rules
from premortem.law import memo_parts
from premortem.law.decide import Transaction, explain
from premortem.law.engine import decide
from premortem.law.timeline import timeline
from premortem.law.transactions import frame_of
from tests.examples import examples

CASE = default()

FIRST, LAST = date(2022, 8, 1), date(2026, 12, 31)
DAYS = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]


@examples(0.5)
@given(
    item=st.sampled_from(["H100 SXM", "H20", "RTX 4090", "L4", "hbm_stack", "sme_tool", "closed_weights", "logic_die"]),
    place=st.sampled_from(["CHN", "ARE", "IND", "KHM", "MAC", "FRA", "CYP", "RUS"]),
    policy=st.sampled_from(rules.policies(default())),
)
def test_a_strip_says_of_every_day_what_asking_about_that_day_says(item, place, policy):
    facts = {
        "density_gb_s_mm2": 3,
        "fab_node_nm": 14,
        "ops": 2e26,
        "node_nm": 7,
        "tpp": 900 if item == "logic_die" else None,
    }
    t = Transaction(item=item, quantity=50, destination=place, ownership=0.6, **facts)
    book = rules.load(policy)
    strip = timeline(t, book, FIRST, LAST)
    told = [(s.outcome, s.clause) for s in strip for _ in range((s.last - s.first).days + 1)]
    asked = decide(frame_of([{**t.fields, "date": day} for day in DAYS], CASE), book).select("outcome", "clause")
    assert told == [(outcome, clause or "") for outcome, clause in asked.rows()]
    assert all(a.last + timedelta(1) == b.first for a, b in itertools.pairwise(strip))
    assert (strip[0].first, strip[-1].last) == (FIRST, LAST)


def test_a_strip_of_no_days_is_empty_and_of_one_day_a_single_span():
    t, book = Transaction(item="H20", destination="CHN"), rules.load("history")
    assert timeline(t, book, LAST, FIRST) == ()
    (only,) = timeline(t, book, date(2025, 4, 9), date(2025, 4, 9))
    assert only.outcome == "licence:case_by_case"


def test_a_strip_turns_on_the_day_on_which_a_party_is_listed():
    strip = timeline(
        Transaction(item="T4", destination="CHN", consignee="Zhipu AI"), rules.load("history"), FIRST, LAST
    )
    listed = next(span for span in strip if span.outcome != "no_licence_required")
    assert (listed.first, listed.clause) == (date(2025, 1, 16), "el.listed")


@pytest.mark.parametrize(
    ("item", "place", "parties"),
    [("H200 SXM", "MYS", {}), ("H100 SXM", "FRA", {}), ("RTX 4090", "KHM", {}), ("L4", "FRA", {"consignee": "Foo GmbH"})],
)  # fmt: skip
def test_a_strip_never_says_a_plain_yes_where_the_answer_of_the_day_hangs_on_something(item, place, parties):
    t, book = Transaction(item=item, quantity=500, destination=place, **parties), rules.load("history")
    strip = timeline(t, book, FIRST, LAST)
    for span in strip:
        for day in {span.first, span.last}:
            alone = explain(t.on(day), book)
            assert (alone.outcome, alone.may_go) == (span.outcome, span.may_go), day
            assert bool(span.rests_on) == (alone.may_go is None)
    assert any(span.may_go is None for span in strip)


def test_a_strip_hangs_on_the_question_that_the_answer_leaves_open():
    strip = timeline(Transaction(item="H200 SXM", quantity=500, destination="MYS"), rules.load("history"), FIRST, LAST)
    asking = [span for span in strip if "not enforce the framework" in span.rests_on]
    assert asking[0].first == date(2026, 5, 12)
    assert all(span.may_go is None for span in asking)


def test_a_clause_of_a_hypothetical_policy_is_told_to_be_in_force_under_it():
    t = Transaction(item="H100 SXM", quantity=2000, destination="ARE", date="2025-06-01")
    supposed = str(memo_parts.of_decision(explain(t, rules.load("as-written"), "as-written")))
    assert "In force under this policy from 15 May 2025" in supposed
    assert "In force since" not in supposed
    stood = str(
        memo_parts.of_decision(
            explain(Transaction(item="H20", destination="CHN", date="2025-06-01"), rules.load("history"), "history")
        )
    )
    assert "In force since" in stood
