"""What a note, a column or a name says of embargoes, arms and listed parties holds a row, in any of several languages and letters."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from premortem import facts
from premortem.case import default
from premortem.errors import BadInput
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.fields import places
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.ledger.intake import Convention, take
from premortem.law.parties.clearing import clearings
from premortem.law.parties.listed_in_texts import listed_within
from premortem.law.parties.look_alikes import plain_letters
from premortem.law.parties.lookup import screen
from premortem.law.parties.telltale import signs_of

CASE = default()
REASON = "different firm, registry checked"
ROW = {
    "item": "H100 SXM", "date": "2025-06-01", "quantity": 8, "destination": "SGP", "consignee": "Orbital Widgets", "headquarters": "SGP",
    "parent_headquarters": "SGP", "end_user_headquarters": "SGP", "end_use": "data_centre", "ownership": 0.0,
    "cleared": f"Orbital Widgets={REASON}",
}  # fmt: skip
HELD = (
    "for Huawei's lab", "für 华为技术有限公司", "交付给华为", "goes on to Nordkorea", "reship to CETC", "pour l'Iran", "for Loongson", "Kernwaffen / Rüstung",
    "for Iranian customer", "for H u a w e i", "Huаwei", "Ｈｕａｗｅｉ", "Hu@wei", "for Zhipu", "customer 54th Research Institute", "for Kuba",
    "Weißrussland", "naar Rusland", "the Revolutionary Guard", "Bandar Abbas", "Militär", "UAV", "pour l'armée russe", "Lieferung nach Simferopol",
    "military lab", "para el ejército cubano", "North-Korean buyer", "D.P.R.K.", "Huaweis Labor", "Irans Messe", "ships to 伊朗", "КНДР", "Москва",
    "ship onward to our Suzhou team", "transhipment via HK", "forward to CN when cleared", "goods move on to Kowloon", "client's engineers on the mainland", "drone swarm research",
    "hypersonic wind tunnel", "Rosatom project", "AVIC pays", "split in 3 lots to stay below the threshold", "do not mention the end user", "declare as gaming cards",
    "remove Nvidia stickers", "a foreign national gets the source code", "accessed remotely from abroad", "for EAEU customers", "for resale", "paid in cash", "Kund i Ryssland",
    "per l'esercito", "dla rosyjskiego klienta", "엔드유저는 중국 회사", "用户在重庆", "ở Thâm Quyến", "for Hua Wei", "Bejing office", "front company", "bypass the licence",
    "Deepseek training run", "Tencent rents the racks", "ByteDance leases all of it", "для заказчика в РФ", "平壤", "평양",
)  # fmt: skip
FREE = (
    "Malta", "Orbital Widgets", "handle with care", "deliver by Friday", "russet leather case", "Russell Street dock 4", "Chemnitz plant",
    "landed cost basis", "Perm Street", "PO 4711, 2 of 3 crates", "l'hôtel d'Orsay", "customer's own carrier", "fragile; this side up", "sunway plaza",
    "Re: export licence attached", "looking forward to delivery", "PO no, invoice 123", "data enrichment jobs", "moonshot project", "bypass diode fitted", "pays by bank transfer",
    "mark as fragile", "sanctions clause applies", "remote hands included", "Käufer zahlt bar bei der Bank", "split shipment 1 of 2",
    "contact: anna@example.com", "a b testing", "remember to call Xavier", "Käufer zahlt Fracht",
)  # fmt: skip


def decided(**columns: list[str]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    return decide_ledger(
        pl.DataFrame([ROW] * height).with_columns(pl.Series(k, v) for k, v in columns.items()), rules.load("history")
    )


def test_a_text_that_tells_holds_its_row_and_an_ordinary_one_holds_none():
    for column in ("note", "reference"):
        answers = decided(**{column: [*HELD, *FREE]})
        named = dict(zip((*HELD, *FREE), answers["rests_on"].str.contains("names").fill_null(False), strict=True))
        assert [text for text, found in named.items() if found is (text in FREE)] == []
        assert answers["may_go"][: len(HELD)].to_list() == [None] * len(HELD)
    assert all(
        answers["may_go"][len(HELD) :]
    )  # a note asks to be read besides (`test_counsel_fourth`), a reference does not


@pytest.mark.parametrize("place", ["Nordkorea", "Kuba", "IR", "Corée du Nord", "Rusland", "Siria"])
def test_a_place_in_a_column_that_is_not_read_holds_the_row(place):
    assert decided(_Endbestimmung=[place])["may_go"].to_list() == [None]


def test_the_destination_itself_in_such_a_column_holds_nothing():
    assert decided(_Endbestimmung=["Singapur"])["may_go"].to_list() == [True]


def hits(name: str, reason: str = REASON) -> tuple[bool, bool]:
    """Whether a name is listed, and whether it is still to be looked at after a reason."""
    found = screen({"consignee": name}, date(2025, 6, 1), CASE, {name: reason})
    return any(h.equal for h in found), any(h.to_look_at for h in found)


@pytest.mark.parametrize(
    "name",
    [
        "Huаwei Technologies", "华为技术有限公司", "華為技術有限公司", "Ηuawei", "Huaweı", "Hu@wei", "H u a w e i", "c/o Huawei Technologies",
        "formerly Huawei Technologies Co", "Orbital Widgets c/o Huawei", "中芯国际集成电路制造有限公司", "ＳＭＩＣ",
    ],
)  # fmt: skip
def test_a_listed_name_in_other_letters_or_behind_another_cannot_be_cleared(name):
    assert hits(name)[0]
    row = {k: v for k, v in ROW.items() if k != "cleared"} | {"item": "T4", "consignee": name}
    assert explain(Transaction({**row, "cleared": f"{name}={REASON}"}), rules.load("history")).may_go is not True


@pytest.mark.parametrize("name", ["PLA Strategic Support Force", "Government of Iran", "Iranian Revolutionary Guard Corps", "IRGC Trading"])  # fmt: skip
def test_no_reason_clears_a_body_that_nobody_may_supply(name):
    assert hits(name, "it says Iran and Iranian and pla and is another firm altogether") == (False, True)


@pytest.mark.parametrize(("name", "word"), [("Tehran Data Centre Co", "Tehran"), ("Simferopol Data Centre", "Simferopol"), ("Kuba Handel", "Kuba")])  # fmt: skip
def test_a_name_with_a_place_under_embargo_is_cleared_by_a_reason_that_says_the_place(name, word):
    assert hits(name) == (False, True)
    assert hits(name, f"seated in Dubai by its registry, {word} only in its name") == (False, False)
    to = {"destination": "UKR", "destination_region": "other"} if word == "Simferopol" else {"destination": "ARE"}
    row = ROW | to | {"item": "T4", "consignee": name, "cleared": f"{name}={REASON}"}
    assert explain(Transaction(row), rules.load("history")).may_go is None


@pytest.mark.parametrize(
    ("short", "listed"),
    [
        ("Semiconductor Manufacturing Internat'l Corp", "Semiconductor Manufacturing International"),
        ("Natl Supercomputer Center in Guangzhou", "National Supercomputing Center Guangzhou"),
        ("Beijing Acad. of AI", "Beijing Academy of Artificial Intelligence"),
    ],
)
def test_a_shortened_name_is_near_the_listed_one(short, listed):
    found = screen({"consignee": short}, date(2026, 6, 1), CASE)
    assert any(h.name.startswith(listed) and h.to_look_at for h in found)


@pytest.mark.parametrize("reason", ["xxxxxxxxxx", "xxxxx yyyyy", "Huawai Huawai", "checked...", "huawai checked"])
def test_a_reason_needs_two_words_that_are_not_the_name(reason):
    with pytest.raises(BadInput):
        clearings(f"Huawai={reason}")


def test_few_ordinary_names_say_anything():
    names = (Path(__file__).parent / "ordinary_names.txt").read_text("utf-8").replace("\n", " | ").split(" | ")
    assert signs_of(names, CASE, party=True) == {}
    assert listed_within(pl.Series([n for n in names if n]), CASE).keys() <= {
        "Piotech Polska",
        "Horizon Robotics Japan",
    }  # firms of China


def test_letters_of_another_writing_stay_where_they_are_no_likeness():
    assert plain_letters("Москва, 华为, Ελλάδα, anna@example.com") == "Москва, 华为, Ελλάδα, anna@example.com"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Frankreich", "FRA"), ("Türkei", "TUR"), ("Niederlande", "NLD"), ("Indien", "IND"),
        ("Russland", "RUS"), ("Kuba", "CUB"), ("Südkorea", "KOR"), ("Singapur", "SGP"),
        ("Saudi-Arabien", "SAU"), ("VR China", "CHN"), ("Vereinigte Arabische Emirate", "ARE"), ("Allemagne", "DEU"),
        ("Alemania", "DEU"), ("Duitsland", "DEU"),
    ],
)  # fmt: skip
def test_countries_are_read_in_four_more_languages(said, code):
    assert places.iso3(said, "destination", CASE) == code


@pytest.mark.parametrize("town", ["Yalta", "Simferopol, Ukraine"])
def test_an_occupied_town_is_told_how_it_is_given(town):
    with pytest.raises(BadInput) as caught:
        places.iso3(town, "destination", CASE)
    assert "give UKR, and destination_region=crimea" in caught.value.hint


def test_days_with_dots_and_days_with_slashes_keep_each_their_order(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text(
        "item,quantity,destination,date\nH20,1,FRA,15.03.2025\nH20,1,FRA,05.06.2025\nH20,1,FRA,04/22/2025\n", "utf-8"
    )
    for how in (Convention(dates="DMY"), Convention()):
        assert take(path, vocabulary(CASE), how).frame["date"].to_list() == ["2025-03-15", "2025-06-05", "2025-04-22"]


def test_a_german_purchaser_is_read_as_one(tmp_path):
    path = tmp_path / "desk.csv"
    path.write_text("item,quantity,destination,date,Käufer\nH20,1,FRA,2025-03-15,Oracle\n", "utf-8")
    assert take(path, vocabulary(CASE)).frame["purchaser"].to_list() == ["Oracle"]


def test_names_in_other_writings_are_those_of_parties_that_are_held():
    told = facts.read("party_spellings", CASE)
    assert {*told["name"]} <= {*facts.read("parties", CASE)["name"]}
    assert not told["spelling"].is_duplicated().any()


SAYS = "only our sales office, nothing goes there"


@pytest.mark.parametrize(
    ("note", "reason", "may_go"),
    [
        ("quote by our Shanghai office", "", None), ("quote by our Shanghai office", f"shanghai={SAYS}", True), ("re-export", f"re export={SAYS}", True),
        ("quote by our Shanghai office", f"beijing={SAYS}", None), ("see Iran page", f"iran={SAYS}", None), ("for Huawei", f"huawei={SAYS}", None), ("IRGC", f"irgc={SAYS}", None),
    ],
)  # fmt: skip
def test_a_word_of_a_note_is_cleared_by_a_reason_that_names_it_but_no_embargo_and_no_listed_party(note, reason, may_go):
    row = ROW | {"note": note, "cleared": f"{ROW['cleared']}; {reason}"}
    assert decide_ledger(pl.DataFrame([row]), rules.load("history"))["may_go"].to_list() == [may_go]


def test_a_name_that_says_another_place_than_its_seat_is_asked_which_is_right():
    name = "Futian Shenzhen Widgets"
    row = ROW | {"consignee": name, "cleared": f"{name}={REASON}"}
    found = explain(Transaction(row), rules.load("history"))
    assert found.may_go is None
    assert any("says Shenzhen" in line and "SGP" in line for line in found.elsewhere)
    told = row | {"cleared": f"{name}=Singapore firm by its registry, Shenzhen only in its name"}
    assert explain(Transaction(told), rules.load("history")).may_go is True
    both = decide_ledger(pl.DataFrame([row, told, ROW]), rules.load("history"))
    assert both["may_go"].to_list() == [None, True, True]


@pytest.mark.parametrize(
    "name", ["Rosatom Overseas", "Mahan Air FZE", "Kaspersky Lab Switzerland", "Sberbank AI", "Beihang Ventures"]
)
def test_a_firm_that_may_stand_on_a_list_that_is_not_held_is_cleared_by_a_reason_that_says_it(name):
    assert hits(name) == (False, True)
    row = ROW | {"consignee": name, "cleared": f"{name}={REASON}"}
    assert decide_ledger(pl.DataFrame([row, ROW]), rules.load("history"))["may_go"].to_list() == [None, True]
    assert hits(name, f"no part of the group of {name}, by its registry")[1] is False
