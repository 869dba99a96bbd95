"""Who may ask, how much and how often; and that a bad request never ends the process."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from premortem.app import page_words, prices, request_limits, site
from premortem.app.http_server import bound
from premortem.errors import BadInput


def test_another_host_is_refused(client):
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert answer.json()["error"]["key"] == "Host"


def test_a_post_from_another_site_is_refused_and_one_from_here_is_not(client):
    body = {"item": "H100 SXM", "destination": "FRA"}
    assert client.post("/api/check", json=body, headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post("/api/check", json=body, headers={"origin": "null"}).status_code == 403
    assert client.post("/api/check", json=body, headers={"origin": "http://127.0.0.1:8760"}).status_code == 200


@pytest.mark.parametrize("path", ["/about", "/jobs", "/static/app.css", "/api/policies", "/nowhere"])
def test_head_is_answered_as_get_without_a_body(client, path):
    head, got = client.head(path), client.get(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == str(len(got.content))


def test_head_asks_for_the_token_as_get_does():
    asked = []

    async def answers(scope, receive, send):
        asked.append(scope["method"])
        await request_limits._answer(send, 200, "", "answered")

    client = TestClient(
        request_limits.Guard(answers, (), token="a-long-token-of-ours"), base_url="http://127.0.0.1:8760"
    )
    assert client.head("/api/board").status_code == 401
    assert client.head("/api/board?token=a-long-token-of-ours").status_code == 200
    assert asked == ["GET"]


def test_no_page_and_no_error_shows_a_folder_of_this_machine(client):
    from pathlib import Path

    assert "~/.cache/premortem/jobs" in client.get("/jobs").text
    for path in ("/", "/jobs", "/about", "/api/jobs", "/api/assumption/A9"):
        assert str(Path.home()) not in client.get(path).text, path
    told = page_words.fault(
        BadInput("/data/jane/out/run.json", "", "is no run; see https://example.org/a/b/", got="/my/own/text")
    )
    assert told["file"] == "<folder>/run.json"
    assert "is no run; see https://example.org/a/b/" in told.values()
    assert told["got"] == "/my/own/text"


def test_bodies_have_a_limit(client):
    assert client.post("/api/check", content=b"x" * (request_limits.MOST + 1)).status_code == 413
    assert client.post("/api/check", content=b"x", headers={"content-length": "-5"}).status_code == 413


def test_a_body_without_length_is_cut_off_at_the_limit(client):
    def endless():
        for _ in range(100):
            yield b"x" * 10_000

    assert client.post("/api/check", content=endless()).status_code in (400, 413)


def test_heavy_requests_are_limited_by_client(monkeypatch):
    monkeypatch.setattr(prices, "MANY", 40)
    budget = prices.Budget()
    asked = prices.price("/api/movers", "")
    allowed = [budget.takes("1.2.3.4", asked) for _ in range(prices.MANY + 1)]
    assert allowed == [True] * prices.MANY + [False]
    assert budget.takes("5.6.7.8", asked)
    assert budget.takes("1.2.3.4", prices.price("/api/board", ""))


@pytest.fixture
def spent(monkeypatch):
    """An app behind a guard whose clients may ask for one analysis at a time; what is asked for with `kept` is at hand."""
    monkeypatch.setattr(prices, "MANY", 1)

    async def answers(scope, receive, send):
        await request_limits._answer(send, 200, "", "answered")

    guard = request_limits.Guard(answers, (), at_hand=lambda scope: b"kept" in scope["query_string"])
    asker = TestClient(guard, base_url="http://127.0.0.1:8760")
    assert asker.get("/api/movers").status_code == 200
    return asker


def test_a_browser_that_asks_for_too_much_gets_a_page_that_says_when_to_ask_again(spent):
    said = spent.get('/board?w=record&asof=2025-06-03&l.x="><b>=1', headers={"accept": "text/html,*/*"})
    assert (said.status_code, said.headers["retry-after"]) == (429, "10")
    assert "in 10 seconds" in said.text
    assert "your settings are in the address" in said.text
    assert 'href="/board?asof=2025-06-03&amp;l.x' in said.text
    assert "<b>" not in said.text
    assert spent.get("/api/board?w=record").json()["error"]["key"] == "rate"


def test_what_is_at_hand_costs_nothing(spent):
    assert spent.get("/board?w=record").status_code == 429
    assert spent.get("/board?w=record&kept=1").status_code == 200


def test_every_answer_carries_the_policy_against_scripts_from_elsewhere(client):
    for path in ("/", "/api/board?only=1", "/nothing", "/static/app.css"):
        headers = client.get(path).headers
        assert headers["content-security-policy"] == request_limits.CSP
        assert headers["x-content-type-options"] == "nosniff"
        # `no-referrer` would have a browser send the forms of this site with `Origin: null`, which is refused
        assert headers["referrer-policy"] == "same-origin"
    assert "unsafe" not in request_limits.CSP


@pytest.mark.parametrize(
    "path", ["/static/../site.py", "/static/%2e%2e/site.py", "/api/jobs/..%2f..%2fetc/brief", "/api/ledger/..%2fx"]
)
def test_no_path_of_a_client_is_trusted(client, path):
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert "import" not in answer.text


def test_a_bug_is_told_without_its_trace_and_the_server_goes_on(client, desk, monkeypatch):
    monkeypatch.setattr(desk.live, "rows", lambda view: 1 / 0)
    for path in ("/api/board?seed=12", "/board?seed=12"):  # not given from memory
        answer = client.get(path)
        assert answer.status_code == 500
        assert "code" in answer.text
        assert "Traceback" not in answer.text
        assert "ZeroDivision" not in answer.text
    monkeypatch.undo()
    assert client.get("/api/board?only=1").status_code == 200


def test_a_client_that_leaves_before_its_request_is_whole_is_no_bug(caplog):
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/api/health", "query_string": b"", "headers": []}
    # in a thread of its own: a browser of another test may have a loop in this one
    ThreadPoolExecutor(1).submit(asyncio.run, site.bare()(scope, receive, send)).result()
    assert sent[0]["status"] == 499
    assert not caplog.records


def test_a_port_in_use_is_a_clear_error_before_anything_is_compiled():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        with pytest.raises(BadInput, match="cannot be used") as refused:
            bound("127.0.0.1", held.getsockname()[1])
    assert refused.value.key == "--port"
    assert "--port" in refused.value.hint


def test_an_unknown_host_is_a_clear_error():
    with pytest.raises(BadInput, match="cannot be used"):
        bound("no.such.host.invalid", 8760)


def test_the_charts_script_is_the_one_that_its_note_names():
    import hashlib
    import json

    note = json.loads((site.STATIC / "vega.json").read_text())
    assert hashlib.sha256((site.STATIC / "vega.js").read_bytes()).hexdigest() == note["sha256"]


def test_the_charts_script_is_made_anew_the_same(tmp_path):
    import json
    from importlib.metadata import version

    from premortem.app import assets

    note = json.loads((site.STATIC / "vega.json").read_text())
    if note["version"] != version("vl-convert-python"):
        pytest.skip("another version of vl-convert is installed than the script was made with")
    assert assets.build(tmp_path) == note
