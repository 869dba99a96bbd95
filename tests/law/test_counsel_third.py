"""No false clearance: what one party, one field or one silence says frees nothing else, and what the book leaves open is asked."""

import itertools
from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from premortem.case import default
from premortem.errors import BadInput
from premortem.law import book as rules
from premortem.law.decide import Decision, Transaction, explain
from premortem.law.engine import decide
from premortem.law.equivalent_rows import kinds
from premortem.law.fields import places
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.ledger.grounds import grounds
from premortem.law.parties.seats import OF_OTHERS, asked
from premortem.law.transactions import frame_of, parse
from premortem.law.worked_cases import decide_file, parties
from tests.examples import examples
from tests.law.looked_up import looked_up

CASE = default()
WORDS = vocabulary(CASE)
DENIAL = "licence:presumption_of_denial"
APPROVAL = "licence:presumption_of_approval"
JUNE = "2025-06-01"
SEATED = ("headquarters", "parent_headquarters", *OF_OTHERS)


def answer(**given: Any) -> Decision:
    return explain(Transaction(looked_up({"end_use": "data_centre", "date": JUNE, **given})), rules.load("history"))


def cleared(name: str) -> str:
    return f"{name}=looked up in the whole lists"


def strict(outcome: str) -> int:
    """How strict an outcome is; what cannot be told is no freer than a licence."""
    return WORDS.rank.get(outcome, WORDS.rank["licence:case_by_case"])


# What is told of one party.


@pytest.mark.parametrize("share", [0.0, 0.1, 0.49])
@pytest.mark.parametrize(
    "parties",
    [
        {"end_user": "Nexperia", "consignee": "Oracle"},
        {"consignee": "Nexperia"},
        {"intermediate": "Nexperia", "consignee": "YTL"},
        {"purchaser": "Nexperia", "consignee": "YTL"},
    ],
)
def test_a_share_that_is_told_erases_no_affiliate_that_the_table_knows(parties, share):
    assert answer(item="T4", destination="SGP", date="2025-10-15", ownership=share, **parties).outcome == DENIAL


@examples(1.6)
@given(
    st.sampled_from(["consignee", "end_user", "intermediate", "purchaser", "parent"]),
    st.sampled_from(["Tencent", "Huawei", "Nexperia", "Megaspeed"]),
    st.sampled_from(["H100 SXM", "T4", "RTX 4090"]),
    st.sampled_from([date(2024, 6, 15), date(2025, 10, 15)]),
    st.dictionaries(st.sampled_from([*SEATED, "ownership"]), st.sampled_from([0.0, 1.0]), min_size=1),
)
def test_a_field_told_about_one_party_never_frees_another(role, name, item, day, told):
    row = {"item": item, "destination": "SGP", "date": day, "end_use": "data_centre", "consignee": "Oracle", role: name}
    more = {field: value if field == "ownership" else "USA" for field, value in told.items()}
    silent, said = answer(**row), answer(**row | more)
    assert strict(said.outcome) >= strict(silent.outcome)
    assert said.may_go is not True or silent.may_go is not False


@pytest.mark.parametrize("role", ["consignee", "end_user", "intermediate", "purchaser", "parent"])
@pytest.mark.parametrize(("item", "to", "day"), [("H100 SXM", "SGP", JUNE), ("T4", "SGP", "2025-10-15"), ("RTX 4090", "VNM", JUNE)])  # fmt: skip
def test_a_cleared_name_that_no_table_holds_needs_a_seat_and_an_owner_in_every_role(role, item, to, day):
    row = {
        "item": item,
        "destination": to,
        "date": day,
        "consignee": "Oracle",
        role: "Acme",
        "cleared": cleared("Acme"),
    }
    found = answer(**row)
    assert found.may_go is None
    assert {a.field for a in found.rests_on} & {*SEATED, "ownership"}
    if role in ("end_user", "intermediate", "purchaser") and item == "H100 SXM":
        assert answer(**row, ownership=0, **{f"{role}_headquarters": "GBR"}).may_go is True
        assert answer(**row, ownership=0, **{f"{role}_headquarters": "CHN"}).outcome == DENIAL


def test_a_party_that_the_tables_know_is_not_asked_for_its_seat():
    assert asked({"date": date(2025, 6, 1), "consignee": "Oracle", "end_user": "Microsoft"}, CASE) == ()
    assert answer(item="H100 SXM", destination="SGP", consignee="Oracle", end_user="Microsoft").may_go is True


