"""Values of a transaction are taken out by their types; what is missing has a value of that type."""

from datetime import date

import pytest

from premortem.law.fields.named_fields import day_of, flag_of, number_of, text_of

GIVEN = {"date": date(2025, 6, 1), "item": "a thing", "quantity": 3.0, "sure": False, "parent": None}


def test_each_value_comes_out_in_its_type():
    assert day_of(GIVEN) == date(2025, 6, 1)
    assert text_of(GIVEN, "item") == "a thing"
    assert number_of(GIVEN, "quantity") == 3.0
    assert flag_of(GIVEN, "sure") is False


def test_what_is_missing_is_an_empty_text_the_number_that_was_named_or_no_flag():
    assert text_of(GIVEN, "parent") == text_of(GIVEN, "nothing") == ""
    assert number_of(GIVEN, "share") == 0.0
    assert number_of(GIVEN, "share", 1.0) == 1.0
    assert flag_of(GIVEN, "parent") is None


@pytest.mark.parametrize(
    "wrong", [lambda: text_of(GIVEN, "quantity"), lambda: number_of(GIVEN, "item"), lambda: flag_of(GIVEN, "quantity")]
)
def test_a_value_of_another_type_is_a_fault_of_ours(wrong):
    with pytest.raises(AssertionError):
        wrong()
