"""The examples in the docstrings of this room are what its functions give."""

import doctest
import importlib
import pkgutil

import pytest

from premortem import text
from premortem.text import numbers, phrases, steps


@pytest.mark.parametrize("name", [m.name for m in pkgutil.iter_modules(text.__path__)])
def test_every_example_in_a_docstring_is_true(name):
    found = doctest.testmod(importlib.import_module(f"premortem.text.{name}"))
    assert found.failed == 0
    assert found.attempted > 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Chinese models carry a fifth", "Chinese models carry a fifth"),
        ("China's own chips", "China's own chips"),
        ("European offices are staffed", "European offices are staffed"),
        ("US closed labs", "US closed labs"),
        ("Tier-2 country allocation", "Tier-2 country allocation"),
        ("A5 holds", "A5 holds"),
        ("A fifth of tokens", "a fifth of tokens"),
        ("Frontier investment is protected", "frontier investment is protected"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_capital_within_a_sentence_only_where_it_is_proper(name, said):
    assert numbers.lower_first(name) == said


def test_the_headline_names_all_that_are_equally_weak_and_none_where_there_is_one():
    level = phrases.headline("As written", {"A1": 0.401, "A2": 0.399, "A3": 0.9}, 0.1)
    assert (
        level
        == "As written, A1 and A2 are the weakest assumptions: each holds in 40% of futures; all three together in 10%"
    )
    assert phrases.headline("Rescinded", {"A1": 0.4}, 0.4) == "Rescinded, A1 holds in 40% of futures"


def test_a_policy_that_is_a_circumstance_by_itself_needs_no_under():
    assert phrases.policy_phrase("As amended") == "as amended"
    assert phrases.policy_phrase("Streamlined") == "under \u2018streamlined\u2019"


def test_a_short_unit_is_explained_only_where_it_is_shown():
    glossary = {"MH": "million H100 equivalents"}
    assert phrases.explained(glossary, "Stock [MH]") == " MH: million H100 equivalents."
    assert phrases.explained(glossary, "Stock [MHz]", "share") == ""


@pytest.mark.parametrize(
    ("step", "said"), [("2030Q1", "in the first quarter of 2030"), ("2030M12", "at the end of 2030")]
)
def test_a_step_of_the_clock_is_said_by_its_own_length(step, said):
    assert steps.at(step) == said
