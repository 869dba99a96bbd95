"""`premortem app --problem FILE:NAME`: a page and JSON of a problem of one's own, without a word of any case."""

import re

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from premortem.app.problem_site import site
from premortem.app.request_limits import Guard
from premortem.case import default
from premortem.cli import app
from premortem.errors import BadInput
from premortem.problem import loading
from tests.app.conftest import ADDRESS

TOY = """
import premortem as pm

def model(x, y, k):
    return {"good": k * x + y, "cost": k + 0 * x}

toy = pm.Problem(
    "toy", model, [pm.Uniform("x", 0, 1), pm.Uniform("y", 0, 1)], [pm.Lever("k", 0, 2)],
    [pm.Outcome("good", "max"), pm.Outcome("cost", "min")], propositions={"enough": "good > 0.8"},
)
policies = {"weak": {"k": 0.5}, "strong": {"k": 2.0}}
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("toy") / "toy.py"
    path.write_text(TOY)
    return path


@pytest.fixture(scope="module")
def client(file):
    loaded = loading.load(f"{file}:toy")
    made = loaded.problem.run(loaded.policies, futures=400)
    return TestClient(Guard(site(made), ()), base_url=ADDRESS)


def test_the_page_shows_board_boxes_and_sensitivities_of_what_is_asked_for(client):
    text = client.get("/", params={"assumption": "enough", "policy": "weak", "outcome": "good"}).text
    for part in (
        "What holds",
        "Where “enough” breaks, under “weak”",
        "What “good” depends on, under “weak”",
        "coverage",
        "<svg",
        "The brief",
    ):
        assert part in text
    assert client.get("/brief.html").status_code == 200


def test_policies_of_the_file_are_there_to_pick_each_with_what_it_sets(client):
    text = client.get("/").text
    assert re.findall(r'<option value="(weak|strong)"', text) == ["weak", "strong"]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", text)]
    assert ["weak", "0.5"] in rows
    assert ["strong", "2"] in rows
    assert ["x", "uniform, 0 to 1", "0.0500", "0.500", "0.950"] in rows


def test_no_word_of_a_case_stands_on_it(client):
    text = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", client.get("/").text, flags=re.S).lower()
    assert not [
        w
        for w in (default().name, "diffusion", "export", "chip", "tier", "licen", "china", "rulebook")
        if re.search(rf"\b{w}", text)
    ]


def test_answers_come_as_json_and_refusals_with_what_is_allowed(client):
    assert {row["policy"] for row in client.get("/api/board").json()} == {"weak", "strong"}
    assert client.get("/api/boxes", params={"assumption": "enough", "policy": "weak"}).json()["boxes"]
    assert client.get("/api/sensitivity", params={"outcome": "good"}).json()["sensitivity"][0]["param"] in ("x", "y")
    refused = client.get("/api/boxes", params={"assumption": "enouh"})
    assert refused.status_code == 400
    assert refused.json()["hint"] == "did you mean enough?"
    assert client.get("/", headers={"host": "elsewhere"}).status_code == 403


def test_a_file_is_read_with_or_without_the_problems_name_and_faults_are_told(file, tmp_path):
    assert loading.load(str(file)).problem.name == "toy"
    (tmp_path / "none.py").write_text("x = 1\n")
    (tmp_path / "wrong.py").write_text("1 / 0\n")
    for given, said in (
        (f"{file}:toyy", "did you mean toy"),
        (f"{tmp_path}/none.py", "holds 0 Problems"),
        (f"{tmp_path}/wrong.py:p", "ZeroDivisionError"),
        ("nowhere.py:p", "no such Python file"),
    ):
        with pytest.raises(BadInput, match=said):
            loading.load(given)


def test_a_run_of_the_file_is_shown_as_it_is(tmp_path):
    path = tmp_path / "made.py"
    path.write_text(TOY + "\nrun = toy.run(policies, futures=64, seed=5)\n")
    assert loading.load(f"{path}:run").run().futures == 64
    assert loading.load(f"{path}:toy").run().seed == 5


def test_the_command_tells_a_file_that_is_not_there():
    done = CliRunner().invoke(app, ["app", "--problem", "nowhere.py:p", "--no-browser"])
    assert done.exit_code != 0


def test_the_look_of_a_page_is_asked_for_since_the_door_lets_no_style_stand_in_it(client):
    for path in ("/", "/brief.html"):
        answer = client.get(path)
        assert "style-src 'self'" in answer.headers["content-security-policy"]
        assert "<style>" not in answer.text.split("<svg")[0]
        assert '<link rel="stylesheet" href="/look.css">' in answer.text
    look = client.get("/look.css")
    assert look.headers["content-type"].startswith("text/css")
    assert "max-width" in look.text
    assert client.get("/font.woff2").content[:4] == b"wOF2"
    assert client.get("/favicon.ico").status_code == 200
