"""A party's cell that names nobody is asked for a name, in whatever words and language, and a firm of such words is a firm."""

from datetime import date
from pathlib import Path

import pytest

from premortem.case import default
from premortem.errors import BadInput
from premortem.law import book as rules
from premortem.law.decide import Transaction, explain
from premortem.law.parties.clearing import clearings
from premortem.law.parties.lookup import screen
from premortem.law.parties.nameless import is_nameless

CASE = default()
NOBODY = (
    "see notes", "See note below", "walk-in customer", "to be advised", "To Be Confirmed by sales", "TBC", "TBD - Singapore", "various",
    "Various end users", "as per attached list", "N/A", "n.a.", "T.B.D.", "same as above", "Same as consignee", "dito", "-", "...", "?", "0", "xxx", "PO 4711", "See PO 4711",
    "cash sale", "Cash Sale #4",
    "customer pickup", "Customer pick-up", "test", "Test customer", "own stock", "stock", "Customer A", "end user 3", "client x", "Private individual", "John Doe",
    "to order", "To the order of bank",
    "our customer in Penang", "Name to follow", "unknown end-user", "siehe Anlage", "wie oben", "noch offen", "Laufkundschaft", "voir annexe", "à confirmer", "por definir", "ver adjunto",
    "zie bijlage", "nader te bepalen", "da definire", "待定", "同上", "散客", "未定", "미정", "уточняется", "Самовывоз", "Hong Kong", "Singapore", "Deutschland", "Beijing", "Tehran",
)  # fmt: skip
SOMEBODY = (
    "See Hup Seng Ltd", "TBC Bank JSC", "Test Research Inc", "Stock & Co Ltd", "Orbital Widgets", "Sample6 Inc", "Various Projects Pte Ltd", "Oracle", "X-FAB",
    "Private Equity Partners LLP", "Retail Robotics SA", "Customer Robotics", "Firm 1 GmbH", "Particular Devices", "Will Semiconductor", "Singapore Telecom", "Acme 2",
)  # fmt: skip


def asks(name: str, reason: str = "different firm, registry checked") -> bool:
    found = screen({"consignee": name}, date(2025, 6, 1), CASE, {name: reason})
    return any(hit.to_look_at and "names nobody" in hit.source for hit in found)


def test_what_stands_for_a_name_is_asked_for_the_name_whatever_the_reason():
    assert [name for name in NOBODY if not asks(name)] == []
    assert [name for name in SOMEBODY if asks(name)] == []


def test_no_ordinary_name_names_nobody():
    names = (Path(__file__).parent / "ordinary_names.txt").read_text("utf-8").replace("\n", " | ").split(" | ")
    assert [name for name in names if name and is_nameless(name)] == []


@pytest.mark.parametrize("role", ["consignee", "end_user", "intermediate", "purchaser"])
def test_a_shipment_to_nobody_is_not_decided(role):
    given = {"item": "H100 SXM", "destination": "SGP", "date": "2025-06-01", role: "see notes"}
    found = explain(Transaction(given), rules.load("history"))
    assert found.outcome == "needs:screening"
    assert "give the party's name" in found.sentence


def test_nobody_cannot_be_cleared():
    with pytest.raises(BadInput, match="names nobody"):
        clearings("walk-in customer=known to us, registry checked")
