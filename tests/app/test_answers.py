"""What is given from memory is what would be answered anew, and never what another study or address asks for."""

import pytest
from fastapi.testclient import TestClient

from premortem import case
from premortem.app.site import close, make
from premortem.study import make_study
from tests.app.conftest import ADDRESS

PURE = ["/board", "/a/A2", "/levers", "/beliefs", "/api/board", "/api/assumption/A2", "/api/levers", "/api/beliefs"]


@pytest.mark.parametrize("path", PURE)
def test_the_second_answer_is_the_first_and_has_its_tag(client, path):
    first, second = client.get(path), client.get(path)
    assert first.content == second.content
    assert first.headers["etag"] == second.headers["etag"]
    assert second.headers["cache-control"] == "no-cache"
    assert second.headers["content-security-policy"]


def test_what_is_known_is_not_sent_again(client):
    tag = client.get("/api/board").headers["etag"]
    again = client.get("/api/board", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/api/board", headers={"if-none-match": '"other"'}).status_code == 200


def test_another_address_is_another_answer(client):
    plain, moved = (client.get("/api/board", params=p).json() for p in ({}, {"t.A2.models_contained": "0.5"}))
    assert plain["board"] != moved["board"]


def test_a_refusal_is_not_kept(client):
    for _ in range(2):
        assert "etag" not in client.get("/api/assumption/A9").headers


def test_answers_of_a_study_that_changed_are_made_anew(tmp_path):
    folder = make_study(tmp_path / "mine", case.load("eu_gpai"))
    made = make(folder)
    client = TestClient(made, base_url=ADDRESS, raise_server_exceptions=False)
    before = client.get("/board").headers["etag"]
    path = folder / "policies" / "kept-not.toml"
    path.write_text('name = "kept-not"\ntitle = "Another"\nsays = "Another law."\ninclude = ["as-amended"]\n')
    changed = client.get("/board").text  # what is read anew is not given from memory
    path.unlink()
    assert "kept-not" in changed
    assert "kept-not" not in client.get("/board").text
    assert client.get("/board").headers["etag"] == before
    close(made)


def test_no_more_is_held_than_there_is_room_for(desk, monkeypatch):
    from premortem.app import response_cache

    monkeypatch.setattr(response_cache, "MOST", 100)
    kept = response_cache.Held(desk)
    for i in range(5):
        kept.hold((desk.generation, f"/{i}", b""), response_cache._Sent(body=b"x" * 40))
    assert [key[1] for key in kept._held] == ["/3", "/4"]
    assert kept._bytes == 80


def test_a_page_that_waits_is_not_kept_in_place_of_its_answer(client):
    asked = {"w": "record", "asof": "2025-06-03"}
    waiting = client.get("/board", params=asked)
    assert 'id="waiting"' in waiting.text
    assert waiting.headers["cache-control"] == "no-store"
    client.get("/board", params=asked | {"now": "1"})
    assert 'id="waiting"' not in client.get("/board", params=asked).text


def test_a_weighted_board_with_changes_waits_for_its_own_futures_and_not_for_the_run(client, desk):
    from premortem.app.routes import board
    from premortem.app.view_state import State

    asked = State("as-written", weights="record", thresholds=(("A2.models_contained", 0.31),))
    assert not board._is_known(desk, asked)
    board.answer(desk, asked, only=False)
    assert board._is_known(desk, asked)


def test_the_typeface_is_kept_by_the_browser(client):
    assert "immutable" in client.get("/font.woff2").headers["cache-control"]


def test_how_far_a_share_lies_from_the_runs_is_said_where_a_run_of_more_futures_is_stored(desk):
    from types import SimpleNamespace

    from premortem.app.routes import board
    from premortem.app.view_state import State

    shares = {p: desk.live.own_rows(State(p)) for p in desk.study.policies}
    cells = [
        SimpleNamespace(**r | {"holds": r["holds"] and r["holds"] - 0.03}) for rows in shares.values() for r in rows
    ]
    run = SimpleNamespace(futures=20_000, board_rows=lambda: cells)
    held = SimpleNamespace(stored=run, live=desk.live, study=desk.study, keep=lambda key, make: make())
    said = board.beside_run(held, State(desk.study.policies[0]))
    assert "tell the run's 20,000 futures" in said
    assert said.endswith("by up to 3 points.")
    assert board.beside_run(held, State(desk.study.policies[0], weights="record")) == ""
    assert board.beside_run(SimpleNamespace(stored=None), State(desk.study.policies[0])) == ""
