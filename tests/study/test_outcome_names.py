"""Names of a world are found also where something in the law is wrong; and names that were given are no letters."""

import pytest

from premortem.case import load
from premortem.errors import BadInput, BadInputs
from premortem.study import as_names
from premortem.study.outcome_names import lever_names, names_as_far_as_read, outcome_names
from tests.case.cars import typed_case
from tests.edits import edited


@pytest.fixture
def cars(tmp_path):
    return typed_case(tmp_path)


def test_a_sound_law_and_one_with_a_wrong_word_give_the_same_names(cars, tmp_path):
    sound = outcome_names(load(cars)), lever_names(load(cars))
    wrong = typed_case(tmp_path / "other")
    edited(wrong, "clauses/charge.toml", "grams > line", "gramms > line")
    with pytest.raises((BadInput, BadInputs), match="gramms"):
        outcome_names(load(wrong))
    assert (names_as_far_as_read(load(wrong)), lever_names(load(wrong))) == sound


def test_where_not_even_the_world_can_be_asked_the_first_fault_is_told(cars):
    edited(cars, "clauses/charge.toml", "grams > line", "gramms > line")
    edited(cars, "world.py", "def levers(book):", "def levers(book, more):")
    with pytest.raises((BadInput, BadInputs), match="gramms"):
        names_as_far_as_read(load(cars))
    assert lever_names(load(cars)) is None


@pytest.mark.parametrize(
    ("given", "names"), [("as-written", ("as-written",)), (["a", "b"], ("a", "b")), (None, ()), ((), ())]
)
def test_one_name_by_itself_is_that_one_and_not_its_letters(given, names):
    assert as_names(given) == names
