"""Headings of somebody's own ledger become fields: guessed, renamed, and refused in words."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.law import book
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger import columns, field_guesses
from premortem.law.ledger.decisions import decide_file
from premortem.law.ledger.intake import Convention

CASE = default()
WORDS = vocabulary(CASE)

OWN = pl.DataFrame({"Chip": ["H100 SXM"], "Qty": ["10"], "Ship-to country": ["FRA"], "Ship date": ["2025-06-01"], "Note to self": ["x"]})  # fmt: skip
MEANS = {"Chip": "item", "Qty": "quantity", "Ship-to country": "destination", "Ship date": "date", "Note to self": ""}


def test_headings_are_matched_by_their_words():
    assert field_guesses.guess(OWN.columns, WORDS) == MEANS


@given(st.lists(st.text(max_size=12), max_size=8, unique=True))
def test_no_field_is_guessed_twice_and_every_one_is_known(headings):
    found = [f for f in field_guesses.guess(headings, WORDS).values() if f]
    assert len(found) == len({*found})
    assert all(f in {*WORDS.given, *columns.passed(WORDS)} for f in found)


def test_an_exact_name_goes_before_a_word_that_stands_for_it():
    assert field_guesses.guess(["country", "destination"], WORDS) == {"country": "", "destination": "destination"}


def test_a_matched_file_is_decided_as_one_with_the_names_of_fields(tmp_path):
    OWN.write_csv(tmp_path / "own.csv")
    names = {h: f or "_Note to self" for h, f in MEANS.items()}
    OWN.rename(names).write_csv(tmp_path / "plain.csv")
    law = book.load("as-written")
    mine, *_ = decide_file(tmp_path / "own.csv", law, Convention(MEANS))
    assert mine.equals(decide_file(tmp_path / "plain.csv", law)[0])
    alone, told, _ = decide_file(tmp_path / "own.csv", law)
    assert alone.equals(mine)
    assert told["mapping"] == {heading: field for heading, field in MEANS.items() if field}
    assert told["unread"] == ["Note to self"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"Nothing": "item"}, "no such column"),
        ({"Chip": "colour"}, "no such field"),
        ({"Chip": "item", "Qty": "item"}, "given to two columns"),
        ({"Chip": "Qty"}, "no such field"),
    ],
)
def test_a_match_that_cannot_be_is_refused(columns, said):
    with pytest.raises((BadInput, BadInputs), match=said):
        field_guesses.rename_columns(OWN, columns, "own.csv", WORDS)


def test_what_is_left_of_an_allocation_and_what_was_drawn_make_it_up(tmp_path):
    rows = pl.DataFrame({"item": ["H100 SXM"] * 2, "quantity": [4000, 3000], "destination": ["IND"] * 2, "date": [date(2025, 6, 1), date(2025, 7, 1)]})  # fmt: skip
    rows.write_csv(tmp_path / "two.csv")
    law = book.load("as-written")
    decided, found, _ = decide_file(tmp_path / "two.csv", law)
    assert found["allocations"] == {"IND": law.number("diffusion.country_allocation", "tpp", date(2025, 7, 1))}
    assert found["headroom"]["IND"] == decided["headroom_tpp"][-1] == found["allocations"]["IND"] - 7000 * 15_824