@pytest.mark.parametrize("word", ["distributor", "Reseller", "fabricator", "Distributor Ltd", "designer", "Freight Forwarder"])  # fmt: skip
@pytest.mark.parametrize("role", ["consignee", "end_user", "intermediate", "purchaser", "parent"])
def test_a_word_for_what_a_party_does_is_no_name(role, word):
    assert answer(item="T4", destination="MYS", **{"consignee": "YTL", role: word}).outcome == "needs:screening"


def test_a_word_for_an_exporter_stands_for_one():
    assert answer(item="T4", destination="MYS", consignee="YTL", exporter="distributor").may_go is True


# Places, persons and firms.


@pytest.mark.parametrize("code", ["PRI", "GUM", "VIR", "ASM", "MNP", "UMI", "Puerto Rico", "US Virgin Islands"])
def test_a_territory_is_the_united_states_in_every_field(code):
    read = {field: parse({"item": "T4", "destination": "CHN", field: code}, CASE)[field] for field in WORDS.countries}
    assert read == dict.fromkeys(WORDS.countries, "USA")
    assert places.country_codes(CASE)[places.fold_country(code)] == "USA"


@pytest.mark.parametrize("by", [{"exporter_hq": "USA"}, {"exporter": "Applied Materials"}, {"person": "USA"}])
def test_a_us_company_is_a_us_person_whoever_holds_the_spanner(by):
    row = {"item": "servicing", "listed": True, "fab_node_nm": 7, "end_use": "fab", "person": "JPN", "us_items": False}
    assert answer(**row, destination="CHN", exporter_hq="JPN").may_go is True
    assert answer(**row | by, destination="CHN").outcome == DENIAL
    assert answer(**row, destination="CHN").may_go is None  # who sends the engineer is not told


@pytest.mark.parametrize("place", ["USA", "SGP", "GBR"])
def test_nobody_may_say_that_a_chip_of_the_catalogue_is_another_firms_design(place):
    with pytest.raises(BadInput, match="the catalogue says CHN"):
        answer(item="BR100", destination="SGP", designer_hq=place)


SEATS = [
    ("GDS International", date(2024, 6, 15), DENIAL, False),
    ("GDS International", date(2025, 6, 15), "no_licence_required", None),
    ("DayOne", date(2025, 6, 15), "no_licence_required", None),
    ("Megaspeed", date(2025, 6, 15), "no_licence_required", None),
    ("TikTok USDS", date(2026, 1, 21), DENIAL, False),
    ("TikTok USDS", date(2026, 1, 22), "no_licence_required", True),
]


@pytest.mark.parametrize(("name", "day", "outcome", "goes"), SEATS)
def test_a_seat_counts_on_its_days_and_a_disputed_one_frees_nothing(name, day, outcome, goes):
    found = answer(item="H100 SXM", destination="MYS", consignee=name, date=day)
    assert (found.outcome, found.may_go) == (outcome, goes)
    assert any("table of firms" in a.source for a in found.assumed) or goes is True


@pytest.mark.parametrize("name", ["ASE Co.", "ASE", "PING AN"])
def test_a_name_that_a_listed_party_bears_as_well_clears_nothing(name):
    found = answer(item="T4", destination="ARE", consignee=name)
    assert found.may_go is None
    assert found.unscreened == (name,)


# End uses.


def test_a_worse_military_use_is_never_freer():
    book = rules.load("history")
    to = ("NIC", "VNM", "IRQ", "CHN", "SGP", "RUS", "BLR", "MMR", "KHM", "VEN", "KAZ", "GBR")
    days = (date(2020, 12, 16), date(2022, 6, 1), date(2024, 6, 1), date(2025, 6, 1))
    others: tuple[dict[str, str], ...] = ({}, {"consignee": "Oracle", "end_user": "Tencent"}, {"consignee": "Oracle", "intermediate": "Tencent"})  # fmt: skip
    base = [
        {"item": item, "destination": place, "date": day, "notice_given": True, **more}
        for item, place, day, more in itertools.product(("T4", "RTX 4090", "software", "sme_tool"), to, days, others)
    ]
    by_use = {}
    for use in ("data_centre", "military", "military_intelligence"):
        rows = [parse({**row, "end_use": use, "fab_node_nm": 28}, CASE) for row in base]
        by_use[use] = [strict(o) for o in decide(frame_of(rows, CASE), book)["outcome"]]
    for milder, worse in itertools.pairwise(by_use):
        freed = [row for row, a, b in zip(base, by_use[milder], by_use[worse], strict=True) if b < a]
        assert not freed, f"{worse} freer than {milder}: {freed[:3]}"


