"""The small case of docs/second-case.md, as a stranger types it: its files, and the commands after them."""

import json

import pytest

from premortem.cli import main
from tests.case.cars import typed_case


@pytest.fixture(scope="module")
def typed(tmp_path_factory):
    """The folder of the case, from the page."""
    home = tmp_path_factory.mktemp("stranger")
    typed_case(home)
    return home


def command(monkeypatch, capsys, *words):
    monkeypatch.setattr("sys.argv", ["premortem", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code, capsys.readouterr().out


def test_the_case_of_the_page_works_as_typed(typed, monkeypatch, capsys):
    monkeypatch.chdir(typed)
    assert command(monkeypatch, capsys, "validate", "--case", "cars") == (0, "no errors\n")
    for grams, outcome in (("96", "charged"), ("95", "free")):
        asked = ("--set", f"grams={grams}", "--on", "2026-01-01", "--json")
        code, out = command(monkeypatch, capsys, "check", "--case", "cars", *asked)
        assert (code, json.loads(out)["outcome"]) == (0, outcome)
    code, out = command(monkeypatch, capsys, "run", "--case", "cars", "--futures", "512", "--out", "out", "--json")
    assert code == 0
    holds = {(r["assumption"], r["policy"]): r["holds"] for r in json.loads(out)["board"]}
    assert holds["C1", "as-planned"] > holds["C1", "no-charge"] == 0
    assert "Few cars over the line are left" in (typed / "out" / "brief.html").read_text("utf-8")


def test_another_world_is_another_run(typed, monkeypatch, capsys):
    monkeypatch.chdir(typed)
    world = typed / "cars" / "world.py"
    from premortem.case import load
    from premortem.study import Study

    before = Study(case=load("cars")).hashes(["as-planned"])["world"]
    text = world.read_text("utf-8")
    world.write_text(text.replace("0.6", "0.7"), "utf-8")
    assert Study(case=load("cars")).hashes(["as-planned"])["world"] != before
    world.write_text(text, "utf-8")


def test_what_the_case_does_not_hold_is_said_in_one_sentence_and_has_no_screen(typed, monkeypatch, capsys):
    from premortem.app.pages import screens_of
    from premortem.study import Study

    monkeypatch.chdir(typed)
    monkeypatch.setattr("sys.argv", ["premortem", "watch", "--case", "cars"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code != 70
    assert "cars holds no signposts" in capsys.readouterr().err
    assert command(monkeypatch, capsys, "timeline", "--case", "cars") == (0, "No dated event is held.\n")
    assert {"World", "Watch", "Futures"} & {*screens_of(Study(case="cars")).values()} == set()
