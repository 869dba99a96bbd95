"""What the brief says of the values that an uncertainty may take."""

import pytest

from premortem.briefing import method
from premortem.case import default
from premortem.ensemble import priors


@pytest.fixture(scope="module")
def rows():
    return priors.read(default() / "params.csv").rows


def test_only_a_prior_that_uses_its_middle_shows_one(rows):
    for row in rows:
        asked = row.model_copy(update={"central": (row.low + row.high) / 2})
        assert ("likeliest" in method._range(asked)) == (row.varies and row.distribution == "triangular")


def test_a_category_is_told_by_names(rows):
    (row,) = (r for r in rows if r.name == "clearing_form")
    said = method._range(row)
    assert all(name in said for name in ("nobody", "labs", "clouds"))
    assert "0 to 2" not in said
