"""A study folder: what is saved lies inside it and reads, what changes on disk is told, and jobs run beside."""

import html
import shutil
import threading
from types import SimpleNamespace
from urllib.parse import parse_qsl

import pytest
from fastapi.testclient import TestClient

from premortem.app import policy_export, session
from premortem.app.routes import levers
from premortem.app.site import close, make
from premortem.app.view_state import State, state_from_address
from premortem.ensemble.read import column_names
from premortem.errors import BadInput
from premortem.law.book import Book, load
from premortem.study import Study, make_study, problems
from tests.app.conftest import ADDRESS
from tests.failing import EACH, calls_watched, each_call, fails
from tests.waiting import longest, until

CHANGED = "l.diffusion.country_allocation.tpp=900000000&l.strength.deals=0.5&l.diffusion.uveu.country_max=0.1"


def same_law(a: Book, b: Book) -> bool:
    return a.clauses == b.clauses and a.moves == b.moves and a.policy.steps.keys() == b.policy.steps.keys()


@pytest.mark.parametrize(
    "policy", ["as-written", "bilateral", "streamlined", "plurilateral", "maximal", "history", "rescinded"]
)
def test_a_downloaded_policy_is_the_law_that_was_shown(live, tmp_path, policy):
    book = live.study.law(policy)
    name = next(f"{c.id}.{k}" for c in book.clauses for k in c.numbers)
    view = State(policy, levers=((name, 123.0), ("strength.coercion", 0.35)))
    path = tmp_path / "mine.toml"
    path.write_text(policy_export.toml(book, view, "mine"))
    read = load(path)
    assert same_law(read, live.book(view))
    assert [s.value for s in read.policy.steps["coercion"]] == [
        s.value for s in live.book(view).policy.steps["coercion"]
    ]


def test_a_policy_is_saved_into_the_study_once_and_shows_up(at_study):
    client, folder, _ = at_study
    answer = client.post(f"/api/levers/save?{CHANGED}", json={"name": "my-law"})
    assert answer.json() == {"saved": "policies/my-law.toml", "policy": "my-law"}
    assert load(folder / "policies" / "my-law.toml").number("diffusion.country_allocation", "tpp") == 900_000_000
    again = client.post(f"/api/levers/save?{CHANGED}", json={"name": "my-law"})
    assert again.status_code == 400
    assert client.get("/api/health").json()["stale"]
    assert "my-law" in client.get("/board").text
    assert not client.get("/api/health").json()["stale"]


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "As Written", "as-written", ".hidden", "x" * 60])
def test_a_name_that_leads_elsewhere_is_refused_and_nothing_is_written(at_study, name):
    client, folder, _ = at_study
    before = sorted(p.name for p in folder.rglob("*"))
    assert client.post(f"/api/levers/save?{CHANGED}", json={"name": name}).status_code in (400, 422)
    assert sorted(p.name for p in folder.rglob("*")) == before


def test_f081_a_name_is_checked_whole_before_anything_is_written(at_study):
    client, folder, _ = at_study
    before = sorted(folder.rglob("*"))
    for name in ("a\n", "\na", "a\x00", "a ", "b\r"):
        assert client.post(f"/api/levers/save?{CHANGED}", json={"name": name}).status_code == 400, repr(name)
        assert client.get("/api/levers/policy.toml", params={"name": name}).status_code == 400, repr(name)
        assert sorted(folder.rglob("*")) == before, repr(name)
    assert not problems(folder)


@pytest.mark.parametrize("number", EACH)
def test_f081_a_policy_that_cannot_be_saved_leaves_the_study_as_it_was(tmp_path, number):
    """The route itself, without a server, whose own calls would be counted too."""
    desk = SimpleNamespace(folder=make_study(tmp_path / "mine"), study=Study())
    view = state_from_address(parse_qsl(f"policy=as-written&{CHANGED}"), desk.study)

    def save(name):
        return levers.save(levers.Save(name=name), desk, view)

    load(desk.folder / "policies" / "as-written.toml")
    calls, before, failed = each_call(lambda: save("well")), sorted(desk.folder.rglob("*")), 0
    assert desk.folder / "policies" / "well.toml" in before
    for at in range(calls):
        with calls_watched(at, fails(number)):
            try:
                save(f"mine-{at}")
                (desk.folder / "policies" / f"mine-{at}.toml").unlink()
            except BadInput as error:
                assert len(str(error).splitlines()) == 1
                failed += 1
        assert sorted(desk.folder.rglob("*")) == before
    assert failed >= 3
    assert not problems(desk.folder)


