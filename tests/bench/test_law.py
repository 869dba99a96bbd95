"""The law written three ways decides alike: each judges the others."""

import pytest

from premortem.cases.us_ai_2025 import law_by_hand as law
from premortem.law import book as rules
from premortem.law.engine import decide


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_clauses_pandas_by_hand_and_formulas_decide_random_shipments_alike(seed):
    table = law.shipments(20_000, seed)
    ours = decide(table, rules.load("as-written"))["outcome"].to_list()
    frame = table.to_pandas()
    assert law.by_hand(frame).tolist() == ours
    assert law.by_variable(frame).tolist() == ours
    assert len(set(ours)) == 9
