"""Runs after readings, against posteriors that are known; and what readings are worth, against worths that are."""

import numpy as np
import pytest
from scipy.stats import norm

import premortem as pm
from premortem.errors import BadInput, BadInputs, MissingData


def double(theta, k):
    return {"y": 2 * theta + k, "path": np.array([theta, theta + k]).T}


def run(futures=4000):
    problem = pm.Problem(
        "n", double, [pm.Normal("theta", 0, 1)], [pm.Lever("k", 0, 1)], [pm.Outcome("y", "max"), pm.Series("path", 2)],
        propositions={"high": "theta > 2.4", "over": "theta > 1.25"},
    )  # fmt: skip
    return problem.run({"a": {"k": 0.0}, "b": {"k": 1.0}}, futures=futures)


@pytest.mark.parametrize("reading", [{"theta": (2.5, 0.02)}, {"y": (5.0, 0.04)}, {"path@1": (2.5, 0.02)}])
def test_f052_a_reading_that_few_futures_agree_with_draws_others_whose_share_is_right(reading):
    """Truly P(theta > 2.4) is 1 - 3e-7; tempered weights said 24%."""
    after = run().given(reading)
    (row,) = after.board().filter(assumption="high", policy="b").to_dicts()
    assert row["holds"] == 1
    assert row["low"] > 0.98
    assert after.table().theta.mean() == pytest.approx(2.5, abs=0.005)
    assert after.table().theta.std() == pytest.approx(0.02, rel=0.1)
    assert "drawn anew" in after.notes[-1]


@pytest.mark.parametrize("futures", [2000, 40_000])  # of which too few agree, and enough
def test_intervals_after_a_reading_hold_the_exact_posterior(futures):
    after = run(futures).given({"theta": (1.2, 0.1)})
    truth = norm.sf((1.25 - 1.2 / 1.01) / np.sqrt(0.01 / 1.01))
    (row,) = after.board().filter(assumption="over", policy="a").to_dicts()
    assert row["low"] <= truth <= row["high"]
    assert row["high"] - row["low"] < 0.07
    assert ("of the run" in after.notes[-1]) == (futures == 40_000)


def test_what_is_asked_after_readings_is_of_the_futures_left_possible():
    after = run().given({"theta": (1.2, 0.3)})
    turn = after.breaking_points("over")
    assert turn.margin_at_start == pytest.approx(1.2 / 1.09 - 1.25, abs=0.05)  # from the middle of what is left
    found = after.sensitivity("y")
    assert "readings" in found.notes[0]
    assert after.boxes("over").boxes[0].limits["theta"][1] == pytest.approx(1.25, abs=0.02)


def test_what_cannot_be_read_is_told_all_at_once():
    made = run(200)
    with pytest.raises(BadInputs) as told:
        made.given({"thta": (1, 1), "theta": (1, 0), "path": (1, 1), "y": 3})
    for said in ("did you mean theta", "theta: is (1, 0)", "path@1", "y: is 3"):
        assert said in str(told.value)
    with pytest.raises(BadInput, match="are none"):
        made.given({})


def test_a_reading_that_no_future_comes_near_is_refused():
    made = pm.Problem("u", lambda x: {"y": x}, [pm.Uniform("x", 0, 1)], [], [pm.Outcome("y")]).run(futures=500)
    with pytest.raises(MissingData, match=r"y 50 ± 0.1, the nearest is 1"):
        made.given({"y": (50, 0.1)})


def test_a_slow_model_says_what_drawing_would_take(monkeypatch):
    made = run(400)
    monkeypatch.setitem(made.evaluator.__dict__, "seconds", 1.0)
    with pytest.raises(MissingData, match=r"cannot answer: .* some 81,920 s; give futures="):
        made.given({"theta": (2.5, 0.02)})
    assert "of the run" in made.given({"theta": (0.0, 0.5)}).notes[-1]


def test_reading_what_decides_saves_the_known_regret():
    """Stay (0) or go (x, normal): knowing x is worth E[max(x, 0)]; knowing z nothing."""
    problem = pm.Problem(
        "go", lambda x, z, go: {"gain": go * x + 0 * z}, [pm.Normal("x", 0, 1), pm.Normal("z", 0, 1)], [pm.Lever("go", 0, 1)], [pm.Outcome("gain", "max")],
        propositions={"won": "gain > 0"},
    )  # fmt: skip
    made = problem.run({"stay": {"go": 0}, "go": {"go": 1}}, futures=4096)
    found = {r.reading: r for r in made.value_of_information("gain").readings}
    assert found["x"].regret == pytest.approx(norm.pdf(0), abs=0.02)
    assert found["x"].clear
    assert not found["z"].clear
    blurred = made.value_of_information("gain", {"x": 1.0}).readings[0]
    assert blurred.regret == pytest.approx(norm.pdf(0) / np.sqrt(2), abs=0.03)
    assert {r.reading for r in made.value_of_information("won", ["gain"], "go").readings} == {"gain"}
