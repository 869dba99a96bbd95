"""Numbers are said as a reader should take them: no false certainty, no false precision."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.text import numbers


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0%"), (0.004, "under 1%"), (0.031, "about 3%"), (0.41, "41%"), (0.996, "over 99%"), (1.0, "100%")],
)
def test_shares_are_never_rounded_to_certainty(value, said):
    assert numbers.share(value) == said


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_difference_of_shares_is_that_of_the_shares_shown_or_has_more_digits(start, end):
    said, shown = numbers.points_between(start, end), round(100 * end) - round(100 * start)
    if re.fullmatch(r"[+-]\d+ points?", said):
        assert int(said.split()[0]) == shown
    elif said == "no change":
        assert shown == 0
    else:
        assert re.fullmatch(r"(under )?[+-]\d+\.\d points", said)


@pytest.mark.parametrize(("change", "said"), [(0.12, "+12 points"), (-0.01, "-1 point"), (0.004, "no change")])
def test_a_change_is_said_in_points(change, said):
    assert numbers.points(change) == said


@pytest.mark.parametrize(("value", "said"), [(0, "0"), (1234567.0, "1,200,000"), (0.01234, "0.012"), (math.nan, "-")])
def test_a_number_has_two_significant_digits(value, said):
    assert numbers.number(value) == said


def test_a_list_reads_as_a_phrase():
    assert [numbers.listing(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "none",
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("count", "thing", "said"),
    [(1, "error", "1 error"), (2, "error", "2 errors"), (0, "policy", "0 policies"), (1200, "row", "1,200 rows")],
)
def test_f106_a_count_agrees_with_its_thing(count, thing, said):
    assert numbers.count_noun(count, thing) == said


@pytest.mark.parametrize(
    ("start", "end", "said"), [(10, 4, "falls"), (4, 10, "rises"), (10, 10.2, "stays level"), (-1, -2, "falls")]
)
def test_f056_a_trend_has_the_sign_of_the_change(start, end, said):
    assert numbers.trend(start, end) == said


@pytest.mark.parametrize(("value", "said"), [(0.004, "<1%"), (0.031, "3%"), (0.996, ">99%"), (0.41, "41%")])
def test_f065_a_share_in_a_table_is_short_and_no_more_certain(value, said):
    assert numbers.short(value) == said


def premortem(capsys, monkeypatch, *arguments):
    from premortem.cli import main

    monkeypatch.setattr("sys.argv", ["premortem", *arguments])
    with pytest.raises(SystemExit) as done:
        main()
    return done.value.code, capsys.readouterr()


def test_f106_premortem_by_itself_counts_nothing_that_may_change(capsys, monkeypatch):
    code, said = premortem(capsys, monkeypatch)
    assert code == 0
    assert "premortem run" in said.out
    assert not [n for n in numbers.NUMERALS if f" {n} polic" in said.out or f" {n} assumption" in said.out]


def test_f106_help_is_a_word_that_is_understood(capsys, monkeypatch):
    code, said = premortem(capsys, monkeypatch, "help")
    assert (code, "Main job" in said.out) == (0, True)
    code, said = premortem(capsys, monkeypatch, "help", "board")
    assert (code, "Show the scored table again" in said.out) == (0, True)


def test_f106_one_error_is_one_error(capsys, monkeypatch, tmp_path):
    from premortem.study import make_study

    study = make_study(tmp_path / "mine")
    (study / "policies").mkdir(exist_ok=True)
    (study / "policies" / "wrong.toml").write_text("nonsense = 1\n", "utf-8")
    code, said = premortem(capsys, monkeypatch, "validate", str(study))
    assert code == 2, said.err  # a command that was stopped or that broke prints nothing else
    told = said.out.splitlines()
    count = len([line for line in told if line.startswith("error:")])
    assert told[-1] == numbers.count_noun(count, "error")


def test_f106_a_policy_by_itself_is_that_policy_and_not_its_letters(study):
    from premortem.study import as_names

    assert as_names("rescinded") == ("rescinded",)
    assert as_names(["a", "b"]) == ("a", "b")
    assert as_names(None) == ()
    from premortem import questions
    from premortem.errors import BadInput

    with pytest.raises(BadInput, match="rescindet"):
        questions.one_future(study, 0, "rescindet")
