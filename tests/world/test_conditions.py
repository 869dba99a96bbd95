"""What stands under US conditions, by hand."""

from types import SimpleNamespace

import pytest

from premortem.cases.us_ai_2025.world import conditions
from tests.world.hand import P, by_region, one, places, pulled

WORLD = places(["us", "ally", "other", "china"])
TERMS = P(deal_depth=0.6, uveu_share=0.5, operator_terms=0.4, end_user_conditions=0.1, enforcement=0.7)
POLITICS = SimpleNamespace(alignment=one(0.3), held=one(0.5))


def conditioned(additions, partner_run=0.0, p=TERMS, **levers):
    rest = {
        "licensed": [0.0] * 4,
        "end_user_rule": [0.0] * 4,
        "deals": 0.0,
        "prc_condition": 0.0,
        "compute_governance": 0.0,
    }
    run_by_them = by_region(*[partner_run] * 4)
    got = conditions.conditioned(by_region(*additions), run_by_them, POLITICS, pulled(**(rest | levers)), WORLD, p)
    return float(got[0])


def test_a_licence_carries_all_conditions_as_far_as_they_are_enforced():
    assert conditioned((1, 0, 1, 1), licensed=[0, 0, 1, 0]) == pytest.approx(0.7)
    # governance of 0.5 that holds by half adds a fourth of what enforcement lacks: 0.7 + 0.3 x 0.25
    assert conditioned((1, 0, 1, 1), licensed=[0, 0, 1, 0], compute_governance=0.5) == pytest.approx(0.775)


def test_where_no_licence_is_asked_us_law_follows_the_operator_and_the_chip_by_hand():
    # operator 0.5 x 0.4 = 0.2; and the chip 0.1: 1 - 0.8 x 0.9 = 0.28; x 0.7
    assert conditioned((0, 0, 1, 0), end_user_rule=[0, 0, 1, 0]) == pytest.approx(0.28 * 0.7)
    # partners who run it themselves answer to the law on the chip alone
    assert conditioned((0, 0, 1, 0), partner_run=1.0, end_user_rule=[0, 0, 1, 0]) == pytest.approx(0.1 * 0.7)


def test_a_deal_carries_a_part_by_hand():
    # 1 - (1 - 0.5 x 0.6) x (1 - 0.2) = 0.44
    assert conditioned((0, 0, 1, 0), deals=0.5) == pytest.approx(0.44 * 0.7)


def test_allies_bind_as_far_as_they_align_by_hand():
    # 1 - (1 - 0.3) x (1 - 0.2) = 0.44; with terms of universal VEUs 0.3 + 0.7 x 0.5 = 0.65: 1 - 0.35 x 0.8 = 0.72
    assert conditioned((0, 1, 0, 0)) == pytest.approx(0.44 * 0.7)
    assert conditioned((0, 1, 0, 0), prc_condition=1.0) == pytest.approx(0.72 * 0.7)
