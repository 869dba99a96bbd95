"""What a reading is worth: nothing for noise, all for the whole truth, and the sentence that says it."""

from datetime import date

import numpy as np
import pytest

from premortem.case import default
from premortem.watch import signposts, value
from premortem.watch.signposts import Signpost, Threshold

N = 40_000
KNOWN = date(2025, 2, 26)
RNG = np.random.default_rng(0)
THETA = RNG.standard_normal(N)
# best policy: a where theta > 0, b elsewhere; nobody knows which beforehand
MEASURES = {"a": THETA, "b": -THETA, "c": np.full(N, -0.5)}
HOLDS = {"A1": THETA > 0, "A2": RNG.random(N) < 0.3}


def post(**more):
    base = {
        "id": "x", "assumption": "A1", "title": "A yield", "observable": "Yield of a line", "unit": "share",
        "read": "-", "source": "-", "by": date(2026, 12, 31), "quantity": "smic_yield_ascend",
        "threshold": Threshold(value=0.55, passes="above", basis="judgement"), "when": "the yield passes {limit}",
    }  # fmt: skip
    return Signpost.model_validate(base | more)


def test_the_whole_truth_is_worth_the_whole_regret():
    found = value.worth(THETA, MEASURES, HOLDS)
    assert found.regret == pytest.approx(np.abs(THETA).mean(), rel=0.01)  # E max(x, -x) over max of means, about 0.798
    assert found.regret_share == pytest.approx(1.0, abs=0.01)
    assert found.entropy["A1"] == pytest.approx(1.0, abs=0.02)


def test_a_noisy_reading_is_worth_what_theory_says():
    """Choice after x = theta + e: E |E[theta | x]| = sd(E[theta | x]) sqrt(2 / pi), with reliability 1 / (1 + s^2)."""
    for s in (0.5, 1.0, 2.0):
        found = value.worth(THETA + s * RNG.standard_normal(N), MEASURES, HOLDS)
        exact = np.sqrt(1 / (1 + s * s)) * np.sqrt(2 / np.pi)
        assert found.regret == pytest.approx(exact, abs=4 * found.regret_error + 0.01)


def test_noise_is_worth_nothing():
    found = [value.worth(RNG.standard_normal(N), MEASURES, HOLDS) for _ in range(20)]
    assert max(w.regret / max(w.regret_error, 1e-9) for w in found) < 3.5
    assert np.mean([w.entropy["A1"] for w in found]) < 2e-4
    assert found[0].entropy["A2"] < 1e-3


def test_a_reading_of_one_value_is_worth_nothing():
    found = value.worth(np.zeros(N), MEASURES, HOLDS)
    assert found.regret == 0
    assert found.entropy == {"A1": 0.0, "A2": 0.0}


def test_weights_count_as_repeats():
    times = np.where(THETA[:5000] > 0, 2, 1)
    weighted = value.worth(
        THETA[:5000], {k: m[:5000] for k, m in MEASURES.items()}, {"A1": HOLDS["A1"][:5000]}, times / 1.0
    )
    repeated = value.worth(
        np.repeat(THETA[:5000], times), {k: np.repeat(m[:5000], times) for k, m in MEASURES.items()},
        {"A1": np.repeat(HOLDS["A1"][:5000], times)},
    )  # fmt: skip
    assert weighted.regret == pytest.approx(repeated.regret, abs=0.03)
    assert weighted.entropy["A1"] == pytest.approx(repeated.entropy["A1"], abs=0.02)


def test_readings_that_are_equal_share_a_bin():
    x = np.repeat([1.0, 2.0, 3.0], 1000)
    place, _ = value.bin_readings(x, np.full(3000, 1 / 3000), 3000)
    assert len({*place[:1000]}) == len({*place[1000:2000]}) == len({*place[2000:]}) == 1
    assert place[0] < place[1000] < place[2000]


def test_information_of_a_coin_that_is_read_wrongly_in_a_tenth():
    holds = RNG.random(N) < 0.5
    read = np.where(RNG.random(N) < 0.1, ~holds, holds).astype(float)
    place, bins = value.bin_readings(read, np.full(N, 1 / N), N)
    exact = 1 - value.entropy(0.1)  # capacity of the binary symmetric channel
    assert value.information(place, bins, holds, np.full(N, 1 / N), N) == pytest.approx(exact, abs=0.01)


