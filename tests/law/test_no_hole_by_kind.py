"""No false clearance by what a clause leaves out: technology beside goods, weights beside chips, who held it before, letters to others."""

import re
from typing import Any

import pytest

from premortem.case import default
from premortem.law import book as rules
from premortem.law import memo_parts
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.fields.field_words import called, described, unknown
from premortem.law.fields.vocabulary import vocabulary
from tests.law.looked_up import looked_up

JUNE = "2025-06-01"
TECHNOLOGY = {"item": "technology", "technology_of": "other", "destination": "CHN", "exporter": "reseller"}


def answer(**given: Any) -> Decision:
    return explain(Transaction(looked_up({"end_use": "data_centre", "date": JUNE, **given})), rules.load("history"))


# What 744.23 asks of any item, or of any on the CCL, it asks of technology.


@pytest.mark.parametrize("end_use", ["fab", "sme_development", "military"])
def test_technology_goes_no_more_freely_than_goods(end_use):
    of_goods = answer(item="T4", destination="CHN", end_use=end_use, fab_node_nm=5)
    assert answer(**TECHNOLOGY | {"end_use": end_use, "fab_node_nm": 5}).outcome == of_goods.outcome


def test_technology_for_a_fab_is_asked_its_node():
    assert answer(**TECHNOLOGY | {"end_use": "fab"}).outcome == "needs:fab_node_nm"


def test_published_technology_is_not_subject_to_the_rules():
    assert answer(**TECHNOLOGY | {"end_use": "fab", "fab_node_nm": 5, "published": True}).may_go is True


# Weights: the CFR prints 4E091, though no clause of the law as it stands classes by it.


@pytest.mark.parametrize(("told", "may_go"), [({"ops": 2e26}, None), ({"ops": 1e26}, None), ({}, None), ({"ops": 9e25}, True),
                                              ({"ops": 2e26, "best_open_ops": 3e26}, True)])  # fmt: skip
def test_weights_of_4e091_stand_under_the_question_that_chips_do(told, may_go):
    found = answer(item="closed_weights", destination="SGP", date="2026-08-01", **told)
    assert found.may_go is may_go
    assert any("GAO" in line for line in found.not_checked) == (may_go is None)


@pytest.mark.parametrize("item", ["sme_tool", "sme_part", "software"])
@pytest.mark.parametrize("place", ["SGP", "PAK", "DEU"])
def test_silence_on_whether_a_tool_is_listed_frees_no_more_than_that_it_is(item, place):
    row = {"item": item, "destination": place, "headquarters": place, "parent_headquarters": place}
    assert answer(**row, listed=True).may_go is None
    assert answer(**row).may_go is None
    assert answer(**row, listed=False).may_go is True


@pytest.mark.parametrize("row", [{"item": "cloud"}, {"item": "H20", "exporter": "reseller"}])
def test_a_seat_that_nobody_knows_frees_no_more_than_one_in_d5(row):
    there = {"headquarters": "SGP", "parent_headquarters": "SGP"}
    assert answer(**row, destination="SGP", headquarters="CHN").may_go is None
    assert answer(**row, destination="SGP").may_go is None
    assert answer(**row, destination="SGP", consignee="Acme", cleared="Acme=looked up").may_go is None
    assert answer(**row, destination="SGP", **there).may_go is True
    assert answer(**row, destination="SGP", consignee="Microsoft").may_go is True


# Who held it before.


@pytest.mark.parametrize("told", [{"from": "CHN"}, {"exporter_hq": "CHN"}, {"exporter": "Tencent"}, {"from": "RUS"}])
def test_a_controlled_chip_out_of_d5_is_asked_how_it_came_there(told):
    row = {"item": "H100 SXM", "destination": "MYS", "consignee": "Microsoft"}
    found = answer(**row, **told)
    assert found.may_go is None
    assert any("736.2(b)(10)" in line for line in found.not_checked)
    assert answer(**row).may_go is True


def test_a_foundry_may_apply_for_a_die_and_a_dealer_may_not_deal_in_it():
    die = {"item": "logic_die", "node_nm": 7, "tpp": 6000, "designer_hq": "CHN", "destination": "CHN"}
    assert answer(**die, exporter="tsmc").outcome == "licence:presumption_of_denial"
    assert answer(**die, exporter="reseller").outcome == "prohibited"


# Letters to others, and a standing that ends with its use.


@pytest.mark.parametrize("item", ["H20", "HGX H20 8-GPU"])
def test_whether_another_exporter_has_a_letter_is_asked(item):
    row = {"item": item, "destination": "CHN", "exporter": "Supermicro", "date": "2025-05-01"}
    assert answer(**row).may_go is None
    assert answer(**row | {"date": "2025-04-08"}).may_go is True


@pytest.mark.parametrize("end_use", ["military", "military_intelligence", "missile"])
def test_a_validated_end_user_is_none_for_a_use_of_part_744(end_use):
    row = {"item": "H100 SXM", "destination": "ARE", "consignee": "Microsoft", "status": "veu", "date": "2025-01-01"}
    assert answer(**row).outcome == "veu:data_centre"
    assert answer(**row, end_use=end_use).may_go is False


# What an answer asks for is said in words, and nothing is said to rest on what is not settled.

NUMBERS = [
    name for name, field in vocabulary(default()).fields.items() if field.given and field.type in ("number", "flag")
]


@pytest.mark.parametrize("field", NUMBERS)
def test_no_field_is_asked_for_by_its_machine_name(field):
    words = vocabulary(default())
    asked = f"{unknown(field, words)} {described(field, words)}"
    assert field not in asked or "_" not in field
    assert not re.search(r"\b(gb s|mm2|um2|tpp|nm|hq|bn)\b", called(field, words)), called(field, words)


@pytest.mark.parametrize(
    "told",
    [{"item": "hbm_stack"}, {"item": "technology"}, {"item": "T4", "red_flag": True}, {"item": "chip", "tpp": 2000}],
)
def test_a_memo_that_decides_nothing_rests_on_nothing_and_tells_no_command(told):
    found = answer(destination="CHN", **told)
    memo = memo_parts.of_decision(found)
    text = " ".join(piece.text for part in memo.parts for line in part.lines for piece in line.pieces)
    assert found.outcome.startswith("needs:")
    assert "No clause reaches it" not in text
    assert "--set" not in memo.answer + text
    assert not [c for c in found.citations if "unlisted" in c.clause and "not known" in found.classed]


@pytest.mark.parametrize("item", ["T4", "H20", "sme_tool", "cloud"])
def test_whether_it_is_published_is_assumed_of_no_goods(item):
    assert "published" not in [a.field for a in answer(item=item, destination="DEU", consignee="Huawei").assumed]
