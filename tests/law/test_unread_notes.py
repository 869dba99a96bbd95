"""A permission stands on a note only where its every word is known to say nothing of the shipment; any other a person reads."""

import tomllib
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.ledger.days_in_notes import days_of
from premortem.law.ledger.decisions import decide_ledger
from premortem.law.ledger.told_in_notes import amounts_of

BOOK = rules.load("history")
SEEN = "looked up in the whole lists"
SEATS = dict.fromkeys(("headquarters", "parent_headquarters", "end_user_headquarters"), "DEU")


def rows(*given):
    return decide_ledger(pl.from_dicts(list(given), infer_schema_length=None), BOOK)


def may_go(*given):
    return rows(*given)["may_go"].to_list()


def noted(*notes):
    """Whether each note lets its row go, all in one ledger."""
    return dict(zip(notes, may_go(*(NOTED | {"note": note, "cleared": CLEARED} for note in notes)), strict=True))


# Words of notes by kind: of orders, packing, delivery, courtesy; then such as no list of bad words would hold.
PLAIN = (
    "2 of 3 cartons", "PO 4711, net 30 days", "std lead time 6 wks", "Lieferung KW 24, bitte mit Lieferschein", "livraison lundi avant 10h, merci", "handle with care",
    "ship to Orbital Widgets dock 4", "T4 qty 4", "for delivery to Germany", "RMA replacement for SN 4471", "pago 30 dias", "levering week 12", "USD 1,200 per unit",
)  # fmt: skip
TO_READ = (
    "goods continue by truck to Karasuk", "cust will fwd to SZ office after burn-in", "wafer inspection cluster at 7nm line", "parent 55% owned by CEC Group (Ent. List), per KYC",
    "exascale", 'pls label "computer parts" on AWB', "HS code per customer request 8471", "keep each under 1M USD", "end user tbc", "freight forwarder is final delivery",
    "remove serial no. labels", "centrifuge modelling", "for NESCOM", "INF Tech is the anchor tenant", "stop-over IST then DME", "customer refused install & training", "交货前请联系",
)  # fmt: skip
NOTED = {"item": "T4", "destination": "DEU", "date": "2025-06-01", "quantity": 4, "consignee": "Orbital Widgets", "end_use": "data_centre", "ownership": 0.0, **SEATS}  # fmt: skip
CLEARED = f"Orbital Widgets={SEEN}"


def test_a_permission_stands_only_on_notes_whose_every_word_is_harmless():
    found = rows(*(NOTED | {"note": note, "cleared": CLEARED} for note in (*PLAIN, *TO_READ)))
    told = dict(zip((*PLAIN, *TO_READ), found["may_go"], strict=True))
    assert [note for note in PLAIN if told[note] is not True] == []
    assert [note for note in TO_READ if told[note] is not None] == []
    assert found["rests_on"][len(PLAIN)] == "column note says continue, karasuk"


def test_a_note_that_a_person_read_is_cleared_by_a_reason():
    note = "centrifuge modelling"
    for reason, goes in (
        ("note=read by counsel, a farm's cream separator", True),
        ("Acme=read by counsel, all fine", None),
        ("centrifuge=cream of a dairy farm", True),
    ):
        found = rows(NOTED | {"note": note, "cleared": f"{CLEARED};{reason}"})
        assert found["may_go"].to_list() == [goes], reason
    named = rows(NOTED | {"note": "for Huawei", "cleared": f"{CLEARED};note=read by counsel, says nothing"})
    assert named["may_go"].to_list() == [None]


# Notes as a shipping desk writes them, and of the everyday ones how many may be asked needlessly.
DESK = tomllib.loads((Path(__file__).parent / "notes_of_a_desk.toml").read_text("utf-8"))
NEEDLESS = 4


def test_notes_of_a_desk_are_seldom_asked_and_telling_ones_always():
    everyday, telling = DESK["everyday"], DESK["telling"]
    assert min(len(everyday), len(telling)) >= 40
    told = noted(*everyday, *telling)
    assert [note for note in telling if told[note] is not None] == []
    assert len(asked := [note for note in everyday if told[note] is not True]) <= NEEDLESS, asked


WATCHED = (
    "Ship to BY", "SHIP TO BY", "+98 21 8888", "tel 0086 755 1234 5678", "phone +7 (495) 123-45-67", "+850 2 381 1234", "info@163.com", "mail sales@qq.com",
    "order@firm.ir", "www.firm.ru", "invoice to accounts@firm.com.cn", "info@firm.by", "first of 40 lots, total 8000 pcs",
)  # fmt: skip
UNWATCHED = ("deliver by Friday", "tel +49 30 1234567", "PO 00412 98", "mail at info@orbital-widgets.com", "order total 4 pcs", "USD 1,200 per unit")  # fmt: skip