def test_f081_what_does_not_read_is_never_put_into_the_study(at_study, monkeypatch):
    client, folder, _ = at_study
    before = sorted(folder.rglob("*"))
    monkeypatch.setattr(policy_export, "toml", lambda *_: "name = 3")
    assert client.post(f"/api/levers/save?{CHANGED}", json={"name": "mine"}).status_code == 400
    assert sorted(folder.rglob("*")) == before


def test_without_a_study_nothing_is_saved_but_the_file_can_be_had(client):
    assert client.post(f"/api/levers/save?{CHANGED}", json={"name": "mine"}).status_code == 400
    text = client.get(f"/api/levers/policy.toml?{CHANGED}&name=mine").text
    assert text.startswith('name = "mine"')
    assert "900000000" in text


def test_a_study_that_no_longer_reads_is_told_and_the_last_good_one_stays(at_study):
    client, folder, _ = at_study
    path = folder / "policies" / "broken.toml"
    path.write_text("name = 3")
    text = client.get("/board").text
    assert "no longer reads" in text
    assert "all five together" in text
    path.unlink()
    assert "no longer reads" not in client.get("/board").text


def test_a_job_runs_beside_the_server_and_is_listed(at_study):
    client, _, _ = at_study
    started = client.post("/api/jobs", json={"policies": ["as-written"], "futures": 1000})
    assert started.status_code == 202
    name = started.json()["job"]["id"]
    listed = client.get("/api/jobs").json()["jobs"]
    assert listed[0]["id"] == name
    cancelled = client.post(f"/api/jobs/{name}/cancel").json()["job"]
    assert cancelled["status"] == "cancelled"
    assert client.post(f"/api/jobs/{name}/cancel").json()["job"]["status"] == "cancelled"
    assert client.post("/api/jobs/nothing/cancel").status_code == 400


def test_a_killed_job_is_told(at_study):
    client, _, site = at_study
    name = client.post("/api/jobs", json={"policies": ["as-written"], "futures": 1000}).json()["job"]["id"]
    job = site.state.jobs.find(name)
    job.process.kill()
    job.process.wait(longest())
    assert client.get(f"/api/jobs/{name}").json()["job"]["status"] == "failed"


@pytest.mark.slow
def test_a_job_that_ends_leaves_its_brief(at_study):
    client, _, _ = at_study
    name = client.post("/api/jobs", json={"policies": ["as-written"], "futures": 1000}).json()["job"]["id"]
    until(lambda: client.get(f"/api/jobs/{name}").json()["job"]["status"] != "running")
    job = client.get(f"/api/jobs/{name}").json()["job"]
    assert (job["status"], job["progress"]) == ("finished", 1.0)
    assert "<html" in client.get(job["brief"]).text


@pytest.mark.parametrize(
    "body", [{"futures": 10}, {"futures": 10**12}, {"policies": ["nonsense"]}, {"seed": -1}, {"futures": "many"}]
)
def test_a_job_that_cannot_be_is_refused(client, body):
    assert client.post("/api/jobs", json=body).status_code in (400, 422)


def test_a_key_that_a_body_cannot_hold_is_refused_and_starts_nothing(client):
    before = client.get("/api/jobs").json()["jobs"]
    answer = client.post("/api/jobs", json={"command": "rm", "polices": ["as-written"]})
    assert answer.status_code == 422
    first, second = answer.json()["errors"]
    assert (first["key"], first["allowed"]) == ("command", "policies, futures, seed")
    assert (second["key"], second["hint"]) == ("polices", "did you mean policies?")
    assert client.get("/api/jobs").json()["jobs"] == before
    for path, body in (("states", {"query": "n=20000"}), ("levers/save", {"name": "mine"})):
        assert client.post(f"/api/{path}", json=body | {"nosuch": 1}).status_code == 422


@pytest.mark.parametrize("content_type", ["application/json", "text/plain"])
def test_a_body_that_is_no_json_is_told_as_that_and_shown_as_it_came(client, content_type):
    answer = client.post("/api/check", content=b"item=H100", headers={"content-type": content_type})
    assert answer.status_code == 422
    told = answer.json()["error"]
    assert (told["key"], told["hint"]) == ("body", "is not JSON")
    assert told["got"] in ("", "item=H100")


