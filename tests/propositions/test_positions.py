"""Where stakeholders stand on a day: each actor's latest word that can be proved known, weighed by how much it matters to them."""

from datetime import date

import polars as pl
import pytest

from premortem import facts
from premortem.propositions import positions

ROWS = [
    # actor, family, position -2..2, salience, known on
    ("makers", "cap", -2, 1.0, date(2025, 1, 10)),
    ("makers", "cap", -1, 1.0, date(2025, 2, 10)),
    ("hawks", "cap", 2, 0.5, date(2025, 1, 15)),
    ("allies", "tiers", -2, 1.0, date(2025, 2, 20)),
    ("rumour", "tiers", 2, 9.0, None),
]


@pytest.fixture
def case(monkeypatch):
    """A case that holds such a table: a word by which the table is asked for."""
    table = pl.DataFrame(
        ROWS, schema=["actor", "clause_family", "position", "salience", "known_on"], orient="row"
    ).with_columns(pl.col("known_on").cast(pl.Date))
    monkeypatch.setattr(facts, "catalogue", lambda case: {positions.TABLE: None} if case == "held" else {})
    monkeypatch.setattr(facts, "read", lambda name, case: table)
    return "held"


def test_the_latest_word_of_each_actor_counts_and_none_that_came_later(case):
    assert positions.known_positions(date(2025, 2, 1), case)["position"].to_list() == [-2, 2]
    assert dict(positions.known_positions(date(2025, 2, 28), case).select("actor", "position").rows()) == {
        "makers": -1,
        "hawks": 2,
        "allies": -2,
    }


def test_a_word_without_a_day_counts_on_none(case):
    assert "rumour" not in positions.known_positions(date(2099, 1, 1), case)["actor"]


def test_net_positions_lie_between_all_against_and_all_for(case):
    # cap: (-1 x 1 + 2 x 0.5) of 2 x 1.5; tiers: -2 x 1 of 2 x 1
    assert positions.net_positions(date(2025, 2, 28), case) == {"cap": 0.0, "tiers": -1.0}
    assert positions.net_positions(date(2025, 2, 1), case) == {"cap": pytest.approx(-1 / 3)}


def test_pressure_is_the_same_whichever_way_it_goes(case):
    assert positions.pressure(date(2025, 2, 1), case) == {"cap": 0.5}
    assert positions.pressure(date(2025, 2, 28), case) == {"cap": 0.0, "tiers": 1.0}


def test_a_case_without_such_a_table_has_no_pressure(case):
    assert positions.pressure(date(2025, 2, 28), "bare") == positions.net_positions(date(2025, 2, 28), "bare") == {}
    assert positions.known_positions(date(2025, 2, 28), "bare").columns == [*positions.COLUMNS]
