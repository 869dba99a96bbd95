"""What questions give back: plain data by the keys of `--json`, fields for Python, and a repr that fits a screen."""

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from premortem import questions
from premortem.questions import scenario_discovery
from premortem.questions.attribution import Carried, NotCarried
from premortem.questions.boxes import OutOfSample, TriedBox
from premortem.questions.breaking_points import BreakingPoint, Threshold
from premortem.questions.clause_sweeps import ClauseThreshold, ShareAt
from premortem.questions.stress import Check, Stress
from premortem.questions.watch import UsedReading
from premortem.text.result import Result, Rows
from premortem.text.tables import table

POINT = BreakingPoint(
    moves={f"a_rather_long_name_{i}": (0.1, 0.2) for i in range(6)}, distance=0.5, distance_all_free=0.4, margin_before=1.0,
    margin_after=0.0, jumps=False, at_bound=(), start="the central case", story="From the central case, A1 breaks when " + "x " * 200,
)  # fmt: skip
SWEPT = ClauseThreshold(
    param="rule.cap",
    value=None,
    start=7.0,
    half_at=None,
    shares=(ShareAt(7.0, 0.5),),
    says="the cap",
    sentence="nothing",
)
BOX = TriedBox(
    coverage=0.5, density=0.8, mass=0.1, limits={"lag": (0.0, 1.0)}, p_values={}, found_again={}, sentence="it breaks", reason="",
    coverage_out_of_sample=0.5, density_out_of_sample=0.8, out_of_sample=OutOfSample(100, 10, 0.1, True), chosen=0, curve=(),
)  # fmt: skip
STRESS = Stress(
    assumption="A1", name="Throttled", policy="as-written", futures=500, sought_in=500, holds=0.6, breaks=0.4, failed=0, verdict="", boxes=(BOX,),
    check=Check(None), attribution=(Carried("lag", "driver", 0.1, 0.0, 0.2, "It lags"), NotCarried("law", "arrestor", "It binds", "not a number")),
    sensitivity=(), samples=64, breaking=(POINT,), thresholds=(Threshold("lag", 1.0, 2.0, 0.5, "A1 breaks"), SWEPT), warnings=(),
)  # fmt: skip


def test_a_result_is_plain_data_by_the_keys_of_the_contract():
    told = STRESS.as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["breaking"][0]["from"] == "the central case"
    assert [row["from"] for row in told["thresholds"]] == [2.0, 7.0]
    assert [row["kind"] for row in told["thresholds"]] == ["uncertainty", "clause"]
    assert told["thresholds"][1]["value"] is None
    assert told["boxes"][0]["limits"] == {"lag": [0.0, 1.0]}
    assert told["check"] == {"cart": None}
    assert told["holds"] + told["breaks"] == 1


def test_a_key_that_was_not_asked_for_is_left_out():
    alone, unmodelled = STRESS.as_dict()["attribution"]
    assert "shapley" not in alone
    assert "why" not in alone
    assert (unmodelled["effect"], unmodelled["modelled"], unmodelled["why"]) == (None, False, "not a number")
    assert Carried("lag", "driver", 0.1, 0.0, 0.2, "It lags", 0.05, 0.0, 0.1).as_dict()["shapley"] == 0.05


def test_a_day_keeps_its_key_and_its_type():
    read = UsedReading("yield", date(2025, 2, 1), 0.5, date(2025, 2, 26), "a source", "")
    assert read.as_dict()["date"] == read.on == date(2025, 2, 1)


def test_a_result_is_still_read_by_key_with_a_warning_that_names_the_field():
    with pytest.warns(DeprecationWarning, match=r"result\['boxes'\] is now result\.boxes"):
        assert STRESS["boxes"] == STRESS.as_dict()["boxes"]


@pytest.mark.parametrize("result", [STRESS, POINT, BOX, SWEPT])
def test_a_repr_fits_a_screen(result: Result):
    lines = repr(result).splitlines()
    assert lines[0] == type(result).__name__
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100


def test_rows_and_what_discovery_found_fit_a_screen():
    rng = np.random.default_rng(0)
    values = rng.random((30, 2000))
    found = scenario_discovery.discover(
        values, [f"n{i}" for i in range(30)], values[0] + values[1] > 1.3, resample=False
    )
    for thing in (found, found.boxes[0], found.curve[0], Rows([POINT] * 3), Rows([POINT] * 50), Rows()):
        lines = repr(thing).splitlines()
        assert len(lines) <= 40
        assert max(map(len, lines)) <= 100
    assert repr(Rows([POINT] * 50)).endswith("more")


def test_rows_of_results_make_a_table_by_their_keys():
    shown = table(STRESS.breaking, "story", "from", "distance", distance="standard scores")
    assert shown.frame.columns == ["story", "from", "distance"]


def test_a_repr_shows_no_digit_beyond_the_sixth():
    assert "0.333333\n" in repr(replace(BOX, coverage=1 / 3))


def test_a_repr_counts_rows_by_their_kinds():
    assert "attribution  2 of Carried or NotCarried" in repr(STRESS)


def test_a_table_of_shares_shows_no_interval_from_a_percent_to_itself():
    from premortem.propositions.board_cells import board_table

    cell = {"assumption": "A1", "policy": "mine", "holds": 0.9991, "low": 0.9972, "high": 0.9997}
    told = board_table(
        pl.DataFrame([cell, cell | {"policy": "yours", "holds": 0.4, "low": 0.38, "high": 0.42}]), {"A1": "One"}, 64, 7
    )
    assert told.frame["mine"].to_list() == ["over 99% (within 1 point)"]
    assert told.frame["yours"].to_list() == ["40% (38 to 42%)"]


def test_every_box_that_is_found_says_itself(small_run):
    found = questions.discover(small_run, "A5", top=1).boxes
    assert found
    assert all(" breaks in " in box.sentence for box in found)


def test_an_item_that_moves_too_little_is_listed_with_that_reason():
    from premortem.questions.attribution import disagreements

    row = Carried("cleaner", "driver", 0.013, 0.01, 0.016, "New cars are cleaner")
    (told,) = disagreements((row,), [("driver", SimpleNamespace(id="cleaner", disagrees=""))])
    assert told == (
        "New cars are cleaner. As a driver it moves the share that holds by +1.3 points, too little to count (under 1.5)"
    )
