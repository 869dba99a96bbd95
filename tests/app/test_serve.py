"""The process: a page at once, an answer when the model is ready, a clean stop, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from premortem.study import Study
from tests.waiting import longest, until


@contextmanager
def served(*more):
    """A process of `premortem app` and its address, killed at the end if need be."""
    asked = [sys.executable, "-m", "premortem", "app", "--no-browser", "--port", "0", *map(str, more)]
    process = subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process, process.stdout.readline().split()[3]
    finally:
        process.kill()
        process.communicate()


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.headers, answer.read().decode()


@pytest.mark.parametrize("case", ["eu_gpai", pytest.param("us_ai_2025", marks=pytest.mark.slow)])
def test_a_page_comes_before_the_model_is_ready_and_the_answer_when_it_is_and_a_signal_stops_it(case):
    with served("--case", case) as (process, address):
        headers, page = get(address, accept="text/html")
        assert "This page shows itself" in page
        assert "default-src 'none'" in headers["content-security-policy"]
        assert set(json.loads(get(f"{address}/api/health")[1])) == {"starting"}
        for name in ("app.css", "starting.js", "theme.js", "favicon.svg"):
            assert get(f"{address}/static/{name}")[1]
        with pytest.raises(urllib.error.HTTPError, match="403"):
            get(address, host="evil.example")
        rows = json.loads(get(f"{address}/api/board?only=1")[1])["board"]  # waits until it can be answered
        assert len(rows) == len(Study(case=case).assumptions) + 1
        assert "starting" not in json.loads(get(f"{address}/api/health")[1])
        assert 'id="bets"' in get(address, accept="text/html")[1]
        assert 'id="board"' in get(f"{address}/board", accept="text/html")[1]
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=longest())
    assert process.returncode == 128 + signal.SIGTERM
    assert "Your settings are in the address" in out
    assert "Traceback" not in err


def test_the_story_of_a_stored_run_is_told_before_futures_are_simulated(small_run, monkeypatch):
    from fastapi.testclient import TestClient

    from premortem.app import session, startup
    from premortem.ensemble import compiled

    simulates, go_on = threading.Event(), threading.Event()
    compiles = []
    monkeypatch.setattr(compiled, "_compile", lambda *given: compiles.append(given))
    monkeypatch.setattr(session.Desk, "first", lambda desk: (simulates.set(), go_on.wait(longest())))
    monkeypatch.setattr(session.Desk, "warm", lambda desk: None)
    monkeypatch.setattr(startup, "FIRST", longest())  # the first page has the processor for itself
    monkeypatch.setattr(startup, "FILLED", 0.0)
    door = startup.Doorway(None, (), lambda: None, run=small_run.folder)
    door.start()
    client = TestClient(door, base_url="http://localhost")
    client.get("/")  # waits until the door is open
    page = client.get("/", headers={"accept": "text/html"}).text
    assert 'id="bets"' in page
    assert "5,000 simulated futures" in page
    assert "_model" not in vars(door.site.state.desk.live)
    assert not compiles
    assert simulates.wait(longest())
    go_on.set()
    assert door.close(longest())
    assert not door.fault


def test_a_stop_before_the_model_is_ready_is_as_clean():
    with served() as (process, address):
        get(address, accept="text/html")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=longest())
    assert process.returncode == 128 + signal.SIGINT
    assert "Stopped" in out
    assert "Traceback" not in err


def test_a_stop_has_one_status_also_where_the_shell_ignores_it_for_what_runs_in_the_background():
    from premortem.app import connections

    server = connections.Server.__new__(connections.Server)
    server.tell_of_stop()
    server.stopped_by = signal.SIGINT
    with pytest.raises(KeyboardInterrupt):
        server.tell_of_stop()


def test_what_was_loaded_is_not_looked_through_again():
    import gc

    from premortem.app.startup import _loading

    before = gc.get_freeze_count()
    with pytest.raises(ValueError, match="a study that does not read"), _loading():
        assert not gc.isenabled()
        raise ValueError("a study that does not read")
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
    gc.unfreeze()


def test_what_cannot_be_interrupted_is_left_behind_at_a_stop(monkeypatch):
    from premortem.app.startup import Doorway

    door, go_on = Doorway(None, (), lambda: None), threading.Event()
    monkeypatch.setattr(door, "_opening", threading.Thread(target=go_on.wait, daemon=True))
    door.start()
    assert not door.close(0.05)
    go_on.set()
    assert door.close(longest())


def test_a_stop_interrupts_all_jobs_at_once_and_kills_those_that_go_on(tmp_path):
    from premortem.app import jobs

    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    held = jobs.Jobs(tmp_path)
    for name in ("a", "b"):
        process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE, start_new_session=True)
        process.stdout.readline()
        held._jobs[name] = jobs.Job(name, (), 1000, 7, tmp_path / name, process)
    held.interrupt()
    assert {job.status for job in held.all()} == {"running"}, "nobody is waited for"
    told = held._told
    held.interrupt()
    assert held._told == told, "time runs from when they were told first"
    held.close(0.3)
    assert {job.process.wait() for job in held.all()} == {-signal.SIGKILL}
    assert {job.status for job in held.all()} == {"cancelled"}
    for job in held.all():
        job.process.stdout.close()


def test_a_study_that_does_not_read_is_one_line_and_status_2(tmp_path):
    (tmp_path / "study.toml").write_text("")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.toml").write_text("name = 3")
    with served("--study", tmp_path) as (process, _):
        _, err = process.communicate(timeout=longest())
    assert process.returncode == 2
    assert err.startswith("error: ")
    assert "mine.toml" in err
    assert "Traceback" not in err


def test_a_port_in_use_is_one_line_and_status_2():
    with served() as (_, address):
        port = address.rsplit(":", 1)[1]
        asked = [sys.executable, "-m", "premortem", "app", "--no-browser", "--port", port]
        done = subprocess.run(asked, capture_output=True, text=True, env=os.environ, timeout=longest())
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "--port" in done.stderr


@pytest.mark.slow
def test_a_stop_ends_the_jobs_that_run(tmp_path):
    from premortem.study import make_study

    folder = make_study(tmp_path / "mine")
    with served("--study", folder) as (process, address):
        body = json.dumps({"policies": ["as-written"], "futures": 5_000_000}).encode()
        asked = urllib.request.Request(f"{address}/api/jobs", body, {"content-type": "application/json"})
        with urllib.request.urlopen(asked) as answer:
            assert json.load(answer)["job"]["status"] == "running"
        assert at_work_in(folder / ".jobs")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=longest())
    assert "Stopped" in out
    until(lambda: not at_work_in(folder / ".jobs"))  # a job that was killed, the system takes apart when it comes to it


def at_work_in(folder):
    """Processes that were given a folder."""
    given = (path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists())
    return [line for line in given if str(folder).encode() in line]


def test_f094_a_server_that_others_reach_says_its_token_and_a_warning_and_answers_only_with_it():
    with served("--host", "0.0.0.0") as (process, address):
        opened = process.stdout.readline().split()[-1]
        assert opened.startswith(f"{address}/?token=")
        assert "other machines can reach this server" in process.stderr.readline()
        for path in ("/", "/api/board"):
            with pytest.raises(urllib.error.HTTPError, match="401"):
                get(f"{address}{path}")
        token = opened.split("=")[1]
        assert "This page shows itself" in get(address, accept="text/html", authorization=f"Bearer {token}")[1]


def test_a_page_that_asks_how_far_it_is_has_not_come_yet():
    from premortem.app import startup

    async def site(scope, receive, send):
        """Answers nothing."""

    door = startup.Doorway(None, (), lambda: None)
    door.site = site
    door._ready.set()

    def asks(path, accept):
        scope = {"type": "http", "method": "GET", "path": path, "headers": [(b"accept", accept)]}
        with pytest.raises(StopIteration):  # to its end in one step, in whatever loop the tests run
            door(scope, None, None).send(None)
        return door._answered.is_set()

    assert not asks("/api/health", b"*/*")
    assert not asks("/static/starting.js", b"*/*")
    assert asks("/", b"text/html,*/*")