@pytest.mark.parametrize("use", ["military", "military_intelligence"])
@pytest.mark.parametrize("role", ["consignee", "end_user", "intermediate", "purchaser", "parent"])
def test_a_military_use_by_a_chinese_firm_is_barred_in_whichever_role(role, use):
    parties = {"consignee": "Oracle", role: "Tencent"}
    assert answer(item="T4", destination="SGP", end_use=use, **parties).outcome == DENIAL


@pytest.mark.parametrize("use", ["production", "development"])
@pytest.mark.parametrize("item", ["T4", "hbm_stack"])
def test_production_in_china_hangs_on_the_fab(use, item):
    row = {"item": item, "destination": "CHN", "consignee": "CXMT", "end_use": use, "density_gb_s_mm2": 1.0}
    found = answer(**row)
    assert found.may_go is None
    assert "fab_node_nm" in {a.field for a in found.rests_on}
    assert answer(**row, fab_node_nm=7).outcome == DENIAL
    assert answer(**row, fab_node_nm=40).may_go is not None


@pytest.mark.parametrize(
    ("item", "day", "told", "needs"),
    [
        ("T4", "2024-12-31", {"fab_dram_nm": 18, "fab_node_nm": 40}, "fab_dram_cell_area"),
        ("sme_tool", JUNE, {"fab_dram_nm": 15, "fab_node_nm": 28}, "fab_dram_cell_area"),
        ("T4", "2024-06-01", {"fab_dram_cell_area": 0.001, "fab_node_nm": 28}, "fab_dram_nm"),
    ],
)
def test_a_dram_fab_is_asked_by_the_test_of_the_day_whatever_else_is_told_of_it(item, day, told, needs):
    assert answer(item=item, destination="CHN", end_use="fab", date=day, **told).outcome == f"needs:{needs}"


TOLD: list[Mapping[str, Any]] = [
    {"item": "T4", "pflops_fp64": 500, "cubic_feet": 1000},
    {"item": "T4", "fab_node_nm": 7},
    {"item": "T4", "end_use": "packaging", "fab_node_nm": 5},
    {"item": "closed_weights", "end_use": "fab", "fab_node_nm": 5},
]


@pytest.mark.parametrize("told", TOLD)
def test_what_is_told_counts_whatever_end_use_is_said(told):
    assert answer(destination="CHN", **told).outcome == DENIAL


def test_a_region_under_embargo_is_barred_wherever_it_is_said_to_lie():
    assert answer(item="T4", destination="USA", destination_region="crimea").outcome == "licence:policy_of_denial"


@pytest.mark.parametrize("use", ["nuclear", "missile", "chemical_biological", "military_intelligence"])
def test_what_is_published_is_looked_at_where_no_us_person_may_support_its_use(use):
    assert answer(item="open_weights", destination="IRN", end_use=use).may_go is None
    assert answer(item="open_weights", destination="IRN").may_go is True


# What the book does not model.

OPEN: list[tuple[Mapping[str, Any], str]] = [
    *(({"item": "sme_tool", "listed": True, "ns_spared": True, "destination": to}, "Which paragraph of 3B001") for to in ("PAK", "MYS", "SGP", "TWN", "ARE", "DEU")),
    ({"item": "software", "listed": True, "destination": "JPN"}, "Which paragraph of 3D006"),
    ({"item": "H100 SXM", "destination": "IND", "date": "2026-06-14"}, "still not enforce the framework"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "question"), OPEN)
def test_a_permission_that_stands_only_because_a_rule_is_not_modelled_is_none_and_the_question_is_told(row, question):
    place = row["destination"]
    found = answer(**{"headquarters": place, "parent_headquarters": place, "end_use": "fab", "fab_node_nm": 28, **row})
    assert (found.outcome, found.may_go) == ("no_licence_required", None)
    assert any(question in line for line in found.not_checked)
    assert found.sentence.startswith("If ")
    given = frame_of([{**found.transaction}], CASE)
    book = rules.load("history")
    answers = decide(given, book)
    told = grounds(given, answers, answers[book.vocabulary.measure.all], book, kinds(given, book))
    assert told["may_go"][0] is None


def test_a_listed_tool_to_a_place_that_the_column_spares_goes_before_the_worldwide_control():
    row = {"item": "sme_tool", "listed": True, "end_use": "fab", "fab_node_nm": 5, "headquarters": "DEU"}
    assert answer(**row, parent_headquarters="DEU", destination="DEU", date="2024-09-05").may_go is True
    assert answer(**row, parent_headquarters="DEU", destination="DEU", date="2024-09-06").may_go is None


