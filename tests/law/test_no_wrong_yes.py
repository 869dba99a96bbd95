"""Ways to a wrong yes that counsel tried: a clearing, no name at all, lists that are not held, ownership in the stay."""

from datetime import date

import polars as pl
import pytest

from premortem.errors import BadInput
from premortem.law import audit, memo
from premortem.law import book as rules
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.parties.clearing import check_reasons
from premortem.law.permission import GATE
from premortem.law.screening import screen

BOOK = rules.load("history")
SINGAPORE = {"item": "H100 SXM", "destination": "SGP", "headquarters": "SGP", "parent_headquarters": "SGP"}
SENT = {"end_use": "data_centre", "date": date(2026, 3, 1), "quantity": 1}
DUTCH = {"item": "T4", "destination": "NLD", "headquarters": "NLD", "parent_headquarters": "NLD"}
RULE, STAY = date(2025, 10, 10), date(2026, 3, 1)  # in force, and stayed


def answer(**given: object) -> Decision:
    return explain(Transaction({**SENT, **given}), BOOK)


@pytest.mark.parametrize("name", ["Alibaba Cloud Singapore", "Huawei Technologies Singapore Pte Ltd", "Tencent Cloud Japan"])  # fmt: skip
def test_a_clearing_takes_away_no_seat_that_the_tables_know_in_a_check_and_in_a_ledger(name):
    given = {**SENT, **SINGAPORE, "consignee": name, "cleared": f"{name}=subsidiary, not listed"}
    found = answer(**given)
    assert (found.outcome, found.gate) == ("licence:presumption_of_denial", GATE["barred"])
    assert any(name in line and "subsidiary, not listed" in line for line in memo.grounds(found))
    assert decide_ledger(pl.DataFrame([given]), BOOK)["outcome"].to_list() == [found.outcome]


def test_a_clearing_takes_away_no_owner_that_the_tables_know():
    name = "Nexperia Netherlands"
    found = answer(**DUTCH, consignee=name, ownership=0.0, date=RULE, cleared=f"{name}=another firm")
    assert found.clause == "affiliates.fifty_percent"


def test_a_clearing_of_a_name_that_nothing_hit_is_told_and_recorded_as_such():
    found = answer(**DUTCH, consignee="Acme", cleared="Acme=looked up in the whole lists")
    assert "cleared nothing" in found.as_dict()["cleared"][0]["says"]
    record = audit.of_decision(found, BOOK, {})
    assert record["cleared"] == [{"name": "Acme", "reason": "looked up in the whole lists", "hit": False}]


@pytest.mark.parametrize("given", [SINGAPORE, {**SINGAPORE, "item": "T4", "destination": "CHN"}])
def test_an_answer_that_names_nobody_is_of_the_goods_alone_and_says_so(given):
    found = answer(**given)
    assert (found.outcome, found.as_dict()["unnamed"]) == ("no_licence_required", True)
    assert any(line.startswith("Not named, so looked up in no list") for line in found.not_checked)


def test_what_no_listing_could_bar_needs_no_name():
    assert answer(item="open_weights", destination="IRN").may_go is True


@pytest.mark.parametrize(("item", "more"), [("T4", {}), ("RTX 4090", {"notice_given": True, "certified": True})])
def test_a_known_party_stands_under_the_lists_that_are_not_held_as_a_stranger_does(item, more):
    sent = {"item": item, "destination": "CHN", "headquarters": "CHN", "parent_headquarters": "CHN", **more}
    for name in ("Tencent", "Acme"):
        found = answer(**sent, consignee=name)
        assert (found.may_go, found.gate) == (None, GATE["facts"])
        assert f"If {name} is on none of the lists that are not held" in found.sentence


def test_a_cleared_party_keeps_that_condition_in_words():
    name = "Hauwei Technologies"
    found = answer(**DUTCH | {"item": "T4"}, consignee=name, cleared=f"{name}=a bakery of Delft")
    assert f"If {name} (cleared: a bakery of Delft) is on none of the lists" in found.sentence


@pytest.mark.parametrize("reason", ["x", "ok", "no way", "cleared"])
def test_a_reason_is_words(reason):
    with pytest.raises(BadInput, match="for no reason in words; allowed: NAME=reason, of two words"):
        check_reasons({"Acme": reason})


@pytest.mark.parametrize(
    "told", [{"consignee": "Nexperia", "ownership": 1.0}, {"consignee": "Acme", "parent": "Wingtech"}]
)
def test_in_the_stay_ownership_asks_for_no_licence_and_leaves_the_red_flag(told):
    found = answer(**DUTCH, **told, date=STAY)
    assert (found.outcome, found.may_go) == ("no_licence_required", None)
    assert any("red flag 29" in line for line in found.elsewhere)
    assert answer(**DUTCH, **told, date=RULE).outcome == "licence:presumption_of_denial"


def test_a_listed_owner_of_an_unknown_share_is_asked_for_the_share():
    given = {**DUTCH, "consignee": "Acme", "listed_owner": True}
    assert answer(**given, date=RULE).outcome == "needs:ownership"
    assert answer(**given, date=RULE, ownership=0.3).outcome == "no_licence_required"
    assert answer(**given, date=STAY).outcome == "no_licence_required"
    rows = [{**SENT, **given, "date": RULE, "ownership": share} for share in (None, 0.3, 0.6)]
    told = decide_ledger(pl.DataFrame(rows), BOOK)["outcome"].to_list()
    assert told == ["needs:ownership", "no_licence_required", "licence:presumption_of_denial"]


def test_a_firm_that_a_listed_one_owns_is_told_with_its_owner_and_not_as_listed():
    (line, *_) = screen("Nexperia B.V.", STAY).lines()
    assert "not listed itself, and owned by Wingtech" in line
    assert "50% or more" in line
    assert "is listed as" not in line


def test_a_share_against_the_table_is_told():
    found = answer(**DUTCH, consignee="Nexperia", ownership=0.3, date=RULE)
    assert any("given as 0.3, but Wingtech" in line for line in found.not_checked)


@pytest.mark.parametrize("clause", ["oct2023.us_persons", "eda2022.elsewhere", "enduse.unknown_node_china"])
def test_a_paragraph_that_was_not_read_whole_is_not_told_as_read(clause):
    assert not BOOK.by_id[clause].read


@pytest.mark.parametrize(
    "given",
    [
        {"item": "technology", "technology_of": "3B001", "destination": "DEU"},
        {"item": "sme_tool", "listed": True, "destination": "MYS"},
    ],
)
def test_what_the_ns_columns_may_reach_is_asked_and_is_no_permission(given):
    assert answer(**given).outcome == "needs:ns_spared"
    assert answer(**given, ns_spared=False).outcome == "licence:case_by_case"
    assert answer(**given, ns_spared=True).outcome == "no_licence_required"


@pytest.mark.parametrize("place", ["Luhansk People's Republic", "DNR"])
def test_an_occupied_region_by_a_name_that_desks_write_is_asked_and_never_free(place):
    assert answer(item="T4", destination=place).outcome == "needs:destination"


def test_a_city_with_its_country_is_that_country():
    assert answer(item="T4", destination="Tehran, Iran").transaction["destination"] == "IRN"


def test_a_name_looked_up_tells_the_lists_that_ask_for_no_licence_as_a_check_does():
    assert "1260H" in repr(screen("Tencent", STAY))
