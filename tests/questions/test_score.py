"""Propositions, the language of margins, and the board."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from premortem import facts
from premortem.case import default
from premortem.cases.us_ai_2025 import world
from premortem.cases.us_ai_2025.world.policy_levers import Levers
from premortem.errors import BadInput
from premortem.propositions import assumption, score, tally
from premortem.propositions.expressions import Expression

LABELS = world.steps()
SERIES = {"a": jnp.arange(40.0)[:, None] * jnp.ones((1, 3)), "b": jnp.ones((40, 3)) * 0.25}


def value(text, **limits):
    return np.asarray(
        Expression(text, "t.toml", "margin", frozenset(SERIES), frozenset(limits), LABELS)(SERIES, limits)
    )


def test_an_outcome_at_a_date_and_over_spans_by_hand():
    assert value("a@2024Q1")[0] == 4  # 2023 has quarters 0 to 3
    assert value("year(a, 2024)")[0] == 5.5  # (4 + 5 + 6 + 7) / 4
    assert value("mean(a, 2023Q1, 2023Q3)")[0] == 1
    assert value("highest(a, 2023Q1, 2032Q4)")[0] == 39
    assert value("logit(limit) - logit(b@2028Q4)", limit=0.5)[0] == pytest.approx(np.log(3), rel=1e-5)
    assert value("year(a, quarter)").shape == (40, 3)
    assert value("year(a, quarter)")[7, 0] == 5.5


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "a.__class__",
        "a@2028Q4 if b else 1",
        "(lambda: 1)()",
        "a@2040Q1",
        "year(a, 1999)",
        "c@2028Q4",
        "a",
        "open('x')",
        "a[0]",
        "1 ** 999999",
        "mean(a, 2025Q1, 2024Q1)",
        "logit(a@2028Q4, 1)",
        "f'{a}'",
        "'x' * 9",
        "a@2028Q4 +",
    ],
)
def test_everything_outside_the_language_is_refused(text):
    with pytest.raises(BadInput):
        value(text)


def test_an_unknown_outcome_offers_the_near_name():
    with pytest.raises(BadInput, match="did you mean us_supply"):
        Expression("us_suply@2028Q4", "t.toml", "m", frozenset({"us_supply"}), frozenset(), LABELS)


@given(st.text(max_size=60))
@example("1 / 0")
@example("a@2028Q4 / (1 - 1)")
@example("9" * 60 + " * a@2028Q4")
def test_any_text_is_an_expression_or_one_clear_error(text):
    try:
        value(text)
    except BadInput as error:
        assert str(error).startswith("t.toml: margin")


def test_every_row_of_the_note_stands_in_an_assumption_file():
    held = {(a.id, kind, item.id) for a in assumption.shipped_assumptions(default()) for kind, item in a.items}
    missing = []
    for row in facts.read("assumptions").to_dicts():
        homes = (
            [a.id for a in assumption.shipped_assumptions(default())]
            if row["assumption"] == "all"
            else [row["assumption"]]
        )
        if row["kind"] != "claim" and not all((home, row["kind"], row["id"]) in held for home in homes):
            missing.append(row["id"])
    assert not missing


def test_every_binding_names_a_parameter_or_a_lever():
    for a in assumption.shipped_assumptions(default()):
        assert not assumption.check_binds(
            a, a.id, world.parameter_names(), Levers._fields, [*facts.catalogue(default())]
        )


def test_an_assumption_holds_exactly_where_all_its_conditions_do(small_run):
    for policy in small_run.policies:
        margins = small_run.margins(policy)
        for a in small_run.study.assumptions:
            every = np.all([margins[f"margin.{a.id}.{c.id}"] > 0 for c in a.condition], axis=0)
            np.testing.assert_array_equal(every, margins[f"margin.{a.id}"] > 0)


def test_the_board_counts_what_the_columns_say(small_run):
    board = small_run.board()
    for row in board.to_dicts():
        assert row["low"] <= row["holds"] <= row["high"]
        if row["assumption"] != score.ALL:
            holds = small_run.columns(row["policy"], [f"margin.{row['assumption']}"])[f"margin.{row['assumption']}"] > 0
            assert row["holds"] == pytest.approx(holds.mean())
            shares = [cause["share"] for cause in row["fails_on"]]
            assert sum(shares) == pytest.approx(1.0) or holds.all()


def test_f073_a_row_of_the_board_names_the_conditions_of_its_own_assumption_alone(small_run):
    own = {a.id: [c.id for c in a.condition] for a in small_run.study.assumptions} | {
        score.ALL: [a.id for a in small_run.study.assumptions]
    }
    for row in small_run.board().to_dicts():
        for causes in (row["fails_on"], row["alone"]):
            assert [cause["condition"] for cause in causes] == own[row["assumption"]]
            assert None not in [cause["share"] for cause in causes]


def test_no_assumption_is_settled_under_every_policy(small_run):
    for a in small_run.study.assumptions:
        shares = small_run.board().filter(small_run.board()["assumption"] == a.id)["holds"]
        assert not (shares == 0).all()
        assert not (shares == 1).all()


def share_interval(holds, replicates, weights=None):
    share = tally.Share(replicates)
    share.add(holds, weights)
    return share.interval()


def test_intervals_of_replicates_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        low, high = share_interval(rng.random(1600) < 0.3, 16)[1:]
        inside += low <= 0.3 <= high
    assert 0.91 <= inside / 400 <= 0.985


def test_weights_that_are_equal_change_nothing():
    holds = np.random.default_rng(1).random(500) < 0.4
    assert share_interval(holds, 0, np.ones(500)) == pytest.approx(share_interval(holds, 0))
