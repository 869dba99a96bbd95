"""The levers: the same bits whatever was asked before, and one answer for places that no clause tells apart."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem import facts
from premortem.case import default
from premortem.cases.us_ai_2025.world import policy_levers as module
from premortem.cases.us_ai_2025.world.chips import DENIED_THEN
from premortem.cases.us_ai_2025.world.policy_levers import BEYOND_ANY_LIMIT, YARDSTICK, days, levers
from premortem.law import book as rules
from premortem.law.book import Book
from premortem.law.engine import decide
from premortem.law.transactions import frame_of
from tests.examples import examples

CASE = default()

ALLOCATION = "diffusion.country_allocation"
SHORT = """
name = "short"
title = "A short framework"
says = "Country allocations for 2025 alone."
[clause."diffusion.country_allocation"]
tpp = [{ value = 790000000, unit = "TPP", from = 2025-01-01, to = 2025-12-31 }]
"""
# Numbers that an edit may change: those of amounts first, of which only the days say whether a clause speaks.
EDITED = sorted(
    (
        (c.id, key)
        for c in rules.load("as-written").clauses
        for key in c.numbers
        if c.stage not in ("context", "define")
    ),
    key=lambda edit: (edit[0] not in (ALLOCATION, "diffusion.lpp", "diffusion.nveu"), edit),
)


def bits(book: Book) -> list[bytes]:
    return [np.asarray(series).tobytes() for series in levers(book)]


def afresh(book: Book) -> list[bytes]:
    """The levers of a process that has asked nothing before."""
    for held in (module._answers, module._asked_of, module._questions, module._memberships):
        held.cache_clear()
    return bits(book)


def short(tmp_path) -> Book:
    path = tmp_path / "short.toml"
    path.write_text(SHORT)
    return rules.load(path)


def test_f001_the_order_in_which_policies_are_asked_changes_no_lever(tmp_path):
    books = [rules.load("as-written"), short(tmp_path)]
    alone = [afresh(book) for book in books]
    assert alone[0] != alone[1]
    for order in itertools.permutations(range(2)):
        afresh(rules.load("rescinded"))
        assert {i: bits(books[i]) for i in order} == dict(enumerate(alone))


def test_f001_a_number_that_ends_silences_its_clause_after_another_policy_was_asked(tmp_path):
    long = levers(rules.load("as-written"))
    ended = levers(short(tmp_path))
    after = [q for q, day in enumerate(days()) if date(2026, 1, 1) <= day < date(2028, 1, 1)]
    assert long.tier2[after].max() > 0
    assert not ended.tier2[after].any()


# An edit: the number, by how much it is multiplied, whether its days and its clause's first day are moved.
EDIT = st.tuples(
    st.one_of(st.sampled_from(EDITED[:3]), st.sampled_from(EDITED)),
    st.sampled_from([1.0, 0.5, 2.0]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([0, 200]),
)


def edited(book: Book, edits) -> Book:
    """A book with some numbers, their days and the days of clauses changed."""
    for (clause, key), factor, early, ended, late in edits:
        if clause in book.by_id:
            old = book.by_id[clause]
            days_ = ({"start": date(2024, 6, 1)} if early else {}) | ({"end": date(2026, 6, 30)} if ended else {})
            dated = tuple(d.model_copy(update={"value": d.value * factor} | days_) for d in old.numbers[key])
            complies = old.complies and old.complies + timedelta(days=late)
            new = old.model_copy(update={"numbers": old.numbers | {key: dated}, "complies": complies})
            book = replace(book, clauses=tuple(new if c.id == clause else c for c in book.clauses))
    return book


@examples(0.3)
@given(
    st.lists(st.sampled_from(rules.policies(default())), min_size=2, max_size=2),
    st.lists(st.lists(EDIT, min_size=1, max_size=3), min_size=2, max_size=2),
    st.randoms(use_true_random=False),
)
def test_f001_levers_are_the_same_bits_in_every_order_of_edited_policies(names, edits, random):
    """A shipped policy, two edits of it, and another shipped policy."""
    book, other = map(rules.load, names)
    books = [book, *(edited(book, some) for some in edits), other]
    alone = [afresh(one) for one in books]
    afresh(rules.load("as-written"))
    order = list(range(len(books))) * 2
    random.shuffle(order)
    assert all(bits(books[i]) == alone[i] for i in order)


@pytest.mark.parametrize("limit", [1e29, 1e30])
def test_f002_no_limit_of_a_clause_is_taken_for_one_that_is_used_up(limit):
    book = rules.load("as-written")
    plain = levers(book)
    asked = book.with_number("diffusion.lpp", "tpp_year", limit)
    afresh(asked)
    raised = levers(asked)
    for name, before, after in zip(plain._fields, plain, raised, strict=True):
        if name != "lpp_mh":
            assert np.array_equal(before, after), name
    assert raised.lpp_mh.max() > plain.lpp_mh.max()


@pytest.mark.parametrize("policy", ["as-written", "history"])
def test_places_that_share_an_answer_are_decided_alike_when_each_is_asked(policy):
    book = rules.load(policy)
    places = [place for row in facts.read("regions")["countries"] for place in row.split(";")]
    alike = module._alike(module._Answering(book.clauses, book.moves, CASE), places)
    assert len(set(alike.values())) < len(places) / 2
    asked = [
        {"item": YARDSTICK, "destination": place, "consignee_tpp_this_year": BEYOND_ANY_LIMIT, "date": day}
        for day in days()[::3]
        for place in places
    ]
    found = decide(frame_of(asked, CASE), book).select("outcome", "clause").rows()
    said = {(row["destination"], row["date"]): answer for row, answer in zip(asked, found, strict=True)}
    assert all(answer == said[alike[place], day] for (place, day), answer in said.items())


def test_a_place_that_a_clause_names_is_asked_about_itself():
    book = rules.load("as-written")
    twins = ("MYS", "IDN")
    assert len(set(module._alike(module._Answering(book.clauses, book.moves, CASE), twins).values())) == 1
    clause = book.by_id[ALLOCATION]
    named = clause.model_copy(update={"applies": f"{clause.applies} and destination <> 'IDN'"})
    other = tuple(named if c.id == ALLOCATION else c for c in book.clauses)
    assert len(set(module._alike(module._Answering(other, book.moves, CASE), twins).values())) == 2


def test_f001_a_policy_file_that_was_edited_is_read_again(tmp_path):
    first = short(tmp_path)
    (tmp_path / "short.toml").write_text(SHORT.replace("2025-12-31", "2027-12-31"))
    again = rules.load(tmp_path / "short.toml")
    assert first.by_id[ALLOCATION].numbers["tpp"][0].end == date(2025, 12, 31)
    assert again.by_id[ALLOCATION].numbers["tpp"][0].end == date(2027, 12, 31)


def test_tools_for_memory_are_denied_by_who_makes_them_and_all_of_them_where_cxmt_is_listed():
    """The definition of January 2025 holds CXMT's newest line: makers of the US, Korea and Taiwan are bound, those of Japan and the
    Netherlands by a listing that reaches them; the definition of a month before just missed it.
    """
    assert sum(module.TOOL_VALUE.values()) == pytest.approx(1)
    written, maximal = (levers(rules.load(name)).dram_tools_denied for name in ("as-written", "maximal"))
    note = [q for q, day in enumerate(days()) if day >= date(2025, 2, 1)]
    assert written[note] == pytest.approx(DENIED_THEN)
    listed = np.array([day >= date(2025, 7, 1) for day in days()])
    assert maximal[listed] == pytest.approx(1)
    assert maximal[~listed] == pytest.approx(written[~listed])


def test_tools_for_logic_are_denied_by_value_as_those_for_memory_are():
    """As written the US, Korea and Taiwan are bound: 0.4 + 0.05 + 0.05 of tools by value, though three makers of five."""
    written = levers(rules.load("as-written")).tools_denied
    note = [q for q, day in enumerate(days()) if day >= date(2025, 2, 1)]
    assert written[note] == pytest.approx(0.5)


LOOSE_LINE = """
name = "loose"
title = "Loose"
says = "The line of December 2024."
[clause."definitions.dram_2025"]
cell = { value = 0.0019, unit = "um2" }
density = { value = 0.288, unit = "Gb/mm2" }
"""


def test_a_looser_line_for_advanced_dram_frees_the_tools(tmp_path):
    path = tmp_path / "loose.toml"
    path.write_text(LOOSE_LINE)
    assert not levers(rules.load(path)).dram_tools_denied[9:].any()
