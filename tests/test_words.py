"""Numbers are said as a reader should take them: no false certainty, no false precision."""

import math

import pytest

from premortem import words


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0%"), (0.004, "under 1%"), (0.031, "about 3%"), (0.41, "41%"), (0.996, "over 99%"), (1.0, "100%")],
)
def test_shares_are_never_rounded_to_certainty(value, said):
    assert words.share(value) == said


@pytest.mark.parametrize(("change", "said"), [(0.12, "+12 points"), (-0.01, "-1 point"), (0.004, "no change")])
def test_a_change_is_said_in_points(change, said):
    assert words.points(change) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (1234567.0, "1\u2009200\u2009000"), (0.01234, "0.012"), (math.nan, "-")]
)
def test_a_number_has_two_significant_digits(value, said):
    assert words.number(value) == said


def test_a_list_reads_as_a_phrase():
    assert [words.listing(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "none",
        "a",
        "a and b",
        "a, b and c",
    ]