def test_a_run_that_ends_is_read_from_then_on_and_a_partial_one_for_its_own_policy(tmp_path, monkeypatch):
    from premortem.app import session as rooms

    monkeypatch.setattr(rooms, "check_inputs", lambda run: None)  # these stand for runs of the study as it is
    desk = object.__new__(rooms.Desk)
    runs = {"whole": SimpleNamespace(futures=20_000, policies=("a", "b")), "part": SimpleNamespace(futures=50_000, policies=("a",))}  # fmt: skip
    desk.study = SimpleNamespace(policies=("a", "b"), stored=lambda folder: runs[folder.name])
    desk._answers, desk._runs = rooms.Kept(2), {}
    desk.run = first = SimpleNamespace(futures=4096, policies=("a", "b"))
    desk.keep("why", lambda: "from the first")
    desk.reopen(tmp_path / "part")
    assert desk.run is first
    assert desk.knows("why")
    assert (desk.run_of("a"), desk.run_of("b")) == (runs["part"], first)
    desk.reopen(tmp_path / "whole")
    assert desk.run is runs["whole"]
    assert not desk.knows("why")
    assert desk.run_of("a") is runs["whole"]  # the later one, though of fewer futures


@pytest.mark.parametrize(("program", "count"), [("true", 1), ("false", 0)])
def test_a_job_that_finishes_tells_its_folder_and_one_that_fails_does_not(tmp_path, monkeypatch, program, count):
    from premortem.app import jobs as runs

    told = []
    monkeypatch.setattr(runs.sys, "executable", shutil.which(program))
    job = runs.Jobs(tmp_path, told.append).start((), 1000, 7)
    for thread in [t for t in threading.enumerate() if t.name == f"job {job.id}"]:
        thread.join()
    assert told == [job.folder] * count


def test_futures_made_for_want_of_a_run_are_deleted_at_the_end(at_study, monkeypatch):
    from premortem.app import session as rooms

    made = []
    monkeypatch.setattr(rooms, "Live", lambda *_: None)
    monkeypatch.setattr(rooms.ensemble, "run", lambda *args, **more: made.append(args[5]) or args[5].mkdir())
    monkeypatch.setattr(rooms, "Run", lambda study, folder, timing: folder)
    desk = rooms.Desk(at_study[1])
    assert desk.run == made[0]
    assert made[0].is_dir()
    desk.close()
    assert not made[0].exists()


@pytest.mark.parametrize("stopped", [False, True])
def test_breaks_are_made_ready_in_time_unless_the_server_stops(desk, monkeypatch, stopped):
    from premortem.app import session as rooms

    prepared = []
    monkeypatch.setattr(rooms, "PAUSE", 0.0)
    monkeypatch.setattr(rooms, "prepare", lambda study, pulled: prepared.append(study))
    monkeypatch.setattr(desk, "closing", threading.Event())
    if stopped:
        desk.closing.set()
    desk.warm()
    assert prepared == ([] if stopped else [desk.study])


def test_the_story_is_told_without_a_stored_run(at_study):
    client, _, made = at_study
    assert made.state.desk.stored is None
    page = client.get("/")
    assert (page.status_code, 'id="bets"' in page.text) == (200, True)


def test_f070_an_app_of_a_stored_run_tells_the_shares_of_that_run(small_run):
    made = make(run=small_run.folder)
    try:
        page = html.unescape(TestClient(made, base_url=ADDRESS).get("/").text)
    finally:
        close(made)
    assert made.state.desk.stored.manifest == small_run.manifest
    bets = page[page.index('id="bets"') :]
    for cell in small_run.board_rows():
        if cell.policy == "as-written" and cell.assumption != "all":
            assert f"{cell.holds:.0%}" in bets
            assert cell.fails_words.lower() in bets.lower()


def test_futures_made_for_want_of_a_run_hold_all_that_a_stored_run_holds(desk, small_run, monkeypatch):
    monkeypatch.setattr(session, "SMALL_RUN", 64)
    monkeypatch.setattr(Study, "policies", ("as-written",))
    made = desk._small()
    assert column_names(made.folder, "as-written") == column_names(small_run.folder, "as-written")


def test_a_run_that_lost_a_part_is_named_and_the_story_told_without_it(small_run, tmp_path):
    shutil.copytree(small_run.folder, tmp_path / "run")
    (tmp_path / "run" / "futures" / "part-00000.parquet").unlink()
    made = make(run=tmp_path / "run")
    page = TestClient(made, base_url="http://127.0.0.1:8760").get("/")
    close(made)
    assert (page.status_code, 'id="bets"' in page.text) == (200, True)
    assert "the stored run is not shown: " in page.text
    assert "futures/part-00000.parquet: is not there" in page.text


def test_a_run_that_was_made_of_other_inputs_is_not_shown(small_run, monkeypatch):
    now = Study.hashes
    monkeypatch.setattr(Study, "hashes", lambda study, policies: now(study, policies) | {"parameters": "others"})
    desk = session.Desk(run=small_run.folder)
    assert desk.stored is None
    assert "made with other parameters than the study has now" in desk.set_aside
