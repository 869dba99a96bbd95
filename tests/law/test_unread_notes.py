"""A permission stands on a note only where its every word is known to say nothing of the shipment; any other a person reads."""

import polars as pl

from premortem.law import book as rules
from premortem.law.ledger.decisions import decide_ledger

BOOK = rules.load("history")
SEEN = "looked up in the whole lists"
SEATS = dict.fromkeys(("headquarters", "parent_headquarters", "end_user_headquarters"), "DEU")


def rows(*given):
    return decide_ledger(pl.from_dicts(list(given), infer_schema_length=None), BOOK)


# Words of notes by kind: of orders, packing, delivery, courtesy; then such as no list of bad words would hold.
PLAIN = (
    "2 of 3 cartons", "PO 4711, net 30 days", "std lead time 6 wks", "Lieferung KW 24, bitte mit Lieferschein", "livraison lundi avant 10h, merci", "handle with care",
    "ship to Orbital Widgets dock 4", "T4 qty 4", "for delivery to Germany", "RMA replacement for SN 4471", "pago 30 dias", "levering week 12", "USD 1,200 per unit",
)  # fmt: skip
TO_READ = (
    "goods continue by truck to Omsk", "cust will fwd to SZ office after burn-in", "wafer inspection cluster at 7nm line", "parent 55% owned by CEC Group (Ent. List), per KYC",
    "exascale", 'pls label "computer parts" on AWB', "HS code per customer request 8471", "keep each under 1M USD", "end user tbc", "freight forwarder is final delivery",
    "remove serial no. labels", "centrifuge modelling", "for NESCOM", "INF Tech is the anchor tenant", "stop-over IST then DME", "customer refused install & training", "交货前请联系",
)  # fmt: skip
NOTED = {"item": "T4", "destination": "DEU", "date": "2025-06-01", "quantity": 4, "consignee": "Orbital Widgets", "end_use": "data_centre", "ownership": 0.0, **SEATS}  # fmt: skip
CLEARED = f"Orbital Widgets={SEEN}"


def test_a_permission_stands_only_on_notes_whose_every_word_is_harmless():
    found = rows(*(NOTED | {"note": note, "cleared": CLEARED} for note in (*PLAIN, *TO_READ)))
    may_go = dict(zip((*PLAIN, *TO_READ), found["may_go"], strict=True))
    assert [note for note in PLAIN if may_go[note] is not True] == []
    assert [note for note in TO_READ if may_go[note] is not None] == []
    assert found["rests_on"][len(PLAIN)] == "column note says continue, omsk"


def test_a_note_that_a_person_read_is_cleared_by_a_reason():
    note = "centrifuge modelling"
    for reason, may_go in (
        ("note=read by counsel, a farm's cream separator", True),
        ("Acme=read by counsel, all fine", None),
        ("centrifuge=cream of a dairy farm", True),
    ):
        found = rows(NOTED | {"note": note, "cleared": f"{CLEARED};{reason}"})
        assert found["may_go"].to_list() == [may_go], reason
    named = rows(NOTED | {"note": "for Huawei", "cleared": f"{CLEARED};note=read by counsel, says nothing"})
    assert named["may_go"].to_list() == [None]
