"""A case is found by its name or folder; what is wrong with one is told at once, in its own file."""

import json
import pickle
import shutil

import pytest

from premortem import case
from premortem.cli import main
from premortem.errors import BadInput, BadInputs
from premortem.law.book import load

# What a world has beside its steps.
WORLD = "AT_REST = simulate = levers = times = None\n"


def copy(tmp_path, name="mine"):
    return shutil.copytree(case.default().folder, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))


def test_the_leading_case_comes_first_and_is_found_by_its_name():
    assert case.names()[0] == case.DEFAULT
    assert case.load() is case.default()
    assert case.load(case.DEFAULT).settings.baseline in case.load().settings.policies


def test_every_policy_of_the_settings_has_a_file_and_every_file_is_named(tmp_path):
    for name in case.names():
        found = case.load(name)
        files = {path.stem for path in (found / "policies").glob("*.toml")}
        assert files == set(found.settings.policies)
        assert {found.settings.baseline} <= files


def test_a_case_is_found_by_its_folder_and_its_world_is_its_own(tmp_path):
    folder = copy(tmp_path)
    (folder / "world").rename(tmp_path / "away")
    (folder / "world.py").write_text(WORLD + "def steps():\n    return ('2030', '2031')\n", "utf-8")
    found = case.load(folder)
    assert found.name == "mine"
    assert found.world.steps() == ("2030", "2031")
    assert case.default().world.steps()[0] == "2023Q1"


def test_two_folders_of_one_name_have_each_its_own_world(tmp_path):
    for year in ("2030", "2040"):
        folder = copy(tmp_path / year)
        shutil.rmtree(folder / "world")
        (folder / "world.py").write_text(f"{WORLD}def steps():\n    return ('{year}',)\n", "utf-8")
        assert case.load(folder).world.steps() == (year,)


def test_an_unknown_case_is_refused_with_the_near_name():
    with pytest.raises(BadInput, match=f"no such case: us_ai_2026.*did you mean {case.DEFAULT}"):
        case.load("us_ai_2026")


def test_every_file_that_a_case_lacks_is_told_at_once(tmp_path):
    folder = copy(tmp_path)
    (folder / "params.csv").unlink()
    shutil.rmtree(folder / "policies")
    with pytest.raises(BadInputs) as caught:
        case.load(folder)
    assert [error.key for error in caught.value.errors] == ["params.csv", "policies"]


def test_unknown_and_missing_keys_of_its_settings_are_told_together(tmp_path):
    folder = copy(tmp_path)
    (folder / case.MARK).write_text(
        'title = "Mine"\nsubject = "it"\nclaims = "us"\nbaselin = "x"\nday = 2025-02-26\npolicies = 3\n', "utf-8"
    )
    with pytest.raises(BadInputs) as caught:
        _ = case.load(folder).settings
    assert {error.key for error in caught.value.errors} == {"baselin", "policies"}
    assert "did you mean baseline?" in str(caught.value)


def test_a_case_goes_to_another_process_by_its_folder():
    found = case.default()
    assert found.world.steps()
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_command_lists_the_cases_with_the_keys_of_the_contract(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["premortem", "cases", "--json"])
    with pytest.raises(SystemExit):
        main()
    found = json.loads(capsys.readouterr().out)["cases"]
    assert [one["name"] for one in found] == list(case.names())
    assert {*found[0]} == {"name", "title", "day", "assumptions", "policies", "clauses"}
    assert found[0]["policies"] == len(case.default().settings.policies)
    assert found[0]["clauses"] > len(load().clauses) > 0
