"""Half a character, which JSON may hold and no answer can repeat, is refused in words wherever it stands."""

import json

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from premortem.app.site import _errors
from premortem.app.valid_texts import check_body, check_json
from premortem.errors import BadInput

HALF = "\ud800"


@pytest.fixture(scope="module")
def echo():
    """An app that answers with its body."""
    made = FastAPI(dependencies=[Depends(check_body)])
    _errors(made)

    @made.post("/api/echo")
    def answer(given: dict[str, object]) -> dict[str, object]:
        return given

    return TestClient(made, raise_server_exceptions=False)


@pytest.mark.parametrize("body", [{"item": HALF}, {HALF: "x"}, {"a": {"b": ["\udfff"]}}])
@pytest.mark.parametrize("kind", ["application/json", "application/merge-patch+json"])
def test_f096_half_a_character_is_refused_in_words(echo, body, kind):
    answer = echo.post("/api/echo", content=json.dumps(body), headers={"content-type": kind})
    assert answer.status_code == 400
    assert "half a character" in answer.text


def test_f096_a_whole_character_in_two_halves_is_read(echo):
    body = json.dumps({"item": "\U0001f4a1"})
    assert "\\ud83d" in body
    assert echo.post("/api/echo", content=body, headers={"content-type": "application/json"}).json() == json.loads(body)


@given(st.dictionaries(st.text(st.characters()), st.text(st.characters(exclude_categories=()))))
def test_f096_what_is_let_through_can_be_written(found):
    try:
        check_json(json.dumps(found), "request", "body")
    except BadInput:
        assert any("\ud800" <= c <= "\udfff" for text in (*found, *found.values()) for c in text)
    else:
        json.dumps(found, ensure_ascii=False).encode()
