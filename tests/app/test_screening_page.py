"""Names looked up on a page: hits, what is not proved, and no name in an address; and a server that asks for a token."""

import pytest
from fastapi.testclient import TestClient

from premortem.app.pages import rules_screens
from premortem.app.request_limits import Guard
from premortem.cli.sharing import _token
from premortem.errors import BadInput
from premortem.law.screening import screen


def test_a_listed_name_and_one_that_is_not_are_told_apart(client, study):
    names = ["Huawei Technologies", "Anybody Else Ltd"]
    text = client.post("/rules/screen", data={"names": "\n".join(names)}).text
    found = screen(names, None, study.case)
    assert f"{len({h.given for h in found.hits})} of 2 names" in text
    assert all(h.list.replace("'", "&#39;") in text for h in found.hits)
    assert "Not checked" in text
    assert "Anybody Else Ltd" in text


def test_an_empty_form_shows_what_is_held(client):
    text = client.get("/rules/screen").text
    assert "Is a party listed?" in text
    assert "Lists held" in text


def test_a_name_without_letters_is_a_clear_line(client):
    assert 'role="alert"' in client.post("/rules/screen", data={"names": "x" * 5000}).text


def test_the_tab_is_there_where_lists_are(study):
    assert "/rules/screen" in rules_screens(study.case)


async def _hello(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": scope["query_string"]})


@pytest.fixture
def guarded():
    return TestClient(Guard(_hello, (), "open-sesame-1"), base_url="http://127.0.0.1:8760", follow_redirects=False)


def test_without_the_token_nothing_is_answered(guarded):
    assert guarded.get("/").status_code == 403
    assert guarded.get("/?token=wrong").status_code == 403
    assert guarded.get("/", headers={"authorization": "Bearer open-sesame-1"}).status_code == 200


def test_the_token_is_brought_once_and_leaves_the_address(guarded):
    answer = guarded.get("/board?policy=x&token=open-sesame-1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/board?policy=x")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert guarded.get("/board?policy=x").text == "policy=x"


def test_a_redirect_never_leads_to_another_site(guarded):
    assert (
        guarded.get("http://127.0.0.1:8760//evil.example/?token=open-sesame-1")
        .headers["location"]
        .startswith("/evil.example")
    )


@pytest.mark.parametrize("word", ["short", "with space in it", "semi;colon;x"])
def test_a_word_that_is_no_token_is_refused(word):
    with pytest.raises(BadInput, match="is no token"):
        _token(word)
