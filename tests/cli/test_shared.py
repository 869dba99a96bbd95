"""What people type for options is read in one way, and refused in a line that names the option and what is allowed."""

import json
from datetime import date

import numpy as np
import pytest

from premortem.cli import shared
from premortem.errors import BadInput


def refused(call, *given):
    """The option that an error names, what is wrong with it, and what is allowed."""
    with pytest.raises(BadInput) as error:
        call(*given)
    return error.value.key, error.value.what, error.value.allowed


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60), ("2min", 120), ("1.5 h", 5400), ("3 m", 180), (" 2 SEC ", 2)]
)
def test_a_duration_is_read_in_seconds(text, seconds):
    assert shared.duration(text, "--budget") == seconds


@pytest.mark.parametrize("text", ["", "60", "0s", "-1s", "1 day", "1e3s", "s"])
def test_what_is_no_duration_is_refused(text):
    assert refused(shared.duration, text, "--budget") == (
        "--budget",
        "is not a duration",
        "a duration such as 60s or 2min",
    )


def test_a_day_is_read_and_another_form_of_one_refused():
    assert shared.day("2026-01-31", "--as-of") == date(2026, 1, 31)
    assert refused(shared.day, "31.1.2026", "--as-of") == ("--as-of", "is not a date", "a day such as 2026-01-31")


def test_lists_are_those_that_ship_or_those_that_were_pulled():
    assert [shared.is_pulled(word) for word in ("shipped", "pulled")] == [False, True]
    assert refused(shared.is_pulled, "both") == ("--data", "is neither", "shipped or pulled")


def test_effective_futures_need_a_day_to_agree_with():
    shared.check_effective(None, None)
    shared.check_effective(100, "2026-01-31")
    assert refused(shared.check_effective, 100, None) == ("--effective", "needs a day", "with --as-of DAY")


def test_one_error_stands_by_itself_and_several_together():
    one, other = BadInput("f.toml", "a", "is wrong", got=1, allowed="2"), ValueError("odd")
    alone = shared.error_document([one])
    assert alone["error"]["file"] == "f.toml"
    assert alone["error"]["why"] == "is wrong"
    assert "errors" not in alone
    both = shared.error_document([one, other])
    assert [error["hint"] for error in both["errors"]] == ["is wrong", "odd"]
    assert both["errors"][0] == both["error"]


@pytest.mark.parametrize(
    ("value", "told"),
    [(np.float64(0.5), 0.5), (np.int64(3), 3), (np.bool_(True), True), (date(2026, 1, 31), "2026-01-31"), (1j, "1j")],
)
def test_what_json_has_no_word_for_is_told_as_what_it_has(value, told):
    assert json.loads(json.dumps(value, default=shared.plain)) == told


def test_a_result_is_json_for_scripts_and_nothing_at_all_where_people_want_quiet(capsys):
    asked = []
    shared.show({"a": np.float32(0.5)}, True, False, lambda: asked.append("people"))
    assert json.loads(capsys.readouterr().out) == {"a": 0.5}
    shared.show({"a": 1}, False, True, lambda: asked.append("people"))
    assert asked == []
    shared.show({"a": 1}, False, False, lambda: asked.append("people"))
    assert asked == ["people"]
    assert capsys.readouterr().out == ""


def test_a_number_that_json_cannot_hold_is_never_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        shared.show({"a": float("nan")}, True, False, lambda: None)
