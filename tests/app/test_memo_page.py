"""The Rules screen: the verdict in words, what was assumed, names to clear with a reason, and the memo as a file."""

import html
import json
import re
from datetime import date

import pytest

from premortem.law import currency
from premortem.text.numbers import day_in_words

QUESTIONS = {
    "assumed": {"item": "H200 SXM", "to": "China", "quantity": "10", "on": "2026-03-01", "under": "history"},
    "near": {"item": "L4", "to": "FRA", "on": "2025-06-01", "f.end_user": "Huawei Technologes", "under": "history"},
    "unknown": {"item": "H100", "to": "France", "on": "2025-06-01", "under": "history"},
    "missing": {"item": "sme_tool", "to": "China", "on": "2025-06-01", "f.end_use": "fab", "under": "history"},
    "free": {"item": "H20", "to": "India", "on": "2026-08-01", "under": "history"},
    "old": {"item": "L4", "to": "FRA", "on": "2026-11-20", "under": "history"},
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_verdict_is_in_words_and_no_raw_name_stands_as_a_sentence(client, question):
    text = client.get("/rules", params=QUESTIONS[question]).text
    told = re.sub(r"<code>.*?</code>|<[^>]+>", " ", text[text.index("<h1>") : text.index("The ladder")])
    told = re.sub(r"FIELD=VALUE|--set \w+=VALUE", " ", told)
    assert not re.findall(r"\b(?:needs|licence|exception|veu):\w+|\b[a-z]+(?:_[a-z]+)+\b", told)
    assert re.search(r"<h1>(May go|Needs|Barred|Cannot)", text)


def test_the_memo_is_exported_in_every_form_from_the_same_question(client):
    page = client.get("/rules", params=QUESTIONS["assumed"]).text
    links = [html.unescape(link) for link in re.findall(r'href="(/api/memo\.[^"]+)"', page)]
    assert [link.split("?")[0] for link in links] == [f"/api/memo.{e}" for e in ("pdf", "html", "txt", "json")]
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert answer.headers["content-disposition"].startswith("attachment")
    assert json.loads(client.get(links[-1]).content)["outcome"] == "licence:case_by_case"
    assert client.get(links[0]).content.startswith(b"%PDF")
    assert client.get("/api/memo.docx").status_code in (400, 404, 422)
    assert client.get("/api/memo.pdf?item=nothing+known&to=FRA").status_code == 400


def test_what_was_assumed_is_marked_and_can_be_given_on_the_spot(client):
    page = client.get("/rules", params=QUESTIONS["assumed"]).text
    assert page.count('class="mark">assumed') >= 5
    assert re.search(r'<input form="shipment" name="f\.certified"', page)
    given = client.get("/rules", params=QUESTIONS["assumed"] | {"f.certified": "1"}).text
    assert not re.search(r'<input form="shipment" name="f\.certified"', given)


def test_which_item_is_meant_is_a_link_to_each_and_the_clauses_that_were_asked_are_folded(client):
    text = client.get("/rules", params=QUESTIONS["unknown"]).text
    told = re.search(r"Which one is meant:(.*?)</ul>", text, re.DOTALL)[1]
    links = dict(re.findall(r'href="([^"]+)">([^<]+)</a>', told))
    assert [*links.values()] == ["H100 SXM", "H100 PCIe", "H100 NVL"]
    assert told.count("</a> ") == len(re.findall(r"</a> \w[^<]+</li>", told)) == 3, "each says its own answer"
    assert "Which one is meant" not in client.get(html.unescape(next(iter(links)))).text
    assert re.search(r"<summary>Asked, of those in force that day:\s+\d+ clauses</summary>", text)


def test_a_name_to_look_at_is_cleared_with_a_reason_which_the_memo_keeps(client):
    page = client.get("/rules", params=QUESTIONS["near"]).text
    assert 'name="clear.Huawei Technologes"' in page
    cleared = QUESTIONS["near"] | {"clear.Huawei Technologes": "a bakery; seen its papers"}
    after = client.get("/rules", params=cleared).text
    assert 'name="clear.Huawei Technologes"' not in after
    assert "cleared: a bakery, seen its papers" in after
    assert "a bakery, seen its papers" in client.get("/api/memo.txt", params=cleared).text.replace("\n    ", " ")
    empty = client.get("/rules", params=QUESTIONS["near"] | {"clear.Huawei Technologes": " "}).text
    assert 'name="clear.Huawei Technologes"' in empty


def test_a_listed_party_is_not_offered_to_be_cleared(client):
    listed = QUESTIONS["near"] | {"f.end_user": "Huawei Technologies Co., Ltd."}
    assert 'name="clear.' not in client.get("/rules", params=listed).text


def test_an_old_answer_is_marked_on_the_page(client):
    text = client.get("/rules", params=QUESTIONS["old"]).text
    assert len(re.findall("stale", re.sub(r"<details.*?</details>", "", text, flags=re.DOTALL), re.IGNORECASE)) == 1
    assert '<p class="notice" role="alert">Stale: nothing after' in text


def test_what_an_answer_hangs_on_is_listed_under_a_short_headline(client):
    text = html.unescape(
        client.get("/rules", params={"item": "H200 SXM", "to": "Malaysia", "quantity": "500", "on": "2026-07-01"}).text
    )
    assert "<h1>May go only under conditions</h1>" in text
    box = re.search(r'<div class="verdict.*?</div>', text, re.DOTALL)[0]
    assert "Only if:" in box
    assert box.count("<li>") >= 2
    assert re.search(r"<code>no_licence_required</code>, where all of that is so", box)
    assert "Rules answer under this policy, not under the one above (As written)" in text
    assert "nothing of what is left open below" in text


def test_what_cannot_be_decided_does_not_say_that_nothing_is_required(client):
    strip = re.search(
        r'<ol class="periods">.*?</ol>', client.get("/rules", params=QUESTIONS["unknown"]).text, re.DOTALL
    )[0]
    held = [row for row in re.findall(r"<li.*?</li>", strip, re.DOTALL) if "Cannot be decided" in row]
    assert held
    assert not any("no clause requires anything" in row for row in held)


def test_the_screen_says_which_instruments_were_checked_long_ago_and_what_came_since(client, desk):
    told = currency.status(desk.study.law("history"), date.today())
    page = html.unescape(client.get("/rules", params=QUESTIONS["assumed"]).text)
    assert f"{len(told.stale)} of {len(told.stale) + len(told.current)} instruments" in page
    assert all(f"{one.title}: checked to {day_in_words(one.verified_to)}" in page for one in told.stale)
    assert told.stale
    since = f"{told.documents[0].title}" if told.documents else f"premortem data pull {told.source}"
    assert told.pulled or since in page
