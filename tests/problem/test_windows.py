"""Windows: a proposition that turns in the middle of a range and not at its ends."""

import numpy as np
import pytest

import premortem as pm


def found(model, uncertainties, text, **more):
    made = pm.Problem("p", model, uncertainties, outcomes=[pm.Outcome("y")], propositions={"a": text})
    return made.run(futures=64).breaking_points("a", **more)


def test_a_break_in_the_middle_of_a_range_is_found_though_both_ends_hold():
    def resonance(speed, stiff):
        return {"y": np.abs(speed - 70) + stiff}

    told = found(resonance, [pm.Uniform("speed", 0, 100), pm.Uniform("stiff", 0, 2)], "y > 6")
    ((low, high),) = told.windows["speed"]
    assert low == pytest.approx(65, abs=0.01)  # |speed - 70| + 1 reaches 6
    assert high == pytest.approx(75, abs=0.01)
    assert told.alone["speed"] == pytest.approx(65, abs=0.01)
    assert "stiff" not in told.windows
    assert "It breaks only in between at “speed” from 65.00 to 75.00, and holds again on either side." in told.verdict


def test_a_start_within_the_only_range_that_holds_has_a_window_on_either_side():
    told = found(lambda x: {"y": np.abs(x - 0.5)}, [pm.Uniform("x", 0, 1)], "y < 0.2")
    (below, above) = told.windows["x"]
    assert below[1] == pytest.approx(0.3, abs=1e-3)
    assert above[0] == pytest.approx(0.7, abs=1e-3)
    assert "in between" not in told.verdict  # each reaches an end, which needs no word of its own


def test_a_break_at_one_end_is_one_open_window_and_the_value_alone_its_edge():
    told = found(lambda x: {"y": x}, [pm.Uniform("x", 0, 1)], "y < 0.8")
    assert told.windows["x"][0][0] == pytest.approx(told.alone["x"]) == pytest.approx(0.8, abs=1e-3)
    assert told.windows["x"][0][1] > 0.99


def test_whole_numbers_have_windows_of_whole_numbers():
    told = found(lambda n: {"y": (n == 3) * 1.0}, [pm.Integer("n", 0, 9)], "y < 0.5")
    assert told.windows["n"] == ((3, 3),)
    assert "n from 3 to 3" not in told.verdict
    assert "“n” = 3" in told.verdict
