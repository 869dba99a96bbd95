"""What the options of a run mean: policies by name and by file, forms, an older run, what is printed beside."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from premortem.cli import run
from premortem.errors import BadInput, BadInputs

POLICY = 'name = "mine"\ntitle = "Mine"\nsays = "As it is."\n'


def test_policies_are_named_or_given_as_files_and_each_file_once(tmp_path):
    (tmp_path / "mine.toml").write_text(POLICY, "utf-8")
    file = str(tmp_path / "mine.toml")
    of, named = run._study(None, "eu_gpai", ["as-amended", file, file], None, "shipped")
    assert named == ["as-amended", "mine", "mine"]
    assert of.policies[-1] == "mine"
    assert of.law("mine").policy.title == "Mine"


def test_without_policies_all_of_the_study_are_run():
    of, named = run._study(None, "eu_gpai", None, None, "shipped")
    assert named is None
    assert of.case.name == "eu_gpai"


def test_forms_are_names_and_values_and_every_wrong_one_is_told():
    assert run._forms(["a=b", " c = d e "]) == {"a": "b", "c": "d e"}
    with pytest.raises(BadInputs) as told:
        run._forms(["a", "=b", "c=d", "c=e"])
    assert [error.what for error in told.value.errors] == ["is no form", "is no form", "c is fixed twice"]


def test_an_older_run_is_not_compared_with_what_takes_its_place(tmp_path):
    of = SimpleNamespace(stored=lambda folder: folder)
    assert run._old(of, None, tmp_path) is None
    assert run._old(of, tmp_path / "old", tmp_path / "new") == tmp_path / "old"
    with pytest.raises(BadInput, match="would be overwritten by this run"):
        run._old(of, tmp_path, Path(f"{tmp_path}/x/.."))


def test_what_was_not_asked_for_is_not_in_the_document():
    def told(key):
        return SimpleNamespace(as_dict=lambda: {key: 1})

    assert run._also(None, None, None) == {}
    assert run._also(told("weights"), told("day"), told("proved")) == {
        "weights": 1,
        "as_of": {"day": 1},
        "strict_known": {"proved": 1},
    }


def test_warnings_fit_the_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    run._say_left_out(["one thing is left out of the brief since " + "a reason " * 12])
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("warning: one thing is left out")
    assert max(map(len, lines)) <= 60