def test_codes_numbers_and_addresses_of_watched_places_are_asked_and_others_are_not():
    assert noted(*WATCHED, *UNWATCHED) == dict.fromkeys(WATCHED) | dict.fromkeys(UNWATCHED, True)


@pytest.mark.parametrize(("note", "may_go"), [("order total 64 pcs", None), ("order total 4 pcs", True)])
def test_an_amount_of_a_note_is_asked_where_the_row_is_less(note, may_go):
    assert noted(note) == {note: may_go}


def test_an_amount_that_the_rows_to_the_consignee_make_up_is_not_asked():
    sent = [NOTED | {"note": "order total 8 pcs", "cleared": CLEARED}, NOTED | {"cleared": CLEARED}]
    assert rows(*sent)["may_go"].to_list() == [True, True]


TO_CHINA = NOTED | {"item": "H20", "destination": "CHN", "date": "2025-03-01", "cleared": CLEARED} | dict.fromkeys(SEATS, "CHN")  # fmt: skip


def test_a_day_of_a_note_on_which_the_law_is_another_one_is_asked():
    # NVIDIA's letter of 9 April 2025 lies between
    later = ["invoice date 1 March, ship date 3 June", "ships 2025-06-03", "delivery in Q3 2025", "KW 24", "03/06/2025"]
    notes = [*later, "ships 20 March", "10.03.2025", "invoice 3 Feb 2023", "delivery wk 11"]
    found = rows(*(TO_CHINA | {"note": note} for note in notes))
    assert [note for note, goes in zip(notes, found["may_go"], strict=True) if goes is None] == later
    assert [note for note, goes in zip(notes, found["may_go"], strict=True) if goes is True] == notes[len(later) :]
    said = ["on that day it would be licence" in (rests or "") for rests in found["rests_on"]]
    assert [note for note, so in zip(notes, said, strict=True) if so] == later
    left = f"{CLEARED};note=left on the day of the row"
    assert may_go(*(TO_CHINA | {"note": note, "cleared": left} for note in notes)) == [True] * len(notes)


@pytest.mark.parametrize(
    ("note", "days"),
    [
        ("am 15.10.", ["2025-10-15"]), ("15th October 2025", ["2025-10-15"]), ("Oct 15, 2025", ["2025-10-15"]), ("20. Oktober", ["2025-10-20"]), ("20 août", ["2025-08-20"]),
        ("3 de julio de 2025", ["2025-07-03"]), ("ETD 20250901", ["2025-09-01"]), ("01/09/2025", ["2025-09-01", "2025-01-09"]), ("Oct 2025", ["2025-10-01", "2025-10-31"]),
        ("ready in May", ["2025-05-31"]), ("Q3 2025", ["2025-07-01", "2025-09-30"]), ("H2 2025", ["2025-07-01", "2025-12-31"]), ("this summer", ["2025-06-01", "2025-08-31"]),
        ("delivery 2026", ["2026-01-01", "2026-12-31"]), ("KW 40", ["2025-09-29", "2025-10-05"]), ("next week", ["2025-05-15"]), ("in 3 weeks", ["2025-05-23"]),
        ("std lead time 4-6 wks", ["2025-06-13"]), ("net 30 days", []), ("may 5 units go", ["2025-05-05"]), ("we may ship it", []), ("2 of 3 cartons", []), ("31.02.2025, 45 May", []),
    ],
)  # fmt: skip
def test_days_are_read_in_the_forms_of_notes(note, days):
    beside = date(2025, 5, 2)
    told = [str(day) for day in days_of(note, beside)]
    assert told == [day for day in days if day > str(beside)], note


def test_a_day_without_a_year_is_the_next_one_and_an_amount_no_price():
    assert [*days_of("ships 5 Jan", date(2025, 12, 20))] == [date(2026, 1, 5)]
    assert [*days_of("shipped 3 Feb 2025, PO dated 1 Feb 2023", date(2025, 3, 1))] == [date(2025, 2, 3)]
    assert [*days_of("we may ship 5 of them", date(2025, 3, 1))] == []
    assert amounts_of("total 5000 EUR, 3 pallets, 12 servers") == [12.0]


REASONS = dict(
    [
        ("forwards to Huawei in Shenzhen", None), ("goods go on to Tehran", None), ("seated in Shenzhen", None), ("customer re-exports to Belarus", None),
        ("no problem, Iran customer", None), ("military customer, fine with us", None), ("contact is li@163.com", None),
        ("no link to Huawei, by its registry", True), ("not part of the group of Huawei", True), ("no military use, by KYC", True),
        ("different firm, seated in Berlin", True), ("looked up in the whole lists", True),
    ],
)  # fmt: skip


