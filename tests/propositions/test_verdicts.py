"""A share is a verdict only where sampling, readers and forms of the world agree."""

import pytest

from premortem.propositions.verdicts import form_name, verdict

SURE = {"sampling": (0.75, 0.85)}


def said(holds=0.8, bands=SURE, readers=None, forms=None, decided=None):
    return verdict(holds, bands, readers or {}, forms or {}, decided)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ({}, "holds"),
        ({"holds": 0.2, "bands": {"sampling": (0.15, 0.25)}}, "breaks"),
        ({"holds": None}, "cannot be told"),
        ({"decided": "the rule says so"}, "decided by definition"),
        # not even what is decided can be told of no future
        ({"holds": None, "decided": "the rule says so"}, "cannot be told"),
        ({"holds": 0.52, "bands": {"sampling": (0.45, 0.59)}}, "depends on sampling"),
        ({"readers": {"hawk": 0.1, "dove": 0.9}}, "depends on interpretation (hawk)"),
        ({"readers": {"hawk": 0.49}}, "depends on sampling within interpretation (hawk)"),
        ({"forms": {"clearing_form": {"open": 0.9, "long_queues": 0.1}}}, "depends on form of the world (clearing: long queues)"),
        (
            {"forms": {"one_form": {"a": 0.9, "b": 0.1}, "two_form": {"c": 0.9, "d": 0.1}}},
            "depends on form of the world (one, two)",
        ),
        # a form's value is told by fewer futures, so that its share may vary by more
        ({"forms": {"x_form": {"a": 0.9, "b": 0.42}}}, "depends on sampling within form of the world (x: b)"),
        ({"bands": {**SURE, "forms": (0.3, 0.9)}}, "depends on forms of the world together"),
        ({"bands": {**SURE, "forms": (0.6, 0.9)}}, "holds"),
    ],
)  # fmt: skip
def test_a_share_holds_breaks_or_depends_on_what_turns_it(asked, answer):
    assert said(**asked) == answer


def test_what_turns_a_share_together_is_told_together():
    found = said(0.52, {"sampling": (0.48, 0.56)}, {"hawk": 0.1})
    assert found == "depends on sampling and interpretation (hawk)"


def test_exactly_one_half_breaks():
    assert said(0.5, {}) == "breaks"


def test_a_form_is_called_without_its_ending():
    assert form_name("two_sided_form") == "two sided"
