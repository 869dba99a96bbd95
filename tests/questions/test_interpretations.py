"""Other readers of the same propositions: their limits, what holds by them, and a verdict only where all agree."""

import numpy as np
import pytest

from premortem.errors import BadInput, BadInputs
from premortem.propositions import interpretations, score
from premortem.propositions.assumption import read
from premortem.propositions.verdicts import verdict

ASSUMPTION = """
id = "X1"
name = "Enough is made"
claim = "Enough is made"

[[condition]]
id = "made"
says = "More than ten are made"
margin = "a@2030 / limit - 1"
over_time = "a@quarter / limit - 1"
limit = { value = 10.0, low = 5.0, high = 20.0, unit = "-", basis = "judgement" }

[[condition]]
id = "kept"
says = "At most three are lost"
margin = "limit - b@2030"
over_time = "limit - b@quarter"
limit = { value = 3.0, low = 1.0, high = 5.0, unit = "-", basis = "judgement" }
"""
HAWK = """
[[interpretation]]
name = "hawk"
says = "Twelve at least, whatever is lost"
limits = { made = 12.0 }
without = ["kept"]
"""


def held(tmp_path, text):
    path = tmp_path / "x1.toml"
    path.write_text(text, "utf-8")
    return read(path)


def holds(assumption, made, lost):
    """Whether it holds by each interpretation, with so many made and lost."""
    scorer = score.Scorer([assumption], frozenset({"a", "b"}), ("2030",))
    outcomes = {name: np.array([[value]], np.float32) for name, value in (("a", made), ("b", lost))}
    found = scorer.interpreted(outcomes, scorer.readings)
    return {column.partition("@")[2]: bool(margin[0] > 0) for column, margin in found.items()}


def test_an_interpretation_sets_limits_of_its_own_and_may_do_without_a_condition(tmp_path):
    one = held(tmp_path, ASSUMPTION + HAWK)
    assert holds(one, 11.0, 0.0) == {"hawk": False}
    assert holds(one, 13.0, 9.0) == {"hawk": True}


def test_without_interpretations_limits_are_tried_at_both_ends_whichever_way_they_point(tmp_path):
    one = held(tmp_path, ASSUMPTION)
    assert interpretations.names(one) == (interpretations.LEAST, interpretations.MOST)
    # six made passes the low limit only, four lost the high one only: together they hold where least is asked
    assert holds(one, 6.0, 4.0) == {interpretations.LEAST: True, interpretations.MOST: False}
    assert holds(one, 25.0, 0.5) == {interpretations.LEAST: True, interpretations.MOST: True}
    assert holds(one, 25.0, 6.0) == {interpretations.LEAST: False, interpretations.MOST: False}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HAWK.replace("made = 12.0", "mad = 12.0"), "no condition mad"),
        (HAWK.replace("12.0", "30.0"), "made is 30; allowed: 5 to 20"),
        (HAWK.replace('["kept"]', '["kept", "made"]'), "no condition is left"),
        (HAWK + HAWK, "two interpretations have one name"),
    ],
)
def test_a_wrong_interpretation_is_told_in_one_line(tmp_path, text, says):
    with pytest.raises((BadInput, BadInputs), match=says) as told:
        held(tmp_path, ASSUMPTION + text)
    assert "x1.toml" in str(told.value)


def test_all_at_once_by_a_reader_takes_the_shipped_reading_of_what_that_reader_leaves(tmp_path):
    one = held(tmp_path, ASSUMPTION + HAWK)
    other = held(tmp_path, ASSUMPTION.replace("X1", "X2") + HAWK.replace("hawk", "dove"))
    on, off = np.array([1.0, 1.0, -1.0, -1.0]), np.array([1.0, -1.0, 1.0, -1.0])
    margins = {
        **{f"margin.X1{part}": on for part in ("", ".made", ".kept", "@hawk")},
        **{f"margin.X2{part}": off for part in ("", ".made", ".kept")},
        "margin.X2@dove": -on,
    }
    rows = score.board({"p": margins}, [one, other], 0).to_dicts()
    by = {row["assumption"]: {k: v for k, v in row["by_interpretation"].items() if v is not None} for row in rows}
    assert by["X1"] == {"hawk": 0.5}
    assert by["X2"] == {"dove": 0.5}
    assert by["all"] == {"hawk": 0.25, "dove": 0.0}


def test_a_verdict_stands_only_where_sampling_readers_and_forms_agree():
    narrow, wide = {"sampling": [0.6, 0.7], "forms": [0.55, 0.8]}, {"sampling": [0.45, 0.7], "forms": [0.4, 0.8]}
    assert verdict(0.65, narrow, {"hawk": 0.58}, {"form": {"a": 0.6, "b": 0.7}}) == "holds"
    assert verdict(0.3, {"sampling": [0.2, 0.4], "forms": None}, {"dove": 0.35}, {}) == "breaks"
    assert verdict(0.65, narrow, {"hawk": 0.4, "dove": 0.9}, {}) == "depends on interpretation (hawk)"
    assert verdict(0.65, narrow, {"hawk": 0.52, "dove": 0.3}, {"form": {"a": 0.56, "b": 0.7}}) == (
        "depends on interpretation (dove), sampling within interpretation (hawk) and sampling within form of the world (form: a)"
    ), "a share that sampling may bring over one half is no agreement"
    assert verdict(0.65, {"sampling": [0.649, 0.651]}, {"hawk": 0.52}, {}) == "holds"
    assert verdict(0.65, wide, {}, {}) == "depends on sampling and forms of the world together"
    assert verdict(0.65, wide | {"sampling": None}, {}, {"lead_form": {"lag": 0.4, "none": 0.8}}) == (
        "depends on form of the world (lead: lag)"
    )
    assert verdict(None, {}, {}, {}) == "cannot be told"
    assert verdict(1.0, narrow, {}, {}, "decided by definition: ...") == "decided by definition"


def test_the_shipped_interpretations_are_held_by_every_run(small_run):
    shipped = {name for a in small_run.study.assumptions for name in interpretations.names(a)}
    assert shipped == {"hawk", "dove", "industry"}
    row = next(r for r in small_run.board_rows() if r.assumption == "A1")
    assert set(row.by_interpretation) == shipped
    stored = small_run.columns(row.policy, ["margin.A1@hawk"])["margin.A1@hawk"]
    assert row.by_interpretation["hawk"] == pytest.approx((stored > 0).mean())
