"""A policy file may be laid over another policy of the case: it then says only what is different."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.errors import BadInput, BadInputs
from premortem.law import book as rules
from premortem.law.clauses.policy_documents import over

HEAD = 'name = "mine"\ntitle = "Mine"\nsays = "A test."\n'
DAY = date(2026, 1, 1)


def book(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(HEAD + text)
    return rules.load(path)


@pytest.mark.parametrize("base", default().settings.policies)
def test_f104_a_policy_that_says_nothing_else_is_its_base(tmp_path, base):
    mine, held = book(tmp_path, f'base = "{base}"'), rules.load(base)
    assert mine.clauses == held.clauses
    assert (mine.policy.strength, mine.policy.tier) == (held.policy.strength, held.policy.tier)


def test_f104_what_a_policy_says_of_a_clause_leaves_the_rest_that_its_base_says(tmp_path):
    number = '[clause."diffusion.uveu"]\nhome_min = { value = 0.6, unit = "share" }\n'
    mine, held = book(tmp_path, f'base = "streamlined"\n{number}'), rules.load("streamlined")
    assert mine.number("diffusion.uveu", "home_min") == 0.6
    assert mine.number("diffusion.uveu", "us_min") == held.number("diffusion.uveu", "us_min") == 0.25
    assert mine.tier("POL", DAY) == held.tier("POL", DAY)


def test_f104_a_strength_of_its_own_takes_the_place_of_its_bases(tmp_path):
    step = "[[strength.chinese_model_limits]]\nvalue = 0.5\nfrom = 2025-05-15\n"
    mine, held = book(tmp_path, f'base = "rescinded"\n{step}'), rules.load("rescinded")
    assert mine.strength("chinese_model_limits", DAY) == 0.5 != held.strength("chinese_model_limits", DAY)
    assert mine.strength("permitting", DAY) == held.strength("permitting", DAY) > 0
    assert not mine.in_force("diffusion.lpp", DAY)


@pytest.mark.parametrize(("base", "hint"), [('"recinded"', "rescinded"), ("3", ""), ('"mine"', ""), ("[]", "")])
def test_f104_a_base_that_is_not_there_is_told_with_those_that_are(tmp_path, base, hint):
    with pytest.raises(BadInput) as wrong:
        book(tmp_path, f"base = {base}")
    assert (wrong.value.file, wrong.value.key) == ("mine.toml", "base")
    assert "as-written" in wrong.value.allowed
    assert hint in (wrong.value.hint or "")


@pytest.mark.parametrize("line", ['include = [["x"]]', "include = 3", 'tier = "x"', "clause = 3", "strength = []"])
def test_f104_what_is_of_no_right_form_is_told_over_a_base_as_without_one(tmp_path, line):
    told = []
    for base in ("", 'base = "streamlined"\n'):
        with pytest.raises((BadInput, BadInputs)) as wrong:
            book(tmp_path, f"{base}{line}")
        told.append(str(wrong.value))
    assert told[0] == told[1]


PARTS = st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from("xyz"), st.integers(0, 9)))


@given(base=PARTS, own=PARTS)
def test_f104_the_later_of_two_patterns_is_the_policys_own(base, own):
    laid = over({"clause": own}, {"clause": base})["clause"]
    assert [*laid][len(laid) - len(own) :] == [*own]
    assert all(laid[k][key] == own.get(k, {}).get(key, base.get(k, {}).get(key)) for k in laid for key in laid[k])
    assert laid.keys() == own.keys() | base.keys()
