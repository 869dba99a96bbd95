"""Seats of named firms: known by name, told with their source, and never a reason to free what another party forbids."""

from datetime import date

import polars as pl
import pytest

from premortem import facts
from premortem.case import default
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.parties.seats import seat
from premortem.law.permission import GATE
from tests.law.looked_up import looked_up

CASE = default()

BARRED = "licence:presumption_of_denial"


def answer(**given):
    return explain(Transaction(looked_up({"item": "H100 SXM", "date": "2026-08-01", **given})), rules.load("history"))


@pytest.mark.parametrize("name", ["ByteDance", "Tencent", "Alibaba Cloud", "DeepSeek", "Tencent Cloud Singapore Pte. Ltd.", "ByteDance Ireland"])  # fmt: skip
@pytest.mark.parametrize("role", ["consignee", "end_user", "parent", "intermediate", "purchaser"])
def test_a_known_chinese_firm_in_any_role_needs_a_licence_wherever_it_receives(role, name):
    found = answer(destination="SGP", **{role: name})
    assert found.outcome == BARRED
    assert any(a.value == "CHN" and "table of firms" in a.source for a in found.assumed)


def test_a_seat_given_against_the_table_is_told_and_frees_nothing():
    for more in ({"headquarters": "SGP"}, {"headquarters": "SGP", "parent_headquarters": "SGP"}):
        found = answer(destination="SGP", consignee="ByteDance", **more)
        assert found.outcome == BARRED
        assert any("given as SGP, but CHN is the seat of ByteDance" in line for line in found.not_checked)
    assert answer(destination="SGP", consignee="Yotta", headquarters="SGP").may_go is None


@pytest.mark.parametrize(
    ("consignee", "other"),
    [
        ("Meta", {"parent": "Tencent"}),
        ("G42", {"end_user": "ByteDance"}),
        ("Core42", {"intermediate": "DeepSeek"}),
        ("Core42", {"purchaser": "DeepSeek"}),
    ],
)
def test_a_consignee_of_the_uae_list_is_freed_only_where_no_other_party_sits_in_d5(consignee, other):
    assert answer(destination="ARE", consignee=consignee).outcome == "no_licence_required"
    assert answer(destination="ARE", consignee=consignee, **other).outcome == BARRED


@pytest.mark.parametrize("name", ["Samsung China Semiconductor Co. Ltd.", "SK hynix Semiconductor (China) Ltd.", "SK Hynix", "Intel Semiconductor (Dalian) Ltd."])  # fmt: skip
def test_a_general_veu_is_known_by_its_name_until_its_status_ends(name):
    tool = {"item": "sme_tool", "listed": True, "destination": "CHN", "status": "veu", "consignee": name}
    assert answer(**tool, date="2025-02-01").outcome == "no_licence_required"
    assert answer(**tool, date="2025-02-01", end_user="CXMT").outcome == BARRED
    assert answer(**tool, date="2026-02-01").outcome.startswith("licence:")


def test_a_firm_that_is_no_general_veu_is_not_freed_by_its_seat():
    tool = {"item": "sme_tool", "listed": True, "destination": "CHN", "status": "veu", "date": "2025-02-01"}
    assert answer(**tool, consignee="Micron").outcome.startswith("licence:")


def test_a_likeness_to_a_known_name_asks_for_a_licence_and_never_spares_one():
    assert (seat("Moonshot Labs", CASE).headquarters, seat("Moonshot Labs", CASE).parent) == (None, "CHN")
    assert seat("Apple Orchards of Kent", CASE) is None
    assert seat("Unheard Data", CASE) is None
    assert answer(destination="SGP", end_user="Moonshot Labs").outcome == BARRED
    sent = Transaction(item="H100 SXM", date="2026-08-01", destination="SGP", end_user="Moonshot Labs")
    cleared = {"Moonshot Labs": "another firm, by its register number"}
    assert explain(sent, rules.load("history"), cleared=cleared).outcome == "no_licence_required"


def test_a_likeness_to_a_listed_firm_is_screened_and_before_its_day_counts_by_its_seat():
    assert answer(destination="SGP", consignee="Zhipu AI Singapore", date="2025-01-10").outcome == BARRED
    assert (
        answer(item="L4", destination="FRA", end_user="Huawei Technologes", date="2025-06-01").gate == GATE["screening"]
    )


def test_seats_of_one_row_say_nothing_of_another():
    from premortem.law.row_defaults import complete
    from premortem.law.transactions import frame_of

    named = [None, "ByteDance", "Microsoft", "Moonshot Labs", "Moonshot Labs"]
    rows = [{"item": "L4", "destination": "SGP", "date": date(2026, 8, 1), "consignee": n} for n in named]
    rows[-1]["cleared"] = "Moonshot Labs=another firm"
    found = complete(frame_of(rows, CASE), rules.load("history")).collect()
    assert found["named_d5"].to_list() == [False, True, False, True, False]
    assert found["headquarters"].to_list() == ["SGP", "CHN", "USA", "SGP", "SGP"]


TWO_SEATS = facts.read("parties").filter(pl.col("country").str.contains(";"))["name"].to_list()


@pytest.mark.parametrize("name", TWO_SEATS)
def test_a_party_with_two_places_counts_by_the_strictest(name):
    assert seat(name, CASE).parent in {"CHN", "HKG"}
    assert answer(destination="MYS", end_user=name, date="2023-11-20").may_go is not True


@pytest.mark.parametrize("role", ["consignee", "end_user"])
def test_a_firm_abroad_of_a_chinese_owner_counts_by_its_owner(role):
    for name, at in (("Nexperia", "NLD"), ("TikTok", "SGP"), ("Lazada", "SGP"), ("Volvo Cars", "SWE")):
        assert (seat(name, CASE).headquarters, seat(name, CASE).parent) == (at, "CHN")
        assert answer(destination="MYS", date="2024-06-01", **{role: name}).outcome == BARRED


@pytest.mark.parametrize("name", ["Douyin", "Aliyun", "China Mobile International", "Xiaomi", "Meituan", "ZTE", "Unitree", "Xiaomi Singapore Pte. Ltd."])  # fmt: skip
def test_a_large_chinese_firm_is_known_by_name(name):
    assert answer(destination="MYS", date="2024-06-01", end_user=name).outcome == BARRED