def test_a_reason_is_read_for_places_firms_and_goods_that_go_on_in_a_ledger_and_in_a_check():
    of_party = [NOTED | {"cleared": f"Orbital Widgets={reason}"} for reason in REASONS]
    of_note = [NOTED | {"note": "centrifuge modelling", "cleared": f"{CLEARED};note={reason}"} for reason in REASONS]
    for asked in (may_go(*of_party), [explain(Transaction(row), BOOK).may_go for row in of_party], may_go(*of_note)):
        assert dict(zip(REASONS, asked, strict=True)) == REASONS


@pytest.mark.parametrize("heading", ["Special Instructions", "Internal remarks", "Handling info", "Bemerkung 2"])
def test_a_column_whose_heading_says_that_it_holds_notes_is_read_as_one(heading):
    on, plain = "goods continue by truck to Karasuk", "2 pallets, fragile"
    slips = [f"{CLEARED};{name}=a slip of the desk, stays here" for name in (heading, "note")]
    given = [(on, CLEARED), (plain, CLEARED), *((on, slip) for slip in slips)]
    sent = [NOTED | {f"_{heading}": text, "cleared": cleared} for text, cleared in given]
    assert may_go(*sent) == [None, True, True, True]


NOBODY = dict(
    [
        ("Undisclosed Holdings Pte Ltd", "undisclosed"), ("Own Stock Pte Ltd", "own stock"), ("TBD Ltd", "tbd"), ("PT Huawei Tech Investment", "huawei"),
        ("PT Alibaba Cloud Indonesia", "alibaba"), ("Stock Ltd", "stock"), ("Various GmbH", "various"), ("Name Withheld Ltd", "name withheld"),
        ("Huaweitech GmbH", "huawei"), ("Tencentware GmbH", "tencent"),
    ],
)  # fmt: skip


def to_names(reasons):
    """Whether a shipment to each of some names may go, each cleared by its reason, all in one ledger."""
    sent = NOTED | {"item": "H100 SXM", "date": "2024-06-01"}
    found = may_go(*(sent | {"consignee": name, "cleared": f"{name}={reason}"} for name, reason in reasons.items()))
    return dict(zip(reasons, found, strict=True))


def test_a_name_that_says_nobody_or_a_known_firm_is_cleared_by_a_reason_that_says_the_word():
    assert True not in to_names(dict.fromkeys(NOBODY, SEEN)).values()
    said = {name: f"a real firm by its register, {word} only in its name" for name, word in NOBODY.items()}
    assert to_names(said) == dict.fromkeys(NOBODY, True)


BRANCHES = ("Kwai Brasil Tecnologia Ltda", "Huawei Technologies Polska Sp. z o.o.", "Tencent Dienstleistungen GmbH", "Haier Europe Trading Srl")  # fmt: skip


def test_a_branch_is_known_by_words_of_other_languages():
    found = to_names(dict.fromkeys(BRANCHES, "a local firm by its register, all looked up"))
    assert found == dict.fromkeys(BRANCHES, False)


BESIDE = dict(
    [
        ("Via", "IR"), ("Route", "SIN-DXB-IKA"), ("Delivery phone", "+98 21 1234567"), ("Mobile", "0098 912 1234567"), ("Website", "www.firma.ir"),
        ("E-mail", "li@163.com"), ("Contact", "Herr Li, +86 21 55555555"), ("Port of discharge", "Bandar Abbas"), ("Sonstiges", "Weiterleitung nach Teheran"),
        ("备注", "转口到伊朗"), ("misc", "drive on to Minsk"), ("Additional info", "buyer asked to hide serials"),
    ],
)  # fmt: skip


def test_a_column_that_no_field_takes_and_that_says_a_watched_place_is_asked():
    empty = NOTED | dict.fromkeys((f"_{heading}" for heading in BESIDE), "") | {"cleared": CLEARED}
    found = may_go(empty, *(empty | {f"_{heading}": text} for heading, text in BESIDE.items()))
    assert dict(zip(("", *BESIDE), found, strict=True)) == {"": True} | dict.fromkeys(BESIDE)


AGAIN = ("same quantity every week until December", "repeat monthly, 12 times", "call-off from frame order", "weekly shipments")  # fmt: skip


def test_a_shipment_that_comes_again_is_asked_as_if_it_had_no_end():
    reason = {"cleared": f"{CLEARED};note=read, no more of it than these"}
    for sent, goes in (
        (TO_CHINA, None),
        (TO_CHINA | {"pflops_fp64": 0.0, "pflops_fp32": 0.0}, True),
        (NOTED, True),
    ):
        found = may_go(*(sent | {"note": note} | reason for note in AGAIN))
        assert dict(zip(AGAIN, found, strict=True)) == dict.fromkeys(AGAIN, goes)
