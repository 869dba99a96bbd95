"""The purchaser is a party (15 CFR 744.11(a), 748.5(c)), in a check and in a ledger alike, and no party's column goes unread."""

from datetime import date

import polars as pl
import pytest

from premortem.case import default
from premortem.errors import PremortemError
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.fields.vocabulary import vocabulary
from premortem.law.ledger.decisions import decide_file, decide_ledger
from premortem.law.ledger.intake import Convention
from premortem.law.ledger.unread_parties import names_party
from premortem.law.parties.listed_in_texts import listed_names
from premortem.law.parties.lists import index
from premortem.law.parties.spelling import key
from premortem.law.parties.table import NOT_LISTED
from tests.law.looked_up import looked_up

CASE = default()
LAW = rules.load("history")
SHIPPED = {"item": "T4", "quantity": 1, "destination": "DEU", "date": date(2025, 6, 1), "end_use": "data_centre", "consignee": "Microsoft"}  # fmt: skip
HEAD = "Item,Qty,Country,Ship Date,End Use,Consignee,Cleared"
SEEN = "looked up in the whole lists"
CLEARED = f"Microsoft={SEEN};Oracle={SEEN}"
ROW = f"T4,1,DE,2025-06-01,data_centre,Microsoft,{CLEARED}"


def check(**more):
    return explain(Transaction(looked_up({**SHIPPED, **more})), LAW)


def ledger(folder, headings, *cells, how=None):
    """A desk's table of such shipments, with more columns and their cells a row, as decided."""
    path = folder / "desk.csv"
    text = "\n".join([f"{HEAD},{headings}", *(f"{ROW},{more}" for more in cells)]) + "\n"
    own = "cleared" in headings
    path.write_text(text.replace(",Cleared,", ",").replace(f",{CLEARED},", ",") if own else text)
    return decide_file(path, LAW, how or Convention())[:2]


@pytest.mark.parametrize(
    ("name", "outcome", "may_go"),
    [
        ("Oracle", "no_licence_required", True),
        ("Huawei", "licence:presumption_of_denial", False),
        ("Huawai", "needs:screening", None),
        ("Acme", "no_licence_required", None),
        ("TBD", "needs:screening", None),
    ],
)
def test_a_purchaser_is_looked_up_as_every_party_is_in_a_check_and_in_a_ledger(tmp_path, name, outcome, may_go):
    alone = check(purchaser=name)
    assert (alone.outcome, alone.may_go) == (outcome, may_go)
    decided, told = ledger(tmp_path, "Customer,End User,Forwarder", f"{name},Oracle,Oracle")
    assert told["mapping"]["Customer"] == "purchaser"
    assert told["unread"] == []
    assert decided.select("outcome", "may_go").row(0) == (outcome, may_go)


def test_a_listed_purchaser_is_a_hit_of_that_role():
    hits = check(purchaser="Huawei").hits
    assert {(hit.party, hit.equal) for hit in hits} == {("purchaser", True)}


def test_the_seat_of_a_purchaser_counts_as_that_of_any_party():
    """744.23(a)(3) and 742.6(a)(6)(iii) ask for whom it is, wherever it goes."""
    sent = {"item": "H100 SXM", "destination": "SGP"}
    assert check(**sent).may_go is True
    assert check(**sent, purchaser="Tencent").outcome == "licence:presumption_of_denial"
    assert check(**sent, purchaser_headquarters="CHN").outcome == "licence:presumption_of_denial"
    assert check(**sent, purchaser="Oracle").may_go is True
    cleared = check(**sent, purchaser="Acme", cleared="Acme=looked up", ownership=0.0)
    assert cleared.may_go is None
    assert "purchaser_headquarters" in {a.field for a in cleared.rests_on}


@pytest.mark.parametrize("heading", ["Customer", "Customer Name", "Buyer", "Sold To", "Sold-To Name", "Bill To", "Purchaser", "Purchaser Name"])  # fmt: skip
def test_who_buys_is_the_purchaser_where_a_column_gives_the_consignee(tmp_path, heading):
    decided, told = ledger(tmp_path, heading, "Huawei", "Oracle", "")
    assert ({heading: "purchaser"} | told["mapping"])[heading] == "purchaser"
    assert decided["may_go"].to_list() == [False, True, True]


def test_a_customers_country_is_the_seat_of_whoever_the_customer_is(tmp_path):
    _, told = ledger(tmp_path, "Customer Country,Customer", "CN,Oracle")
    assert told["mapping"]["Customer Country"] == "purchaser_headquarters"
    _, told = ledger(tmp_path, "End User Country,Customer Country,Customer", "US,CN,Oracle")
    assert told["mapping"]["Customer Country"] == "purchaser_headquarters"
    how = Convention({"Customer": "end_user"})
    _, told = ledger(tmp_path, "Customer Country,Customer", "CN,Oracle", how=how)
    assert told["mapping"]["Customer Country"] == "end_user_headquarters"