def test_a_foreign_tool_without_a_us_chip_may_still_be_the_product_of_us_technology():
    row = {"item": "sme_part", "made_in": "TWN", "from": "TWN", "listed": True, "us_chip_inside": False, "end_use": "fab",
           "fab_node_nm": 5, "destination": "CHN", "exporter": "reseller", "exporter_hq": "TWN"}  # fmt: skip
    found = answer(**row)
    assert found.may_go is None
    assert {a.field for a in found.rests_on} == {"us_technology", "us_content"}
    assert answer(**row, us_technology=True).outcome == DENIAL
    assert answer(**row, us_technology=False, us_content=0.26).outcome == DENIAL
    assert answer(**row, us_technology=False, us_content=0.25).may_go is True


# Lists, hints and files.


def test_a_list_is_not_both_held_and_lacking():
    found = answer(item="T4", destination="GBR", consignee="Acme")
    held = "Lists beyond the rows held, which are not whole: Entity List"
    line = next(line for line in found.not_checked if line.startswith(held))
    assert "UVL (1 row" in line
    assert "Unverified" not in line.partition("No row is held of")[2]
    assert "the UVL beyond 1 row" in found.sentence


@pytest.mark.parametrize("said", ["South Ossetia", "Northern Atlantis", "Kingdom of the North"])
def test_a_word_of_many_places_names_hints_at_none(said):
    with pytest.raises(BadInput) as caught:
        places.iso3(said, "destination", CASE)
    assert not caught.value.hint


def test_na_is_asked_about():
    assert answer(item="T4", destination="NA").outcome == "needs:destination"


def test_a_vendor_on_a_list_is_looked_at_where_no_exporter_is_told():
    row = {"item": "Ascend 310P", "destination": "GBR", "headquarters": "GBR", "parent_headquarters": "GBR"}
    found = answer(**row, date="2025-03-01")
    assert (found.outcome, found.may_go) == ("no_licence_required", None)
    assert any("Who exports it is not told" in line for line in found.not_checked)
    assert answer(**row, date="2025-03-01", exporter="Huawei").outcome == DENIAL


@pytest.mark.parametrize("place", ["RUS", "BLR"])
@pytest.mark.parametrize("day", ["2022-03-10", JUNE])
def test_published_software_is_not_subject_to_an_embargo(place, day):
    row = {"item": "software", "destination": place, "date": day}
    assert answer(**row, published=True).outcome == "no_licence_required"
    assert answer(**row).outcome == "licence:policy_of_denial"


def test_a_party_without_a_name_is_refused():
    with pytest.raises(BadInput, match="end_user has no name"):
        parties(["end_user="])


def test_a_column_parent_is_refused_where_it_may_be_a_name_or_a_seat():
    row = {"item": ["T4"], "quantity": ["1"], "destination": ["GBR"], "date": ["2025-06-01"], "parent": ["ARM"]}
    with pytest.raises(BadInput, match="the parent's name or its seat"):
        decide_ledger(pl.DataFrame(row), rules.load("history"))
    named = pl.DataFrame(row).rename({"parent": "parent_name"})
    assert decide_ledger(named, rules.load("history"))["may_go"][0] is None


SHIPPED = {"item": "T4", "destination": "GBR", "consignee": "Oracle UK", "quantity": "10", "returns": None}


@pytest.mark.parametrize(
    ("second", "third", "why"),
    [
        ({"consignee": "ORACLE U.K."}, {}, [None, None, None]),
        ({"consignee": "Acme"}, {}, [None, "row 1 went to another party or place", None]),
        ({"destination": "FRA"}, {}, [None, "row 1 went to another party or place", None]),
        ({"quantity": "6"}, {"quantity": "6"}, [None, None, "row 1 shipped fewer units than come back"]),
    ],
)
def test_what_comes_back_was_sent_there_and_comes_back_once(second, third, why):
    back = SHIPPED | {"returns": "1", "quantity": "5"}
    rows = [
        SHIPPED | {"id": "1", "date": "2025-06-01"},
        back | {"id": "2", "date": "2025-06-02"} | second,
        back | {"id": "3", "date": "2025-06-03"} | third,
    ]
    assert decide_ledger(pl.DataFrame(rows), rules.load("history"))["rejected"].to_list() == why


