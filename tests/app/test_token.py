"""Who may ask: with a token where others can reach the server, and never a page of another site."""

import pytest
from fastapi.testclient import TestClient

from premortem.app import prices, token
from premortem.app.http_server import bound, is_loopback, listen, warnings
from premortem.app.request_limits import Guard
from premortem.errors import BadInput
from tests.app.conftest import ADDRESS

TOKEN = "a-token-of-enough-characters"
PERSON = {"accept": "text/html"}


async def seen(scope, receive, send):
    """An app that answers with the settings of the address."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["query_string"]})


@pytest.fixture
def guarded():
    return TestClient(Guard(seen, (), TOKEN), base_url=ADDRESS, follow_redirects=False)


@pytest.fixture
def unguarded():
    return TestClient(Guard(seen, ()), base_url=ADDRESS, follow_redirects=False)


def test_f094_without_the_token_nothing_is_answered(guarded):
    for path in ("/", "/a/A1", "/api/board", "/api/jobs", "/nothing"):
        assert guarded.get(path).status_code == 401
        assert guarded.get(f"{path}?token=wrong").status_code == 401
        assert guarded.get(path, headers={"authorization": f"Basic {TOKEN}"}).status_code == 401
        assert guarded.post(path, json={}).status_code == 401
    assert 'name="token"' in guarded.get("/", headers=PERSON).text


def test_f094_a_program_gives_the_token_with_each_request(guarded):
    assert guarded.get("/api/board?vs=x", headers={"authorization": f"Bearer {TOKEN}"}).text == "vs=x"
    assert guarded.get(f"/api/board?vs=x&token={TOKEN}").text == "vs=x"


def test_f094_a_browser_gives_it_once_and_no_address_holds_it_afterwards(guarded):
    entered = guarded.get(f"/levers?vs=x&token={TOKEN}", headers=PERSON)
    assert (entered.status_code, entered.headers["location"]) == (303, "/levers?vs=x")
    assert {"HttpOnly", "SameSite=Strict"} <= set(entered.headers["set-cookie"].split("; "))
    assert guarded.get("/levers?vs=x").text == "vs=x"


def test_f094_the_form_takes_the_token_and_leads_to_the_page_that_was_asked_for(guarded):
    assert guarded.post("/levers?vs=x", data={"token": "wrong"}).status_code == 401
    entered = guarded.post("/levers?vs=x", data={"token": TOKEN})
    assert (entered.status_code, entered.headers["location"]) == (303, "/levers?vs=x")
    assert guarded.get("/api/board").status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/a", "/\\evil.example"])
def test_f094_the_token_never_leads_to_another_site(guarded, path):
    there = guarded.get(f"{ADDRESS}{path}?token={TOKEN}").headers["location"]
    assert there.startswith("/")
    assert there[1:2] not in ("/", "\\")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/font.woff2x"), ("GET", "/favicon.ico/"), ("POST", "/favicon.ico"), ("POST", "/font.woff2")],
)
def test_f094_only_files_of_the_asking_page_are_open(guarded, method, path):
    assert guarded.request(method, path).status_code == 401
    assert guarded.get("/favicon.ico").status_code == guarded.get("/font.woff2").status_code == 200


def test_f094_guessing_spends_the_budget(guarded, monkeypatch):
    monkeypatch.setattr(prices, "MANY", 3)
    assert [guarded.get("/?token=x").status_code for _ in range(4)] == [401, 401, 401, 429]


def test_f094_a_door_and_the_app_behind_it_ask_once():
    twice = TestClient(Guard(Guard(seen, (), TOKEN), (), TOKEN), base_url=ADDRESS)
    assert twice.get(f"/api/board?vs=x&token={TOKEN}").text == "vs=x"


def test_f094_a_token_that_was_given_is_not_printed():
    said = []
    for given in (TOKEN, ""):
        at = listen("0.0.0.0", 0, given)
        at.held.close()
        at.greet("It serves", False, said.append, said.append)
    assert TOKEN not in " ".join(said)
    assert at.token in " ".join(said)


def test_f094_a_token_is_asked_of_all_but_this_machine_and_said():
    with bound("127.0.0.1", 0) as alone, bound("0.0.0.0", 0) as open_to_all:
        assert is_loopback(alone)
        assert not is_loopback(open_to_all)
    assert warnings("", True) == []
    assert len(warnings("", False)) == 1
    assert len(warnings("short", False)) == 2
    assert token.new_token() != token.new_token()
    assert len(token.new_token()) >= 32


@pytest.mark.parametrize("text", ["a b", "a;b", "ä", "\n", "a" * 201, '"', "a,b"])
def test_f094_what_a_cookie_cannot_hold_is_no_token(text):
    with pytest.raises(BadInput, match="is no token"):
        token.checked_token(text)


def test_f094_jobs_on_a_server_for_others_are_small(tmp_path):
    from premortem.app.jobs import MOST, MOST_SHARED, Jobs

    with pytest.raises(BadInput, match="too many"):
        Jobs(tmp_path, most=MOST_SHARED).start(("as-written",), MOST, 7)


def test_f094_jobs_fill_neither_their_share_of_a_disk_nor_the_disk(tmp_path, monkeypatch):
    from premortem.app import jobs

    held = jobs.Jobs(tmp_path, most_held=2_000_000)
    (held.home / "old").mkdir(parents=True)
    (held.home / "old" / "part.parquet").write_bytes(bytes(1_900_000))
    with pytest.raises(BadInput, match=r"about 0.0 GB beside the 0.0 GB that earlier runs hold"):
        held.start(("as-written",), 1000, 7)
    monkeypatch.setattr(jobs.shutil, "disk_usage", lambda path: type("Disk", (), {"free": 3_000_000_000}))
    with pytest.raises(BadInput, match=r"would take about 4.0 GB of a disk with 2.0 GB to spare"):
        jobs.Jobs(tmp_path).start(("as-written",), 1_000_000, 7)
    assert not held.all()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    "path", ["/a/A1?seed=991", "/compare?now=1", "/watch?r.x=1&now=1", "/api/board", "/?seed=3", "/a/A1"]
)
def test_f093_a_page_of_another_site_makes_nothing_be_worked_out(unguarded, site, path):
    for mode in ("navigate", "no-cors", "cors"):
        answer = unguarded.get(path, headers={"sec-fetch-site": site, "sec-fetch-mode": mode})
        assert answer.status_code == 403
        assert answer.json()["error"]["key"] == "Sec-Fetch-Site"


def test_f093_a_person_who_follows_a_link_from_elsewhere_is_asked_first(unguarded):
    page = unguarded.get(
        "/a/A1?seed=991", headers=PERSON | {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    )
    assert 'href=""' in page.text
    own = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
    assert unguarded.get("/a/A1?seed=991", headers=PERSON | own).text == "seed=991"
    typed = {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}
    assert unguarded.get("/a/A1?seed=991", headers=PERSON | typed).text == "seed=991"


def test_f093_a_link_to_the_first_page_goes_straight_there(unguarded):
    assert unguarded.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}).status_code == 200
    assert unguarded.get("/", headers={"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}).status_code == 403


def test_f093_pages_have_a_price_as_their_data_has(unguarded, monkeypatch):
    assert prices.price("/levers", "l.a.b=3") == prices.price("/api/board", "l.a.b=3") == prices.ONE_POLICY
    assert prices.price("/a/A1", "seed=991") == prices.price("/api/board", "p.x=1..2") == prices.ALL_POLICIES
    assert prices.price("/compare", "now=1") == prices.price("/api/compare", "") == prices.ANALYSIS
    assert prices.price("/board", "state=0123456789abcdef0123") == prices.ALL_POLICIES  # stands for any of them
    seconds = (
        "/api/diff",
        "/rules/diff",
        "/api/exhibits",
        "/api/exhibits/table-1.svg",
        "/exhibits/table-1",
        "/api/memo.pdf",
    )
    assert {prices.price(path, "") for path in seconds} == {prices.ALL_POLICIES}
    assert prices.price("/a/A1", "") == prices.price("/api/levers/policy.toml", "name=mine") == 0
    monkeypatch.setattr(prices, "MANY", 2)
    asked = [unguarded.get(f"/a/A1?seed={n}").status_code for n in range(6)]
    assert asked == [200] * 5 + [429]


def test_a_client_that_asked_longest_ago_is_forgotten(monkeypatch):
    monkeypatch.setattr(prices, "CLIENTS", 3)
    budget = prices.Budget()
    for n in range(9):
        assert budget.takes(f"10.0.0.{n}", 1)
    assert len(budget._spent) <= 4