def test_a_customer_by_itself_is_asked_who_it_is(tmp_path):
    path = tmp_path / "desk.csv"
    path.write_text("Item,Qty,Country,Ship Date,Customer\nT4,1,DE,2025-06-01,Huawei\n")
    with pytest.raises(PremortemError, match="may be consignee, purchaser or end_user"):
        decide_file(path, LAW)


# Columns that are not read.


def test_a_listed_name_is_found_among_texts_as_its_key_finds_it():
    """The quick look at a text's first word and digits loses no listed name, however it is spelt."""
    held = index(CASE)
    rows = [row for row in held.rows if row.list != NOT_LISTED]
    names = {
        spelt for row in rows for n in row.names for spelt in (n, n.upper(), f" {n.lower()}, Ltd.", n.replace(" ", "-"))
    }
    others = {row.names[0] for row in held.rows if row.list == NOT_LISTED} | {
        "PO-123",
        "Great thing 7",
        "",
        "&",
        "Microsoft",
    }
    texts = pl.Series(sorted(names | others), dtype=pl.String)
    listed = {key(n) for row in rows for n in row.names}
    assert listed_names(texts, CASE) == {text for text in texts if key(text) in listed}


def test_a_column_that_names_a_party_and_is_not_read_leaves_no_plain_yes(tmp_path):
    decided, told = ledger(tmp_path, "Notify Party", "Acme", "", "Microsoft Corp.", "n.")
    assert told["unread"] == ["Notify Party"]
    assert decided["may_go"].to_list() == [None, True, True, True]
    assert decided["rests_on"].to_list() == ["column Notify Party", None, None, None]
    assert any("Column Notify Party is not read" in line for line in told["not_checked"])


def test_a_listed_name_in_any_column_that_is_not_read_leaves_no_plain_yes(tmp_path):
    decided, _ = ledger(
        tmp_path, "Misc,Notes", "Huawei,", ",HUAWEI TECHNOLOGIES", "SAP,call Huawei", "SAP,call Microsoft"
    )
    assert decided["may_go"].to_list() == [None, None, None, True]
    assert decided["rests_on"].to_list() == [
        "column Misc; column Misc names huawei",
        "column note; column note names huawei technologies",
        "column note names huawei",
        None,
    ]


def test_a_reason_or_a_field_settles_who_stands_in_a_column(tmp_path):
    cleared = ledger(
        tmp_path, "Notify Party,cleared", f"Acme,Acme=looked up;{CLEARED}", f"Huawei,Huawei=another firm;{CLEARED}"
    )[0]
    assert cleared["may_go"].to_list() == [True, None], "a listed name is never cleared"
    noted = ledger(tmp_path, "Notify Party", "Acme", "Huawei", how=Convention({"Notify Party": "reference"}))[0]
    assert noted["may_go"].to_list() == [True, None]
    left = ledger(tmp_path, "Customer", "Acme", "Huawei", how=Convention({"Customer": ""}))[0]
    assert left["may_go"].to_list() == [None, None]


def test_a_column_that_is_not_read_changes_no_refusal_and_no_returned_goods():
    rows = pl.DataFrame(
        {
            "id": ["a", "b", "c"],
            "returns": [None, "a", None],
            "item": ["T4", "T4", "H100 SXM"],
            "quantity": [1, 1, 1],
            "destination": ["DEU", "DEU", "CHN"],
            "date": [date(2025, 6, 1)] * 3,
            "end_use": ["data_centre"] * 3,
            "consignee": ["Microsoft"] * 3,
            "cleared": [CLEARED] * 3,
            "_Broker": ["Acme"] * 3,
        }
    )
    said, plain = decide_ledger(rows, LAW), decide_ledger(rows.drop("_Broker"), LAW)
    assert plain["may_go"].to_list() == [True, None, False]
    assert said["may_go"].to_list() == [None, None, False]
    assert said["rests_on"].to_list()[1:] == plain["rests_on"].to_list()[1:]
    assert said["outcome"].to_list() == plain["outcome"].to_list()


@pytest.mark.parametrize(
    ("heading", "party"),
    [("Sold-To Party 2", True), ("Customs Broker", True), ("Client", True), ("Reseller Name", True), ("Customer (2)", True),
     ("Customer No", False), ("Buyer PO", False), ("Customer Country", False), ("Carrier Tracking", False), ("ECCN", False),
     ("Party Date", False), ("Incoterms", False)],
)  # fmt: skip
def test_a_heading_says_whether_its_column_names_a_party(heading, party):
    assert names_party(heading, vocabulary(CASE)) is party
