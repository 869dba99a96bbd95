"""Loopholes are searched, not listed: the known kinds and new ones are found, in an edited policy and a second case too, and each
pair can be checked again by the command beside it.
"""

import json
import shlex
import sys
from functools import cache

import pytest

from premortem import cli
from premortem.case import load as case_of
from premortem.law import book as rules
from premortem.law.loopholes import Search, search

# Kinds that were once written down by hand, and four that were not: by the policy under which they are.
KNOWN = {
    "as-written": {
        "split order", "incorporation elsewhere", "stacked national VEUs", "just below the threshold: more of a lesser chip",
        "a letter binds one firm", "marketed for games", "the seat of a universal VEU", "who ships the die", "tools by origin",
        "who holds the spanner", "a run just under the line", "the turn of the year",
    },
    "history": {"remote access", "affiliates during a suspension", "in-country transfer", "bundling: memory on a package"},
}  # fmt: skip
PLANTED = """
name = "holed"
title = "Holed"
base = "history"
says = "A hole is planted in it."

[clause."holed.small"]
says = "Orders of up to 40 chips that are shipped from Singapore are free"
citation = "planted"
published = 2025-01-01
effective = 2025-01-01
complies = 2025-01-01
stage = "exception"
order = 5
applies = "eccn in ('3A090.a', '3A090.b') and quantity <= 40 and from = 'SGP'"
then = "exception:AIA"
confidence = "high"
source = "planted"
"""


# The policy whose search takes longest is searched in the slow suite; in the fast one that of the other tells of the planted hole too.
POLICIES = [pytest.param("as-written", marks=pytest.mark.slow), "history"]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What is found in a policy; in `history`, with a hole planted in it."""
    holed = tmp_path_factory.mktemp("policies") / "holed.toml"
    holed.write_text(PLANTED)
    under = {"as-written": ("as-written", 300_000), "history": (holed, 1)}

    @cache
    def searched(policy: str) -> Search:
        name, pairs = under[policy]
        return search(rules.load(name), pairs=pairs, options=["--under", str(name)])

    return searched


@cache
def found_in_second() -> Search:
    return search(rules.load("as-amended", case_of("eu_gpai")), pairs=1)


def names(search: Search) -> set[str]:
    return {one.name for one in search.loopholes}


@pytest.mark.parametrize("policy", POLICIES)
def test_f010_the_known_kinds_are_found_by_search_and_new_ones(found, policy):
    assert KNOWN[policy] - names(found(policy)) == set()
    assert len(names(found(policy))) >= 10
    assert found(policy).searched > 100_000
    assert not found(policy).timed_out


@pytest.mark.parametrize("policy", POLICIES)
def test_every_pair_is_decided_differently_and_most_that_slips_through_comes_first(found, policy):
    loopholes = found(policy).loopholes
    assert all(one.outcome_a != one.outcome_b for one in loopholes)
    sizes = [one.h100e for one in loopholes]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] >= 10_000
    said = " ".join(one.says for one in loopholes)
    assert not [word for word in ("True", "False", "None", "_", " told") if word in said]


@pytest.mark.parametrize("policy", POLICIES)
def test_both_sides_of_a_pair_decide_again_as_told_by_the_command_line(found, policy, capsys, monkeypatch):
    for one in found(policy).loopholes[:: max(len(found(policy).loopholes) // 12, 1)]:
        for command, outcome in ((one.check_a, one.outcome_a), (one.check_b, one.outcome_b)):
            assert answer_to(command, capsys, monkeypatch) == outcome, command


def answer_to(command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "argv", [*shlex.split(command), "--json"])
    with pytest.raises(SystemExit):
        cli.main()
    outcome: str = json.loads(capsys.readouterr().out)["outcome"]
    return outcome


def test_the_command_prints_what_a_second_search_of_as_many_pairs_finds(capsys, monkeypatch):
    asked = ["premortem", "regime", "loopholes", "--case", "eu_gpai", "--under", "as-amended", "--pairs", "1", "--json"]
    monkeypatch.setattr(sys, "argv", asked)
    with pytest.raises(SystemExit):
        cli.main()
    told = json.loads(capsys.readouterr().out)
    again = json.loads(json.dumps(found_in_second().as_dict(), default=str))
    assert told["loopholes"] == again["loopholes"]
    assert told["found"] == len(told["loopholes"]) == again["found"]
    assert told["searched"] == again["searched"]


def test_a_hole_planted_in_an_edited_policy_is_found_and_checked_again(found, capsys, monkeypatch):
    planted = [one for one in found("history").as_dict()["loopholes"] if one["freed_by"] == "holed.small"]
    assert "in parts" in {one["name"] for one in planted}
    (one, *_) = (one for one in planted if one["name"] == "in parts")
    assert one["b"]["quantity"] <= 40 < one["a"]["quantity"]
    assert one["h100e"] > 100  # all of the order goes, in parts
    assert answer_to(one["check_b"], capsys, monkeypatch) == "exception:AIA"


@pytest.mark.slow
def test_a_rule_that_an_edited_policy_lets_lapse_is_found_by_the_day(tmp_path):
    policy = tmp_path / "gap.toml"
    policy.write_text('name = "gap"\ntitle = "Gap"\nsays = "x"\n[clause."oct2023.headquarters"]\nends = 2025-03-31\n')
    lapsed = [one for one in search(rules.load(policy), pairs=1).loopholes if str(one.b["date"]) == "2025-04-01"]
    assert any(str(one.a["date"]) == "2025-03-31" and one.clause == "oct2023.review" for one in lapsed)


def test_a_second_case_has_loopholes_of_its_own(capsys, monkeypatch):
    assert {"a run just under the line", "a modifier for a provider", "inside another's system"} <= names(
        found_in_second()
    )
    (line,) = (one for one in found_in_second().loopholes if one.name == "a run just under the line")
    assert line.b["flop_cumulative"] == 1e25
    assert answer_to(line.check_a, capsys, monkeypatch) == line.outcome_a == "systemic:full"


def test_time_stops_the_search_and_that_is_told():
    stopped = search(rules.load("history"), seconds=0.0)
    assert (stopped.searched, stopped.loopholes, stopped.timed_out) == (0, (), True)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--budget", "60"], "error: command line: --budget: is not a duration; allowed: a duration such as 60s or 2min"),
        (["--budget", "soon"], "error: command line: --budget: is not a duration"),
        (["--under", "holed"], "error: command line: --under: no such policy of us_ai_2025: holed"),
    ],
)  # fmt: skip
def test_a_bad_budget_and_an_unknown_policy_are_one_line(options, said, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["premortem", "regime", "loopholes", *options])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    line = capsys.readouterr().err
    assert ended.value.code == 2
    assert line.startswith(said)
    assert line.count("\n") == 1