def test_a_party_beside_args_is_told_as_unread_and_clears_nothing(tmp_path):
    file = tmp_path / "cases.csv"
    args = "--item T4 --to GBR --consignee Oracle --set 'cleared=Oracle=looked up' --set end_use=data_centre --on 2025-06-01"
    file.write_text(f"args,consignee,end_user\n{args},,Huawei\n{args},Oracle,\n")
    unread, read = decide_file(file, rules.load("history")).answers
    assert (unread["may_go"], unread["unread"]) == (None, ["end_user"])
    assert read["may_go"] is True
    assert "unread" not in read
    file.write_text(f"args,accepts\n{args},no_licence_required\n")
    assert "compared with nothing" in decide_file(file, rules.load("history")).answers[0]["error"]


def test_a_firm_is_no_validated_end_user_by_a_name_that_the_list_does_not_hold():
    tool = {
        "item": "sme_tool",
        "listed": True,
        "fab_node_nm": 28,
        "destination": "CHN",
        "status": "veu",
        "end_use": "fab",
    }
    assert answer(**tool, consignee="Intel").outcome.startswith("licence:")
    assert answer(**tool, consignee="Intel Semiconductor (Dalian)").outcome == "no_licence_required"


KAZAKH = {
    "item": "H100 SXM",
    "destination": "KAZ",
    "headquarters": "KAZ",
    "parent_headquarters": "KAZ",
    "end_use": "data_centre",
}


@pytest.mark.parametrize(("told", "may_go"), [({}, None), ({"consignee_tpp_this_year": 0}, True)])
def test_b24_a_permission_within_a_yearly_total_stands_once_that_total_is_told(told, may_go):
    shipment = Transaction(
        looked_up({**KAZAKH, **told, "quantity": 1000, "certified": 1, "status": "none", "date": "2025-06-01"})
    )
    decision = explain(shipment, rules.load("as-written"))
    assert (decision.outcome, decision.may_go) == ("exception:LPP", may_go)
    assert ("consignee_tpp_this_year" in [a.field for a in decision.rests_on]) == (may_go is None)


def test_b24_of_smaller_quantities_that_help_alike_the_largest_is_told():
    book = rules.load("as-written")
    shipment = Transaction({**KAZAKH, "quantity": 49_926, "certified": 0, "date": "2028-01-01"})
    first = explain(shipment, book).changes[0]
    assert first.row is not None
    units = first.row["quantity"]
    alone = [explain(Transaction({**shipment.fields, "quantity": n}), book).outcome for n in (units, units + 1)]
    assert alone == ["licence:presumption_of_approval", "licence:policy_of_denial"]


@pytest.mark.parametrize(("parent", "outcome"), [("Microsoft", "no_licence_required"), ("Falcon Trading", "licence:presumption_of_approval")])  # fmt: skip
def test_b25_a_subsidiary_of_a_firm_of_the_uae_list_is_told_by_its_parent(parent, outcome):
    given = {
        "item": "H100 SXM",
        "destination": "ARE",
        "quantity": 1,
        "date": "2026-08-15",
        "consignee": "Microsoft UAE",
    }
    found = answer(**given, parent=parent)
    assert (found.outcome, found.may_go) == (outcome, None if outcome == "no_licence_required" else False)


@pytest.mark.parametrize(("use", "outcome"), [("data_centre", "exception:HBM"), ("packaging", "exception:HBM"), ("storage", APPROVAL), ("fab", APPROVAL)])  # fmt: skip
def test_b25_memory_that_is_told_to_be_stored_goes_to_no_packaging_site(use, outcome):
    us = dict.fromkeys(("exporter_hq", "headquarters", "parent_headquarters", "designer_hq"), "USA")
    memory = {"item": "hbm_stack", "destination": "CHN", "quantity": 1, "density_gb_s_mm2": 2.5, "certified": True}
    told = answer(**memory, **us, packaged_by="fabricator", end_use=use, fab_node_nm=28.0)
    assert told.outcome == outcome


@pytest.mark.parametrize(("told", "may_go"), [({}, None), ({"framework_unenforced": True}, True), ({"framework_unenforced": False}, None)])  # fmt: skip
def test_counsel_answers_whether_the_framework_is_enforced_in_a_field(told, may_go):
    seats = dict.fromkeys(("headquarters", "parent_headquarters", "end_user_headquarters"), "DEU")
    row = {"item": "H100 SXM", "destination": "DEU", "date": "2026-06-14", "end_use": "data_centre", "ownership": 0.0}
    assert answer(**row, **seats, **told).may_go is may_go