def test_a_blurred_parameter_keeps_its_prior_and_loses_its_rank():
    x = np.exp(THETA)
    read = value.parameter_reading(x, 1.0, seed=1)
    np.testing.assert_allclose(np.quantile(read, [0.1, 0.5, 0.9]), np.quantile(x, [0.1, 0.5, 0.9]), rtol=0.05)
    assert np.corrcoef(np.log(read), THETA)[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.02)


def test_a_threshold_moves_a_share_and_the_sentence_says_so():
    reading = 0.5 + 0.1 * THETA
    moved = value.shifts(reading, post(), HOLDS)
    assert moved[0].assumption == "A1"
    assert (moved[0].before, moved[0].after) == pytest.approx((0.5, 1.0), abs=0.01)
    assert value.sentence(post(), moved[0]) == (
        "If the yield passes 55% by the end of 2026, A1's share rises from 50% to 100%; that is so in 31% of futures."
    )


def test_a_threshold_that_no_future_passes_says_nothing():
    assert value.shifts(np.zeros(N), post(), HOLDS) == []
    assert value.shifts(np.ones(N), post(), HOLDS) == []


def test_a_share_that_reads_the_same_stays():
    assert value.move(0.4101, 0.4099) == "stays at 41%"


def test_every_signpost_with_a_threshold_makes_a_sentence():
    for signpost in signposts.shipped_signposts(default()).values():
        if signpost.threshold:
            said = value.sentence(signpost, value.Shift("A1", 0.4, 0.2, 0.3))
            assert "{" not in said
            assert said.endswith("of futures.")


def test_an_event_says_what_its_coming_does():
    found = signposts.shipped_signposts(default())["w_streamlining"]
    assert value.event_sentence(found, value.Shift("A4", 0.75, 0.004, 0.34), KNOWN) == (
        "If the framework is withdrawn or left unenforced by the end of 2026 (so in 34% of futures weighted by what was known on "
        "26 February 2025), A4's weighted share falls from 75% without it to under 1% with it."
    )


def test_a_threshold_that_almost_every_future_passes_is_said_to_tell_little():
    assert value.sure_sentence(np.ones(N), post()) == (
        "In almost every future the yield passes 55% by the end of 2026: passing it tells little."
    )


def test_moves_within_their_error_come_last():
    clear, noise = value.Shift("A1", 0.5, 0.55, 0.3, 0.01), value.Shift("A2", 0.5, 0.6, 0.3, 0.2)
    assert value.sort_by_size([noise, clear]) == [clear, noise]


def test_a_choice_between_policies_that_are_alike_is_worth_nothing():
    same = RNG.standard_normal(N)
    measures = {"a": same + 0.01 * RNG.standard_normal(N), "b": same + 0.01 * RNG.standard_normal(N)}
    assert value.worth(RNG.standard_normal(N), measures, HOLDS).clear_regret_share == 0


def test_a_sentence_tells_both_its_shares_by_the_same_weights():
    shift = value.Shift("A1", 0.61, 0.48, 0.3)
    assert value.sentence(post(), shift, KNOWN).endswith(
        "that is so in 30% of futures weighted by what was known on 26 February 2025."
    )
    heavy = np.r_[np.ones(1), np.zeros(N - 1)]
    reading = np.r_[np.zeros(1), np.ones(N - 1)]
    assert value.sure_sentence(reading, post(), heavy).startswith("In almost no future")


def test_a_move_that_may_be_noise_is_told_as_that_and_one_that_is_not_told_has_no_doubt():
    doubted, clear, none = (value.Shift("A1", 0.81, after, 0.3, 0.01) for after in (0.8, 0.7, 0.811))
    assert "falls from 81% to 80%, which is within noise; that is so" in value.sentence(post(), doubted)
    assert "noise" not in value.sentence(post(), clear) + value.sentence(post(), none)
    assert value.event_sentence(post(), doubted).endswith("to 80% with it, which is within noise.")


def test_a_threshold_of_a_log_rate_is_told_as_what_a_year_makes_of_it():
    found = signposts.shipped_signposts(default())["w_process_lead"]
    said = value.sentence(found, value.Shift("A1", 0.4, 0.2, 0.3))
    assert found.threshold.value == 0.28
    assert "falls faster than 24% a year" in said
