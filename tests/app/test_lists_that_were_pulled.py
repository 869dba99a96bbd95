"""Lists of parties that a user has pulled are used on the screens of rules where they are asked for, and every answer says so."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from premortem import facts
from premortem.bench.screening import served
from premortem.case import default
from premortem.facts import live
from premortem.law.fields.transfers import transfers
from premortem.text.numbers import day_in_words

NAME = "Zorvath Kelpont"
DENIED = "licence:policy_of_denial"
ASKED = {"item": "H20", "quantity": "1", "to": "IND", "on": "2026-09-01", "consignee": NAME}
ENTRY = {
    "name": f"{NAME} Co., Ltd.", "alt_names": None, "source": "Entity List (EL) - Bureau of Industry and Security",
    "start_date": "2026-08-20", "federal_register_notice": "91 FR 50000", "license_policy": "Policy of denial.",
    "license_requirement": "For all items subject to the EAR.",
}  # fmt: skip


@pytest.fixture
def data_home(monkeypatch, tmp_path):
    monkeypatch.setattr(live, "home", lambda: tmp_path / "pulled")


@pytest.fixture
def digest(data_home):
    """The hash of a list of one party, pulled today."""
    source = transfers(default()).parties.pulled.source
    known = {source: facts.sources()[source].model_copy(update={"least_rows": 1})}
    told = facts.pull([source], known=known, get=lambda *to: served({"results": [ENTRY], "total": 1}, to[1]))
    return told["pulled"][0]["sha256"]


def plain(html):
    return re.sub(r"\s+", " ", unescape(re.sub("<[^>]+>", " ", html)))


def test_an_answer_by_the_lists_that_were_pulled_bears_their_hash_and_its_links_keep_them(client, digest):
    ships, pulled = (client.get("/rules", params=ASKED | {"data": data}).text for data in ("shipped", "pulled"))
    day = datetime.now(UTC).date()
    assert f"lists of parties as pulled on {day_in_words(day)} (SHA-256 {digest[:12]})" in plain(pulled)
    assert "Entity List" in plain(pulled)
    assert DENIED in pulled
    assert DENIED not in ships
    assert "lists of parties as pulled" not in plain(ships)
    assert f"those and the lists pulled {day_in_words(day)}" in plain(ships)  # they are offered
    periods = re.search(r'<ol class="periods">.*?</ol>', pulled, re.DOTALL)[0]
    links = re.findall('href="(/rules[^"]+)"', periods)
    assert links
    assert all("data=pulled" in link for link in links)


@pytest.mark.parametrize("address", ["/api/rules", "/api/memo.json"])
def test_every_answer_on_a_question_of_the_address_takes_the_lists(client, digest, address):
    found = client.get(address, params=ASKED | {"data": "pulled"}).json()
    assert (found["outcome"], found["rulebook"]["lists_sha256"]) == (DENIED, digest)
    assert "lists_sha256" not in client.get(address, params=ASKED).json()["rulebook"]


def test_a_check_a_strip_of_time_and_names_take_them_too(client, digest):
    shipment = {"item": "H20", "destination": "IND", "date": "2026-09-01", "consignee": NAME, "data": "pulled"}
    assert client.post("/api/check", json=shipment).json()["outcome"] == DENIED
    periods = client.get("/api/timeline", params=ASKED | {"data": "pulled"}).json()["periods"]
    assert DENIED in {p["outcome"] for p in periods if p["from"] >= "2026-08-20"}
    asked = {"names": NAME, "on": "2026-09-01"}
    assert "1 of 1 name has a hit" in plain(client.post("/rules/screen", data=asked | {"data": "pulled"}).text)
    assert "0 of 1 name" in plain(client.post("/rules/screen", data=asked).text)


def test_a_ledger_takes_them_and_says_so(client, digest):
    table = f'item,quantity,to,date,consignee\nH20,1,IND,2026-09-01,"{NAME}"\n'
    ships, pulled = (
        client.post("/api/ledger", files={"file": ("desk.csv", table)}, data={"data": data}).json()
        for data in ("shipped", "pulled")
    )
    assert (pulled["outcomes"], pulled["rulebook"]["lists_sha256"]) == ({DENIED: 1}, digest)
    assert digest[:12] in pulled["current"]
    assert DENIED not in ships["outcomes"]
    assert "lists_sha256" not in ships["rulebook"]
    assert 'name="data"' in client.get("/rules/ledger").text


def test_lists_that_were_never_pulled_are_not_offered_and_asked_for_are_one_clear_line(client, data_home):
    assert 'name="data"' not in client.get("/rules", params=ASKED).text
    assert 'name="data"' not in client.get("/rules/ledger").text
    page = client.get("/rules", params=ASKED | {"data": "pulled"})
    assert page.status_code == 200
    assert "premortem data pull screening_list" in plain(re.search(r'role="alert".*?</div>', page.text, re.DOTALL)[0])
    refused = client.post("/api/ledger", files={"file": ("desk.csv", "item,quantity\n")}, data={"data": "pulled"})
    assert refused.status_code == 400
    assert "premortem data pull screening_list" in refused.text
    assert client.get("/api/rules", params=ASKED | {"data": "others"}).status_code == 422
